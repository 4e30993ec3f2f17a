"""The search page.

The site's own forms send what is looked for by POST, so that no word about somebody's health stands in an address, a
history or a log; see docs/decisions/0043. A link with `?q=` works as well. Nothing is changed either way, which is why
the form needs no protection against forgery, and so sets no cookie.
"""

import re

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from blog import search
from flexclinic.lib import clock


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """What the public finds for `q`; the form alone, where nothing was asked."""
    given = request.POST if request.method == "POST" else request.GET
    typed = given.get("q", "")
    asked = "q" in given
    found = search.find(typed, at=clock.now(), page=_page(given.get("page", ""))) if asked else None
    response = render(
        request,
        "blog/search.html",
        {"typed": typed.replace("\0", "")[: search.LONGEST], "found": found, "asked": asked},
    )
    response["Cache-Control"] = "no-store, private"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response


def _page(typed: str) -> int:
    return int(typed) if re.fullmatch(r"[0-9]{1,3}", typed, re.ASCII) else 1
