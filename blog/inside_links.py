"""Whether links within the site lead somewhere: asked of the addresses that the site knows, and of its pages."""

from typing import Any
from urllib.parse import urlsplit

from django.apps import apps
from django.conf import settings
from django.core.exceptions import FieldDoesNotExist
from django.urls import Resolver404, resolve

from blog import embeds
from blog.outline import Link, Outline
from blog.publishing import PublishedPage
from flexclinic.lib import clock


def is_inside(href: str) -> bool:
    """Whether the link stays on the site."""
    parts = urlsplit(href)
    if parts.scheme or parts.netloc:
        return bool(f"{parts.scheme}://{parts.netloc}" == settings.SITE_URL)
    return True


def is_outside(href: str) -> bool:
    """Whether the link leads to another site."""
    return urlsplit(href).scheme in {"http", "https"} and not is_inside(href)


def problem(link: Link, outline: Outline) -> str:
    """What is wrong with a link that stays on the site or calls or writes; "" when nothing is."""
    try:
        parts = urlsplit(link.href)
    except ValueError:
        return "This is no address."
    if parts.scheme == "mailto":
        return "" if "@" in parts.path else "This is no email address."
    if parts.scheme == "tel":
        return "" if sum(letter.isdigit() for letter in parts.path) >= 3 else "This is no phone number."
    if not is_inside(link.href):
        return ""
    if not parts.path and not parts.netloc:
        known = not parts.fragment or parts.fragment in outline.ids
        return "" if known else f"Nothing on this page is called “#{parts.fragment}”."
    if parts.path and not parts.path.startswith("/"):
        return "Begin with a slash, as in /book/."
    return _of_path(parts.path or "/")


def _of_path(path: str) -> str:
    try:
        match = resolve(path)
    except Resolver404:
        try:
            resolve(f"{path}/")
        except Resolver404:
            return "There is no such page."
        return f"The address ends with a slash: {path}/"
    slug = match.kwargs.get("slug")
    if slug:
        return _of_page(path, slug)
    option = match.kwargs.get("option")
    if option and option not in {key for key, _words in embeds.choices(embeds.FREE_TIMES)}:
        return "This cannot be booked."
    return ""


def _of_page(path: str, slug: str) -> str:
    """A page that an editor wrote, or a list of them: it is there, and people see it."""
    for model in apps.get_models():
        try:
            model._meta.get_field("slug")
        except FieldDoesNotExist:
            continue
        address: Any = getattr(model(slug=slug), "get_absolute_url", None)
        if address is None or address() != path:
            continue
        found = model._default_manager.filter(slug=slug).first()
        if found is None:
            return "There is no such page."
        if isinstance(found, PublishedPage) and not found.is_published(clock.now()):
            return "Visitors do not see this page yet, or no longer."
        return ""
    return ""
