"""The editor's desk: posts with their blocks, authors and categories."""

import datetime
from collections.abc import Sequence
from typing import Any

from content_editor.admin import ContentEditor, ContentEditorInline
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from reversion.admin import VersionAdmin

from blog import library_admin  # noqa: F401  # registers pictures and videos
from blog.check_admin import CheckedPages, FigureFormSet
from blog.media_blocks import FigureBlock
from blog.models import POST_BLOCKS, Author, Category, Post, PostQuerySet
from blog.publishing import Publication
from flexclinic.lib import clock, when


class PublicationFilter(admin.SimpleListFilter):
    """By what a page is now, which no column stores."""

    title = "what it is now"
    parameter_name = "publication"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The four publications."""
        return [(value.value, str(value.label)) for value in Publication]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The pages of the chosen kind."""
        assert isinstance(queryset, PostQuerySet)
        now = clock.now()
        match self.value():
            case Publication.DRAFT:
                return queryset.drafts()
            case Publication.SCHEDULED:
                return queryset.scheduled(now)
            case Publication.LIVE:
                return queryset.published(now)
            case Publication.EXPIRED:
                return queryset.expired(now)
        return queryset


class ReviewFilter(admin.SimpleListFilter):
    """By what the medical review still needs."""

    title = "medical review"
    parameter_name = "review"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Due, or not done at all."""
        return [("due", "Due"), ("missing", "Never reviewed")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The pages of the chosen kind."""
        assert isinstance(queryset, PostQuerySet)
        match self.value():
            case "due":
                return queryset.review_due(clock.today())
            case "missing":
                return queryset.filter(reviewer=None)
        return queryset


def block_inlines(kinds: Sequence[type[Any]]) -> tuple[type[ContentEditorInline], ...]:
    """What the content editor needs of each kind of block of a page."""
    return tuple(
        ContentEditorInline.create(
            kind,
            icon=kind.icon,
            color=kind.color,
            **({"formset": FigureFormSet} if issubclass(kind, FigureBlock) else {}),
        )
        for kind in kinds
    )


@admin.register(Post)
class PostAdmin(CheckedPages, VersionAdmin, ContentEditor):  # type: ignore[misc]
    """Write, preview, release and go back to an earlier version of a post."""

    list_display = ("title", "publication", "shows_from", "author", "category", "review", "on_site")
    list_filter = (PublicationFilter, ReviewFilter, "category", "author")
    list_select_related = ("author", "category", "reviewer")
    search_fields = ("title", "summary", "slug", "blog_postrichtext_set__text")
    search_help_text = "Searches titles, summaries, addresses and texts."
    date_hierarchy = "publish_at"
    prepopulated_fields = {"slug": ["title"]}
    save_on_top = True
    history_latest_first = True
    fieldsets = (
        (None, {"fields": ("title", "slug", "summary", ("author", "category"))}),
        (
            "Publication",
            {
                "fields": ("state", ("publish_at", "expire_at")),
                "description": "A live page shows from the first of these moments until the second.",
            },
        ),
        (
            "Medical review",
            {
                "fields": ("reviewer", ("reviewed_on", "next_review_on")),
                "description": "A licensed clinician must review the page before a real clinic publishes it.",
                "classes": ("collapse",),
            },
        ),
        ("Search engines", {"fields": ("seo_title", "seo_description"), "classes": ("collapse",)}),
    )
    inlines = block_inlines(POST_BLOCKS)

    @admin.display(description="now")
    def publication(self, post: Post) -> str:
        """What the post is now."""
        return str(post.publication(clock.now()).label)

    @admin.display(description="publish from", ordering="publish_at", empty_value="")
    def shows_from(self, post: Post) -> str | None:
        """The clinic's date and time from which the post shows."""
        return when.format_date_time(post.publish_at) if post.publish_at else None

    @admin.display(description="review", ordering="next_review_on")
    def review(self, post: Post) -> str:
        """Whether somebody reviewed the post, and when it is due again."""
        return review_state(post, on=clock.today())

    @admin.display(description="page")
    def on_site(self, post: Post) -> SafeString:
        """A link to the post as the public sees it, or as it will."""
        label = "View" if post.is_published(clock.now()) else "Preview"
        return format_html(
            '<a href="{}" aria-label="{} “{}”">{}</a>', post.get_absolute_url(), label, post.title, label
        )

    def view_on_site(self, post: Post) -> str:
        """The post's own address: whoever may change a post sees it there before its hour, too."""
        return reverse("blog:post", args=[post.slug])


def review_state(post: Post, *, on: datetime.date) -> str:
    """Say in a few words what the post's review needs on the clinic's date `on`."""
    if post.reviewed_on is None:
        return "Never reviewed"
    if post.next_review_on is None:
        return f"Reviewed {when.format_date(post.reviewed_on)}"
    due = "Due since" if post.is_review_due(on) else "Next"
    return f"{due} {when.format_date(post.next_review_on)}"


@admin.register(Author)
class AuthorAdmin(admin.ModelAdmin[Author]):
    """Who writes and who reviews."""

    list_display = ("name", "role")
    search_fields = ("name", "role")
    prepopulated_fields = {"slug": ["name"]}


@admin.register(Category)
class CategoryAdmin(admin.ModelAdmin[Category]):
    """What the posts are sorted into."""

    list_display = ("name", "description")
    search_fields = ("name",)
    prepopulated_fields = {"slug": ["name"]}
