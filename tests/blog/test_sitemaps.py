"""The sitemap lists what the public sees, and when it last changed."""

import datetime
from typing import Any

import pytest

from blog.models import Author, Category, Page, Post, Tag
from blog.publishing import State
from blog.sitemaps import ListSitemap, of_pages, of_posts_by
from tests.factories.blog import make_author, make_category, make_page, make_post, make_tag

pytestmark = pytest.mark.django_db

LATER = datetime.datetime(2999, 1, 1, tzinfo=datetime.UTC)


def test_the_sitemap_has_the_live_posts_with_their_last_change() -> None:
    post = make_post()
    make_post(state=State.DRAFT)
    sitemap = of_pages(Post)()

    assert list(sitemap.items()) == [post]
    assert sitemap.lastmod(post) == post.last_changed


def test_the_sitemap_has_the_live_pages_about_the_clinic_and_their_list() -> None:
    lists = ListSitemap()
    assert lists.lastmod("pages:index") is None
    page = make_page()
    make_page(state=State.DRAFT)
    make_page(publish_at=LATER)
    sitemap = of_pages(Page)()

    assert list(sitemap.items()) == [page]
    assert sitemap.lastmod(page) == lists.lastmod("pages:index") == page.last_changed


@pytest.mark.parametrize("kind", [Category, Author, Tag])
def test_the_sitemap_has_the_lists_that_show_something(kind: type[Category | Author | Tag]) -> None:
    category, author, tag = make_category(), make_author(), make_tag()
    shared: dict[str, Any] = {"category": category, "author": author}
    posts = [make_post(**shared), make_post(**shared), make_post(**shared, publish_at=LATER)]
    tag.posts.set(posts)
    make_post(state=State.DRAFT).tags.add(make_tag())
    sitemap = of_posts_by(kind)()

    assert sitemap.items() == [{Category: category, Author: author, Tag: tag}[kind]]
    assert sitemap.lastmod(sitemap.items()[0]) == posts[1].publish_at
