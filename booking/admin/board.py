"""/admin/board/: a day of all therapists at a glance, with what is free and what is not."""

import datetime as dt
from collections.abc import Mapping

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from booking import board, looks, sight
from booking.admin import addresses
from booking.admin.choices import OptionBySlug
from booking.admin.start import check_near, date_field
from flexclinic.lib import clock, when
from services.models import ServiceOption, Therapist


class BoardForm(forms.Form):
    """Which day, and which option's starts. Nothing chosen: today, and the first option that can be booked."""

    date = date_field(label="Date", required=False)
    option = OptionBySlug(required=False, empty_label=None)

    def __init__(self, data: Mapping[str, str]) -> None:
        bookable = (
            ServiceOption.objects.bookable()
            .select_related("service")
            .order_by("service", "position", "minutes")
        )
        self.first = bookable.first()
        # The boxes say what is shown.
        super().__init__(
            {
                "date": data.get("date") or clock.today().isoformat(),
                "option": data.get("option") or (self.first.slug if self.first else ""),
            }
        )
        self.fields["option"].queryset = bookable  # type: ignore[attr-defined]

    def clean_date(self) -> dt.date:
        """A date that is not years away."""
        day: dt.date = self.cleaned_data["date"]
        check_near(day)
        return day


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """The day. What cannot be read is said, and today or the first option shown in its place."""
    if not request.user.has_perm("booking.view_appointment"):
        raise PermissionDenied
    form = BoardForm(request.GET)
    form.is_valid()
    day: dt.date = form.cleaned_data.get("date") or clock.today()
    option: ServiceOption | None = form.cleaned_data.get("option") or form.first
    may_book = request.user.has_perm("booking.add_appointment")
    everybody = sight.sees_everybody(request.user)
    only = None if everybody else sight.only_therapist(request.user)
    if not everybody and only is None:
        raise PermissionDenied  # no therapist, and so without a diary of their own

    def address(therapist: Therapist, start: dt.datetime, free: bool) -> str:
        if option is None or not everybody or (free and not may_book):
            return ""
        to = addresses.to_book if free else addresses.to_explain
        return to(option=option, therapist=therapist, start=start)

    shown = board.of_day(day, option=option, address=address, only=only)
    looks.record(request, appointments=shown.appointments)
    return render(
        request,
        "admin/booking/board.html",
        {
            **admin.site.each_context(request),
            "title": when.format_date(day),
            "subtitle": None,
            "form": form,
            "board": shown,
            "option": option,
            "may_book": may_book,
            "is_today": day == clock.today(),
            "days": [
                ("Previous day", addresses.to_board(day=day - dt.timedelta(days=1), option=option)),
                ("Today", addresses.to_board(option=option)),
                ("Next day", addresses.to_board(day=day + dt.timedelta(days=1), option=option)),
            ],
        },
    )
