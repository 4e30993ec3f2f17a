"""What the desk chooses and types with a caller on the phone: clean input, and what comes preselected."""

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef
from phonenumber_field.formfields import PhoneNumberField

from booking import lifecycle
from booking.admin.start import check_near, date_field
from booking.admin.visit_forms import option_label
from booking.callers import Caller
from booking.people import Person, digits_of
from booking.typed import on_one_line
from flexclinic.lib import clock
from services.models import ServiceOption, Therapist

#: The key of somebody whom the clinic does not know yet.
NEW = "new"
_MOST_TYPED = 200


@dataclass(frozen=True, slots=True)
class Clinic:
    """What can be booked and with whom, by key, in the clinic's order."""

    options: dict[int, ServiceOption]
    therapists: dict[int, Therapist]

    @classmethod
    def of_today(cls) -> "Clinic":
        """As it stands in the database. Two queries."""
        given = Therapist.objects.filter(bookable=True, options=OuterRef("pk"))
        options = (
            ServiceOption.objects.named().filter(Exists(given)).order_by("service", "position", "minutes")
        )
        therapists = Therapist.objects.filter(bookable=True).only("slug", "title", "position")
        return cls({one.pk: one for one in options}, {one.pk: one for one in therapists})


class PhoneForm(forms.Form):
    """Who calls, what for, with whom and from which date on. Somebody with a record comes as the record says.

    `shown` is what the openings on the page were looked for with: where that has changed, nothing is booked before
    the new openings have been seen.
    """

    option = forms.ChoiceField(
        label="What",
        error_messages={
            "required": "Choose what is booked.",
            "invalid_choice": "This cannot be booked any more. Choose another.",
        },
    )
    therapist = forms.ChoiceField(
        label="With",
        required=False,
        error_messages={
            "invalid_choice": "This therapist cannot be booked any more. Choose another, or anyone."
        },
    )
    date = date_field(label="From", required=False)
    name = forms.CharField(
        label="Name", max_length=200, error_messages={"required": "Enter the caller’s name."}
    )
    phone = PhoneNumberField(
        label="Phone",
        error_messages={
            "required": "Enter the caller’s phone number.",
            "invalid": "Enter a phone number such as (212) 555-0142.",
        },
    )
    email = forms.EmailField(
        label="Email",
        required=False,
        error_messages={"invalid": "Enter an email address such as name@example.com, or leave it empty."},
    )
    first_visit = forms.BooleanField(label="First visit to the clinic", required=False)
    request_key = forms.UUIDField(widget=forms.HiddenInput)
    shown = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, clinic: Clinic, person: Person | None, typed: str = ""
    ) -> None:
        super().__init__(data, initial=_preselected(clinic, person, typed=typed))
        self.person = person
        self.clinic = clinic
        self.fields["option"].choices = [  # type: ignore[attr-defined]
            (pk, option_label(option)) for pk, option in clinic.options.items()
        ]
        self.fields["therapist"].choices = [  # type: ignore[attr-defined]
            ("", "Anyone"),
            *((pk, therapist.name) for pk, therapist in clinic.therapists.items()),
        ]
        if self.is_of_a_record:
            # What the record says is not typed here, and not held to what may be typed today.
            for name in ("name", "phone", "email"):
                del self.fields[name]
            return
        for name in ("name", "phone", "email"):
            self.fields[name].widget.attrs["autocomplete"] = "off"
        if missing := next((name for name in ("name", "phone") if not self[name].value()), None):
            self.focus_on(missing)

    def focus_on(self, name: str) -> None:
        """Let the page open with the focus on a box."""
        self.fields[name].widget.attrs["autofocus"] = True

    @property
    def is_of_a_record(self) -> bool:
        """Whether the record says who comes."""
        return self.person is not None and self.person.has_record

    def clean_name(self) -> str:
        """The name on one line. Raises ValidationError where nothing of it can be read."""
        name = on_one_line(self.cleaned_data["name"])
        if not name:
            raise ValidationError("Enter the caller’s name.", code="required")
        return name

    def clean_date(self) -> dt.date | None:
        """A date that is not years away; none is today."""
        day: dt.date | None = self.cleaned_data["date"]
        if day:
            check_near(day)
        return day

    def chosen_option(self) -> ServiceOption | None:
        """What is to be booked; None where it cannot be told."""
        return self.clinic.options.get(_number(self["option"].value()))

    def chosen_therapist(self) -> Therapist | None:
        """With whom; None is anyone."""
        return self.clinic.therapists.get(_number(self["therapist"].value()))

    def chosen_date(self) -> dt.date:
        """From which date on; today where it cannot be told."""
        day = self.cleaned_data.get("date") if self.is_bound else self.initial["date"]
        return day or clock.today()

    def looked_for(self) -> str:
        """What the openings depend on, as it is sent."""
        return ".".join(str(self[name].value() or "") for name in ("option", "therapist", "date"))

    def has_changed_since_shown(self) -> bool:
        """Whether other openings would be found than those on the page."""
        return bool(self.data.get("shown") != self.looked_for())

    def caller(self) -> Caller:
        """Who comes, as the valid form and the record say."""
        said, person = self.cleaned_data, self.person
        if person is not None and person.has_record:
            name, phone, email = person.name, person.phone, person.email
        else:
            name, phone, email = said["name"], str(said["phone"] or ""), said["email"]
        return Caller(
            contact=lifecycle.Contact(name=name, phone=phone, email=email, first_visit=said["first_visit"]),
            patient_id=person.patient_id if person else None,
            visits=person.visits if person else (),
        )


def _preselected(clinic: Clinic, person: Person | None, *, typed: str) -> dict[str, Any]:
    """What comes filled in: as at the person's last visit; else the first option for them, with anyone."""
    went = person is not None and person.last is not None
    unfit = ServiceOption.Clientele.NEW if went else ServiceOption.Clientele.RETURNING
    fitting = [option for option in clinic.options.values() if option.clientele != unfit]
    last = clinic.options.get(person.last_option_id or 0) if person else None
    if last and last.clientele == unfit:  # a first visit is not had twice
        last = next((option for option in fitting if option.service_id == last.service_id), None)
    chosen = last or next(iter([*fitting, *clinic.options.values()]), None)
    therapist = clinic.therapists.get(person.last_therapist_id or 0) if person else None
    filled = {
        "option": chosen.pk if chosen else "",
        "therapist": therapist.pk if therapist else "",
        "date": clock.today(),
        "first_visit": not went and not (person and person.next),
        "request_key": uuid.uuid4(),
    }
    if person:
        return {**filled, "name": person.name, "phone": person.phone, "email": person.email}
    return {**filled, **read(typed)}


def _number(value: object) -> int:
    written = str(value or "")
    return int(written) if written.isdecimal() and len(written) < 16 else 0


def read(typed: str) -> dict[str, str]:
    """What was typed to find somebody, as the box that it belongs to."""
    typed = on_one_line(typed)[:_MOST_TYPED]
    if "@" in typed:
        return {"email": typed}
    if not any(each.isalpha() for each in typed) and digits_of(typed):
        return {"phone": typed}
    return {"name": typed.title() if typed.islower() else typed}
