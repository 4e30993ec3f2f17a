"""The blog's part of /sitemap.xml, and what every part is made from."""

import datetime
from typing import Any, ClassVar

from django.contrib.sitemaps import Sitemap
from django.db.models import Max
from django.urls import reverse

from blog.models import Author, Category, Page, Post, Tag, Term
from blog.publishing import PublishedPage, PublishedPageQuerySet
from flexclinic.lib import clock


class PublishedSitemap(Sitemap[Any]):
    """Every page of a kind that the public sees now, with the moment of its last change."""

    kind: ClassVar[type[PublishedPage]]

    def items(self) -> Any:
        """The published pages, in their order."""
        return _published(self.kind)

    def lastmod(self, item: PublishedPage) -> datetime.datetime:
        """When a reader could last have seen a change."""
        return item.last_changed


def of_pages(kind: type[PublishedPage]) -> type[PublishedSitemap]:
    """The sitemap of a kind of page."""
    return type(f"{kind.__name__}Sitemap", (PublishedSitemap,), {"kind": kind})


class NamedSitemap(Sitemap[str]):
    """Addresses by their names."""

    names: ClassVar[tuple[str, ...]]

    def items(self) -> tuple[str, ...]:
        """The names."""
        return self.names

    def location(self, item: str) -> str:
        """The path of a name."""
        return reverse(item)


def of_names(*names: str) -> type[NamedSitemap]:
    """The sitemap of addresses that have names."""
    return type("NamedSitemap", (NamedSitemap,), {"names": names})


class PostListSitemap(Sitemap[Any]):
    """The lists of posts by what they have in common, where there is a post to be seen."""

    kind: ClassVar[type[Category] | type[Author] | type[Tag]]

    def items(self) -> list[Any]:
        """Those that published posts have, each with its newest post's moment."""
        having = self.kind._default_manager.filter(posts__in=_published(Post))
        return list(having.annotate(newest=Max("posts__publish_at")))

    def lastmod(self, item: Any) -> datetime.datetime:
        """When the newest post of the list appeared."""
        newest: datetime.datetime = item.newest
        return newest


def of_posts_by(kind: type[Category] | type[Author] | type[Tag]) -> type[PostListSitemap]:
    """The sitemap of the lists of posts by category, author or tag."""
    return type(f"{kind.__name__}Sitemap", (PostListSitemap,), {"kind": kind})


class ListSitemap(NamedSitemap):
    """The blog's front page, the glossary and the list of the pages about the clinic."""

    names = ("blog:index", "glossary", "pages:index")

    def lastmod(self, item: str) -> datetime.datetime | None:
        """When a reader could last have seen a change; None where there is nothing yet."""
        if item == "glossary":
            changed: datetime.datetime | None = Term.objects.aggregate(last=Max("updated_at"))["last"]
            return changed
        shown = _published(Page if item == "pages:index" else Post)
        newest = shown.aggregate(seen=Max("publish_at"), saved=Max("updated_at"))
        return max((moment for moment in newest.values() if moment), default=None)


def _published(kind: type[PublishedPage]) -> PublishedPageQuerySet:
    pages: PublishedPageQuerySet = kind.objects.published(clock.now())  # type: ignore[attr-defined]
    return pages


SITEMAPS: dict[str, type[Sitemap[Any]]] = {
    "lists": ListSitemap,
    "posts": of_pages(Post),
    "about": of_pages(Page),
    "categories": of_posts_by(Category),
    "authors": of_posts_by(Author),
    "tags": of_posts_by(Tag),
}
