"""The rules of free times. Pure; instants are whole seconds since the epoch.

A rule forbids intervals of starts: a visit of an hour cannot start less than an hour before time off begins, nor before
the time off ends. It has two parts, which stand together in `CLINIC_RULES` or `DIARY_RULES`: one gives the forbidden
starts, from which free times are made, the other names why a start is among them.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, partial
from typing import NamedTuple

from booking import walltime
from booking.intervals import Interval, contains, intersect, merge, overlaps, subtract
from booking.question import Question, Reason, ReasonCode, TherapistDiary
from booking.stretches import Window, fitting, stretches_of, stretches_of_day, weekly_stretches, window_of
from booking.walltime import DAY, MINUTE

# Before and after every instant that can be asked for.
ALWAYS: Interval = (-(1 << 62), 1 << 62)

Barring = Callable[[Iterable[Interval]], Iterable[Interval]]


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


class ClinicRule(NamedTuple):
    """A rule that holds for every therapist alike. `names` is asked of starts that are forbidden."""

    forbids: Callable[[Frame], Iterable[Interval]]
    names: Callable[[Frame, int], list[Reason]]


class DiaryRule(NamedTuple):
    """A rule that looks into a diary. What it forbids ascends by both ends. `names` is asked of starts in it."""

    forbids: Callable[[Frame, Sheet], Sequence[Interval]]
    names: Callable[[Frame, Sheet, int], list[Reason]]


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


def barring_visit(frame: Frame, intervals: Iterable[Interval]) -> list[Interval]:
    """No moment of the visit may be in an interval; its buffers may."""
    reach = frame.visit - 1
    return [(low - reach, high) for low, high in intervals if low < high]


def barring_occupied(frame: Frame, intervals: Iterable[Interval]) -> list[Interval]:
    """No moment of the visit or its buffers may be in an interval."""
    reach, before = frame.visit + frame.after - 1, frame.before
    return [(low - reach, high + before) for low, high in intervals if low < high]


def _because(code: ReasonCode, start: int, causes: Iterable[Interval], barring: Barring) -> list[Reason]:
    """A reason for each of the causes that bars the start."""
    return [
        Reason(code, cause)
        for cause in causes
        if any(contains(forbidden, start) for forbidden in barring([cause]))
    ]


# Rules that hold for every therapist


def _too_soon(frame: Frame) -> list[Interval]:
    return [(ALWAYS[0], frame.first_start)]


def _name_too_soon(frame: Frame, start: int) -> list[Reason]:
    if start < frame.now:
        return [Reason(ReasonCode.PAST)]
    return [Reason(ReasonCode.LEAD_TIME, (frame.now, frame.first_start))]


def _after_horizon(frame: Frame) -> list[Interval]:
    last = frame.last_ordinal
    if last is None:
        return []
    return [
        (segment.start, segment.end)
        for day in frame.window.days
        if day.date.toordinal() > last
        for segment in day.segments
    ]


def _name_horizon(frame: Frame, start: int) -> list[Reason]:
    return [Reason(ReasonCode.HORIZON)]


def _closed(frame: Frame) -> list[Interval]:
    return barring_visit(frame, frame.question.closures)


def _name_closed(frame: Frame, start: int) -> list[Reason]:
    return _because(ReasonCode.CLOSED, start, frame.question.closures, partial(barring_visit, frame))


def _not_offered(frame: Frame) -> list[Interval]:
    """The whole visit lies in one stretch of the hours that the option is offered in."""
    offered = frame.question.option.offered
    if not offered:
        return []
    return subtract([ALWAYS], merge(fitting(weekly_stretches(frame.window, offered), frame.visit)))


def _name_not_offered(frame: Frame, start: int) -> list[Reason]:
    return [Reason(ReasonCode.NOT_OFFERED)]


def _option_full(frame: Frame) -> list[Interval]:
    option = frame.question.option
    return _full_days(frame, option.booked, option.most_a_day)


def _name_option_full(frame: Frame, start: int) -> list[Reason]:
    return [Reason(ReasonCode.OPTION_FULL, _counted_day(frame, start))]


def _no_room(frame: Frame) -> list[Interval]:
    """A start has no room when every room forbids it."""
    if frame.question.rooms is None:
        return []
    without = [ALWAYS]
    for occupied in frame.question.rooms.values():
        without = intersect(without, barring_occupied(frame, merge(occupied)))
        if not without:
            break
    return without


def _name_no_room(frame: Frame, start: int) -> list[Reason]:
    return [Reason(ReasonCode.NO_ROOM)]


# Rules that look into a diary


def _off(frame: Frame, sheet: Sheet) -> list[Interval]:
    return barring_visit(frame, merge(sheet.diary.time_off))


def _name_off(frame: Frame, sheet: Sheet, start: int) -> list[Reason]:
    return _because(ReasonCode.TIME_OFF, start, sheet.diary.time_off, partial(barring_visit, frame))


def _taken(frame: Frame, sheet: Sheet) -> list[Interval]:
    return barring_occupied(frame, sheet.taken)


def _name_taken(frame: Frame, sheet: Sheet, start: int) -> list[Reason]:
    barring, visit = partial(barring_occupied, frame), (start, start + frame.visit)
    return [
        Reason(ReasonCode.BUSY, reason.interval)
        if reason.interval and overlaps(visit, reason.interval)
        else reason
        for reason in _because(ReasonCode.BUFFER, start, sheet.diary.busy, barring)
    ] + _because(ReasonCode.ON_HOLD, start, sheet.diary.holds, barring)


def _day_full(frame: Frame, sheet: Sheet) -> list[Interval]:
    most = sheet.diary.most_a_day
    if most is None:
        return []
    return _full_days(frame, [begin for begin, end in sheet.diary.busy if begin < end], most)


def _name_day_full(frame: Frame, sheet: Sheet, start: int) -> list[Reason]:
    return [Reason(ReasonCode.DAY_FULL, _counted_day(frame, start))]


def _no_break(frame: Frame, sheet: Sheet) -> list[Interval]:
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
    for low, high in subtract(spans.intervals, sheet.taken):
        if high - low >= need:
            while spans.intervals[position][1] <= low:
                position += 1
            number = spans.numbers[position]
            roomy[number] = (roomy[number][0] if number in roomy else low, high)
    forbidden: list[Interval] = []
    for number, (low, high) in zip(spans.numbers, spans.intervals, strict=True):
        if number in roomy:
            # From a start in between, a visit leaves too little of every gap.
            first, after = roomy[number][1] - need - reach + 1, roomy[number][0] + need + before
        else:
            first, after = low - reach + 1, high + before
        if first < after:
            for start, end, _ in frame.window.days[number].segments:
                forbidden.append((max(first, start), min(after, end)))
    return merge(forbidden) if frame.window.odd else forbidden


def _name_no_break(frame: Frame, sheet: Sheet, start: int) -> list[Reason]:
    rule = sheet.diary.pause
    assert rule
    spans = _spans(frame.window, (rule.start, rule.end)).intervals  # the window is the start's date alone
    return [Reason(ReasonCode.BREAK, (spans[0][0], spans[-1][1]))]


class Spans(NamedTuple):
    """Intervals, ascending, each with the number of the day in a window that it belongs to."""

    intervals: tuple[Interval, ...]
    numbers: tuple[int, ...]


@lru_cache(maxsize=128)
def _spans(window: Window, hours: Interval) -> Spans:
    """The instants at which the clock shows a time in the hours."""
    spans = sorted(
        (low, high, number)
        for number, day in enumerate(window.days)
        for low, high in stretches_of_day(day, [hours])
    )
    return Spans(tuple((low, high) for low, high, _ in spans), tuple(number for *_, number in spans))


# Days on which there may be no more


def _full_days(frame: Frame, begun: Iterable[int], most: int | None) -> list[Interval]:
    """The starts on local dates on which `most` visits begin already.

    A visit counts on the date on which what it occupies begins, for those that are there and for the new one.
    """
    if most is None:
        return []
    instants = sorted(begun)
    if len(instants) < most:
        return []
    window, before = frame.counted, frame.before
    if window.odd:
        return merge(
            (start + before, end + before)
            for day in window.days
            if sum(
                bisect_left(instants, end) - bisect_left(instants, start) for start, end, _ in day.segments
            )
            >= most
            for start, end, _ in day.segments
        )
    # All dates are 86,400 seconds, one after the other.
    at_midnights = [bisect_left(instants, midnight) for midnight in window.midnights]
    at_midnights.append(bisect_left(instants, window.midnights[-1] + DAY) if window.midnights else 0)
    return [
        (midnight + before, midnight + DAY + before)
        for midnight, first, after in zip(window.midnights, at_midnights, at_midnights[1:], strict=False)
        if after - first >= most
    ]


def _counted_day(frame: Frame, start: int) -> Interval | None:
    """The local date on which a visit from the start counts, from its first to its last instant."""
    for day in frame.counted.days:
        if any(segment.start <= start - frame.before < segment.end for segment in day.segments):
            return day.segments[0].start, day.segments[-1].end
    return None


# Reasons are told in this order.
CLINIC_RULES = (
    ClinicRule(_too_soon, _name_too_soon),
    ClinicRule(_after_horizon, _name_horizon),
    ClinicRule(_closed, _name_closed),
    ClinicRule(_not_offered, _name_not_offered),
    ClinicRule(_option_full, _name_option_full),
    ClinicRule(_no_room, _name_no_room),
)
DIARY_RULES = (
    DiaryRule(_off, _name_off),
    DiaryRule(_taken, _name_taken),
    DiaryRule(_no_break, _name_no_break),
    DiaryRule(_day_full, _name_day_full),
)
