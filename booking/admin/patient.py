"""Patients, as the desk knows them."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from phonenumber_field.formfields import PhoneNumberField

from booking.admin import search
from booking.admin.own import OwnRows
from booking.models import Appointment, Patient

#: So many records are offered for an appointment.
_MOST_OFFERED = 30


class PatientForm(forms.ModelForm[Patient]):
    """A person. Phone numbers are read as people in the clinic's country write them."""

    class Meta:
        model = Patient
        fields = ("name", "phone", "email", "note")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "phone" in self.fields:
            self.fields["phone"] = PhoneNumberField(
                label="Phone",
                region=settings.CLINIC["country"],
                required=False,
                error_messages={"invalid": "Enter a phone number such as (212) 555-0142."},
            )


@admin.register(Patient)
class PatientAdmin(OwnRows[Patient]):
    """A record of a person; appointments are matched to it by hand."""

    form = PatientForm
    list_display = ("name", "phone", "email")
    search_fields = ("name", "email", "phone")
    search_help_text = "Name, email or phone number."
    fields = ("name", ("phone", "email"), "note")
    empty_value_display = ""

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Patient], search_term: str
    ) -> tuple[QuerySet[Patient], bool]:
        """Every word in the name or the address, or the digits in the phone number."""
        if not search_term.strip():
            return queryset, False
        found = search.words_match(search_term, "name", "email") | search.phone_matches(search_term)
        return search.with_digits(queryset).filter(found), False


def likely_for(appointment: Appointment) -> list[Patient]:
    """Records that may be of the person who booked: the same address or number, or a part of the name."""
    likely = Q(pk=appointment.patient_id)
    for word in appointment.name.split():
        if len(word) > 2:
            likely |= Q(name__icontains=word)
    if appointment.email:
        likely |= Q(email__iexact=appointment.email)
    digits = search.national_digits(appointment.phone)
    if len(digits) >= 7:
        likely |= Q(phone_digits__endswith=digits)
    return list(
        search.with_digits(Patient.objects.all()).filter(likely).order_by("name", "pk")[:_MOST_OFFERED]
    )


def as_choice(patient: Patient) -> tuple[int, str]:
    """A record as a list of choices names it, so that two people of one name can be told apart."""
    more = ", ".join(str(part) for part in (patient.phone, patient.email) if part)
    return patient.pk, f"{patient.name} ({more})" if more else patient.name
