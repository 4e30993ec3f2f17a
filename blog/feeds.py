"""The blog as an Atom feed (RFC 4287)."""

import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape

from blog.models import Post
from blog.structured_data import absolute

NEWEST = 20  # entries: what a reader who was away for some weeks has missed


def atom(*, at: datetime.datetime) -> str:
    """Give the newest posts that are published at the aware instant `at`, as the feed's XML.

    An entry keeps its id when its address or the site's changes, so that no reader shows it twice.
    """
    posts = list(Post.objects.published(at).for_list()[:NEWEST])
    feed = Atom1Feed(
        title=f"{settings.CLINIC['name']}: blog",
        link=absolute(reverse("blog:index")),
        description="Plain words on muscle pain, massage and what to expect of a visit.",
        language=settings.LANGUAGE_CODE,
        feed_url=absolute(reverse("blog:feed")),
        author_name=settings.CLINIC["name"],
    )
    for post in posts:
        feed.add_item(
            title=post.title,
            link=absolute(post.get_absolute_url()),
            description=escape(post.summary),  # Atom1Feed says that it is HTML
            unique_id=post.feed_id.urn,
            author_name=post.author.name,
            pubdate=post.publish_at,
            updateddate=post.last_changed,
            categories=[post.category.name],
        )
    return feed.writeString("utf-8")
