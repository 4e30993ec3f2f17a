"""The URLconf as a list of routes."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib import admin
from django.urls import URLResolver, get_resolver

from tests.who_may.routes import BESIDES, MODELS, PAGES, USUAL


def every_route(patterns: Iterable[Any] | None = None, before: str = "") -> Iterator[str]:
    """Each route, written as its patterns are, one after the other."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from every_route(pattern.url_patterns, route)
        else:
            yield route


def listed_routes() -> set[str]:
    """Those that are listed, by themselves or as a usual page of a model."""
    pages = {route for group in PAGES.values() for route in group}
    below = [*(route for route, _ in USUAL.values()), *BESIDES]
    return pages | {f"admin/{model.replace('.', '/')}/{route}" for model in MODELS for route in below}


def registered_models() -> set[str]:
    """As in "booking.appointment"."""
    return {model._meta.label_lower for model in admin.site._registry}
