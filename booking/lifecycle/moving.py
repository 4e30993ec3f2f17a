"""What changes the time, the therapist or the room of an appointment."""

from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from booking import availability, changes, freed, notifications, undoing
from booking.enums import (
    Actor,
    AppointmentStatus,
    NotificationKind,
)
from booking.exceptions import (
    NotPossibleNowError,
    TherapistNotOfferedError,
    TimeJustGoneError,
)
from booking.lifecycle import locking, writing
from booking.lifecycle.locking import one_transaction
from booking.models import Appointment
from booking.models.appointment import LONGEST_OCCUPIED
from booking.transitions import Action
from flexclinic.lib import clock
from services.models import Room, ServiceOption, Therapist


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
    locking.lock_limited(option=option, therapist=therapist, start=start)
    choices = availability.choices_at(option=option, therapist=therapist, start=start, moving=appointment)
    current = writing.locked(appointment, Action.CHOOSE, version, choices=choices, actor=Actor.PATIENT)
    before = current.status
    visit, occupied = writing.span(start, option.minutes, option.buffer_before, option.buffer_after)
    if confirms:
        current.status = AppointmentStatus.CONFIRMED
    current.version += 1
    for choice in choices:
        current.visit, current.occupied = visit, occupied
        current.therapist_id, current.room_id = choice.therapist_id, choice.room_id
        if writing.saved(current):
            current.refresh_from_db()
            writing.record(current, Action.CHOOSE, before=before, actor=Actor.PATIENT, user=None)
            agreed = before != current.status
            notifications.tell(
                appointment=current,
                kind=NotificationKind.CONFIRMED if agreed else NotificationKind.MOVED,
            )
            freed.time_is_freed()
            return current
    raise TimeJustGoneError


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
    current = writing.locked(
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
    writing.record(current, Action.MOVE, before=current.status, actor=actor, user=user, undo_until=until)
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
    current = writing.locked(appointment, Action.STRETCH, version)
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
    writing.record(
        current, Action.STRETCH, before=current.status, actor=Actor.DESK, user=user, undo_until=until
    )
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
    writing.check(
        seen, Action.MOVE, version, Actor.PATIENT
    )  # before the time: what has changed is said first
    option = changes.option_as_agreed(seen)
    locking.lock_limited(option=option, therapist=therapist, start=start)
    choices = availability.choices_at(option=option, therapist=therapist, start=start, moving=seen)
    current = writing.locked(appointment, Action.MOVE, version, choices=choices, actor=Actor.PATIENT)
    visit, occupied = writing.span(start, option.minutes, option.buffer_before, option.buffer_after)
    current.version += 1
    for choice in choices:
        current.visit, current.occupied = visit, occupied
        current.therapist_id, current.room_id = choice.therapist_id, choice.room_id
        if writing.saved(current):
            current.refresh_from_db()
            writing.record(current, Action.MOVE, before=current.status, actor=Actor.PATIENT, user=None)
            notifications.tell(appointment=current, kind=NotificationKind.MOVED)
            freed.time_is_freed()
            return current
    raise TimeJustGoneError
