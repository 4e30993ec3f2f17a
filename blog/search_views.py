"""The search page.

What is looked for is sent by POST, and the answer leads to an address that only this site can read. So no word about
somebody's health stands in an address, a history or a log, and going back and reloading work as on any page; see
docs/decisions/0043. A link with `?q=` works as well. Nothing is changed by any of it, which is why the form needs no
protection against forgery, and so sets no cookie.
"""

import re
from datetime import timedelta
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from blog import search
from flexclinic.lib import clock, sealed

PURPOSE = "search"
#: How long the address of a search can be read. Somebody comes back to it within minutes.
LASTS = timedelta(hours=12)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """What the public finds for `q`; the form alone, where nothing was asked."""
    response = _ask(request.POST.get("q", "")) if request.method == "POST" else _show(request)
    response["Cache-Control"] = "no-store, private"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response


def _ask(typed: str) -> HttpResponse:
    """To the address of what was typed."""
    # One letter more than is looked at, so that the page can say that it was too long.
    secret = sealed.seal(_plain(typed)[: search.LONGEST + 1], purpose=PURPOSE)
    response = redirect(reverse("search", query={"s": secret}))
    response.status_code = HTTPStatus.SEE_OTHER
    return response


def _show(request: HttpRequest) -> HttpResponse:
    secret = request.GET.get("s", "")
    typed = sealed.unseal(secret, purpose=PURPOSE, lasts=LASTS) if secret else request.GET.get("q")
    found = None
    if typed is not None:
        found = search.find(typed, at=clock.now(), page=_page(request.GET.get("page", "")))
        secret = secret or sealed.seal(typed[: search.LONGEST + 1], purpose=PURPOSE)
    return render(
        request,
        "blog/search.html",
        {
            "typed": _plain(typed or "")[: search.LONGEST],
            "found": found,
            "sealed": secret,
            "too_old": bool(secret) and typed is None,
        },
    )


def _plain(typed: str) -> str:
    return typed.replace("\0", " ").encode("utf-8", "replace").decode()


def _page(typed: str) -> int:
    return int(typed) if re.fullmatch(r"[0-9]{1,3}", typed, re.ASCII) else 1
