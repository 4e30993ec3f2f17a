"""The board of a day: what is free on it is what is free, and nothing else."""

import random
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings
from time_machine import Traveller

from booking import availability, board, walltime
from booking.enums import BLOCKING
from booking.models import Appointment, ClinicPolicy
from flexclinic.lib import clock as clinic_clock
from services.models import ServiceOption, Therapist
from tests.booking.admin.pages import errors_of, text_of
from tests.factories.booking import (
    make_appointment,
    make_closure,
    make_override_hours,
    make_time_off,
    make_weekly_hours,
)
from tests.factories.services import make_option, make_room, make_therapist

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.django_db]

BOARD = "/admin/board/"
TUESDAY = f"{BOARD}?date=2026-11-24"
At = Callable[..., datetime]

#: (therapist's slug, instant)
Cells = set[tuple[str, int]]


def starts_of(response: Any) -> tuple[Cells, Cells]:
    """The starts that the page offers to book, and those that it offers to explain."""
    slugs = {str(therapist.pk): therapist.slug for therapist in Therapist.objects.all()}
    cells: tuple[Cells, Cells] = (set(), set())
    for address in re.findall(r'class="board-start [^"]*" href="([^"]*)"', response.content.decode()):
        parts = urlsplit(unescape(address))
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        books = parts.path == "/admin/booking/appointment/add/"
        assert books or parts.path == "/admin/why/"
        who = slugs[asked["therapist"]] if books else asked["therapist"]
        wall = datetime.fromisoformat(f"{asked['date']}T{asked['time']}")
        found = walltime.instants_of(clinic_clock.clinic_zone(), wall)
        instant = int(asked["which"]) if "which" in asked else found[0]
        assert len(found) == (2 if "which" in asked else 1)
        assert (who, instant) not in cells[0] | cells[1]
        cells[0 if books else 1].add((who, instant))
    return cells


def check_board(response: Any, option: ServiceOption, day: date) -> tuple[Cells, Cells]:
    """Every start of the board is free on it exactly when nothing speaks against it; no free start is missing."""
    free, explained = starts_of(response)
    under_cards = {
        (therapist.slug, instant)
        for therapist in Therapist.objects.all()
        for visit in Appointment.objects.filter(therapist=therapist, status__in=BLOCKING)
        for instant in range(int(visit.starts_at.timestamp()), int(visit.ends_at.timestamp()), 60)
    }
    rows = [int(row.at.timestamp()) for row in response.context["board"].rows]
    assert rows == sorted(set(rows))
    for column in response.context["board"].columns:
        for instant in rows:
            start = datetime.fromtimestamp(instant, clinic_clock.clinic_zone())
            reasons = availability.explain(option=option, therapist=column.therapist, start=start)
            cell = (column.therapist.slug, instant)
            assert (cell in free) == (not reasons), (cell, reasons)
            assert (cell in explained) == (bool(reasons) and cell not in under_cards), cell
    offered = availability.free_times(option=option, first_date=day, days=1).starts
    assert free == {(slug, instant) for instant, slugs in offered for slug in slugs}
    return free, explained


@pytest.mark.parametrize("seed", range(6))
def test_free_on_the_board_is_what_nothing_speaks_against(desk: Client, at: At, seed: int) -> None:
    dice = random.Random(seed)
    step = dice.choice([5, 10, 15, 20, 30, 60])
    ClinicPolicy.objects.update_or_create(pk=1, defaults={"step_minutes": step, "lead_minutes": 120})
    rooms = [make_room(), make_room()]
    options = [
        make_option(minutes=50, buffer_before=5, buffer_after=15, rooms=rooms),
        make_option(minutes=25, buffer_after=0, rooms=rooms[:1]),
    ]
    day = at(dice.choice([23, 24])).date()
    midnight = at(day.day)
    for number in range(4):
        therapist = make_therapist(options=options if number else options[1:], bookable=number < 3)
        make_weekly_hours(therapist=therapist)
        if dice.random() < 0.4:
            make_override_hours(
                therapist=therapist, on=day, stretches=[("07:20", "11:05"), ("11:05", "14:00")]
            )
        if dice.random() < 0.4:
            begins = midnight + timedelta(minutes=dice.randrange(480, 960))
            make_time_off(therapist=therapist, start=begins, end=begins + timedelta(minutes=95))
        begins = midnight + timedelta(hours=7)
        while begins < midnight + timedelta(hours=17):
            begins += timedelta(minutes=dice.randrange(5, 200, 5))
            booked = make_appointment(
                option=dice.choice(options),
                therapist=therapist,
                start=begins,
                status=dice.choice(["requested", "confirmed", "no_show", "cancelled", "completed"]),
            )
            begins = booked.occupied_until + timedelta(minutes=booked.option.buffer_before)
    if dice.random() < 0.5:
        make_closure(start=midnight + timedelta(hours=15), end=midnight + timedelta(hours=16))
    seen = 0
    for option in options:
        response = desk.get(f"{BOARD}?date={day}&option={option.slug}")
        free, explained = check_board(response, option, day)
        seen += bool(free) + bool(explained)
    assert seen >= 3


@pytest.mark.parametrize(
    ("day", "shown", "absent"),
    [("2027-03-14", "1:45am", " 2:15am"), ("2027-11-07", "1:45am EST, UTC−5", "1:45am EST, UTC−4")],
)
def test_the_days_on_which_the_clocks_change(
    desk: Client, option: ServiceOption, therapist: Therapist, day: str, shown: str, absent: str
) -> None:
    make_weekly_hours(therapist=therapist, weekdays=[6], stretches=[("00:30", "05:00")])
    option.horizon_days = 400
    option.save()
    response = desk.get(f"{BOARD}?date={day}")
    free, _ = check_board(response, option, date.fromisoformat(day))
    text = text_of(response)
    assert shown in text
    assert absent not in text
    hours = {"2027-03-14": 4, "2027-11-07": 6}[day]
    assert len(response.context["board"].rows) == 4 * hours
    assert len(free) > 4
    assert ("1:30am EDT, UTC−4" in text) == ("1:30am EST, UTC−5" in text) == (hours == 6)


@pytest.mark.parametrize("visits", [0, 5])
def test_the_number_of_queries_does_not_depend_on_the_clinic(
    desk: Client, option: ServiceOption, at: At, visits: int
) -> None:
    counts = []
    for therapists in (1, 2):
        for _ in range(therapists):
            therapist = make_therapist(options=[option])
            make_weekly_hours(therapist=therapist)
            make_time_off(therapist=therapist, start=at(24, 15), end=at(24, 16))
            make_override_hours(therapist=therapist, on=at(24).date(), stretches=[("09:00", "17:00")])
            for hour in range(9, 9 + visits):
                make_appointment(
                    therapist=therapist, option=make_option(minutes=30, buffer_after=0), start=at(24, hour)
                )
        with CaptureQueriesContext(connection) as queries:
            response = desk.get(f"{TUESDAY}&option={option.slug}")
        assert len(response.context["board"].columns) == sum(range(therapists + 1))
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[0] <= 20


def test_appointments_are_cards_that_lead_to_their_page(
    desk: Client, option: ServiceOption, therapist: Therapist, at: At
) -> None:
    here = make_appointment(
        therapist=therapist, option=option, start=at(24, 10), name="Pat Example", first_visit=True
    )
    make_appointment(therapist=therapist, option=option, start=at(24, 14), name="Off", status="cancelled")
    make_appointment(therapist=therapist, option=option, start=at(24, 15), name="Gone", status="no_show")
    make_appointment(therapist=therapist, option=option, start=at(25, 10), name="Tomorrow")
    response = desk.get(TUESDAY)
    text = text_of(response)
    assert f"Pat Example 10am to 11am {option} Requested First visit" in text
    assert f'href="/admin/booking/appointment/{here.pk}/change/">Pat Example</a>' in response.content.decode()
    assert "Gone 3pm to 4pm" in text
    assert 'rowspan="4" class="board-visit board-visit--requested"' in response.content.decode()
    for absent in ("Off ", "Tomorrow"):
        assert absent not in text
    assert "2 appointments, and the free times of" in text


def test_what_lies_behind_a_time_is_said(
    desk: Client, option: ServiceOption, therapist: Therapist, at: At
) -> None:
    off = make_time_off(therapist=therapist, start=at(24, 13), end=at(24, 15))
    off.note = "Dentist"
    off.save()
    make_appointment(therapist=therapist, option=option, start=at(24, 9))
    make_closure(start=at(24, 16), end=at(25), name="Staff meeting")
    text = text_of(desk.get(TUESDAY))
    for words in ("Time off: Dentist", "Closed: Staff meeting", "Outside hours", "Kept free"):
        assert text.count(words) == 1, words
    assert f"{therapist.name} 9am to 12 noon, 1pm to 5pm" in text


def test_visits_off_the_grid_and_two_in_one_row_are_all_there(desk: Client, at: At) -> None:
    ClinicPolicy.objects.create(step_minutes=60)
    short = make_option(minutes=20, buffer_after=0)
    therapist = make_therapist(options=[short])
    make_weekly_hours(therapist=therapist)
    for name, start in (("One", at(24, 9, 10)), ("Two", at(24, 9, 35)), ("Three", at(24, 9, 55))):
        make_appointment(therapist=therapist, option=short, start=start, name=name)
    response = desk.get(TUESDAY)
    text = text_of(response)
    assert text.index("One 9:10am to 9:30am") < text.index("Two 9:35am") < text.index("Three 9:55am")
    free, _ = check_board(response, short, at(24).date())
    assert (therapist.slug, int(at(24, 9).timestamp())) not in free
    assert response.content.decode().count("<td rowspan=") == 1


def test_a_visit_over_midnight_and_of_somebody_who_left(desk: Client, at: At) -> None:
    option = make_option(minutes=180, buffer_after=0)
    gone = make_therapist(name="Gone Away", options=[option], bookable=False)
    make_appointment(therapist=gone, option=option, start=at(24, 23), name="Late")
    for day in (24, 25):
        text = text_of(desk.get(f"{BOARD}?date=2026-11-{day}&option={option.slug}"))
        assert "Gone Away" in text
        assert "Late 11pm to 2am" in text
    assert "Gone Away" not in text_of(desk.get(f"{BOARD}?date=2026-11-26"))


def test_without_a_choice_it_is_today_and_the_first_option(
    desk: Client, option: ServiceOption, therapist: Therapist, at: At
) -> None:
    make_option(service=option.service, position=9)  # nobody gives it
    response = desk.get(BOARD)
    assert (response.context["board"].day, response.context["option"]) == (at(23).date(), option)
    assert 'value="2026-11-23"' in response.content.decode()
    content = response.content.decode()
    for day in ("22", "24"):
        assert f"{BOARD}?date=2026-11-{day}&amp;option={option.slug}" in content
    assert content.count("board-now") == 1


def test_without_anything_to_book_it_still_shows_the_day(desk: Client, at: At) -> None:
    here = make_appointment(start=at(24, 10), name="Pat Example")
    ServiceOption.objects.update(bookable=False)
    response = desk.get(TUESDAY)
    assert "No option can be booked at present" in text_of(response)
    assert f"/admin/booking/appointment/{here.pk}/change/" in response.content.decode()
    assert starts_of(response) == (set(), set())


def test_a_clinic_without_therapists(desk: Client) -> None:
    assert "There is no therapist who can be booked." in text_of(desk.get(BOARD))


@pytest.mark.parametrize(
    ("query", "box", "words"),
    [
        ("date=never", "date", "Enter a date such as"),
        ("date=9999-12-31", "date", "within two years"),
        ("date=0001-01-01", "date", "within two years"),
        ("option=nothing", "option", "There is no such option."),
        ("option=a%00b", "option", "There is no such option."),
    ],
)
def test_what_cannot_be_read_is_said_and_today_shown(
    desk: Client, option: ServiceOption, therapist: Therapist, at: At, query: str, box: str, words: str
) -> None:
    response = desk.get(f"{BOARD}?{query}")
    assert words in errors_of(response)[box][0]
    assert words in text_of(response)
    assert (response.context["board"].day, response.context["option"]) == (at(23).date(), option)


def test_a_date_that_never_was(
    desk: Client, therapist: Therapist, clock: Traveller, settings: Settings
) -> None:
    settings.CLINIC_TIME_ZONE = "Pacific/Apia"
    clock.move_to(datetime.fromisoformat("2011-12-28T12:00+00:00"))
    day = board.of_day(date(2011, 12, 30), option=None, address=lambda *_: "")
    assert day.rows == []


def test_who_may_not_see_appointments_is_told_so(client: Client, outsider: Client) -> None:
    client.force_login(User.objects.create_user("editor", is_staff=True))
    response = client.get(BOARD)
    assert response.status_code == 403
    assert "You cannot open this page" in text_of(response)
    assert outsider.get(BOARD).status_code == 302
    assert Client().get(BOARD)["Location"].startswith("/admin/login/")


def test_who_only_looks_sees_what_is_free_and_books_nothing(
    client: Client, option: ServiceOption, therapist: Therapist
) -> None:
    user = User.objects.create_user("looks", is_staff=True)
    user.user_permissions.add(
        *Permission.objects.filter(codename__in=["view_appointment", "see_every_appointment"])
    )
    client.force_login(user)
    response = client.get(TUESDAY)
    free, explained = starts_of(response)
    assert not free
    assert explained
    assert '<span class="board-start board-start--free">9am</span>' in response.content.decode()


def test_it_only_reads(desk: Client) -> None:
    assert desk.post(BOARD).status_code == 405
