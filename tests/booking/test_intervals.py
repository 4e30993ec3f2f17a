"""The interval algebra, drawn: each character is one integer, `#` is in the interval."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.intervals import Interval, contains, intersect, merge, overlaps, subtract

SMALL = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=8)


def drawn(line: str) -> list[Interval]:
    """The intervals of a line; `|` ends one, so that two can adjoin, and takes no room."""
    intervals: list[Interval] = []
    position = 0
    for part in re.findall(r"#+|\.+|\|", line):
        if part[0] == "#":
            intervals.append((position, position + len(part)))
        position += 0 if part == "|" else len(part)
    return intervals


def integers(intervals: list[Interval]) -> set[int]:
    return {integer for start, end in intervals for integer in range(start, end)}


@pytest.mark.parametrize(
    ("lines", "merged"),
    [
        # apart, in either order
        (["##......", "....##.."], "##..##.."),
        (["....##..", "##......"], "##..##.."),
        # overlapping
        (["####....", "..####.."], "######.."),
        # one inside another
        (["######..", "..##...."], "######.."),
        # adjoining
        (["###.....", "...###.."], "######.."),
        # the same twice
        (["..##....", "..##...."], "..##...."),
    ],
)
def test_merge(lines: list[str], merged: str) -> None:
    assert merge(interval for line in lines for interval in drawn(line)) == drawn(merged)


@pytest.mark.parametrize("empty", [(3, 3), (5, 2)])
def test_merge_leaves_out_an_interval_that_holds_nothing(empty: Interval) -> None:
    assert merge([empty, (4, 6)]) == [(4, 6)]


@pytest.mark.parametrize(
    ("interval", "holes", "left"),
    [
        # a hole in the middle
        ("########", "..###...", "##...###"),
        # two holes
        ("########", ".##..##.", "#..##..#"),
        # a hole that reaches over an end
        ("..####..", "###.....", "...###.."),
        ("..####..", ".....###", "..###..."),
        # a hole that covers everything
        ("..####..", ".######.", "........"),
        # holes that touch take nothing
        ("..###...", "##...###", "..###..."),
        # a hole over two intervals
        ("###..###", "..####..", "##....##"),
        # intervals that adjoin stay apart
        ("###|###.", ".......#", "###|###."),
    ],
)
def test_subtract(interval: str, holes: str, left: str) -> None:
    assert subtract(drawn(interval), drawn(holes)) == drawn(left)


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        ("####....", "..####..", "..##...."),
        ("########", ".##..##.", ".##..##."),
        ("####....", "....####", "........"),
        ("##.##.##", "########", "##.##.##"),
        ("###..###", "..####..", "..#..#.."),
    ],
)
def test_intersect(one: str, other: str, shared: str) -> None:
    assert intersect(drawn(one), drawn(other)) == drawn(shared)
    assert intersect(drawn(other), drawn(one)) == drawn(shared)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ((2, 5), (4, 8), True),
        ((2, 5), (3, 4), True),
        ((2, 5), (5, 8), False),
        ((2, 5), (0, 2), False),
        ((2, 5), (3, 3), False),
    ],
)
def test_overlaps(one: Interval, other: Interval, expected: bool) -> None:
    assert overlaps(one, other) is expected
    assert overlaps(other, one) is expected


def test_contains_its_start_and_not_its_end() -> None:
    assert [integer for integer in range(8) if contains((2, 5), integer)] == [2, 3, 4]


@given(SMALL, SMALL)
def test_the_algebra_is_that_of_sets(some: list[Interval], others: list[Interval]) -> None:
    one, other = merge(some), merge(others)
    assert integers(one) == integers(some)
    assert all(before[1] < after[0] for before, after in pairwise(one))
    assert integers(subtract(one, other)) == integers(one) - integers(other)
    assert integers(intersect(one, other)) == integers(one) & integers(other)
