"""Time off and closures say which visits are booked in them."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from booking.enums import AppointmentStatus
from booking.models import Appointment, Closure, TimeOff
from services.models import ServiceOption, Therapist
from tests.booking.admin.pages import answer_of, messages_of, text_of
from tests.factories.booking import make_appointment
from tests.factories.services import make_therapist

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.django_db]

At = Callable[..., datetime]


def add_time_off(desk: Client, therapist: Therapist, day: str = "2026-11-24", **more: str) -> Any:
    form = {"therapist": therapist.pk, "from_date": day, "until_date": day, "note": "", **more}
    return desk.post("/admin/booking/timeoff/add/", form, follow=True)


def test_time_off_over_a_visit_is_saved_only_once_it_is_seen(desk: Client, appointment: Appointment) -> None:
    asked = add_time_off(desk, appointment.therapist)
    assert TimeOff.objects.count() == 0
    assert "1 visit booked in that time. Nothing is saved yet" in text_of(asked)
    assert f'href="/admin/booking/appointment/{appointment.pk}/change/"' in asked.content.decode()
    response = add_time_off(desk, appointment.therapist, anyway=answer_of(asked))
    assert TimeOff.objects.count() == 1
    told = "1 visit is booked in that time: Tuesday 24 November 2026 at 10am, Pat Example"
    assert told in text_of(response)
    assert f'href="/admin/booking/appointment/{appointment.pk}/change/"' in messages_of(response)[0]


def test_the_answer_is_for_the_visits_that_were_listed(
    desk: Client, appointment: Appointment, at: At
) -> None:
    answer = answer_of(add_time_off(desk, appointment.therapist))
    make_appointment(
        therapist=appointment.therapist, option=appointment.option, start=at(24, 14), name="Jo Later"
    )
    asked = add_time_off(desk, appointment.therapist, anyway=answer)
    assert TimeOff.objects.count() == 0
    assert "2 visits booked in that time" in text_of(asked)
    add_time_off(desk, appointment.therapist, anyway=answer_of(asked))
    assert TimeOff.objects.count() == 1


def test_a_note_alone_asks_nothing(desk: Client, appointment: Appointment) -> None:
    asked = add_time_off(desk, appointment.therapist)
    add_time_off(desk, appointment.therapist, anyway=answer_of(asked))
    row = TimeOff.objects.get()
    form = {
        "therapist": row.therapist_id,
        "from_date": "2026-11-24",
        "until_date": "2026-11-24",
        "note": "Dentist",
    }
    desk.post(f"/admin/booking/timeoff/{row.pk}/change/", form)
    row.refresh_from_db()
    assert row.note == "Dentist"


def test_another_therapists_day_or_another_day_is_no_matter(desk: Client, appointment: Appointment) -> None:
    for therapist, day in ((make_therapist(), "2026-11-24"), (appointment.therapist, "2026-11-25")):
        assert "booked in that time" not in text_of(add_time_off(desk, therapist, day))


def test_what_is_over_or_called_off_is_no_matter(
    desk: Client, option: ServiceOption, therapist: Therapist, at: At
) -> None:
    make_appointment(therapist=therapist, option=option, start=at(24, 10), status=AppointmentStatus.CANCELLED)
    assert "booked in that time" not in text_of(add_time_off(desk, therapist))


def test_a_closure_counts_the_visits_of_all(desk: Client, option: ServiceOption, at: At) -> None:
    for hour in range(9, 21):
        make_appointment(therapist=make_therapist(), option=option, start=at(24, hour))
    form = {"name": "Heating", "from_date": "2026-11-24", "until_date": "2026-11-24"}
    asked = desk.post("/admin/booking/closure/add/", form, follow=True)
    assert Closure.objects.count() == 0
    form["anyway"] = answer_of(asked)
    response = desk.post("/admin/booking/closure/add/", form, follow=True)
    assert Closure.objects.count() == 1
    words = text_of(response)
    assert "12 visits are booked in that time" in words
    assert "and 2 more." in words
