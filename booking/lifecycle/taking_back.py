"""Take back what the desk did last."""

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from psycopg import errors

from booking import freed, undoing
from booking.enums import (
    Actor,
    AppointmentStatus,
)
from booking.exceptions import (
    NotPossibleNowError,
    StateHasChangedError,
    TimeJustGoneError,
)
from booking.lifecycle import writing
from booking.lifecycle.locking import one_transaction
from booking.models import Appointment, AppointmentEvent
from booking.transitions import Action


@one_transaction
def undo(*, appointment: Appointment, user: User | None, version: int | None = None) -> Appointment:
    """Take back what the desk did last with an appointment: it is again as it was before. Nobody has heard of it.

    Only for as long as the message of it waits (`ClinicPolicy.undo_minutes`), and while nothing else has happened.
    The message then finds nothing that is new to the patient. What gives up a time takes it again: raises
    TimeJustGoneError where somebody has it meanwhile, and as `confirm` does.
    """
    events = appointment.events.order_by("-version")[:2]
    last, earlier = (*events, None, None)[:2]
    current = writing.locked(
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
        or undoing.undoable_until(current) is None
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
    writing.record(current, Action.UNDO, before=left, actor=Actor.DESK, user=user)
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
    if last.action in writing.HERE and last.from_status == AppointmentStatus.CONFIRMED:
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
