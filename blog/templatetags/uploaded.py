"""An uploaded picture: AVIF, WebP and JPEG in several sizes, with its width and height.

    {% load uploaded %}
    {% uploaded picture alt="A calf muscle." sizes="(min-width: 45em) 65ch, 100vw" %}    all of it
    {% uploaded picture alt="" shape="card" css_class="card__picture" %}                 cropped around its focus
    {% uploaded_address picture "social" %}                                              one JPEG, for an address

`shape` is one of `blog.picture_files.CROPS`. The words are the caller's: "" for a picture that only decorates.
"""

from django import template
from django.core.files.storage import default_storage
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from blog import picture_files
from blog.library import Picture
from blog.picture_files import CROPS, FORMATS

register = template.Library()

_TYPES = {"avif": "image/avif", "webp": "image/webp"}


def _url(picture: Picture, name: str) -> str:
    return str(default_storage.url(f"pictures/{picture.folder}/{name}"))


def _names(picture: Picture, shape: str, kind: str) -> list[tuple[str, int]]:
    """The files of a format with their pixels across, ascending."""
    if shape:
        return [
            (picture_files.cropped(shape, at, picture.focus, kind), at)
            for at in CROPS[shape].widths
            if kind in CROPS[shape].formats
        ]
    return [(picture_files.whole(at, kind), at) for at in picture_files.widths(picture.width)]


def _srcset(picture: Picture, shape: str, kind: str) -> str:
    return ", ".join(f"{_url(picture, name)} {at}w" for name, at in _names(picture, shape, kind))


@register.simple_tag
def uploaded(
    picture: Picture | None,
    alt: str = "",
    sizes: str = "100vw",
    shape: str = "",
    css_class: str = "",
    lazy: bool = True,
) -> SafeString | str:
    """A `picture` element, or nothing for None.

    Its focus is told in classes as well (.focus-x-5 is 50%), for styles that crop with `object-fit`.
    """
    if picture is None:
        return ""
    sources = [(kind, _srcset(picture, shape, kind)) for kind in FORMATS if kind in _TYPES]
    in_jpeg = _names(picture, shape, "jpg")
    across = in_jpeg[-1][1]
    down = CROPS[shape].height(across) if shape else round(across * picture.height / picture.width)
    return format_html(
        '<picture>{}<img class="{}" src="{}" srcset="{}" sizes="{}" alt="{}" width="{}" height="{}"{}></picture>',
        format_html_join(
            "",
            '<source type="{}" srcset="{}" sizes="{}">',
            ((_TYPES[kind], srcset, sizes) for kind, srcset in sources if srcset),
        ),
        f"picture focus-x-{round(picture.focal_x / 10)} focus-y-{round(picture.focal_y / 10)} {css_class}".strip(),
        _url(picture, in_jpeg[-1][0]),
        _srcset(picture, shape, "jpg"),
        sizes,
        alt,
        across,
        down,
        SafeString(' loading="lazy"') if lazy else "",
    )


@register.simple_tag
def uploaded_address(picture: Picture | None, shape: str) -> str:
    """The path of the largest JPEG of a shape; "" for None."""
    return _url(picture, _names(picture, shape, "jpg")[-1][0]) if picture else ""
