"""What the desk can still undo, and until when. The rule alone: `booking.lifecycle` does the undoing.

Every act of the desk that can be undone notes until when, in its event. Until then nobody is told of it, and a time
that it freed is not offered to the waiting list. See docs/decisions/0027-undo-and-arrivals.md.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, QuerySet

from booking.enums import BLOCKING, Actor, NotificationStatus
from booking.exceptions import NotPossibleNowError
from booking.models import Appointment, AppointmentEvent, ClinicPolicy, Notification
from booking.transitions import Action
from flexclinic.lib import clock

#: What the desk does by one press. Whoever books or accepts has somebody on the phone who hears it.
UNDOABLE = frozenset(
    {
        Action.CONFIRM,
        Action.DECLINE,
        Action.MOVE,
        Action.STRETCH,
        Action.CANCEL,
        Action.ARRIVE,
        Action.IN_ROOM,
        Action.COMPLETE,
        Action.NO_SHOW,
        Action.PROPOSE,
    }
)
#: What of it gives a visit another time, length, therapist or room.
CHANGING = frozenset({Action.MOVE, Action.STRETCH})
#: What of it makes a time free.
_FREEING = frozenset({Action.DECLINE, Action.CANCEL, Action.NO_SHOW}) | CHANGING


def until(action: Action, actor: str) -> datetime | None:
    """Until when something that is done now can be undone, in UTC; None for what never can. Reads the policy."""
    if actor != Actor.DESK or action not in UNDOABLE:
        return None
    return clock.now() + timedelta(minutes=ClinicPolicy.in_force().undo_minutes)


def _last_acts() -> QuerySet[AppointmentEvent]:
    """The newest events of appointments, as far as they can be undone now."""
    of_it = Notification.objects.filter(
        appointment=OuterRef("appointment"), version=OuterRef("version"), not_before__isnull=False
    )
    return AppointmentEvent.objects.filter(
        ~Exists(of_it.exclude(status=NotificationStatus.WAITING)),
        undo_until__gt=clock.now(),
        version=F("appointment__version"),
    )


def undoable(appointments: Iterable[Appointment]) -> dict[int, datetime]:
    """Until when the last act with each of the appointments can be undone, by its key. One query for all.

    An appointment is left out whose row here is not the newest: whoever sees it has not seen what would be undone.
    """
    versions = {appointment.pk: appointment.version for appointment in appointments}
    if not versions:
        return {}
    found = (
        _last_acts().filter(appointment__in=versions).values_list("appointment_id", "version", "undo_until")
    )
    return {pk: moment for pk, version, moment in found if moment and versions[pk] == version}


def undoable_until(appointment: Appointment) -> datetime | None:
    """Until when the desk can undo what was done last with an appointment; None where it cannot, or not any more."""
    return undoable([appointment]).get(appointment.pk)


def last_act(appointment: Appointment) -> AppointmentEvent | None:
    """What the desk did last with an appointment, where it can be undone now."""
    return _last_acts().filter(appointment=appointment).select_related("appointment").first()


def just_done(*, user_id: int, most: int) -> list[AppointmentEvent]:
    """What somebody at the desk did last and can still undo, the newest first, with its appointment. One query."""
    found = _last_acts().filter(user_id=user_id).select_related("appointment")
    return list(found.order_by("-at", "-pk")[:most])


def keep_waiting(appointment: Appointment) -> None:
    """Lock the message of the last act, so that it goes out before or after the undoing and not meanwhile.

    Raises NotPossibleNowError where it is going out already. Who sends a message locks its row and no appointment.
    """
    rows_of_it = Notification.objects.filter(
        appointment=appointment, version=appointment.version, not_before__isnull=False
    )
    waiting = rows_of_it.filter(status=NotificationStatus.WAITING).select_for_update(skip_locked=True)
    if rows_of_it.exists() and not waiting.first():
        raise NotPossibleNowError("The message of it is going out just now: it cannot be undone.")


# Times that may come back


@dataclass(frozen=True, slots=True, kw_only=True)
class Returning:
    """A time that is free, but taken again if the desk undoes what freed it. Half-open."""

    therapist_id: int
    room_id: int | None
    low: datetime
    high: datetime

    def meets(self, *, therapist_id: int, room_id: int | None, low: datetime, high: datetime) -> bool:
        """Whether a visit that occupies this time with them, or there, would be in its way."""
        shares = therapist_id == self.therapist_id or (room_id is not None and room_id == self.room_id)
        return shares and low < self.high and self.low < high


def returning() -> list[Returning]:
    """The times that the desk freed just now and may still take back: of a move, where the visit was before."""
    acts = list(_last_acts().filter(action__in=_FREEING).select_related("appointment"))
    moves = [act for act in acts if act.action in CHANGING]
    before = (
        {
            event.appointment_id: event
            for event in AppointmentEvent.objects.filter(
                appointment__in=[act.appointment_id for act in moves], version=F("appointment__version") - 1
            )
        }
        if moves
        else {}
    )
    found = []
    for act in acts:
        visit, was = act.appointment, before.get(act.appointment_id, act)
        if act.from_status in BLOCKING:
            found.append(
                Returning(
                    therapist_id=was.therapist_id,
                    room_id=was.room_id,
                    low=was.visit.lower - (visit.starts_at - visit.occupied_from),
                    high=was.visit.upper + (visit.occupied_until - visit.ends_at),
                )
            )
    return found
