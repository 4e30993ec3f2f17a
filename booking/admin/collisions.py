"""What is in the way of a visit, in words that the desk can act on."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from booking.admin import wording
from booking.enums import BLOCKING
from booking.models import Appointment
from flexclinic.lib import when

#: More than these are not listed: the desk has seen enough.
_SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A visit that somebody wants to have: what it would occupy, with its buffers, in UTC."""

    start: datetime
    end: datetime
    occupied_from: datetime
    occupied_until: datetime


def in_the_way(
    wanted: Wanted, *, therapist_id: int | None, room_id: int | None, besides: Appointment | None = None
) -> list[Appointment]:
    """The appointments, in order, that keep the therapist or the room from a visit. One query."""
    whose = Q(pk__in=())
    if therapist_id:
        whose |= Q(therapist_id=therapist_id)
    if room_id:
        whose |= Q(room_id=room_id)
    found = (
        Appointment.objects.filter(
            whose,
            status__in=BLOCKING,
            occupied_from__lt=wanted.occupied_until,
            occupied_until__gt=wanted.occupied_from,
        )
        .select_related("therapist", "room")
        .order_by("occupied_from")
    )
    return list(found.exclude(pk=besides.pk) if besides else found)


def therapist_taken(found: list[Appointment], wanted: Wanted) -> str:
    """Say what the therapist has at that time."""
    return f"{found[0].therapist.name} has {_named(found, wanted)} then."


def room_taken(found: list[Appointment], wanted: Wanted) -> str:
    """Say who has the room at that time."""
    others = wording.listed([f"{each.therapist.name}’s {_one(each, wanted)}" for each in found[:_SHOWN]])
    return f"{found[0].room} is taken then by {others}."


def _named(found: list[Appointment], wanted: Wanted) -> str:
    return wording.listed([_one(each, wanted) for each in found[:_SHOWN]])


def _one(appointment: Appointment, wanted: Wanted) -> str:
    """As in "K7QM-3XWP (Tuesday 24 November, 10am to 11am)", and whether only buffers meet."""
    text = f"{appointment.reference} ({wording.visit(appointment)}"
    if wanted.start < appointment.ends_at and appointment.starts_at < wanted.end:
        return f"{text})"
    if wanted.start < appointment.occupied_until and appointment.occupied_from < wanted.end:
        kept = when.format_range(appointment.occupied_from, appointment.occupied_until)
        return f"{text}, kept free with its buffers {kept})"
    return f"{text}, too near for the buffers of this visit)"
