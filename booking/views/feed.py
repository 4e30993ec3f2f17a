"""/calendar/<token>.ics: a therapist's calendar, for a calendar program to look at every few minutes."""

import hashlib

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from booking import feeds


@require_safe
def therapist_calendar(request: HttpRequest, token: str) -> HttpResponseBase:
    """The calendar; 304 where the program has it already; one 404 for every address that opens nothing."""
    therapist = feeds.look_up(token) if len(token) <= 100 else None
    if therapist is None:
        return _private(render(request, "booking/no_such_calendar.html", status=404))
    written = feeds.calendar_of(therapist)
    etag = f'"{hashlib.sha256(written).hexdigest()[:32]}"'
    answer = HttpResponse(
        written,
        content_type="text/calendar; charset=utf-8",
        headers={"ETag": etag, "Content-Disposition": 'inline; filename="visits.ics"'},
    )
    conditional = get_conditional_response(request, etag=etag, response=answer)
    assert conditional is not None
    return _private(conditional)


def _private(response: HttpResponseBase) -> HttpResponseBase:
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
