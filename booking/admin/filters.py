"""How the list of appointments is narrowed: by what is to do, and by when."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import SEARCH_VAR, ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest

from booking import walltime
from booking.admin.start import as_moment
from booking.enums import AppointmentStatus
from booking.models import Appointment
from flexclinic.lib import clock

WAITING = "waiting"
EVERYTHING = "all"


def day_bounds(first: date, days: int = 1) -> tuple[datetime, datetime]:
    """The instants at which a local date begins and at which the last of `days` ends."""
    found = walltime.local_days(clock.clinic_zone(), first, days)
    return as_moment(found[0].segments[0].start), as_moment(found[-1].segments[-1].end)


def view_of(request: HttpRequest) -> str:
    """Which quick view a list shows: the requests that wait, unless somebody chose another or searches."""
    otherwise = EVERYTHING if request.GET.get(SEARCH_VAR) else WAITING
    return request.GET.get(StatusFilter.parameter_name) or otherwise


class StatusFilter(admin.SimpleListFilter):
    """By state. Without a choice the requests that wait; a search looks everywhere."""

    title = "status"
    parameter_name = "show"

    def __init__(self, request: HttpRequest, params: Any, model: Any, model_admin: Any) -> None:
        super().__init__(request, params, model, model_admin)
        self.shown = view_of(request)

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The quick views, then every state."""
        states = [(value, str(label)) for value, label in AppointmentStatus.choices if value != "requested"]
        return [(WAITING, "Requests waiting"), (EVERYTHING, "All appointments"), *states]

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        """Without Django's own "All", which would be the requests."""
        for value, title in self.lookup_choices:
            yield {
                "selected": self.shown == value,
                "query_string": changelist.get_query_string({self.parameter_name: value}),
                "display": title,
            }

    def queryset(self, request: HttpRequest, queryset: QuerySet[Appointment]) -> QuerySet[Appointment]:
        """The appointments of the view."""
        if self.shown == WAITING:
            return queryset.filter(status=AppointmentStatus.REQUESTED)
        if self.shown in AppointmentStatus.values:
            return queryset.filter(status=self.shown)
        return queryset


class WhenFilter(admin.SimpleListFilter):
    """By the date of the visit, as the clinic counts dates."""

    title = "date"
    parameter_name = "when"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """From today on, near dates, and what is over."""
        return [
            ("today", "Today"),
            ("tomorrow", "Tomorrow"),
            ("week", "Next 7 days"),
            ("upcoming", "Upcoming"),
            ("past", "Past"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Appointment]) -> QuerySet[Appointment]:
        """The appointments whose visit starts then."""
        today = clock.today()
        match self.value():
            case "today":
                start, end = day_bounds(today)
            case "tomorrow":
                start, end = day_bounds(today + timedelta(days=1))
            case "week":
                start, end = day_bounds(today, 7)
            case "upcoming":
                return queryset.filter(starts_at__gte=clock.now())
            case "past":
                return queryset.filter(starts_at__lt=clock.now())
            case _:
                return queryset
        return queryset.filter(starts_at__gte=start, starts_at__lt=end)
