"""Hours on the wall → stretches of instants, and the grid of starts. Pure; instants are whole seconds."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from booking.intervals import Interval, merge
from booking.question import TherapistDiary, WeeklyRule
from booking.walltime import MINUTE, LocalDay

_NO_DATES: Mapping[date, Sequence[Interval]] = {}


def stretches_of(days: Sequence[LocalDay], diary: TherapistDiary) -> list[Interval]:
    """The stretches of instants in which the therapist works, ascending; none goes on into the next date."""
    return weekly_stretches(days, diary.weekly, overrides=diary.overrides, extra=diary.extra)


def weekly_stretches(
    days: Sequence[LocalDay],
    rules: Iterable[WeeklyRule],
    *,
    overrides: Mapping[date, Sequence[Interval]] = _NO_DATES,
    extra: Mapping[date, Sequence[Interval]] = _NO_DATES,
) -> list[Interval]:
    """The stretches of instants in weekly hours, ascending; none goes on into the next date.

    `overrides` replace the hours of a date, `extra` are added to what it has.
    """
    if not days:
        return []
    rules_of_weekday: list[list[WeeklyRule]] = [[] for _ in range(7)]
    for rule in rules:
        rules_of_weekday[rule.weekday].append(rule)
    first, last = days[0].date, days[-1].date
    steady_hours = [_steady_hours(of_weekday, first, last) for of_weekday in rules_of_weekday]
    weekday = first.weekday() - 1
    stretches: list[Interval] = []
    for day in days:
        weekday = (weekday + 1) % 7
        hours = steady_hours[weekday]
        if hours is None:
            hours = merge(
                (rule.start, rule.end) for rule in rules_of_weekday[weekday] if rule.applies_on(day.date)
            )
        if overrides and day.date in overrides:
            hours = merge(overrides[day.date])
        if extra and day.date in extra:
            hours = merge([*hours, *extra[day.date]])
        if not hours:
            continue
        if day.is_plain:
            midnight = day.segments[0][0]
            for start, end in hours:
                stretches.append((midnight + start * MINUTE, midnight + end * MINUTE))
        else:
            stretches += stretches_of_day(day, hours)
    # Where the clock goes back over midnight, the old date has instants after the new one's first.
    stretches.sort()
    return stretches


def _steady_hours(rules: Sequence[WeeklyRule], first: date, last: date) -> list[Interval] | None:
    """The merged hours of a weekday if they are the same on all the dates, None if they may differ."""
    if not rules:
        return []
    if all(rule.every == 1 and rule.applies_on(first) and rule.applies_on(last) for rule in rules):
        return merge((rule.start, rule.end) for rule in rules)
    return None


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


def grid_of(days: Sequence[LocalDay], step: int) -> list[tuple[int, int, int]]:
    """Runs of instants (start, end, phase), ascending; on the grid is what is `phase` modulo the step (seconds)."""
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


def on_grid(starts: Iterable[Interval], grid: Sequence[tuple[int, int, int]], step: int) -> list[int]:
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
