"""What search engines are told to read of the services."""

import pytest

from blog.publishing import State
from services.figure_sitemaps import ExplainerSitemap, MapSitemap, ZoneSitemap
from services.sitemaps import ConditionSitemap, MuscleSitemap, ServiceSitemap, TherapistSitemap
from tests.factories.figures import make_explainer, make_zone
from tests.factories.services import make_condition, make_muscle, make_service, make_therapist

pytestmark = pytest.mark.django_db


def test_only_published_pages_are_listed() -> None:
    service, therapist = make_service(), make_therapist()
    make_service(state=State.DRAFT)
    make_therapist(state=State.DRAFT)
    assert list(ServiceSitemap().items()) == [service]
    assert list(TherapistSitemap().items()) == [therapist]


def test_only_published_conditions_and_muscles_are_listed() -> None:
    condition, muscle = make_condition(), make_muscle()
    make_condition(state=State.DRAFT)
    make_muscle(state=State.DRAFT)
    assert list(ConditionSitemap().items()) == [condition]
    assert list(MuscleSitemap().items()) == [muscle]
    assert ConditionSitemap().lastmod(condition) == condition.updated_at
    assert MuscleSitemap().lastmod(muscle) == muscle.updated_at


def test_the_map_its_places_and_the_guide_are_listed() -> None:
    zone, first, second = make_zone(), make_explainer(), make_explainer()
    make_zone(state=State.DRAFT)
    make_explainer(state=State.DRAFT)
    assert list(ZoneSitemap().items()) == [zone]
    assert ZoneSitemap().lastmod(zone) == zone.updated_at
    guide = ExplainerSitemap()
    assert [guide.location(page) for page in guide.items()] == ["/trigger-points/", second.get_absolute_url()]
    assert guide.lastmod(first) == first.updated_at
    listed = MapSitemap()
    assert [listed.location(name) for name in listed.items()] == [
        "/where-does-it-hurt/",
        "/where-does-it-hurt/sheet/",
    ]


def test_a_page_changed_when_it_was_saved() -> None:
    service = make_service()
    assert ServiceSitemap().lastmod(service) == service.updated_at
