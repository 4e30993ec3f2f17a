"""The drawn body: what is served is what the points say, and every zone and muscle has its place on it."""

import re
from itertools import pairwise
from pathlib import Path

import pytest

from services import demo, map_demo
from services.figures import curves, drawings, plates, shapes

ROOT = Path(__file__).resolve().parent.parent.parent
SHEET = ROOT / "static/css/pages/doctor-sheet.css"


def test_the_files_are_what_the_points_draw() -> None:
    for name, drawing in drawings.all_views().items():
        assert (drawings.FOLDER / f"{name}.svg").read_text(encoding="utf-8") == drawings.svg(drawing), name
    for name, plate in plates.PLATES.items():
        assert (plates.FOLDER / name).read_text(encoding="utf-8") == plate(), name


def test_every_zone_of_the_figure_has_words_and_every_page_a_zone() -> None:
    assert [zone["slug"] for zone in map_demo.zone_entries()] == list(
        dict.fromkeys(zone["slug"] for zone in map_demo.zone_entries())
    )
    assert {zone["slug"] for zone in map_demo.zone_entries()} == set(shapes.zones())


def test_every_zone_leads_to_a_muscle_and_every_muscle_is_felt_somewhere() -> None:
    muscles = {muscle["slug"] for muscle in demo.muscle_files()}
    named = [slug for zone in map_demo.zone_entries() for slug, _ in zone["muscles"]]
    assert all(zone["muscles"] for zone in map_demo.zone_entries())
    assert set(named) == muscles


def test_every_muscle_has_a_figure_with_a_point_and_a_referral() -> None:
    assert set(shapes.muscles()) == {muscle["slug"] for muscle in demo.muscle_files()}
    for slug, panels in shapes.muscles().items():
        assert any(panel.muscle and panel.points for panel in panels), slug
        assert any(panel.referral for panel in panels), slug


def test_points_lie_in_the_panel_that_shows_them() -> None:
    for slug, panels in shapes.muscles().items():
        for panel in panels:
            left, top, wide, high = panel.box
            for x, y in panel.points:
                assert left < x < left + wide, slug
                assert top < y < top + high, slug


def test_zones_lie_within_the_drawing() -> None:
    boxes = {name: drawing.box for name, drawing in drawings.all_views().items()}
    for slug, views in shapes.zones().items():
        for view, d in views.items():
            left, top, wide, high = boxes[view]
            for x, y in re.findall(r"M(-?[\d.]+) (-?[\d.]+)c", d):
                assert left < float(x) < left + wide, slug
                assert top < float(y) < top + high, slug


def test_both_sides_of_a_zone_are_drawn() -> None:
    assert shapes.zones()["calf"]["back"].count("M") == 2
    assert shapes.zones()["chest"]["front"].count("M") == 1  # across the middle
    assert shapes.zones()["around-the-eye"]["head"].count("M") == 1  # a side view has no other side


def test_the_sheet_lights_every_zone_that_can_be_ticked() -> None:
    styled = re.findall(r'#zone-([\w-]+):checked\) \.zone__area\[data-zone="([\w-]+)"\]', SHEET.read_text())
    assert styled == [(slug, slug) for slug in shapes.zones()]


def test_a_line_goes_through_its_points_and_turns_at_corners_only() -> None:
    assert curves.smooth([(0, 0), (10, 0)]) == "M0 0c1.7 0 8.3 0 10 0"
    round_ = curves.smooth([(0, 0), (10, 0), (10, 10)], closed=True)
    sharp = curves.smooth([(0, 0), (10, 0), (10, 10)], closed=True, corners=(0, 1, 2))
    assert round_ != sharp
    assert sharp.endswith("z")


def _walked(d: str) -> list[tuple[float, float]]:
    """The points of a path of this module's, by its own steps."""
    start, steps = re.fullmatch(r"M(.+?)c(.+?)z?", d).groups()  # type: ignore[union-attr]
    numbers = [float(number) for number in re.findall(r"-?(?:\d+\.?\d*|\.\d+)", steps)]
    x, y = (float(number) for number in start.split())
    found = [(x, y)]
    for place in range(0, len(numbers), 6):
        x, y = x + numbers[place + 4], y + numbers[place + 5]
        found.append((x, y))
    return found


def test_steps_do_not_drift() -> None:
    points = [(place * 0.33, place * 0.77) for place in range(200)]
    for (x, y), (a, b) in zip(points, _walked(curves.smooth(points)), strict=True):
        assert (a, b) == pytest.approx((x, y), abs=0.06)


def test_a_pen_line_is_thin_at_its_ends() -> None:
    outline = _walked(curves.inked([(0, 0), (10, 0), (20, 0), (30, 0), (40, 0)], weight=4))
    heights = [abs(y) for _x, y in outline[:5]]
    assert heights[0] < 0.2 < max(heights) == pytest.approx(2, abs=0.1)
    assert all(one != other for one, other in pairwise(outline))


def test_shapes_that_overlap_leave_no_hole() -> None:
    square = [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)]
    assert curves.clockwise(square) == square
    assert curves.clockwise(list(reversed(square))) == square
    assert curves.clockwise(curves.mirrored(square))[0] in curves.mirrored(square)
