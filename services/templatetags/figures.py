"""The drawn figures of the body.

{% load figures %}
{% muscle_figure muscle %}                  the muscle, its points and where the pain goes; words below it
{% muscle_figure muscle words=False %}      the drawing alone, where the words stand beside it
{% body_map zones lit="chest" %}            front, back, head and soles with the zones as links
{% body_map zones linked=False %}           the same without links, for the sheet
{% lit_figure zone %}                       the drawings that show one zone, with the zone lit
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import template
from django.templatetags.static import static

from services.figures import drawings, shapes
from services.models import Muscle, Zone

register = template.Library()

#: What each drawing is called.
NAMES = {"front": "Front", "back": "Back", "head": "Head from the side", "sole": "Soles of the feet"}

#: A panel of a muscle's figure, in units of its picture: width, height, and the room between two panels.
_WIDE, _HIGH, _GAP = 300, 400, 12


@dataclass(frozen=True, slots=True)
class _View:
    """A drawing with the zones on it, as a template shows it."""

    name: str
    title: str
    box: drawings.Box
    image: str
    zones: list[dict[str, Any]]

    @property
    def view_box(self) -> str:
        """The drawing's box as SVG writes it."""
        return " ".join(f"{side:g}" for side in self.box)


def _image(view: str) -> str:
    return static(f"img/body/{view}.svg")


def _views(zones: Iterable[Zone], *, lit: str, only: Iterable[str] = NAMES) -> list[_View]:
    by_slug = {zone.slug: zone for zone in zones}
    return [
        _View(
            name=view,
            title=NAMES[view],
            box=drawings.all_views()[view].box,
            image=_image(view),
            zones=[
                {"zone": by_slug[slug], "d": drawn[view], "lit": slug == lit}
                for slug, drawn in shapes.zones().items()
                if view in drawn and slug in by_slug
            ],
        )
        for view in only
    ]


@register.inclusion_tag("services/figures/_body_map.html")
def body_map(zones: Iterable[Zone], lit: str = "", linked: bool = True) -> dict[str, Any]:
    """The four drawings with these zones."""
    return {"views": _views(zones, lit=lit), "linked": linked}


@register.inclusion_tag("services/figures/_lit_figure.html")
def lit_figure(zone: Zone) -> dict[str, Any]:
    """The drawings that show the zone, with it alone; nothing where the figure has no such place."""
    drawn: Mapping[str, str] = shapes.zones().get(zone.slug, {})
    return {"zone": zone, "views": _views([zone], lit=zone.slug, only=drawn)}


@register.inclusion_tag("services/figures/_muscle_figure.html")
def muscle_figure(muscle: Muscle, words: bool = True, caption: str = "") -> dict[str, Any]:
    """The muscle's figure; nothing where none is drawn of it."""
    found = shapes.muscles().get(muscle.slug, [])
    return {
        "muscle": muscle,
        "words": words,
        "caption": caption,
        "width": len(found) * (_WIDE + _GAP) - _GAP,
        "height": _HIGH,
        "panels": [
            {
                "place": place * (_WIDE + _GAP),
                "name": NAMES[panel.view],
                "view": panel.view,
                "view_box": " ".join(f"{side:g}" for side in panel.box),
                "drawing_box": drawings.all_views()[panel.view].box,
                "image": _image(panel.view),
                "muscle": panel.muscle,
                "referral": panel.referral,
                "points": panel.points,
                "unit": panel.box[2] / _WIDE,
            }
            for place, panel in enumerate(found)
        ],
    }
