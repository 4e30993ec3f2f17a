"""Posts with what they need, for tests that do not care about the rest."""

import datetime
import itertools
from typing import Any

from blog import search_index
from blog.models import PAGE_BLOCKS, Author, Category, Page, Post, PostRichText, Tag
from blog.publishing import State

_number = itertools.count(1)


def make_author(**fields: Any) -> Author:
    """An author with a name of their own."""
    n = next(_number)
    return Author.objects.create(**{"name": f"Author {n}", "slug": f"author-{n}", **fields})


def make_category(**fields: Any) -> Category:
    """A category with a name of its own."""
    n = next(_number)
    return Category.objects.create(**{"name": f"Category {n}", "slug": f"category-{n}", **fields})


def make_post(*, text: str = "<p>Words.</p>", **fields: Any) -> Post:
    """A post that has been live since 2020, with one text, its own author and category."""
    n = next(_number)
    post = Post.objects.create(
        **{
            "title": f"Post {n}",
            "slug": f"post-{n}",
            "summary": f"What post {n} is about.",
            "state": State.LIVE,
            "publish_at": datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC) + datetime.timedelta(days=n),
            "author": fields.pop("author", None) or make_author(),
            "category": fields.pop("category", None) or make_category(),
            **fields,
        }
    )
    PostRichText.objects.create(parent=post, region="main", ordering=10, text=text)
    search_index.put(post)
    return post


def make_page(*, text: str = "<p>Words.</p>", **fields: Any) -> Page:
    """A page about the clinic that has been live since 2020, with one text."""
    n = next(_number)
    page = Page.objects.create(
        **{
            "title": f"Page {n}",
            "slug": f"page-{n}",
            "summary": f"What page {n} is about.",
            "state": State.LIVE,
            "publish_at": datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC),
            **fields,
        }
    )
    PAGE_BLOCKS[0].objects.create(parent=page, region="main", ordering=10, text=text)
    search_index.put(page)
    return page


def make_tag(**fields: Any) -> Tag:
    """A tag with a name of its own."""
    n = next(_number)
    return Tag.objects.create(**{"name": f"Tag {n}", "slug": f"tag-{n}", **fields})
