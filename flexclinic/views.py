"""The project's own pages: home, what robots read, and what is said when a request is refused."""

import datetime
import math
import re
import sys
from collections.abc import Sequence
from http import HTTPStatus
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.sitemaps import Sitemap
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.db import DatabaseError, OperationalError
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_safe

from blog import search
from booking import roles
from flexclinic.lib import clock

SECURITY_TXT_DAYS = 180
RETRY_AFTER = 30  # seconds
# Reasons of Django's that mean another site sent the form; what it typed is not shown as ours.
FROM_ELSEWHERE = ("Origin checking failed", "Referer checking failed")
KEPT_FIELDS = 40
KEPT_CHARACTERS = 5000
NEVER_KEPT = ("csrfmiddlewaretoken", "password")
SHOWN_FIELDS = {
    "name": "Name",
    "email": "Email",
    "phone": "Phone",
    "note": "Note",
    "reference": "Reference",
    "contact": "Email or phone",
}
# Addresses that hold a secret, or that no visitor types.
NEVER_SEARCHED = (
    "/appointment/",
    "/waiting/",
    "/offer/",
    "/choose/",
    "/calendar/",
    "/preview/",
    "/admin/",
    "/staff/",
    "/api/",
    "/media/",
    "/static/",
)
MOST_SUGGESTIONS = 3
_READABLE = re.compile(r"[a-z0-9/_-]{3,100}(\.html?)?", re.IGNORECASE | re.ASCII)
FORMS_BELOW = ("/book/", "/appointment/", "/change-my-booking/")


def server_error(request: HttpRequest) -> HttpResponse:
    """Something failed; with 503 and a time to come back where it is that the database does not answer."""
    away = isinstance(sys.exc_info()[1], OperationalError)
    page = HttpResponse(
        render_to_string("500.html", {"clinic": settings.CLINIC}),
        status=HTTPStatus.SERVICE_UNAVAILABLE if away else HTTPStatus.INTERNAL_SERVER_ERROR,
    )
    if away:
        page["Retry-After"] = str(RETRY_AFTER)
    return page


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """What is kept of a patient, and why."""
    return render(request, "site/privacy.html")


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """/robots.txt."""
    return render(request, "site/robots.txt", content_type="text/plain; charset=utf-8")


@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """/.well-known/security.txt (RFC 9116)."""
    expires = clock.now().replace(microsecond=0) + datetime.timedelta(days=SECURITY_TXT_DAYS)
    return render(
        request,
        "site/security.txt",
        {"expires": expires.strftime("%Y-%m-%dT%H:%M:%SZ")},
        content_type="text/plain; charset=utf-8",
    )


def on_our_address(sitemap: type[Sitemap]) -> type[Sitemap]:  # type: ignore[type-arg]  # whatever it lists
    """The same sitemap with SITE_URL in front of its addresses, whatever host was asked for it."""
    site = urlsplit(settings.SITE_URL)
    return type(
        sitemap.__name__,
        (sitemap,),
        {"protocol": site.scheme, "get_domain": lambda self, site_=None: site.netloc},
    )


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """No such page; with what the words of its address may have meant, and a search."""
    return render(
        request, "404.html", {"suggestions": _suggestions(request.path_info)}, status=HTTPStatus.NOT_FOUND
    )


def _suggestions(path: str) -> Sequence[search.Result]:
    """Pages for the words of an address, a few at most; none for an address that holds no words or a secret."""
    if path.startswith(NEVER_SEARCHED) or not _READABLE.fullmatch(path):
        return ()
    words = " ".join(word for word in re.split(r"[/_.-]+", path) if not word.isdecimal())
    try:
        return search.find(words, at=clock.now(), size=MOST_SUGGESTIONS).results
    except DatabaseError:  # the page says what it can without
        return ()


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """A page that somebody may not see; for staff it says who they are signed in as and where they may go."""
    if not request.user.is_authenticated:
        return render(request, "403.html", status=HTTPStatus.FORBIDDEN)
    managers = User.objects.filter(groups__name=roles.MANAGER, is_active=True).order_by("username")
    context = {"managers": list(managers) if request.user.is_staff else []}
    return render(request, "account/no_access.html", context, status=HTTPStatus.FORBIDDEN)


def too_many_tries(request: HttpRequest, again: datetime.datetime) -> HttpResponse:
    """Too many tries; says when to try again."""
    seconds = max(1, math.ceil((again - clock.now()).total_seconds()))
    context = {"again": again, "minutes": math.ceil(seconds / 60)}
    response = render(request, "account/too_many_tries.html", context, status=HTTPStatus.TOO_MANY_REQUESTS)
    response.headers["Retry-After"] = str(seconds)
    response.headers["Cache-Control"] = "no-store"
    return response


def too_many_requests(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Where a part of allauth's counts by itself and says no more than that."""
    return too_many_tries(request, clock.now() + datetime.timedelta(minutes=1))


@sensitive_post_parameters()
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that we could not tell to be ours; what a patient typed to book is kept."""
    kept = [] if reason.startswith(FROM_ELSEWHERE) else _typed_to_book(request)
    shown = [(SHOWN_FIELDS[name], value) for name, value in kept if name in SHOWN_FIELDS and value]
    template = "site/send_again.html" if kept else "403_csrf.html"
    response = render(request, template, {"kept": kept, "shown": shown}, status=HTTPStatus.FORBIDDEN)
    response.headers["Cache-Control"] = "no-store"
    return response


def _typed_to_book(request: HttpRequest) -> list[tuple[str, str]]:
    """The fields of a patient's form, in order; none where they are too many or too long to be that form."""
    if not request.path_info.startswith(FORMS_BELOW):
        return []
    try:
        fields = [(name, value) for name, values in request.POST.lists() for value in values]
    except (RequestDataTooBig, TooManyFieldsSent, UnreadablePostError, MultiPartParserError):
        return []
    kept = [(name, str(value)) for name, value in fields if not name.startswith(NEVER_KEPT)]
    if len(kept) > KEPT_FIELDS or sum(len(value) for _, value in kept) > KEPT_CHARACTERS:
        return []
    return kept
