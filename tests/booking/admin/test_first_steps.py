"""The list of first steps: told from the clinic's rows, shown to who may set up, gone when done or hidden."""

from dataclasses import replace
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from booking import trial
from booking.admin import first_steps
from booking.admin.first_steps import Facts, OptionFact, TherapistFact
from booking.models import Appointment, ClinicPolicy, FirstSteps
from services.models import ServiceOption, Therapist
from tests.booking.admin.pages import text_of
from tests.factories.services import make_room, make_therapist

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.django_db]
PAGE = "/admin/first-steps/"

READY = Facts(
    clinic={
        "name": "Clinic",
        "phone": "1",
        "email": "a@clinic.test",
        "street": "S",
        "city": "C",
        "emergency_number": "911",
    },
    rooms=["Harbor room"],
    options=[OptionFact(name="Massage: 60 minutes", price="$95", given_by=1)],
    therapists=[TherapistFact(pk=1, name="Ana", gives=True, has_hours=True, has_calendar=True)],
    closures=1,
    policy_saved=True,
    messages_read=True,
    staff=1,
    staff_without_second_factor=[],
    tested=True,
)
ANA = READY.therapists[0]


def test_a_clinic_that_has_all_is_done() -> None:
    assert all(step(READY).done for step in first_steps.STEPS)


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ({"clinic": {**READY.clinic, "phone": ""}}, "Missing: CLINIC_PHONE."),
        ({"clinic": {**READY.clinic, "email": "desk@flexclinic.example"}}, "the example’s"),
        ({"rooms": []}, "There are none yet."),
        ({"options": []}, "Nothing can be booked yet."),
        ({"options": [replace(READY.options[0], given_by=0)]}, "Nobody gives Massage: 60 minutes."),
        ({"therapists": [replace(ANA, gives=False)]}, "No option is ticked for Ana."),
        ({"therapists": [replace(ANA, has_hours=False)]}, "No hours yet: Ana."),
        ({"therapists": [replace(ANA, has_calendar=False)]}, "Nothing reaches Ana yet."),
        ({"closures": 0}, "Tick the public holidays."),
        ({"policy_saved": False}, "press Save."),
        ({"messages_read": False}, "Read each of them once"),
        ({"staff_without_second_factor": ["jo"]}, "A password alone: jo."),
        ({"tested": False}, "Not tried yet."),
    ],
)
def test_what_is_missing_is_said_by_its_step_alone(missing: dict[str, Any], said: str) -> None:
    open_steps = [step for each in first_steps.STEPS if not (step := each(replace(READY, **missing))).done]
    assert len(open_steps) == 1
    assert said in open_steps[0].said


def test_the_facts_come_from_the_rows_in_few_queries(
    therapist: Therapist,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    make_room(name="Harbor room")
    idle = make_therapist(name="Idle")
    make_therapist(name="Gone", bookable=False)
    ClinicPolicy.objects.create()
    with django_assert_num_queries(7):
        found = first_steps.facts(FirstSteps())
    assert {each.name: (each.gives, each.has_hours) for each in found.therapists} == {
        therapist.title: (True, True),
        idle.title: (False, False),
    }
    assert (found.rooms, found.policy_saved, found.options[0].given_by) == (["Harbor room"], True, 1)


def test_the_first_page_names_what_is_left_until_it_is_hidden(desk: Client, therapist: Therapist) -> None:
    assert "Setting up" in text_of(desk.get("/admin/"))
    assert desk.get(PAGE).status_code == 200
    assert not FirstSteps.objects.exists()
    desk.post(PAGE, {"hide": "1"})
    assert "Still to do" not in text_of(desk.get("/admin/"))
    desk.post(PAGE, {"show": "1"})
    assert "Still to do" in text_of(desk.get("/admin/"))


def test_reading_the_messages_is_ticked_off(desk: Client) -> None:
    desk.post(PAGE, {"read": "1"})
    assert "We have read our messages" not in text_of(desk.get(PAGE))


def test_who_may_not_set_up_sees_nothing(client: Client) -> None:
    looker = User.objects.create_user("looker", is_staff=True)
    looker.user_permissions.add(Permission.objects.get(codename="view_appointment"))
    client.force_login(looker)
    assert "Setting up" not in text_of(client.get("/admin/"))
    assert client.get(PAGE).status_code == 403
    assert client.post(PAGE, {"test": "1"}).status_code == 403


def test_a_step_that_somebody_else_keeps_is_no_link(desk: Client) -> None:
    page = desk.get(PAGE)
    assert "/admin/auth/user/" not in page.content.decode()
    assert "A manager keeps this." in text_of(page)


def test_a_test_booking_needs_an_address(desk: Client, therapist: Therapist) -> None:
    assert "Your account has no email address" in text_of(desk.post(PAGE, {"test": "1"}))
    assert not Appointment.objects.exists()


def test_a_test_booking_is_shown_step_by_step(
    desk: Client, therapist: Therapist, option: ServiceOption, monkeypatch: pytest.MonkeyPatch
) -> None:
    User.objects.filter(username="frontdesk").update(email="me@clinic.test")
    monkeypatch.setattr(trial, "PATIENCE", 0.01)
    words = text_of(desk.post(PAGE, {"test": "1"}))
    assert "Something is not right yet." in words
    assert "Problem The message did not go out" in words
    assert "Good Cancelled again" in words
    assert Appointment.objects.get().status == "cancelled"
