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
from blog.picture_files import CROPS, FALLBACK, FORMATS

register = template.Library()


def _url(picture: Picture, name: str) -> str:
    return str(default_storage.url(f"library/{picture.folder}/{name}"))


def _srcset(picture: Picture, shape: str, kind: str) -> str:
    """The files of a format with their pixels across, ascending; "" for a shape that has none."""
    if shape:
        across = CROPS[shape].widths if kind in CROPS[shape].formats else ()
        names = [(picture_files.cropped(shape, at, picture.focus, kind), at) for at in across]
    else:
        names = [(picture_files.whole(at, kind), at) for at in picture_files.widths(picture.width)]
    return ", ".join(f"{_url(picture, name)} {at}w" for name, at in names)


def _fallback(picture: Picture, shape: str) -> tuple[str, int, int]:
    """The address of the JPEG, with its width and height in pixels."""
    if shape:
        across = CROPS[shape].widths[-1]
        name = picture_files.cropped(shape, across, picture.focus, FALLBACK)
        return _url(picture, name), across, CROPS[shape].height(across)
    across = picture_files.fallback_width(picture.width)
    down = max(1, round(across * picture.height / picture.width))
    return _url(picture, picture_files.whole(across, FALLBACK)), across, down


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
    sources = [(f"image/{kind}", _srcset(picture, shape, kind)) for kind in FORMATS]
    address, across, down = _fallback(picture, shape)
    return format_html(
        '<picture>{}<img class="{}" src="{}" alt="{}" width="{}" height="{}"{}></picture>',
        format_html_join(
            "",
            '<source type="{}" srcset="{}" sizes="{}">',
            ((kind, srcset, sizes) for kind, srcset in sources if srcset),
        ),
        f"picture focus-x-{round(picture.focal_x / 10)} focus-y-{round(picture.focal_y / 10)} {css_class}".strip(),
        address,
        alt,
        across,
        down,
        SafeString(' loading="lazy"') if lazy else "",
    )


@register.simple_tag
def uploaded_address(picture: Picture | None, shape: str) -> str:
    """The path of the JPEG of a shape ("" is all of the picture); "" for None."""
    return _fallback(picture, shape)[0] if picture else ""
