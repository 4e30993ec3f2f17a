"""A therapist cannot come: the hours are closed first, then each visit in them is looked after by itself.

Time off is written before anything else, so that nobody books into it meanwhile. Whatever is done with a visit is done
by `booking.lifecycle` and `booking.proposals`, one transaction for each. How it stands with them afterwards is read
from the appointments as they are then, whoever changed them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from django.contrib.auth.models import User
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Prefetch, QuerySet

from booking import availability, changes, lifecycle, proposals
from booking.enums import OPEN, Actor, AppointmentStatus
from booking.exceptions import BookingError, NotPossibleNowError
from booking.models import Absence, AbsenceVisit, Appointment, Proposal, TimeOff
from booking.proposals import Time
from flexclinic.lib import clock, when
from services.models import Room, ServiceOption, Therapist

#: What the desk reads at the time off. Not why somebody cannot come: that is nobody's business.
NOTE = "Cannot come"
#: Visits on a page of what is to be done: each costs the two queries that look for somebody else at its own time.
PAGE = 25
#: So many of the nearest times are offered for each, of either kind.
NEAREST = 3
#: How far ahead they are looked for, in local dates, from the day of the visit on.
_AHEAD = 14


class Choice(StrEnum):
    """What the desk does with a visit."""

    LEAVE = "leave"
    ASK = "ask"
    CANCEL = "cancel"
    MOVE = "move"


@transaction.atomic
def note(*, therapist: Therapist, period: DateTimeTZRange, user: User | None) -> Absence:
    """Close the therapist's hours in a period, and remember whom that meets. The same twice is noted once."""
    Therapist.objects.select_for_update(of=("self",)).get(pk=therapist.pk)
    if same := Absence.objects.filter(therapist=therapist, period=period, time_off__isnull=False).first():
        return same
    time_off = TimeOff.objects.create(therapist=therapist, period=period, note=NOTE)
    absence = Absence.objects.create(
        therapist=therapist, period=period, time_off=time_off, noted_at=clock.now(), user=user
    )
    keep_up(absence)
    return absence


def keep_up(absence: Absence) -> None:
    """Remember the visits that stand in an absence now: one booked just before it was noted may come in late."""
    AbsenceVisit.objects.bulk_create(
        [
            AbsenceVisit(absence=absence, appointment=each, visit=each.visit)
            for each in in_it(therapist=absence.therapist, period=absence.period)
        ],
        ignore_conflicts=True,
    )


def in_it(*, therapist: Therapist, period: DateTimeTZRange) -> QuerySet[Appointment]:
    """A therapist's visits in a period that are still to come or going on, by time."""
    return (
        Appointment.objects.filter(
            therapist=therapist, status__in=OPEN, visit__overlap=period, ends_at__gt=clock.now()
        )
        .select_related("option__service", "therapist", "room")
        .order_by("starts_at", "pk")
    )


# What could be instead


@dataclass(frozen=True, slots=True, kw_only=True)
class Instead:
    """What is free for a visit: its own time with somebody else, and the nearest, each checked."""

    same_time: list[Time]
    with_therapist: list[Time]
    with_anyone: list[Time]

    @property
    def all(self) -> list[Time]:
        """Every one of them, the best first, none twice."""
        times = [*self.same_time, *self.with_therapist, *self.with_anyone]
        return list({time.value: time for time in times}.values())


def instead(visits: Sequence[Appointment]) -> dict[int, Instead]:
    """What is free for each of the visits of a page. Two queries for each, and two for each sort of visit among them.

    At its own time its own room counts as free. The nearest times are those beside everything that is booked now.
    """
    found: dict[int, Instead] = {}
    free: dict[tuple[int, int], list[tuple[int, tuple[str, ...]]]] = {}
    gives: dict[int, list[Therapist]] = {}
    first = min((when.in_clinic_zone(visit.starts_at).date() for visit in visits), default=clock.today())
    last = max((when.in_clinic_zone(visit.starts_at).date() for visit in visits), default=first)
    for visit in visits:
        option = proposals.rules(visit)
        if visit.option_id not in gives:
            gives[visit.option_id] = list(option.therapists.filter(bookable=True))
        sort = (visit.option_id, option.minutes)
        if sort not in free:
            free[sort] = availability.free_times(
                option=option, first_date=first, days=(last - first).days + _AHEAD
            ).starts
        therapists = gives[visit.option_id]
        near = proposals.nearest_of(
            free[sort], appointment=visit, therapists=therapists, around=visit.starts_at, count=NEAREST
        )
        found[visit.pk] = Instead(
            same_time=_at_its_time(visit, option, therapists),
            with_therapist=near.with_therapist,
            with_anyone=near.with_anyone,
        )
    return found


def _at_its_time(visit: Appointment, option: ServiceOption, therapists: list[Therapist]) -> list[Time]:
    try:
        choices = availability.choices_at(option=option, therapist=None, start=visit.starts_at, moving=visit)
    except BookingError:
        return []
    by_key = {one.pk: one for one in therapists if one.pk != visit.therapist_id}
    who = dict.fromkeys(choice.therapist_id for choice in choices if choice.therapist_id in by_key)
    return [Time(visit.starts_at, by_key[pk]) for pk in who][:NEAREST]


# What is done with one of them


def look_after(
    *,
    visit: Appointment,
    choice: Choice,
    user: User | None,
    version: int,
    to: Time | None = None,
    proposed: Sequence[Time] = (),
    answer_within: timedelta = proposals.USUAL_ANSWER,
) -> Appointment:
    """Do with one visit what the desk has picked, in one transaction of its own. Every message waits for the undoing.

    MOVE needs the time `to` go to; ASK needs the times to be `proposed`. A request that is called off is declined.
    Raises BookingError: nothing was then changed.
    """
    match choice:
        case Choice.MOVE if to:
            return _move(visit, to, user=user, version=version)
        case Choice.ASK:
            made = proposals.propose(
                appointment=visit,
                times=proposed,
                user=user,
                version=version,
                must_move=True,
                answer_within=answer_within,
            )
            return made.appointment
        case Choice.CANCEL if visit.status == AppointmentStatus.REQUESTED:
            return lifecycle.decline(appointment=visit, user=user, version=version)
        case Choice.CANCEL:
            return lifecycle.cancel(appointment=visit, actor=Actor.DESK, user=user, version=version)
    raise NotPossibleNowError("Choose what is to be done.")


@lifecycle.one_transaction
def _move(visit: Appointment, to: Time, *, user: User | None, version: int) -> Appointment:
    """Move it where it is free by the rules of what the desk proposes, into the first room that suits."""
    seen = Appointment.objects.select_related("option").get(pk=visit.pk)
    if changes.is_at(seen, start=to.start, therapist=to.therapist):
        return seen
    choices = availability.choices_at(
        option=proposals.rules(seen), therapist=to.therapist, start=to.start, moving=seen
    )
    rooms = Room.objects.in_bulk([choice.room_id for choice in choices if choice.room_id])
    room = rooms.get(choices[0].room_id or 0)
    return lifecycle.move(
        appointment=seen,
        start=to.start,
        therapist=to.therapist,
        room=room,
        actor=Actor.DESK,
        user=user,
        version=version,
    )


# How it stands


class Stands(StrEnum):
    """How it stands with a visit that an absence met."""

    TO_DO = "to do"
    ASKED = "asked"
    NO_ANSWER = "no answer"
    NONE = "none suits"
    MOVED = "moved"
    CHOSEN = "chosen"
    CALLED_OFF = "called off"
    OVER = "over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """A visit that an absence met: when it was, and how it stands now."""

    appointment: Appointment
    was: DateTimeTZRange
    stands: Stands
    proposal: Proposal | None
    #: Nothing tells them by itself: there is no email address, they do not answer, or none of the times suits.
    call: bool


def met(absence: Absence) -> list[Met]:
    """Every visit that an absence met, by the time that it had, with those booked there since. Four queries."""
    known = {
        row.appointment_id: row
        for row in absence.visits.select_related(
            "appointment__option__service", "appointment__therapist", "appointment__room"
        )
    }
    rows = [(row.appointment, row.visit) for row in known.values()]
    rows += [
        (each, each.visit)
        for each in in_it(therapist=absence.therapist, period=absence.period)
        if each.pk not in known
    ]
    visits = [appointment for appointment, _ in rows]
    standing = {each.appointment_id: each for each in proposals.of_each(visits)}
    chosen = set(
        Proposal.objects.filter(
            appointment__in=visits, answer="taken", made_at__gte=absence.noted_at
        ).values_list("appointment_id", flat=True)
    )
    found = [
        _met(absence, appointment, was, standing.get(appointment.pk), appointment.pk in chosen)
        for appointment, was in rows
    ]
    return sorted(found, key=lambda each: (each.was.lower, each.appointment.pk))


def _met(
    absence: Absence, appointment: Appointment, was: DateTimeTZRange, proposal: Proposal | None, chosen: bool
) -> Met:
    stands = _stands(absence, appointment, proposal, chosen)
    waits_for_desk = stands in {Stands.NO_ANSWER, Stands.NONE}
    not_told = not appointment.email and stands in {Stands.TO_DO, Stands.MOVED, Stands.CALLED_OFF}
    return Met(
        appointment=appointment,
        was=was,
        stands=stands,
        proposal=proposal,
        call=waits_for_desk or not_told,
    )


def _stands(absence: Absence, appointment: Appointment, proposal: Proposal | None, chosen: bool) -> Stands:
    if appointment.status not in OPEN:
        called_off = appointment.status in {AppointmentStatus.CANCELLED, AppointmentStatus.DECLINED}
        return Stands.CALLED_OFF if called_off else Stands.OVER
    period = absence.period
    there = appointment.starts_at < period.upper and period.lower < appointment.ends_at
    if appointment.therapist_id != absence.therapist_id or not there:
        return Stands.CHOSEN if chosen else Stands.MOVED
    if proposal is None:
        return Stands.TO_DO
    if proposal.answer:
        return Stands.NONE
    return Stands.ASKED if proposal.is_open(clock.now()) else Stands.NO_ANSWER


def recent(*, most: int) -> list[Absence]:
    """The absences that are not over, the newest first, each with how many visits it met."""
    return list(
        Absence.objects.filter(period__endswith__gt=clock.now())
        .select_related("therapist")
        .prefetch_related(Prefetch("visits", AbsenceVisit.objects.only("pk", "absence_id")))
        .order_by("-noted_at", "-pk")[:most]
    )
