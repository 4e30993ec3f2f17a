"""A blog of 10,000 posts answers in as many queries as a blog of 20."""

import datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from blog.models import POST_BLOCKS, Author, Category, Post, Tag
from blog.publishing import State
from tests.blog.desk.conftest import editor_named
from tests.factories.blog import make_author, make_category, make_tag

pytestmark = pytest.mark.django_db

FIRST = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)


def fill(count: int, *, author: Author, category: Category, tag: Tag, start: int) -> None:
    """So many posts, an hour apart, each with the tag."""
    made = Post.objects.bulk_create(
        Post(
            title=f"Post {n}",
            slug=f"post-{n}",
            summary="What it is about.",
            state=State.LIVE,
            publish_at=FIRST + datetime.timedelta(hours=n),
            author=author,
            category=category,
        )
        for n in range(start, start + count)
    )
    through = Post.tags.through
    through.objects.bulk_create(through(post_id=post.pk, tag_id=tag.pk) for post in made)


def queries(client: Client, path: str) -> int:
    """How many queries the page takes."""
    with CaptureQueriesContext(
        connection,
    ) as found:
        assert client.get(path).status_code == 200
    return len(found)


def test_no_list_asks_more_of_10000_posts_than_of_20(client: Client) -> None:
    author, category, tag = make_author(), make_category(), make_tag()
    editor = editor_named("Ana")
    public = [
        "/blog/",
        "/blog/?page=2",
        category.get_absolute_url(),
        author.get_absolute_url(),
        tag.get_absolute_url(),
        "/blog/post-10/",
        "/blog/feed/",
        "/",
    ]
    desk = ["/admin/blog/post/", "/admin/blog/post/?publication=live", "/admin/reviews/"]
    fill(20, author=author, category=category, tag=tag, start=0)
    few = [queries(client, path) for path in public] + [queries(editor, path) for path in desk]
    fill(9980, author=author, category=category, tag=tag, start=20)
    many = [queries(client, path) for path in public] + [queries(editor, path) for path in desk]

    assert dict(zip(public + desk, many, strict=True)) == dict(zip(public + desk, few, strict=True))
    assert max(few[: len(public)]) <= 7 + len(POST_BLOCKS)  # a post asks once for each kind of block
