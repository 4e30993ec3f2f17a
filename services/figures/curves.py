"""From points on a body to the smooth lines of a drawing, as the `d` of an SVG path. Pure."""

import math
from collections.abc import Iterable, Sequence

Point = tuple[float, float]

#: How far a curve's handles reach towards the neighboring points. Chosen by eye: less looks cut, more looks swollen.
_REACH = 1 / 6


def smooth(points: Sequence[Point], *, closed: bool = False, corners: Iterable[int] = ()) -> str:
    """A line through all the points, in order. At the points whose index is in `corners` it may turn sharply."""
    sharp = {index % len(points) for index in corners}
    pen = _rounded(points[0])
    parts = [f"M{_number(pen[0])} {_number(pen[1])}c"]
    last = len(points) if closed else len(points) - 1
    for index in range(last):
        start, end = points[index], points[(index + 1) % len(points)]
        before = points[index - 1] if (closed or index > 0) and index not in sharp else start
        ahead, beyond = (index + 1) % len(points), (index + 2) % len(points)
        after = points[beyond] if (closed or index + 2 < len(points)) and ahead not in sharp else end
        # A handle is never longer than a third of its piece, so that short pieces do not loop.
        length = math.dist(start, end)
        first = _handle(start, (end[0] - before[0], end[1] - before[1]), length)
        second = _handle(end, (start[0] - after[0], start[1] - after[1]), length)
        end = _rounded(end)
        parts.append(_steps(pen, first, second, end))
        pen = end
    return _joined(parts) + ("z" if closed else "")


def _steps(pen: Point, *points: Point) -> str:
    """The points as steps from where the pen is, written as short as SVG allows."""
    return _joined([_number(value) for x, y in points for value in (x - pen[0], y - pen[1])])


def _joined(parts: Iterable[str]) -> str:
    text = ""
    for part in parts:
        text += part if not text or text[-1] == "c" or part[0] == "-" else f" {part}"
    return text


def _handle(at: Point, towards: Point, length: float) -> Point:
    reach = math.hypot(*towards)
    scale = min(_REACH, length / 3 / reach) if reach else 0
    return (at[0] + towards[0] * scale, at[1] + towards[1] * scale)


def _rounded(point: Point) -> Point:
    return (round(point[0], 1), round(point[1], 1))


def _number(value: float) -> str:
    text = f"{value:.1f}".removesuffix(".0")
    text = "0" if text == "-0" else text
    return text.replace("0.", ".", 1) if text.lstrip("-").startswith("0.") else text


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


def clockwise(points: Sequence[Point]) -> list[Point]:
    """The points of a closed shape in one direction, so that shapes in one path that overlap leave no hole."""
    doubled = sum(
        ax * by - bx * ay for (ax, ay), (bx, by) in zip(points, [*points[1:], points[0]], strict=True)
    )
    return list(points) if doubled >= 0 else list(reversed(points))


def mirrored(points: Sequence[Point]) -> list[Point]:
    """The same points on the other side of the middle, x = 0."""
    return [(-x, y) for x, y in points]


def turned(
    points: Sequence[Point], *, degrees: float, around: Point = (0, 0), to: Point = (0, 0)
) -> list[Point]:
    """The points turned clockwise as one sees them (y points down) around `around`, then moved by `to`."""
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return [
        (
            around[0] + (x - around[0]) * cos - (y - around[1]) * sin + to[0],
            around[1] + (x - around[0]) * sin + (y - around[1]) * cos + to[1],
        )
        for x, y in points
    ]
