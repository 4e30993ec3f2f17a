"""A page's revisions in the admin: listed, compared with each other, restored; and pages that were deleted."""

import re
from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from reversion.admin import VersionAdmin
from reversion.models import Version

from blog import revisions
from blog.desk.presence import name_of
from blog.differences import between
from blog.states import Part, parts, rows_now
from flexclinic.lib import when

NOW = "now"
_MOST = 200  # revisions in the list
_BLOCK_KEY = re.compile(r"\s*“[\w.]+<[^”]*>”")
_UNREADABLE = "This version is too old to be read: the pages have been rebuilt since."


class PageHistory(VersionAdmin):  # type: ignore[misc]
    """Revisions by `blog.revisions`, in place of the library's own pages, which restore through a form."""

    history_latest_first = True

    def get_urls(self) -> list[URLPattern]:
        """With the pages that compare and restore."""
        wrap = self.admin_site.admin_view
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        return [
            path("<path:object_id>/history/compare/", wrap(self.compare_view), name=f"{name}_compare"),
            path(
                "<path:object_id>/history/<int:version_id>/restore/",
                wrap(self.restore_view),
                name=f"{name}_restore",
            ),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The list, outside of a revision: one that is open forgets what is deleted before it ends."""
        context = {"has_change_permission": self.has_change_permission(request), **(extra_context or {})}
        response: HttpResponse = super(VersionAdmin, self).changelist_view(request, context)
        return response

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Every revision, the newest first."""
        page = self._page(request, object_id)
        found = list(revisions.versions_of(self.model, page.pk)[:_MOST])
        context = {
            "versions": [self._line(version) for version in found],
            "newest": found[0].pk if found else None,
            "second": found[1].pk if len(found) > 1 else None,
            "title": f"History of “{page}”",
        }
        return self._show(request, "admin/blog/history.html", page, {**context, **(extra_context or {})})

    def compare_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Two revisions, or one and the page as it is now: `?from=` and `?to=`, a version's key or "now"."""
        page = self._page(request, object_id)
        older, newer = self._pair(request, page)
        left, right = self._parts(page, older), self._parts(page, newer)
        unreadable = left is None or right is None
        context = {
            "differences": [] if left is None or right is None else between(left, right),
            "unreadable": _UNREADABLE if unreadable else "",
            "older": self._line(older) if older else None,
            "newer": self._line(newer) if newer else None,
            "title": "What changed",
        }
        return self._show(request, "admin/blog/compare.html", page, context)

    def restore_view(self, request: HttpRequest, object_id: str, version_id: int) -> HttpResponse:
        """Make the page what it was."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        page = self._page(request, object_id)
        if not self.has_change_permission(request, page):
            raise PermissionDenied
        version = self._version(page, version_id)
        revisions.keep_as_it_is(page)
        self._restore(request, version)
        return redirect(self._url("change", page.pk))

    def revision_view(
        self, request: HttpRequest, object_id: str, version_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """The library's address of one version leads to the comparison with the page as it is."""
        page = self._page(request, object_id)
        version = self._version(page, version_id)
        return redirect(f"{self._url('compare', page.pk)}?from={version.pk}&to={NOW}")

    def recover_view(self, request: HttpRequest, version_id: str, extra_context: Any = None) -> HttpResponse:
        """A page that was deleted: what it held, and a button that brings it back as a draft."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        version = get_object_or_404(Version.objects.get_deleted(self.model), pk=version_id)
        if request.method == "POST":
            page = self._restore(request, version)
            return redirect(self._url("change", page.pk) if page else self._url("recoverlist"))
        try:
            shown = parts(revisions.rows_of(version))
        except revisions.UnreadableVersionError:
            messages.error(request, _UNREADABLE)
            return redirect(self._url("recoverlist"))
        context = {
            "parts": [part for part in shown if part.text],
            "title": f"Recover “{version.object_repr}”",
        }
        return self._show(request, "admin/blog/recover.html", None, context)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Keep what is deleted, so that it can be recovered."""
        revisions.keep_as_it_is(obj)
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        """Keep what is deleted, so that it can be recovered."""
        for page in queryset:
            revisions.keep_as_it_is(page)
        super().delete_queryset(request, queryset)

    def _restore(self, request: HttpRequest, version: Version) -> Any:
        """The page like the version; None, with a message that says why, where it cannot be."""
        try:
            page = revisions.restore(version=version, user=request.user)
        except revisions.UnreadableVersionError:
            messages.error(request, _UNREADABLE)
        except ValidationError as error:
            messages.error(request, "It was not restored. " + " ".join(error.messages))
        else:
            self.log_change(request, page, "Restored an earlier version.")
            when_ = when.format_date_time(version.revision.date_created)
            messages.success(
                request, f"“{page}” is what it was on {when_}. Whether it shows has not changed."
            )
            return page
        return None

    def _page(self, request: HttpRequest, object_id: str) -> Any:
        page = self.get_object(request, unquote(object_id))
        if page is None:
            raise Http404
        if not self.has_view_or_change_permission(request, page):
            raise PermissionDenied
        return page

    def _version(self, page: Any, key: object) -> Version:
        return get_object_or_404(Version.objects.get_for_object(page), pk=key)

    def _pair(self, request: HttpRequest, page: Any) -> tuple[Version | None, Version | None]:
        """The older and the newer of the two; None is the page as it is now."""
        wanted = [request.GET.get(name, NOW) for name in ("from", "to")]
        if any(key != NOW and not (key.isdecimal() and len(key) < 19) for key in wanted):
            raise Http404
        found = [None if key == NOW else self._version(page, key) for key in wanted]
        older, newer = sorted(found, key=lambda version: version.pk if version else float("inf"))
        return older, newer

    def _parts(self, page: Any, version: Version | None) -> list[Part] | None:
        if version is None:
            return parts(rows_now(page))
        try:
            return parts(revisions.rows_of(version))
        except revisions.UnreadableVersionError:
            return None

    def _line(self, version: Version) -> dict[str, Any]:
        revision = version.revision
        return {
            "pk": version.pk,
            "when": revision.date_created,
            "who": name_of(revision.user),
            "what": _in_short(revision.comment) or "Saved.",
            "restore_url": self._url("restore", version.object_id, version.pk),
        }

    def _url(self, page: str, *keys: object) -> str:
        name = f"{self.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}_{page}"
        return reverse(name, args=[quote(key) if isinstance(key, str) else key for key in keys])

    def _show(self, request: HttpRequest, template: str, page: Any, context: dict[str, Any]) -> HttpResponse:
        frame = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "page": page,
            "object": page,
            "may_restore": page is not None and self.has_change_permission(request, page),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, template, {**frame, **context})


def _in_short(comment: str) -> str:
    """The comment of a revision without the keys of blocks, which mean nothing to people, each sentence once."""
    sentences = _BLOCK_KEY.sub("", comment).split(". ")
    return ". ".join(dict.fromkeys(sentence.rstrip(".") for sentence in sentences if sentence)) + "."
