"""The patient's page of an appointment."""

from datetime import timedelta
from typing import Any

import icalendar
import pytest
from django.test import Client

from booking import lifecycle, links
from booking.enums import Actor
from booking.models import Appointment, AppointmentLink
from flexclinic.lib import clock as clock_module
from tests.booking.views.pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def test_it_says_what_when_and_what_happens_next(patient: Client, appointment: Appointment) -> None:
    words = text_of(patient.get(f"/appointment/{links.mint(appointment=appointment)}/"))
    assert "We have your request" in words
    assert appointment.reference in words
    assert "Tuesday 24 November 2026, 10am to 11am" in words
    assert "The front desk looks at your request and answers by email." in words


def test_it_follows_the_state(patient: Client, appointment: Appointment) -> None:
    address = f"/appointment/{links.mint(appointment=appointment)}/"
    lifecycle.confirm(appointment=appointment, user=None)
    assert "Your appointment is booked" in text_of(patient.get(address))
    lifecycle.cancel(appointment=appointment, actor=Actor.DESK)
    assert "Your appointment is cancelled" in text_of(patient.get(address))


def test_the_calendar_file_is_the_appointment(patient: Client, appointment: Appointment) -> None:
    response = patient.get(f"/appointment/{links.mint(appointment=appointment)}/calendar.ics")
    assert response.headers["Content-Type"].startswith("text/calendar")
    event: Any
    [event] = icalendar.Calendar.from_ical(response.content).walk("VEVENT")
    assert event.start == appointment.starts_at
    assert event.end == appointment.ends_at
    assert str(appointment.uid) in event["UID"]


def test_it_is_kept_private(patient: Client, appointment: Appointment) -> None:
    headers = patient.get(f"/appointment/{links.mint(appointment=appointment)}/").headers
    assert (headers["Cache-Control"], headers["Referrer-Policy"]) == ("no-store", "no-referrer")
    assert "noindex" in headers["X-Robots-Tag"]


def test_the_database_holds_no_link(appointment: Appointment) -> None:
    token = links.mint(appointment=appointment)
    [row] = AppointmentLink.objects.values()
    assert token.encode() not in bytes(row["digest"])
    assert not any(token in str(value) for value in row.values())


def test_unknown_expired_revoked_and_altered_links_look_the_same(
    patient: Client, appointment: Appointment
) -> None:
    expired, revoked, altered = (links.mint(appointment=appointment) for _ in range(3))
    every = AppointmentLink.objects.order_by("pk")
    AppointmentLink.objects.filter(pk=every[0].pk).update(expires_at=clock_module.now())
    AppointmentLink.objects.filter(pk=every[1].pk).update(revoked_at=clock_module.now() - timedelta(hours=1))
    tokens = [expired, revoked, altered[:-1] + ("a" if altered[-1] != "a" else "b"), "x", "y" * 5000]
    pages = {text_of(response) for response in (patient.get(f"/appointment/{token}/") for token in tokens)}
    statuses = {patient.get(f"/appointment/{token}/calendar.ics").status_code for token in tokens}
    assert len(pages) == 1
    assert "This link does not open anything" in pages.pop()
    assert statuses == {404}
