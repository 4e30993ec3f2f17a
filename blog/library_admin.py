"""The media library in the admin: pictures and videos, where each is shown, and what becomes of their files."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from blog import shelves
from blog.library import Picture, Video
from blog.library_forms import PictureForm, VideoForm


def page_link(page: Model) -> SafeString:
    """The page by its name, with the way to change it."""
    words = f"{capfirst(str(page._meta.verbose_name))}: {page}"
    try:
        address = reverse(f"admin:{page._meta.app_label}_{page._meta.model_name}_change", args=[page.pk])
    except NoReverseMatch:
        return format_html("{}", words)
    return format_html('<a href="{}">{}</a>', address, words)


class _LibraryAdmin(admin.ModelAdmin[Any]):
    """What the two have in common."""

    @admin.display(description="shown on")
    def shown_on(self, item: Picture | Video) -> SafeString | str:
        """Every page that shows it."""
        pages = shelves.used_by(item)
        if not pages:
            return "No page shows it."
        return format_html_join(SafeString("<br>"), "{}", ((page_link(page),) for page in pages))

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What is shown somewhere is not deleted; the pages are named in place of their blocks."""
        deleted, counts, lacking, _protected = super().get_deleted_objects(objs, request)
        protected = [page_link(page) for item in objs for page in shelves.used_by(item)]
        return deleted, counts, lacking, protected

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """With its files."""
        shelves.delete(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Each with its files."""
        for item in queryset:
            shelves.delete(item)


@admin.register(Picture)
class PictureAdmin(_LibraryAdmin):
    """Upload pictures, describe them, and say what stays in sight."""

    form = PictureForm
    list_display = ("thumbnail", "name", "alternative_text", "credit")
    list_display_links = ("thumbnail", "name")
    search_fields = ("name", "alternative_text", "credit")
    list_per_page = 40
    readonly_fields = ("focus", "shown_on")

    class Media:
        css: ClassVar = {"all": ("css/admin/library.css",)}
        js = ("blog/focus.js",)

    def get_fieldsets(self, request: HttpRequest, obj: Picture | None = None) -> Any:
        """The focus is set on the picture, once it is there."""
        words = ("name", "alternative_text", "credit")
        if obj is None:
            return [(None, {"fields": ("file", *words)})]
        return [
            (None, {"fields": ("focus", ("focal_x", "focal_y"))}),
            (None, {"fields": (*words, "file", "shown_on")}),
        ]

    @admin.display(description="picture")
    def thumbnail(self, picture: Picture) -> str:
        """The picture, small; the name beside it says what it is."""
        return render_to_string("admin/blog/_thumbnail.html", {"picture": picture})

    @admin.display(description="focus")
    def focus(self, picture: Picture) -> str:
        """The picture with a mark on what stays in sight, and how it is cropped."""
        return render_to_string("admin/blog/_focus.html", {"picture": picture})

    def save_model(self, request: HttpRequest, obj: Picture, form: Any, change: bool) -> None:
        """With the files of what was uploaded."""
        shelves.save_picture(obj, image=form.image)


@admin.register(Video)
class VideoAdmin(_LibraryAdmin):
    """Upload videos with their captions and their text."""

    form = VideoForm
    list_display = ("name", "kind", "megabytes")
    search_fields = ("name", "transcript")
    readonly_fields = ("shown_on",)
    autocomplete_fields = ("still",)

    def get_fieldsets(self, request: HttpRequest, obj: Video | None = None) -> Any:
        """Where it is shown only once it is there."""
        fields = ("name", "film", "captions", "transcript", "still")
        return [(None, {"fields": fields if obj is None else (*fields, "shown_on")})]

    @admin.display(description="size")
    def megabytes(self, video: Video) -> str:
        """How large the file is."""
        return f"{video.size / 1_000_000:.1f} MB"

    def save_model(self, request: HttpRequest, obj: Video, form: Any, change: bool) -> None:
        """With the files of what was uploaded."""
        shelves.save_video(
            obj,
            film=form.cleaned_data.get("film"),
            kind=form.kind,
            size=getattr(form.cleaned_data.get("film"), "size", 0),
            captions=form.captions_text,
        )
