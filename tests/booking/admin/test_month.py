"""A month of a therapist, day by day."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from booking import working_hours
from booking.models import Appointment, OverrideHours
from services.models import Therapist
from tests.booking.admin.pages import answer_of, links_of, text_of
from tests.factories.booking import make_closure, make_override_hours, make_time_off

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.django_db]

At = Callable[..., datetime]


def month_of(therapist: Therapist, month: str = "2026-11") -> str:
    return f"/admin/booking/overridehours/month/{therapist.pk}/?month={month}"


def press(desk: Client, therapist: Therapist, act: str, days: list[str], **boxes: str) -> Any:
    page = desk.get(month_of(therapist))
    form = {"seen": page.context["form"].initial["seen"], "act": act, "day": days, **boxes}
    return desk.post(month_of(therapist), form)


def rows(therapist: Therapist) -> list[tuple[str, int | None, int | None, bool]]:
    found = OverrideHours.objects.filter(therapist=therapist).order_by("date", "extra", "start")
    return [(str(row.date)[5:], row.start, row.end, row.extra) for row in found]


def cell(page: Any, day: date) -> Any:
    return next(each for week in page.context["weeks"] for each in week if each and each.date == day)


def test_a_day_shows_what_is_left_of_it(
    desk: Client, therapist: Therapist, visit: Appointment, at: At
) -> None:
    make_override_hours(therapist=therapist, on=date(2026, 11, 24), stretches=[("10:00", "14:00")])
    make_override_hours(therapist=therapist, on=date(2026, 11, 28), stretches=[("8:00", "9:00")], extra=True)
    make_time_off(therapist=therapist, start=at(24, 12), end=at(24, 13))
    make_closure(start=at(25), end=at(26), name="Heating")
    page = desk.get(month_of(therapist))
    assert cell(page, date(2026, 11, 24)).hours == ["10am to 12 noon", "1pm to 2pm"]
    assert cell(page, date(2026, 11, 24)).marks == ["Time off", "Other hours"]
    assert cell(page, date(2026, 11, 25)).hours == []
    assert cell(page, date(2026, 11, 25)).marks == ["Closed: Heating"]
    assert cell(page, date(2026, 11, 26)).visits == 1
    assert cell(page, date(2026, 11, 28)).hours == ["8am to 9am"]
    assert cell(page, date(2026, 11, 20)).over
    assert [len(week) for week in page.context["weeks"]] == [7] * 6


def test_a_month_takes_six_queries_however_full_it_is(
    therapist: Therapist, at: At, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for day in range(1, 20):
        make_override_hours(therapist=therapist, on=date(2026, 11, day), stretches=[("8:00", "9:00")])
        make_time_off(therapist=therapist, start=at(day, 12), end=at(day, 13))
    with django_assert_num_queries(6):
        working_hours.plan(therapist=therapist, first=date(2026, 11, 1), days=30)


def test_each_act_does_what_its_button_says(desk: Client, therapist: Therapist) -> None:
    days = ["2026-11-26", "2026-11-27"]
    hours = {"stretch0-from": "9", "stretch0-until": "12"}
    assert press(desk, therapist, "instead", days, **hours).status_code == 302
    assert rows(therapist) == [("11-26", 540, 720, False), ("11-27", 540, 720, False)]
    press(desk, therapist, "on-top", days[:1], **{"stretch1-from": "6pm", "stretch1-until": "8pm"})
    assert rows(therapist)[1] == ("11-26", 1080, 1200, True)
    press(desk, therapist, "none", days)
    assert rows(therapist) == [("11-26", None, None, False), ("11-27", None, None, False)]
    press(desk, therapist, "usual", days)
    assert rows(therapist) == []


def test_a_visit_that_would_lie_outside_is_listed_first(desk: Client, visit: Appointment) -> None:
    therapist = visit.therapist
    asked = press(desk, therapist, "none", ["2026-11-26", "2026-11-27"])
    words = text_of(asked)
    assert "1 visit will lie outside the hours." in words
    assert "Thursday 26 November 2026 9am to 12 noon, 1pm to 5pm no hours" in words
    assert rows(therapist) == []
    answer = {"asked": "none", "anyway": answer_of(asked), "day": ["2026-11-26", "2026-11-27"]}
    page = desk.post(month_of(therapist), {**answer, "seen": asked.context["form"]["seen"].value()})
    assert page.status_code == 302
    assert len(rows(therapist)) == 2


@pytest.mark.parametrize(
    ("act", "days", "boxes", "words"),
    [
        ("none", [], {}, "Tick the days first"),
        ("none", ["2026-11-20"], {}, "Tick the days first, from today on."),
        ("none", ["2026-12-01"], {}, "Tick the days first"),
        ("none", ["nonsense"], {}, "Tick the days first"),
        ("else", ["2026-11-26"], {}, "Press what these days are to have."),
        ("instead", ["2026-11-26"], {}, "Enter the hours first."),
        ("instead", ["2026-11-26"], {"stretch0-from": "12", "stretch0-until": "9"}, "must end after"),
        ("on-top", ["2026-11-26"], {"stretch0-from": "nine", "stretch0-until": "10"}, "Write a time such as"),
    ],
)
def test_what_cannot_be_is_said_and_what_was_chosen_stays(
    desk: Client, therapist: Therapist, act: str, days: list[str], boxes: dict[str, str], words: str
) -> None:
    page = press(desk, therapist, act, days, **boxes)
    assert words in text_of(page)
    for value in boxes.values():
        assert f'value="{value}"' in page.content.decode()
    if days == ["2026-11-26"]:
        assert cell(page, date(2026, 11, 26)).ticked
    assert rows(therapist) == []


def test_two_desks_do_not_overwrite_each_other(desk: Client, therapist: Therapist) -> None:
    seen = desk.get(month_of(therapist)).context["form"].initial["seen"]
    make_override_hours(therapist=therapist, on=date(2026, 11, 27), stretches=[("8:00", "9:00")])
    form = {"seen": seen, "act": "usual", "day": ["2026-11-27"]}
    page = desk.post(month_of(therapist), form)
    assert "Somebody has changed this month" in text_of(page)
    assert len(rows(therapist)) == 1
    form["seen"] = page.context["form"]["seen"].value()
    desk.post(month_of(therapist), form)
    assert rows(therapist) == []


@pytest.mark.parametrize("month", ["", "x", "9999-12", "0001-01", "2026-13"])
def test_an_odd_month_is_this_one(desk: Client, therapist: Therapist, month: str) -> None:
    assert "November 2026" in text_of(desk.get(month_of(therapist, month)))


def test_a_day_leads_to_why_with_its_boxes_filled_in(desk: Client, therapist: Therapist) -> None:
    address = links_of(desk.get(month_of(therapist)))["Why not? Saturday 28 November 2026"]
    why = desk.get(address)
    assert why.context["form"]["date"].value() == "2026-11-28"
    assert why.context["form"]["therapist"].value() == therapist.slug


def test_who_only_looks_changes_nothing(client: Client, therapist: Therapist) -> None:
    looker = User.objects.create_user("looker", is_staff=True)
    client.force_login(looker)
    assert client.get(month_of(therapist)).status_code == 403
    for codename in ("view_overridehours", "see_every_appointment"):
        looker.user_permissions.add(Permission.objects.get(codename=codename))
    assert "These hours instead" not in text_of(client.get(month_of(therapist)))
    assert client.post(month_of(therapist), {}).status_code == 403


def test_nobodys_month(desk: Client) -> None:
    assert desk.get("/admin/booking/overridehours/month/999/").status_code == 404
