"""The checker at the editor's desk: in the page's form, on a page of its own, and when a page goes live."""

from typing import Any, ClassVar

from content_editor.admin import ContentEditorInline
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html

from blog import advice, outside_links
from blog.publishing import State


class FigureFormSet(BaseInlineFormSet[Any, Any, Any]):
    """The figures of a page. Without words for each, the page does not go live."""

    def clean(self) -> None:
        """Point at the figures that say nothing to who cannot see them."""
        super().clean()
        if getattr(self.instance, "state", None) != State.LIVE:
            return
        for form in self.forms:
            gone = form in self.deleted_forms or not (form.instance.pk or form.has_changed())
            if not gone and not form.errors and form.instance.lacks_text:
                form.add_error("alternative_text", _DESCRIBE)


_DESCRIBE = "Describe the picture, or say that it is decorative: the page is to go live."


class CheckedPages:
    """A model admin of pages whose body is a row of blocks: `inlines` come from `block_inlines`."""

    check_template: ClassVar[str] = "admin/blog/check.html"

    def kinds(self) -> list[type[Any]]:
        """The kinds of block of the page."""
        inlines: Any = getattr(self, "inlines", ())
        return [inline.model for inline in inlines if issubclass(inline, ContentEditorInline)]

    def get_urls(self) -> list[URLPattern]:
        """With the page “Check this page”."""
        admin: Any = self
        options = admin.model._meta
        name = f"{options.app_label}_{options.model_name}_check"
        own = path("<path:object_id>/check/", admin.admin_site.admin_view(self.check_view), name=name)
        urls: list[URLPattern] = super().get_urls()  # type: ignore[misc]
        return [own, *urls]

    def check_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """What could be looked at in a saved page. POST asks other sites whether the links to them answer."""
        admin: Any = self
        page = admin.get_object(request, object_id)
        if page is None:
            return admin._get_obj_does_not_exist_redirect(request, admin.opts, object_id)  # type: ignore[no-any-return]
        allowed = (
            admin.has_change_permission if request.method == "POST" else admin.has_view_or_change_permission
        )
        if not allowed(request, page):
            raise PermissionDenied
        found = advice.report(page, self.kinds())
        asked = outside_links.problems(found.outside) if request.method == "POST" else None
        context = {
            **admin.admin_site.each_context(request),
            "opts": admin.opts,
            "original": page,
            "title": "Check this page",
            "report": found,
            "asked": asked,
        }
        return render(request, self.check_template, context)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> Any:
        """With what could be looked at in the page as it is saved."""
        admin: Any = self
        page = admin.get_object(request, object_id) if request.method == "GET" else None
        shown = {"report": advice.report(page, self.kinds())} if page is not None else {}
        return super().change_view(  # type: ignore[misc]
            request, object_id, form_url, {**shown, **(extra_context or {})}
        )

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Say what could be looked at in a page that goes live."""
        super().save_related(request, form, formsets, change)  # type: ignore[misc]
        page = form.instance
        if getattr(page, "state", None) != State.LIVE:
            return
        count = len(advice.report(page, self.kinds()).advice)
        if count:
            options = page._meta
            address = reverse(f"admin:{options.app_label}_{options.model_name}_check", args=[page.pk])
            things = "One thing" if count == 1 else f"{count} things"
            words = format_html(
                '{} to look at in “{}”, which is set live. <a href="{}">Check this page</a>',
                things,
                page,
                address,
            )
            messages.warning(request, words)
