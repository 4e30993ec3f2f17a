"""The desk's inbox, only read: requests with all that helps to answer them, and what else waits for somebody.

A page takes a number of queries that depends on how many requests it shows, and on nothing else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import QuerySet

from booking import availability, changes, comfort, contacts, proposals, sight, why, wishes
from booking.enums import AppointmentStatus, NotificationStatus, OfferState, WaitingState
from booking.models import Appointment, ComfortPreferences, Notification, Offer, Proposal, WaitingPlace
from booking.question import Reason, ReasonCode
from flexclinic.lib import clock

#: Requests on a page. Each costs the two queries that look whether its time is still right.
PAGE = 20
#: So many of what else waits are shown; of the others the number is said.
SHOWN = 20
#: Open appointments of the same people that are looked at, for a whole page.
_MOST_OTHERS = 200

#: What may have become doubtful about a time that is kept. Notice, grid and gaps were settled when it was asked for.
DOUBTS = frozenset(
    {
        ReasonCode.SWITCHED_OFF,
        ReasonCode.UNKNOWN_THERAPIST,
        ReasonCode.OUTSIDE_HOURS,
        ReasonCode.OVERRIDE,
        ReasonCode.PAST,
        ReasonCode.CLOSED,
        ReasonCode.NOT_OFFERED,
        ReasonCode.NO_ROOM,
        ReasonCode.TIME_OFF,
        ReasonCode.BUSY,
        ReasonCode.BUFFER,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request, and what is known besides."""

    appointment: Appointment
    #: What makes them comfortable, in a line.
    comfort: str
    #: What is in doubt about the time, a sentence each.
    doubts: list[str]
    #: What else the same person has open.
    others: list[Appointment]
    place: WaitingPlace | None
    #: What the place waits for, in a line.
    waits_for: str
    #: What the desk has proposed, where nothing has happened since.
    proposal: Proposal | None

    @property
    def value(self) -> str:
        """What its box and its buttons send: the appointment, and the version that was seen."""
        return f"{self.appointment.pk}.{self.appointment.version}"


def requests(user: sight.Staff) -> QuerySet[Appointment]:
    """Who waits for an answer, those who have waited longest first."""
    return (
        sight.seen(user, Appointment.objects.filter(status=AppointmentStatus.REQUESTED))
        .select_related("option__service", "therapist", "room", "patient")
        .order_by("created_at", "pk")
    )


def read(found: Sequence[Appointment], user: sight.Staff) -> list[Asked]:
    """What is known about the requests of a page."""
    if not found:
        return []
    told = _comfort(found)
    others = _others(found, user)
    places = _places(found)
    proposed = {proposal.appointment_id: proposal for proposal in proposals.of_each(found)}
    return [
        Asked(
            appointment=each,
            comfort=comfort.in_words(told.get(each.pk)),
            doubts=doubts(each),
            others=others[each.pk],
            place=places.get(each.pk),
            waits_for="; ".join(f"{name}: {value}" for name, value in wishes.in_words(places[each.pk]))
            if each.pk in places
            else "",
            proposal=proposed.get(each.pk),
        )
        for each in found
    ]


def doubts(appointment: Appointment) -> list[str]:
    """Why the time that an appointment keeps would not be given to it now; none where it would. Two queries."""
    option = changes.option_as_agreed(appointment)
    asked = why.Asked(option, appointment.therapist, appointment.starts_at)
    against: list[Reason] = availability.explain(
        option=option, therapist=appointment.therapist, start=appointment.starts_at, moving=appointment
    )
    said = [str(why.say(reason, asked)) for reason in dict.fromkeys(against) if reason.code in DOUBTS]
    room = appointment.room
    if room and not room.in_use:
        said.append(f"{room} is out of use.")
    return said


def _comfort(found: Sequence[Appointment]) -> dict[int, ComfortPreferences]:
    """What was told about each, or else last about another appointment of the same patient's record. Two queries."""
    own = {
        each.appointment_id: each for each in ComfortPreferences.objects.filter(appointment__in=list(found))
    }
    records = {each.patient_id for each in found if each.patient_id and each.pk not in own}
    latest: dict[int | None, ComfortPreferences] = {}
    if records:
        earlier = ComfortPreferences.objects.filter(appointment__patient__in=records)
        for earlier_one in earlier.select_related("appointment").order_by("updated_at", "pk"):
            latest[earlier_one.appointment.patient_id] = earlier_one
    return {
        each.pk: told
        for each in found
        if (told := own.get(each.pk) or (latest.get(each.patient_id) if each.patient_id else None))
    }


def _others(found: Sequence[Appointment], user: sight.Staff) -> dict[int, list[Appointment]]:
    """What else whoever asks has open, by email address and phone number. Two queries."""
    known = contacts.open_of_all([(each.email, each.phone) for each in found], most=_MOST_OTHERS)
    rows = (
        sight.seen(user, Appointment.objects.filter(pk__in=[pk for pk, _ in known]))
        .select_related("option__service", "therapist")
        .in_bulk()
    )
    own = {each.pk: set(contacts.keys(email=each.email, phone=each.phone)) for each in found}
    return {
        each.pk: [
            rows[pk]
            for pk, keys in known
            if pk != each.pk and pk in rows and not keys.isdisjoint(own[each.pk])
        ]
        for each in found
    }


def _places(found: Sequence[Appointment]) -> dict[int, WaitingPlace]:
    """The places on the waiting list that wait for something earlier than a request. Two queries."""
    waiting = WaitingPlace.objects.filter(
        appointment__in=list(found), state__in=(WaitingState.WAITING, WaitingState.OFFERED)
    )
    rows = waiting.select_related("appointment", "option__service").prefetch_related("therapists")
    return {place.appointment_id: place for place in rows if place.appointment_id}


# What else waits


def failed(user: sight.Staff) -> QuerySet[Notification]:
    """The messages that could not be sent, the oldest first."""
    return (
        sight.seen(user, Notification.objects.filter(status=NotificationStatus.FAILED))
        .select_related("appointment", "place__appointment")
        .order_by("created_at", "pk")
    )


def offers(user: sight.Staff) -> QuerySet[Offer]:
    """The times that are kept for somebody of the waiting list, that which ends first before the others."""
    live = Offer.objects.filter(state=OfferState.OPEN, expires_at__gt=clock.now())
    return (
        sight.seen(user, live)
        .select_related("appointment__option__service", "appointment__therapist", "place__appointment")
        .order_by("expires_at", "pk")
    )


def to_choose(user: sight.Staff) -> QuerySet[Proposal]:
    """Visits that have to be moved and whose patients were asked to choose, that which is first before the others.

    One whose old time has passed is still to be found a new one, for a day.
    """
    return (
        sight.seen(user, proposals.standing())
        .filter(must_move=True, appointment__starts_at__gt=clock.now() - timedelta(days=1))
        .order_by("appointment__starts_at", "pk")
    )
