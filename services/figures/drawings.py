"""The four drawings on which everything is shown: front, back, head from the side, soles.

python -m services.figures.drawings      writes static/img/body/*.svg anew after a change of the points
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from services.figures import back, body, front, head, sole
from services.figures.curves import Point, clockwise, inked, mirrored, smooth

FOLDER = Path(__file__).resolve().parent.parent.parent / "static/img/body"

SKIN, SHADE, LIGHT, LINE, OUTLINE, HAIR, STRAND, LIPS = (
    "#ecd9b6", "#dfc597", "#f2e3c4", "#b98a6b", "#8f5f43", "#172728", "#4a625c", "#8c3b22",
)  # fmt: skip
#: Lines come out as wide as their weight times this, where they are widest.
_PEN = 1.25

Line = tuple[float, list[Point]]
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Drawing:
    """One drawing: its box (left, top, width, height), the outline of the body in it, and what is drawn.

    `mirrored` says that what is written for the right of the picture is on its left as well.
    """

    name: str
    box: Box
    mirrored: bool
    outline: str
    inside: str
    over: str


def _both(points: Sequence[Point], *, corners: Iterable[int] = ()) -> str:
    """A closed shape and its mirror, both in one direction."""
    sharp = {points[index] for index in corners}
    found = ""
    for side, corner in ((list(points), sharp), (mirrored(points), set(mirrored(list(sharp))))):
        turned = clockwise(side)
        found += smooth(turned, closed=True, corners=[i for i, point in enumerate(turned) if point in corner])
    return found


def _one(points: Sequence[Point], *, corners: Iterable[int] = ()) -> str:
    sharp = {points[index] for index in corners}
    turned = clockwise(points)
    return smooth(turned, closed=True, corners=[i for i, point in enumerate(turned) if point in sharp])


def _whole(half: Sequence[Point], *, corners: Iterable[int] = ()) -> str:
    """A shape across the middle, from its half."""
    points = body.whole(list(half))
    sharp = [*corners, *(len(points) - index for index in corners if index)]
    return _one(points, corners=sharp)


def _lines(lines: Iterable[Line], *, both: bool) -> str:
    sides: tuple[Callable[[list[Point]], list[Point]], ...] = (list, mirrored) if both else (list,)
    return "".join(inked(side(points), weight=weight * _PEN) for weight, points in lines for side in sides)


def _ellipse(middle: Point, wide: float, high: float) -> list[Point]:
    return [
        (middle[0] + wide * math.cos(step * math.pi / 4), middle[1] + high * math.sin(step * math.pi / 4))
        for step in range(8)
    ]


def _path(fill: str, d: str) -> str:
    return f'<path fill="{fill}" d="{d}"/>'


def _light(shapes: Iterable[list[Point]]) -> str:
    return _path(LIGHT, "".join(_both(one) for one in shapes))


def _trunk(half: list[Point]) -> str:
    corners = [
        index for index, point in enumerate(half) if point in {body.HALF[i] for i in body.HALF_CORNERS}
    ]
    parts = [_whole(half, corners=corners), _both(body.EAR)]
    parts += [_both(one) for one in [*body.fingers(), body.palm(), body.thumb()]]
    return "".join(parts)


@cache
def front_view() -> Drawing:
    """The front, palms forward."""
    lines = _lines([*front.LINES, *body.hand_lines(palm_side=True)], both=True) + _lines(
        front.MIDDLE, both=False
    )
    shades = "".join(_both(one) for one in front.SHADES) + "".join(_whole(one) for one in front.MIDDLE_SHADES)
    jaw = [*mirrored(body.HEAD[8:-1]), *reversed(body.HEAD[8:])]
    face = (
        _path(SKIN, _whole(body.HEAD))
        + _path(
            LINE,
            inked(jaw, weight=1.3)
            + _lines(front.FACE_LINES, both=True)
            + _lines(front.FACE_MIDDLE, both=False),
        )
        + _path(HAIR, _lines([(1.8, front.BROW), (1.1, front.LID)], both=True) + _both(front.IRIS))
        + _path(LIPS, inked(front.MOUTH, weight=1.5))
        + _path(HAIR, _whole(front.HAIR, corners=front.HAIR_CORNERS))
        + _path(STRAND, _lines([(0.6, one) for one in front.STRANDS], both=False))
    )
    toes = "".join(_both(_ellipse(*toe)) for toe in body.TOES)
    return Drawing(
        "front", (-180, -14, 360, 824), True, _trunk(body.HALF) + toes + _whole(body.HEAD),
        _light(front.LIGHTS) + _path(SHADE, shades) + _path(LINE, lines), face,
    )  # fmt: skip


@cache
def back_view() -> Drawing:
    """The back, with the backs of the hands."""
    lines = _lines([*back.LINES, *body.hand_lines(palm_side=False)], both=True) + _lines(
        back.MIDDLE, both=False
    )
    shades = "".join(_both(one) for one in back.SHADES) + "".join(_whole(one) for one in back.MIDDLE_SHADES)
    over = _path(HAIR, _whole(back.HAIR)) + _path(
        STRAND, _lines([(0.6, one) for one in back.STRANDS], both=False)
    )
    return Drawing(
        "back", (-180, -14, 360, 824), True, _trunk(body.half_behind()) + _whole(body.HEAD_BEHIND),
        _light(back.LIGHTS) + _path(SHADE, shades) + _path(LINE, lines), over,
    )  # fmt: skip


@cache
def head_view() -> Drawing:
    """Head, neck and shoulder from the side."""
    over = (
        _path(HAIR, _one(head.HAIR, corners=head.HAIR_CORNERS))
        + _path(STRAND, _lines([(1.1, one) for one in head.STRANDS], both=False))
        + _path(SKIN, _one(head.EAR))
        + _path(HAIR, _lines(head.DARK, both=False))
        + _path(LINE, _lines(head.OVER, both=False) + inked([*head.EAR, head.EAR[0]], weight=1.5))
    )
    return Drawing(
        "head", head.BOX, False, _one(head.OUTLINE, corners=head.CORNERS),
        _path(LIGHT, "".join(_one(one) for one in head.LIGHTS))
        + _path(SHADE, "".join(_one(one) for one in head.SHADES)) + _path(LINE, _lines(head.LINES, both=False)), over,
    )  # fmt: skip


@cache
def sole_view() -> Drawing:
    """Both soles."""
    outline = _both(sole.OUTLINE) + "".join(_both(_ellipse(*toe)) for toe in sole.TOES)
    inside = (
        _light(sole.LIGHTS)
        + _path(SHADE, "".join(_both(one) for one in sole.SHADES))
        + _path(LINE, _lines(sole.LINES, both=True))
    )
    return Drawing("sole", sole.BOX, True, outline, inside, "")


def all_views() -> dict[str, Drawing]:
    """The drawings by name."""
    return {one.name: one for one in (front_view(), back_view(), head_view(), sole_view())}


def svg(drawing: Drawing) -> str:
    """The drawing as a file: the body alone, on nothing."""
    left, top, wide, high = drawing.box
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{left:g} {top:g} {wide:g} {high:g}" width="{wide * 2:g}" '
        f'height="{high * 2:g}">'
        f'<defs><path id="o" d="{drawing.outline}"/><clipPath id="c"><use href="#o"/></clipPath></defs>\n'
        f'<use href="#o" fill="{OUTLINE}" stroke="{OUTLINE}" stroke-width="2.2" stroke-linejoin="round"/>'
        f'<use href="#o" fill="{SKIN}"/>\n'
        f'<g clip-path="url(#c)">{drawing.inside}</g>\n{drawing.over}</svg>\n'
    )


def write() -> None:
    """Write the files."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, drawing in all_views().items():
        (FOLDER / f"{name}.svg").write_text(svg(drawing), encoding="utf-8")


if __name__ == "__main__":
    write()
