import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client

from booking.admin import collisions
from booking.enums import Source
from booking.models import Appointment, Notification
from services.models import Room, ServiceOption, Therapist
from tests.booking.admin.pages import errors_of, messages_of, text_of
from tests.factories.booking import make_appointment, make_closure, make_time_off
from tests.factories.services import make_option, make_room, make_therapist

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.django_db]

ADD = "/admin/booking/appointment/add/"
At = Callable[..., datetime]


@pytest.fixture
def form(option: ServiceOption, therapist: Therapist) -> dict[str, Any]:
    """What the desk types: tomorrow at 10, with the option's buffers."""
    return {
        "option": option.pk,
        "therapist": therapist.pk,
        "room": "",
        "date": "2026-11-24",
        "time": "10",
        "name": "Jo  Quill",
        "phone": "(212) 555-0142",
        "email": "",
        "note": "Calls back at 4.",
        "buffers": "on",
        "request_key": str(uuid.uuid4()),
    }


def test_a_booking_by_phone(desk: Client, form: dict[str, Any], at: At) -> None:
    response = desk.post(ADD, form, follow=True)
    booked = Appointment.objects.get()
    assert response.request["PATH_INFO"] == f"/admin/booking/appointment/{booked.pk}/change/"
    assert messages_of(response) == [
        f"Jo Quill is booked: Tuesday 24 November, 10am to 11am, {booked.reference}. "
        "No email address: nothing is sent."
    ]
    assert (booked.status, booked.source, booked.name, booked.note) == (
        "confirmed",
        Source.DESK,
        "Jo Quill",
        "Calls back at 4.",
    )
    assert (booked.starts_at, booked.occupied_until) == (at(24, 10), at(24, 11, 15))
    event = booked.events.get()
    assert (event.action, event.user and event.user.username) == ("book", "frontdesk")
    assert not Notification.objects.exists()


@pytest.mark.parametrize(
    ("written", "hour", "minute"),
    [("9", 9, 0), ("9:30", 9, 30), ("2pm", 14, 0), ("3:15 PM", 15, 15)],
)
def test_times_are_read_as_people_write_them(
    desk: Client, form: dict[str, Any], at: At, written: str, hour: int, minute: int
) -> None:
    desk.post(ADD, {**form, "time": written, "email": "jo@example.test"})
    booked = Appointment.objects.get()
    assert booked.starts_at == at(24, hour, minute)
    assert [told.kind for told in booked.notifications.all()] == ["confirmed"]


def test_without_its_buffers(desk: Client, form: dict[str, Any], at: At) -> None:
    del form["buffers"]
    desk.post(ADD, form)
    assert Appointment.objects.get().occupied_until == at(24, 11)


def test_an_overlap_is_an_error_at_the_time_that_names_what_is_there(
    desk: Client, form: dict[str, Any], at: At, therapist: Therapist, option: ServiceOption
) -> None:
    there = make_appointment(therapist=therapist, option=option, start=at(24, 9, 30))
    response = desk.post(ADD, form)
    assert response.status_code == 200
    assert errors_of(response) == {
        "time": [f"{therapist.name} has {there.reference} (Tuesday 24 November, 9:30am to 10:30am) then."]
    }
    page = response.content.decode()
    for typed in ("Jo  Quill", "(212) 555-0142", "Calls back at 4.", 'value="10"', 'value="2026-11-24"'):
        assert typed in page
    assert Appointment.objects.get() == there


def test_the_nearest_free_times_are_a_press_away(
    desk: Client, form: dict[str, Any], at: At, therapist: Therapist, option: ServiceOption
) -> None:
    make_appointment(therapist=therapist, option=option, start=at(24, 9, 30))
    suggested = desk.post(ADD, form).context["suggestions"]
    assert f"Tuesday 24 November at 10:45am with {therapist.name}" in [each.text for each in suggested]
    [chosen] = [each for each in suggested if "10:45am" in each.text]
    desk.post(ADD, {**form, "take": chosen.value})
    assert Appointment.objects.get(name="Jo Quill").starts_at == at(24, 10, 45)


@pytest.mark.parametrize("take", ["1", "x.1", "1.x", "99999999999999999.1", ".", "²."])
def test_a_suggestion_that_nobody_made_is_no_suggestion(
    desk: Client, form: dict[str, Any], at: At, take: str
) -> None:
    desk.post(ADD, {**form, "take": take})
    assert Appointment.objects.get().starts_at == at(24, 10)


def test_where_only_the_own_buffer_is_in_the_way_it_may_be_given_up(
    desk: Client, form: dict[str, Any], at: At, therapist: Therapist, option: ServiceOption
) -> None:
    there = make_appointment(therapist=therapist, option=option, start=at(24, 11))
    response = desk.post(ADD, form)
    assert "too near for the buffers of this visit" in errors_of(response)["time"][0]
    assert "take the tick away" in text_of(response)
    del form["buffers"]
    desk.post(ADD, form)
    assert Appointment.objects.exclude(pk=there.pk).get().ends_at == at(24, 11)


def test_another_visits_buffer_is_not_given_up(
    desk: Client, form: dict[str, Any], at: At, therapist: Therapist, option: ServiceOption
) -> None:
    make_appointment(therapist=therapist, option=option, start=at(24, 9))
    del form["buffers"]
    response = desk.post(ADD, form)
    assert "kept free with its buffers 9am to 10:15am" in errors_of(response)["time"][0]
    assert "take the tick away" not in text_of(response)


def test_a_lost_race_is_an_error_of_the_form(
    desk: Client, form: dict[str, Any], at: At, therapist: Therapist, option: ServiceOption
) -> None:
    look = collisions.in_the_way
    rival: list[Appointment] = []

    def then_lose(*args: Any, **kwargs: Any) -> list[Appointment]:
        found = look(*args, **kwargs)
        if not rival:
            rival.append(make_appointment(therapist=therapist, option=option, start=at(24, 10, 30)))
        return found

    with patch.object(collisions, "in_the_way", then_lose):
        response = desk.post(ADD, form)
    assert rival[0].reference in errors_of(response)["time"][0]
    assert response.context["suggestions"]
    assert Appointment.objects.get() == rival[0]


def test_the_form_sent_twice_books_once(desk: Client, form: dict[str, Any]) -> None:
    desk.post(ADD, form)
    response = desk.post(ADD, form, follow=True)
    assert messages_of(response)[-1] == "Jo Quill is booked already."
    assert Appointment.objects.count() == 1


def test_a_therapist_who_does_not_give_the_option(
    desk: Client, form: dict[str, Any], therapist: Therapist
) -> None:
    other = make_option(name="Only others give this")
    ben = make_therapist(name="Ben", options=[other])
    response = desk.post(ADD, {**form, "option": other.pk})
    [error] = errors_of(response)["therapist"]
    assert error.startswith(f"{therapist.name} does not offer ")
    assert error.endswith("Those who do: Ben.")
    assert (
        desk.post(ADD, {**form, "option": other.pk, "therapist": ben.pk, "anyway": "on"}).status_code == 302
    )


def test_the_hour_that_the_clock_skips_does_not_exist(desk: Client, form: dict[str, Any]) -> None:
    response = desk.post(ADD, {**form, "date": "2027-03-14", "time": "2:30am", "anyway": "on"})
    assert errors_of(response) == {
        "time": ["The clocks go forward that night and skip this time: it does not exist."]
    }


def test_the_hour_that_the_clock_shows_twice_asks_which(desk: Client, form: dict[str, Any]) -> None:
    form |= {"date": "2027-11-07", "time": "1:30am", "anyway": "on"}
    response = desk.post(ADD, form)
    assert list(errors_of(response)) == ["which"]
    assert "1:30am (EDT)" in text_of(response)
    second = datetime.fromisoformat("2027-11-07T01:30-05:00")
    desk.post(ADD, {**form, "which": str(int(second.timestamp()))})
    assert Appointment.objects.get().starts_at == second


def test_the_first_suitable_room_that_is_free_is_taken(
    desk: Client, form: dict[str, Any], at: At, option: ServiceOption
) -> None:
    first, second = make_room(name="A"), make_room(name="B")
    option.rooms.add(first, second)
    make_appointment(option=option, room=first, start=at(24, 10))
    desk.post(ADD, form)
    assert Appointment.objects.get(name="Jo Quill").room == second


def test_no_room_that_suits_is_free(
    desk: Client, form: dict[str, Any], at: At, option: ServiceOption, room: Room
) -> None:
    there = make_appointment(option=option, room=room, start=at(24, 10))
    unsuitable = make_room()
    for chosen in ("", room.pk):
        response = desk.post(ADD, {**form, "room": chosen})
        assert there.reference in errors_of(response)["room"][0]
    response = desk.post(ADD, {**form, "room": unsuitable.pk})
    assert f"It can be in {room.name}." in errors_of(response)["room"][0]
    assert Appointment.objects.get() == there


@pytest.mark.parametrize("time", ["8am", "12:30pm"])
def test_a_time_outside_the_hours_is_asked_about_once(desk: Client, form: dict[str, Any], time: str) -> None:
    response = desk.post(ADD, {**form, "time": time})
    [error] = errors_of(response)["anyway"]
    assert "hours. Is it meant?" in error
    assert desk.post(ADD, {**form, "time": time, "anyway": "on"}).status_code == 302


def test_time_off_closures_and_the_past_are_asked_about(
    desk: Client, form: dict[str, Any], at: At, therapist: Therapist
) -> None:
    make_time_off(therapist=therapist, start=at(24, 9), end=at(24, 12))
    make_closure(start=at(25), end=at(26))
    for date, words in (
        ("2026-11-24", "time off"),
        ("2026-11-25", "while the clinic is closed"),
        ("2026-11-20", "in the past"),
    ):
        assert words in errors_of(desk.post(ADD, {**form, "date": date}))["anyway"][0]
    assert not Appointment.objects.exists()


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("date", "0001-01-01", "within two years"),
        ("date", "9999-12-31", "within two years"),
        ("date", "2026-02-30", "Enter a date such as"),
        ("time", "24:00", "next day"),
        ("time", "25", "Write a time such as"),
        ("name", " ", "Enter the patient"),
        ("name", "a\x00b", "Null characters"),
        ("phone", "none", "Enter a phone number"),
        ("email", "nowhere", "Enter an email address"),
        ("option", "0", "Select a valid choice"),
        ("therapist", "x", "Select a valid choice"),
        ("request_key", "x", "Enter a valid UUID"),
    ],
)
def test_what_cannot_be_read_is_said_at_its_box(
    desk: Client, form: dict[str, Any], field: str, value: str, words: str
) -> None:
    response = desk.post(ADD, {**form, field: value})
    assert words in errors_of(response)[field][0]
    assert not Appointment.objects.exists()


def test_nothing_but_the_form_can_be_set(desk: Client, form: dict[str, Any]) -> None:
    desk.post(ADD, {**form, "status": "completed", "price": "0", "version": "9", "source": "web"})
    booked = Appointment.objects.get()
    assert (booked.status, booked.version, booked.source) == ("confirmed", 1, "desk")
    assert booked.price == 95


def test_the_address_fills_the_boxes_in(desk: Client, option: ServiceOption, therapist: Therapist) -> None:
    page = desk.get(
        f"{ADD}?therapist={therapist.pk}&option={option.pk}&date=2026-11-25&time=14:00&request_key=x"
    )
    text = page.content.decode()
    assert f'<option value="{therapist.pk}" selected>' in text
    assert 'value="2026-11-25"' in text
    assert 'value="14:00"' in text
    assert page.context["form"].initial["request_key"] != "x"
