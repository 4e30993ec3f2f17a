"""Clean input of the waiting list's pages, nothing else."""

import uuid
from datetime import date, timedelta
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML
from django import forms
from django.core.exceptions import ValidationError

from booking import typed
from booking.day_parts import HOURS, DayPart
from booking.forms import DetailsForm
from booking.wishes import WEEKDAYS
from flexclinic.lib import clock, when
from services.models import ServiceOption, Therapist

#: How long somebody waits who does not say until when.
USUAL_DAYS = 60
#: The longest that anybody waits.
MOST_DAYS = 366

_DATE_FORMATS = ["%Y-%m-%d", "%m/%d/%Y"]


def _part_label(part: DayPart) -> str:
    first, after = HOURS[part]
    if first == 0:
        return f"{part.label}, before {when.format_wall_time(after, 0)}"
    if after == 24:
        return f"{part.label}, {when.format_wall_time(first, 0)} or later"
    return f"{part.label}, {when.format_stretch(first * 60, after * 60)}"


def _date_field(*, label: str, help_text: str) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=False,
        help_text=help_text,
        input_formats=_DATE_FORMATS,
        error_messages={"invalid": "Write a date as in 2026-08-06."},
        widget=forms.DateInput(
            format="%Y-%m-%d", attrs={"type": "date", "autocomplete": "off", "class": "input--medium"}
        ),
    )


class WishesForm(forms.Form):
    """Which times suit. Nothing ticked means that any does."""

    weekdays = forms.TypedMultipleChoiceField(
        label="Which days suit you?",
        required=False,
        coerce=int,
        choices=list(enumerate(WEEKDAYS)),
        help_text="Tick none if any day suits.",
        error_messages={"invalid_choice": "Choose from the days below."},
        widget=forms.CheckboxSelectMultiple,
    )
    parts = forms.MultipleChoiceField(
        label="Which times of day?",
        required=False,
        choices=[(part.value, _part_label(part)) for part in DayPart],
        help_text="When the visit begins. Tick none if any time suits.",
        error_messages={"invalid_choice": "Choose from the times of day below."},
        widget=forms.CheckboxSelectMultiple,
    )
    therapists = typed.Named(
        label="Which therapists?",
        required=False,
        queryset=Therapist.objects.none(),
        to_field_name="slug",
        help_text="Tick none if anyone suits. You then get more offers.",
        error_messages={"invalid_choice": "Choose from the therapists below."},
        widget=forms.CheckboxSelectMultiple,
    )
    from_date = _date_field(label="From which date?", help_text="Empty means from now on.")
    until_date = _date_field(
        label="Until which date?", help_text=f"Empty means for the next {USUAL_DAYS} days."
    )

    def ask_for_therapists(self, option: ServiceOption) -> None:
        """Offer those who give the option, or ask nothing where there is no choice."""
        field: Any = self.fields["therapists"]
        field.queryset = option.therapists.filter(bookable=True)
        if len(field.queryset) < 2:
            field.widget = forms.MultipleHiddenInput()

    def clean_from_date(self) -> date:
        """From today on, at the earliest."""
        first: date = max(self.cleaned_data["from_date"] or clock.today(), clock.today())
        if first > clock.today() + timedelta(days=MOST_DAYS - USUAL_DAYS):
            raise ValidationError("Choose a date within 10 months from now.", code="far")
        return first

    def clean_until_date(self) -> date | None:
        """Not over already, and not for ever."""
        until: date | None = self.cleaned_data["until_date"]
        if until and until < clock.today():
            raise ValidationError("This date is over. Choose a later one, or leave it empty.", code="past")
        if until and until > clock.today() + timedelta(days=MOST_DAYS):
            raise ValidationError("Choose a date within a year from now.", code="far")
        return until

    def clean(self) -> None:
        """The dates in order; without a last one, the usual time."""
        super().clean()
        first, until = self.cleaned_data.get("from_date"), self.cleaned_data.get("until_date")
        if first is None or "until_date" in self.errors:
            return
        if until is None:
            until = self.cleaned_data["until_date"] = self.last_date(first)
        if until < first:
            self.add_error(
                "until_date", ValidationError("This must not be before the first date.", code="order")
            )

    def last_date(self, first: date) -> date:
        """Until when somebody waits who has not said."""
        return first + timedelta(days=USUAL_DAYS)


class JoinForm(DetailsForm, WishesForm):
    """A place on the list for somebody who has no appointment: what suits, then who they are."""

    note = None  # type: ignore[assignment]  # Django's way to leave a field of a base out

    def __init__(self, *args: Any, option: ServiceOption, **kwargs: Any) -> None:
        super().__init__(*args, option=option, **kwargs)
        self.ask_for_therapists(option)
        answers = self.helper.layout.fields
        answers.insert(answers.index("name"), HTML("<h2>Who you are</h2>"))
        self.fields["email"].help_text = "We send your offer here."
        self.fields["phone"].help_text = "We call only if something about your place changes."

    def clean(self) -> None:
        """What both halves of the form look at."""
        DetailsForm.clean(self)
        WishesForm.clean(self)


class EarlierForm(WishesForm):
    """A place on the list for something earlier than an appointment: who it is, is known."""

    request_key = typed.Line(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, option: ServiceOption, last: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ask_for_therapists(option)
        self.last = last
        self.fields["until_date"].help_text = "Empty means until the day of your appointment."
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True

    def clean_from_date(self) -> date:
        """Before the appointment, or nothing would be earlier."""
        first = super().clean_from_date()
        if first > self.last:
            raise ValidationError("Choose a date before your appointment.", code="late")
        return first

    def clean_request_key(self) -> uuid.UUID:
        """A key of its own for a form without one, or with one that is none."""
        try:
            return uuid.UUID(self.cleaned_data["request_key"])
        except ValueError:
            return uuid.uuid4()

    def last_date(self, first: date) -> date:
        """The day of the appointment; what comes after is no gain."""
        return max(first, self.last)
