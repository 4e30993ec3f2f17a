"""How full the clinic was: the time of visits as a share of the hours worked. Lengths are seconds of elapsed time.

Hours worked come from the modules that free times come from. The time of visits is added up in SQL, cut where the clock
on the wall may go into another hour, so that a visit over midnight or when the clocks change counts where it was.
"""

import math
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from booking import diaries, stretches
from booking.intervals import Interval, merge
from booking.models.appointment import LONGEST_OCCUPIED
from booking.models.hours import WeeklyHours
from booking.numbers.counted import VISITS, Names, asked, words_of
from booking.numbers.period import Period
from booking.walltime import MINUTE, LocalDay, Segment
from flexclinic.lib import charts, clock, when
from flexclinic.lib.tables import Column, Kind, Table, Value, share, written

_HOUR = 60 * MINUTE
_SHORTEST_PIECE = 15 * MINUTE  # no zone's offset of today is finer
_STEP = 60  # the grid of the window, of which nothing is asked here
WEEKDAYS = [str(label) for _, label in WeeklyHours.Weekday.choices]

#: (weekday, hour on the wall); Monday is 0
Cell = tuple[int, int]

# Whole numbers, and the clock on the wall only for the few pieces that are left: a year of visits has as many as hours.
_TAKEN_SQL = f"""
WITH visits AS MATERIALIZED (
  SELECT a.therapist_id, coalesce(a.room_id, 0) AS room_id,
    date_part('epoch', greatest(a.starts_at, %(start)s::timestamptz))::bigint AS low,
    date_part('epoch', least(a.ends_at, %(end)s::timestamptz))::bigint AS high
  FROM booking_appointment AS a
  WHERE a.status IN ({words_of(VISITS)})
    AND a.starts_at >= %(start)s::timestamptz - %(longest)s::interval AND a.starts_at < %(end)s::timestamptz
    AND a.ends_at > %(start)s::timestamptz
)
SELECT therapist_id, room_id, NULL::bigint, sum(high - low)::bigint FROM visits GROUP BY 1, 2
UNION ALL
SELECT NULL, NULL, piece, sum(least(high, piece + %(step)s::bigint) - greatest(low, piece))::bigint
FROM visits
CROSS JOIN LATERAL generate_series(low / %(step)s::bigint * %(step)s::bigint, high - 1, %(step)s::bigint) AS piece
GROUP BY 3
"""  # noqa: S608 - the words are ours


@dataclass(slots=True)
class Seconds:
    """Time by therapist, by room (0 is none), by weekday and hour, and by part of the period."""

    therapists: defaultdict[int, int] = field(default_factory=lambda: defaultdict(int))
    rooms: defaultdict[int, int] = field(default_factory=lambda: defaultdict(int))
    cells: defaultdict[Cell, int] = field(default_factory=lambda: defaultdict(int))
    parts: defaultdict[date, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def all(self) -> int:
        """Of all therapists together."""
        return sum(self.therapists.values())

    def of_weekday(self, weekday: int) -> int:
        """Of all hours of a weekday."""
        return sum(seconds for (day, _), seconds in self.cells.items() if day == weekday)


@dataclass(frozen=True, slots=True)
class Use:
    """What was worked and what was taken. A room can be used while anybody works: `open` seconds."""

    worked: Seconds
    taken: Seconds
    open: int


def read(period: Period, names: Names) -> Use:
    """Two queries. Hours count of therapists who can be booked, or who had visits in the period."""
    window = stretches.window_of(clock.clinic_zone(), period.first, period.days, _STEP)
    taken = _taken(period, window.days)
    working = diaries.of_everyone(first_date=period.first, days=period.days)
    worked = Seconds()
    together: list[Interval] = []
    for pk, diary in working.diaries.items():
        if pk in names.bookable or pk in taken.therapists:
            hours = stretches.worked(window, diary, working.closures)
            together += hours
            worked.therapists[pk] = sum(end - start for start, end in hours)
            _place(hours, window.days, period, worked)
    return Use(worked, taken, sum(end - start for start, end in merge(together)))


def _taken(period: Period, days: Sequence[LocalDay]) -> Seconds:
    taken = Seconds()
    offsets = {segment.offset for day in days for segment in day.segments}
    step = max(_SHORTEST_PIECE, math.gcd(_HOUR, *offsets))
    runs, starts = _runs(days)
    for therapist, room, piece, seconds in asked(_TAKEN_SQL, period, step=step, longest=LONGEST_OCCUPIED):
        if piece is None:
            taken.therapists[therapist] += seconds
            taken.rooms[room] += seconds
            continue
        segment, day = runs[bisect_right(starts, piece) - 1]
        hour = (piece + segment.offset - day.midnight) // _HOUR
        taken.cells[day.date.weekday(), hour] += seconds
        taken.parts[period.part_of(day.date)] += seconds
    return taken


def _runs(days: Sequence[LocalDay]) -> tuple[list[tuple[Segment, LocalDay]], list[int]]:
    """The runs of one UTC offset of local dates by their starts, and the starts."""
    runs = sorted((segment, day) for day in days for segment in day.segments)
    return runs, [segment.start for segment, _ in runs]


def _place(hours: Iterable[Interval], days: Sequence[LocalDay], period: Period, into: Seconds) -> None:
    """Add intervals of instants to the weekdays and hours that the clock on the wall shows in them."""
    runs, starts = _runs(days)
    for start, end in hours:
        place = bisect_right(starts, start) - 1
        while start < end:
            segment, day = runs[place]
            shown = start + segment.offset - day.midnight
            until = min(end, segment.end, start + _HOUR - shown % _HOUR)
            into.cells[day.date.weekday(), shown // _HOUR] += until - start
            into.parts[period.part_of(day.date)] += until - start
            start = until
            if start >= segment.end:
                place += 1


# Tables

MEANS = (
    "Utilization is the time of visits divided by the hours worked. A visit counts if it took place or keeps its time: "
    "Requested, Confirmed, Arrived or Completed. Its own length counts, not the minutes kept free around it. "
    "Hours worked are the weekly hours and other hours on a date as they stand in the diary now, less time off and "
    "closures. Visits outside the hours count, so it can pass 100%."
)
ROOMS_MEAN = (
    "The time of visits in a room, divided by the time in which at least one therapist worked. A visit that needs no "
    "room stands under No room."
)
WEEKDAYS_MEAN = "Utilization of all therapists together, by the weekday on the clinic’s wall."
HEAT_MEANS = (
    "Utilization of all therapists together, by weekday and by hour on the clinic’s wall. A dash: nobody works then, "
    "and there was no visit. No hours: there was a visit, though nobody works then."
)
OUTSIDE = "No hours"

_HOURS_COLUMNS = (
    Column("Hours worked", Kind.HOURS),
    Column("Hours of visits", Kind.HOURS),
    Column("Utilization", Kind.SHARE),
    Column("Period before", Kind.SHARE),
)


def overall(use: Use) -> float | None:
    """The utilization of all therapists together."""
    return share(use.taken.all, use.worked.all)


def tables(now: Use, before: Use, names: Names, period: Period) -> list[Table]:
    """By therapist, by room, by weekday, over time, and by weekday and hour."""
    return [
        _by_therapist(now, before, names),
        _by_room(now, before, names),
        _by_weekday(now, before),
        _over_time(now, period),
        _by_hour(now),
    ]


def _row(name: Value, worked: float, taken: float, before: float | None) -> list[Value]:
    return [name, worked / _HOUR, taken / _HOUR, share(taken, worked), before]


def _table(key: str, title: str, means: str, first: str, rows: list[list[Value]]) -> Table:
    """A table of utilization with bars, which need a row."""
    bars = [charts.Bar(str(row[0]), _number(row[3]), written(row[3], Kind.SHARE)) for row in rows]
    return Table(
        key=key,
        title=title,
        means=means,
        columns=[Column(first, Kind.TEXT), *_HOURS_COLUMNS],
        rows=rows,
        picture=charts.bars(key=key, title=title, rows=bars, whole=1) if bars else None,
    )


def _number(value: Value) -> float | None:
    return value if isinstance(value, float) else None


def _by_therapist(now: Use, before: Use, names: Names) -> Table:
    rows = [
        _row(
            name,
            now.worked.therapists[pk],
            now.taken.therapists[pk],
            share(before.taken.therapists[pk], before.worked.therapists[pk]),
        )
        for pk, name in names.therapists.items()
        if now.worked.therapists[pk] or now.taken.therapists[pk] or before.taken.therapists[pk]
    ]
    return _table("by-therapist", "Utilization by therapist", MEANS, "Therapist", rows)


def _by_room(now: Use, before: Use, names: Names) -> Table:
    rows = [
        _row(name, now.open, now.taken.rooms[pk], share(before.taken.rooms[pk], before.open))
        for pk, name in names.rooms.items()
        if (pk in names.in_use and now.open) or now.taken.rooms[pk] or before.taken.rooms[pk]
    ]
    if now.taken.rooms[0] or before.taken.rooms[0]:
        rows.append(["No room", None, now.taken.rooms[0] / _HOUR, None, None])
    return _table("by-room", "Utilization by room", ROOMS_MEAN, "Room", rows)


def _by_weekday(now: Use, before: Use) -> Table:
    rows = [
        _row(
            name,
            now.worked.of_weekday(number),
            now.taken.of_weekday(number),
            share(before.taken.of_weekday(number), before.worked.of_weekday(number)),
        )
        for number, name in enumerate(WEEKDAYS)
        if now.worked.of_weekday(number) or now.taken.of_weekday(number)
    ]
    return _table("by-weekday", "Utilization by weekday", WEEKDAYS_MEAN, "Weekday", rows)


def _by_hour(now: Use) -> Table:
    worked, taken = now.worked.cells, now.taken.cells
    used = {cell for cells in (worked, taken) for cell, seconds in cells.items() if seconds}
    hours = range(min(hour for _, hour in used), max(hour for _, hour in used) + 1) if used else range(0)
    # A visit where nobody works has no share; it is said in words, since a dash means that nothing was there.
    rows: list[list[Value]] = [
        [
            when.format_wall_time(hour, 0),
            *(
                OUTSIDE
                if taken[day, hour] and not worked[day, hour]
                else share(taken[day, hour], worked[day, hour])
                for day in range(7)
            ),
        ]
        for hour in hours
    ]
    return Table(
        key="by-hour",
        title="Utilization by weekday and hour",
        means=HEAT_MEANS,
        columns=[Column("Hour", Kind.TEXT), *(Column(name, Kind.SHARE) for name in WEEKDAYS)],
        rows=rows,
        heat=True,
    )


def _over_time(now: Use, period: Period) -> Table:
    title, key = f"Utilization by {period.unit}", "over-time"
    rows: list[list[Value]] = [
        [part, *_row(None, now.worked.parts[part], now.taken.parts[part], None)[1:4]]
        for part in period.parts()
        if now.worked.parts[part] or now.taken.parts[part]
    ]
    points = [
        charts.Bar(_short(row[0], period), _number(row[3]), written(row[3], Kind.SHARE)) for row in rows
    ]
    return Table(
        key=key,
        title=title,
        means=f"Utilization of all therapists together, for each {period.unit} with hours or visits.",
        columns=[Column(period.unit.capitalize(), Kind.DATE), *_HOURS_COLUMNS[:3]],
        rows=rows,
        picture=charts.line(key=key, title=title, rows=points, whole=1) if len(points) > 1 else None,
    )


def _short(day: Value, period: Period) -> str:
    if not isinstance(day, date):
        return ""
    return f"{day:%b}" if period.unit == "month" else f"{day.day} {day:%b}"
