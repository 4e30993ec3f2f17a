"""Between the clock on the wall and instants.

An instant is a whole number of seconds since 1970-01-01T00:00 UTC. A local date is a set of instants: those
at which clocks in the zone show that date. Most dates are one run of 86,400 seconds. On the days on which
clocks change, a date is a few runs of constant UTC offset, of another length in all; where the clock goes
back over midnight the runs of a date have a piece of the day before between them; and a date that the zone
leaves out (30 December 2011 in Samoa) has none.

The offsets come from `zoneinfo`, once for each zone and year of UTC; everything after that is integer
arithmetic. Dates from the year 2 to 9997 can be asked for.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import chain
from typing import NamedTuple
from zoneinfo import ZoneInfo

MINUTE = 60
DAY = 86_400
FIRST_YEAR = 2
LAST_YEAR = 9997
FIRST_ORDINAL = date(FIRST_YEAR, 1, 1).toordinal()

_EPOCH_UTC = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
_SECOND = timedelta(seconds=1)
_CLOCK_FACES = tuple(f"{minute // 60:02d}:{minute % 60:02d}" for minute in range(24 * 60))


class Segment(NamedTuple):
    """A run of instants [start, end) with one UTC offset; the wall clock shows instant + offset (seconds)."""

    start: int
    end: int
    offset: int


class LocalDay(NamedTuple):
    """A local date and its instants, as segments in ascending order.

    `midnight` is the date's midnight in seconds since the epoch's midnight, both read from the wall; the
    instant at which a segment's clock shows `s` seconds past midnight is `midnight + s - segment.offset`.
    `is_plain`: the date is one segment of 86,400 seconds.
    """

    date: date
    midnight: int
    segments: tuple[Segment, ...]
    is_plain: bool


def instant_of(moment: datetime) -> int:
    """The last instant that is not after the moment, which knows its UTC offset; fractions of a second go."""
    return (moment - _EPOCH_UTC) // _SECOND


def instant_from(moment: datetime) -> int:
    """The first instant that is not before the moment, which knows its UTC offset."""
    return -((_EPOCH_UTC - moment) // _SECOND)


def offset_at(zone: ZoneInfo, instant: int) -> int:
    """The zone's UTC offset at the instant, in seconds, east positive."""
    return _segment_at(zone, instant).offset


def local_date(zone: ZoneInfo, instant: int) -> date:
    """The date that clocks in the zone show at the instant."""
    return date.fromordinal((instant + offset_at(zone, instant)) // DAY + _EPOCH_ORDINAL)


def earliest_ordinal(instant: int) -> int:
    """The ordinal of a date that is over by the instant, in every zone."""
    return instant // DAY + _EPOCH_ORDINAL - 2


@lru_cache(maxsize=64)
def local_days(zone: ZoneInfo, first: date, count: int) -> tuple[LocalDay, ...]:
    """`count` local dates from `first` on, each with its instants. None after the year 9997."""
    first_ordinal = first.toordinal()
    end_ordinal = min(first_ordinal + count, date(LAST_YEAR + 1, 1, 1).toordinal())
    if end_ordinal <= first_ordinal:
        return ()
    midnight = (first_ordinal - _EPOCH_ORDINAL) * DAY
    last_midnight = (end_ordinal - 1 - _EPOCH_ORDINAL) * DAY
    # An offset is less than a day either way, so a date's instants lie within a day of the same date in UTC.
    segments = _segments_between(zone, midnight - DAY, last_midnight + 2 * DAY)
    days: list[LocalDay] = []
    earliest = 0
    for ordinal in range(first_ordinal, end_ordinal):
        while segments[earliest].end <= midnight - DAY:
            earliest += 1
        start, end, offset = segments[earliest]
        if start <= midnight - DAY and midnight + 2 * DAY <= end:
            start = midnight - offset
            plain = (Segment(start, start + DAY, offset),)
            days.append(LocalDay(date.fromordinal(ordinal), midnight, plain, True))
            midnight += DAY
            continue
        found: list[Segment] = []
        position = earliest
        while position < len(segments) and segments[position].start < midnight + 2 * DAY:
            start, end, offset = segments[position]
            start = max(start, midnight - offset)
            end = min(end, midnight - offset + DAY)
            if start < end:
                found.append(Segment(start, end, offset))
            position += 1
        is_plain = len(found) == 1 and found[0].end - found[0].start == DAY
        days.append(LocalDay(date.fromordinal(ordinal), midnight, tuple(found), is_plain))
        midnight += DAY
    return tuple(days)


def instants_of(zone: ZoneInfo, wall: datetime) -> tuple[int, ...]:
    """Every instant at which clocks in the zone show the wall time, a datetime without offset, ascending.

    One as a rule; none for a time that the clock skips; two for one that it shows twice.
    """
    shown = _shown(wall)
    [day] = local_days(zone, wall.date(), 1)
    return tuple(shown - offset for start, end, offset in day.segments if start <= shown - offset < end)


def iso_instants(zone: ZoneInfo, instants: Iterable[int]) -> Iterator[str]:
    """Each instant as ISO 8601 in the zone with its UTC offset, `2026-11-24T10:00-05:00`.

    Seconds are written only where there are some. Quickest where instants near each other follow each other.
    """
    start = end = midnight = 0  # of the run of instants with the same date and offset
    prefix = suffix = ""
    for instant in instants:
        if not start <= instant < end:
            segment = _segment_at(zone, instant)
            day = (instant + segment.offset) // DAY
            midnight = day * DAY - segment.offset
            start, end = max(segment.start, midnight), min(segment.end, midnight + DAY)
            prefix = date.fromordinal(day + _EPOCH_ORDINAL).isoformat() + "T"
            suffix = _iso_offset(segment.offset)
        minute, rest = divmod(instant - midnight, MINUTE)
        seconds = f":{rest:02d}" if rest else ""
        yield f"{prefix}{_CLOCK_FACES[minute]}{seconds}{suffix}"


def iso_instant(zone: ZoneInfo, instant: int) -> str:
    """One instant as `iso_instants` writes it."""
    [text] = iso_instants(zone, [instant])
    return text


def _iso_offset(offset: int) -> str:
    sign = "-" if offset < 0 else "+"
    minute, rest = divmod(abs(offset), MINUTE)
    seconds = f":{rest:02d}" if rest else ""
    return f"{sign}{_CLOCK_FACES[minute]}{seconds}"


def _segment_at(zone: ZoneInfo, instant: int) -> Segment:
    for segment in _segments_of_year(zone, _year(instant)):
        if instant < segment.end:
            return segment
    raise AssertionError("the segments of a year end after its last instant")


def _segments_between(zone: ZoneInfo, start: int, end: int) -> list[Segment]:
    """Segments that hold [start, end) and may reach beyond it; neighbors differ in their offset."""
    years = range(_year(start), _year(end - 1) + 1)
    joined: list[Segment] = []
    for segment in chain.from_iterable(_segments_of_year(zone, year) for year in years):
        if joined and joined[-1].offset == segment.offset:
            joined[-1] = Segment(joined[-1].start, segment.end, segment.offset)
        else:
            joined.append(segment)
    return joined


@lru_cache(maxsize=2048)
def _segments_of_year(zone: ZoneInfo, year: int) -> tuple[Segment, ...]:
    """The segments of a year of UTC.

    `zoneinfo` does not tell when its offsets change, so they are looked at once a day and the changes found
    by halving. The shortest time that any zone has kept an offset is four days (Freetown, September 1939).
    """
    start = _start_of_year(year)
    end = _start_of_year(year + 1)
    segments: list[Segment] = []
    offset = _look_up_offset(zone, start)
    for before in range(start, end, DAY):
        after = before + DAY
        if _look_up_offset(zone, after) == offset:
            continue
        same, changed = before, after
        while changed - same > 1:
            middle = (same + changed) // 2
            if _look_up_offset(zone, middle) == offset:
                same = middle
            else:
                changed = middle
        if changed < end:
            segments.append(Segment(start, changed, offset))
            start = changed
            offset = _look_up_offset(zone, changed)
    segments.append(Segment(start, end, offset))
    return tuple(segments)


def _look_up_offset(zone: ZoneInfo, instant: int) -> int:
    return _shown(datetime.fromtimestamp(instant, zone)) - instant


def _shown(moment: datetime) -> int:
    """What the moment shows on the wall, in seconds since the epoch's midnight on the wall."""
    days = moment.toordinal() - _EPOCH_ORDINAL
    return days * DAY + moment.hour * 3600 + moment.minute * MINUTE + moment.second


def _year(instant: int) -> int:
    return date.fromordinal(instant // DAY + _EPOCH_ORDINAL).year


def _start_of_year(year: int) -> int:
    return (date(year, 1, 1).toordinal() - _EPOCH_ORDINAL) * DAY
