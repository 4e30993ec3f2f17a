"""Other times: the desk proposes up to three, and the patient takes one by a link, wants none, or lets it be.

Nothing is held meanwhile. Who takes a time is judged by the same rules and constraints as everybody, in one
transaction. A proposal is about one version of its appointment: whatever happens to that ends it. See
docs/decisions/0035-proposals.md.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.contrib.auth.models import User
from django.db.models import F, QuerySet

from booking import availability, changes, lifecycle
from booking.enums import AppointmentStatus, NotificationKind, ProposalAnswer
from booking.exceptions import (
    NotPossibleNowError,
    ProposalOverError,
    StateHasChangedError,
    TimeJustGoneError,
)
from booking.models import Appointment, Proposal, ProposedTime
from booking.openings import at_the_desk
from booking.transitions import TRANSITIONS, Action
from flexclinic.lib import clock, when
from services.models import ServiceOption, Therapist

#: A patient chooses between so many.
MOST_TIMES = 3
#: How long a patient may take to answer, unless the desk says otherwise.
USUAL_ANSWER = timedelta(days=1)
#: So many of the nearest free times the desk chooses from, with the same therapist and with anyone.
SHOWN = 6
#: How many local dates on either side are looked through, until enough times are found.
_REACHES = (14, 62)


@dataclass(frozen=True, slots=True)
class Time:
    """A start, in UTC, with a therapist."""

    start: datetime
    therapist: Therapist

    @property
    def value(self) -> str:
        """As a form sends it."""
        return f"{int(self.start.timestamp())}.{self.therapist.pk}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """Free times near a moment, ascending."""

    with_therapist: list[Time]
    with_anyone: list[Time]


def rules(appointment: Appointment) -> ServiceOption:
    """The option as agreed, by the rules of what the desk proposes: all of the website's but notice and horizon."""
    return at_the_desk(changes.option_as_agreed(appointment))


def may_propose(appointment: Appointment) -> bool:
    """Whether other times may be proposed for an appointment by a message now."""
    fits = appointment.status in TRANSITIONS[Action.PROPOSE].sources
    return fits and bool(appointment.email) and appointment.starts_at > clock.now()


def near(appointment: Appointment, *, around: datetime | None = None, count: int = SHOWN) -> Near:
    """The free times nearest to a moment (None: to the visit), without its own. Three queries; two more where those
    of some weeks are too few.
    """
    option, moment = rules(appointment), around or appointment.starts_at
    therapists = list(option.therapists.filter(bookable=True))
    day = when.in_clinic_zone(moment).date()
    found = Near(with_therapist=[], with_anyone=[])
    for reach in _REACHES:
        first = max(clock.today(), day - timedelta(days=reach))
        free = availability.free_times(
            option=option, first_date=first, days=2 * reach + 1, moving=appointment
        ).starts
        found = nearest_of(free, appointment=appointment, therapists=therapists, around=moment, count=count)
        if len(found.with_therapist) == count:
            break
    return found


def nearest_of(
    free: Sequence[tuple[int, tuple[str, ...]]],
    *,
    appointment: Appointment,
    therapists: Sequence[Therapist],
    around: datetime,
    count: int,
) -> Near:
    """Of free starts those nearest to a moment, so many with the same therapist and with others, by time.

    No two of a kind begin within the length of a visit of each other: to choose between 10am and 10:15am is no choice.
    """
    instant = around.timestamp()
    by_distance = sorted(free, key=lambda each: (abs(each[0] - instant), each[0]))
    others = [one for one in therapists if one.pk != appointment.therapist_id]
    same = [appointment.therapist]
    length = appointment.ends_at - appointment.starts_at
    return Near(
        with_therapist=_apart(_times(by_distance, same, appointment), length, count),
        with_anyone=_apart(_times(by_distance, others, appointment), length, count),
    )


def _apart(times: Iterable[Time], length: timedelta, count: int) -> list[Time]:
    chosen: list[Time] = []
    for time in times:
        if all(abs(time.start - other.start) >= length for other in chosen):
            chosen.append(time)
            if len(chosen) == count:
                break
    return sorted(chosen, key=_by_start)


def _times(
    found: Iterable[tuple[int, tuple[str, ...]]], therapists: Sequence[Therapist], besides: Appointment
) -> Iterator[Time]:
    """Each start with the first of the therapists who is free, without where the visit is."""
    for instant, slugs in found:
        who = next((one for one in therapists if one.slug in slugs), None)
        start = datetime.fromtimestamp(instant, UTC)
        if who and not changes.is_at(besides, start=start, therapist=who):
            yield Time(start, who)


@lifecycle.one_transaction
def propose(
    *,
    appointment: Appointment,
    times: Sequence[Time],
    user: User | None,
    version: int | None = None,
    answer_within: timedelta = USUAL_ANSWER,
    must_move: bool | None = None,
) -> Proposal:
    """Ask the patient to choose between times that are free now. The message waits while this can be undone.

    A request is answered by it; a visit that is agreed has to be moved (`must_move` says it of a request, too). It can
    be answered for so long, and not beyond the last of the times. Raises TimeJustGoneError where one of the times is
    not free, NotPossibleNowError for none or too many times or for somebody without an email address, and as
    `lifecycle.confirm` does.
    """
    chosen = sorted({(time.start, time.therapist.pk): time for time in times}.values(), key=_by_start)
    if not 1 <= len(chosen) <= MOST_TIMES:
        raise NotPossibleNowError(f"Choose between 1 and {MOST_TIMES} times.")
    if not appointment.email:
        raise NotPossibleNowError(f"There is no email address: call {appointment.name}.")
    seen = Appointment.objects.select_related("option").get(pk=appointment.pk)
    option, now = rules(seen), clock.now()
    for time in chosen:
        if time.start <= now or availability.explain(
            option=option, therapist=time.therapist, start=time.start, moving=seen
        ):
            raise TimeJustGoneError("One of these times is not free any more. Nothing was sent.")
    moves = seen.status == AppointmentStatus.CONFIRMED if must_move is None else must_move
    kind = NotificationKind.CHOOSE_TIME if moves else NotificationKind.PROPOSED
    current = lifecycle.propose(
        appointment=seen, told=kind, user=user, version=seen.version if version is None else version
    )
    made = Proposal.objects.create(
        appointment=current,
        version=current.version,
        must_move=moves,
        made_at=now,
        expires_at=min(now + answer_within, chosen[-1].start),
        user=user,
    )
    ProposedTime.objects.bulk_create(
        ProposedTime(proposal=made, start=time.start, therapist=time.therapist) for time in chosen
    )
    return made


def _by_start(time: Time) -> tuple[datetime, int]:
    return time.start, time.therapist.pk


def about(appointment: Appointment) -> Proposal | None:
    """The proposal that a link opens: the newest that was made for the appointment."""
    return _whole().filter(appointment=appointment).first()


def of_each(appointments: Sequence[Appointment]) -> QuerySet[Proposal]:
    """The proposals of these appointments to which nothing else has happened since."""
    return standing().filter(appointment__in=list(appointments))


def standing() -> QuerySet[Proposal]:
    """The proposals of appointments to which nothing else has happened since, answered in time or not."""
    return _whole().filter(
        version=F("appointment__version"),
        appointment__status__in=TRANSITIONS[Action.CHOOSE].sources,
    )


def _whole() -> QuerySet[Proposal]:
    return Proposal.objects.select_related(
        "appointment__option__service", "appointment__therapist", "appointment__room"
    ).prefetch_related("times__therapist")


def still_free(proposal: Proposal) -> list[Time]:
    """The proposed times that are free now. Two queries for each."""
    appointment, now = proposal.appointment, clock.now()
    option = rules(appointment)
    return [
        Time(time.start, time.therapist)
        for time in proposal.times.all()
        if time.start > now
        and not availability.explain(
            option=option, therapist=time.therapist, start=time.start, moving=appointment
        )
    ]


def others(proposal: Proposal) -> list[Time]:
    """Free times of the website near the first that was proposed, with anyone, for whom all of those have gone."""
    appointment = proposal.appointment
    option = changes.option_as_agreed(appointment)
    first = next((time.start for time in proposal.times.all()), appointment.starts_at)
    found = availability.nearest(
        option=option, therapist=None, around=first, count=8 * SHOWN, moving=appointment
    )
    times = _times(found, list(option.therapists.filter(bookable=True)), appointment)
    return _apart(times, appointment.ends_at - appointment.starts_at, SHOWN)


def confirms(proposal: Proposal, time: Time) -> bool:
    """Whether taking a time agrees the visit: one that the desk proposed, or where the desk has no say."""
    if any(
        (each.start, each.therapist_id) == (time.start, time.therapist.pk) for each in proposal.times.all()
    ):
        return True
    return proposal.must_move or proposal.appointment.option.is_instant


@lifecycle.one_transaction
def take(*, proposal: Proposal, time: Time) -> Appointment:
    """The patient takes a time: one that was proposed is agreed; another one is moved to by the rules of the website.

    Taken twice it gives the same answer. Raises ProposalOverError where it can be answered no more, TimeJustGoneError
    and TimeNotOfferedError where the time cannot be had: the appointment is then as it was.
    """
    current = _whole().get(pk=proposal.pk)
    appointment = current.appointment
    if _is_taken(current, time):
        return appointment
    if not current.is_open(clock.now()):
        raise ProposalOverError
    proposed = (time.start, time.therapist.pk) in {
        (each.start, each.therapist_id) for each in current.times.all()
    }
    try:
        moved = lifecycle.choose(
            appointment=appointment,
            option=rules(appointment) if proposed else changes.option_as_agreed(appointment),
            therapist=time.therapist,
            start=time.start,
            version=current.version,
            confirms=confirms(current, time),
        )
    except (StateHasChangedError, TimeJustGoneError):
        again = _whole().get(pk=proposal.pk)
        if _is_taken(again, time):  # the same button, pressed twice at once
            return again.appointment
        raise
    _answer(current, ProposalAnswer.TAKEN)
    return moved


def _is_taken(proposal: Proposal, time: Time) -> bool:
    """Whether the patient has taken this very time, and the visit stands there."""
    there = changes.is_at(proposal.appointment, start=time.start, therapist=time.therapist)
    return there and proposal.answer == ProposalAnswer.TAKEN


@lifecycle.one_transaction
def turn_down(*, proposal: Proposal) -> Proposal:
    """The patient wants none of the times: the appointment stays as it is, and the desk sees it. Twice is fine.

    Raises ProposalOverError where it can be answered no more.
    """
    Appointment.objects.select_for_update(of=("self",)).get(
        pk=proposal.appointment_id
    )  # against a yes just now
    current = _whole().get(pk=proposal.pk)
    if current.answer == ProposalAnswer.NONE:
        return current
    if not current.is_open(clock.now()):
        raise ProposalOverError
    _answer(current, ProposalAnswer.NONE)
    return current


def _answer(proposal: Proposal, answer: ProposalAnswer) -> None:
    proposal.answer, proposal.answered_at = answer, clock.now()
    proposal.save(update_fields=["answer", "answered_at"])
