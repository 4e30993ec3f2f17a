"""From points on a body to the smooth lines of a drawing, as the `d` of an SVG path. Pure."""

import math
from collections.abc import Iterable, Sequence

Point = tuple[float, float]

#: How far a curve's handles reach towards the neighboring points. Chosen by eye: less looks cut, more looks swollen.
_REACH = 1 / 6


def smooth(points: Sequence[Point], *, closed: bool = False, corners: Iterable[int] = ()) -> str:
    """A line through all the points, in order. At the points whose index is in `corners` it may turn sharply."""
    sharp = {index % len(points) for index in corners}
    parts = [f"M{_pair(points[0])}"]
    last = len(points) if closed else len(points) - 1
    for index in range(last):
        start, end = points[index], points[(index + 1) % len(points)]
        before = points[index - 1] if (closed or index > 0) and index not in sharp else start
        ahead = (index + 1) % len(points)
        beyond = (index + 2) % len(points)
        after = points[beyond] if (closed or index + 2 < len(points)) and ahead not in sharp else end
        parts.append(_curve(before, start, end, after))
    return "".join(parts) + ("Z" if closed else "")


def _curve(before: Point, start: Point, end: Point, after: Point) -> str:
    """One piece of the line. A handle is never longer than a third of its piece, so that short pieces do not loop."""
    length = math.dist(start, end)
    first = _handle(start, (end[0] - before[0], end[1] - before[1]), length)
    second = _handle(end, (start[0] - after[0], start[1] - after[1]), length)
    return f"C{_pair(first)} {_pair(second)} {_pair(end)}"


def _handle(at: Point, towards: Point, length: float) -> Point:
    reach = math.hypot(*towards)
    scale = min(_REACH, length / 3 / reach) if reach else 0
    return (at[0] + towards[0] * scale, at[1] + towards[1] * scale)


def _pair(point: Point) -> str:
    return f"{_number(point[0])} {_number(point[1])}"


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0").replace("-0", "0") if abs(value) < 0.05 else f"{value:.1f}".removesuffix(".0")


def inked(points: Sequence[Point], *, weight: float) -> str:
    """A line as a pen draws it: `weight` wide in the middle, nothing at its ends. A closed shape, to be filled."""
    last = len(points) - 1
    left, right = [], []
    for index, (x, y) in enumerate(points):
        (ax, ay), (bx, by) = points[max(index - 1, 0)], points[min(index + 1, last)]
        along = math.hypot(bx - ax, by - ay) or 1
        half = weight / 2 * math.sin(math.pi * index / last) ** 0.7 if 0 < index < last else 0.12
        dx, dy = -(by - ay) / along * half, (bx - ax) / along * half
        left.append((x + dx, y + dy))
        right.append((x - dx, y - dy))
    return smooth([*left, *reversed(right)], closed=True, corners=(0, last, last + 1, 2 * last + 1))


def mirrored(points: Sequence[Point]) -> list[Point]:
    """The same points on the other side of the middle, x = 0."""
    return [(-x, y) for x, y in points]


def turned(points: Sequence[Point], *, degrees: float, around: Point = (0, 0), to: Point = (0, 0)) -> list[Point]:
    """The points turned clockwise as one sees them (y points down) around `around`, then moved by `to`."""
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return [
        (
            around[0] + (x - around[0]) * cos - (y - around[1]) * sin + to[0],
            around[1] + (x - around[0]) * sin + (y - around[1]) * cos + to[1],
        )
        for x, y in points
    ]
