"""/admin/why/: why a time is not free, and what is free near it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from booking import looks, sight, why
from booking.admin import addresses
from booking.admin.choices import OptionBySlug, TherapistBySlug
from booking.admin.start import StartForm
from booking.models import Appointment
from flexclinic.lib import when
from services.models import ServiceOption, Therapist

#: So many free times are offered near the one that was asked for.
NEAR = 6


class WhyForm(StartForm):
    """What is asked: an option, a therapist or anyone, and a start. Gives `start`, once it is valid."""

    option = OptionBySlug(empty_label="Choose", error_messages={"required": "Choose what would be booked."})
    therapist = TherapistBySlug()

    start: datetime | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        options = ServiceOption.objects.select_related("service")
        self.fields["option"].queryset = options.order_by("service", "position", "minutes")  # type: ignore[attr-defined]
        self.fields["therapist"].queryset = Therapist.objects.all()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Read the start."""
        cleaned = super().clean() or self.cleaned_data
        self.start = self.read_start()
        return cleaned

    def therapists(self) -> list[Therapist]:
        """Whom the valid form asks about, in the clinic's order."""
        chosen: Therapist | None = self.cleaned_data["therapist"]
        option: ServiceOption = self.cleaned_data["option"]
        return [chosen] if chosen else list(option.therapists.filter(bookable=True))


@dataclass(frozen=True, slots=True)
class Named:
    """What is in the way, with its page where the person at the desk may open it."""

    words: str
    address: str


@dataclass(frozen=True, slots=True)
class Why:
    """A reason, and what is in the way."""

    sentence: str
    named: list[Named]


@dataclass(frozen=True, slots=True)
class Answer:
    """What holds for one therapist: free without a reason."""

    therapist: Therapist
    reasons: list[Why]
    address: str


@dataclass(frozen=True, slots=True)
class Near:
    """A free time, and the page that books it."""

    text: str
    who: str
    address: str


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """The question, and the answer once there is one."""
    if not request.user.has_perm("booking.view_appointment") or not sight.sees_everybody(request.user):
        raise PermissionDenied
    # Without a time nothing is asked yet: the address only fills boxes in.
    if "time" in request.GET:
        form = WhyForm(request.GET)
    else:
        form = WhyForm(
            initial={name: request.GET[name] for name in WhyForm.base_fields if name in request.GET}
        )
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": "Why not this time?",
        "form": form,
        "may_book": request.user.has_perm("booking.add_appointment"),
    }
    if form.is_bound and form.is_valid() and form.start:
        context |= _answered(request, form, form.start)
    return render(request, "admin/booking/why.html", context)


def _answered(request: HttpRequest, form: WhyForm, start: datetime) -> dict[str, Any]:
    option: ServiceOption = form.cleaned_data["option"]
    therapist: Therapist | None = form.cleaned_data["therapist"]
    found = {one: why.because(option=option, therapist=one, start=start) for one in form.therapists()}
    named = [way.row for reasons in found.values() for each in reasons for way in each.in_the_way]
    looks.record(request, appointments=[row.pk for row in named if isinstance(row, Appointment)])
    answers = [
        Answer(
            one,
            [_linked(request, each) for each in reasons],
            addresses.to_book(option=option, therapist=one, start=start),
        )
        for one, reasons in found.items()
    ]
    anyone = _near(option=option, therapist=None, around=start)
    return {
        "asked": True,
        "option": option,
        "therapist": therapist,
        "start": start,
        "answers": answers,
        "near": _near(option=option, therapist=therapist, around=start) if therapist else [],
        "near_anyone": anyone,
        "board": addresses.to_board(
            day=when.in_clinic_zone(start).date(), option=option if option.bookable else None
        ),
    }


def _near(*, option: ServiceOption, therapist: Therapist | None, around: datetime) -> list[Near]:
    return [
        Near(
            when.format_date_time(free.start),
            free.therapist.name,
            addresses.to_book(option=option, therapist=free.therapist, start=free.start),
        )
        for free in why.nearest(option=option, therapist=therapist, around=around, count=NEAR)
    ]


def _linked(request: HttpRequest, reason: why.Because) -> Why:
    named = [Named(each.words, _page(request, each.row)) for each in reason.in_the_way]
    return Why(reason.sentence, named)


def _page(request: HttpRequest, row: Model) -> str:
    """The row's page; empty for who may not open it. An appointment may be looked at, the rest is there to change."""
    options = row._meta
    verb = "view" if isinstance(row, Appointment) else "change"
    if not request.user.has_perm(f"{options.app_label}.{verb}_{options.model_name}"):
        return ""
    return reverse(f"admin:{options.app_label}_{options.model_name}_change", args=[row.pk])
