"""Public holidays of the clinic's region, offered as closures: tick those on which the clinic is closed."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode

from booking import walltime
from booking.admin import wording
from booking.admin.affected import warn_of_visits
from booking.admin.start import as_moment
from booking.enums import OPEN
from booking.models import Appointment, Closure
from flexclinic.lib import clock, public_holidays, when


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedDay:
    """A holiday as the page shows it."""

    value: str
    date: dt.date
    name: str
    #: Closed for the whole day, by the closure of that name.
    closed_by: str
    visits: int
    visits_address: str


def whole_day(day: dt.date) -> DateTimeTZRange | None:
    """Every moment at which the clinic's clock shows the date; None for a date that the zone leaves out."""
    segments = walltime.local_days(clock.clinic_zone(), day, 1)[0].segments
    if not segments:
        return None
    return DateTimeTZRange(as_moment(segments[0].start), as_moment(segments[-1].end), "[)")


def coming() -> dict[public_holidays.PublicHoliday, DateTimeTZRange]:
    """The holidays from today to the end of next year, each with its whole day."""
    today = clock.today()
    found = public_holidays.between(today, dt.date(today.year + 1, 12, 31))
    return {holiday: period for holiday in found if (period := whole_day(holiday.date))}


def _name(holiday: public_holidays.PublicHoliday) -> str:
    longest = Closure._meta.get_field("name").max_length
    return wording.listed(list(holiday.names))[:longest]


def _offered() -> list[OfferedDay]:
    """Each coming holiday, with what is known of its day. Two queries."""
    days = coming()
    if not days:
        return []
    any_of_them = Q(pk__in=())
    for period in days.values():
        any_of_them |= Q(visit__overlap=period)
    visits = list(Appointment.objects.filter(any_of_them, status__in=OPEN).values_list("visit", flat=True))
    closures = list(Closure.objects.filter(period__endswith__gt=clock.now()))
    return [
        OfferedDay(
            value=holiday.date.isoformat(),
            date=holiday.date,
            name=_name(holiday),
            closed_by=next((closure.name for closure in closures if _holds(closure.period, period)), ""),
            visits=sum(visit.lower < period.upper and period.lower < visit.upper for visit in visits),
            visits_address=_visits_address(holiday.date),
        )
        for holiday, period in days.items()
    ]


def _holds(outer: Any, inner: Any) -> bool:
    return bool(outer.lower <= inner.lower and inner.upper <= outer.upper)


def _visits_address(day: dt.date) -> str:
    """The list of the appointments of a date."""
    narrowed: dict[str, str | int] = {
        "show": "all",
        "starts_at__year": day.year,
        "starts_at__month": day.month,
        "starts_at__day": day.day,
    }
    return f"{reverse('admin:booking_appointment_changelist')}?{urlencode(narrowed)}"


@transaction.atomic
def close(values: list[str]) -> list[Closure]:
    """Close the clinic on each of the offered dates on which it is not closed yet; give the new closures.

    Others who change closures wait until it is done, so that two who do this at once close a day once.
    """
    with connection.cursor() as cursor:
        cursor.execute(f'LOCK TABLE "{Closure._meta.db_table}" IN SHARE ROW EXCLUSIVE MODE')
    made = []
    for holiday, period in coming().items():
        if (
            holiday.date.isoformat() in values
            and not Closure.objects.filter(period__contains=period).exists()
        ):
            made.append(Closure.objects.create(period=period, name=_name(holiday)))
    return made


def holidays_page(model_admin: admin.ModelAdmin[Closure], request: HttpRequest) -> HttpResponse:
    """Show the coming holidays; POST closes the clinic on those that are ticked."""
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    if request.method == "POST":
        if not model_admin.has_add_permission(request):
            raise PermissionDenied
        made = close(request.POST.getlist("day"))
        _say(model_admin, request, made)
        return redirect("admin:booking_closure_holidays")
    country, region = settings.CLINIC["country"], settings.CLINIC["region"]
    return render(
        request,
        "admin/booking/closure/holidays.html",
        {
            **model_admin.admin_site.each_context(request),
            "opts": model_admin.opts,
            "title": "Public holidays",
            "days": _offered(),
            "may_close": model_admin.has_add_permission(request),
            "country": country,
            "region": public_holidays.region_of_the_clinic(),
            "unknown_region": region if region != public_holidays.region_of_the_clinic() else "",
            "known_regions": wording.listed(list(public_holidays.regions(country))),
        },
    )


def _say(model_admin: admin.ModelAdmin[Closure], request: HttpRequest, made: list[Closure]) -> None:
    if not made:
        text = "Nothing was changed: tick the days on which the clinic is closed."
        model_admin.message_user(request, text, messages.WARNING)
        return
    for closure in made:
        model_admin.log_addition(request, closure, [{"added": {}}])
    named = [f"{when.format_date(closure.period.lower)} ({closure.name})" for closure in made]
    model_admin.message_user(request, f"The clinic is closed on {wording.listed(named)}.", messages.SUCCESS)
    for closure in made:
        warn_of_visits(request, period=closure.period, therapist=None)
