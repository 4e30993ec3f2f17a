"""Who is here, since when, and who is late, in the words of the desk."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client

from booking import lifecycle
from booking.admin.attendance import attendance
from booking.models import Appointment
from flexclinic.lib import clock as the_clock
from tests.booking.admin.pages import text_of
from tests.factories.booking import make_appointment

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

At = Callable[..., datetime]
Clock = time_machine.Traveller


@pytest.fixture
def due(at: At) -> Appointment:
    """Somebody whose visit begins now, at 9."""
    return make_appointment(name="Pat Due", start=at(23, 9), status="confirmed")


def words(appointment: Appointment, minutes: int = 0) -> str | None:
    """What is said of it so many minutes from now on."""
    appointment.refresh_from_db()
    known = attendance(appointment, now=the_clock.now() + timedelta(minutes=minutes))
    return f"{known.words} ({known.tone})" if known else None


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (-30, None),
        (4, None),
        (5, "5 min late (bad)"),
        (59, "59 min late (bad)"),
        (60, "Did they come? (wait)"),
        (3000, "Did they come? (wait)"),
    ],
)
def test_who_has_not_come_is_late_from_five_minutes_on(
    due: Appointment, minutes: int, said: str | None
) -> None:
    assert words(due, minutes) == said


def test_who_is_here_waits_since_they_came(due: Appointment, clock: Clock) -> None:
    clock.shift(timedelta(minutes=-10))
    lifecycle.arrive(appointment=due, user=None)
    assert words(due) == "Here for 0 min (good)"
    assert words(due, 12) == "Here for 12 min (good)"
    assert words(due, 20) == "Here for 20 min (bad)"  # ten minutes after the start


def test_who_came_late_is_said_by_how_much(due: Appointment, clock: Clock) -> None:
    clock.shift(timedelta(minutes=7))
    lifecycle.arrive(appointment=due, user=None)
    assert words(due, 3) == "Here for 3 min, came 7 min late (good)"
    clock.shift(timedelta(minutes=3))
    due.refresh_from_db()
    lifecycle.in_room(appointment=due, user=None)
    assert words(due, 65) == "In the room for 1 h 5 min (good)"
    due.refresh_from_db()
    lifecycle.complete(appointment=due, user=None)
    assert words(due) == "Came 7 min late (over)"


@pytest.mark.parametrize("status", ["requested", "completed", "no_show", "cancelled", "arrived"])
def test_of_others_there_is_nothing_to_say(at: At, status: str) -> None:
    """Somebody who arrived before the clinic noted when is here, and that is all that is known."""
    assert words(make_appointment(start=at(23, 9), status=status), 30) is None


def test_the_day_and_the_page_say_it(desk: Client, due: Appointment, clock: Clock) -> None:
    page = f"/admin/booking/appointment/{due.pk}/change/"
    clock.shift(timedelta(minutes=8))
    for address in ("/admin/", page):
        assert "Confirmed 8 min late" in text_of(desk.get(address))
    desk.post(f"/admin/booking/appointment/{due.pk}/do/arrive/", {"version": 1, "from": "today"})
    clock.shift(timedelta(minutes=2))
    for address in ("/admin/", page):
        assert "Arrived Here for 2 min, came 8 min late" in text_of(desk.get(address))
