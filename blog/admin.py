"""The editor's desk: posts and pages with their blocks, authors, categories and tags."""

from collections.abc import Sequence
from typing import Any

from content_editor.admin import ContentEditor, ContentEditorInline
from django.contrib import admin
from reversion.admin import VersionAdmin

from blog import library_admin  # noqa: F401  # registers pictures and videos
from blog.check_admin import CheckedPages, FigureFormSet
from blog.desk.lists import PublicationFilter, ReviewFilter
from blog.desk.page_admin import PUBLICATION, REVIEW, REVIEW_WITHOUT_AUTHOR, SEARCH, PublishedPageAdmin
from blog.media_blocks import FigureBlock
from blog.models import PAGE_BLOCKS, POST_BLOCKS, Author, Category, Page, Post, Tag, Term


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
class PostAdmin(CheckedPages, PublishedPageAdmin, ContentEditor):  # type: ignore[misc]
    """Write, preview, release and go back to an earlier version of a post."""

    list_display = ("title", "publication", "shows_from", "author", "category", "review", "on_site")
    list_filter = (PublicationFilter, ReviewFilter, "category", "author", "tags")
    list_select_related = ("author", "category", "reviewer")
    search_fields = ("title", "summary", "slug", "blog_postrichtext_set__text")
    search_help_text = "Searches titles, summaries, addresses and texts."
    date_hierarchy = "publish_at"
    filter_horizontal = ("tags",)
    fieldsets = (
        (None, {"fields": ("title", "slug", "summary", ("author", "category"), "tags")}),
        PUBLICATION,
        REVIEW_WITHOUT_AUTHOR,
        SEARCH,
    )
    inlines = block_inlines(POST_BLOCKS)


@admin.register(Page)
class PageAdmin(CheckedPages, PublishedPageAdmin, ContentEditor):  # type: ignore[misc]
    """The pages about the clinic, such as its prices."""

    list_display = ("title", "publication", "shows_from", "review", "position", "on_site")
    fieldsets = (
        (None, {"fields": ("title", "slug", "summary", "position")}),
        PUBLICATION,
        REVIEW,
        SEARCH,
    )
    inlines = block_inlines(PAGE_BLOCKS)


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


@admin.register(Tag)
class TagAdmin(admin.ModelAdmin[Tag]):
    """Words that posts of any category can have in common."""

    list_display = ("name", "slug")
    search_fields = ("name",)
    prepopulated_fields = {"slug": ["name"]}


@admin.register(Term)
class TermAdmin(VersionAdmin):  # type: ignore[misc]
    """Words that explain themselves where they stand, and the glossary's page."""

    list_display = ("name", "explanation", "in_place")
    list_filter = ("in_place",)
    search_fields = ("name", "other_forms", "explanation")
    prepopulated_fields = {"slug": ["name"]}
    fields = (("name", "slug"), "other_forms", "explanation", "more", "in_place")
    history_latest_first = True
