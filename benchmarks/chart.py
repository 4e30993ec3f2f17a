"""The picture of how time grows with work: both axes logarithmic, as SVG that reads in light and dark."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 900, 520
LEFT, RIGHT, TOP, BOTTOM = 90, 870, 96, 440  # of the plot

STYLE = """
    .page { fill: #fffdf7; stroke: #d3c9b4 }
    .grid { stroke: #e4dccb }
    .axis { stroke: #6d7c78 }
    .head { fill: #14292a; font: 600 17px system-ui, -apple-system, "Segoe UI", Roboto, Helvetica, Arial, sans-serif }
    .words { fill: #465856; font: 13.5px system-ui, -apple-system, "Segoe UI", Roboto, Helvetica, Arial, sans-serif }
    .linear { stroke: #7a4700; stroke-width: 1.6; stroke-dasharray: 7 5; fill: none }
    .measured { stroke: #0b5a53; stroke-width: 2.5; fill: none }
    .point { fill: #0b5a53 }
    @media (prefers-color-scheme: dark) {
      .page { fill: #101918; stroke: #37504d }
      .grid { stroke: #25383a }
      .axis { stroke: #8fa39d }
      .head { fill: #f3ecdc }
      .words { fill: #b9c8c2 }
      .linear { stroke: #e6b65c }
      .measured { stroke: #8fd3c4 }
      .point { fill: #8fd3c4 }
    }
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """`x` therapists times days took `y` milliseconds."""

    x: float
    y: float
    name: str


def drawn(points: Sequence[Point]) -> str:
    """The SVG. The dashed line is what the first point grows to in proportion."""
    first, last = points[0], points[-1]
    proportion = first.y / first.x
    x_axis = _Axis(*_decades(first.x, last.x), LEFT, RIGHT)
    y_axis = _Axis(*_decades(min(point.y for point in points), max(last.y, proportion * last.x)), BOTTOM, TOP)
    told = "; ".join(f"{point.name}: {point.y:.1f} ms" for point in points)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        'aria-labelledby="title desc">',
        '  <title id="title">How long all free times of a clinic take, by its size</title>',
        f'  <desc id="desc">{escape(told)}. The line stays below the one that grows in proportion.</desc>'
        if _stays_below(points)
        else f'  <desc id="desc">{escape(told)}.</desc>',
        f"  <style>{STYLE}  </style>",
        f'  <rect class="page" x="1" y="1" width="{WIDTH - 2}" height="{HEIGHT - 2}" rx="12"/>',
        _text(30, 40, "How long all free times of a clinic take, by its size", "head"),
        _text(30, 64, "Milliseconds of one call, queries included. Both axes are logarithmic.", "words"),
    ]
    for value in x_axis.marks():
        x = x_axis.at(value)
        lines.append(_line(x, TOP, x, BOTTOM, "grid"))
        lines.append(_text(x, BOTTOM + 22, f"{value:,.0f}", "words", "middle"))
    for value in y_axis.marks():
        y = y_axis.at(value)
        lines.append(_line(LEFT, y, RIGHT, y, "grid"))
        lines.append(_text(LEFT - 10, y + 5, f"{value:,g} ms", "words", "end"))
    lines += [
        _line(LEFT, BOTTOM, RIGHT, BOTTOM, "axis"),
        _line(LEFT, TOP, LEFT, BOTTOM, "axis"),
        _text((LEFT + RIGHT) / 2, BOTTOM + 50, "therapists × days", "words", "middle"),
        _line(
            x_axis.at(first.x),
            y_axis.at(first.y),
            x_axis.at(last.x),
            y_axis.at(proportion * last.x),
            "linear",
        ),
    ]
    path = " ".join(f"{x_axis.at(point.x):.1f},{y_axis.at(point.y):.1f}" for point in points)
    lines.append(f'  <polyline class="measured" points="{path}"/>')
    for point in points:
        x, y = x_axis.at(point.x), y_axis.at(point.y)
        lines.append(f'  <circle class="point" cx="{x:.1f}" cy="{y:.1f}" r="5"/>')
        lines.append(_text(x + 10, y + 24, point.name, "words"))
    lines += [
        _line(LEFT + 16, TOP + 18, LEFT + 56, TOP + 18, "measured"),
        _text(LEFT + 66, TOP + 23, "measured", "words"),
        _line(LEFT + 16, TOP + 42, LEFT + 56, TOP + 42, "linear"),
        _text(LEFT + 66, TOP + 47, "in proportion to therapists × days", "words"),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _stays_below(points: Sequence[Point]) -> bool:
    return all(point.y / point.x <= points[0].y / points[0].x for point in points)


@dataclass(frozen=True, slots=True)
class _Axis:
    """From powers of ten `low` to `high`, between two places on the page."""

    low: int
    high: int
    begin: float
    end: float

    def at(self, value: float) -> float:
        share = (math.log10(value) - self.low) / (self.high - self.low)
        return self.begin + share * (self.end - self.begin)

    def marks(self) -> list[float]:
        return [10.0**power for power in range(self.low, self.high + 1)]


def _decades(low: float, high: float) -> tuple[int, int]:
    """The powers of ten around both; at least one decade."""
    begin = math.floor(math.log10(low))
    return begin, max(begin + 1, math.ceil(math.log10(high)))


def _line(x1: float, y1: float, x2: float, y2: float, name: str) -> str:
    return f'  <line class="{name}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def _text(x: float, y: float, words: str, name: str, anchor: str = "start") -> str:
    return f'  <text class="{name}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'
