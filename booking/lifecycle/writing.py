"""What every act does: find the row as it is now, check that the act fits it, save it, and write down the event."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from psycopg import errors

from booking import availability, changes, freed, notifications, undoing
from booking.enums import (
    BLOCKING,
    Actor,
    NotificationKind,
)
from booking.exceptions import (
    NotPossibleNowError,
    StateHasChangedError,
)
from booking.lifecycle import locking
from booking.models import Appointment, AppointmentEvent
from booking.transitions import TRANSITIONS, Action
from flexclinic.lib import clock, rows

#: What patients may do by themselves until so many hours before the visit.
_HELD_TO_THE_CUT_OFF = (Action.MOVE, Action.CANCEL)


#: From then on somebody is in the clinic.
HERE = (Action.ARRIVE, Action.IN_ROOM)


def span(start: datetime, minutes: int, before: int, after: int) -> tuple[DateTimeTZRange, DateTimeTZRange]:
    """The visit and what it occupies. Lengths are minutes of elapsed time."""
    end = start + timedelta(minutes=minutes)
    return (
        DateTimeTZRange(start, end, "[)"),
        DateTimeTZRange(start - timedelta(minutes=before), end + timedelta(minutes=after), "[)"),
    )


def record(
    appointment: Appointment,
    action: Action,
    *,
    before: str,
    actor: Actor,
    user: User | None,
    undo_until: datetime | None = None,
) -> None:
    """Write down what happened to the appointment, as it is now."""
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


def locked(
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
        locking.lock_diaries(therapist_ids, {pk for pk in room_ids if pk})
    else:
        seen = None
    current = Appointment.objects.select_for_update(of=("self",)).get(pk=appointment.pk)
    if seen and seen != (current.therapist_id, current.room_id):
        raise StateHasChangedError  # moved to a diary that is not locked, just before
    check(current, action, version, actor)
    return current


def check(current: Appointment, action: Action, version: int | None, actor: Actor) -> None:
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


def act(
    appointment: Appointment,
    action: Action,
    *,
    actor: Actor,
    user: User | None,
    version: int | None,
    told: NotificationKind | None,
) -> Appointment:
    current = locked(appointment, action, version, actor=actor)
    before = current.status
    if target := TRANSITIONS[action].target:
        current.status = target
    if action in HERE:
        current.arrived_at = current.arrived_at or clock.now()
    if action == Action.IN_ROOM:
        current.in_room_at = clock.now()
    current.version += 1
    current.save(update_fields=["status", "version", "arrived_at", "in_room_at"])
    until = undoing.until(action, actor)
    record(current, action, before=before, actor=actor, user=user, undo_until=until)
    if told:
        notifications.tell(appointment=current, kind=told, not_before=until)
    if before in BLOCKING and current.status not in BLOCKING:
        freed.time_is_freed(not_before=until)
    return current


def saved(appointment: Appointment) -> bool:
    """Save where an appointment goes to; False where something else is there. The transaction goes on either way."""
    try:
        with transaction.atomic():
            appointment.save(update_fields=["status", "visit", "occupied", "therapist", "room", "version"])
    except IntegrityError as error:
        if isinstance(error.__cause__, errors.ExclusionViolation):
            return False
        raise
    return True
