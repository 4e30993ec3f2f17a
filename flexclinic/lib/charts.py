"""Pictures of figures as SVG: bars, stacked bars, a histogram, a line.

Plain functions from rows to markup. Nothing has a style of its own: colors are classes of charts.css.
Every figure is written beside what it draws, and the parts of a stacked bar differ by pattern too, so that no picture
needs its colors to be read. `key` is unique on the page. Titles and descriptions are what a screen reader says; the
figures stand in a table beside it.
"""

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

WIDTH = 440
_ROW = 46  # of a bar with its words above it
_BAR = 16
_LONGEST = 36  # letters of a name that fit beside a figure

# The plot of a histogram or a line.
_PLOT_TOP, _PLOT_BOTTOM, _PLOT_HEIGHT = 24, 190, 216
_AXIS_NAME = 20  # what the name of an axis needs below that
#: At most so many words below an axis, and figures above its points.
_MOST_WORDS = 8


class Bar(NamedTuple):
    """A value with its name, and as it is written. None draws nothing."""

    name: str
    value: float | None
    written: str


class Stack(NamedTuple):
    """A bar of parts, as many as the picture's `parts` has names."""

    name: str
    values: Sequence[int]


def bars(*, key: str, title: str, rows: Sequence[Bar], whole: float = 0) -> SafeString:
    """Lying bars, one below the other; `whole` is what a full bar stands for at least, as 1 for shares."""
    longest = max([whole, *(row.value or 0 for row in rows)]) or 1
    lines = []
    for number, row in enumerate(rows):
        y = number * _ROW
        lines += [
            _text(0, y + 16, _short(row.name), "chart-name"),
            _text(WIDTH, y + 16, row.written, "chart-figure", "end"),
            _rect(0, y + 23, WIDTH, _BAR, "chart-track"),
            _rect(0, y + 23, WIDTH * (row.value or 0) / longest, _BAR, "chart-bar"),
        ]
    told = "; ".join(f"{row.name}: {row.written}" for row in rows)
    return _svg(key, title, told, len(rows) * _ROW, lines)


def stacked(*, key: str, title: str, parts: Sequence[str], rows: Sequence[Stack]) -> SafeString:
    """Lying bars of parts, all to one scale, with the meaning of each pattern below."""
    longest = max((sum(row.values) for row in rows), default=0) or 1
    lines = [_patterns(key)]
    for number, row in enumerate(rows):
        y, x = number * _ROW, 0.0
        counts = ", ".join(f"{value} {part}" for part, value in zip(parts, row.values, strict=True) if value)
        lines += [
            _text(0, y + 16, _short(row.name), "chart-name"),
            _text(WIDTH, y + 16, f"{sum(row.values):,}", "chart-figure", "end"),
            _rect(0, y + 23, WIDTH, _BAR, "chart-track"),
            f"<g><title>{escape(f'{row.name}: {counts}')}</title>",
        ]
        for part, value in enumerate(row.values):
            long = WIDTH * value / longest
            lines += _part(key, part, x, y + 23, long)
            x += long
        lines.append("</g>")
    y, x = len(rows) * _ROW + 8, 0.0
    for part, name in enumerate(parts):
        long = 24 + 7.5 * len(name) + 18
        if x and x + long > WIDTH:
            x, y = 0.0, y + 24
        lines += [*_part(key, part, x, y, 16), _text(x + 23, y + 13, name, "chart-word")]
        x += long
    told = "; ".join(
        f"{row.name}: " + ", ".join(f"{part} {value}" for part, value in zip(parts, row.values, strict=True))
        for row in rows
    )
    return _svg(key, title, told, y + 24, lines)


def histogram(*, key: str, title: str, rows: Sequence[Bar], axis: str = "") -> SafeString:
    """Standing bars side by side, the figure above each and its name below; `axis` says what the names count."""
    highest = max((row.value or 0 for row in rows), default=0) or 1
    each = WIDTH / max(1, len(rows))
    lines = [_line(0, _PLOT_BOTTOM, WIDTH, _PLOT_BOTTOM, "chart-axis")]
    for number, row in enumerate(rows):
        middle = (number + 0.5) * each
        high = (_PLOT_BOTTOM - _PLOT_TOP) * (row.value or 0) / highest
        lines += [
            _rect(middle - each * 0.38, _PLOT_BOTTOM - high, each * 0.76, high, "chart-bar"),
            _text(middle, _PLOT_BOTTOM - high - 7, row.written, "chart-figure", "middle"),
            _text(middle, _PLOT_BOTTOM + 19, row.name, "chart-word", "middle"),
        ]
    lines.append(_text(WIDTH / 2, _PLOT_BOTTOM + 19 + _AXIS_NAME, axis, "chart-word", "middle"))
    told = "; ".join(f"{row.name}: {row.written}" for row in rows)
    return _svg(key, title, told, _PLOT_HEIGHT + (_AXIS_NAME if axis else 0), lines)


def line(*, key: str, title: str, rows: Sequence[Bar], whole: float = 0) -> SafeString:
    """A line through points in order, broken where there is no value; some of the points have their figure."""
    highest = max([whole, *(row.value or 0 for row in rows)]) or 1
    across = (WIDTH - 60) / max(1, len(rows) - 1)
    every = math.ceil(len(rows) / _MOST_WORDS)
    lines = [
        _line(0, _PLOT_TOP, WIDTH, _PLOT_TOP, "chart-grid"),
        _line(0, (_PLOT_TOP + _PLOT_BOTTOM) / 2, WIDTH, (_PLOT_TOP + _PLOT_BOTTOM) / 2, "chart-grid"),
        _line(0, _PLOT_BOTTOM, WIDTH, _PLOT_BOTTOM, "chart-axis"),
    ]
    run: list[tuple[float, float]] = []
    marks = []
    for number, row in enumerate(rows):
        x = 30 + number * across
        if number % every == 0:
            marks.append(_text(x, _PLOT_BOTTOM + 19, row.name, "chart-word", "middle"))
        if row.value is None:
            lines += _run(run)
            run = []
            continue
        y = _PLOT_BOTTOM - (_PLOT_BOTTOM - _PLOT_TOP) * row.value / highest
        run.append((x, y))
        marks.append(f'<circle class="chart-point" cx="{x:.1f}" cy="{y:.1f}" r="3.5"/>')
        if number % every == 0:
            marks.append(_text(x, y - 9, row.written, "chart-figure", "middle"))
    told = "; ".join(f"{row.name}: {row.written}" for row in rows)
    return _svg(key, title, told, _PLOT_HEIGHT, [*lines, *_run(run), *marks])


def _run(points: Sequence[tuple[float, float]]) -> list[str]:
    if len(points) < 2:
        return []
    joined = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return [f'<polyline class="chart-line" points="{joined}"/>']


def _svg(key: str, title: str, told: str, height: float, lines: Iterable[str]) -> SafeString:
    name = escape(key)
    return mark_safe(  # noqa: S308 - every word in it is escaped where it is put in
        f'<svg class="chart" viewBox="0 0 {WIDTH} {height:.0f}" role="img" '
        f'aria-labelledby="{name}-title {name}-told">'
        f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-told">{escape(told)}</desc>'
        f"{''.join(lines)}</svg>"
    )


#: The parts of a stacked bar, told apart without their colors: plain, slanted, dotted, upright, crossed, empty.
_PATTERNS = (
    "",
    '<path class="chart-stroke" d="M-2 2 L2 -2 M0 8 L8 0 M6 10 L10 6"/>',
    '<circle class="chart-dot" cx="4" cy="4" r="1.8"/>',
    '<path class="chart-stroke" d="M4 0 V8"/>',
    '<path class="chart-stroke" d="M0 4 H8 M4 0 V8"/>',
)


def _patterns(key: str) -> str:
    found = "".join(
        f'<pattern id="{escape(key)}-part-{number}" width="8" height="8" patternUnits="userSpaceOnUse">'
        f"{_rect(0, 0, 8, 8, 'chart-ground')}{drawn}</pattern>"
        for number, drawn in enumerate(_PATTERNS)
        if drawn
    )
    return f"<defs>{found}</defs>"


def _part(key: str, part: int, x: float, y: float, long: float) -> list[str]:
    if long <= 0:
        return []
    box = f'x="{x:.1f}" y="{y:.1f}" width="{long:.1f}" height="{_BAR}"'
    if part == 0:
        return [f'<rect class="chart-bar" {box}/>']
    if part < len(_PATTERNS):
        return [f'<rect class="chart-part" fill="url(#{escape(key)}-part-{part})" {box}/>']
    return [f'<rect class="chart-empty" {box}/>']


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"


def _rect(x: float, y: float, width: float, height: float, name: str) -> str:
    return f'<rect class="{name}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"/>'


def _line(x1: float, y1: float, x2: float, y2: float, name: str) -> str:
    return f'<line class="{name}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def _text(x: float, y: float, words: str, name: str, anchor: str = "start") -> str:
    return f'<text class="{name}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'
