"""What the desk offers a caller: the next openings with a therapist and with anyone, and whether somebody is free now.

They are free times of `booking.availability`, with all rules of the website but two: the desk may book without notice
and as far ahead as it likes. An opening is a place for a visit, so each begins after the one before it would be over.
"""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from booking import availability
from booking.models import ClinicPolicy
from flexclinic.lib import clock, when
from services.models import ServiceOption, Therapist

#: So many openings are offered at once, of either kind.
SHOWN = 3
#: A walk-in who is not seen within this has an appointment.
SOON = timedelta(minutes=30)
#: How many local dates are looked through, until enough openings are found.
_WINDOWS = (14, 62, availability.LONGEST_WINDOW)
_FURTHEST = 2 * 366  # days


@dataclass(frozen=True, slots=True)
class Opening:
    """A start that is free, and the slugs of who is free then, in the clinic's order."""

    start: datetime
    therapists: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Openings:
    """The next openings from a date on, and the start at which a walk-in can be seen now, if there is one."""

    with_therapist: list[Opening]
    with_anyone: list[Opening]
    now: Opening | None


def at_the_desk(option: ServiceOption) -> ServiceOption:
    """An option as the desk may book it: without notice, far ahead, and where the website does not offer it."""
    option = copy.copy(option)
    option.lead_minutes, option.horizon_days, option.bookable = 0, _FURTHEST, True
    return option


def this_step(now: datetime, step: int) -> datetime:
    """The start at or before a moment: its time on the wall clock, rounded down to a step of so many minutes."""
    local = when.in_clinic_zone(now)
    past = timedelta(minutes=(local.hour * 60 + local.minute) % step, seconds=local.second)
    return now - past - timedelta(microseconds=local.microsecond)


def upcoming(*, option: ServiceOption, therapist: Therapist | None, first_date: date) -> Openings:
    """The next openings on and after a local date. Three queries; two more for each longer look where few are free."""
    now = clock.now()
    current = this_step(now, ClinicPolicy.in_force().step_minutes)
    today = clock.today()
    first = max(first_date, today)
    found = Openings([], [], None)
    for days in _WINDOWS:
        times = availability.free_times(
            option=at_the_desk(option), therapist=None, first_date=first, days=days, now=current
        )
        starts = [Opening(datetime.fromtimestamp(start, UTC), slugs) for start, slugs in times.starts]
        ahead = [opening for opening in starts if opening.start >= now]
        theirs = [opening for opening in ahead if therapist and therapist.slug in opening.therapists]
        found = Openings(
            _apart(theirs, option.minutes),
            _apart(ahead, option.minutes),
            _soon(starts, therapist, now) if first == today else None,
        )
        gives = therapist is not None and therapist.slug in times.therapists
        if len(found.with_anyone) == SHOWN and (len(found.with_therapist) == SHOWN or not gives):
            break
    return found


def for_a_walk_in(*, option: ServiceOption, therapist: Therapist | None) -> Opening | None:
    """The very next start, of the present step or soon, with a therapist or (None) with anyone. Three queries."""
    now = clock.now()
    current = this_step(now, ClinicPolicy.in_force().step_minutes)
    times = availability.free_times(
        option=at_the_desk(option), therapist=therapist, first_date=clock.today(), days=1, now=current
    )
    starts = [Opening(datetime.fromtimestamp(start, UTC), slugs) for start, slugs in times.starts]
    return _soon(starts, therapist, now)


def _soon(starts: Sequence[Opening], therapist: Therapist | None, now: datetime) -> Opening | None:
    return next(
        (
            opening
            for opening in starts
            if opening.start <= now + SOON and (therapist is None or therapist.slug in opening.therapists)
        ),
        None,
    )


def _apart(openings: Sequence[Opening], minutes: int) -> list[Opening]:
    """The first few that do not lie in one another."""
    chosen: list[Opening] = []
    for opening in openings:
        if not chosen or opening.start >= chosen[-1].start + timedelta(minutes=minutes):
            chosen.append(opening)
            if len(chosen) == SHOWN:
                break
    return chosen
