"""/admin/inbox/<id>/propose/: up to three free times for a patient to choose from, picked by the desk."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import cast

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from booking import inbox, lifecycle, proposals, sight
from booking.admin import own, wording
from booking.admin.start import check_near, date_field
from booking.enums import AppointmentStatus
from booking.exceptions import BookingError
from booking.models import Appointment
from booking.proposals import Time
from flexclinic.lib import clock, when
from services.models import Therapist

#: How long the patient may take, in hours, with the words for it.
ANSWERS = {4: "within 4 hours", 24: "within a day", 48: "within 2 days", 96: "within 4 days"}
_USUAL = 24
_LATEST = 253_000_000_000  # seconds since the epoch


def show(request: HttpRequest, pk: int) -> HttpResponse:
    """GET shows the nearest free times; POST sends those that are ticked. Not with an older version in view."""
    if not request.user.has_perm("booking.change_appointment"):
        raise PermissionDenied
    appointment = get_object_or_404(
        sight.seen(request.user, Appointment.objects.all()).select_related(
            "option__service", "therapist", "room"
        ),
        pk=pk,
    )
    own.record(request, [appointment])
    typed = request.POST if request.method == "POST" else request.GET
    ticked = typed.getlist("time")
    hours = _hours(typed.get("answer"))
    error, status = "", 200
    if request.method == "POST":
        try:
            made = proposals.propose(
                appointment=appointment,
                times=read_times(ticked),
                user=cast(User, request.user),
                version=_number(typed.get("version")) or 0,  # a form without it has seen none
                answer_within=timedelta(hours=hours),
            )
        except BookingError as problem:
            error, status = problem.message, 409
        else:
            until = lifecycle.undoable_until(made.appointment)
            goes = f"The email goes out at {when.format_time(until)}." if until else "The email goes out now."
            messages.success(request, f"{appointment.name} is asked to choose another time. {goes}")
            return redirect("admin:inbox")
    day, wrong_day = _day(typed.get("date", ""))
    around = datetime.combine(day, time(12), clock.clinic_zone()) if day else None
    near = proposals.near(appointment, around=around)
    shown = {one.value for one in [*near.with_therapist, *near.with_anyone]}
    before = [one for one in read_times(ticked) if one.value not in shown]
    return render(
        request,
        "admin/booking/propose.html",
        {
            **admin.site.each_context(request),
            "title": f"Another time for {appointment.name}",
            "subtitle": None,
            "appointment": appointment,
            "visit": wording.visit(appointment),
            "is_request": appointment.status == AppointmentStatus.REQUESTED,
            "possible": proposals.may_propose(appointment),
            "doubts": inbox.doubts(appointment),
            "groups": [
                *([("Ticked before", "before", _boxes(before, ticked))] if before else []),
                (f"With {appointment.therapist}", "same", _boxes(near.with_therapist, ticked)),
                ("With somebody else", "anyone", _boxes(near.with_anyone, ticked)),
            ],
            "date": typed.get("date", ""),
            "wrong_day": wrong_day,
            "answers": [(number, words, number == hours) for number, words in ANSWERS.items()],
            "most": proposals.MOST_TIMES,
            "error": error,
        },
        status=status,
    )


def _boxes(times: Iterable[Time], ticked: list[str]) -> list[tuple[str, str, bool]]:
    return [
        (
            one.value,
            f"{wording.day(one.start)} at {when.format_time(one.start)} with {one.therapist}",
            one.value in ticked,
        )
        for one in times
    ]


def read_times(values: Iterable[str]) -> list[Time]:
    """The times that boxes send: seconds since the epoch and a therapist's id. What cannot be read is left out."""
    found = []
    for value in list(values)[:50]:
        instant, _, who = value.partition(".")
        if all(part.isascii() and part.isdecimal() and len(part) < 13 for part in (instant, who)) and (
            int(instant) < _LATEST
        ):
            found.append((datetime.fromtimestamp(int(instant), UTC), int(who)))
    therapists = Therapist.objects.in_bulk([who for _, who in found])
    return [Time(start, therapists[who]) for start, who in found if who in therapists]


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 10 else None


def _hours(text: str | None) -> int:
    number = _number(text)
    return number if number in ANSWERS else _USUAL


def _day(text: str) -> tuple[date | None, str]:
    """The date around which to look, or what is wrong with it."""
    if not text.strip():
        return None, ""
    try:
        day: date = date_field(label="Date").clean(text)
        check_near(day)
    except ValidationError as error:
        return None, error.messages[0]
    return day, ""
