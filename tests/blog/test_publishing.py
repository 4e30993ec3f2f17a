"""What a page is at a moment: worked out for one page and asked of the database, the same answer."""

import datetime
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from blog.models import Post
from blog.publishing import Publication, State
from tests.factories.blog import make_author, make_post

pytestmark = pytest.mark.django_db

# 09:00 |----------------| 17:00    a post that shows from 9 to 5
OPENS = datetime.datetime(2026, 11, 23, 9, tzinfo=datetime.UTC)
CLOSES = datetime.datetime(2026, 11, 23, 17, tzinfo=datetime.UTC)
INSTANT = datetime.timedelta(microseconds=1)

BOUNDARIES = [
    (OPENS - INSTANT, Publication.SCHEDULED),
    (OPENS, Publication.LIVE),
    (CLOSES - INSTANT, Publication.LIVE),
    (CLOSES, Publication.EXPIRED),
]


@pytest.mark.parametrize(("at", "expected"), BOUNDARIES)
def test_a_page_knows_what_it_is_at_its_boundaries(at: datetime.datetime, expected: Publication) -> None:
    post = make_post(publish_at=OPENS, expire_at=CLOSES)

    assert post.publication(at) is expected
    assert post.is_published(at) is (expected is Publication.LIVE)


@pytest.mark.parametrize(("at", "expected"), BOUNDARIES)
def test_the_database_gives_the_same_answer(at: datetime.datetime, expected: Publication) -> None:
    make_post(publish_at=OPENS, expire_at=CLOSES)
    counts = {
        Publication.DRAFT: Post.objects.drafts().count(),
        Publication.SCHEDULED: Post.objects.scheduled(at).count(),
        Publication.LIVE: Post.objects.published(at).count(),
        Publication.EXPIRED: Post.objects.expired(at).count(),
    }

    assert counts == {kind: int(kind is expected) for kind in Publication}


def test_a_draft_is_a_draft_whatever_its_hours_say() -> None:
    post = make_post(state=State.DRAFT, publish_at=OPENS, expire_at=CLOSES)

    assert post.publication(OPENS) is Publication.DRAFT
    assert not Post.objects.published(OPENS).exists()


def test_a_page_without_an_end_never_expires() -> None:
    post = make_post(publish_at=OPENS)

    assert post.publication(OPENS + datetime.timedelta(days=36500)) is Publication.LIVE


def test_a_page_set_live_without_a_moment_shows_from_now_on() -> None:
    post = make_post(state=State.DRAFT, publish_at=None)
    post.state = State.LIVE

    with time_machine.travel(OPENS, tick=False):
        post.full_clean()

    assert post.publish_at == OPENS


@pytest.mark.parametrize(
    "impossible",
    [
        {"publish_at": None},
        {"publish_at": CLOSES, "expire_at": OPENS},
        {"publish_at": OPENS, "expire_at": OPENS},
        {"reviewed_on": datetime.date(2026, 11, 1)},
    ],
    ids=["live with no moment", "ends before it starts", "ends as it starts", "reviewed by nobody"],
)
def test_the_database_refuses_what_cannot_be(impossible: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        make_post(**impossible)


def test_a_review_without_a_date_is_refused() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        make_post(reviewer=make_author())


def test_an_impossible_page_is_a_form_error() -> None:
    post = make_post()
    post.expire_at = post.publish_at

    with pytest.raises(ValidationError, match="must be later than"):
        post.full_clean()


@pytest.mark.parametrize("slug", ["feed", "category"])
def test_an_address_of_the_blog_itself_is_refused(slug: str) -> None:
    with pytest.raises(ValidationError, match="an address of the blog itself"):
        make_post(slug=slug).full_clean()


def test_a_review_is_due_on_its_day_and_not_the_day_before() -> None:
    day = datetime.date(2027, 5, 1)
    reviewed: dict[str, Any] = {
        "reviewer": make_author(),
        "reviewed_on": datetime.date(2026, 5, 1),
        "next_review_on": day,
    }
    post = make_post(**reviewed)
    eve = day - datetime.timedelta(days=1)

    assert [post.is_review_due(eve), post.is_review_due(day)] == [False, True]
    assert [Post.objects.review_due(on).count() for on in (eve, day)] == [0, 1]


def test_saving_notes_the_moment() -> None:
    post = make_post()

    with time_machine.travel(CLOSES, tick=False):
        post.save(update_fields=["title"])

    post.refresh_from_db()
    assert post.updated_at == CLOSES


def test_search_engines_get_the_title_and_summary_unless_told_otherwise() -> None:
    post = make_post(title="Title", summary="Summary.")
    assert (post.heading_for_search, post.description) == ("Title", "Summary.")

    post.seo_title, post.seo_description = "Found", "Found so."
    assert (post.heading_for_search, post.description) == ("Found", "Found so.")
