"""Hours on the wall → stretches of instants, and the grid of starts. Pure; instants are whole seconds."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from zoneinfo import ZoneInfo

from booking import walltime
from booking.intervals import Interval, merge, subtract
from booking.question import TherapistDiary, WeeklyRule
from booking.walltime import MINUTE, LocalDay

# The hours of dates, as a key: (date, hours)
_Dates = tuple[tuple[date, tuple[Interval, ...]], ...]

# Runs of instants (start, end, phase), ascending; on the grid is what is `phase` modulo the step, in seconds.
Grid = Sequence[tuple[int, int, int]]


@dataclass(frozen=True, slots=True, eq=False)  # one object for the same dates, so its identity will do
class Window:
    """Local dates, one after the other, with their instants and the grid of starts.

    `midnights` has the first instant of each date that is one run of 86,400 seconds; `odd` the numbers of the others.
    """

    first: date
    days: Sequence[LocalDay]
    midnights: Sequence[int]
    odd: frozenset[int]
    grid: Grid


@lru_cache(maxsize=64)
def window_of(zone: ZoneInfo, first: date, count: int, step: int) -> Window:
    """`count` local dates from `first` on, with a grid that counts in `step` minutes from each midnight."""
    days = walltime.local_days(zone, first, count)
    return Window(
        first=first,
        days=days,
        midnights=tuple(day.segments[0].start if day.is_plain else 0 for day in days),
        odd=frozenset(number for number, day in enumerate(days) if not day.is_plain),
        grid=_grid_of(days, step * MINUTE),
    )


def stretches_of(window: Window, diary: TherapistDiary) -> Sequence[Interval]:
    """The stretches of instants in which the therapist works, ascending; none goes on into the next date."""
    return _stretches(window, tuple(diary.weekly), _as_key(diary.overrides), _as_key(diary.extra))


def worked(window: Window, diary: TherapistDiary, closures: Iterable[Interval]) -> list[Interval]:
    """What time off and closures leave of the therapist's stretches, ascending."""
    return subtract(stretches_of(window, diary), merge([*diary.time_off, *closures]))


def weekly_stretches(window: Window, rules: Iterable[WeeklyRule]) -> Sequence[Interval]:
    """The stretches of instants in weekly hours, ascending; none goes on into the next date."""
    return _stretches(window, tuple(rules), (), ())


def _as_key(dates: Mapping[date, Sequence[Interval]]) -> _Dates:
    return tuple((day, tuple(hours)) for day, hours in dates.items()) if dates else ()


@lru_cache(maxsize=128)  # hours seldom change, and the same dates are asked for again and again
def _stretches(
    window: Window, rules: tuple[WeeklyRule, ...], overrides: _Dates, extra: _Dates
) -> tuple[Interval, ...]:
    """`overrides` replace the weekly hours of a date, `extra` are added to what it has."""
    days, midnights = window.days, window.midnights
    if not days:
        return ()
    rules_of_weekday: list[list[WeeklyRule]] = [[] for _ in range(7)]
    for rule in rules:
        rules_of_weekday[rule.weekday].append(rule)
    # Dates that do not just have their weekday's hours are looked at one by one.
    first = window.first.toordinal()
    alone = set(window.odd)
    alone.update(day.toordinal() - first for dates in (overrides, extra) for day, _ in dates)
    instead, besides = dict(overrides), dict(extra)
    stretches: list[Interval] = []
    for weekday, of_weekday in enumerate(rules_of_weekday):
        numbers = range((weekday - window.first.weekday()) % 7, len(days), 7)
        if _is_steady(of_weekday, window.first, days[-1].date):
            plain = [midnights[number] for number in numbers if number not in alone]
            for start, end in merge([(rule.start * MINUTE, rule.end * MINUTE) for rule in of_weekday]):
                stretches += [(midnight + start, midnight + end) for midnight in plain]
        else:
            alone.update(numbers)
    for number in alone:
        if 0 <= number < len(days):
            day = days[number]
            weekly = [
                (rule.start, rule.end)
                for rule in rules_of_weekday[day.date.weekday()]
                if rule.applies_on(day.date)
            ]
            hours = [*instead.get(day.date, weekly), *besides.get(day.date, ())]
            stretches += stretches_of_day(day, hours)
    return tuple(sorted(stretches))


def _is_steady(rules: Iterable[WeeklyRule], first: date, last: date) -> bool:
    """Whether a weekday's hours are sure to be the same on all the dates from first to last."""
    return all(rule.every == 1 and rule.applies_on(first) and rule.applies_on(last) for rule in rules)


def stretches_of_day(day: LocalDay, hours: Iterable[Interval]) -> list[Interval]:
    """The instants at which the wall clock shows the date and a time in the hours, in merged intervals."""
    shown = [
        (
            max(segment.start, day.midnight - segment.offset + start * MINUTE),
            min(segment.end, day.midnight - segment.offset + end * MINUTE),
        )
        for segment in day.segments
        for start, end in hours
    ]
    return merge(shown)


def fitting(stretches: Iterable[Interval], visit: int) -> list[Interval]:
    """The starts from which a visit of so many seconds ends within its stretch."""
    return [(start, end - visit + 1) for start, end in stretches if end - start >= visit]


def _grid_of(days: Sequence[LocalDay], step: int) -> list[tuple[int, int, int]]:
    parts = sorted(
        (segment.start, segment.end, (day.midnight - segment.offset) % step)
        for day in days
        for segment in day.segments
    )
    runs: list[tuple[int, int, int]] = []
    for start, end, phase in parts:
        if runs and runs[-1][1] == start and runs[-1][2] == phase:
            runs[-1] = (runs[-1][0], end, phase)
        else:
            runs.append((start, end, phase))
    return runs


def on_grid(starts: Iterable[Interval], grid: Grid, step: int) -> list[int]:
    """The starts that are on the grid, which covers them all; `step` in seconds."""
    found: list[int] = []
    earliest = 0
    for low, high in starts:
        while grid[earliest][1] <= low:
            earliest += 1
        run_start, run_end, phase = grid[earliest]
        if run_start <= low and high <= run_end:
            found.extend(range(low + (phase - low) % step, high, step))
            continue
        position = earliest
        while position < len(grid) and grid[position][0] < high:
            run_start, run_end, phase = grid[position]
            first = max(low, run_start)
            found.extend(range(first + (phase - first) % step, min(high, run_end), step))
            position += 1
    return found
