"""Next visit? What is offered to somebody who has just been treated, before they leave."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from booking import lifecycle, next_visit
from booking.admin import wording
from booking.admin.series import place_in_series
from booking.enums import AppointmentStatus
from booking.exceptions import BookingError, TimeJustGoneError
from booking.models import Appointment
from flexclinic.lib import when

#: Who is here, or was.
MAY_BOOK_NEXT = (AppointmentStatus.ARRIVED, AppointmentStatus.COMPLETED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """A time to press. `value` is what its button sends."""

    value: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """So many weeks on."""

    title: str
    usual: bool
    openings: list[Opening]


def next_visit_page(
    model_admin: admin.ModelAdmin[Appointment], request: HttpRequest, found: Appointment
) -> HttpResponse:
    """Show what is free in some weeks; a press books it. What was booked stands there, too."""
    if not model_admin.has_add_permission(request):
        raise PermissionDenied
    if found.status not in MAY_BOOK_NEXT:
        text = f"{found.name} has no visit to follow: this one is {found.get_status_display().lower()}."
        model_admin.message_user(request, text, messages.ERROR)
        return redirect("admin:booking_appointment_change", found.pk)
    appointment = Appointment.objects.select_related("option__service", "therapist", "room").get(pk=found.pk)
    ahead = next_visit.openings(appointment)
    if request.method == "POST":
        _book(model_admin, request, appointment, [start for each in ahead for start in each.starts])
        return redirect("admin:booking_appointment_next", appointment.pk)
    place = place_in_series(appointment, user=request.user)
    to_come = next_visit.to_come(appointment)
    first = when.in_clinic_zone(
        next((start for each in ahead for start in each.starts), appointment.starts_at)
    )
    return render(
        request,
        "admin/booking/appointment/next.html",
        {
            **model_admin.admin_site.each_context(request),
            "opts": model_admin.opts,
            "title": f"Next visit of {appointment.name}?",
            "appointment": appointment,
            "visit": wording.visit(appointment),
            "rows": [_row(each) for each in ahead],
            "series": place,
            "left": [visit for visit in place.visits if visit in to_come] if place else [],
            "to_come": to_come,
            "request_key": uuid.uuid4(),
            # What the page of a series begins with.
            "first_date": first.date().isoformat(),
            "first_time": f"{first.hour}:{first.minute:02}",
        },
    )


def _row(ahead: next_visit.Ahead) -> Row:
    return Row(
        title="In 1 week" if ahead.weeks == 1 else f"In {ahead.weeks} weeks",
        usual=ahead.usual,
        openings=[
            Opening(
                value=str(int(start.timestamp())),
                label=f"{wording.day(start)} at {when.format_time(start)}",
            )
            for start in ahead.starts
        ],
    )


def _book(
    model_admin: admin.ModelAdmin[Appointment],
    request: HttpRequest,
    after: Appointment,
    offered: list[datetime],
) -> None:
    """Book the time whose button was pressed, and say so; the same form sent twice books once."""
    try:
        key = uuid.UUID(request.POST.get("request_key", ""))
    except ValueError:
        key = uuid.uuid4()
    if earlier := lifecycle.made_by(key):
        model_admin.message_user(
            request, f"{earlier.name} is booked already: {wording.visit(earlier)}.", messages.WARNING
        )
        return
    start = next((each for each in offered if str(int(each.timestamp())) == request.POST.get("start")), None)
    gone = "That time has just gone. Nothing was booked. Here is what is free now."
    if start is None:
        model_admin.message_user(request, gone, messages.ERROR)
        return
    try:
        booked = next_visit.book(after=after, start=start, user=cast(User, request.user), request_key=key)
    except TimeJustGoneError:
        model_admin.message_user(request, gone, messages.ERROR)
        return
    except BookingError as error:
        model_admin.message_user(request, f"Nothing was booked: {error.message}", messages.ERROR)
        return
    model_admin.log_addition(request, booked, [{"added": {}}])
    sent = " A confirmation is on its way." if booked.email else " No email address: nothing is sent."
    text = f"{booked.name} is booked: {wording.visit(booked)}, {booked.reference}.{sent}"
    model_admin.message_user(request, text, messages.SUCCESS)
