"""The blog's part of /sitemap.xml."""

import datetime

from django.contrib.sitemaps import Sitemap
from django.db.models import Max
from django.urls import reverse

from blog.models import Category, Post, PostQuerySet, Term
from flexclinic.lib import clock


class PostSitemap(Sitemap[Post]):
    """Every post that the public sees now, with the moment of its last change."""

    def items(self) -> PostQuerySet:
        """The published posts."""
        return Post.objects.published(clock.now())

    def lastmod(self, item: Post) -> datetime.datetime:
        """When a reader could last have seen a change."""
        return item.last_changed


class CategorySitemap(Sitemap[Category]):
    """Every category that has a post."""

    def items(self) -> list[Category]:
        """The categories of the published posts, each with its newest post's moment."""
        published = Post.objects.published(clock.now())
        return list(Category.objects.filter(posts__in=published).annotate(newest=Max("posts__publish_at")))

    def lastmod(self, item: Category) -> datetime.datetime:
        """When the category's newest post appeared."""
        newest: datetime.datetime = item.newest  # type: ignore[attr-defined]  # from the annotation
        return newest


class ListSitemap(Sitemap[str]):
    """The blog's front page and the glossary."""

    def items(self) -> list[str]:
        """The names of their addresses."""
        return ["blog:index", "glossary"]

    def location(self, item: str) -> str:
        """The path of a name."""
        return reverse(item)

    def lastmod(self, item: str) -> datetime.datetime | None:
        """When a reader could last have seen a change; None where there is nothing yet."""
        if item == "glossary":
            changed: datetime.datetime | None = Term.objects.aggregate(last=Max("updated_at"))["last"]
            return changed
        newest = Post.objects.published(clock.now()).aggregate(
            seen=Max("publish_at"), saved=Max("updated_at")
        )
        return max((moment for moment in newest.values() if moment), default=None)


SITEMAPS: dict[str, type[Sitemap[Post]] | type[Sitemap[Category]] | type[Sitemap[str]]] = {
    "lists": ListSitemap,
    "posts": PostSitemap,
    "categories": CategorySitemap,
}
