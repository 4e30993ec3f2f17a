"""The figures of the pages on trigger points that show the body: static/img/figure-*.svg, made of the same drawings.

python -m services.figures.plates        writes them anew after a change of the points
"""

from pathlib import Path

from services.figures import drawings, shapes
from services.figures.drawings import Drawing

FOLDER = Path(__file__).resolve().parent.parent.parent / "static/img"

GROUND, WORDS, INK, MUSCLE, WARM, DEEP = "#0d4640", "#fbf5e6", "#14292a", "#9a3d20", "#e6a832", "#6f2a14"
_FONT = "Segoe UI, Liberation Sans, Arial, sans-serif"
_HATCH = (
    '<pattern id="h" patternUnits="userSpaceOnUse" width="6" height="6" patternTransform="rotate(45)">'
    f'<rect width="6" height="6" fill="{WARM}" fill-opacity=".55"/>'
    f'<rect width="2" height="6" fill="{DEEP}" fill-opacity=".8"/></pattern>'
)


def _body(drawing: Drawing, *, inside: str = "") -> str:
    """The body of a drawing, with more drawn on its skin."""
    return (
        f'<defs><path id="o" d="{drawing.outline}"/><clipPath id="c"><use href="#o"/></clipPath></defs>'
        f'<use href="#o" fill="{drawings.OUTLINE}" stroke="{drawings.OUTLINE}" stroke-width="2.2"/>'
        f'<use href="#o" fill="{drawings.SKIN}"/><g clip-path="url(#c)">{drawing.inside}</g>{drawing.over}'
        f'<g clip-path="url(#c)">{inside}</g>'
    )


def _plate(title: str, content: str) -> str:
    """A picture of 800 by 560 on the deep green."""
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 560" width="800" height="560" role="img">\n'
        f"<title>{title}</title>\n<defs>{_HATCH}</defs>"
        f'<rect width="800" height="560" fill="{GROUND}"/>\n{content}\n</svg>\n'
    )


def _words(x: float, y: float, *lines: str, size: int = 24, anchor: str = "start") -> str:
    rows = "".join(
        f'<tspan x="{x:g}" y="{y + place * size * 1.25:g}">{line}</tspan>' for place, line in enumerate(lines)
    )
    return (
        f'<text font-family="{_FONT}" font-size="{size}" fill="{WORDS}" text-anchor="{anchor}">{rows}</text>'
    )


def _line(d: str, *, color: str = WORDS, width: float = 2, more: str = "") -> str:
    return (
        f'<path d="{d}" fill="none" stroke="{color}" stroke-width="{width:g}" stroke-linecap="round"{more}/>'
    )


def _leader(*points: tuple[float, float]) -> str:
    return _line("M" + "L".join(f"{x:g} {y:g}" for x, y in points))


def _shape(d: str, fill: str, *, opacity: float = 1) -> str:
    return f'<path d="{d}" fill="{fill}" fill-opacity="{opacity:g}"/>'


def _point(x: float, y: float) -> str:
    return (
        f'<g transform="translate({x:g} {y:g}) scale(.8)">'
        f'<circle r="13" fill="#fff3d0" stroke="{INK}" stroke-width="2.5"/>'
        f"{_line('M-6-6 6 6M-6 6 6-6', color=INK, width=4)}</g>"
    )


def referral() -> str:
    """The upper trapezius: pressed at the shoulder, felt at the temple."""
    panel = next(one for one in shapes.muscles()["upper-trapezius"] if one.view == "head")
    inside = (
        _shape(panel.muscle, MUSCLE, opacity=0.8)
        + _line(panel.muscle, color=INK, width=1)
        + _shape(panel.referral, "url(#h)")
        + _line(panel.referral, color=INK, width=1, more=' stroke-dasharray="5 3"')
    )
    drawn = _body(drawings.head_view(), inside=inside) + _point(*panel.points[0])
    words = (
        _leader((175, 150), (175, 60), (520, 60)) + _words(532, 67, "It is felt here, too")
        + _leader((262, 300), (440, 250), (520, 250)) + _words(532, 257, "and along the neck")
        + _leader((322, 414), (520, 414)) + _words(532, 421, "It is pressed here")
    )  # fmt: skip
    return _plate(
        "A tender spot at the shoulder whose pain is felt along the neck and at the temple",
        f'<g transform="translate(40 24) scale(1.5)">{drawn}</g>{words}',
    )


def ball_at_the_wall() -> str:
    """Pressing a spot oneself, with a ball between the back and a wall."""
    bricks = "".join(
        _line(f"M560 {y}H800M{610 + 60 * (row % 2)} {y}v46M{730 + 40 * (row % 2)} {y}v46", color="#195a52")
        for row, y in enumerate(range(40, 560, 46))
    )
    wall = _shape("M560 0H800V560H560Z", "#0a332f") + bricks + _line("M560 0V560", width=3)
    ball = f'<circle cx="534" cy="506" r="26" fill="{WARM}" stroke="{INK}" stroke-width="3"/>' + _line(
        "M516 490c12 4 24 18 26 40M552 490c-8 2-20 12-24 24", color=INK
    )
    words = (
        _leader((534, 478), (534, 400))
        + _words(552, 388, "a soft ball", anchor="end")
        + _words(680, 300, "wall", anchor="middle")
    )
    body = f'<g transform="translate(140 24) scale(1.5)">{_body(drawings.head_view())}</g>'
    return _plate(
        "Somebody leans back on a soft ball that is between the shoulder blade and a wall",
        wall + body + ball + words,
    )


#: The thick calf: its two edges, what is red in it, and the line between its heads.
_EDGES = (
    "M17 590C8 616 5 650 15 682C21 702 26 716 27 730",
    "M47 730C48 716 58 700 64 680C74 648 70 614 59 590",
)
_RED = (
    "M20 604C13 630 13 654 21 676C28 692 34 702 38 702C44 702 53 690 59 674C66 650 64 626 57 604"
    "C46 610 30 610 20 604Z"
)
_HEADS = "M38 606C38.6 622 38.6 640 38 656"


def one_calf() -> str:
    """One calf that is hot and swollen, beside one that is not."""
    first, second = _EDGES
    swollen = (
        _shape(f"{first}L{second[1:]}C46 600 30 600 17 590Z", drawings.SKIN)
        + _line(first + second, color=drawings.OUTLINE, width=1.6)
        + _shape(_RED, "#c2412a", opacity=0.62)
        + _line(_HEADS, color=drawings.LINE, width=1.4)
    )
    heat = "".join(
        _line(f"M{x} 168c-10-14 10-24 0-40s10-22 0-38", color=WARM, width=5) for x in (470, 496, 522)
    )
    words = _words(470, 270, "One calf is hot,", "red or swollen:", "see a doctor", "the same day.", size=27)
    legs = f'<svg width="560" height="560" viewBox="-108 560 216 216">{_body(drawings.back_view())}{swollen}</svg>'
    return _plate("Two calves from behind; the one on the right is red and swollen", legs + heat + words)


PLATES = {
    "figure-felt-elsewhere.svg": referral,
    "figure-ball-at-the-wall.svg": ball_at_the_wall,
    "figure-one-hot-calf.svg": one_calf,
}


def write() -> None:
    """Write the files."""
    for name, plate in PLATES.items():
        (FOLDER / name).write_text(plate(), encoding="utf-8")


if __name__ == "__main__":
    write()
