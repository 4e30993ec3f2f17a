"""/api/times/: free times as JSON, read only, and the description of it.

`make bench` holds its requests per second to a quarter of an empty view's, so what costs much and gives little here is
left out: the ORM's work on a lookup by slug, and the encoder's on hundreds of times that differ in a few characters.
"""

import json
from http import HTTPStatus

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from booking import availability, walltime
from booking.forms import WindowForm
from booking.views import openapi
from flexclinic.lib import clock
from services.models import ServiceOption

DEFAULT_DAYS = 14

_COLUMNS = [field.attname for field in ServiceOption._meta.concrete_fields]
_OPTION_SQL = f"SELECT {', '.join(_COLUMNS)} FROM services_serviceoption WHERE slug = %s AND bookable"  # noqa: S608


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


def _option(slug: str) -> ServiceOption | None:
    with connection.cursor() as cursor:
        cursor.execute(_OPTION_SQL, [slug])
        row = cursor.fetchone()
    return ServiceOption.from_db(connection.alias, _COLUMNS, row) if row else None


@require_safe
def times(request: HttpRequest) -> HttpResponse:
    """The free times of an option, with whom each is free."""
    window = WindowForm(request.GET)
    wrong = {name: " ".join(map(str, messages)) for name, messages in window.errors.items()}
    slug = request.GET.get("option", "")
    option = _option(slug) if "\0" not in slug else None
    therapist = None
    if not slug:
        wrong["option"] = "Name an option, as in ?option=first-visit."
    elif option is None:
        wrong["option"] = "There is no such option."
    elif (wanted := window.cleaned_data.get("therapist")) and "therapist" not in wrong:
        therapist = option.therapists.filter(slug=wanted, bookable=True).first()
        if therapist is None:
            wrong["therapist"] = "There is no such therapist for this option."
    if wrong or option is None:
        return _wrong(wrong)
    first = window.cleaned_data["from"] or clock.today()
    if not 1970 <= first.year <= walltime.LAST_YEAR:
        return _wrong({"from": "That date is too far away."})
    found = availability.free_times(
        option=option, therapist=therapist, first_date=first, days=window.cleaned_data["days"] or DEFAULT_DAYS
    )
    head = {"option": option.slug, "time_zone": found.zone.key}
    return HttpResponse(
        f'{json.dumps(head)[:-1]}, "times": [{_times(found)}]}}',
        content_type="application/json",
        headers={"Cache-Control": "no-store"},
    )


def _times(found: availability.FreeTimes) -> str:
    """The starts as JSON. They need no quoting, and those who are free then are mostly the same few."""
    starts = walltime.iso_instants(found.zone, [start for start, _ in found.starts])
    ends = {
        slugs: f'", "therapists": {json.dumps(slugs)}}}' for slugs in {slugs for _, slugs in found.starts}
    }
    return ", ".join(
        [f'{{"start": "{start}{ends[slugs]}' for start, (_, slugs) in zip(starts, found.starts, strict=True)]
    )


@require_safe
def schema(request: HttpRequest) -> HttpResponse:
    """The API's description, OpenAPI 3.1."""
    return JsonResponse(openapi.description(site_url=request.build_absolute_uri("/")))
