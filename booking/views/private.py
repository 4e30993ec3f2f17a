"""Pages that open by a patient's link: kept to the person who has it, and alike for every link that opens nothing."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from booking import links

LONGEST_TOKEN = 100


def private(response: HttpResponse) -> HttpResponse:
    """Keep the address of the page to the person who has it."""
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def no_such_link(request: HttpRequest) -> HttpResponse:
    """The one page of every link that opens nothing."""
    return private(render(request, "booking/no_such_link.html", status=404))


def by_link(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Give the view the appointment that the token in the address opens, and keep its answer private.

    A token that opens nothing gets one and the same page, on every address.
    """

    @wraps(view)
    def opened(request: HttpRequest, token: str, **more: str) -> HttpResponse:
        appointment = links.look_up(token) if len(token) <= LONGEST_TOKEN else None
        if appointment is None:
            return no_such_link(request)
        return private(view(request, appointment, token, **more))

    return opened
