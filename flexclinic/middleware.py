"""What happens to every request before a view sees it, and to every answer after it."""

from collections.abc import Callable
from typing import TypeAlias

from django.conf import settings
from django.contrib.auth.models import AbstractUser, AnonymousUser
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from flexclinic import readiness
from flexclinic.lib import actors
from flexclinic.redaction import redact
from flexclinic.staff import needs_second_factor

GetResponse: TypeAlias = Callable[[HttpRequest], HttpResponseBase]

PRIVATE = ("/admin/", "/staff/")
ALWAYS = {
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "X-Permitted-Cross-Domain-Policies": "none",
    "Origin-Agent-Cluster": "?1",
}


def health(get_response: GetResponse) -> GetResponse:
    """Answer /healthz and /readyz first, for whatever host is asked: a probe knows the machine, not the site."""
    probes: dict[str, Callable[[], HttpResponse]] = {
        "/healthz": readiness.alive,
        "/readyz": readiness.ready,
    }

    def middleware(request: HttpRequest) -> HttpResponseBase:
        probe = probes.get(request.path_info)
        return probe() if probe else get_response(request)

    return middleware


def isolation_headers(get_response: GetResponse) -> GetResponse:
    """Keep other sites away from what we answer, and browsers from guessing.

    The settings' own headers are given here again, for the answers that never reach the middleware of theirs: it
    stands further in, and a request for a strange host is refused on the way to it.
    """
    otherwise = {
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": settings.X_FRAME_OPTIONS,
        "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
        "Cross-Origin-Opener-Policy": settings.SECURE_CROSS_ORIGIN_OPENER_POLICY,
    }

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        for name, value in ALWAYS.items():
            response.headers[name] = value
        for name, value in otherwise.items():
            response.headers.setdefault(name, value)
        return response

    return middleware


def private_pages(get_response: GetResponse) -> GetResponse:
    """Let nobody keep a copy of the desk's pages: they hold patients' names."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if request.path_info.startswith(PRIVATE):
            response.headers["Cache-Control"] = "no-store, private"
            response.headers["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return middleware


def staff_second_factor(get_response: GetResponse) -> GetResponse:
    """Take staff without a second factor to set one up before any page of the desk, where STAFF_MFA requires it."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.path_info.startswith(reverse("admin:index")) and needs_second_factor(_user(request)):
            return redirect(reverse("mfa_index", query={"required": "yes"}))
        return get_response(request)

    return middleware


def acting(get_response: GetResponse) -> GetResponse:
    """Let the database know who acts, where something is written. Who has no session is asked for nothing."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        def ask() -> actors.Acting:
            address = request.path_info
            page = address if address.startswith(PRIVATE) else redact(address)
            if settings.SESSION_COOKIE_NAME not in request.COOKIES or not _user(request).pk:
                return actors.Acting("", page)
            return actors.Acting(f"staff {_user(request).pk}", page)

        with actors.acting(ask):
            return get_response(request)

    return middleware


def _user(request: HttpRequest) -> AbstractUser | AnonymousUser:
    return request.user
