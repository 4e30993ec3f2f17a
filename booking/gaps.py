"""Gaps that nobody can book: what a visit leaves beside itself in the therapist's day. Pure; whole seconds.

A piece is a stretch of hours less time off, closures, visits with their buffers and holds. A visit with its buffers
leaves a gap before and a gap after itself in its piece; one that is shorter than the shortest that can be sold is lost.

Where gaps are avoided, a piece offers the starts that lose the least: those that lose nothing, where there are some.
A piece that no start fits without a loss is still offered, as a time that is sold with a loss is worth more than one
that is not sold.
"""

from collections.abc import Iterable

from booking.barriers import ALWAYS, Frame, Sheet
from booking.intervals import Interval, merge, subtract
from booking.walltime import MINUTE


def kept(frame: Frame, sheet: Sheet, starts: Iterable[int]) -> list[int]:
    """Of the starts that no rule forbids, ascending, those that lose the least of their piece."""
    shortest = frame.question.shortest_gap * MINUTE
    reach = frame.visit + frame.after
    best: list[int] = []
    of_piece: list[int] = []
    none_yet = 2 * shortest  # more than is ever lost
    least, earliest, latest = none_yet, 0, 0
    end = ALWAYS[0]
    pieces = iter(_pieces(frame, sheet))
    for start in starts:
        if start >= end:
            best += of_piece
            of_piece, least = [], none_yet
            for begin, end in pieces:  # noqa: B007 - the piece that the loop stops at
                if start < end:
                    break
            earliest, latest = begin + frame.before, end - reach  # from there a visit leaves no gap
        lost = 0
        if earliest < start < earliest + shortest:
            lost = start - earliest
        if start < latest < start + shortest:
            lost += latest - start
        if lost == least:
            of_piece.append(start)
        elif lost < least:
            of_piece, least = [start], lost
    best += of_piece
    return best


def left_unsold(frame: Frame, sheet: Sheet, start: int) -> int:
    """Seconds that are lost beside a start's visit."""
    return sum(end - begin for begin, end in _short(frame, sheet, start))


def first_short(frame: Frame, sheet: Sheet, start: int) -> Interval | None:
    """The first gap beside a start's visit that is too short to sell."""
    return next(iter(_short(frame, sheet, start)), None)


def _short(frame: Frame, sheet: Sheet, start: int) -> list[Interval]:
    shortest = frame.question.shortest_gap * MINUTE
    for begin, end in _pieces(frame, sheet):
        if begin <= start < end:
            beside = (begin, start - frame.before), (start + frame.visit + frame.after, end)
            return [gap for gap in beside if 0 < gap[1] - gap[0] < shortest]
    return []


def _pieces(frame: Frame, sheet: Sheet) -> list[Interval]:
    others = merge([*sheet.diary.time_off, *frame.question.closures])
    return subtract(subtract(sheet.stretches, sheet.taken), others)
