"""Next visit? What is offered before somebody leaves, and one press that books it."""

import re
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client

from booking import lifecycle, next_visit, series
from booking.enums import Actor, NotificationKind
from booking.exceptions import TimeJustGoneError
from booking.models import Appointment, Patient
from services.models import ServiceOption, Therapist
from tests.booking.admin.pages import messages_of, text_of
from tests.booking.admin.test_acts import _permissions
from tests.factories.booking import make_appointment, make_time_off, make_weekly_hours
from tests.factories.services import make_option, make_room, make_therapist

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

LIST = "/admin/booking/appointment/"
At = Callable[..., datetime]
CONTACT = lifecycle.Contact(name="Pat Here", email="pat@example.com", phone="+12125550100", first_visit=True)


@pytest.fixture
def here(option: ServiceOption, therapist: Therapist, at: At) -> Appointment:
    """Somebody who is here, on Monday at 9."""
    visit = lifecycle.book(
        option=option, therapist=therapist, room=None, start=at(23, 9), contact=CONTACT, user=None
    )
    return lifecycle.arrive(appointment=visit, user=None)


def page_of(appointment: Appointment) -> str:
    return f"{LIST}{appointment.pk}/next/"


def buttons(client: Client, appointment: Appointment) -> tuple[dict[str, str], str]:
    """The times by their words, with what their buttons send, and the key of the form."""
    body = client.get(page_of(appointment)).content.decode()
    found = re.findall(r'name="start" value="(\d+)" aria-label="Book ([^"]+)"', body)
    [key] = re.findall(r'name="request_key" value="([^"]+)"', body)
    return {words: value for value, words in found}, key


def test_done_leads_to_the_next_visit(desk: Client, here: Appointment) -> None:
    for origin in ("today", "page"):
        response = desk.post(
            f"{LIST}{here.pk}/do/complete/", {"version": here.version, "from": origin}, follow=True
        )
        assert response.request["PATH_INFO"] == page_of(here)
        assert "Next visit of Pat Here?" in text_of(response)
        assert "Just done" in text_of(response)
        here = lifecycle.undo(appointment=here, user=None)
    listed = desk.post(f"{LIST}{here.pk}/do/complete/", {"version": here.version, "narrowed": "show=all"})
    assert listed["Location"] == f"{LIST}?show=all"


def test_the_same_time_in_one_two_and_four_weeks(desk: Client, here: Appointment) -> None:
    found, _ = buttons(desk, here)
    assert list(found) == [
        "Monday 30 November at 9am",
        "Monday 7 December at 9am",
        "Monday 21 December at 9am",
    ]


def test_where_it_is_taken_what_is_free_about_then(desk: Client, here: Appointment, at: At) -> None:
    make_appointment(option=here.option, therapist=here.therapist, start=at(30, 9), status="confirmed")
    make_time_off(
        therapist=here.therapist, start=at(23) + timedelta(days=25), end=at(23) + timedelta(days=32)
    )
    text = text_of(desk.get(page_of(here)))
    assert (
        "In 1 week Friday 27 November at 9am Monday 30 November at 10:15am Tuesday 1 December at 9am" in text
    )
    assert "In 4 weeks Nothing is free at about that time." in text


def test_one_press_books_it_as_the_same_again(desk: Client, here: Appointment, at: At) -> None:
    record = Patient.objects.create(name="Pat Here")
    Appointment.objects.filter(pk=here.pk).update(patient=record, note="Came by bus.")
    found, key = buttons(desk, here)
    data = {"start": found["Monday 7 December at 9am"], "request_key": key}
    response = desk.post(page_of(here), data, follow=True)
    booked = Appointment.objects.get(version=1)
    assert messages_of(response) == [
        f"Pat Here is booked: Monday 7 December, 9am to 10am, {booked.reference}. A confirmation is on its way."
    ]
    assert (booked.status, booked.starts_at, booked.option, booked.therapist, booked.patient) == (
        "confirmed",
        at(23, 9) + timedelta(days=14),
        here.option,
        here.therapist,
        record,
    )
    assert (booked.name, booked.email, booked.phone, booked.first_visit, booked.note) == (
        "Pat Here",
        "pat@example.com",
        "+12125550100",
        False,
        "",
    )
    assert booked.events.get().user == User.objects.get(username="frontdesk")
    assert booked.notifications.get().kind == NotificationKind.CONFIRMED
    assert "Booked already Monday 7 December 2026 at 9am" in text_of(response)
    assert "Monday 7 December at 9am" not in buttons(desk, here)[0]
    again = desk.post(page_of(here), data, follow=True)
    assert "is booked already" in messages_of(again)[0]
    assert Appointment.objects.count() == 2


@pytest.mark.parametrize("start", ["", "x", "0", "99999999999999999999"])
def test_a_time_that_is_not_there_books_nothing(desk: Client, here: Appointment, start: str) -> None:
    response = desk.post(page_of(here), {"start": start, "request_key": "x"}, follow=True)
    assert "That time has just gone. Nothing was booked." in messages_of(response)[0]
    assert Appointment.objects.count() == 1


def test_a_time_that_has_gone_meanwhile_says_so(desk: Client, here: Appointment, at: At) -> None:
    found, key = buttons(desk, here)
    make_appointment(option=here.option, therapist=here.therapist, start=at(30, 8, 30), status="confirmed")
    data = {"start": found["Monday 30 November at 9am"], "request_key": key}
    assert "has just gone" in messages_of(desk.post(page_of(here), data, follow=True))[0]
    assert Appointment.objects.filter(name="Pat Here").count() == 1


def test_a_get_books_nothing(desk: Client, here: Appointment) -> None:
    found, key = buttons(desk, here)
    desk.get(page_of(here), {"start": found["Monday 30 November at 9am"], "request_key": key})
    assert Appointment.objects.count() == 1


def test_who_may_not_book_is_not_asked(client: Client, here: Appointment) -> None:
    user = User.objects.create_user("changer", is_staff=True)
    user.user_permissions.add(
        *_permissions("view_appointment", "change_appointment", "see_every_appointment")
    )
    client.force_login(user)
    assert client.get(page_of(here)).status_code == 403
    response = client.post(f"{LIST}{here.pk}/do/complete/", {"version": here.version, "from": "today"})
    assert response["Location"] == "/admin/"
    assert "Next visit?" not in text_of(client.get(f"{LIST}{here.pk}/change/"))


def test_of_a_series_it_says_which_visit_it_was_and_what_comes(
    desk: Client, option: ServiceOption, therapist: Therapist, at: At
) -> None:
    first, *_ = series.book_series(
        option=option,
        therapist=therapist,
        room=None,
        starts=[at(23, 9) + timedelta(weeks=week) for week in range(3)],
        contact=CONTACT,
        user=None,
        request_key=uuid.uuid4(),
    )
    lifecycle.arrive(appointment=first, user=None)
    text = text_of(desk.get(page_of(first)))
    assert "That was visit 1 of 3; 2 are to come." in text
    assert "Booked already Monday 30 November 2026 at 9am" in text


def test_a_series_begins_with_what_is_known(desk: Client, here: Appointment) -> None:
    body = desk.get(page_of(here)).content.decode()
    form = re.search(rf'(?s)<form method="post" action="{LIST}series/">.*?</form>', body)
    assert form
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form[0]))
    page = desk.post(f"{LIST}series/", fields)
    initial = page.context["form"].initial
    assert {name: str(initial[name]) for name in ("name", "date", "time", "phone", "email", "option")} == {
        "name": "Pat Here",
        "date": "2026-11-30",
        "time": "9:00",
        "phone": "+12125550100",
        "email": "pat@example.com",
        "option": str(here.option_id),
    }
    assert Appointment.objects.count() == 1


def test_after_a_visit_of_long_ago_it_is_counted_from_now(here: Appointment, at: At) -> None:
    with time_machine.travel(at(23, 9) + timedelta(weeks=10, days=3), tick=False):
        starts = [each.starts[0] for each in next_visit.openings(here)]
    assert starts == [at(23, 9) + timedelta(weeks=weeks) for weeks in (11, 12, 14)]


def test_the_clocks_change_and_the_time_on_the_wall_stays(
    option: ServiceOption, therapist: Therapist, at: At
) -> None:
    """The clocks go back on 1 November 2026."""
    start = at(23, 9) - timedelta(days=28)
    with time_machine.travel(start, tick=False):
        visit = make_appointment(option=option, therapist=therapist, start=start, status="arrived")
        assert next(each.starts[0] for each in next_visit.openings(visit)) == start + timedelta(days=7)
        assert {each.starts[0].astimezone(start.tzinfo).hour for each in next_visit.openings(visit)} == {9}


@pytest.mark.parametrize("gone", ["bookable", "option"])
def test_a_therapist_who_has_left_is_not_offered(desk: Client, here: Appointment, gone: str) -> None:
    if gone == "bookable":
        Therapist.objects.filter(pk=here.therapist_id).update(bookable=False)
    else:
        here.therapist.options.clear()
    assert "does not offer it any more" in text_of(desk.get(page_of(here)))


def test_it_goes_into_the_same_room_or_another_that_suits(at: At) -> None:
    rooms = [make_room(), make_room()]
    option = make_option(rooms=rooms)
    therapist = make_therapist(options=[option])
    make_weekly_hours(therapist=therapist)
    last = make_appointment(
        option=option, therapist=therapist, room=rooms[1], start=at(23, 9), status="arrived"
    )

    def again(day: int) -> Appointment:
        return next_visit.book(after=last, start=at(day, 9), user=None, request_key=uuid.uuid4())

    assert again(25).room == rooms[1]
    for room in rooms[::-1]:
        make_appointment(option=option, therapist=make_therapist(), room=room, start=at(26, 9))
        if room == rooms[1]:
            assert again(26).room == rooms[0]
            lifecycle.cancel(appointment=Appointment.objects.latest("pk"), actor=Actor.PATIENT)
    with pytest.raises(TimeJustGoneError):
        again(26)
