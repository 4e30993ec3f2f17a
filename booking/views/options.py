"""/book/: what can be booked."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from booking.views.visit import is_for, query, visit_of
from services.models import Service, ServiceOption


def bookable_services(visit: str = "") -> list[tuple[Service, list[ServiceOption]]]:
    """Each service with the options that somebody gives, of those for this visit, in the clinic's order. One query."""
    options = (
        ServiceOption.objects.bookable()
        .select_related("service")
        .order_by("service__position", "service__title", "position", "minutes", "name")
    )
    services: dict[int, tuple[Service, list[ServiceOption]]] = {}
    for option in options:
        if not is_for(option, visit):
            continue
        services.setdefault(option.service_id, (option.service, []))[1].append(option)
    return list(services.values())


def choose_option(request: HttpRequest) -> HttpResponse:
    """The list of options: all, or those for a first visit or for somebody who has been here."""
    visit = visit_of(request)
    page = {"services": bookable_services(visit), "visit": visit, "query": query(visit)}
    return render(request, "booking/options.html", page)


def no_such_option(request: HttpRequest) -> HttpResponse:
    """The same list, for an address whose option is not there."""
    return render(
        request, "booking/options.html", {"services": bookable_services(), "not_found": True}, status=404
    )
