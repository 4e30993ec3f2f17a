"""Interval algebra over half-open intervals of integers.

An interval is a pair `(start, end)` that holds start, start + 1, … end - 1. One whose end is not after its
start holds nothing. What the integers count is the caller's: `slots` uses seconds since the epoch, and
minutes since midnight for hours. The functions that take "merged" intervals need them as `merge` gives
them.
"""

from collections.abc import Iterable, Sequence

Interval = tuple[int, int]


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


def subtract(intervals: Iterable[Interval], holes: Sequence[Interval]) -> list[Interval]:
    """What the holes leave of each interval. The intervals ascend without overlap; those that adjoin stay
    apart.

    The holes are merged.
    """
    left: list[Interval] = []
    first = 0
    count = len(holes)
    for start, end in intervals:
        while first < count and holes[first][1] <= start:
            first += 1
        position = first
        while position < count:
            hole_start, hole_end = holes[position]
            if hole_start >= end:
                break
            if start < hole_start:
                left.append((start, hole_start))
            start = hole_end
            position += 1
        if start < end:
            left.append((start, end))
    return left


def intersect(one: Sequence[Interval], other: Sequence[Interval]) -> list[Interval]:
    """The integers that both hold; both are merged, and so is the result."""
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
