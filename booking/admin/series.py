"""Several visits for a caller at once: what is wanted, the plan that shows what is in the way, then all or nothing.

The page is one form. Every press sends all of it, so nothing is kept between them, and whatever the desk typed or chose
is there again when a time has gone in the meantime.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from booking import series, sight
from booking.admin import wording
from booking.admin.start import as_moment
from booking.admin.visit_forms import BookingForm
from booking.enums import NotificationKind
from booking.exceptions import BookingError, TherapistNotOfferedError, VisitJustGoneError
from booking.models import Appointment, Notification
from flexclinic.lib import when
from services.models import Room, Therapist

_LEFT_OUT = "out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What may become of a visit: a start, or nothing."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A visit of the plan, as the page shows it. `name` is that of its radio buttons."""

    name: str
    number: int
    title: str
    free: bool
    reasons: tuple[str, ...]
    choices: list[Choice]
    error: str


class SeriesForm(BookingForm):
    """A booking by phone of more than one visit."""

    buffers = None  # type: ignore[assignment]  # each visit keeps what its option says
    anyway = None  # type: ignore[assignment]  # the plan asks, for each visit

    visits = forms.IntegerField(
        label="How many visits",
        min_value=series.FEWEST_VISITS,
        max_value=series.MOST_VISITS,
        initial=6,
        error_messages={
            "required": "Enter how many visits.",
            "invalid": "Enter a number.",
            "min_value": "A series has at least %(limit_value)s visits.",
            "max_value": "A series has at most %(limit_value)s visits.",
        },
    )
    every_weeks = forms.TypedChoiceField(
        label="How often",
        choices=[
            (weeks, "every week" if weeks == 1 else f"every {weeks} weeks")
            for weeks in range(1, series.MOST_WEEKS + 1)
        ],
        coerce=int,
        initial=1,
        error_messages={"required": "Choose how often."},
    )
    planned = forms.CharField(widget=forms.HiddenInput, required=False, max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["date"].label = "First date"
        self.plan: list[series.PlannedVisit] = []
        self.choice_errors: dict[int, str] = {}

    def clean(self) -> dict[str, Any]:
        """Say at each box what is wrong with it; what is in the way of the visits stands in the plan."""
        self.visit_option = self.cleaned_data.get("option")
        self.start = self.read_start()
        self.check_offered()
        self.check_room()
        return self.cleaned_data

    def booked_before(self) -> list[Appointment]:
        """What the same form, sent before, has booked."""
        try:
            key = self.fields["request_key"].to_python(self.data.get("request_key"))
        except ValidationError:
            return []
        return series.members(key) if key else []

    @property
    def asks_for(self) -> str:
        """What the plan is of: a choice that was made for another is none for this."""
        said = self.cleaned_data
        room: Room | None = said.get("room")
        assert self.start is not None
        parts = (
            said["option"].pk,
            said["therapist"].pk,
            room.pk if room else 0,
            int(self.start.timestamp()),
            said["visits"],
            said["every_weeks"],
        )
        return ".".join(map(str, parts))

    @property
    def is_for_this_plan(self) -> bool:
        """The choices that were sent belong to what the boxes say."""
        return bool(self.cleaned_data.get("planned") == self.asks_for)

    def make_plan(self) -> None:
        """Look at every visit. The form is valid."""
        assert self.start is not None
        said = self.cleaned_data
        self.plan = series.plan(
            option=said["option"],
            therapist=said["therapist"],
            room=said["room"],
            first_start=self.start,
            visits=said["visits"],
            every_weeks=said["every_weeks"],
            chosen=self._chosen_before(),
        )

    def _chosen_before(self) -> dict[int, datetime]:
        if not self.is_for_this_plan:
            return {}
        return {
            number: as_moment(int(value))
            for number in range(1, self.cleaned_data["visits"] + 1)
            if (value := self._sent(number)).isdecimal() and len(value) < 12
        }

    def _sent(self, number: int) -> str:
        return str(self.data.get(f"visit-{number}", "")) if self.is_for_this_plan else ""

    def starts(self) -> list[datetime]:
        """The chosen starts, or none, with an error at each visit for which there is no choice that still holds."""
        found = []
        for visit in self.plan:
            sent, possible = self._sent(visit.number), _possible(visit)
            if sent in possible:
                found.append(possible[sent])
            elif sent != _LEFT_OUT:
                self.choice_errors[visit.number] = (
                    "That time has just gone. Choose another, or leave this visit out."
                    if sent
                    else "Choose a time, or leave this visit out."
                )
        if self.choice_errors:
            return []
        if not found:
            self.add_error(None, ValidationError("Every visit is left out: nothing was booked.", code="none"))
        return found

    def rows(self) -> list[Row]:
        """The plan for the page."""
        therapist: Therapist = self.cleaned_data["therapist"]
        return [
            Row(
                name=f"visit-{visit.number}",
                number=visit.number,
                title=_title(visit),
                free=visit.free,
                reasons=visit.reasons,
                choices=list(self._choices(visit, therapist)),
                error=self.choice_errors.get(visit.number, ""),
            )
            for visit in self.plan
        ]

    def _choices(self, visit: series.PlannedVisit, therapist: Therapist) -> Iterable[Choice]:
        sent = self._sent(visit.number)
        for value, start in _possible(visit).items():
            if start == visit.start:
                words = "Book it" if visit.free else "Put it there anyway"
            else:
                words = f"{wording.day(start)} at {when.format_time(start)}"
            chosen = sent == value or (not sent and visit.free)
            yield Choice(value=value, label=words, chosen=chosen)
        yield Choice(value=_LEFT_OUT, label="Leave this visit out", chosen=sent == _LEFT_OUT)

    def book_all(self, *, user: User, starts: list[datetime]) -> list[Appointment]:
        """Book the starts, or none: the form then has the error, and the plan is made anew."""
        said = self.cleaned_data
        contact = self.contact()
        try:
            return series.book_series(
                option=said["option"],
                therapist=said["therapist"],
                room=said["room"],
                starts=starts,
                contact=contact,
                user=user,
                request_key=said["request_key"],
            )
        except VisitJustGoneError as gone:
            self.make_plan()
            gone_at = str(int(gone.start.timestamp()))
            for visit in self.plan:
                if self._sent(visit.number) == gone_at:
                    self.choice_errors[visit.number] = gone.message
        except TherapistNotOfferedError as error:
            self.add_error("therapist", ValidationError(error.message, code="not_offered"))
        except BookingError as error:
            self.add_error(None, ValidationError(error.message, code="refused"))
        return []


def _possible(visit: series.PlannedVisit) -> dict[str, datetime]:
    """The starts that a visit may have, by what their buttons send."""
    own = [visit.start] if visit.start and (visit.free or visit.may_stay) else []
    return {str(int(start.timestamp())): start for start in (*own, *visit.alternatives)}


def _title(visit: series.PlannedVisit) -> str:
    """When a visit is wanted."""
    if visit.start:
        return f"{wording.day(visit.start)}, {when.format_time(visit.start)}"
    return (
        f"{when.format_date(visit.wall.date())}, {when.format_wall_time(visit.wall.hour, visit.wall.minute)}"
    )


def series_page(model_admin: admin.ModelAdmin[Appointment], request: HttpRequest) -> HttpResponse:
    """Plan a series; the second press books it. What comes from the page of one booking is taken over as it is."""
    if not model_admin.has_add_permission(request):
        raise PermissionDenied
    form = SeriesForm(initial=_known(request.POST or request.GET))
    rows: list[Row] = []
    moved_on = False
    if request.method == "POST" and "visits" in request.POST:
        form = SeriesForm(request.POST)
        if before := form.booked_before():
            text = f"The series of {before[0].name} is booked already."
            model_admin.message_user(request, text, messages.WARNING)
            return redirect("admin:booking_appointment_change", before[0].pk)
        if form.is_valid():
            form.make_plan()
            moved_on = "book" in request.POST and not form.is_for_this_plan
            if "book" in request.POST and not moved_on and (booked := _book(form, request)):
                _say(model_admin, request, booked)
                return redirect("admin:booking_appointment_change", booked[0].pk)
            rows = form.rows()
    return render(
        request,
        "admin/booking/appointment/series.html",
        {
            **model_admin.admin_site.each_context(request),
            "opts": model_admin.opts,
            "title": "Series of visits",
            "form": form,
            "rows": rows,
            "asks_for": form.asks_for if rows else "",
            "free": sum(row.free for row in rows),
            "moved_on": moved_on,
        },
    )


def _known(sent: Any) -> dict[str, Any]:
    """What an earlier page knows already. Its key is its own."""
    return {
        name: sent[name]
        for name in SeriesForm.base_fields
        if name in sent and name not in {"request_key", "planned"}
    }


def _book(form: SeriesForm, request: HttpRequest) -> list[Appointment]:
    starts = form.starts()
    return form.book_all(user=cast(User, request.user), starts=starts) if starts else []


def _say(model_admin: admin.ModelAdmin[Appointment], request: HttpRequest, booked: list[Appointment]) -> None:
    for visit in booked:
        model_admin.log_addition(request, visit, [{"added": {}}])
    count = "1 visit" if len(booked) == 1 else f"{len(booked)} visits"
    times = wording.listed(
        [f"{wording.day(visit.starts_at)} at {when.format_time(visit.starts_at)}" for visit in booked]
    )
    sent = " A confirmation is on its way." if booked[0].email else " No email address: nothing is sent."
    text = f"{booked[0].name} is booked for {count}: {times}.{sent}"
    model_admin.message_user(request, text, messages.SUCCESS)


def messages_about(appointment: Appointment, place: "Place | None") -> list[Notification]:
    """What the patient was told of an appointment, by itself or with its series, oldest first."""
    about = Q(appointment=appointment)
    if place:
        about |= Q(kind=NotificationKind.SERIES, appointment__in=place.visits)
    return list(Notification.objects.filter(about).order_by("created_at", "pk"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an appointment stands in its series, with all of it."""

    number: int
    visits: list[Appointment]


def place_in_series(appointment: Appointment, *, user: sight.Staff) -> Place | None:
    """Where an appointment stands in its series by time, among the visits that this user may see; None: in none."""
    if appointment.series is None:
        return None
    visits = series.members(appointment.series)
    if not sight.sees_everybody(user):
        theirs = sight.only_therapist(user)
        visits = [visit for visit in visits if theirs and visit.therapist_id == theirs.pk]
    return Place(number=[visit.pk for visit in visits].index(appointment.pk) + 1, visits=visits)
