"""Related posts: of the same category, and before them those that another app ties to the post."""

import datetime
from collections.abc import Iterator

import pytest
from pytest_django import DjangoAssertNumQueries

from blog import related
from blog.models import Post
from blog.publishing import State
from tests.factories.blog import make_category, make_post

pytestmark = pytest.mark.django_db

NOW = datetime.datetime(2026, 11, 23, 14, tzinfo=datetime.UTC)


@pytest.fixture
def tie() -> Iterator[list[Post]]:
    """Posts that another app ties to every post."""
    tied: list[Post] = []
    related.register(lambda post: Post.objects.filter(pk__in=[each.pk for each in tied]))
    yield tied
    related._ties.pop()


def test_the_newest_of_the_same_category_without_the_post_itself() -> None:
    category = make_category()
    posts = [make_post(category=category) for _ in range(5)]
    make_post()
    make_post(category=category, state=State.DRAFT)

    assert related.to(posts[0], at=NOW) == [posts[4], posts[3], posts[2]]


def test_a_tie_counts_more_than_a_category_and_both_the_most(tie: list[Post]) -> None:
    category = make_category()
    both, tied = make_post(category=category), make_post()
    post, same = make_post(category=category), make_post(category=category)
    tie += [both, tied, post]

    assert related.to(post, at=NOW) == [both, tied, same]


def test_it_takes_one_query_whatever_is_tied(
    tie: list[Post], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    posts = [make_post() for _ in range(6)]
    tie += posts
    with django_assert_num_queries(1):
        related.to(posts[0], at=NOW)
