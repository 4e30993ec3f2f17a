"""What the desk sees before a visit: the safety check, comfort, the very words that were agreed to."""

import pytest
from django.test import Client

from booking import consent, safety
from booking.models import Appointment, ComfortPreferences, Patient
from flexclinic.lib import clock as now
from tests.booking.admin.pages import text_of
from tests.factories.booking import make_appointment

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def page(appointment: Appointment) -> str:
    return f"/admin/booking/appointment/{appointment.pk}/change/"


def test_a_first_visit_that_was_not_checked_is_to_be_asked(desk: Client) -> None:
    appointment = make_appointment(first_visit=True)
    assert "Not done. Ask by phone before the visit." in text_of(desk.get(page(appointment)))
    form = {"name": "Pat", "phone": "", "email": "", "note": "", "first_visit": "on", "patient": ""}
    desk.post(page(appointment), {**form, "safety_outcome": "asked"})
    appointment.refresh_from_db()
    assert appointment.safety_outcome == "asked"
    words = text_of(desk.get(page(appointment)))
    assert "Not done." not in words
    assert "Asked by the clinic: nothing against a visit" in words


def test_the_patients_own_answer_is_shown_and_not_the_desks_to_change(desk: Client) -> None:
    appointment = make_appointment(
        first_visit=True, safety_outcome="clear", safety_version=safety.VERSION, safety_at=now.now()
    )
    words = text_of(desk.get(page(appointment)))
    assert (
        f"Read on the website: none of the signs, Monday 23 November 2026 at 9am (wording {safety.VERSION})"
        in words
    )
    form = {"name": "Pat", "phone": "", "email": "", "note": "", "first_visit": "on", "patient": ""}
    desk.post(page(appointment), {**form, "safety_outcome": "asked"})
    appointment.refresh_from_db()
    assert (appointment.name, appointment.safety_outcome) == ("Pat", "clear")


def test_who_has_been_here_is_not_asked(desk: Client, appointment: Appointment) -> None:
    assert "Safety check" not in text_of(desk.get(page(appointment)))


def test_comfort_of_this_visit_or_of_the_one_before(desk: Client) -> None:
    record = Patient.objects.create(name="Pat")
    before, appointment = make_appointment(patient=record), make_appointment(patient=record)
    ComfortPreferences.objects.create(appointment=before, pressure="light", updated_at=now.now())
    words = text_of(desk.get(page(appointment)))
    assert "Comfort (told for Monday 30 November 2026) Light pressure" in words
    ComfortPreferences.objects.create(appointment=appointment, quiet=True, updated_at=now.now())
    assert "Comfort Little talk" in text_of(desk.get(page(appointment)))


def test_the_very_words_that_were_agreed_to(desk: Client) -> None:
    appointment = make_appointment(consent_version=consent.NEWEST, consented_at=now.now())
    assert f"“{consent.TEXTS[consent.NEWEST]}”" in text_of(desk.get(page(appointment)))
    unknown = make_appointment(consent_version="demo", consented_at=now.now())
    assert "(wording demo)" in text_of(desk.get(page(unknown)))
