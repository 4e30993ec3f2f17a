"""/appointment/<token>/move/: another time for an appointment, chosen as for booking, checked and moved."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from booking import availability, changes, lifecycle
from booking.addresses import ANYONE, read_start
from booking.exceptions import (
    BookingError,
    NotPossibleNowError,
    StateHasChangedError,
    TherapistNotOfferedError,
    TooLateToChangeError,
)
from booking.forms import SeenForm, WindowForm
from booking.models import Appointment, ClinicPolicy
from booking.transitions import Action
from booking.views.appointment import as_it_is_now
from booking.views.nearest import nearest_times, status_of
from booking.views.private import by_link
from booking.views.shown import readable, shown_days
from booking.views.times import days_around
from flexclinic.lib import clock
from services.models import Therapist

#: What is wrong with the appointment; everything else is wrong with the time that was chosen.
_NOT_THE_TIME = (StateHasChangedError, NotPossibleNowError, TooLateToChangeError)


@by_link
def choose_time(request: HttpRequest, appointment: Appointment, token: str) -> HttpResponse:
    """The free times as for booking, first with the same therapist. The visit's own time is in nobody's way."""
    try:
        changes.refuse(appointment, Action.MOVE)
    except BookingError as error:
        return as_it_is_now(request, appointment, token, error=error, act="moved")
    option = changes.option_as_agreed(appointment)
    window = WindowForm(request.GET)
    window.is_valid()
    therapists = _same_first(appointment)
    wanted = window.cleaned_data.get("therapist") or appointment.therapist.slug
    therapist = next((one for one in therapists if one.slug == wanted), None)
    who = therapist.slug if therapist else ANYONE
    found = availability.free_times(
        option=option,
        therapist=therapist,
        first_date=clock.today(),
        days=availability.LONGEST_WINDOW,
        moving=appointment,
    )
    others = [
        (start, slugs)
        for start, slugs in found.starts
        if not changes.is_at(appointment, start=datetime.fromtimestamp(start, UTC), therapist=therapist)
    ]
    times_url = reverse("booking:move", args=[token])
    context: dict[str, Any] = {
        "appointment": appointment,
        "token": token,
        "option": option,
        "therapists": therapists,
        "therapist": therapist,
        "unknown_therapist": therapist is None and request.GET.get("therapist") not in {ANYONE, None},
        "times_url": times_url,
        **days_around(
            window,
            shown_days(replace(found, starts=others), option=option, who=who, moved_by=token),
            page=f"{times_url}?{urlencode({'therapist': who})}&",
        ),
    }
    return render(request, "booking/move.html", context)


@by_link
def move_to(request: HttpRequest, appointment: Appointment, token: str, who: str, start: str) -> HttpResponse:
    """GET shows the old and the new time beside each other; POST moves. Twice is fine."""
    form = SeenForm(request.POST if request.method == "POST" else None)
    option = changes.option_as_agreed(appointment)
    therapist: Therapist | None = None
    moment: datetime | None = None
    seen: int | None = None
    try:
        if who != ANYONE:
            therapist = option.therapists.filter(bookable=True, slug=who).first()
            if therapist is None:
                raise TherapistNotOfferedError
        moment = read_start(clock.clinic_zone(), start)
        if form.is_valid():
            seen = form.cleaned_data["version"]
            lifecycle.move_as_patient(
                appointment=appointment, start=moment, therapist=therapist, version=seen
            )
        elif not changes.is_at(appointment, start=moment, therapist=therapist):
            changes.refuse(appointment, Action.MOVE)
            availability.choices_at(option=option, therapist=therapist, start=moment, moving=appointment)
            until = changes.until(moment, policy=ClinicPolicy.in_force())
            page = {
                "appointment": appointment,
                "token": token,
                "form": form,
                "therapist": therapist,
                "moment": moment,
                "end": moment + (appointment.ends_at - appointment.starts_at),
                "until": until,
                "still_possible": clock.now() < until,
                "times_url": reverse("booking:move", args=[token]),
            }
            return render(request, "booking/move_check.html", page, status=422 if form.is_bound else 200)
    except _NOT_THE_TIME as error:
        return as_it_is_now(request, appointment, token, error=error, seen=seen, act="moved")
    except BookingError as error:
        return _not_this_time(request, error, appointment, token, therapist, moment or readable(start))
    return redirect("booking:appointment", token=token)


def _same_first(appointment: Appointment) -> list[Therapist]:
    """Who gives what was booked: the therapist that it is with, then the others in the clinic's order."""
    therapists = appointment.option.therapists.filter(bookable=True)
    return sorted(therapists, key=lambda one: one.pk != appointment.therapist_id)


def _not_this_time(
    request: HttpRequest,
    error: BookingError,
    appointment: Appointment,
    token: str,
    therapist: Therapist | None,
    moment: datetime | None,
) -> HttpResponse:
    """What is wrong with the time, that the appointment is as it was, and the nearest free times."""
    offered, nearest = nearest_times(
        option=changes.option_as_agreed(appointment),
        therapist=therapist,
        around=moment or appointment.starts_at,
        moving=appointment,
        moved_by=token,
    )
    context = {
        "appointment": appointment,
        "token": token,
        "error": error,
        "asked_for": therapist,
        "moment": moment,
        "therapist": offered,
        "nearest": nearest,
        "times_url": reverse("booking:move", args=[token]),
    }
    return render(request, "booking/not_moved.html", context, status=status_of(error))
