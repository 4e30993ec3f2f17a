"""/appointment/<token>/cancel/: a page that asks once more, and the end of an appointment."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from booking import changes, lifecycle
from booking.enums import Actor, AppointmentStatus
from booking.exceptions import BookingError
from booking.forms import SeenForm
from booking.models import Appointment
from booking.transitions import Action
from booking.views.appointment import as_it_is_now
from booking.views.private import by_link


@by_link
def cancel(request: HttpRequest, appointment: Appointment, token: str) -> HttpResponse:
    """GET says what would be cancelled; POST cancels it. No reason is asked for. Twice is fine."""
    form = SeenForm(request.POST if request.method == "POST" else None)
    page = {"appointment": appointment, "token": token, "form": form}
    seen: int | None = None
    try:
        if form.is_valid():
            seen = form.cleaned_data["version"]
            lifecycle.cancel(appointment=appointment, actor=Actor.PATIENT, version=seen)
        else:
            changes.refuse(appointment, Action.CANCEL)
            return render(request, "booking/cancel.html", page, status=422 if form.is_bound else 200)
    except BookingError as error:
        appointment.refresh_from_db(fields=["status"])
        if appointment.status != AppointmentStatus.CANCELLED:
            return as_it_is_now(request, appointment, token, error=error, seen=seen, act="cancelled")
    return redirect("booking:appointment", token=token)
