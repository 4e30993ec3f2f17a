"""Reviews over all kinds of pages: what is overdue, due soon, and was never done."""

import datetime
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from blog import pages
from blog.models import Page, Post
from blog.publishing import State
from blog.reviews import reviews
from services.models import Service, Therapist
from tests.blog.desk.conftest import editor_named
from tests.factories.blog import make_author, make_page, make_post
from tests.factories.services import make_service, make_therapist

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

TODAY = datetime.date(2026, 11, 23)
NOW = datetime.datetime(2026, 11, 23, 14, tzinfo=datetime.UTC)


def due(days: int, **fields: Any) -> dict[str, Any]:
    """A review a year ago, and due again in so many days."""
    return {
        "reviewer": make_author(name="Dr. Demo"),
        "reviewed_on": datetime.date(2025, 11, 23),
        "next_review_on": TODAY + datetime.timedelta(days=days),
        **fields,
    }


def test_every_kind_is_asked() -> None:
    assert set(pages.kinds()) >= {Page, Post, Service, Therapist}


def test_pages_are_sorted_by_what_they_need() -> None:
    make_post(title="Overdue", **due(-1))
    make_service(title="Today", **due(0))
    make_page(title="Soon", **due(30))
    make_page(title="Later", **due(31))
    make_therapist(name="Never")
    make_post(title="Draft", state=State.DRAFT, publish_at=None)
    make_post(title="Over", expire_at=NOW)

    found = reviews(pages.kinds(), on=TODAY, at=NOW)
    assert [page.title for page in found.overdue] == ["Overdue", "Today"]
    assert [page.title for page in found.soon] == ["Soon"]
    assert [page.title for page in found.never] == ["Never"]


def test_the_editor_sees_who_and_when_and_is_led_there(ana_client: Client) -> None:
    post = make_post(title="Overdue", **due(-1))
    html = ana_client.get("/admin/reviews/").content.decode()

    assert f'href="/admin/blog/post/{post.pk}/change/"' in html
    assert "Sunday 22 November 2026" in html
    assert "Sunday 23 November 2025" in html
    assert "Dr. Demo" in html
    assert 'href="/admin/reviews/"' in ana_client.get("/admin/").content.decode()


def test_the_front_desk_has_no_such_page(desk: Client) -> None:
    assert desk.get("/admin/reviews/").status_code == 403
    assert "/admin/reviews/" not in desk.get("/admin/").content.decode()


def test_the_page_asks_the_same_number_of_queries_for_more_pages(
    ana_client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for n in range(20):
        make_post(**due(-n))
    with django_assert_max_num_queries(12):
        ana_client.get("/admin/reviews/")


@pytest.fixture
def ana_client(db: None) -> Client:
    """An editor."""
    return editor_named("Ana")
