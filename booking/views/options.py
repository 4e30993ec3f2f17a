"""/book/: what can be booked."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from services.models import Service, ServiceOption


def bookable_services() -> list[tuple[Service, list[ServiceOption]]]:
    """Each service with the options that somebody gives, in the clinic's order. One query."""
    options = (
        ServiceOption.objects.bookable()
        .select_related("service")
        .order_by("service__position", "service__title", "position", "minutes", "name")
    )
    services: dict[int, tuple[Service, list[ServiceOption]]] = {}
    for option in options:
        services.setdefault(option.service_id, (option.service, []))[1].append(option)
    return list(services.values())


def choose_option(request: HttpRequest) -> HttpResponse:
    """The list of options."""
    return render(request, "booking/options.html", {"services": bookable_services()})


def no_such_option(request: HttpRequest) -> HttpResponse:
    """The same list, for an address whose option is not there."""
    return render(
        request, "booking/options.html", {"services": bookable_services(), "not_found": True}, status=404
    )
