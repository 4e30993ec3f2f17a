"""The sitemap lists what the public sees, and when it last changed."""

import datetime

import pytest

from blog.publishing import State
from blog.sitemaps import CategorySitemap, PostSitemap
from tests.factories.blog import make_category, make_post

pytestmark = pytest.mark.django_db


def test_the_sitemap_has_the_live_posts_with_their_last_change() -> None:
    post = make_post()
    make_post(state=State.DRAFT)
    sitemap = PostSitemap()

    assert list(sitemap.items()) == [post]
    assert sitemap.lastmod(post) == post.last_changed


def test_the_sitemap_has_the_categories_that_show_something() -> None:
    category = make_category()
    make_post(category=category)
    newest = make_post(category=category)
    make_post(category=category, publish_at=datetime.datetime(2999, 1, 1, tzinfo=datetime.UTC))
    make_post(state=State.DRAFT)
    sitemap = CategorySitemap()

    assert sitemap.items() == [category]
    assert sitemap.lastmod(sitemap.items()[0]) == newest.publish_at
