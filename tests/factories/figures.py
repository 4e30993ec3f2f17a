"""Places of the body map and pages on trigger points, made for a test."""

import itertools
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from blog.publishing import State
from services.figures import shapes
from services.models import Explainer, ExplainerRichText, Likelihood, Muscle, Zone, ZoneMuscle

_numbers = itertools.count(1)
_LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
_LIVE = {"state": State.LIVE, "publish_at": _LONG_AGO}


def make_zone(*, felt: Iterable[tuple[Muscle, Likelihood]] = (), **fields: Any) -> Zone:
    """A place whose page is live, with its muscles. Its slug is one that the figure has."""
    n = next(_numbers)
    taken = set(Zone.objects.values_list("slug", flat=True))
    slug = next(slug for slug in shapes.zones() if slug not in taken)
    words = {"title": f"Place {n}", "slug": slug, "summary": "It hurts.", "region": "leg", "position": n}
    zone = Zone.objects.create(**{**words, **_LIVE, **fields})
    for muscle, likelihood in felt:
        ZoneMuscle.objects.create(zone=zone, muscle=muscle, likelihood=likelihood)
    return zone


def make_explainer(*, text: str = "<p>Words.</p>", **fields: Any) -> Explainer:
    """A page on trigger points that is live, with one text, after those that are there."""
    n = next(_numbers)
    words = {"title": f"Page {n}", "slug": f"page-{n}", "summary": "It explains.", "position": n}
    page = Explainer.objects.create(**{**words, **_LIVE, **fields})
    ExplainerRichText.objects.create(parent=page, region="main", ordering=10, text=text)
    return page
