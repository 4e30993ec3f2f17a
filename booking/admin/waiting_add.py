"""The desk puts a caller on the waiting list: for a free time, or for something earlier than their appointment."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from booking import lifecycle, looks, sight, waitlist
from booking.admin import wording
from booking.admin.visit_forms import OptionField
from booking.day_parts import DayPart
from booking.exceptions import BookingError
from booking.forms import validate_phone
from booking.models import Appointment, WaitingPlace
from booking.typed import on_one_line
from booking.waiting_forms import EarlierForm, WishesForm
from flexclinic.lib import when
from services.models import ServiceOption, Therapist

_LABELS = {
    "weekdays": "Days that suit",
    "parts": "Times of day that suit",
    "therapists": "Therapists that suit",
    "from_date": "From",
    "until_date": "Until",
}


class CallerForm(WishesForm):
    """A place for somebody on the phone: what they wait for, what suits, and who they are."""

    option = OptionField(
        queryset=ServiceOption.objects.none(),
        label="What",
        empty_label="Choose",
        error_messages={"required": "Choose what they wait for."},
    )
    name = forms.CharField(
        label="Name", max_length=200, error_messages={"required": "Enter the patient’s name."}
    )
    phone = forms.CharField(label="Phone", max_length=40, required=False, validators=[validate_phone])
    email = forms.EmailField(
        label="Email",
        required=False,
        help_text="Without one, the desk calls them when a time suits.",
        error_messages={"invalid": "Enter an email address such as name@example.com, or leave it empty."},
    )
    first_visit = forms.BooleanField(label="First visit to the clinic", required=False)
    asked = forms.BooleanField(
        label="I asked about the signs of the safety check: nothing against a visit", required=False
    )
    request_key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("request_key", uuid.uuid4())
        for name in ("name", "phone", "email"):
            self.fields[name].widget.attrs["autocomplete"] = "off"
        self.fields["phone"].widget.input_type = "tel"
        offered: Any = self.fields["option"]
        offered.queryset = (
            ServiceOption.objects.bookable()
            .select_related("service")
            .order_by("service", "position", "minutes")
        )
        therapists: Any = self.fields["therapists"]
        therapists.queryset = Therapist.objects.filter(bookable=True)

    def clean_name(self) -> str:
        """The name on one line."""
        name = on_one_line(self.cleaned_data["name"])
        if not name:
            raise ValidationError("Enter the patient’s name.", code="required")
        return name

    def clean_request_key(self) -> uuid.UUID:
        """A key of its own for a form without one."""
        return self.cleaned_data["request_key"] or uuid.uuid4()

    def clean(self) -> None:
        """Some way to reach them, and only therapists who give the option."""
        super().clean()
        cleaned = self.cleaned_data
        if not {"phone", "email"} & set(self.errors) and not (cleaned.get("phone") or cleaned.get("email")):
            text = "Enter a phone number or an email address, or nobody can tell them about a time."
            self.add_error("phone", ValidationError(text, code="unreachable"))
        option, wanted = cleaned.get("option"), cleaned.get("therapists")
        if option and wanted:
            giving = set(option.therapists.filter(bookable=True))
            others = [therapist.name for therapist in wanted if therapist not in giving]
            if others:
                text = f"{wording.listed(others)} would not give {option}. Take the tick away."
                self.add_error("therapists", ValidationError(text, code="not_offered"))


def add_page(model_admin: ModelAdmin[WaitingPlace], request: HttpRequest) -> HttpResponse:
    """GET asks; POST puts them on the list. With `?appointment=` it is for something earlier than that one."""
    appointment = _appointment(request, request.GET.get("appointment", ""))
    if appointment:
        looks.record(request, appointments=[appointment.pk])
    if appointment and (there := waitlist.open_place_of(appointment)):
        model_admin.message_user(
            request, f"{appointment.name} is on the waiting list already.", messages.WARNING
        )
        return redirect("admin:booking_waitingplace_change", there.pk)
    if "appointment" in request.GET and not (appointment and waitlist.may_be_given_up(appointment)):
        text = (
            "Nobody can wait for an earlier time than this appointment: it is over, or not agreed any more."
        )
        model_admin.message_user(request, text, messages.ERROR)
        return redirect("admin:booking_appointment_changelist")
    form = _form(request, appointment)
    if request.method == "POST" and form.is_valid() and (place := _join(request, form, appointment)):
        model_admin.log_addition(request, place, [{"added": {}}])
        how = (
            "A message is on its way."
            if place.contact.email
            else "There is no email address: when a time suits, the first page says to call them."
        )
        text = f"{place.contact.name} is on the waiting list: {place.reference}. {how}"
        model_admin.message_user(request, text, messages.SUCCESS)
        return redirect("admin:booking_waitingplace_change", place.pk)
    context = {
        **model_admin.admin_site.each_context(request),
        "title": f"Something earlier for {appointment.name}"
        if appointment
        else "Put a caller on the waiting list",
        "opts": model_admin.opts,
        "form": form,
        "appointment": appointment,
    }
    return render(request, "admin/booking/waitingplace/add.html", context)


def _appointment(request: HttpRequest, key: str) -> Appointment | None:
    if not (key.isascii() and key.isdecimal() and len(key) < 16):
        return None
    found = Appointment.objects.select_related("option__service", "therapist").filter(pk=key)
    return sight.seen(request.user, found).first()


def _form(request: HttpRequest, appointment: Appointment | None) -> CallerForm | EarlierForm:
    data = request.POST if request.method == "POST" else None
    form: CallerForm | EarlierForm
    if appointment:
        last = when.in_clinic_zone(appointment.starts_at).date()
        form = EarlierForm(data, option=appointment.option, last=last, initial={"request_key": uuid.uuid4()})
    else:
        form = CallerForm(data)
    for name, label in _LABELS.items():
        form.fields[name].label = label
    form.fields["therapists"].help_text = "Tick none if anyone suits. They then get more offers."
    return form


def _join(
    request: HttpRequest, form: CallerForm | EarlierForm, appointment: Appointment | None
) -> WaitingPlace | None:
    """Put them on the list; None where that is not possible, and the form says why."""
    user: Any = request.user
    answers = form.cleaned_data
    if appointment and not (appointment.email or appointment.phone):
        text = "Add a phone number or an email address to the appointment first, or nobody can tell them about a time."
        form.add_error(None, text)
        return None
    contact = None
    if not appointment:
        contact = lifecycle.Contact(
            name=answers["name"],
            email=answers["email"],
            phone=answers["phone"],
            first_visit=answers["first_visit"],
        )
    try:
        return waitlist.join(
            option=appointment.option if appointment else answers["option"],
            wishes=waitlist.Wishes(
                therapists=list(answers["therapists"]),
                weekdays=answers["weekdays"],
                parts=[DayPart(part) for part in answers["parts"]],
                from_date=answers["from_date"],
                until_date=answers["until_date"],
            ),
            request_key=answers["request_key"],
            contact=contact,
            appointment=appointment,
            user=user,
            asked=bool(answers.get("asked")),
        )
    except BookingError as error:
        form.add_error(None, error.message)
        return None
