from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from booking.models import Appointment, OverrideHours, WeeklyHours
from services.models import Therapist
from tests.booking.admin.pages import answer_of, errors_of, text_of
from tests.factories.booking import make_weekly_hours
from tests.factories.services import make_therapist

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.django_db]


def week_of(therapist: Therapist) -> str:
    """The page of a therapist's week."""
    return f"/admin/booking/weeklyhours/week/{therapist.pk}/"


def filled(client: Client, therapist: Therapist) -> dict[str, Any]:
    """What the page's form would send as it stands."""
    form = client.get(week_of(therapist)).context["form"]
    return {name: form[name].value() or "" for name in form.fields}


def stored(therapist: Therapist) -> list[tuple[int, int, int]]:
    """Every row of the therapist."""
    return sorted(therapist.weekly_hours.values_list("weekday", "start", "end"))


def test_the_week_shows_what_holds_and_a_full_day_one_more_stretch(desk: Client) -> None:
    therapist = make_therapist(name="Ana")
    make_weekly_hours(
        therapist=therapist,
        weekdays=[2],
        stretches=[("9:00", "10:00"), ("11:00", "12:00"), ("13:00", "24:00")],
    )
    form = filled(desk, therapist)
    assert (form["day2-0-from"], form["day2-2-until"], form["day2-3-from"]) == ("09:00", "24:00", "")
    assert "day2-4-from" not in form
    assert "day0-3-from" not in form


def test_times_as_people_write_them_are_saved_and_rows_that_stay_are_the_same_rows(desk: Client) -> None:
    therapist = make_therapist()
    [kept, gone] = make_weekly_hours(therapist=therapist, weekdays=[0])
    form = {
        **filled(desk, therapist),
        "day0-1-from": "1pm",
        "day0-1-until": "5:30pm",
        "day6-1-from": "9",
        "day6-1-until": "24:00",
    }
    assert desk.post(week_of(therapist), form).status_code == 302
    assert stored(therapist) == [(0, 540, 720), (0, 780, 1050), (6, 540, 1440)]
    assert WeeklyHours.objects.filter(pk=kept.pk).exists()
    assert not WeeklyHours.objects.filter(pk=gone.pk).exists()


@pytest.mark.parametrize(
    ("typed", "errors"),
    [
        ({"day0-0-from": "9", "day0-0-until": ""}, {"day0-0-until": "Enter when this ends."}),
        ({"day0-0-from": "", "day0-0-until": "9"}, {"day0-0-from": "Enter when this begins."}),
        ({"day0-0-from": "12", "day0-0-until": "9"}, {"day0-0-until": "This must end after it begins."}),
        ({"day0-0-from": "9", "day0-0-until": "9"}, {"day0-0-until": "This must end after it begins."}),
        ({"day3-2-from": "nine"}, {"day3-2-from": "Write a time such as 9:00, 5:30pm or 24:00."}),
        (
            {"day1-0-from": "13", "day1-0-until": "17", "day1-2-from": "9", "day1-2-until": "13:30"},
            {"day1-0-from": "This overlaps 9am to 1:30pm."},
        ),
    ],
)
def test_what_is_out_of_order_is_said_at_its_box_and_everything_typed_stays(
    desk: Client, typed: dict[str, str], errors: dict[str, str]
) -> None:
    therapist = make_therapist()
    response = desk.post(
        week_of(therapist), {**filled(desk, therapist), "day5-0-from": "7pm", "day5-0-until": "20", **typed}
    )
    assert errors_of(response) == {box: [error] for box, error in errors.items()}
    page = response.content.decode()
    for value in (*typed.values(), "7pm"):
        assert not value or f'value="{value}"' in page
    assert stored(therapist) == []


def test_stretches_that_touch_are_two(desk: Client) -> None:
    therapist = make_therapist()
    form = {
        **filled(desk, therapist),
        "day0-0-from": "9",
        "day0-0-until": "12",
        "day0-1-from": "12",
        "day0-1-until": "15",
    }
    assert desk.post(week_of(therapist), form).status_code == 302
    assert stored(therapist) == [(0, 540, 720), (0, 720, 900)]


def test_monday_is_copied_to_friday_and_saved_only_then(desk: Client) -> None:
    therapist = make_therapist()
    make_weekly_hours(therapist=therapist, weekdays=[3, 5], stretches=[("7:00", "8:00")] * 1)
    form = {**filled(desk, therapist), "day0-0-from": "9", "day0-0-until": "5pm"}
    response = desk.post(week_of(therapist), {**form, "copy": "monday"})
    assert "Nothing is saved yet." in text_of(response)
    assert stored(therapist) == [(3, 420, 480), (5, 420, 480)]
    shown = response.context["form"]
    sent = {name: shown[name].value() or "" for name in shown.fields}
    desk.post(week_of(therapist), sent)
    assert stored(therapist) == [*((day, 540, 1020) for day in range(5)), (5, 420, 480)]


def test_rows_with_dates_or_not_every_week_stay_as_they_are(desk: Client) -> None:
    from datetime import date

    therapist = make_therapist()
    make_weekly_hours(therapist=therapist, weekdays=[0], every=2, valid_from=date(2026, 11, 2))
    make_weekly_hours(
        therapist=therapist, weekdays=[1], valid_until=date(2026, 12, 24), stretches=[("9:00", "10:00")]
    )
    form = filled(desk, therapist)
    assert not any(value for name, value in form.items() if name.startswith("day"))
    assert "Monday, 9am to 12 noon , every 2 weeks" in text_of(desk.get(week_of(therapist)))
    desk.post(week_of(therapist), form)
    assert len(stored(therapist)) == 3


def test_two_desks_do_not_overwrite_each_other(desk: Client) -> None:
    therapist = make_therapist()
    form = {**filled(desk, therapist), "day0-0-from": "9", "day0-0-until": "12"}
    make_weekly_hours(therapist=therapist, weekdays=[4], stretches=[("9:00", "12:00")])
    response = desk.post(week_of(therapist), form)
    assert "in the meantime" in errors_of(response)["__all__"][0]
    assert stored(therapist) == [(4, 540, 720)]


def test_no_day_takes_more_stretches_than_there_are_boxes(desk: Client) -> None:
    therapist = make_therapist()
    form = filled(desk, therapist) | {f"day0-{number}-from": "9" for number in range(3, 2000)}
    fields = desk.post(week_of(therapist), {**form, "copy": "monday"}).context["form"].fields
    assert sum(name.startswith("day0-") for name in fields) == 24


def test_who_only_looks_saves_nothing(client: Client) -> None:
    therapist = make_therapist()
    looker = User.objects.create_user("looker", is_staff=True)
    client.force_login(looker)
    assert client.get(week_of(therapist)).status_code == 403
    looker.user_permissions.add(
        *Permission.objects.filter(codename__in=["view_weeklyhours", "see_every_appointment"])
    )
    page = client.get(week_of(therapist))
    assert "Save the week" not in page.content.decode()
    assert client.post(week_of(therapist), {}).status_code == 403


def test_a_therapist_who_is_not_there(desk: Client) -> None:
    assert desk.get("/admin/booking/weeklyhours/week/999/").status_code == 404


def test_the_list_leads_to_each_week(desk: Client) -> None:
    therapist = make_therapist(name="Ana")
    make_weekly_hours(therapist=therapist)
    response = desk.get("/admin/booking/weeklyhours/")
    assert week_of(therapist) in response.content.decode()
    assert "9am to 12 noon every week" in text_of(response)


def test_a_visit_that_would_lie_outside_is_listed_first(desk: Client, appointment: Appointment) -> None:
    therapist = appointment.therapist
    form = {**filled(desk, therapist), "day1-0-from": "11", "day1-0-until": "12"}
    asked = desk.post(week_of(therapist), form)
    words = text_of(asked)
    assert "1 visit will lie outside the hours." in words
    assert "Tuesday 24 November 2026 at 10am, Pat Example" in words
    assert "Tuesday 9am to 12 noon, 1pm to 5pm 11am to 12 noon, 1pm to 5pm" in words
    assert (1, 540, 720) in stored(therapist)
    assert desk.post(week_of(therapist), {**form, "anyway": answer_of(asked)}).status_code == 302
    assert (1, 660, 720) in stored(therapist)


def test_what_lies_outside_already_is_not_asked_about(desk: Client, appointment: Appointment) -> None:
    therapist = appointment.therapist
    WeeklyHours.objects.filter(therapist=therapist, weekday=1).delete()
    form = {**filled(desk, therapist), "day0-0-from": "", "day0-0-until": ""}
    assert desk.post(week_of(therapist), form).status_code == 302


def test_looking_at_what_would_change_saves_nothing(desk: Client) -> None:
    therapist = make_therapist()
    form = {**filled(desk, therapist), "day0-0-from": "9", "day0-0-until": "5pm"}
    looked = text_of(desk.post(week_of(therapist), {**form, "look": "1"}))
    assert "What would change" in looked
    assert "Monday no hours 9am to 5pm" in looked
    assert stored(therapist) == []


def test_a_week_is_copied_to_another_therapist_and_saved_there(desk: Client) -> None:
    ana, ben = make_therapist(name="Ana"), make_therapist(name="Ben")
    make_weekly_hours(therapist=ana, weekdays=[0])
    make_weekly_hours(therapist=ben, weekdays=[6])
    form = {**filled(desk, ana), "day1-0-from": "8", "day1-0-until": "9"}
    page = desk.post(week_of(ana), {**form, "copy": "therapist", "to": str(ben.pk)})
    assert f'action="{week_of(ben)}"' in page.content.decode()
    assert "The boxes of Ben now say what those of Ana said. Nothing is saved yet." in text_of(page)
    shown = page.context["form"]
    assert stored(ben) == [(6, 540, 720), (6, 780, 1020)]
    desk.post(week_of(ben), {name: shown[name].value() or "" for name in shown.fields})
    assert stored(ben) == [(0, 540, 720), (0, 780, 1020), (1, 480, 540)]
    assert stored(ana) == [(0, 540, 720), (0, 780, 1020)]


@pytest.mark.parametrize("to", ["", "x", "999999"])
def test_a_copy_to_nobody_keeps_what_was_typed(desk: Client, to: str) -> None:
    ana = make_therapist(name="Ana")
    form = {**filled(desk, ana), "day1-0-from": "8", "day1-0-until": "9"}
    page = desk.post(week_of(ana), {**form, "copy": "therapist", "to": to})
    assert "Choose whom to copy this week to." in text_of(page)
    assert page.context["form"]["day1-0-from"].value() == "8"


def test_a_week_is_put_on_every_second_week_to_come(desk: Client, appointment: Appointment) -> None:
    from datetime import date

    therapist = appointment.therapist  # the clock stands at Monday 23 November 2026
    form = {**filled(desk, therapist), "day1-0-from": "", "day1-0-until": ""}
    form |= {"first_week": "2026-11-25", "weeks": "2", "every": "2", "weeks-save": "1"}
    asked = desk.post(week_of(therapist), form)
    assert "1 visit will lie outside the hours." in text_of(asked)
    assert not OverrideHours.objects.exists()
    desk.post(week_of(therapist), {**form, "anyway": answer_of(asked)})
    rows = OverrideHours.objects.filter(therapist=therapist)
    assert set(rows.values_list("date", flat=True)) == {
        *(date(2026, 11, day) for day in range(23, 30)),
        *(date(2026, 12, day) for day in range(7, 14)),
    }
    assert list(rows.filter(date=date(2026, 12, 8)).values_list("start", "end")) == [(780, 1020)]
    assert list(rows.filter(date=date(2026, 12, 12)).values_list("start", "end")) == [(None, None)]
    assert len(stored(therapist)) == 10


@pytest.mark.parametrize(
    ("boxes", "box", "words"),
    [
        ({"first_week": ""}, "first_week", "Enter a day of the first week."),
        ({"weeks": ""}, "weeks", "Enter how many weeks."),
        ({"every": ""}, "every", "Enter 1 for each week, or 2 for every second one."),
        ({"first_week": "2026-01-05"}, "first_week", "Those weeks are over."),
        ({"first_week": "2036-01-05"}, "first_week", "Enter a date within two years of today."),
        ({"weeks": "27"}, "weeks", "Ensure this value is less than or equal to 26."),
    ],
)
def test_following_weeks_that_cannot_be_are_said_at_their_box(
    desk: Client, boxes: dict[str, str], box: str, words: str
) -> None:
    therapist = make_therapist()
    form = {**filled(desk, therapist), "first_week": "2026-11-25", "weeks": "2", "every": "1", **boxes}
    assert errors_of(desk.post(week_of(therapist), {**form, "weeks-save": "1"})) == {box: [words]}
    assert not OverrideHours.objects.exists()
