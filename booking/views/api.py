"""/api/times/: free times as JSON, read only, and the description of it.

`make bench` holds its requests per second to a quarter of an empty view's, so what costs much and gives little here is
left out: queries of its own, and the encoder's work on hundreds of times that differ in a few characters.
"""

import json
from functools import lru_cache
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from booking import availability, walltime
from booking.exceptions import OptionNotOfferedError, TherapistNotOfferedError
from booking.forms import WindowForm
from booking.views import openapi
from flexclinic.lib import clock
from services.models import ServiceOption, Therapist

DEFAULT_DAYS = 14

_NO_OPTION = "There is no such option."
_NO_THERAPIST = "There is no such therapist for this option."


def _wrong(parameters: dict[str, str]) -> HttpResponse:
    """Problem details (RFC 9457) that name each wrong parameter and what to do about it."""
    return JsonResponse(
        {
            "type": "about:blank",
            "title": "Wrong parameters",
            "status": HTTPStatus.BAD_REQUEST,
            "detail": " ".join(f"{name}: {what}" for name, what in parameters.items()),
            "invalid_params": [{"name": name, "reason": what} for name, what in parameters.items()],
        },
        status=HTTPStatus.BAD_REQUEST,
        content_type="application/problem+json",
    )


def _unknown(option: str, therapist: str) -> dict[str, str]:
    """What is wrong with the names, to be told with what else is wrong."""
    if not option:
        return {"option": "Name an option, as in ?option=first-visit."}
    if "\0" in option or not ServiceOption.objects.filter(slug=option, bookable=True).exists():
        return {"option": _NO_OPTION}
    if (
        therapist
        and not Therapist.objects.filter(slug=therapist, bookable=True, options__slug=option).exists()
    ):
        return {"therapist": _NO_THERAPIST}
    return {}


@require_safe
def times(request: HttpRequest) -> HttpResponse:
    """The free times of an option, with whom each is free."""
    window = WindowForm(request.GET)
    wrong = {name: " ".join(map(str, messages)) for name, messages in window.errors.items()}
    option, therapist = request.GET.get("option", ""), window.cleaned_data.get("therapist", "")
    first = window.cleaned_data.get("from") or clock.today()
    if not 1970 <= first.year <= walltime.LAST_YEAR:
        wrong["from"] = "That date is too far away."
    if wrong or not option or "\0" in option:
        return _wrong(_unknown(option, therapist) | wrong)
    try:
        found = availability.free_times_named(
            option=option,
            therapist=therapist or None,
            first_date=first,
            days=window.cleaned_data["days"] or DEFAULT_DAYS,
        )
    except OptionNotOfferedError:
        return _wrong({"option": _NO_OPTION})
    except TherapistNotOfferedError:
        return _wrong({"therapist": _NO_THERAPIST})
    head = {"option": option, "time_zone": found.zone.key}
    return HttpResponse(
        f'{json.dumps(head)[:-1]}, "times": [{_times(found)}]}}',
        content_type="application/json",
        headers={"Cache-Control": "no-store"},
    )


def _times(found: availability.FreeTimes) -> str:
    """The starts as JSON. They need no quoting, and those who are free then are mostly the same few."""
    starts = walltime.iso_instants(found.zone, [start for start, _ in found.starts])
    return ", ".join(
        [f'{{"start": "{start}{_end(slugs)}' for start, (_, slugs) in zip(starts, found.starts, strict=True)]
    )


@lru_cache(maxsize=256)
def _end(slugs: tuple[str, ...]) -> str:
    return f'", "therapists": {json.dumps(slugs)}}}'


@require_safe
def schema(request: HttpRequest) -> HttpResponse:
    """The API's description, OpenAPI 3.1."""
    return JsonResponse(openapi.description(site_url=request.build_absolute_uri("/")))
