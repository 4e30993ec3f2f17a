"""What has happened to an appointment, in words for its patient."""

from datetime import datetime
from itertools import pairwise

from booking.enums import Actor
from booking.models import Appointment, AppointmentEvent
from booking.transitions import Action
from flexclinic.lib import when

#: What a page that was open meanwhile says: "While this page was open, …".
_WORDS = {
    Action.CONFIRM: "the appointment was confirmed",
    Action.DECLINE: "the clinic could not confirm your request",
    Action.CANCEL: "the appointment was cancelled",
    Action.ARRIVE: "the front desk noted that you are here",
    Action.IN_ROOM: "the front desk noted that your visit has begun",
    Action.COMPLETE: "the front desk noted that the visit took place",
    Action.NO_SHOW: "the front desk noted that you did not come",
    Action.EXPIRE: "the time ran out",
    Action.REQUEST: "the offered time was asked for",
    Action.ACCEPT: "the offered time was taken",
    Action.REFUSE: "the offered time was let go",
    Action.PROPOSE: "the clinic proposed other times",
}
#: What was undone, and so does not hold any more.
_TAKEN_BACK: dict[str, str] = {
    Action.CONFIRM: "the clinic took back its yes",
    Action.DECLINE: "the clinic took back its no",
    Action.CANCEL: "the clinic took back the cancellation",
}


def since(appointment: Appointment, version: int) -> list[str]:
    """What has changed since somebody saw this version, oldest first: "the appointment was cancelled"."""
    events = list(
        appointment.events.filter(version__gte=version).select_related("therapist").order_by("version")
    )
    earlier: list[AppointmentEvent | None] = list(events)
    if not events or events[0].version > version:
        earlier = [None, *events]
    return [_happened(before, event) for before, event in pairwise(earlier) if event]


def _happened(before: AppointmentEvent | None, event: AppointmentEvent) -> str:
    if event.action in {Action.MOVE, Action.STRETCH, Action.UNDO_MOVE, Action.CHOOSE}:
        return _moved(before, event)
    if event.action == Action.UNDO:
        if before and before.action in {Action.MOVE, Action.STRETCH}:
            return _moved(before, event)
        return _TAKEN_BACK.get(before.action if before else "", "the clinic took back what it did last")
    return _WORDS.get(Action(event.action), "the appointment was changed")


def latest(appointment: Appointment) -> str:
    """Who moved or cancelled a visit, where that was the last thing that happened to it; else empty."""
    events = list(appointment.events.order_by("-version")[:2])
    if not events or events[0].action not in {Action.MOVE, Action.CANCEL, Action.CHOOSE}:
        return ""
    event = events[0]
    who = "You" if event.actor == Actor.PATIENT else "The clinic"
    if event.action == Action.CANCEL:
        if event.actor == Actor.SYSTEM:
            return (
                "It was given up for the earlier time that you took. The link to that one is in the message that "
                "we sent. If you have lost it, use “Change my booking”."
            )
        return f"{who} cancelled it on {when.format_date_time(event.at)}."
    if len(events) < 2 or events[1].visit == event.visit:
        return ""
    return f"{who} moved it here from {_at(events[1])}."


def placed_at(appointment: Appointment) -> datetime:
    """When an appointment was put where it stands now: booked or moved there."""
    placed = appointment.created_at
    for event in appointment.events.order_by("-version"):
        if event.visit != appointment.visit:
            break
        placed = event.at
    return placed


def _moved(before: AppointmentEvent | None, event: AppointmentEvent) -> str:
    if before and before.visit == event.visit:
        if before.therapist_id == event.therapist_id:
            return "the appointment was given another room"
        return f"the appointment was given to {event.therapist.name}"
    if before and before.visit.lower == event.visit.lower and before.therapist_id == event.therapist_id:
        how = "longer" if before.visit.upper < event.visit.upper else "shorter"
        return f"the appointment was made {how}: it now ends at {when.format_time(event.visit.upper)}"
    origin = f" from {_at(before)}" if before else ""
    other = f", with {event.therapist.name}" if before and before.therapist_id != event.therapist_id else ""
    return f"the appointment was moved{origin} to {_at(event)}{other}"


def _at(event: AppointmentEvent) -> str:
    return f"{when.format_date(event.visit.lower, year=False)} at {when.format_time(event.visit.lower)}"
