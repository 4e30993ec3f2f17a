"""/api/times/: free times as JSON, read only, and the description of it."""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from booking import availability, walltime
from booking.forms import WindowForm
from booking.views import openapi
from flexclinic.lib import clock
from services.models import ServiceOption

DEFAULT_DAYS = 14


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


@require_safe
def times(request: HttpRequest) -> HttpResponse:
    """The free times of an option, with whom each is free."""
    window = WindowForm(request.GET)
    wrong = {name: " ".join(map(str, messages)) for name, messages in window.errors.items()}
    slug = request.GET.get("option", "")
    option = ServiceOption.objects.filter(slug=slug, bookable=True).first() if "\0" not in slug else None
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
    starts = walltime.iso_instants(found.zone, [start for start, _ in found.starts])
    body: dict[str, Any] = {
        "option": option.slug,
        "time_zone": found.zone.key,
        "times": [
            {"start": start, "therapists": therapists}
            for start, (_, therapists) in zip(starts, found.starts, strict=True)
        ],
    }
    return JsonResponse(body, headers={"Cache-Control": "no-store"})


@require_safe
def schema(request: HttpRequest) -> HttpResponse:
    """The API's description, OpenAPI 3.1."""
    return JsonResponse(openapi.description(site_url=request.build_absolute_uri("/")))
