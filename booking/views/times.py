"""/book/<option>/: with whom, and when."""

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from booking import availability
from booking.addresses import ANYONE
from booking.forms import WindowForm
from booking.views.options import no_such_option
from booking.views.shown import Day, shown_days
from booking.views.visit import FIRST, is_for, query, visit_of
from flexclinic.lib import clock
from services.models import ServiceOption

DAYS_SHOWN = 7


def _around(days: list[Day], first: date, today: date) -> dict[str, date | None]:
    """The first dates of the pages before and after, where they have times."""
    earlier = [day.date for day in days if day.date < first]
    later = [day.date for day in days if day.date >= first + timedelta(days=DAYS_SHOWN)]
    return {
        "earlier": max(today, min(earlier[-1], first - timedelta(days=DAYS_SHOWN))) if earlier else None,
        "later": later[0] if later else None,
    }


def choose_time(request: HttpRequest, option: str) -> HttpResponse:
    """The free times of seven days, with links to the days before and after that have some."""
    chosen = ServiceOption.objects.bookable().select_related("service").filter(slug=option).first()
    if chosen is None:
        return no_such_option(request)
    visit = visit_of(request)
    if not is_for(chosen, visit):
        return render(request, "booking/not_for_you.html", {"option": chosen, "visit": visit})
    window = WindowForm(request.GET)
    window.is_valid()
    wanted = window.cleaned_data.get("therapist", "")
    therapists = list(chosen.therapists.filter(bookable=True))
    therapist = next((one for one in therapists if one.slug == wanted), None)
    found = availability.free_times(
        option=chosen, therapist=therapist, first_date=clock.today(), days=availability.LONGEST_WINDOW
    )
    times_url = reverse("booking:times", args=[chosen.slug])
    passed_on = {
        **({"visit": visit} if visit else {}),
        **({"therapist": therapist.slug} if therapist else {}),
    }
    context: dict[str, Any] = {
        "option": chosen,
        "visit": visit,
        "book_query": query(visit),
        "suiting_query": query(visit, therapist=therapist.slug if therapist else ""),
        "therapists": therapists,
        "therapist": therapist,
        "unknown_therapist": bool(request.GET.get("therapist")) and therapist is None,
        **days_around(
            window,
            shown_days(
                found,
                option=chosen,
                who=therapist.slug if therapist else ANYONE,
                query=query(FIRST if chosen.clientele == chosen.Clientele.NEW else visit),
            ),
            page=f"{times_url}?{urlencode(passed_on) + '&' if passed_on else ''}",
        ),
    }
    return render(request, "booking/times.html", context)


def days_around(window: WindowForm, days: list[Day], *, page: str) -> dict[str, Any]:
    """Of all days that have times those of one page, with the addresses of the pages before and after.

    `page` is the address that goes on with "from=".
    """
    today = clock.today()
    last = today + timedelta(days=availability.LONGEST_WINDOW)
    first = min(max(today, window.cleaned_data.get("from") or today), last)
    if "from" not in window.data and days:
        first = days[0].date
    around = _around(days, first, today)
    return {
        "unreadable_date": "from" in window.errors,
        "days": [day for day in days if first <= day.date < first + timedelta(days=DAYS_SHOWN)],
        "first": first,
        "last": first + timedelta(days=DAYS_SHOWN - 1),
        "any_times": bool(days),
        **{f"{name}_url": f"{page}from={day}" if day else "" for name, day in around.items()},
    }
