"""The desk's pages of a series: the plan that writes nothing, then all or nothing, with everything kept."""

import re
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from booking import series
from booking.enums import AppointmentStatus
from booking.models import Appointment
from services.models import ServiceOption, Therapist
from tests.booking.admin.pages import errors_of, messages_of, text_of
from tests.factories.booking import make_appointment, make_closure
from tests.factories.services import make_option, make_room, make_therapist

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.django_db]

SERIES = "/admin/booking/appointment/series/"
At = Callable[..., datetime]
WEEK = timedelta(weeks=1)


@pytest.fixture
def form(option: ServiceOption, therapist: Therapist) -> dict[str, Any]:
    """What the desk types: four visits, every week, from tomorrow at 10 on."""
    return {
        "option": option.pk,
        "therapist": therapist.pk,
        "room": "",
        "date": "2026-11-24",
        "time": "10",
        "visits": "4",
        "every_weeks": "1",
        "name": "Jo  Quill",
        "phone": "(212) 555-0142",
        "email": "jo@example.test",
        "note": "Calls back at 4.",
        "request_key": str(uuid.uuid4()),
    }


def choices_on(response: Any) -> dict[str, Any]:
    """What the page would send for the plan, as it stands."""
    chosen = {
        row.name: choice.value for row in response.context["rows"] for choice in row.choices if choice.chosen
    }
    return {**chosen, "planned": response.context["asks_for"]}


def booking(desk: Client, form: dict[str, Any], **changed: Any) -> dict[str, Any]:
    """What the second press sends: the plan's own choices, with some changed."""
    return {**form, **choices_on(desk.post(SERIES, form)), "book": "all", **changed}


def seconds(start: datetime) -> str:
    return str(int(start.timestamp()))


def test_the_way_there(desk: Client) -> None:
    assert SERIES in desk.get("/admin/").content.decode()
    assert f'formaction="{SERIES}"' in desk.get("/admin/booking/appointment/add/").content.decode()


def test_what_was_typed_for_one_booking_is_taken_over(desk: Client, form: dict[str, Any]) -> None:
    for name in ("visits", "every_weeks"):
        del form[name]
    response = desk.post(SERIES, {**form, "buffers": "on"})
    page = response.content.decode()
    assert not response.context["form"].errors
    assert not response.context["rows"]
    for typed in ("Jo  Quill", "Calls back at 4.", 'value="10"', 'value="2026-11-24"', 'value="6"'):
        assert typed in page
    assert form["request_key"] not in page


def test_a_plan_shows_each_visit_and_writes_nothing(
    desk: Client, form: dict[str, Any], at: At, therapist: Therapist, option: ServiceOption
) -> None:
    there = make_appointment(therapist=therapist, option=option, start=at(24, 10) + WEEK)
    response = desk.post(SERIES, form)
    words = text_of(response)
    assert "3 of 4 visits are free" in words
    assert "Visit 1 Tuesday 24 November, 10am Free" in words
    assert "Visit 2 Tuesday 1 December, 10am Not free" in words
    assert there.reference in words
    assert "Wednesday 2 December at 10am" in words
    assert Appointment.objects.get() == there
    chosen = choices_on(response)
    assert "visit-2" not in chosen  # somebody has to choose
    assert chosen["visit-3"] == seconds(at(24, 10) + 2 * WEEK)


def test_all_are_booked_and_each_leads_to_the_others(desk: Client, form: dict[str, Any], at: At) -> None:
    response = desk.post(SERIES, booking(desk, form), follow=True)
    booked = list(Appointment.objects.order_by("starts_at"))
    assert [visit.starts_at for visit in booked] == [at(24, 10) + WEEK * number for number in range(4)]
    assert {(visit.status, visit.name, visit.source) for visit in booked} == {
        ("confirmed", "Jo Quill", "desk")
    }
    assert messages_of(response) == [
        "Jo Quill is booked for 4 visits: Tuesday 24 November at 10am, Tuesday 1 December at 10am, "
        "Tuesday 8 December at 10am and Tuesday 15 December at 10am. A confirmation is on its way."
    ]
    words = text_of(desk.get(f"/admin/booking/appointment/{booked[1].pk}/change/"))
    assert "Visit 2 of 4" in words
    page = response.content.decode()
    for other in booked[1:]:
        assert f'href="/admin/booking/appointment/{other.pk}/change/"' in page


def test_a_single_appointment_says_nothing_of_a_series(desk: Client, appointment: Appointment) -> None:
    assert "Visit 1 of" not in text_of(desk.get(f"/admin/booking/appointment/{appointment.pk}/change/"))


def test_another_time_and_one_left_out(
    desk: Client, form: dict[str, Any], at: At, therapist: Therapist, option: ServiceOption
) -> None:
    make_appointment(therapist=therapist, option=option, start=at(24, 10) + WEEK)
    instead = at(25, 10) + WEEK
    desk.post(SERIES, booking(desk, form, **{"visit-2": seconds(instead), "visit-4": "out"}))
    booked = Appointment.objects.filter(name="Jo Quill").order_by("starts_at")
    assert [visit.starts_at for visit in booked] == [at(24, 10), instead, at(24, 10) + 2 * WEEK]


def test_each_conflict_wants_a_choice(
    desk: Client, form: dict[str, Any], at: At, therapist: Therapist, option: ServiceOption
) -> None:
    make_appointment(therapist=therapist, option=option, start=at(24, 10) + WEEK)
    response = desk.post(SERIES, booking(desk, form))
    assert "Visit 2: Choose a time, or leave this visit out." in text_of(response)
    assert Appointment.objects.count() == 1


@pytest.mark.parametrize("sent", ["1", "x", "99999999999999", "²", "-1"])
def test_a_time_that_nobody_offered_is_none(desk: Client, form: dict[str, Any], at: At, sent: str) -> None:
    response = desk.post(SERIES, booking(desk, form, **{"visit-2": sent}))
    assert "Visit 2: That time has just gone." in text_of(response)
    assert not Appointment.objects.exists()


def test_a_closed_day_may_be_booked_where_it_is_meant(desk: Client, form: dict[str, Any], at: At) -> None:
    make_closure(start=at(24) + WEEK, end=at(25) + WEEK)
    response = desk.post(SERIES, form)
    assert "The clinic is closed" in text_of(response)
    assert "Put it there anyway" in text_of(response)
    desk.post(SERIES, booking(desk, form, **{"visit-2": seconds(at(24, 10) + WEEK)}))
    assert Appointment.objects.count() == 4


def test_nothing_is_booked_where_all_are_left_out(desk: Client, form: dict[str, Any]) -> None:
    everything = {f"visit-{number}": "out" for number in range(1, 5)}
    response = desk.post(SERIES, booking(desk, form, **everything))
    assert errors_of(response) == {"__all__": ["Every visit is left out: nothing was booked."]}


def test_what_went_before_the_second_press_is_shown_with_everything_kept(
    desk: Client, form: dict[str, Any], at: At, therapist: Therapist, option: ServiceOption
) -> None:
    sent = booking(desk, form, **{"visit-4": "out"})
    make_appointment(therapist=therapist, option=option, start=at(24, 10) + WEEK)
    response = desk.post(SERIES, sent)
    assert "Visit 2: That time has just gone. Choose another, or leave this visit out." in text_of(response)
    assert Appointment.objects.count() == 1
    assert choices_on(response)["visit-4"] == "out"
    assert choices_on(response)["visit-1"] == sent["visit-1"]
    for typed in ("Jo  Quill", "Calls back at 4.", form["request_key"]):
        assert typed in response.content.decode()


def test_what_went_in_the_very_last_moment_is_shown_with_everything_kept(
    desk: Client, form: dict[str, Any], at: At, therapist: Therapist, option: ServiceOption
) -> None:
    sent = booking(desk, form)
    book_series = series.book_series

    def after_somebody_else(**fields: Any) -> list[Appointment]:
        make_appointment(therapist=therapist, option=option, start=at(24, 10) + 2 * WEEK)
        return book_series(**fields)

    with patch.object(series, "book_series", after_somebody_else):
        response = desk.post(SERIES, sent)
    assert "Visit 3: Tuesday 8 December 2026 at 10am has just gone. Nothing was booked." in text_of(response)
    assert Appointment.objects.count() == 1
    assert choices_on(response)["visit-1"] == sent["visit-1"]


def test_other_boxes_want_another_plan_before_anything_is_booked(desk: Client, form: dict[str, Any]) -> None:
    response = desk.post(SERIES, booking(desk, form, time="2pm"))
    assert "What you ask for has changed" in text_of(response)
    assert "Visit 1 Tuesday 24 November, 2pm Free" in text_of(response)
    assert not Appointment.objects.exists()


def test_sent_twice_it_is_booked_once(desk: Client, form: dict[str, Any]) -> None:
    sent = booking(desk, form)
    desk.post(SERIES, sent)
    response = desk.post(SERIES, sent, follow=True)
    assert messages_of(response)[-1] == "The series of Jo Quill is booked already."
    assert Appointment.objects.count() == 4


@pytest.mark.parametrize(
    ("changed", "box", "said"),
    [
        ({"visits": "1"}, "visits", "A series has at least 2 visits."),
        ({"visits": "27"}, "visits", "A series has at most 26 visits."),
        ({"visits": "six"}, "visits", "Enter a number."),
        (
            {"every_weeks": "9"},
            "every_weeks",
            "Select a valid choice. 9 is not one of the available choices.",
        ),
        ({"date": "2031-01-01"}, "date", "Enter a date within two years of today."),
        ({"time": "25"}, "time", "Write a time such as 9:00, 5:30pm or 24:00."),
        ({"name": ""}, "name", "Enter the patient’s name."),
        ({"request_key": "none"}, "request_key", "Enter a valid UUID."),
    ],
)
def test_what_is_wrong_is_said_at_its_box(
    desk: Client, form: dict[str, Any], changed: dict[str, str], box: str, said: str
) -> None:
    response = desk.post(SERIES, {**form, **changed})
    assert errors_of(response) == {box: [said]}
    assert not response.context["rows"]


def test_a_therapist_and_a_room_that_do_not_suit(desk: Client, form: dict[str, Any]) -> None:
    other = make_therapist(options=[make_option()])
    response = desk.post(SERIES, {**form, "therapist": other.pk, "room": make_room().pk})
    assert errors_of(response).keys() == {"therapist", "room"}


def test_a_night_in_which_the_time_comes_twice_asks_which(desk: Client, form: dict[str, Any]) -> None:
    response = desk.post(SERIES, {**form, "date": "2027-11-07", "time": "1:30"})
    assert errors_of(response).keys() == {"which"}
    [_, (second, _)] = response.context["form"].fields["which"].widget.choices
    shown = text_of(desk.post(SERIES, {**form, "date": "2027-11-07", "time": "1:30", "which": second}))
    assert "Visit 1 Sunday 7 November 2027, 1:30am (EST)" in shown


def test_a_cancelled_visit_stays_in_its_series(desk: Client, form: dict[str, Any]) -> None:
    desk.post(SERIES, booking(desk, form))
    first, second, *_ = Appointment.objects.order_by("starts_at")
    Appointment.objects.filter(pk=first.pk).update(status=AppointmentStatus.CANCELLED)
    words = text_of(desk.get(f"/admin/booking/appointment/{second.pk}/change/"))
    assert re.search("Visit 2 of 4 .*Cancelled", words)


def test_who_may_only_look_books_no_series(form: dict[str, Any]) -> None:
    user = User.objects.create_user("looks", is_staff=True)
    user.user_permissions.add(
        *Permission.objects.filter(codename__in=["view_appointment", "see_every_appointment"])
    )
    client = Client()
    client.force_login(user)
    assert client.get(SERIES).status_code == 403
    assert client.post(SERIES, form).status_code == 403
