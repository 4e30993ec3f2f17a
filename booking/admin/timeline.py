"""What happened to an appointment and what the patient was told of it, in one order."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from booking.enums import AppointmentStatus, NotificationStatus
from booking.exceptions import BookingError, StateHasChangedError
from booking.models import Appointment, AppointmentEvent, Notification
from booking.transitions import UNDOINGS, Action
from flexclinic.lib import clock, when


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing: an event, or a message and how far it has come."""

    at: datetime
    what: str
    more: str
    message: Notification | None = None


def timeline(appointment: Appointment, told: Iterable[Notification]) -> list[Line]:
    """The events and the messages, oldest first. A message stands where it was written."""
    return _sorted(_events_of([appointment])[appointment.pk], list(told))


def of_many(appointments: Sequence[Appointment], told: Iterable[Notification]) -> dict[int, list[Line]]:
    """The same of several, by their keys; each message is of one of them. One query."""
    messages: dict[int, list[Notification]] = {appointment.pk: [] for appointment in appointments}
    for message in told:
        messages[message.appointment_id or 0].append(message)
    return {pk: _sorted(events, messages[pk]) for pk, events in _events_of(appointments).items()}


def _events_of(appointments: Iterable[Appointment]) -> dict[int, list[AppointmentEvent]]:
    found: dict[int, list[AppointmentEvent]] = {appointment.pk: [] for appointment in appointments}
    rows = AppointmentEvent.objects.filter(appointment__in=found).select_related("user", "therapist", "room")
    for event in rows.order_by("at", "pk"):
        found[event.appointment_id].append(event)
    return found


def why_not(error: BookingError, appointment: Appointment, *, seen: int) -> str:
    """What the desk is told when the diary said no to who had seen this version: with what has happened since."""
    if not (isinstance(error, StateHasChangedError) and seen):
        return error.message
    rows = appointment.events.filter(version__gte=seen).select_related("user", "therapist", "room")
    events = list(rows.order_by("version"))
    lines = list(_events(events))[1 if events and events[0].version == seen else 0 :]
    happened = "; ".join(f"{line.what} {line.more}" for line in lines)
    return f"{error.message} Since you looked: {happened}." if happened else error.message


def _sorted(events: list[AppointmentEvent], told: list[Notification]) -> list[Line]:
    undone = {event.version - 1 for event in events if event.action in UNDOINGS}
    lines = [*_events(events), *(_message(message, undone=message.version in undone) for message in told)]
    return sorted(lines, key=lambda line: (line.at, line.message is not None))


def _events(events: Iterable[AppointmentEvent]) -> Iterable[Line]:
    before: AppointmentEvent | None = None
    for event in events:
        changed: list[str] = []
        if before and event.visit != before.visit:
            changed.append(
                f"to {when.format_range(event.visit.lower, event.visit.upper)}"
                if event.visit.lower == before.visit.lower
                else f"to {when.format_date_time(event.visit.lower)}"
            )
        if before and event.therapist_id != before.therapist_id:
            changed.append(f"with {event.therapist.name}")
        if before and event.room_id != before.room_id:
            changed.append(f"in {event.room}" if event.room else "without a room")
        who = event.user.get_username() if event.user else event.get_actor_display().lower()
        more = " ".join([*changed, "by", who])
        what = _HAPPENED.get(event.action, event.action)
        if event.action == Action.UNDO and before:
            what = _UNDONE.get(before.action, what)
        if (event.action, event.from_status) == (Action.REQUEST, AppointmentStatus.OFFERED):
            what = "Offer taken: asked for"
        yield Line(at=event.at, what=what, more=more)
        before = event


_HAPPENED: dict[str, str] = {
    Action.REQUEST: "Asked for",
    Action.BOOK: "Booked",
    Action.CONFIRM: "Confirmed",
    Action.DECLINE: "Declined",
    Action.MOVE: "Moved",
    Action.UNDO: "Undone",
    Action.STRETCH: "Made longer or shorter",
    Action.UNDO_MOVE: "Move undone",
    Action.CANCEL: "Cancelled",
    Action.ARRIVE: "Arrived",
    Action.IN_ROOM: "In the room",
    Action.COMPLETE: "Completed",
    Action.NO_SHOW: "Did not come",
    Action.EXPIRE: "Expired",
    Action.OFFER: "Offered to the waiting list",
    Action.ACCEPT: "Offer accepted",
    Action.REFUSE: "Offer not taken",
    Action.PROPOSE: "Asked to choose another time",
    Action.CHOOSE: "Chose another time",
}
#: What the undoing of something is called.
_UNDONE: dict[str, str] = {
    Action.CONFIRM: "“Confirmed” undone",
    Action.DECLINE: "“Declined” undone",
    Action.MOVE: "Move undone",
    Action.STRETCH: "Length put back",
    Action.CANCEL: "“Cancelled” undone",
    Action.ARRIVE: "“Arrived” undone",
    Action.IN_ROOM: "“In the room” undone",
    Action.COMPLETE: "“Completed” undone",
    Action.NO_SHOW: "“Did not come” undone",
    Action.PROPOSE: "Other times taken back",
}


def _message(message: Notification, *, undone: bool) -> Line:
    match message.status:
        case NotificationStatus.WAITING if undone:
            more = "It was undone. This goes out only if the patient does not know how the visit stands now."
        case NotificationStatus.WAITING:
            more = _waiting(message)
        case NotificationStatus.SENT:
            more = _sent(message)
        case NotificationStatus.FAILED:
            more = f"{message.last_error}{_tries(message)}"
        case _:
            more = message.last_error
    return Line(at=message.created_at, what=message.get_kind_display(), more=more, message=message)


def _waiting(message: Notification) -> str:
    if message.not_before and clock.now() < message.not_before:
        return f"It goes out at {when.format_time(message.not_before)}, unless it is undone."
    return f"{message.last_error}{_tries(message)}" if message.attempts else "It goes out within moments."


def _sent(message: Notification) -> str:
    at = f"{when.format_date_time(message.sent_at)}." if message.sent_at else ""
    return f"{at}{_tries(message)}" if message.attempts > 1 else at


def _tries(message: Notification) -> str:
    if not message.attempts:
        return ""
    return f" Tried {'once' if message.attempts == 1 else f'{message.attempts} times'}."
