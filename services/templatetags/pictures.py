"""The picture of a service or a therapist: `{% load pictures %}{% picture service "card" "service__picture" %}`."""

import re

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from services.models import Pictured

register = template.Library()

#: Width and height in CSS pixels of each format: as uploaded pictures are cropped, and as drawings are drawn.
_CROPPED = {"card": (640, 480), "portrait": (480, 600)}
_DRAWN = {"card": (800, 500), "portrait": (480, 600)}

_DRAWING = re.compile(r"img/[\w/-]+\.svg")


def _drawing(path: str) -> str:
    """The address of one of the site's drawings; "" where there is none of that name."""
    if not _DRAWING.fullmatch(path):
        return ""
    try:
        return static(path)
    except ValueError:  # not among the collected files
        return ""


@register.simple_tag
def picture(item: Pictured, shape: str, css_class: str, lazy: bool = True) -> SafeString | str:
    """Give an `img` element in one of the shapes `card` and `portrait`; "" where nothing is to be seen."""
    if item.picture:
        address, (width, height) = getattr(item.picture, shape), _CROPPED[shape]
    else:
        address, (width, height) = _drawing(item.drawing), _DRAWN[shape]
    if not address:
        return ""
    return format_html(
        '<img class="{}" src="{}" alt="{}" width="{}" height="{}"{}>',
        css_class,
        address,
        item.picture_text,
        width,
        height,
        SafeString(' loading="lazy"') if lazy else "",
    )
