"""What search engines are told to read of the services."""

from typing import Any

import pytest

from blog.publishing import State
from services.sitemaps import SITEMAPS, ExplainerSitemap
from tests.factories.figures import make_explainer, make_zone
from tests.factories.services import make_condition, make_muscle, make_service, make_therapist

pytestmark = pytest.mark.django_db

_SITEMAPS: dict[str, Any] = SITEMAPS


def test_only_published_pages_are_listed() -> None:
    service, therapist = make_service(), make_therapist()
    make_service(state=State.DRAFT)
    make_therapist(state=State.DRAFT)
    assert list(_SITEMAPS["services"]().items()) == [service]
    assert list(_SITEMAPS["therapists"]().items()) == [therapist]


def test_only_published_conditions_and_muscles_are_listed() -> None:
    condition, muscle = make_condition(), make_muscle()
    make_condition(state=State.DRAFT)
    make_muscle(state=State.DRAFT)
    assert list(_SITEMAPS["conditions"]().items()) == [condition]
    assert list(_SITEMAPS["muscles"]().items()) == [muscle]
    assert _SITEMAPS["conditions"]().lastmod(condition) == condition.updated_at
    assert _SITEMAPS["muscles"]().lastmod(muscle) == muscle.updated_at


def test_the_map_its_places_and_the_guide_are_listed() -> None:
    zone, first, second = make_zone(), make_explainer(), make_explainer()
    make_zone(state=State.DRAFT)
    make_explainer(state=State.DRAFT)
    assert list(_SITEMAPS["zones"]().items()) == [zone]
    assert _SITEMAPS["zones"]().lastmod(zone) == zone.updated_at
    guide = ExplainerSitemap()
    assert [guide.location(page) for page in guide.items()] == ["/trigger-points/", second.get_absolute_url()]
    assert guide.lastmod(first) == first.updated_at
    listed = _SITEMAPS["map"]()
    assert [listed.location(name) for name in listed.items()] == [
        "/where-does-it-hurt/",
        "/where-does-it-hurt/sheet/",
    ]


def test_a_page_changed_when_it_was_saved() -> None:
    service = make_service()
    assert _SITEMAPS["services"]().lastmod(service) == service.updated_at
