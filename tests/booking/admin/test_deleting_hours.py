"""Hours that are deleted under booked visits: the page lists the visits and asks first, as for a change."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from booking.models import Appointment, OverrideHours, WeeklyHours
from services.models import Therapist
from tests.booking.admin.pages import answer_of, text_of
from tests.factories.booking import make_override_hours

pytestmark = [pytest.mark.usefixtures("clock", "visit"), pytest.mark.django_db]

At = Callable[..., datetime]
WEEKLY, DATES = "/admin/booking/weeklyhours/", "/admin/booking/overridehours/"


@pytest.fixture
def thursday(therapist: Therapist) -> WeeklyHours:
    """The hours of Thursday morning, in which a visit is booked."""
    return WeeklyHours.objects.get(therapist=therapist, weekday=3, start=540)


def several(rows: list[WeeklyHours], **more: str) -> dict[str, Any]:
    return {"action": "delete_selected", "_selected_action": [row.pk for row in rows], **more}


def test_one_row_asks_first(desk: Client, thursday: WeeklyHours, visit: Appointment) -> None:
    address = f"{WEEKLY}{thursday.pk}/delete/"
    shown = desk.get(address)
    assert "1 visit will lie outside the hours. Nothing is deleted yet" in text_of(shown)
    assert visit.reference in text_of(shown)
    answer = desk.post(address, {"post": "yes"})
    assert "Nothing was deleted yet" in text_of(answer)
    assert WeeklyHours.objects.filter(pk=thursday.pk).exists()
    desk.post(address, {"post": "yes", "anyway": answer_of(answer)})
    assert not WeeklyHours.objects.filter(pk=thursday.pk).exists()
    visit.refresh_from_db()
    assert visit.status == "confirmed"


def test_who_has_come_meanwhile_is_asked_about_too(
    desk: Client, thursday: WeeklyHours, visit: Appointment
) -> None:
    address = f"{WEEKLY}{thursday.pk}/delete/"
    agreed = answer_of(desk.get(address))
    Appointment.objects.filter(pk=visit.pk).update(version=2)
    assert "Nothing was deleted yet" in text_of(desk.post(address, {"post": "yes", "anyway": agreed}))
    assert WeeklyHours.objects.filter(pk=thursday.pk).exists()


def test_hours_without_visits_are_deleted_as_before(desk: Client, therapist: Therapist) -> None:
    row = WeeklyHours.objects.get(therapist=therapist, weekday=0, start=540)
    assert "outside the hours" not in text_of(desk.get(f"{WEEKLY}{row.pk}/delete/"))
    desk.post(f"{WEEKLY}{row.pk}/delete/", {"post": "yes"})
    assert not WeeklyHours.objects.filter(pk=row.pk).exists()


def test_several_rows_ask_first(desk: Client, therapist: Therapist, visit: Appointment) -> None:
    rows = list(WeeklyHours.objects.filter(therapist=therapist))
    shown = desk.post(WEEKLY, several(rows))
    assert visit.reference in text_of(shown)
    answer = desk.post(WEEKLY, several(rows, post="yes"))
    assert "Nothing was deleted yet" in text_of(answer)
    assert WeeklyHours.objects.count() == len(rows)
    desk.post(WEEKLY, several(rows, post="yes", anyway=answer_of(answer)))
    assert not WeeklyHours.objects.exists()


def test_other_hours_of_a_date_ask_first(desk: Client, therapist: Therapist, at: At) -> None:
    [row] = make_override_hours(therapist=therapist, on=at(28).date(), stretches=[("09:00", "12:00")])
    booked = Appointment.objects.get()
    length = booked.visit.upper - booked.visit.lower
    Appointment.objects.filter(pk=booked.pk).update(
        visit=(at(28, 10), at(28, 10) + length), occupied=(at(28, 10), at(28, 10) + length)
    )
    address = f"{DATES}{row.pk}/delete/"
    answer = desk.post(address, {"post": "yes"})
    assert booked.reference in text_of(answer)
    assert OverrideHours.objects.exists()
    desk.post(address, {"post": "yes", "anyway": answer_of(answer)})
    assert not OverrideHours.objects.exists()
