"""What search engines are told to read of the services."""

import pytest

from blog.publishing import State
from services.sitemaps import ServiceSitemap, TherapistSitemap
from tests.factories.services import make_service, make_therapist

pytestmark = pytest.mark.django_db


def test_only_published_pages_are_listed() -> None:
    service, therapist = make_service(), make_therapist()
    make_service(state=State.DRAFT)
    make_therapist(state=State.DRAFT)
    assert list(ServiceSitemap().items()) == [service]
    assert list(TherapistSitemap().items()) == [therapist]


def test_a_page_changed_when_it_was_saved() -> None:
    service = make_service()
    assert ServiceSitemap().lastmod(service) == service.updated_at
