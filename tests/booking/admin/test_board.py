"""The board of a day: what is free on it is what is free, and nothing else."""

import random
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings
from time_machine import Traveller

from booking import availability, lifecycle
from booking.board import day as day_board
from booking.board import month, week
from booking.enums import BLOCKING, NotificationKind
from booking.models import Appointment, ClinicPolicy, ComfortPreferences, Notification, Patient
from flexclinic.lib import clock as clinic_clock
from services.models import Room, ServiceOption, Therapist
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
    """The starts that the page offers to book, and those that lie in its runs of what is not free."""
    slugs = {f"t{therapist.pk}": therapist.slug for therapist in Therapist.objects.all()}
    shown = response.context["board"]
    content = response.content.decode()
    free = {
        (slugs[who], int(instant))
        for instant, who in re.findall(r'board-free[^"]*" href="at/(\d+)/(t\d+)/\d+/"', content)
    }
    linked = set(re.findall(r'board-run[^"]*" href="at/(\d+)/(t\d+)/\d+/"', content))
    explained: set[tuple[str, int]] = set()
    for column in shown.columns:
        for run in column.runs:
            if (str(run.instant), column.who) not in linked:
                continue
            inside = range(run.instant, int(run.until.timestamp()), shown.step * 60)
            assert not explained & {(slugs[column.who], instant) for instant in inside}
            explained |= {(slugs[column.who], instant) for instant in inside}
    return free, explained


def check_board(response: Any, option: ServiceOption, day: date) -> tuple[Cells, Cells]:
    """Every start of the board is free on it exactly when nothing speaks against it; no free start is missing."""
    free, explained = starts_of(response)
    under_cards = {
        (therapist.slug, instant)
        for therapist in Therapist.objects.all()
        for visit in Appointment.objects.filter(therapist=therapist, status__in=BLOCKING)
        for instant in range(int(visit.starts_at.timestamp()), int(visit.ends_at.timestamp()), 60)
    }
    shown = response.context["board"]
    instants = [instant for instant, _ in shown.frame.grid]
    assert instants == sorted(set(instants))
    for column in shown.columns:
        therapist = Therapist.objects.get(slug=column.slug)
        for instant in instants:
            start = datetime.fromtimestamp(instant, clinic_clock.clinic_zone())
            reasons = availability.explain(option=option, therapist=therapist, start=start)
            cell = (column.slug, instant)
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
    assert len(response.context["board"].frame.rows()) == 4 * hours
    assert response.context["board"].frame.minutes == 60 * hours
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
    assert counts[0] <= 12


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
    assert f"Pat Example Requested First visit 10am to 11am {option}" in text
    content = response.content.decode()
    assert f'href="../booking/appointment/{here.pk}/change/" title="Pat Example, 10am to 11am, ' in content
    assert "Gone Did not come 3pm to 4pm" in text
    assert 'board-card--requested fh1 th2 "' in content  # the board begins at 9
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
        assert words in text, words
    assert f"{therapist.name} 9am to 12 noon, 1pm to 5pm" in text


def test_visits_off_the_grid_stand_at_their_true_times(desk: Client, at: At) -> None:
    ClinicPolicy.objects.create(step_minutes=60)
    short = make_option(minutes=20, buffer_after=0)
    therapist = make_therapist(options=[short])
    make_weekly_hours(therapist=therapist)
    for name, start in (("One", at(24, 9, 10)), ("Two", at(24, 9, 35)), ("Three", at(24, 9, 55))):
        make_appointment(therapist=therapist, option=short, start=start, name=name)
    response = desk.get(TUESDAY)
    text = text_of(response)
    assert text.index("9:10am to 9:30am") < text.index("9:35am to") < text.index("9:55am to")
    free, _ = check_board(response, short, at(24).date())
    assert (therapist.slug, int(at(24, 9).timestamp())) not in free
    places = [card.place for card in response.context["board"].columns[0].cards]
    assert places == ["fm10 tm30", "fm35 tm55", "fm55 th1 tm15"]


def test_who_did_not_come_and_who_came_instead_stand_beside_each_other(
    desk: Client, option: ServiceOption, therapist: Therapist, at: At
) -> None:
    make_appointment(therapist=therapist, option=option, start=at(24, 10), status="no_show")
    make_appointment(therapist=therapist, option=option, start=at(24, 10, 15), status="confirmed")
    make_appointment(therapist=therapist, option=option, start=at(24, 14), status="no_show")
    lanes = [card.lane for card in desk.get(TUESDAY).context["board"].columns[0].cards]
    assert lanes == ["of2 lane0", "of2 lane1", "of2 lane0"]


def test_what_is_free_beside_who_did_not_come_has_the_lane_that_they_leave(
    desk: Client, option: ServiceOption, therapist: Therapist, at: At
) -> None:
    for minute in (0, 15):
        make_appointment(
            therapist=therapist, option=option, start=at(24, 14, minute), status="no_show", name=f"{minute}"
        )
    [column] = desk.get(TUESDAY).context["board"].columns
    assert [card.lane for card in column.cards] == ["of3 lane0", "of3 lane1"]
    beside = {int(free.instant): "beside of3" in free.place for free in column.free}
    assert beside[int(at(24, 14).timestamp())]
    assert beside[int(at(24, 15).timestamp())]
    assert not beside[int(at(24, 15, 15).timestamp())]
    assert not beside[int(at(24, 13, 45).timestamp())]


def test_a_card_says_all_of_it_in_its_title_and_a_short_one_is_marked(
    desk: Client, therapist: Therapist, at: At
) -> None:
    short = make_option(minutes=30, name="Reset")
    make_appointment(therapist=therapist, option=short, start=at(24, 14), status="confirmed", name="Jo Quill")
    body = desk.get(TUESDAY).content.decode()
    assert f'title="Jo Quill, 2pm to 2:30pm, {short}, Confirmed"' in body
    assert "board-card--confirmed board-card--short" in body


def test_a_visit_over_midnight_and_of_somebody_who_left(desk: Client, at: At) -> None:
    option = make_option(minutes=180, buffer_after=0)
    gone = make_therapist(name="Gone Away", options=[option], bookable=False)
    make_appointment(therapist=gone, option=option, start=at(24, 23), name="Late")
    for day in (24, 25):
        text = text_of(desk.get(f"{BOARD}?date=2026-11-{day}&option={option.slug}"))
        assert "Gone Away" in text
        assert "11pm to 2am" in text
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
    assert content.count("board-item board-now") == 1


def test_without_anything_to_book_it_still_shows_the_day(desk: Client, at: At) -> None:
    here = make_appointment(start=at(24, 10), name="Pat Example")
    ServiceOption.objects.update(bookable=False)
    response = desk.get(TUESDAY)
    assert "No option can be booked at present" in text_of(response)
    assert f"../booking/appointment/{here.pk}/change/" in response.content.decode()
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
        ("view=week&therapist=a%00b", "therapist", "There is no such therapist."),
    ],
)
def test_what_cannot_be_read_is_said_and_today_shown(
    desk: Client, option: ServiceOption, therapist: Therapist, at: At, query: str, box: str, words: str
) -> None:
    response = desk.get(f"{BOARD}?{query}")
    assert words in errors_of(response)[box][0]
    assert words in text_of(response)
    shown = response.context["board"]
    assert response.context["option"] == option
    assert (shown.day if "view" not in query else shown.first) == at(23).date()


def test_a_date_that_never_was(
    desk: Client, therapist: Therapist, clock: Traveller, settings: Settings
) -> None:
    settings.CLINIC_TIME_ZONE = "Pacific/Apia"
    clock.move_to(datetime.fromisoformat("2011-12-28T12:00+00:00"))
    shown = day_board.of_therapists(date(2011, 12, 30), option=None)
    assert (shown.columns, shown.frame) == ([], None)
    counts = {count.day: count for week_ in month.of(date(2011, 12, 28)).weeks for count in week_}
    gone = counts[date(2011, 12, 30)]
    assert (gone.visits, gone.worked) == (0, 0)
    assert len(week.of(date(2011, 12, 28), therapist=therapist, option=None).columns) == 6


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
    assert re.search(r'<span class="board-item board-free[^"]*">9am</span>', response.content.decode())
    assert "board-menu" not in response.content.decode()


def test_it_only_reads(desk: Client) -> None:
    assert desk.post(BOARD).status_code == 405


def test_a_pressed_time_is_booked_where_it_is_free_now_and_explained_where_it_is_not(
    desk: Client, option: ServiceOption, therapist: Therapist, room: Room, at: At
) -> None:
    address = f"{BOARD}at/{int(at(24, 10).timestamp())}/t{therapist.pk}/{option.pk}/"
    assert desk.get(address)["Location"] == (
        f"/admin/booking/appointment/add/?option={option.pk}&date=2026-11-24&time=10%3A00&therapist={therapist.pk}"
    )
    make_appointment(therapist=therapist, option=option, start=at(24, 10))
    assert desk.get(address)["Location"].startswith(
        f"/admin/why/?option={option.slug}&therapist={therapist.slug}"
    )
    in_room = desk.get(f"{BOARD}at/{int(at(24, 10).timestamp())}/r{room.pk}/{option.pk}/")
    assert in_room["Location"].endswith(f"&room={room.pk}")
    for wrong in (
        f"at/1/x1/{option.pk}/",
        "at/1/t1/999/",
        f"at/1/t999/{option.pk}/",
        "at/999999999999999/t1/1/",
    ):
        assert desk.get(BOARD + wrong).status_code == 404


def test_cards_say_what_the_desk_needs_at_a_glance(
    desk: Client, option: ServiceOption, therapist: Therapist, at: At, clock: Traveller
) -> None:
    patient = Patient.objects.create(name="Pat Example")
    before = make_appointment(therapist=therapist, option=option, start=at(20, 10), status="completed")
    here = make_appointment(therapist=therapist, option=option, start=at(23, 9), status="confirmed")
    for visit in (before, here):
        visit.patient = patient
        visit.save()
    ComfortPreferences.objects.create(appointment=before, pressure="firm", quiet=True, updated_at=at(20))
    kinds = (NotificationKind.CONFIRMED, NotificationKind.MOVED, NotificationKind.CANCELLED)
    for number, kind in enumerate(kinds):
        Notification.objects.create(appointment=here, kind=kind, version=1, created_at=at(22), status="sent")
        said = {0: "All sent", 1: "1 waiting", 2: "1 not sent"}[number]
        Notification.objects.filter(kind=kind).update(status=["sent", "waiting", "failed"][number])
        assert said in text_of(desk.get(BOARD))
    clock.move_to(at(23, 9, 10))
    text = text_of(desk.get(BOARD))
    assert "Late" in text
    assert "Firm pressure; little talk" in text


def test_by_room_every_visit_stands_in_its_room(
    desk: Client, option: ServiceOption, therapist: Therapist, room: Room, at: At
) -> None:
    make_appointment(therapist=therapist, option=option, start=at(24, 10), room=room, name="In it")
    make_appointment(therapist=therapist, option=option, start=at(24, 14), name="Without")
    shown = desk.get(f"{TUESDAY}&by=room").context["board"]
    assert [(column.title, [card.appointment.name for card in column.cards]) for column in shown.columns] == [
        (room.name, ["In it"]),
        ("No room", ["Without"]),
    ]


def test_a_week_is_that_of_one_therapist(
    desk: Client, option: ServiceOption, therapist: Therapist, at: At
) -> None:
    other = make_therapist(options=[option])
    for who, name, day_ in ((therapist, "Mine", 24), (therapist, "Later", 27), (other, "Other", 24)):
        make_appointment(therapist=who, option=option, start=at(day_, 10), name=name)
    response = desk.get(f"{BOARD}?view=week&date=2026-11-26&therapist={therapist.slug}")
    shown = response.context["board"]
    assert [column.day.day for column in shown.columns] == [23, 24, 25, 26, 27, 28, 29]
    assert [[card.appointment.name for card in column.cards] for column in shown.columns[:5]] == [
        [],
        ["Mine"],
        [],
        [],
        ["Later"],
    ]
    offered = availability.free_times(option=option, therapist=therapist, first_date=at(23).date(), days=7)
    assert [free.instant for column in shown.columns for free in column.free] == [
        instant for instant, _ in offered.starts
    ]


def test_a_month_counts_visits_requests_and_hours(
    desk: Client, option: ServiceOption, therapist: Therapist, at: At
) -> None:
    make_appointment(therapist=therapist, option=option, start=at(24, 9), status="confirmed")
    make_appointment(therapist=therapist, option=option, start=at(24, 14), status="requested")
    make_appointment(therapist=therapist, option=option, start=at(24, 11), status="cancelled")
    make_time_off(therapist=therapist, start=at(24, 15), end=at(24, 17))
    make_closure(start=at(26), end=at(27), name="Thanksgiving")
    response = desk.get(f"{BOARD}?view=month&date=2026-11-24")
    counts = {count.day: count for week_ in response.context["board"].weeks for count in week_}
    tuesday = counts[at(24).date()]
    assert (tuesday.visits, tuesday.requests, tuesday.worked, tuesday.booked) == (2, 1, 5 * 60, 120)
    assert "2 visits 1 request 40% booked, 3 hours free" in text_of(response)
    assert counts[at(26).date()].closed == "Closed: Thanksgiving"
    assert len(counts) % 7 == 0


def test_the_table_of_buttons_leads_back_to_the_board(
    desk: Client, option: ServiceOption, therapist: Therapist, at: At
) -> None:
    here = lifecycle.book(
        option=option,
        therapist=therapist,
        room=None,
        start=at(24, 10),
        contact=lifecycle.Contact(name="Pat Example"),
        user=None,
    )
    page = f"/admin/booking/appointment/{here.pk}"
    sent = {"from": "board", "narrowed": "date=2026-11-24", "version": here.version}
    taken = f"{int(at(24, 14).timestamp())}.{therapist.pk}"
    response = desk.post(f"{page}/move/", {**sent, "take": taken}, follow=True)
    assert response.redirect_chain == [(f"{BOARD}?date=2026-11-24", 302)]
    assert f'formaction="{page}/do/undo/" name="version" value="2"' in response.content.decode()
    response = desk.post(f"{page}/do/undo/", {**sent, "version": 2}, follow=True)
    assert response.redirect_chain == [(f"{BOARD}?date=2026-11-24", 302)]
    here.refresh_from_db()
    assert here.starts_at == at(24, 10)
    # Somebody who saw an older version is told what has changed, and nothing is overwritten.
    response = desk.post(f"{page}/move/", {**sent, "take": taken})
    assert "It has changed in the meantime" in text_of(response)
    here.refresh_from_db()
    assert here.starts_at == at(24, 10)
