"""Which posts the conditions and their muscles tie together."""

import datetime

import pytest
from pytest_django import DjangoAssertNumQueries

from blog import related
from tests.factories.blog import make_post
from tests.factories.services import make_condition, make_muscle

pytestmark = pytest.mark.django_db

NOW = datetime.datetime(2026, 11, 23, 14, tzinfo=datetime.UTC)


def test_posts_of_the_same_condition_come_before_those_of_the_same_muscle(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    post, same_condition, same_muscle, other = (make_post() for _ in range(4))
    heel, calf, neck = make_condition(), make_condition(), make_condition()
    heel.posts.set([post, same_condition])
    calf.posts.set([same_muscle])
    neck.posts.set([other])
    for conditions in ([heel, calf], [heel], [neck]):
        make_muscle(conditions=conditions)

    with django_assert_num_queries(1):
        assert related.to(post, at=NOW) == [same_condition, same_muscle]
