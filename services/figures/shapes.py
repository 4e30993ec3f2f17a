"""What lies where on the drawings: the zones of the map and the muscles, from zones.toml and muscles.toml."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from services.figures import body
from services.figures.curves import Point, mirrored, smooth
from services.figures.drawings import Box, all_views

_FOLDER = Path(__file__).resolve().parent
#: A panel of a muscle's figure is this many times as high as it is wide.
TALL = 4 / 3


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of a drawing with what is shown of a muscle there. Shapes are the `d` of paths, points are x and y."""

    view: str
    box: Box
    muscle: str
    points: Sequence[Point]
    referral: str


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((_FOLDER / name).read_text(encoding="utf-8"))


def _points(written: str) -> list[Point]:
    in_hand = written.startswith("hand:")
    pairs = (pair.split(",") for pair in written.removeprefix("hand:").split())
    found = [(float(x), float(y)) for x, y in pairs]
    return body.in_hand(found) if in_hand else found


def _shape(points: list[Point], *, other_side: bool) -> str:
    """The shape, and its mirror where there is another side; one piece where it begins and ends in the middle."""
    if other_side and points[0][0] == points[-1][0] == 0:
        return smooth(body.whole(points), closed=True)
    return smooth(points, closed=True) + (smooth(mirrored(points), closed=True) if other_side else "")


@cache
def zones() -> Mapping[str, Mapping[str, str]]:
    """Of each zone, by its slug from the head down: the drawings that it is on, and its shape on both sides there."""
    mirrors = {name: drawing.mirrored for name, drawing in all_views().items()}
    return {
        slug: {
            view: "".join(_shape(_points(one), other_side=mirrors[view]) for one in written)
            for view, written in views.items()
        }
        for slug, views in _read("zones.toml").items()
    }


@cache
def muscles() -> Mapping[str, Sequence[Panel]]:
    """The panels of each muscle's figure, by its slug."""
    return {slug: _panels(data) for slug, data in _read("muscles.toml").items()}


def _panels(data: dict[str, Any]) -> list[Panel]:
    return [
        Panel(
            view=view,
            box=(left, top, wide, wide * TALL),
            muscle=_one_side(data.get("muscle", {}).get(view, []), view),
            points=[(x, y) for x, y in data.get("points", {}).get(view, [])],
            referral=_one_side(data.get("referral", {}).get(view, []), view),
        )
        for view, left, top, wide in data["panels"]
    ]


def _one_side(written: Sequence[str], view: str) -> str:
    drawn = _read_zones()
    return "".join(
        _shape(_points(shape), other_side=False)
        for one in written
        for shape in (drawn[one.removeprefix("zone: ")][view] if one.startswith("zone: ") else [one])
    )


@cache
def _read_zones() -> dict[str, Any]:
    return _read("zones.toml")
