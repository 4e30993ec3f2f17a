"""The blog, or one of its categories, as an Atom feed (RFC 4287) with the whole text of each post."""

import datetime
import re
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape

from blog.models import POST_BLOCKS, Category, Post
from blog.rendering import bodies
from blog.structured_data import absolute

NEWEST = 20  # entries: what a reader who was away for some weeks has missed

_OWN_ADDRESS = re.compile(r'(?<=\s)(href|src)="(/(?!/)[^"]*)"')
# XML 1.0 cannot hold these at all, not even escaped.
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class _Feed(Atom1Feed):
    """Django's, with the whole text."""

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        handler.addQuickElement("content", item["content"], {"type": "html"})


def newest(*, at: datetime.datetime, category: Category | None = None) -> list[Post]:
    """The posts of a feed at the aware instant `at`, newest first. One query."""
    published = Post.objects.published(at)
    posts = published if category is None else published.filter(category=category)
    return list(posts.for_list()[:NEWEST])


def changed(posts: Sequence[Post]) -> datetime.datetime | None:
    """When a reader could last have seen a change; None for no posts."""
    return max((post.last_changed for post in posts), default=None)


def atom(posts: Sequence[Post], *, category: Category | None = None) -> str:
    """The feed's XML. As many queries as there are kinds of block.

    An entry keeps its id when its address or the site's changes, so that no reader shows it twice.
    """
    name = f"{settings.CLINIC['name']}: {category.name if category else 'blog'}"
    feed = _Feed(
        title=name,
        link=absolute(category.get_absolute_url() if category else reverse("blog:index")),
        description=category.description if category else "Plain words on muscle pain and massage.",
        language=settings.LANGUAGE_CODE,
        feed_url=absolute(
            reverse("blog:category_feed", args=[category.slug]) if category else reverse("blog:feed")
        ),
        author_name=settings.CLINIC["name"],
    )
    for post, blocks in zip(posts, bodies(posts, POST_BLOCKS), strict=True):
        feed.add_item(
            title=_xml(post.title),
            link=absolute(post.get_absolute_url()),
            description=_xml(escape(post.summary)),  # Atom1Feed says that it is HTML
            unique_id=post.feed_id.urn,
            author_name=_xml(post.author.name),
            pubdate=post.publish_at,
            updateddate=post.last_changed,
            categories=[_xml(post.category.name)],
            content=_xml(_whole_text(blocks)),
        )
    return feed.writeString("utf-8")


def _whole_text(blocks: Sequence[Any]) -> str:
    """The post's body as HTML, with full addresses: a reader shows it on a page of its own."""
    html = render_to_string("blog/_body.html", {"blocks": blocks, "clinic": settings.CLINIC})
    return _OWN_ADDRESS.sub(lambda found: f'{found[1]}="{absolute(found[2])}"', html)


def _xml(text: str) -> str:
    return _NOT_IN_XML.sub("", text)
