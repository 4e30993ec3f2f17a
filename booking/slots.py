"""Free starts: a therapist's hours less what is in the way, and the reason for every start that is not free.

Pure: no database, no clock. Instants are whole seconds since the epoch, and intervals are half-open.

A start is free when three things hold:
- it is on the grid: the wall clock's minutes since local midnight are a multiple of the step;
- the whole visit lies in one stretch of the therapist's hours of the start's local date;
- no rule has a barrier there. A barrier is an interval of starts that a rule forbids, and what forbids them:
  a visit of an hour cannot start less than an hour before time off begins, nor before the time off ends.

`free_starts` subtracts all barriers from the hours at once; `explain` asks of one start which of the same
barriers hold it. So the two cannot disagree, and a new rule is one function that gives barriers, with a
line in `CLINIC_RULES` or `DIARY_RULES`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from itertools import chain
from typing import NamedTuple
from zoneinfo import ZoneInfo

from booking import walltime
from booking.intervals import Interval, contains, intersect, merge, overlaps, subtract
from booking.walltime import MINUTE, LocalDay

# Before and after every instant that can be asked for.
ALWAYS: Interval = (-(1 << 62), 1 << 62)


@dataclass(frozen=True, slots=True)
class WeeklyRule:
    """Hours that come back every n-th week, as minutes since local midnight; 1440 ends a day.

    `weekday` 0 is Monday. The weeks count from the Monday of the week of `valid_from`, so `every` above 1
    needs one. Both dates of validity are local and belong to it; None is open.
    """

    weekday: int
    start: int
    end: int
    every: int = 1
    valid_from: date | None = None
    valid_until: date | None = None

    def applies_on(self, day: date) -> bool:
        """Whether the rule holds on the date, which is of the rule's weekday."""
        if self.valid_from is None:
            return self.valid_until is None or day <= self.valid_until
        if day < self.valid_from or (self.valid_until is not None and day > self.valid_until):
            return False
        return self.every == 1 or (_monday_of(day) - _monday_of(self.valid_from)) // 7 % self.every == 0


@dataclass(frozen=True, slots=True)
class TherapistDiary:
    """When a therapist works and what is in the way.

    `overrides` replace the weekly hours of a local date by (start, end) pairs in minutes since midnight; an
    empty sequence is a day off. `busy` are the occupied intervals of visits, with their buffers, in any
    order.
    """

    weekly: Sequence[WeeklyRule] = ()
    overrides: Mapping[date, Sequence[Interval]] = field(default_factory=dict)
    time_off: Sequence[Interval] = ()
    busy: Sequence[Interval] = ()


@dataclass(frozen=True, slots=True)
class OptionRules:
    """What is to be booked: its length and buffers in minutes of elapsed time, and how soon and how far
    ahead.

    `minutes` is positive. `horizon_days` counts local dates from today's; None is no limit.
    """

    minutes: int
    buffer_before: int = 0
    buffer_after: int = 0
    lead_minutes: int = 0
    horizon_days: int | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """Which starts are free on `days` local dates from `first_date` on, every `step` minutes of the wall
    clock?

    `now` knows its UTC offset. `rooms` gives for each room that suits the intervals in which it is
    occupied; None means that no room is needed, and an empty mapping that none suits. Intervals that cannot
    touch a visit of the window, buffers included, may be left out.
    """

    zone: ZoneInfo
    now: datetime
    first_date: date
    days: int
    step: int
    option: OptionRules
    therapists: Mapping[str, TherapistDiary]
    closures: Sequence[Interval] = ()
    rooms: Mapping[str, Sequence[Interval]] | None = None


class ReasonCode(StrEnum):
    """Why a start is not free."""

    UNKNOWN_THERAPIST = "unknown_therapist"
    OUTSIDE_WINDOW = "outside_window"
    MISSING_HOUR = "missing_hour"
    OFF_GRID = "off_grid"
    OUTSIDE_HOURS = "outside_hours"
    OVERRIDE = "override"
    PAST = "past"
    LEAD_TIME = "lead_time"
    HORIZON = "horizon"
    CLOSED = "closed"
    NO_ROOM = "no_room"
    TIME_OFF = "time_off"
    BUSY = "busy"
    BUFFER = "buffer"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a start is not free, and the interval of instants that is in the way where there is one.

    BUSY: the visit itself runs into `interval`; BUFFER: only a buffer of the visit does. OUTSIDE_HOURS and
    OVERRIDE (outside the hours that replace the date's weekly ones) name the stretch of hours that the
    start lies in when it is too short. LEAD_TIME names the time from now to the first start that is not too
    soon.
    """

    code: ReasonCode
    interval: Interval | None = None


class Explanation(NamedTuple):
    """One reading of a wall time: the instant (None where the clock skips it) and why it is not free."""

    start: int | None
    reasons: list[Reason]


# (first forbidden start, first start that is allowed again, what forbids them)
Barrier = tuple[int, int, Interval | None]


@dataclass(frozen=True, slots=True)
class Frame:
    """A question made ready: what all therapists share, in seconds."""

    question: Question
    days: list[LocalDay]
    visit: int
    before: int
    after: int
    now: int
    first_start: int
    last_ordinal: int | None


Naming = Callable[[Frame, int, Interval | None], Reason]


def free_starts(question: Question) -> dict[str, list[int]]:
    """Every therapist's free starts, ascending. The keys come in the order of `question.therapists`."""
    frame = _frame(question)
    grid = _grid(frame)
    shared = _starts_of(chain.from_iterable(barriers(frame) for barriers, _ in CLINIC_RULES))
    free: dict[str, list[int]] = {}
    for name, diary in question.therapists.items():
        own = _starts_of(chain.from_iterable(barriers(frame, diary) for barriers, _ in DIARY_RULES))
        fitting = _fitting(_stretches(frame.days, diary), frame.visit)
        free[name] = _on_grid(subtract(fitting, merge(chain(shared, own))), grid, question.step * MINUTE)
    return free


def free_times(question: Question) -> list[tuple[int, tuple[str, ...]]]:
    """Every start that is free with somebody, ascending, and with whom, in the order of their names."""
    starts = free_starts(question)
    names_at: dict[int, list[str]] = {}
    for name in sorted(starts):
        for start in starts[name]:
            names_at.setdefault(start, []).append(name)
    return [(start, tuple(names_at[start])) for start in sorted(names_at)]


def explain(question: Question, therapist: str, start: int) -> list[Reason]:
    """Every reason why the therapist is not free from `start` on; none exactly when `free_starts` has it.

    A start on a local date outside the question's window gets OUTSIDE_WINDOW alone, as what is in its way
    may not have been given.
    """
    diary = question.therapists.get(therapist)
    if diary is None:
        return [Reason(ReasonCode.UNKNOWN_THERAPIST)]
    day = walltime.local_date(question.zone, start)
    if not 0 <= (day - question.first_date).days < question.days:
        return [Reason(ReasonCode.OUTSIDE_WINDOW)]
    frame = _frame(replace(question, first_date=day, days=1))
    reasons: list[Reason] = []
    if not _on_grid([(start, start + 1)], _grid(frame), question.step * MINUTE):
        reasons.append(Reason(ReasonCode.OFF_GRID))
    stretches = _stretches(frame.days, diary)
    if not any(contains(fitting, start) for fitting in _fitting(stretches, frame.visit)):
        code = ReasonCode.OVERRIDE if day in diary.overrides else ReasonCode.OUTSIDE_HOURS
        too_short = [stretch for stretch in stretches if contains(stretch, start)]
        reasons.append(Reason(code, too_short[0] if too_short else None))
    in_the_way = [(barriers(frame), naming) for barriers, naming in CLINIC_RULES]
    in_the_way += [(barriers(frame, diary), naming) for barriers, naming in DIARY_RULES]
    for barriers, naming in in_the_way:
        reasons += [naming(frame, start, cause) for low, high, cause in barriers if low <= start < high]
    return reasons


def explain_wall_time(question: Question, therapist: str, wall: datetime) -> list[Explanation]:
    """`explain` for a wall time of the question's zone, given without offset.

    One answer as a rule, two where the clock shows the time twice, MISSING_HOUR where it skips it.
    """
    starts = walltime.instants_of(question.zone, wall)
    if not starts:
        return [Explanation(None, [Reason(ReasonCode.MISSING_HOUR)])]
    return [Explanation(start, explain(question, therapist, start)) for start in starts]


def _frame(question: Question) -> Frame:
    option = question.option
    now = walltime.instant_of(question.now)
    today = walltime.local_date(question.zone, now)
    horizon = option.horizon_days
    return Frame(
        question=question,
        days=walltime.local_days(question.zone, question.first_date, question.days),
        visit=option.minutes * MINUTE,
        before=option.buffer_before * MINUTE,
        after=option.buffer_after * MINUTE,
        now=now,
        first_start=walltime.instant_from(question.now) + option.lead_minutes * MINUTE,
        last_ordinal=None if horizon is None else today.toordinal() + horizon,
    )


def _monday_of(day: date) -> int:
    """The ordinal of the Monday of the date's week."""
    return day.toordinal() - day.weekday()


# Hours


def _stretches(days: Sequence[LocalDay], diary: TherapistDiary) -> list[Interval]:
    """The stretches of instants in which the therapist works, ascending; none goes on into the next date."""
    if not days:
        return []
    rules_of_weekday: list[list[WeeklyRule]] = [[] for _ in range(7)]
    for rule in diary.weekly:
        rules_of_weekday[rule.weekday].append(rule)
    first, last = days[0].date, days[-1].date
    steady_hours = [_steady_hours(rules, first, last) for rules in rules_of_weekday]
    stretches: list[Interval] = []
    for day in days:
        weekday = day.date.weekday()
        override = diary.overrides.get(day.date)
        hours = steady_hours[weekday] if override is None else merge(override)
        if hours is None:
            rules = rules_of_weekday[weekday]
            hours = merge([(rule.start, rule.end) for rule in rules if rule.applies_on(day.date)])
        if not hours:
            continue
        if day.is_plain:
            midnight = day.segments[0].start
            for start, end in hours:
                stretches.append((midnight + start * MINUTE, midnight + end * MINUTE))
        else:
            stretches += _stretches_of_day(day, hours)
    # Where the clock goes back over midnight, the old date has instants after the new one's first.
    stretches.sort()
    return stretches


def _steady_hours(rules: Iterable[WeeklyRule], first: date, last: date) -> list[Interval] | None:
    """The merged hours of a weekday if they are the same on all the dates, None if they may differ."""
    if all(rule.every == 1 and rule.applies_on(first) and rule.applies_on(last) for rule in rules):
        return merge((rule.start, rule.end) for rule in rules)
    return None


def _stretches_of_day(day: LocalDay, hours: Iterable[Interval]) -> list[Interval]:
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


def _fitting(stretches: Iterable[Interval], visit: int) -> list[Interval]:
    """The starts from which a visit ends within its stretch."""
    return [(start, end - visit + 1) for start, end in stretches if end - start >= visit]


# The grid


def _grid(frame: Frame) -> list[tuple[int, int, int]]:
    """Runs of instants (start, end, phase), ascending; on the grid is what is `phase` modulo the step."""
    step = frame.question.step * MINUTE
    parts = sorted(
        (segment.start, segment.end, (day.midnight - segment.offset) % step)
        for day in frame.days
        for segment in day.segments
    )
    runs: list[tuple[int, int, int]] = []
    for start, end, phase in parts:
        if runs and runs[-1][1] == start and runs[-1][2] == phase:
            runs[-1] = (runs[-1][0], end, phase)
        else:
            runs.append((start, end, phase))
    return runs


def _on_grid(starts: Iterable[Interval], grid: Sequence[tuple[int, int, int]], step: int) -> list[int]:
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


# Rules


def _starts_of(barriers: Iterable[Barrier]) -> list[Interval]:
    return [(low, high) for low, high, _ in barriers]


def _because(code: ReasonCode) -> Naming:
    return lambda frame, start, cause: Reason(code, cause)


def _too_soon(frame: Frame) -> list[Barrier]:
    return [(ALWAYS[0], frame.first_start, (frame.now, frame.first_start))]


def _name_too_soon(frame: Frame, start: int, cause: Interval | None) -> Reason:
    return Reason(ReasonCode.PAST) if start < frame.now else Reason(ReasonCode.LEAD_TIME, cause)


def _after_horizon(frame: Frame) -> list[Barrier]:
    last = frame.last_ordinal
    if last is None:
        return []
    return [
        (segment.start, segment.end, None)
        for day in frame.days
        if day.date.toordinal() > last
        for segment in day.segments
    ]


def _closed(frame: Frame) -> list[Barrier]:
    return _barring_visit(frame, frame.question.closures)


def _off(frame: Frame, diary: TherapistDiary) -> list[Barrier]:
    return _barring_visit(frame, diary.time_off)


def _barring_visit(frame: Frame, intervals: Iterable[Interval]) -> list[Barrier]:
    """No moment of the visit may be in an interval; its buffers may."""
    reach = frame.visit - 1
    return [(cause[0] - reach, cause[1], cause) for cause in intervals if cause[0] < cause[1]]


def _occupied(frame: Frame, diary: TherapistDiary) -> list[Barrier]:
    return _barring_occupied(frame, diary.busy)


def _barring_occupied(frame: Frame, intervals: Iterable[Interval]) -> list[Barrier]:
    """No moment of the visit or its buffers may be in an interval."""
    reach = frame.visit + frame.after - 1
    before = frame.before
    return [(cause[0] - reach, cause[1] + before, cause) for cause in intervals if cause[0] < cause[1]]


def _name_occupied(frame: Frame, start: int, cause: Interval | None) -> Reason:
    is_visit = cause is not None and overlaps((start, start + frame.visit), cause)
    return Reason(ReasonCode.BUSY if is_visit else ReasonCode.BUFFER, cause)


def _no_room(frame: Frame) -> list[Barrier]:
    """A start has no room when every room's barriers forbid it."""
    if frame.question.rooms is None:
        return []
    without = [ALWAYS]
    for occupied in frame.question.rooms.values():
        without = intersect(without, merge(_starts_of(_barring_occupied(frame, occupied))))
    return [(low, high, None) for low, high in without]


# Rules that hold for every therapist, then those that look into a diary; reasons are told in this order.
CLINIC_RULES: tuple[tuple[Callable[[Frame], list[Barrier]], Naming], ...] = (
    (_too_soon, _name_too_soon),
    (_after_horizon, _because(ReasonCode.HORIZON)),
    (_closed, _because(ReasonCode.CLOSED)),
    (_no_room, _because(ReasonCode.NO_ROOM)),
)
DIARY_RULES: tuple[tuple[Callable[[Frame, TherapistDiary], list[Barrier]], Naming], ...] = (
    (_off, _because(ReasonCode.TIME_OFF)),
    (_occupied, _name_occupied),
)
