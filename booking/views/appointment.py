"""/appointment/<token>/: the patient's page of an appointment, and its calendar file."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from booking import ical, links
from booking.models import Appointment


def _private(response: HttpResponse) -> HttpResponse:
    """Keep the address of the page to the person who has it."""
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _opened_by(token: str) -> Appointment | None:
    return links.look_up(token) if len(token) <= 100 else None


def _no_such_link(request: HttpRequest) -> HttpResponse:
    return _private(render(request, "booking/no_such_link.html", status=404))


def show(request: HttpRequest, token: str) -> HttpResponse:
    """What was booked, how it stands and what happens next."""
    appointment = _opened_by(token)
    if appointment is None:
        return _no_such_link(request)
    return _private(render(request, "booking/appointment.html", {"appointment": appointment, "token": token}))


def calendar(request: HttpRequest, token: str) -> HttpResponse:
    """The calendar file."""
    appointment = _opened_by(token)
    if appointment is None:
        return _no_such_link(request)
    return _private(
        HttpResponse(
            ical.appointment_calendar(appointment),
            content_type="text/calendar; charset=utf-8",
            headers={"Content-Disposition": 'attachment; filename="appointment.ics"'},
        )
    )


def change(request: HttpRequest) -> HttpResponse:
    """How to change a booking: by the link in the message, or by phone."""
    return render(request, "booking/change.html")
