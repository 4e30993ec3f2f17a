"""Saving a page in the admin: compared with what is stored, looked at without being saved, and known to be open."""

import enum
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.datastructures import MultiValueDict
from reversion.admin import VersionAdmin

from blog import addresses, previews, revisions, search_index
from blog.desk import conflicts, presence
from blog.publishing import PublishedPage
from blog.states import Rows, rows_now

PREVIEW = "_preview"


class _Mode(enum.Enum):
    """What becomes of the form that is sent."""

    SAVE = enum.auto()
    LOOK = enum.auto()  # saved, read, and rolled back
    REFUSE = enum.auto()  # shown again with everything in it


class _LookedAtError(Exception):
    """Not an error: how a page that was only looked at leaves the transaction, which undoes it."""

    def __init__(self, rows: Rows) -> None:
        super().__init__()
        self.rows = rows


class PageSaving(VersionAdmin):  # type: ignore[misc]
    """How a page's form is sent: see `blog.desk.conflicts` and `blog.previews`."""

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Add a page, or show what it would be."""
        call = super().add_view
        if request.method == "POST" and PREVIEW in request.POST:
            return self._previewed(request, None, lambda: call(request, form_url, extra_context))
        response: HttpResponse = call(request, form_url, extra_context)
        return response

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Change a page, show what it would be, or refuse what was typed about an older edition of it."""
        change = super().change_view

        def call(**more: Any) -> HttpResponse:
            response: HttpResponse = change(request, object_id, form_url, {**(extra_context or {}), **more})
            return response

        page = self.get_object(request, unquote(object_id)) if request.method == "POST" else None
        if page is None or not self.has_change_permission(request, page):
            return call()
        if PREVIEW in request.POST:
            request.POST = conflicts.rebased(request.POST, page)  # type: ignore[assignment]
            return self._previewed(request, page, call)
        revisions.keep_as_it_is(page)
        try:
            return call()
        except conflicts.StaleError:
            return self._refused(request, object_id, call)

    def changeform_view(
        self, request: HttpRequest, object_id: Any = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The form; where it is to be saved, under the page's lock and only about its newest edition."""
        if request.method == "POST" and object_id is not None and _mode(request) is _Mode.SAVE:
            page = conflicts.locked(self.model, unquote(str(object_id)))
            if page is not None and self.has_change_permission(request, page):
                conflicts.check(page, request.POST)
                if conflicts.MINE in request.POST:
                    request.POST = conflicts.rebased(request.POST, page)  # type: ignore[assignment]
        response: HttpResponse = super().changeform_view(request, object_id, form_url, extra_context)
        return response

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """The form; one that finds itself wrong, where it is only to be shown again."""
        form = super().get_form(request, obj, change=change, **kwargs)
        if _mode(request) is not _Mode.REFUSE:
            return form

        def clean(self: Any) -> None:
            raise ValidationError("Nothing was saved: the page has changed since you opened it.")

        return type(form)(form.__name__, (form,), {"clean": clean})

    def render_change_form(self, request: HttpRequest, context: Any, **kwargs: Any) -> HttpResponse:
        """With the edition that the form is about, and who else has the page open."""
        page = kwargs.get("obj")
        context["page_preview"] = (
            self.has_change_permission(request, page)
            if page is not None
            else self.has_add_permission(request)
        )
        if page is not None:
            sent = request.POST if request.method == "POST" else {}
            context["edition"] = sent.get(conflicts.SEEN, "") if sent else page.edition
            if request.method == "GET" and self.has_change_permission(request, page):
                context["open_by"] = [
                    {"name": presence.name_of(other.user), "since": other.opened_at}
                    for other in presence.opened(page, by=request.user)
                ]
        response: HttpResponse = super().render_change_form(request, context, **kwargs)
        return response

    def save_model(self, request: HttpRequest, obj: PublishedPage, form: Any, change: bool) -> None:
        """Save, and say when another page's old address led here until now."""
        super().save_model(request, obj, form, change)
        other = addresses.led_to(obj) if _mode(request) is _Mode.SAVE else None
        if other is not None:
            messages.warning(
                request,
                f"{obj.get_absolute_url()} was the old address of “{other}”. Links to it lead here from now on.",
            )

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Save the blocks; where somebody saves theirs anyway, only theirs."""
        super().save_related(request, form, formsets, change)
        if change and conflicts.MINE in request.POST and _mode(request) is _Mode.SAVE:
            conflicts.drop_what_is_not_mine(form.instance, formsets)
            messages.success(request, "Your text was saved. What was there before it is in the history.")
        search_index.put(form.instance)  # with the blocks that are left

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> HttpResponse:
        """Go on, or out of the transaction with what would have been saved."""
        if _mode(request) is _Mode.LOOK:
            raise _LookedAtError(rows_now(obj))
        response: HttpResponse = super().response_add(request, obj, post_url_continue)
        return response

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        """Go on, or out of the transaction with what would have been saved."""
        if _mode(request) is _Mode.LOOK:
            raise _LookedAtError(rows_now(obj))
        if "_continue" not in request.POST:
            presence.left(obj, by=request.user)
        response: HttpResponse = super().response_change(request, obj)
        return response

    def _looked_at(self, request: HttpRequest, call: Callable[[], HttpResponse]) -> Rows | HttpResponse:
        """What the form would make of the page, without its new files; or the form with what is wrong in it."""
        files = request.FILES
        request._files = MultiValueDict()  # type: ignore[attr-defined]  # a file would stay when the rest is undone
        _set_mode(request, _Mode.LOOK)
        try:
            return call()
        except _LookedAtError as looked:
            return looked.rows
        finally:
            _set_mode(request, _Mode.SAVE)
            request._files = files  # type: ignore[attr-defined]

    def _previewed(
        self, request: HttpRequest, page: PublishedPage | None, call: Callable[[], HttpResponse]
    ) -> HttpResponse:
        looked = self._looked_at(request, call)
        if isinstance(looked, HttpResponse):
            return looked
        pk = page.pk if page else None
        return redirect(previews.link_to_unsaved(kind=self.model, pk=pk, rows=looked))

    def _refused(
        self, request: HttpRequest, object_id: str, call: Callable[..., HttpResponse]
    ) -> HttpResponse:
        page = self.get_object(request, unquote(object_id))
        request.POST = conflicts.rebased(request.POST, page)  # type: ignore[assignment]
        looked = self._looked_at(request, call)
        mine = None if isinstance(looked, HttpResponse) else looked
        conflict = conflicts.describe(page, opened=request.POST.get(conflicts.SEEN, ""), mine=mine)
        _set_mode(request, _Mode.REFUSE)
        response = call(conflict=conflict, file_again=bool(request.FILES))
        response.status_code = 409
        return response


def _mode(request: HttpRequest) -> _Mode:
    mode: _Mode = getattr(request, "page_form_mode", _Mode.SAVE)
    return mode


def _set_mode(request: HttpRequest, mode: _Mode) -> None:
    request.page_form_mode = mode  # type: ignore[attr-defined]
