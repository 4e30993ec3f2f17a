"""What happens to appointments: the only writer of their status, times, therapist and room.

Each function is one transaction: lock, check, save, then the event and the message that tell of it. Whoever calls
gets the appointment back, or a `BookingError` whose message is for the person who tried; nothing was then changed.

New appointments are inserted with ON CONFLICT DO NOTHING against the exclusion constraints: a lost race is an
ordinary answer and no two clients ever wait for each other in a circle. An UPDATE of an
appointment that goes on to keep its time cannot do that, and PostgreSQL checks the constraints for it again: it takes
advisory locks on the therapists and rooms first, in sorted order. See docs/decisions/0001-exclusion-constraints.md.
"""

import functools
import logging
import uuid
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ParamSpec, TypeVar

from django.contrib.auth.models import User
from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from psycopg import errors

from booking import availability, changes, contacts, freed, notifications, undoing
from booking.enums import (
    BLOCKING,
    Actor,
    AppointmentStatus,
    NotificationKind,
    SafetyOutcome,
    Source,
)
from booking.exceptions import (
    BookingError,
    DiaryIsBusyError,
    NotPossibleNowError,
    RecordHasChangedError,
    StateHasChangedError,
    TherapistNotOfferedError,
    TimeJustGoneError,
)
from booking.models import Appointment, AppointmentEvent
from booking.models.appointment import LONGEST_OCCUPIED
from booking.safety import Passed
from booking.transitions import TRANSITIONS, Action
from booking.undoing import undoable as undoable
from booking.undoing import undoable_until as undoable_until
from flexclinic.lib import clock, rows, when
from services.models import Room, ServiceOption, Therapist

logger = logging.getLogger(__name__)

_TRIES = 3

#: What patients may do by themselves until so many hours before the visit.
_HELD_TO_THE_CUT_OFF = (Action.MOVE, Action.CANCEL)

#: From then on somebody is in the clinic.
_HERE = (Action.ARRIVE, Action.IN_ROOM)

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Who books, as they wrote it themselves."""

    name: str
    email: str = ""
    phone: str = ""
    first_visit: bool = False
    note: str = ""
    consent_version: str = ""
    safety: Passed | None = None


def one_transaction(act: Callable[P, R]) -> Callable[P, R]:
    """Run a function in a transaction; start again when PostgreSQL chose it to give way; translate a lost race."""

    @functools.wraps(act)
    def in_one_transaction(*args: P.args, **kwargs: P.kwargs) -> R:
        tries = 1 if connection.in_atomic_block else _TRIES
        for attempt in range(1, tries + 1):
            try:
                with transaction.atomic():
                    return act(*args, **kwargs)
            except IntegrityError as error:
                if isinstance(error.__cause__, errors.ExclusionViolation):
                    raise TimeJustGoneError from error
                if isinstance(error.__cause__, errors.ForeignKeyViolation):
                    raise RecordHasChangedError from error  # merged or erased meanwhile
                raise
            except OperationalError as error:
                if isinstance(error.__cause__, errors.LockNotAvailable):
                    raise DiaryIsBusyError from error
                gave_way = isinstance(error.__cause__, errors.DeadlockDetected | errors.SerializationFailure)
                if not gave_way or connection.in_atomic_block:
                    raise  # within another transaction the outermost begins again
                logger.warning("%s gave way to another transaction (try %d)", act.__name__, attempt)
        raise DiaryIsBusyError

    return in_one_transaction


def _span(start: datetime, minutes: int, before: int, after: int) -> tuple[DateTimeTZRange, DateTimeTZRange]:
    """The visit and what it occupies. Lengths are minutes of elapsed time."""
    end = start + timedelta(minutes=minutes)
    return (
        DateTimeTZRange(start, end, "[)"),
        DateTimeTZRange(start - timedelta(minutes=before), end + timedelta(minutes=after), "[)"),
    )


def _record(
    appointment: Appointment,
    action: Action,
    *,
    before: str,
    actor: Actor,
    user: User | None,
    undo_until: datetime | None = None,
) -> None:
    event = AppointmentEvent(
        appointment=appointment,
        action=action,
        from_status=before,
        to_status=appointment.status,
        version=appointment.version,
        at=clock.now(),
        actor=actor,
        user=user,
        undo_until=undo_until,
        visit=appointment.visit,
        occupied=appointment.occupied,
        therapist_id=appointment.therapist_id,
        room_id=appointment.room_id,
    )
    rows.insert(event)


def _new(
    *,
    option: ServiceOption,
    therapist_id: int,
    room_id: int | None,
    start: datetime,
    status: AppointmentStatus,
    contact: Contact,
    request_key: uuid.UUID,
    source: Source,
    buffers: bool = True,
    series: uuid.UUID | None = None,
) -> Appointment:
    now = clock.now()
    visit, occupied = _span(
        start,
        option.minutes,
        option.buffer_before if buffers else 0,
        option.buffer_after if buffers else 0,
    )
    return Appointment(
        status=status,
        option=option,
        therapist_id=therapist_id,
        room_id=room_id,
        visit=visit,
        occupied=occupied,
        price=option.price,
        name=contact.name,
        email=contact.email,
        phone=contact.phone,
        first_visit=contact.first_visit,
        note=contact.note,
        consented_at=now if contact.consent_version else None,
        consent_version=contact.consent_version,
        safety_outcome=SafetyOutcome.CLEAR if contact.safety else "",
        safety_version=contact.safety.version if contact.safety else "",
        safety_at=contact.safety.at if contact.safety else None,
        source=source,
        request_key=request_key,
        series=series,
        created_at=now,
    )


_LOCK_SQL = "SELECT set_config('lock_timeout', %s, true), pg_advisory_xact_lock(%s, %s)"
_LOCK_LIMITED_SQL = """
SELECT set_config('lock_timeout', %(wait)s, true), pg_advisory_xact_lock(-day, therapist_id) FROM (
  SELECT day, therapist_id::int
  FROM booking_workingday JOIN services_therapist_options USING (therapist_id)
  CROSS JOIN unnest(%(days)s::int[]) AS day
  WHERE serviceoption_id = %(option)s AND (%(therapist)s::bigint IS NULL OR therapist_id = %(therapist)s)
    AND (most_visits IS NOT NULL OR break_minutes IS NOT NULL)
  ORDER BY therapist_id, day
) AS limited
"""


def _lock_limited(*, option: ServiceOption, therapist: Therapist | None, start: datetime) -> None:
    """Lock the days that have limits, so that no other patient books there until the transaction ends.

    No constraint of the database counts a day's visits or leaves room for a break. A day of a therapist is locked by
    the negative of its ordinal, a day of an option by the ordinal, always in this order.
    """
    moments = (start - timedelta(minutes=option.buffer_before), start)
    days = sorted({when.in_clinic_zone(moment).toordinal() for moment in moments})
    with connection.cursor() as cursor:
        cursor.execute(
            _LOCK_LIMITED_SQL,
            {
                "days": days,
                "option": option.pk,
                "therapist": therapist.pk if therapist else None,
                "wait": contacts.LONGEST_WAIT,
            },
        )
        if option.most_a_day is not None:
            for day in days:
                cursor.execute(_LOCK_SQL, [contacts.LONGEST_WAIT, day, option.pk])


@one_transaction
def request(
    *,
    option: ServiceOption,
    therapist: Therapist | None,
    start: datetime,
    contact: Contact,
    request_key: uuid.UUID,
) -> Appointment:
    """Book a start for a patient, with one therapist or (None) with anyone who is free.

    An instant option is confirmed at once, another waits for the desk; both keep their time from now on. The same
    `request_key` again gives the appointment that the first one made. With anyone, the choices are tried in the
    order of `availability.choices_at`, so that a lost race for one goes on to the next.

    Raises TimeJustGoneError for a time that is taken, seen at once or in a lost race, TimeNotOfferedError for one that
    the clinic does not offer, TherapistNotOfferedError for a therapist who does not give the option, TooManyOpenError
    for somebody with as many open bookings as the policy allows.
    """
    status = AppointmentStatus.CONFIRMED if option.is_instant else AppointmentStatus.REQUESTED
    try:
        contacts.hold_to_most_open(email=contact.email, phone=contact.phone)
        _lock_limited(option=option, therapist=therapist, start=start)
        choices = availability.choices_at(option=option, therapist=therapist, start=start)
    except BookingError:
        if earlier := made_by(request_key):
            return earlier  # it is this request that took the time, when it was sent before
        raise
    for choice in choices:
        appointment = _new(
            option=option,
            therapist_id=choice.therapist_id,
            room_id=choice.room_id,
            start=start,
            status=status,
            contact=contact,
            request_key=request_key,
            source=Source.WEB,
        )
        if rows.insert(appointment, unless_in_conflict=True):
            action = Action.BOOK if option.is_instant else Action.REQUEST
            _record(appointment, action, before="", actor=Actor.PATIENT, user=None)
            told = NotificationKind.CONFIRMED if option.is_instant else NotificationKind.RECEIVED
            notifications.tell(appointment=appointment, kind=told)
            return appointment
        if earlier := made_by(request_key):
            return earlier  # the same form, sent twice at once
    raise TimeJustGoneError


def made_by(request_key: uuid.UUID) -> Appointment | None:
    """The appointment that a form with this key made before; as a rule there is none, and it costs one short query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM booking_appointment WHERE request_key = %s", [request_key])
        found = cursor.fetchone()
    return Appointment.objects.get(pk=found[0]) if found else None


@one_transaction
def book(
    *,
    option: ServiceOption,
    therapist: Therapist,
    room: Room | None,
    start: datetime,
    contact: Contact,
    user: User | None,
    request_key: uuid.UUID | None = None,
    buffers: bool = True,
    series: uuid.UUID | None = None,
    patient_id: int | None = None,
    told: NotificationKind | None = NotificationKind.CONFIRMED,
) -> Appointment:
    """Book for the desk: confirmed at once, at any start that overlaps nothing, with or without buffers.

    The desk may go outside the hours and the notice that the website keeps to. `patient_id` is the record of who
    comes. `series` is what visits that were booked together have in common; see `booking.series`, which tells of all
    of them at once and so of none here (`told`). Raises TherapistNotOfferedError and TimeJustGoneError.
    """
    if not therapist.options.filter(pk=option.pk).exists():
        raise TherapistNotOfferedError
    return book_choice(
        option=option,
        choice=availability.Choice(therapist.pk, room.pk if room else None),
        start=start,
        contact=contact,
        user=user,
        request_key=request_key or uuid.uuid4(),
        buffers=buffers,
        series=series,
        patient_id=patient_id,
        told=told,
    )


def book_choice(
    *,
    option: ServiceOption,
    choice: availability.Choice,
    start: datetime,
    contact: Contact,
    user: User | None,
    request_key: uuid.UUID,
    buffers: bool = True,
    series: uuid.UUID | None = None,
    patient_id: int | None = None,
    told: NotificationKind | None = NotificationKind.CONFIRMED,
) -> Appointment:
    """`book` at one of the choices of `availability`, as a part of the caller's own transaction.

    Raises TimeJustGoneError before anything is written: the caller goes on to the next choice.
    """
    appointment = _new(
        option=option,
        therapist_id=choice.therapist_id,
        room_id=choice.room_id,
        start=start,
        status=AppointmentStatus.CONFIRMED,
        contact=contact,
        request_key=request_key,
        source=Source.DESK,
        buffers=buffers,
        series=series,
    )
    appointment.patient_id = patient_id
    if not rows.insert(appointment, unless_in_conflict=True):
        if earlier := made_by(appointment.request_key):
            return earlier
        raise TimeJustGoneError("The therapist or the room is taken at that time.")
    _record(appointment, Action.BOOK, before="", actor=Actor.DESK, user=user)
    if told:
        notifications.tell(appointment=appointment, kind=told)
    return appointment


def _locked(
    appointment: Appointment,
    action: Action,
    version: int | None,
    *,
    therapist_id: int | None = None,
    room_id: int | None = None,
    choices: Iterable[availability.Choice] = (),
    actor: Actor = Actor.DESK,
) -> Appointment:
    """The appointment as it is now, locked, if the action fits it and the caller has seen its newest version.

    Where it goes on to keep its time, the diaries that it is in and may go to (`therapist_id`, `room_id`, `choices`)
    are locked first: PostgreSQL then checks the exclusion constraints again, and two that do so at once can wait for
    each other. A patient is held to the clinic's cut-off (TooLateToChangeError).
    """
    target = TRANSITIONS[action].target
    if target is None or target in BLOCKING:
        seen = Appointment.objects.values_list("therapist_id", "room_id").get(pk=appointment.pk)
        therapist_ids = {seen[0], therapist_id or seen[0], *(choice.therapist_id for choice in choices)}
        room_ids = {seen[1], room_id, *(choice.room_id for choice in choices)}
        lock_diaries(therapist_ids, {pk for pk in room_ids if pk})
    else:
        seen = None
    current = Appointment.objects.select_for_update(of=("self",)).get(pk=appointment.pk)
    if seen and seen != (current.therapist_id, current.room_id):
        raise StateHasChangedError  # moved to a diary that is not locked, just before
    _check(current, action, version, actor)
    return current


def _check(current: Appointment, action: Action, version: int | None, actor: Actor) -> None:
    """Raise where the action does not fit the row, its version or, for a patient, the clinic's cut-off."""
    if version is not None and current.version != version:
        raise StateHasChangedError
    if current.status not in TRANSITIONS[action].sources:
        raise NotPossibleNowError(
            f"{current.reference} is {current.get_status_display().lower()}: this cannot be done with it now."
        )
    if action == Action.IN_ROOM and current.in_room_at:
        raise NotPossibleNowError(f"{current.name} is in the room already.")
    if actor == Actor.PATIENT and action in _HELD_TO_THE_CUT_OFF:
        changes.refuse_if_too_late(current)


def _act(
    appointment: Appointment,
    action: Action,
    *,
    actor: Actor,
    user: User | None,
    version: int | None,
    told: NotificationKind | None,
) -> Appointment:
    current = _locked(appointment, action, version, actor=actor)
    before = current.status
    if target := TRANSITIONS[action].target:
        current.status = target
    if action in _HERE:
        current.arrived_at = current.arrived_at or clock.now()
    if action == Action.IN_ROOM:
        current.in_room_at = clock.now()
    current.version += 1
    current.save(update_fields=["status", "version", "arrived_at", "in_room_at"])
    until = undoing.until(action, actor)
    _record(current, action, before=before, actor=actor, user=user, undo_until=until)
    if told:
        notifications.tell(appointment=current, kind=told, not_before=until)
    if before in BLOCKING and current.status not in BLOCKING:
        freed.time_is_freed(not_before=until)
    return current


@one_transaction
def confirm(*, appointment: Appointment, user: User | None, version: int | None = None) -> Appointment:
    """Say yes to a request. Raises NotPossibleNowError, and StateHasChangedError if `version` is not the newest.

    As with everything that the desk does by one press, the message waits for as long as it can be undone.
    """
    return _act(
        appointment,
        Action.CONFIRM,
        actor=Actor.DESK,
        user=user,
        version=version,
        told=NotificationKind.CONFIRMED,
    )


@one_transaction
def decline(*, appointment: Appointment, user: User | None, version: int | None = None) -> Appointment:
    """Say no to a request; its time is free again, at once on the website. Raises as `confirm` does."""
    return _act(
        appointment,
        Action.DECLINE,
        actor=Actor.DESK,
        user=user,
        version=version,
        told=NotificationKind.DECLINED,
    )


@one_transaction
def cancel(
    *,
    appointment: Appointment,
    actor: Actor,
    user: User | None = None,
    version: int | None = None,
    told: NotificationKind = NotificationKind.CANCELLED,
) -> Appointment:
    """Call a visit off; its time is free again.

    Raises as `confirm` does, and TooLateToChangeError for a patient after the clinic's cut-off.
    """
    return _act(
        appointment,
        Action.CANCEL,
        actor=actor,
        user=user,
        version=version,
        told=told,
    )


@one_transaction
def arrive(*, appointment: Appointment, user: User | None, version: int | None = None) -> Appointment:
    """The patient is here. Raises as `confirm` does."""
    return _act(appointment, Action.ARRIVE, actor=Actor.DESK, user=user, version=version, told=None)


@one_transaction
def in_room(*, appointment: Appointment, user: User | None, version: int | None = None) -> Appointment:
    """The patient has gone to the room; who was not marked as arrived is so now. Raises as `confirm` does."""
    return _act(appointment, Action.IN_ROOM, actor=Actor.DESK, user=user, version=version, told=None)


@one_transaction
def complete(*, appointment: Appointment, user: User | None, version: int | None = None) -> Appointment:
    """The visit took place. Raises as `confirm` does."""
    return _act(appointment, Action.COMPLETE, actor=Actor.DESK, user=user, version=version, told=None)


@one_transaction
def no_show(*, appointment: Appointment, user: User | None, version: int | None = None) -> Appointment:
    """The patient did not come; the rest of the time is free again. Raises as `confirm` does."""
    return _act(appointment, Action.NO_SHOW, actor=Actor.DESK, user=user, version=version, told=None)


@one_transaction
def expire(*, appointment: Appointment, version: int | None = None) -> Appointment:
    """Nobody answered in time; the time is free again, and nobody is told. Raises as `confirm` does."""
    return _act(appointment, Action.EXPIRE, actor=Actor.SYSTEM, user=None, version=version, told=None)


@one_transaction
def offer(
    *,
    option: ServiceOption,
    therapists: Collection[int],
    start: datetime,
    contact: Contact,
    patient_id: int | None = None,
) -> Appointment:
    """Keep a start for somebody of the waiting list, by all rules of the website, and tell them.

    `therapists` are the ids of those who suit; none at all means anyone. A time is passed over that the desk freed
    just now and may still take back. Raises TimeJustGoneError and
    TimeNotOfferedError as `request` does.
    """
    _lock_limited(option=option, therapist=None, start=start)
    choices = availability.choices_at(option=option, therapist=None, start=start)
    returning = undoing.returning()  # after the choices: what is freed in between was not among them
    _, occupied = _span(start, option.minutes, option.buffer_before, option.buffer_after)
    for choice in choices:
        if therapists and choice.therapist_id not in therapists:
            continue
        if any(
            time.meets(
                therapist_id=choice.therapist_id,
                room_id=choice.room_id,
                low=occupied.lower,
                high=occupied.upper,
            )
            for time in returning
        ):
            continue
        appointment = _new(
            option=option,
            therapist_id=choice.therapist_id,
            room_id=choice.room_id,
            start=start,
            status=AppointmentStatus.OFFERED,
            contact=contact,
            request_key=uuid.uuid4(),
            source=Source.WAITING,
        )
        appointment.patient_id = patient_id
        if rows.insert(appointment, unless_in_conflict=True):
            _record(appointment, Action.OFFER, before="", actor=Actor.SYSTEM, user=None)
            notifications.tell(appointment=appointment, kind=NotificationKind.OFFERED)
            return appointment
    raise TimeJustGoneError


@one_transaction
def accept(
    *,
    appointment: Appointment,
    actor: Actor,
    user: User | None = None,
    version: int | None = None,
    asks: bool = False,
) -> Appointment:
    """Somebody takes the time that was offered. It is confirmed at once, or where it only `asks` waits for the desk.

    Raises as `confirm` does.
    """
    return _act(
        appointment,
        Action.REQUEST if asks else Action.ACCEPT,
        actor=actor,
        user=user,
        version=version,
        told=NotificationKind.RECEIVED if asks else NotificationKind.CONFIRMED,
    )


@one_transaction
def refuse(
    *, appointment: Appointment, actor: Actor, user: User | None = None, version: int | None = None
) -> Appointment:
    """An offer is not wanted, or taken back: the time is free again, and nobody is told. Raises as `confirm` does."""
    return _act(appointment, Action.REFUSE, actor=actor, user=user, version=version, told=None)


@one_transaction
def propose(
    *, appointment: Appointment, told: NotificationKind, user: User | None, version: int | None = None
) -> Appointment:
    """The desk proposes other times: the visit stays, with a new version. See `booking.proposals`, which keeps them.

    Raises as `confirm` does.
    """
    return _act(appointment, Action.PROPOSE, actor=Actor.DESK, user=user, version=version, told=told)


@one_transaction
def choose(
    *,
    appointment: Appointment,
    option: ServiceOption,
    therapist: Therapist,
    start: datetime,
    version: int,
    confirms: bool,
) -> Appointment:
    """The patient takes a time that the desk has proposed: the visit goes there, and is agreed where that `confirms`.

    `option` is the appointment's, as agreed and with the rules that the new time is held to. The clinic's cut-off is
    not kept: the clinic asked. Raises as `request` does for the time, and as `confirm` for the visit.
    """
    _lock_limited(option=option, therapist=therapist, start=start)
    choices = availability.choices_at(option=option, therapist=therapist, start=start, moving=appointment)
    current = _locked(appointment, Action.CHOOSE, version, choices=choices, actor=Actor.PATIENT)
    before = current.status
    visit, occupied = _span(start, option.minutes, option.buffer_before, option.buffer_after)
    if confirms:
        current.status = AppointmentStatus.CONFIRMED
    current.version += 1
    for choice in choices:
        current.visit, current.occupied = visit, occupied
        current.therapist_id, current.room_id = choice.therapist_id, choice.room_id
        if _saved(current):
            current.refresh_from_db()
            _record(current, Action.CHOOSE, before=before, actor=Actor.PATIENT, user=None)
            agreed = before != current.status
            notifications.tell(
                appointment=current,
                kind=NotificationKind.CONFIRMED if agreed else NotificationKind.MOVED,
            )
            freed.time_is_freed()
            return current
    raise TimeJustGoneError


def lock_diaries(therapist_ids: set[int], room_ids: set[int]) -> None:
    """Advisory locks to the end of the transaction, in one order for everybody, so that moves never deadlock."""
    keys = sorted([(1, pk) for pk in therapist_ids] + [(2, pk) for pk in room_ids])
    with connection.cursor() as cursor:
        for kind, pk in keys:
            cursor.execute(_LOCK_SQL, [contacts.LONGEST_WAIT, kind, pk])


@one_transaction
def move(
    *,
    appointment: Appointment,
    start: datetime,
    therapist: Therapist | None = None,
    room: Room | None = None,
    actor: Actor,
    user: User | None = None,
    version: int | None = None,
    asked_for: bool = False,
    buffers: bool = True,
) -> Appointment:
    """Take an appointment to another start, and to another therapist or room where one is given.

    It stays the same record with a new version; its length stays what it was, and so do its buffers, unless the desk
    gives them up (`buffers` False). The message of
    a move by the desk waits for as long as the move can be undone; it says that we had to move the visit, unless the
    patient `asked_for` that. Raises TimeJustGoneError where something else is there, TherapistNotOfferedError, and as
    `confirm` does.
    """
    current = _locked(
        appointment,
        Action.MOVE,
        version,
        therapist_id=therapist.pk if therapist else None,
        room_id=room.pk if room else None,
        actor=actor,
    )
    if therapist and not therapist.options.filter(pk=current.option_id).exists():
        raise TherapistNotOfferedError
    shift, before = start - current.starts_at, current.therapist_id
    current.visit = DateTimeTZRange(start, current.ends_at + shift, "[)")
    current.occupied = (
        DateTimeTZRange(current.occupied_from + shift, current.occupied_until + shift, "[)")
        if buffers
        else current.visit
    )
    current.therapist_id = therapist.pk if therapist else current.therapist_id
    current.room_id = room.pk if room else current.room_id
    current.version += 1
    current.save(update_fields=["visit", "occupied", "therapist", "room", "version"])
    current.refresh_from_db()
    until = undoing.until(Action.MOVE, actor)
    _record(current, Action.MOVE, before=current.status, actor=actor, user=user, undo_until=until)
    if shift or current.therapist_id != before:  # another room is of no interest to the patient
        by_desk = actor == Actor.DESK
        notifications.tell(
            appointment=current,
            kind=NotificationKind.MOVED_BY_US if by_desk and not asked_for else NotificationKind.MOVED,
            not_before=until,
        )
    freed.time_is_freed(not_before=until)
    return current


@one_transaction
def stretch(
    *,
    appointment: Appointment,
    minutes: int,
    user: User | None,
    version: int | None = None,
) -> Appointment:
    """Make a visit so many minutes long; it starts when it did, and its buffers and its price stay.

    The patient is told as of a move by the desk, as long as the visit has not begun. Raises TimeJustGoneError where
    something else is there, NotPossibleNowError for a length that no visit has, and as `confirm` does.
    """
    current = _locked(appointment, Action.STRETCH, version)
    ends = current.starts_at + timedelta(minutes=minutes)
    occupied_until = current.occupied_until + (ends - current.ends_at)
    if minutes <= 0 or occupied_until - current.occupied_from > LONGEST_OCCUPIED:
        raise NotPossibleNowError(
            "A visit is between 1 minute and a day long, with the time kept free around it."
        )
    if ends == current.ends_at:
        return current
    current.visit = DateTimeTZRange(current.starts_at, ends, "[)")
    current.occupied = DateTimeTZRange(current.occupied_from, occupied_until, "[)")
    current.version += 1
    current.save(update_fields=["visit", "occupied", "version"])
    current.refresh_from_db()
    until = undoing.until(Action.STRETCH, Actor.DESK)
    _record(current, Action.STRETCH, before=current.status, actor=Actor.DESK, user=user, undo_until=until)
    if current.status != AppointmentStatus.ARRIVED and current.starts_at > clock.now():
        notifications.tell(
            appointment=current,
            kind=NotificationKind.MOVED,
            not_before=until,
        )
    freed.time_is_freed(not_before=until)
    return current


@one_transaction
def move_as_patient(
    *, appointment: Appointment, start: datetime, therapist: Therapist | None, version: int
) -> Appointment:
    """Take a visit to a start that the website offers, with one therapist or (None) with anyone who is free.

    Everything that holds for a booking on the website holds for the new time, and the clinic's cut-off for the old one.
    The visit frees its own time while it looks, and stays as long as it was agreed; its status stays, too. The choices
    are tried in the order of `availability.choices_at`, so that a lost race for one goes on to the next. A visit that
    is there already stays untouched, so that a form may be sent twice.

    Raises as `request` does for the time, and as `confirm` and TooLateToChangeError for the visit.
    """
    seen = Appointment.objects.select_related("option").get(pk=appointment.pk)
    if changes.is_at(seen, start=start, therapist=therapist):
        return seen
    _check(seen, Action.MOVE, version, Actor.PATIENT)  # before the time: what has changed is said first
    option = changes.option_as_agreed(seen)
    _lock_limited(option=option, therapist=therapist, start=start)
    choices = availability.choices_at(option=option, therapist=therapist, start=start, moving=seen)
    current = _locked(appointment, Action.MOVE, version, choices=choices, actor=Actor.PATIENT)
    visit, occupied = _span(start, option.minutes, option.buffer_before, option.buffer_after)
    current.version += 1
    for choice in choices:
        current.visit, current.occupied = visit, occupied
        current.therapist_id, current.room_id = choice.therapist_id, choice.room_id
        if _saved(current):
            current.refresh_from_db()
            _record(current, Action.MOVE, before=current.status, actor=Actor.PATIENT, user=None)
            notifications.tell(appointment=current, kind=NotificationKind.MOVED)
            freed.time_is_freed()
            return current
    raise TimeJustGoneError


def _saved(appointment: Appointment) -> bool:
    """Save where an appointment goes to; False where something else is there. The transaction goes on either way."""
    try:
        with transaction.atomic():
            appointment.save(update_fields=["status", "visit", "occupied", "therapist", "room", "version"])
    except IntegrityError as error:
        if isinstance(error.__cause__, errors.ExclusionViolation):
            return False
        raise
    return True


@one_transaction
def undo(*, appointment: Appointment, user: User | None, version: int | None = None) -> Appointment:
    """Take back what the desk did last with an appointment: it is again as it was before. Nobody has heard of it.

    Only for as long as the message of it waits (`ClinicPolicy.undo_minutes`), and while nothing else has happened.
    The message then finds nothing that is new to the patient. What gives up a time takes it again: raises
    TimeJustGoneError where somebody has it meanwhile, and as `confirm` does.
    """
    events = appointment.events.order_by("-version")[:2]
    last, earlier = (*events, None, None)[:2]
    current = _locked(
        appointment,
        Action.UNDO,
        version,
        therapist_id=earlier.therapist_id if earlier else None,
        room_id=earlier.room_id if earlier else None,
    )
    if last and last.version != current.version:
        raise StateHasChangedError
    if (
        last is None
        or undoable_until(current) is None
        or (last.action in undoing.CHANGING and earlier is None)
    ):
        raise NotPossibleNowError("It cannot be undone any more. Put it right by hand: the patient is told.")
    undoing.keep_waiting(current)
    left = current.status
    _put_back(current, last, earlier or last)
    current.version += 1
    try:
        with transaction.atomic():
            current.save(
                update_fields=[
                    "status",
                    "visit",
                    "occupied",
                    "therapist",
                    "room",
                    "version",
                    "arrived_at",
                    "in_room_at",
                ]
            )
    except IntegrityError as error:
        if isinstance(error.__cause__, errors.ExclusionViolation):
            raise TimeJustGoneError(_why_it_stays(last)) from error
        raise
    current.refresh_from_db()
    _record(current, Action.UNDO, before=left, actor=Actor.DESK, user=user)
    if last.action in undoing.CHANGING:
        freed.time_is_freed()
    return current


def _put_back(current: Appointment, last: AppointmentEvent, earlier: AppointmentEvent) -> None:
    """Set the row to what it was before its last act. Where nobody noted the minutes kept free, they stay."""
    current.status = last.from_status
    if last.action in undoing.CHANGING:
        before = current.starts_at - current.occupied_from
        after = current.occupied_until - current.ends_at
        current.visit = earlier.visit
        current.occupied = earlier.occupied or DateTimeTZRange(
            earlier.visit.lower - before, earlier.visit.upper + after, "[)"
        )
        current.therapist_id, current.room_id = earlier.therapist_id, earlier.room_id
    if last.action in _HERE and last.from_status == AppointmentStatus.CONFIRMED:
        current.arrived_at = None
    if last.action == Action.IN_ROOM:
        current.in_room_at = None


def _why_it_stays(last: AppointmentEvent) -> str:
    if last.action == Action.STRETCH:
        return "Something else has taken the time that it had before. It stays as long as it is now."
    if last.action == Action.MOVE:
        return "Something else has taken the time that it was moved from. The move stands."
    state = AppointmentStatus(last.to_status).label.lower()
    return f"Somebody else has taken the time meanwhile. It stays as it is ({state})."
