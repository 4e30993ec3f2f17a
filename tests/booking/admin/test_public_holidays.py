"""Public holidays at the desk: what is offered, and closures of whole days, once each."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from pytest_django import Settings

from booking import availability
from booking.admin import public_holidays
from booking.enums import AppointmentStatus
from booking.models import Closure
from services.models import ServiceOption, Therapist
from tests.booking.admin.pages import messages_of, text_of
from tests.conftest import MONDAY_NINE
from tests.factories.booking import make_appointment, make_closure
from tests.factories.services import make_therapist

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.django_db]

PAGE = "/admin/booking/closure/holidays/"
At = Callable[..., datetime]


def shown(desk: Client) -> dict[str, Any]:
    """The page's lines, by their date."""
    return {day.value: day for day in desk.get(PAGE).context["days"]}


def test_the_list_leads_there(desk: Client) -> None:
    assert f'href="{PAGE}"' in desk.get("/admin/booking/closure/").content.decode()


def test_the_holidays_of_the_region_from_today_to_the_end_of_next_year(desk: Client) -> None:
    days = shown(desk)
    assert list(days)[:3] == ["2026-11-26", "2026-12-25", "2027-01-01"]
    assert list(days)[-1].startswith("2027-12-")
    assert days["2027-02-12"].name == "Lincoln’s Birthday"  # of New York State
    assert "Thursday 26 November 2026 Thanksgiving Day none" in text_of(desk.get(PAGE))


def test_a_holiday_today_is_still_offered(desk: Client, clock: time_machine.Traveller, at: At) -> None:
    clock.move_to(at(26, 23, 30))  # in UTC it is tomorrow
    desk.force_login(User.objects.get())
    assert "2026-11-26" in shown(desk)
    clock.move_to(at(27, 0))
    assert "2026-11-26" not in shown(desk)


def test_another_country_and_a_region_by_its_name(desk: Client, settings: Settings) -> None:
    settings.CLINIC = {**settings.CLINIC, "country": "GB", "region": "Scotland"}
    assert "2026-11-30" in shown(desk)  # Saint Andrew's
    settings.CLINIC = {**settings.CLINIC, "region": "Greater London"}
    assert "2026-11-30" not in shown(desk)
    assert "The region “Greater London” ( CLINIC_REGION ) is not one" in text_of(desk.get(PAGE))
    settings.CLINIC = {**settings.CLINIC, "country": "XX"}
    assert "No public holidays are known for XX" in text_of(desk.get(PAGE))


def test_ticked_days_are_closed_whole_and_once(
    desk: Client, option: ServiceOption, therapist: Therapist, at: At
) -> None:
    ticked = {"day": ["2026-11-26", "2027-01-01"]}
    assert messages_of(desk.post(PAGE, ticked, follow=True)) == [
        "The clinic is closed on Thursday 26 November 2026 (Thanksgiving Day) and "
        "Friday 1 January 2027 (New Year’s Day)."
    ]
    first, _ = Closure.objects.order_by("period")
    assert (first.name, first.period.lower, first.period.upper) == ("Thanksgiving Day", at(26), at(27))
    free = availability.free_times(option=option, first_date=date(2026, 11, 25), days=3).by_date()
    assert set(free) == {date(2026, 11, 25), date(2026, 11, 27)}
    assert shown(desk)["2026-11-26"].closed_by == "Thanksgiving Day"
    assert messages_of(desk.post(PAGE, ticked, follow=True)) == [
        "Nothing was changed: tick the days on which the clinic is closed."
    ]
    assert Closure.objects.count() == 2


def test_what_closes_longer_closes_the_day_and_what_closes_half_of_it_does_not(desk: Client, at: At) -> None:
    make_closure(start=at(25), end=at(28), name="Long weekend")
    assert shown(desk)["2026-11-26"].closed_by == "Long weekend"
    Closure.objects.all().delete()
    make_closure(start=at(26, 12), end=at(28), name="Afternoon")
    assert shown(desk)["2026-11-26"].closed_by == ""
    desk.post(PAGE, {"day": "2026-11-26"})
    assert Closure.objects.count() == 2


def test_the_visits_of_the_day_are_counted_and_named(
    desk: Client, option: ServiceOption, therapist: Therapist, at: At
) -> None:
    make_appointment(therapist=therapist, option=option, start=at(26, 10), name="Pat Example")
    make_appointment(therapist=make_therapist(), option=option, start=at(26, 23, 30), name="Late Sample")
    make_appointment(option=option, start=at(26, 10), status=AppointmentStatus.CANCELLED)
    make_appointment(option=option, start=at(27, 0))
    day = shown(desk)["2026-11-26"]
    assert day.visits == 2
    words = text_of(desk.get(day.visits_address))
    assert "Pat Example" in words
    said = messages_of(desk.post(PAGE, {"day": "2026-11-26"}, follow=True))
    assert "2 visits are booked in that time: " in said[1]
    assert "Late Sample" in said[1]


@pytest.mark.parametrize(
    ("zone", "day", "begins", "hours"),
    [
        ("America/New_York", date(2027, 3, 14), "2027-03-14T05:00", 23),
        ("America/New_York", date(2027, 11, 7), "2027-11-07T04:00", 25),
        ("America/Santiago", date(2026, 9, 6), "2026-09-06T04:00", 23),  # the clocks skip its midnight
    ],
)
def test_a_day_is_whole_whatever_the_clocks_do(
    settings: Settings, zone: str, day: date, begins: str, hours: int
) -> None:
    settings.CLINIC_TIME_ZONE = zone
    period = public_holidays.whole_day(day)
    assert period
    assert period.lower == datetime.fromisoformat(begins).replace(tzinfo=UTC)
    assert period.upper - period.lower == timedelta(hours=hours)
    assert period.bounds == "[)"


def test_a_date_that_the_zone_leaves_out_is_no_day(settings: Settings) -> None:
    settings.CLINIC_TIME_ZONE = "Pacific/Apia"
    assert public_holidays.whole_day(date(2011, 12, 30)) is None


@pytest.mark.parametrize("sent", ["2026-11-24", "2026-13-01", "x", ""])
def test_only_what_is_offered_is_closed(desk: Client, sent: str) -> None:
    desk.post(PAGE, {"day": sent})
    assert not Closure.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_who_close_at_once_close_a_day_once() -> None:
    here = Barrier(4)

    def close() -> int:
        with closing(connection):
            connection.ensure_connection()
            here.wait(30)
            return len(public_holidays.close(["2026-12-25"]))

    with time_machine.travel(MONDAY_NINE, tick=False), ThreadPoolExecutor(4) as threads:
        assert sorted(made.result(60) for made in [threads.submit(close) for _ in range(4)]) == [0, 0, 0, 1]
    assert Closure.objects.count() == 1


def test_who_may_only_look_closes_nothing() -> None:
    user = User.objects.create_user("looks", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_closure"))
    client = Client()
    client.force_login(user)
    response = client.get(PAGE)
    assert response.status_code == 200
    assert "Close on the ticked days" not in text_of(response)
    assert client.post(PAGE, {"day": "2026-11-26"}).status_code == 403
    assert not Closure.objects.exists()
