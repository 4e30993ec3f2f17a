"""The picture of the benchmark of growth."""

from xml.etree import ElementTree

import pytest

from benchmarks.chart import BOTTOM, LEFT, RIGHT, TOP, Point, drawn

SVG = "{http://www.w3.org/2000/svg}"
POINTS = [
    Point(x=150, y=2.0, name="5 therapists, 30 days"),
    Point(x=18_000, y=90.0, name="200 therapists, 90 days"),
]


def test_every_point_is_drawn_inside_the_plot_and_named() -> None:
    picture = ElementTree.fromstring(drawn(POINTS))
    circles = picture.findall(f"{SVG}circle")
    assert len(circles) == len(POINTS)
    for circle in circles:
        assert LEFT <= float(circle.attrib["cx"]) <= RIGHT
        assert TOP <= float(circle.attrib["cy"]) <= BOTTOM
    words = [text.text for text in picture.findall(f"{SVG}text")]
    assert {point.name for point in POINTS} <= set(words)


@pytest.mark.parametrize(("milliseconds", "below"), [(90.0, True), (900.0, False)])
def test_it_says_that_growth_is_below_proportion_only_where_it_is(milliseconds: float, below: bool) -> None:
    picture = drawn([POINTS[0], Point(x=18_000, y=milliseconds, name="big")])
    assert ("stays below" in picture) is below
