"""Where on the board a time is: the part of a local date that is shown, in minutes from its top."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from booking import walltime
from booking.intervals import Interval
from booking.walltime import MINUTE, LocalDay
from flexclinic.lib import clock, when

#: What the board shows at least, in minutes since midnight, where nobody works.
_OTHERWISE = (9 * 60, 17 * 60)
HOUR = 60


@dataclass(frozen=True, slots=True)
class Row:
    """A time on the wall. `offset` (as in "EDT, UTC−4") only where the clock shows it twice."""

    at: datetime
    text: str
    offset: str
    full_hour: bool
    place: str


@dataclass(frozen=True, slots=True)
class Frame:
    """The shown part of a local date. `grid` are its starts as (instant, minute on the wall since midnight).

    `by_wall`: places follow the clock on the wall, as several dates beside each other need it. Otherwise they follow
    the time that passes, so that an hour that the clock shows twice is there twice.
    """

    local: LocalDay
    grid: list[tuple[int, int]]
    first: int
    low: int
    minutes: int
    by_wall: bool = False

    @property
    def day(self) -> date:
        """The local date."""
        return self.local.date

    def position(self, instant: int) -> int:
        """Minutes from the top, within what is shown."""
        if self.by_wall:
            segments = self.local.segments
            here = next((each for each in segments if each.start <= instant < each.end), None)
            if here is None:
                return 0 if instant < segments[0].start else self.minutes
            found = (instant + here.offset - self.local.midnight) // MINUTE - self.low
        else:
            found = (instant - self.first) // MINUTE
        return max(0, min(self.minutes, found))

    def place(self, interval: Interval) -> str:
        """The classes that put an interval of instants where it belongs; see static/css/admin/board-minutes.css."""
        top = self.position(interval[0])
        return classes(top, max(self.position(interval[1]), top + 5))

    def rows(self) -> list[Row]:
        """The times at the side, one for each start of the grid, but not more than four an hour."""
        twice = Counter(minute for _, minute in self.grid)
        few = [(instant, minute) for instant, minute in self.grid if minute % 15 == 0]
        shown = []
        for instant, minute in few:
            at = as_moment(instant)
            shown.append(
                Row(
                    at,
                    when.format_wall_time(*divmod(minute, HOUR)),
                    _offset(at) if twice[minute] > 1 else "",
                    minute % HOUR == 0,
                    classes(self.position(instant), 0),
                )
            )
        return shown

    def now(self) -> str | None:
        """The place of the present time; None where it is not in sight."""
        now = walltime.instant_of(clock.now())
        inside = self.first <= now < self.grid[-1][0] + HOUR * MINUTE if self.grid else False
        return classes(self.position(now), 0) if inside else None


def classes(top: int, end: int) -> str:
    """Minutes from the top as classes; what is 0 needs none."""
    parts = (("fh", top // 60), ("fm", top % 60), ("th", end // 60), ("tm", end % 60))
    return " ".join(f"{name}{number}" for name, number in parts if number)


def shown_hours(
    day: date, hours: Iterable[list[Interval]], visits: Iterable[tuple[datetime, datetime]]
) -> Interval:
    """The minutes since midnight in which anything happens on a date, in full hours."""
    worked = [stretch for stretches in hours for stretch in stretches]
    earliest = min((start for start, _ in worked), default=_OTHERWISE[0])
    latest = max((end for _, end in worked), default=_OTHERWISE[1])
    for starts_at, ends_at in visits:
        begins, ends = when.in_clinic_zone(starts_at), when.in_clinic_zone(ends_at)
        earliest = min(earliest, begins.hour * HOUR if begins.date() == day else 0)
        latest = max(latest, ends.hour * HOUR + ends.minute if ends.date() == day else 24 * HOUR)
    return earliest // HOUR * HOUR, -(-latest // HOUR) * HOUR


def make(local: LocalDay, shown: Interval, *, step: int, by_wall: bool = False) -> Frame:
    """The frame of a local date for the shown minutes since midnight; `step` in minutes."""
    low, high = shown
    grid = [(instant, minute) for instant, minute in _grid(local, step) if low <= minute < high]
    first = grid[0][0] if grid else local.segments[0].start
    if by_wall:
        return Frame(local, grid, first, low, high - low, by_wall=True)
    last = grid[-1][0] if grid else first
    end = last + (HOUR - grid[-1][1] % HOUR) * MINUTE if grid else first
    return Frame(local, grid, first, low, (end - first) // MINUTE)


def _grid(local: LocalDay, step: int) -> list[tuple[int, int]]:
    """The starts of a date as (instant, minute on the wall since midnight), ascending; `step` in minutes."""
    found = []
    for start, end, offset in local.segments:
        shown = start + offset - local.midnight
        first = start + -shown % (step * MINUTE)
        found += [
            (instant, (instant + offset - local.midnight) // MINUTE)
            for instant in range(first, end, step * MINUTE)
        ]
    return found


def _offset(moment: datetime) -> str:
    """As in "EDT, UTC−4": which of two times that look the same."""
    local = when.in_clinic_zone(moment)
    behind = (local.utcoffset() or timedelta()).total_seconds()
    hours, minutes = divmod(int(abs(behind)) // MINUTE, HOUR)
    offset = f"UTC{'−' if behind < 0 else '+'}{hours}{f':{minutes:02}' if minutes else ''}"
    name = f"{local:%Z}"
    return f"{name}, {offset}" if name.isalpha() else offset


def as_moment(instant: int) -> datetime:
    """Seconds since the epoch as an aware datetime in UTC."""
    return datetime.fromtimestamp(instant, UTC)


def as_interval(low: datetime, high: datetime) -> Interval:
    """Two moments as instants that hold all between them."""
    return walltime.instant_of(low), walltime.instant_from(high)


def bounds(local: Iterable[LocalDay]) -> tuple[datetime, datetime]:
    """The moments at which local dates begin and end; there is at least one that exists."""
    segments = [segment for each in local for segment in each.segments]
    return as_moment(segments[0].start), as_moment(segments[-1].end)
