"""/admin/booking/notification/previews/: how our messages read.

The HTML of a message has its styles inside, because mail programs know no other. It is shown as a document of its own,
under a policy of its own: styles, and nothing else at all, in a sandbox. See docs/decisions/0022-reminders.md.
"""

from typing import Any

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp, csp_update
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.clickjacking import xframe_options_sameorigin

from booking import previews
from booking.enums import NotificationKind
from booking.models import ClinicPolicy, Notification


def _may_look(request: HttpRequest) -> None:
    if not request.user.has_perm("booking.view_notification"):
        raise PermissionDenied


def _kind(request: HttpRequest, kind: str) -> NotificationKind:
    _may_look(request)
    if kind not in NotificationKind.values:
        raise Http404("There is no such message.")
    return NotificationKind(kind)


def _page(request: HttpRequest, name: str, **context: Any) -> HttpResponse:
    return render(
        request,
        f"admin/booking/notification/{name}.html",
        {**admin.site.each_context(request), "opts": Notification._meta, **context},
    )


def every(request: HttpRequest) -> HttpResponse:
    """Every kind of message, its subject, and when it is sent."""
    _may_look(request)
    policy = ClinicPolicy.in_force()
    rows = [
        {
            "kind": kind,
            "subject": previews.preview(kind).subject,
            "when": previews.sent_when(kind, policy),
        }
        for kind in NotificationKind
    ]
    return _page(request, "previews", title="How our messages read", rows=rows)


@csp_update({"frame-src": [SELF]})  # type: ignore[arg-type]  # its types know no view with arguments
def one(request: HttpRequest, kind: str) -> HttpResponse:
    """One message: its subject, how it looks, its text."""
    known = _kind(request, kind)
    message = previews.preview(known)
    return _page(
        request,
        "preview",
        title=known.label,
        kind=known,
        subject=message.subject,
        text=message.body,
        files=previews.files_of(message),
        when=previews.sent_when(known, ClinicPolicy.in_force()),
    )


@xframe_options_sameorigin
@csp(  # type: ignore[arg-type]  # as above
    {
        "default-src": [NONE],
        "style-src": [UNSAFE_INLINE],
        "base-uri": [NONE],
        "form-action": [NONE],
        "frame-ancestors": [SELF],
        "sandbox": [],
    }
)
def html(request: HttpRequest, kind: str) -> HttpResponse:
    """The HTML part of one message, as a document of its own."""
    message = previews.preview(_kind(request, kind))
    return HttpResponse(previews.html_of(message))
