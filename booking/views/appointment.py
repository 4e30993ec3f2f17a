"""/appointment/<token>/: the patient's page of an appointment, and its calendar file."""

from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from booking import changes, history, ical
from booking.exceptions import BookingError
from booking.models import Appointment
from booking.views.private import by_link
from flexclinic.lib import clock


@by_link
def show(request: HttpRequest, appointment: Appointment, token: str) -> HttpResponse:
    """How it stands, when, where and with whom, what happens next, and what the patient may change."""
    return _page(request, appointment, token)


@by_link
def calendar(request: HttpRequest, appointment: Appointment, token: str) -> HttpResponse:
    """The calendar file."""
    return HttpResponse(
        ical.appointment_calendar(appointment),
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="appointment.ics"'},
    )


def as_it_is_now(
    request: HttpRequest,
    appointment: Appointment,
    token: str,
    *,
    error: BookingError | None = None,
    seen: int | None = None,
    act: str = "",
) -> HttpResponse:
    """The page in place of one that does not hold any more: what has changed since that version, or what is wrong.

    `act` is what cannot be done with the appointment, as in "moved"; of a GET, which has tried nothing, that is said.
    """
    now = Appointment.objects.select_related("option__service", "therapist", "room").get(pk=appointment.pk)
    changed = history.since(now, seen) if seen is not None else []
    return _page(request, now, token, changed=changed, error=error, act=act, status=409)


def _page(
    request: HttpRequest,
    appointment: Appointment,
    token: str,
    *,
    changed: list[str] | None = None,
    error: BookingError | None = None,
    act: str = "",
    status: int = 200,
) -> HttpResponse:
    now = clock.now()
    possible = changes.of(appointment)
    context = {
        "appointment": appointment,
        "token": token,
        "changes": possible,
        "never_online": possible.too_late and history.placed_at(appointment) >= possible.until,
        "begun": appointment.starts_at <= now,
        "over": appointment.ends_at <= now,
        "latest": history.latest(appointment),
        "map_url": _map_url(),
        "changed": changed,
        "error": error,
        "cannot_be": "" if request.method == "POST" else act,
    }
    return render(request, "booking/appointment.html", context, status=status)


def _map_url() -> str:
    """The clinic's own link to a map, or one that looks its address up. Only a link: nothing is loaded from there."""
    clinic = settings.CLINIC
    place = f"{clinic['street']}, {clinic['city']}, {clinic['region']} {clinic['postal_code']}"
    return clinic["map_url"] or f"https://www.openstreetmap.org/search?{urlencode({'query': place})}"
