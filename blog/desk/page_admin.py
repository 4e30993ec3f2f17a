"""The admin of a page that is published. A kind of page inherits from `PublishedPageAdmin` and has all of it:

    @admin.register(Condition)
    class ConditionAdmin(PublishedPageAdmin):
        fieldsets = ((None, {"fields": ("title", "slug", "summary", "body")}), *STANDARD)

Lists say what a page is now; its form previews, warns and keeps revisions. A kind with blocks adds `ContentEditor`
and its inlines: `class PostAdmin(PublishedPageAdmin, ContentEditor)`.
"""

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from js_asset import Script

from blog import previews
from blog.desk import search_result
from blog.desk.history import PageHistory
from blog.desk.lists import PublicationFilter, ReviewFilter, review_state
from blog.desk.picture_field import PictureField
from blog.desk.saving import PageSaving
from blog.desk.sources_field import SourcesField
from blog.publishing import PublishedPage
from flexclinic.lib import clock, when

PUBLICATION = (
    "Publication",
    {
        "fields": ("state", ("publish_at", "expire_at")),
        "description": "A live page shows from the first of these moments until the second.",
    },
)
#: For kinds that name the author among their first fields.
REVIEW_WITHOUT_AUTHOR = (
    "Medical review and sources",
    {
        "fields": ("reviewer", ("reviewed_on", "next_review_on"), "sources"),
        "description": "A licensed clinician must review the page before a real clinic publishes it.",
        "classes": ("collapse",),
    },
)
REVIEW = (
    "Author, medical review and sources",
    {**REVIEW_WITHOUT_AUTHOR[1], "fields": ("author", *REVIEW_WITHOUT_AUTHOR[1]["fields"])},
)
SEARCH = (
    "Search engines and sharing",
    {"fields": ("seo_title", "seo_description", "search_result", "social_picture"), "classes": ("collapse",)},
)
STANDARD = (PUBLICATION, REVIEW, SEARCH)


class PublishedPageAdmin(PageSaving, PageHistory):
    """Write, preview, release, rename and go back to an earlier version of a page of any kind."""

    change_form_template = "admin/blog/published_page.html"
    list_display: Any = ("title", "publication", "shows_from", "review", "on_site")
    list_filter: Any = (PublicationFilter, ReviewFilter)
    search_fields: Any = ("title", "summary", "slug")
    prepopulated_fields = {"slug": ["title"]}
    fieldsets: Any = ((None, {"fields": ("title", "slug", "summary")}), *STANDARD)
    list_per_page = 50
    save_on_top = True

    class Media:
        js = [Script("js/search-result.js", type="module")]
        css = {"all": ["css/admin/pages.css"]}

    def get_urls(self) -> list[URLPattern]:
        """With the page that shares a preview."""
        name = f"{self.opts.app_label}_{self.opts.model_name}_share"
        share = self.admin_site.admin_view(self.share_view)
        return [path("<path:object_id>/share/", share, name=name), *super().get_urls()]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """What a form shows and nobody types."""
        return (*super().get_readonly_fields(request, obj), "search_result")

    def formfield_for_dbfield(
        self, db_field: models.Field[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        """Sources as a table of boxes; pictures looked at before they are taken."""
        if db_field.name == "sources" and isinstance(db_field, models.JSONField):
            return SourcesField(required=False, help_text=db_field.help_text)
        if isinstance(db_field, models.ImageField):
            kwargs["form_class"] = PictureField
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def share_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """A link for somebody without a login; POST voids every link that there is."""
        page = self._page(request, object_id)
        if not self.has_change_permission(request, page):
            raise PermissionDenied
        if request.method == "POST":
            previews.end_all(page)
            messages.success(request, "The links that were shared open nothing any more.")
            return redirect(request.path)
        path_ = previews.link_to(page)
        context = {
            **self.admin_site.each_context(request),
            "title": f"Share a preview of “{page}”",
            "opts": self.opts,
            "page": page,
            "path": path_,
            "link": settings.SITE_URL + path_,
            "until": clock.now() + previews.LASTS,
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/blog/share.html", context)

    @admin.display(description="now")
    def publication(self, page: PublishedPage) -> str:
        """What the page is now."""
        return str(page.publication(clock.now()).label)

    @admin.display(description="publish from", ordering="publish_at", empty_value="")
    def shows_from(self, page: PublishedPage) -> str | None:
        """The clinic's date and time from which the page shows."""
        return when.format_date_time(page.publish_at) if page.publish_at else None

    @admin.display(description="review", ordering="next_review_on")
    def review(self, page: PublishedPage) -> str:
        """Whether somebody reviewed the page, and when it is due again."""
        return review_state(page, on=clock.today())

    @admin.display(description="page")
    def on_site(self, page: PublishedPage) -> SafeString:
        """A link to the page as the public sees it, or as it will."""
        label = "View" if page.is_published(clock.now()) else "Preview"
        return format_html(
            '<a href="{}" aria-label="{} “{}”">{}</a>', page.get_absolute_url(), label, page.title, label
        )

    @admin.display(description="in search results")
    def search_result(self, page: PublishedPage | None) -> SafeString:
        """How the page may look among a search engine's results."""
        return search_result.render(page if page and page.pk else None, kind=self.model)

    def view_on_site(self, page: PublishedPage) -> str:
        """The page's own address: whoever may change it sees it there before its hour, too."""
        return page.get_absolute_url()
