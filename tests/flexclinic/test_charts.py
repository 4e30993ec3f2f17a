"""Pictures of figures: well-formed, named, without a style of their own, and as long as their values."""

from collections.abc import Callable
from xml.etree import ElementTree

import pytest
from django.utils.safestring import SafeString

from flexclinic.lib import charts
from flexclinic.lib.charts import Bar, Stack

SVG = "{http://www.w3.org/2000/svg}"
NASTY = '<script>alert("1")</script> & "co"'
BARS = [Bar("Ana", 0.5, "50%"), Bar(NASTY, 1.25, "125%"), Bar("Nobody", None, "–")]

DRAWN: dict[str, Callable[[], SafeString]] = {
    "bars": lambda: charts.bars(key="k", title=NASTY, rows=BARS, whole=1),
    "stacked": lambda: charts.stacked(
        key="k",
        title=NASTY,
        parts=["One", NASTY, "Three", "Four", "Five", "Six"],
        rows=[Stack(NASTY, [3, 1, 0, 1, 1, 2])],
    ),
    "histogram": lambda: charts.histogram(key="k", title=NASTY, rows=BARS),
    "line": lambda: charts.line(key="k", title=NASTY, rows=[*BARS, Bar("Last", 0.1, "10%")], whole=1),
}


def parsed(drawn: str) -> ElementTree.Element:
    """The picture's tree; what is not well-formed raises."""
    return ElementTree.fromstring(drawn.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))


@pytest.mark.parametrize("name", DRAWN)
def test_a_picture_is_named_and_has_no_style_of_its_own(name: str) -> None:
    drawn = DRAWN[name]()
    tree = parsed(drawn)
    assert tree.get("role") == "img"
    title, told = tree.get("aria-labelledby", "").split()
    ids = {element.get("id"): element for element in tree.iter() if element.get("id")}
    assert ids[title].text == NASTY
    assert told in ids
    assert "<script" not in drawn
    assert not any(element.get("style") for element in tree.iter())
    assert not [element.tag for element in tree.iter() if element.tag in {f"{SVG}style", f"{SVG}script"}]


@pytest.mark.parametrize("name", ["bars", "histogram", "line"])
def test_every_value_is_told_in_words(name: str) -> None:
    tree = parsed(DRAWN[name]())
    [told] = tree.findall(f"{SVG}desc")
    assert told.text is not None
    assert "Ana: 50%" in told.text
    assert "Nobody: –" in told.text


def test_bars_are_as_long_as_their_values() -> None:
    tree = parsed(DRAWN["bars"]())
    widths = [
        float(rect.get("width", 0)) for rect in tree.iter(f"{SVG}rect") if rect.get("class") == "chart-bar"
    ]
    assert widths == [charts.WIDTH * 0.4, charts.WIDTH, 0]


def test_parts_of_a_bar_differ_without_color() -> None:
    tree = parsed(DRAWN["stacked"]())
    looks = {
        (rect.get("class"), rect.get("fill"))
        for rect in tree.iter(f"{SVG}rect")
        if rect.get("class") in {"chart-bar", "chart-part", "chart-empty"}
    }
    assert len(looks) == 6
    patterns = {pattern.get("id") for pattern in tree.iter(f"{SVG}pattern")}
    assert {fill for _, fill in looks if fill} == {f"url(#{pattern})" for pattern in patterns}


def test_a_line_breaks_where_there_is_no_value() -> None:
    rows = [Bar(f"{n}", None if n == 3 else 1.0, "") for n in range(7)]
    lines = list(parsed(charts.line(key="k", title="t", rows=rows)).iter(f"{SVG}polyline"))
    assert [len(line.get("points", "").split()) for line in lines] == [3, 3]


def test_nothing_to_draw_divides_by_nothing() -> None:
    for draw in (charts.bars, charts.histogram, charts.line):
        parsed(draw(key="k", title="t", rows=[]))
        parsed(draw(key="k", title="t", rows=[Bar("Zero", 0, "0")]))
    parsed(charts.stacked(key="k", title="t", parts=[], rows=[]))


def test_a_long_name_is_cut_in_the_picture_and_whole_in_its_words() -> None:
    name = "An option with a name that nobody would like to read in full"
    tree = parsed(charts.bars(key="k", title="t", rows=[Bar(name, 1, "1")]))
    shown = [text.text for text in tree.iter(f"{SVG}text")]
    assert any(text and text.endswith("…") for text in shown)
    [told] = tree.findall(f"{SVG}desc")
    assert told.text == f"{name}: 1"
