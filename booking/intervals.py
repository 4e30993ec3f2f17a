"""Interval algebra over half-open intervals of integers.

An interval is a pair `(start, end)` that holds start, start + 1, … end - 1. One whose end is not after its
start holds nothing. What the integers count is the caller's: `slots` uses seconds since the epoch, and
minutes since midnight for hours. The functions that take "merged" intervals need them as `merge` gives
them.
"""

from collections.abc import Iterable

Interval = tuple[int, int]

# After every integer that is counted here.
_NO_MORE: Interval = (1 << 63, 1 << 63)


def merge(intervals: Iterable[Interval]) -> list[Interval]:
    """The same integers in ascending intervals that neither overlap nor adjoin, without empty ones."""
    merged: list[Interval] = []
    held: Interval | None = None
    for interval in sorted(intervals):
        start, end = interval
        if start >= end:
            continue
        if held is None:
            held = interval
        elif start > held[1]:
            merged.append(held)
            held = interval
        elif end > held[1]:
            held = (held[0], end)
    if held is not None:
        merged.append(held)
    return merged


def subtract(intervals: Iterable[Interval], holes: Iterable[Interval]) -> list[Interval]:
    """What the holes leave of each interval. The intervals ascend without overlap; those that adjoin stay
    apart.

    The holes ascend by their starts and ends.
    """
    left: list[Interval] = []
    following = iter(holes)
    hole_start, hole_end = next(following, _NO_MORE)
    for interval in intervals:
        start, end = interval
        while hole_end <= start:
            hole_start, hole_end = next(following, _NO_MORE)
        if hole_start >= end:
            left.append(interval)
            continue
        while hole_start < end:
            if start < hole_start:
                left.append((start, hole_start))
            start = hole_end
            if hole_end >= end:
                break  # it may go on into the next interval
            hole_start, hole_end = next(following, _NO_MORE)
        if start < end:
            left.append((start, end))
    return left


def intersect(one: Iterable[Interval], other: Iterable[Interval]) -> list[Interval]:
    """The integers that both hold; both ascend by their starts and ends, and so does the result.

    Merged intervals do; so do merged ones that were widened, though they may then overlap.
    """
    shared: list[Interval] = []
    ours, theirs = iter(one), iter(other)
    try:
        start, end = next(ours)
        other_start, other_end = next(theirs)
        while True:
            low = start if start > other_start else other_start
            high = end if end < other_end else other_end
            if low < high:
                shared.append((low, high))
            if end < other_end:
                start, end = next(ours)
            else:
                other_start, other_end = next(theirs)
    except StopIteration:
        return shared


def overlaps(one: Interval, other: Interval) -> bool:
    """Whether some integer is in both."""
    return max(one[0], other[0]) < min(one[1], other[1])


def contains(interval: Interval, integer: int) -> bool:
    """Whether the integer is in the interval."""
    return interval[0] <= integer < interval[1]
