"""Free starts: a therapist's hours less what is in the way, and the reason for every start that is not free.

Pure: no database, no clock. Instants are whole seconds since the epoch, and intervals are half-open.

A start is free when four things hold:
- it is on the grid: the wall clock's minutes since local midnight are a multiple of the step;
- the whole visit lies in one stretch of the therapist's hours of the start's local date;
- no rule forbids it (`booking.barriers`);
- where gaps are avoided, it is one of those that leave the least time that is too short to sell (`booking.gaps`).

`free_starts` subtracts what the rules forbid from the hours; `explain` asks of one start which of the same rules
forbid it.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from itertools import chain
from typing import NamedTuple

from booking import barriers, gaps, walltime
from booking.barriers import CLINIC_RULES, DIARY_RULES, Frame, Sheet
from booking.intervals import Interval, contains, merge, subtract
from booking.question import Question, Reason, ReasonCode
from booking.stretches import fitting, on_grid
from booking.walltime import MINUTE


class Explanation(NamedTuple):
    """One reading of a wall time: the instant (None where the clock skips it) and why it is not free."""

    start: int | None
    reasons: list[Reason]


def free_starts(question: Question) -> dict[str, list[int]]:
    """Every therapist's free starts, ascending. The keys come in the order of `question.therapists`."""
    frame = barriers.frame_of(_without_idle_dates(question))
    shared = _shared(frame)
    free: dict[str, list[int]] = {}
    for name, diary in question.therapists.items():
        sheet = barriers.sheet_of(frame, diary)
        starts = _allowed(frame, sheet, shared)
        free[name] = gaps.kept(frame, sheet, starts) if question.avoid_gaps else starts
    return free


def _without_idle_dates(question: Question) -> Question:
    """The question without the dates at its ends on which every start is too soon or too far ahead."""
    first, last = question.first_date, question.first_date.toordinal() + question.days - 1
    option = question.option
    now = walltime.instant_of(question.now)
    earliest = walltime.earliest_ordinal(now + option.lead_minutes * MINUTE)
    skipped = max(0, min(earliest - first.toordinal(), question.days))
    if option.horizon_days is not None:
        today = walltime.local_date(question.zone, now).toordinal()
        last = min(last, today + option.horizon_days)
    days = max(0, last - first.toordinal() - skipped + 1)
    if not skipped and days == question.days:
        return question
    return replace(question, first_date=date.fromordinal(first.toordinal() + skipped), days=days)


def _shared(frame: Frame) -> list[Interval]:
    """The starts that the clinic's rules forbid to every therapist, merged."""
    return merge(chain.from_iterable(rule.forbids(frame) for rule in CLINIC_RULES))


def _allowed(frame: Frame, sheet: Sheet, shared: Sequence[Interval]) -> list[int]:
    """The starts of a therapist that no rule forbids; `shared` are those that the clinic's rules forbid."""
    left = subtract(fitting(sheet.stretches, frame.visit), shared)
    for rule in DIARY_RULES:
        if forbidden := rule.forbids(frame, sheet):
            left = subtract(left, forbidden)
    return on_grid(left, frame.window.grid, frame.question.step * MINUTE)


def free_times(question: Question) -> list[tuple[int, tuple[str, ...]]]:
    """Every start that is free with somebody, ascending, and with whom, in the order of their names."""
    starts = free_starts(question)
    names_at: dict[int, list[str]] = {}
    for name in sorted(starts):
        for start in starts[name]:
            if start in names_at:
                names_at[start].append(name)
            else:
                names_at[start] = [name]
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
    frame = barriers.frame_of(replace(question, first_date=day, days=1))
    reasons: list[Reason] = []
    if not on_grid([(start, start + 1)], frame.window.grid, question.step * MINUTE):
        reasons.append(Reason(ReasonCode.OFF_GRID))
    sheet = barriers.sheet_of(frame, diary)
    if not any(contains(starts, start) for starts in fitting(sheet.stretches, frame.visit)):
        code = ReasonCode.OVERRIDE if day in diary.overrides else ReasonCode.OUTSIDE_HOURS
        too_short = [stretch for stretch in sheet.stretches if contains(stretch, start)]
        reasons.append(Reason(code, too_short[0] if too_short else None))
    for clinic_rule in CLINIC_RULES:
        if any(contains(forbidden, start) for forbidden in clinic_rule.forbids(frame)):
            reasons += clinic_rule.names(frame, start)
    for rule in DIARY_RULES:
        if any(contains(forbidden, start) for forbidden in rule.forbids(frame, sheet)):
            reasons += rule.names(frame, sheet, start)
    if reasons or not question.avoid_gaps:
        return reasons
    starts = _allowed(frame, sheet, _shared(frame))
    if start in gaps.kept(frame, sheet, starts):
        return []
    return [Reason(ReasonCode.GAP, gaps.first_short(frame, sheet, start))]


def explain_wall_time(question: Question, therapist: str, wall: datetime) -> list[Explanation]:
    """`explain` for a wall time of the question's zone, given without offset.

    One answer as a rule, two where the clock shows the time twice, MISSING_HOUR where it skips it.
    """
    starts = walltime.instants_of(question.zone, wall)
    if not starts:
        return [Explanation(None, [Reason(ReasonCode.MISSING_HOUR)])]
    return [Explanation(start, explain(question, therapist, start)) for start in starts]


def left_unsold(question: Question, therapist: str, start: int) -> int:
    """Seconds beside a free start's visit that are too short to sell; what "anyone" is chosen by."""
    diary = question.therapists[therapist]
    day = walltime.local_date(question.zone, start)
    frame = barriers.frame_of(replace(question, first_date=day, days=1))
    return gaps.left_unsold(frame, barriers.sheet_of(frame, diary), start)
