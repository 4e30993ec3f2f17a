"""Free times of the diary: the only bridge between its rows and `booking.slots`.

What lists free times, what accepts one and what explains "why not this time?" all ask here. However many therapists
and days are asked for, a call takes the two queries of `booking.diaries`.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from booking import diaries, slots, walltime
from booking.exceptions import (
    OptionNotOfferedError,
    TherapistNotOfferedError,
    TimeJustGoneError,
    TimeNotOfferedError,
)
from booking.models import Appointment
from booking.question import Question, Reason, ReasonCode
from flexclinic.lib import clock
from services.models import ServiceOption, Therapist

#: The longest window that may be asked for at once, in local dates.
LONGEST_WINDOW = 366

#: Another appointment is in the way, itself or by what it leaves of the day.
_TAKEN = frozenset(
    {
        ReasonCode.BUSY,
        ReasonCode.BUFFER,
        ReasonCode.NO_ROOM,
        ReasonCode.OPTION_FULL,
        ReasonCode.DAY_FULL,
        ReasonCode.BREAK,
        ReasonCode.GAP,
    }
)


@dataclass(frozen=True, slots=True)
class Choice:
    """A therapist and a room (None: none is needed) that are free at a start."""

    therapist_id: int
    room_id: int | None


@dataclass(frozen=True, slots=True)
class FreeTimes:
    """Free starts of an option, as instants in whole seconds since the epoch, each with the slugs of who is free.

    `therapists` are those who give it, by their slugs.
    """

    zone: ZoneInfo
    first_date: date
    days: int
    starts: list[tuple[int, tuple[str, ...]]]
    therapists: tuple[str, ...]

    def by_date(self) -> dict[date, list[tuple[int, tuple[str, ...]]]]:
        """The starts of each local date that has any, in order."""
        found: dict[date, list[tuple[int, tuple[str, ...]]]] = {}
        for start, therapists in self.starts:
            found.setdefault(walltime.local_date(self.zone, start), []).append((start, therapists))
        return found


def free_times(
    *,
    option: ServiceOption,
    therapist: Therapist | None = None,
    first_date: date,
    days: int,
    now: datetime | None = None,
    moving: Appointment | None = None,
) -> FreeTimes:
    """Every free start of an option on `days` local dates from `first_date` on, with one therapist or with anyone.

    The appointment that is `moving` takes no time. Two queries. An option or a therapist that cannot be booked has no
    free times.
    """
    days = max(0, min(days, LONGEST_WINDOW))
    zone = clock.clinic_zone()
    if not option.bookable or not days:
        return FreeTimes(zone, first_date, days, [], ())
    found = diaries.read(
        option=option,
        therapist_id=therapist.pk if therapist else None,
        first_date=first_date,
        days=days,
        now=now or clock.now(),
        moving=moving,
    )
    return FreeTimes(zone, first_date, days, slots.free_times(found.question), tuple(found.ids))


def free_times_named(*, option: str, therapist: str | None, first_date: date, days: int) -> FreeTimes:
    """`free_times` of an option, with a therapist or (None) with anyone, by their slugs. The same two queries.

    What they give is worked out once and remembered: where nothing has changed, neither have the free times.

    Raises OptionNotOfferedError and TherapistNotOfferedError for who or what cannot be booked.
    """
    days = max(0, min(days, LONGEST_WINDOW))
    now = clock.now()
    rows = diaries.rows_named(option=option, therapist=therapist, first_date=first_date, days=days, now=now)
    if rows is None:
        raise OptionNotOfferedError
    found = _remembered(rows, clock.clinic_zone(), first_date, days, _end_of_minute(now))
    if therapist and not found.therapists:
        raise TherapistNotOfferedError
    return found


def _end_of_minute(now: datetime) -> datetime:
    """The last moment at which the same starts are still to come: they are at whole minutes."""
    return now.replace(second=59, microsecond=999_999) if now.second or now.microsecond else now


@lru_cache(maxsize=64)
def _remembered(rows: diaries.Rows, zone: ZoneInfo, first_date: date, days: int, now: datetime) -> FreeTimes:
    """The free times of rows, which are read anew for every question."""
    found = diaries.of_rows(rows, first_date=first_date, days=days, now=now)
    return FreeTimes(zone, first_date, days, slots.free_times(found.question), tuple(found.ids))


def choices_at(
    *,
    option: ServiceOption,
    therapist: Therapist | None,
    start: datetime,
    now: datetime | None = None,
    moving: Appointment | None = None,
) -> list[Choice]:
    """Who is free at a start, and in which rooms, best first. The appointment that is `moving` takes no time.

    Best is the therapist whose day it fits best: who loses the least time beside it to gaps too short to sell, then who
    has the least booked on that local date, then the clinic's own order of its therapists, then the slug; rooms come
    by name. Two queries.

    Raises TimeJustGoneError where only another appointment is in the way, TimeNotOfferedError where nobody's hours,
    the notice, the horizon or the grid allow it, TherapistNotOfferedError for a therapist who does not give the option.
    """
    if not option.bookable:
        raise TimeNotOfferedError("This appointment cannot be booked online. Please call us.")
    instant = walltime.instant_of(start)
    day = walltime.local_date(clock.clinic_zone(), instant)
    found = diaries.read(
        option=option,
        therapist_id=therapist.pk if therapist else None,
        first_date=day,
        days=1,
        now=now or clock.now(),
        moving=moving,
    )
    question = found.question
    if therapist and therapist.slug not in question.therapists:
        raise TherapistNotOfferedError
    if start.microsecond:
        raise TimeNotOfferedError
    reasons = {slug: slots.explain(question, slug, instant) for slug in question.therapists}
    free = [slug for slug, against in reasons.items() if not against]
    if not free:
        taken = any(all(reason.code in _TAKEN for reason in against) for against in reasons.values())
        raise TimeJustGoneError if taken else TimeNotOfferedError
    if len(free) > 1:
        booked = _booked_on(question, day)
        lost = {slug: slots.left_unsold(question, slug, instant) for slug in free}
        free.sort(key=lambda slug: (lost[slug], booked[slug], found.positions[slug], slug))
    rooms = _free_rooms(question, instant)
    return [Choice(found.ids[slug], room_id) for slug in free for room_id in rooms]


def _booked_on(question: Question, day: date) -> dict[str, int]:
    """Seconds that begin on the local date and are occupied, by therapist."""
    segments = walltime.local_days(question.zone, day, 1)[0].segments
    first, after = segments[0].start, segments[-1].end
    return {
        slug: sum(end - begin for begin, end in diary.busy if first <= begin < after)
        for slug, diary in question.therapists.items()
    }


def _free_rooms(question: Question, start: int) -> list[int | None]:
    """The rooms in which a visit with its buffers fits; [None] where none is needed."""
    if question.rooms is None:
        return [None]
    option = question.option
    low = start - option.buffer_before * walltime.MINUTE
    high = start + (option.minutes + option.buffer_after) * walltime.MINUTE
    return [
        int(room)
        for room, busy in question.rooms.items()
        if all(end <= low or begin >= high for begin, end in busy)
    ]


def explain(
    *,
    option: ServiceOption,
    therapist: Therapist,
    start: datetime,
    now: datetime | None = None,
    moving: Appointment | None = None,
) -> list[Reason]:
    """Every reason why a start is not free with a therapist; none when it is. Two queries.

    The appointment that is `moving` takes no time.
    """
    instant = walltime.instant_of(start)
    found = diaries.read(
        option=option,
        therapist_id=therapist.pk,
        first_date=walltime.local_date(clock.clinic_zone(), instant),
        days=1,
        now=now or clock.now(),
        moving=moving,
    )
    reasons = slots.explain(found.question, therapist.slug, instant)
    return reasons if option.bookable else [Reason(ReasonCode.SWITCHED_OFF), *reasons]


#: How many local dates on either side are looked through for the nearest times, until enough are found.
_REACHES = (2, 9, 30)
_CLOCK_CHANGE = 2 * 3600  # seconds by which no pair of dates is nearer, whatever the clocks do


def nearest(
    *,
    option: ServiceOption,
    therapist: Therapist | None,
    around: datetime,
    count: int = 6,
    now: datetime | None = None,
    moving: Appointment | None = None,
) -> list[tuple[int, tuple[str, ...]]]:
    """The free starts nearest to a moment, ascending; those with anyone where the therapist has none at all.

    It looks at a few days first and goes on to more only where those hold too few: two queries as a rule.
    """
    now = now or clock.now()
    zone = clock.clinic_zone()
    today = now.astimezone(zone).date()
    wanted = min(max(around, now), now + timedelta(days=LONGEST_WINDOW + 1))
    instant, day = int(wanted.timestamp()), wanted.astimezone(zone).date()
    for who in [therapist, None] if therapist else [None]:

        def nearest_in(
            first: date, days: int, who: Therapist | None = who
        ) -> list[tuple[int, tuple[str, ...]]]:
            found = free_times(
                option=option, therapist=who, first_date=first, days=days, now=now, moving=moving
            ).starts
            return sorted(found, key=lambda item: (abs(item[0] - instant), item[0]))[:count]

        for reach in _REACHES:
            first = max(today, day - timedelta(days=reach))
            days = (day - first).days + reach + 1
            found = nearest_in(first, days)
            # What lies outside the window is farther away than this.
            if len(found) == count and abs(found[-1][0] - instant) <= reach * 86_400 - _CLOCK_CHANGE:
                return sorted(found)
        if found := nearest_in(today, LONGEST_WINDOW):
            return sorted(found)
    return []
