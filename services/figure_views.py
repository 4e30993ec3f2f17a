"""Where does it hurt? The body map, the page of each place, the sheet for a doctor; and how trigger points work."""

import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from blog.rendering import body
from flexclinic.lib import clock
from services import body_map as bodies
from services import structured_data
from services.models import EXPLAINER_BLOCKS, Explainer, ServiceOption, Zone
from services.views import answer, page_or_404

WHERE = "Where does it hurt?"
#: What a doctor asks first, as (id, label) of the sheet's boxes.
_TO_FILL_IN = [
    {"id": "since", "label": "Since when, and how it began"},
    {"id": "worse", "label": "What makes it worse"},
    {"id": "better", "label": "What makes it better"},
    {"id": "else", "label": "What else I noticed"},
]

TRIGGER_POINTS = "How trigger points work"


def _map(at: datetime.datetime) -> dict[str, Any]:
    """What shows the map and the list of places."""
    found = bodies.zones(at)
    return {"zones": found, "places": bodies.grouped(found)}


@require_safe
def body_map(request: HttpRequest) -> HttpResponse:
    """The figure with every place, and the same places as a list."""
    described = structured_data.graph(structured_data.breadcrumbs((WHERE, request.path)))
    return render(request, "services/body_map.html", {**_map(clock.now()), "structured_data": described})


@require_safe
def zone(request: HttpRequest, slug: str) -> HttpResponse:
    """One place: the muscles whose pain is felt there, what else it could be, and the first free times."""
    at = clock.now()
    found = page_or_404(request, Zone, slug, at)
    felt = bodies.felt_in(found, at)
    context = {
        **_map(at),
        "felt": felt,
        "conditions": bodies.conditions_of(felt),
        "option": _offered(found),
        "structured_data": structured_data.graph(
            structured_data.breadcrumbs(
                (WHERE, reverse("services:body_map")), (found.title, found.get_absolute_url())
            )
        ),
    }
    return answer(request, "services/zone.html", context, found, at)


def _offered(found: Zone) -> ServiceOption | None:
    """What somebody who hurts there would book: the clinic's choice if it can be booked, else a first visit."""
    new = ServiceOption.Clientele.NEW
    options = (
        ServiceOption.objects.bookable()
        .named()
        .exclude(clientele=ServiceOption.Clientele.RETURNING)
        .order_by("service__position", "position", "minutes")
    )
    return min(
        options, key=lambda option: (option.pk != found.option_id, option.clientele != new), default=None
    )


@require_safe
def doctor_sheet(request: HttpRequest) -> HttpResponse:
    """A sheet to fill in and print. Nothing that is chosen or typed on it comes to the server."""
    steps = ((WHERE, reverse("services:body_map")), ("A sheet for your doctor", request.path))
    described = structured_data.graph(structured_data.breadcrumbs(*steps))
    context = {**_map(clock.now()), "fields": _TO_FILL_IN, "structured_data": described}
    return render(request, "services/doctor_sheet.html", context)


@require_safe
def trigger_points(request: HttpRequest) -> HttpResponse:
    """The first page of the explainer."""
    at = clock.now()
    first = Explainer.objects.published(at).select_related("reviewer").first()
    if first is None:
        raise Http404
    return _explained(request, first, at)


@require_safe
def explainer(request: HttpRequest, slug: str) -> HttpResponse:
    """Any other page of the explainer; the first one is at /trigger-points/."""
    at = clock.now()
    found = page_or_404(request, Explainer, slug, at)
    if found.is_published(at) and found == Explainer.objects.published(at).first():
        return redirect("services:trigger_points")
    return _explained(request, found, at)


def _explained(request: HttpRequest, found: Explainer, at: datetime.datetime) -> HttpResponse:
    pages = list(Explainer.objects.published(at).only("title", "slug", "position"))
    place = pages.index(found) if found in pages else None
    steps = [(TRIGGER_POINTS, reverse("services:trigger_points"))]
    if place != 0:
        steps.append((found.title, found.get_absolute_url()))
    context = {
        "blocks": body(found, EXPLAINER_BLOCKS),
        "pages": pages,
        "is_first": place == 0,
        "earlier": pages[place - 1] if place else None,
        "later": pages[place + 1] if place is not None and place + 1 < len(pages) else None,
        "address": steps[-1][1],
        "structured_data": structured_data.graph(structured_data.breadcrumbs(*steps)),
    }
    return answer(request, "services/explainer.html", context, found, at)
