"""The rules of free times, as barriers. Pure; instants are whole seconds since the epoch.

A barrier is an interval of starts that a rule forbids, and what forbids them: a visit of an hour cannot start less than
an hour before time off begins, nor before the time off ends. A rule is one function that gives barriers, with the word
for its reason, in `CLINIC_RULES` or `DIARY_RULES`.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from booking import walltime
from booking.intervals import Interval, intersect, merge, overlaps, subtract
from booking.question import Question, Reason, ReasonCode, TherapistDiary
from booking.stretches import Window, fitting, stretches_of, stretches_of_day, weekly_stretches, window_of
from booking.walltime import DAY, MINUTE

# Before and after every instant that can be asked for.
ALWAYS: Interval = (-(1 << 62), 1 << 62)

# (first forbidden start, first start that is allowed again, what forbids them)
Barrier = tuple[int, int, Interval | None]


@dataclass(frozen=True, slots=True)
class Frame:
    """A question made ready: what all therapists share. Lengths are seconds.

    `counted` has the first moment that a visit from any start of the window occupies.
    """

    question: Question
    window: Window
    counted: Window
    visit: int
    before: int
    after: int
    now: int
    first_start: int
    last_ordinal: int | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A therapist's diary made ready: the stretches of hours, and what visits and holds take, merged."""

    diary: TherapistDiary
    stretches: Sequence[Interval]
    taken: Sequence[Interval]


ClinicRule = Callable[[Frame], list[Barrier]]
DiaryRule = Callable[[Frame, Sheet], list[Barrier]]
Naming = Callable[[Frame, int, Interval | None], Reason]


def frame_of(question: Question) -> Frame:
    """The question made ready."""
    option = question.option
    now = walltime.instant_of(question.now)
    horizon = option.horizon_days
    window = window_of(question.zone, question.first_date, question.days, question.step)
    counted = window
    if option.buffer_before and (option.most_a_day is not None or _limits_days(question)):
        ordinal = question.first_date.toordinal()
        earlier = min(option.buffer_before * MINUTE // DAY + 2, ordinal - walltime.FIRST_ORDINAL)
        first = date.fromordinal(ordinal - earlier)
        counted = window_of(question.zone, first, question.days + earlier, question.step)
    return Frame(
        question=question,
        window=window,
        counted=counted,
        visit=option.minutes * MINUTE,
        before=option.buffer_before * MINUTE,
        after=option.buffer_after * MINUTE,
        now=now,
        first_start=walltime.instant_from(question.now) + option.lead_minutes * MINUTE,
        last_ordinal=None
        if horizon is None
        else walltime.local_date(question.zone, now).toordinal() + horizon,
    )


def _limits_days(question: Question) -> bool:
    return any(diary.most_a_day is not None for diary in question.therapists.values())


def sheet_of(frame: Frame, diary: TherapistDiary) -> Sheet:
    """The diary made ready."""
    return Sheet(diary, stretches_of(frame.window, diary), merge([*diary.busy, *diary.holds]))


def starts_of(barriers: Iterable[Barrier]) -> list[Interval]:
    """The starts that barriers forbid."""
    return [(low, high) for low, high, _ in barriers]


def barring_visit(frame: Frame, intervals: Iterable[Interval]) -> list[Barrier]:
    """No moment of the visit may be in an interval; its buffers may."""
    reach = frame.visit - 1
    return [(cause[0] - reach, cause[1], cause) for cause in intervals if cause[0] < cause[1]]


def barring_occupied(frame: Frame, intervals: Iterable[Interval]) -> list[Barrier]:
    """No moment of the visit or its buffers may be in an interval."""
    reach = frame.visit + frame.after - 1
    before = frame.before
    return [(cause[0] - reach, cause[1] + before, cause) for cause in intervals if cause[0] < cause[1]]


def _barring_full_days(frame: Frame, begun: Iterable[int], most: int | None) -> list[Barrier]:
    """No visit on a local date on which `most` begin already.

    A visit counts on the date on which what it occupies begins, for those that are there and for the new one.
    """
    if most is None:
        return []
    instants = sorted(begun)
    if len(instants) < most:
        return []
    barriers: list[Barrier] = []
    for day in frame.counted.days:
        count = 0
        for start, end, _ in day.segments:
            count += bisect_left(instants, end) - bisect_left(instants, start)
        if count >= most and day.segments:
            whole = (day.segments[0].start, day.segments[-1].end)
            barriers += [(start + frame.before, end + frame.before, whole) for start, end, _ in day.segments]
    return barriers


# Rules that hold for every therapist


def _too_soon(frame: Frame) -> list[Barrier]:
    return [(ALWAYS[0], frame.first_start, (frame.now, frame.first_start))]


def _after_horizon(frame: Frame) -> list[Barrier]:
    last = frame.last_ordinal
    if last is None:
        return []
    return [
        (segment.start, segment.end, None)
        for day in frame.window.days
        if day.date.toordinal() > last
        for segment in day.segments
    ]


def _closed(frame: Frame) -> list[Barrier]:
    return barring_visit(frame, frame.question.closures)


def _not_offered(frame: Frame) -> list[Barrier]:
    """The whole visit lies in one stretch of the hours that the option is offered in."""
    offered = frame.question.option.offered
    if not offered:
        return []
    allowed = merge(fitting(weekly_stretches(frame.window, offered), frame.visit))
    return [(low, high, None) for low, high in subtract([ALWAYS], allowed)]


def _option_full(frame: Frame) -> list[Barrier]:
    return _barring_full_days(frame, frame.question.option.booked, frame.question.option.most_a_day)


def _no_room(frame: Frame) -> list[Barrier]:
    """A start has no room when every room's barriers forbid it."""
    if frame.question.rooms is None:
        return []
    without = [ALWAYS]
    reach = frame.visit + frame.after - 1
    for occupied in frame.question.rooms.values():
        taken = merge([(low - reach, high + frame.before) for low, high in occupied if low < high])
        without = intersect(without, taken)
        if not without:
            break
    return [(low, high, None) for low, high in without]


# Rules that look into a diary


def _off(frame: Frame, sheet: Sheet) -> list[Barrier]:
    return barring_visit(frame, sheet.diary.time_off)


def _occupied(frame: Frame, sheet: Sheet) -> list[Barrier]:
    return barring_occupied(frame, sheet.diary.busy)


def _on_hold(frame: Frame, sheet: Sheet) -> list[Barrier]:
    return barring_occupied(frame, sheet.diary.holds)


def _day_full(frame: Frame, sheet: Sheet) -> list[Barrier]:
    most = sheet.diary.most_a_day
    return _barring_full_days(frame, [begin for begin, end in sheet.diary.busy if begin < end], most)


def _no_break(frame: Frame, sheet: Sheet) -> list[Barrier]:
    """A visit that takes some of the time between which the break floats leaves a piece that is long enough.

    The break is that of the start's local date, and free is what no visit with its buffers and no hold takes.
    """
    rule = sheet.diary.pause
    if rule is None:
        return []
    need, reach, before = rule.minutes * MINUTE, frame.visit + frame.after, frame.before
    spans = _spans(frame.window, (rule.start, rule.end))
    roomy: dict[int, Interval] = {}  # by day, from the first gap that is long enough to the end of the last
    position = 0
    for low, high in subtract([(low, high) for low, high, _ in spans], sheet.taken):
        if high - low >= need:
            while spans[position][1] <= low:
                position += 1
            number = spans[position][2]
            roomy[number] = (roomy[number][0] if number in roomy else low, high)
    barriers: list[Barrier] = []
    for low, high, number in spans:
        if number in roomy:
            # From a start in between, a visit leaves too little of every gap.
            first, after = roomy[number][1] - need - reach + 1, roomy[number][0] + need + before
        else:
            first, after = low - reach + 1, high + before
        if first < after:
            for start, end, _ in frame.window.days[number].segments:
                barriers.append((max(first, start), min(after, end), (low, high)))
    return barriers


@lru_cache(maxsize=128)
def _spans(window: Window, hours: Interval) -> list[tuple[int, int, int]]:
    """The instants at which the clock shows a time in the hours, ascending, each with the number of its day."""
    start, end = hours[0] * MINUTE, hours[1] * MINUTE
    if not window.odd:
        return [(low + start, low + end, number) for number, low in enumerate(window.midnights)]
    return sorted(
        (low, high, number)
        for number, day in enumerate(window.days)
        for low, high in stretches_of_day(day, [hours])
    )


# Their reasons


def _because(code: ReasonCode) -> Naming:
    return lambda frame, start, cause: Reason(code, cause)


def _name_too_soon(frame: Frame, start: int, cause: Interval | None) -> Reason:
    return Reason(ReasonCode.PAST) if start < frame.now else Reason(ReasonCode.LEAD_TIME, cause)


def _name_occupied(frame: Frame, start: int, cause: Interval | None) -> Reason:
    is_visit = cause is not None and overlaps((start, start + frame.visit), cause)
    return Reason(ReasonCode.BUSY if is_visit else ReasonCode.BUFFER, cause)


# Reasons are told in this order.
CLINIC_RULES: tuple[tuple[ClinicRule, Naming], ...] = (
    (_too_soon, _name_too_soon),
    (_after_horizon, _because(ReasonCode.HORIZON)),
    (_closed, _because(ReasonCode.CLOSED)),
    (_not_offered, _because(ReasonCode.NOT_OFFERED)),
    (_option_full, _because(ReasonCode.OPTION_FULL)),
    (_no_room, _because(ReasonCode.NO_ROOM)),
)
DIARY_RULES: tuple[tuple[DiaryRule, Naming], ...] = (
    (_off, _because(ReasonCode.TIME_OFF)),
    (_occupied, _name_occupied),
    (_on_hold, _because(ReasonCode.ON_HOLD)),
    (_no_break, _because(ReasonCode.BREAK)),
    (_day_full, _because(ReasonCode.DAY_FULL)),
)
