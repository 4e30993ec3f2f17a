"""Hours row by row, time off, closures, policy and patients."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from django.test import Client

from booking.models import (
    Appointment,
    ClinicPolicy,
    Closure,
    Hold,
    OverrideHours,
    Patient,
    TimeOff,
    WeeklyHours,
    WorkingDay,
)
from services.models import Therapist
from tests.booking.admin.pages import answer_of, text_of
from tests.factories.booking import make_closure, make_override_hours
from tests.factories.services import make_option, make_therapist

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.django_db]

At = Callable[..., datetime]


def wrong(response: Any) -> dict[str, list[str]]:
    """What is wrong, at each box of one of the admin's own forms."""
    return {name: list(errors) for name, errors in response.context["adminform"].form.errors.items()}


@pytest.mark.parametrize(
    ("boxes", "begins", "ends"),
    [
        (
            {"from_date": "2026-11-26", "until_date": "2026-11-26"},
            "2026-11-26T00:00-05:00",
            "2026-11-27T00:00-05:00",
        ),
        (
            {"from_date": "11/26/2026", "from_time": "9", "until_date": "2026-11-27", "until_time": "5:30pm"},
            "2026-11-26T09:00-05:00",
            "2026-11-27T17:30-05:00",
        ),
        (
            {"from_date": "2026-11-26", "until_date": "2026-11-26", "until_time": "24:00"},
            "2026-11-26T00:00-05:00",
            "2026-11-27T00:00-05:00",
        ),
        # The longer reading of an hour that the clock shows twice.
        (
            {
                "from_date": "2027-11-07",
                "from_time": "1:30",
                "until_date": "2027-11-07",
                "until_time": "1:30am",
            },
            "2027-11-07T01:30-04:00",
            "2027-11-07T01:30-05:00",
        ),
    ],
)
def test_a_closure_is_two_dates_with_times_where_they_are_needed(
    desk: Client, boxes: dict[str, str], begins: str, ends: str
) -> None:
    assert desk.post("/admin/booking/closure/add/", {"name": "Thanksgiving", **boxes}).status_code == 302
    period = Closure.objects.get().period
    assert (period.lower, period.upper) == (datetime.fromisoformat(begins), datetime.fromisoformat(ends))


def test_a_closure_comes_back_as_it_was_written(desk: Client, at: At) -> None:
    days = make_closure(start=at(26), end=at(28))
    hours = make_closure(start=at(26, 9), end=at(26, 17, 30))
    for closure, values in (
        (days, (date(2026, 11, 26), None, date(2026, 11, 27), None)),
        (hours, (date(2026, 11, 26), 540, date(2026, 11, 26), 1050)),
    ):
        page = desk.get(f"/admin/booking/closure/{closure.pk}/change/")
        initial = page.context["adminform"].form.initial
        assert (
            tuple(initial[f"{box}"] for box in ("from_date", "from_time", "until_date", "until_time"))
            == values
        )
    assert "Thursday 26 November Friday 27 November" in text_of(desk.get("/admin/booking/closure/"))


@pytest.mark.parametrize(
    ("boxes", "errors"),
    [
        ({"until_date": "2026-11-25"}, {"until_date": ["The end must come after the start."]}),
        (
            {"from_time": "10", "until_time": "10"},
            {"until_time": ["The end must come after the start."]},
        ),
        ({"from_date": ""}, {"from_date": ["Enter a date."]}),
        ({"from_time": "x"}, {"from_time": ["Write a time such as 9:00, 5:30pm or 24:00."]}),
        ({"until_date": "2126-11-26"}, {"until_date": ["Enter a date within two years of today."]}),
        (
            {"from_date": "2027-03-14", "from_time": "2:30am", "until_date": "2027-03-14"},
            {"from_time": ["The clocks go forward that night and skip this time: it does not exist."]},
        ),
    ],
)
def test_time_off_that_cannot_be_says_so_at_its_box(
    desk: Client, boxes: dict[str, str], errors: dict[str, list[str]]
) -> None:
    therapist = make_therapist()
    form = {
        "therapist": therapist.pk,
        "note": "At sea",
        "from_date": "2026-11-26",
        "until_date": "2026-11-26",
        **boxes,
    }
    response = desk.post("/admin/booking/timeoff/add/", form)
    assert wrong(response) == errors
    assert "At sea" in response.content.decode()
    assert not TimeOff.objects.exists()


def test_hours_of_one_date(desk: Client) -> None:
    therapist = make_therapist()
    form = {"therapist": therapist.pk, "date": "2026-11-24", "start": "10", "end": "2pm"}
    assert desk.post("/admin/booking/overridehours/add/", form).status_code == 302
    assert (
        desk.post("/admin/booking/overridehours/add/", {**form, "start": "2pm", "end": "15"}).status_code
        == 302
    )
    assert OverrideHours.objects.count() == 2
    text = text_of(desk.get("/admin/booking/overridehours/"))
    assert "Tuesday 24 November 2026 10am to 2pm" in text


@pytest.mark.parametrize(
    ("boxes", "box"),
    [
        ({"start": "", "end": "14"}, "start"),
        ({"start": "9", "end": ""}, "end"),
        ({"start": "9", "end": "9"}, "end"),
        ({"start": "11", "end": "12"}, "start"),
        ({"start": "", "end": ""}, "date"),
        ({"date": "2026-11-25"}, "date"),
    ],
)
def test_hours_of_one_date_that_contradict_say_so_at_their_box(
    desk: Client, boxes: dict[str, str], box: str
) -> None:
    therapist = make_therapist()
    make_override_hours(therapist=therapist, on=date(2026, 11, 24), stretches=[("10:00", "14:00")])
    make_override_hours(therapist=therapist, on=date(2026, 11, 25))
    form = {"therapist": therapist.pk, "date": "2026-11-24", "start": "15", "end": "16", **boxes}
    assert list(wrong(desk.post("/admin/booking/overridehours/add/", form))) == [box]


def test_hours_for_every_second_week_are_kept_row_by_row(desk: Client) -> None:
    therapist = make_therapist()
    form = {"therapist": therapist.pk, "weekday": "0", "start": "9", "end": "5pm", "every": "2"}
    response = desk.post("/admin/booking/weeklyhours/add/", form)
    assert "need a first date" in text_of(response)
    assert (
        desk.post("/admin/booking/weeklyhours/add/", {**form, "valid_from": "2026-11-23"}).status_code == 302
    )
    row = WeeklyHours.objects.get()
    assert (row.start, row.end, row.every, row.valid_from) == (540, 1020, 2, date(2026, 11, 23))
    assert "must end after they start" in text_of(
        desk.post("/admin/booking/weeklyhours/add/", {**form, "every": "1", "end": "8"})
    )


def test_extra_hours_stand_beside_the_only_ones_of_a_date(desk: Client) -> None:
    therapist = make_therapist()
    make_override_hours(therapist=therapist, on=date(2026, 11, 24), stretches=[("10:00", "14:00")])
    form = {"therapist": therapist.pk, "date": "2026-11-24", "start": "12", "end": "16", "extra": "on"}
    assert desk.post("/admin/booking/overridehours/add/", form).status_code == 302
    assert "12 noon to 4pm on top" in text_of(desk.get("/admin/booking/overridehours/"))
    empty = {**form, "date": "2026-11-25", "start": "", "end": ""}
    assert list(wrong(desk.post("/admin/booking/overridehours/add/", empty))) == ["start"]


def test_a_hold_is_released_at_the_start_of_a_day(desk: Client, at: At) -> None:
    form = {
        "therapist": make_therapist().pk,
        "note": "For emergencies",
        "from_date": "2026-11-26",
        "from_time": "4pm",
        "until_date": "2026-11-26",
        "until_time": "5pm",
        "release_date": "2026-11-25",
    }
    assert desk.post("/admin/booking/hold/add/", form).status_code == 302
    hold = Hold.objects.get()
    assert (hold.period.lower, hold.period.upper) == (at(26, 16), at(26, 17))
    assert hold.released_at == at(25)
    page = desk.get(f"/admin/booking/hold/{hold.pk}/change/")
    assert page.context["adminform"].form.initial["release_date"] == date(2026, 11, 25)
    desk.post(f"/admin/booking/hold/{hold.pk}/change/", {**form, "release_date": ""})
    hold.refresh_from_db()
    assert hold.released_at is None
    assert "For emergencies" in text_of(desk.get("/admin/booking/hold/"))


@pytest.mark.parametrize(
    ("boxes", "errors"),
    [
        ({}, {}),
        ({"break_minutes": "", "break_from": "", "break_until": ""}, {}),
        (
            {"break_minutes": ""},
            {"break_minutes": ["Enter how many minutes the break has, or leave all three boxes empty."]},
        ),
        ({"break_from": ""}, {"break_from": ["Enter when the break may begin at the earliest."]}),
        ({"break_until": ""}, {"break_until": ["Enter when the break must be over."]}),
        ({"break_minutes": "200"}, {"break_until": ["200 minutes do not fit into 11:30am to 2pm."]}),
        ({"break_until": "11"}, {"break_until": ["This must come after the break may begin."]}),
        ({"most_visits": "0"}, {"most_visits": ["Ensure this value is greater than or equal to 1."]}),
    ],
)
def test_limits_of_a_day_say_at_their_box_what_is_wrong(
    desk: Client, boxes: dict[str, str], errors: dict[str, list[str]]
) -> None:
    form = {
        "therapist": make_therapist().pk,
        "most_visits": "6",
        "break_minutes": "30",
        "break_from": "11:30",
        "break_until": "2pm",
        **boxes,
    }
    response = desk.post("/admin/booking/workingday/add/", form)
    if errors:
        assert wrong(response) == errors
    else:
        assert response.status_code == 302
        assert WorkingDay.objects.get().most_visits == 6
        desk.get("/admin/booking/workingday/")
    assert WorkingDay.objects.exists() == (not errors)


def test_the_times_of_an_option_do_not_overlap(desk: Client) -> None:
    form = {"option": make_option().pk, "weekday": "0", "start": "9", "end": "12"}
    add = "/admin/booking/offeredhours/add/"
    assert desk.post(add, form).status_code == 302
    assert wrong(desk.post(add, {**form, "start": "11", "end": "13"})) == {
        "start": ["This overlaps 9am to 12 noon on that day."]
    }
    assert wrong(desk.post(add, {**form, "start": "13", "end": "13"})) == {
        "end": ["The hours must end after they start."]
    }
    assert desk.post(add, {**form, "start": "12", "end": "13"}).status_code == 302
    assert "9am to 12 noon" in text_of(desk.get("/admin/booking/offeredhours/"))


@pytest.mark.parametrize("exists", [True, False])
def test_the_policy_is_one_page(desk: Client, admin_client: Client, exists: bool) -> None:
    ClinicPolicy.objects.all()._raw_delete("default")
    if exists:
        ClinicPolicy.objects.create()
    page = "/admin/booking/clinicpolicy/1/change/"
    assert desk.get("/admin/booking/clinicpolicy/")["Location"] == page
    assert desk.get(page).status_code == 200
    form = {
        "lead_minutes": "240",
        "horizon_days": "30",
        "step_minutes": "30",
        "offers": "no_gaps",
        "shortest_gap": "45",
        "change_hours": "48",
        "offer_minutes": "30",
        "offers_from": "8",
        "offers_until": "9pm",
        "undo_minutes": "3",
        "first_reminder_hours": "",
        "second_reminder_hours": "",
        "after_visit_hours": "",
        "most_open": "",
    }
    assert desk.post(page, form)["Location"] == page
    [policy] = ClinicPolicy.objects.all()
    assert (policy.lead_minutes, policy.horizon_days, policy.step_minutes) == (240, 30, 30)
    assert (policy.offers, policy.shortest_gap) == ("no_gaps", 45)
    assert (policy.change_hours, policy.offer_minutes, policy.undo_minutes) == (48, 30, 3)
    assert (policy.offers_from, policy.offers_until) == (8 * 60, 21 * 60)
    left_empty = (policy.first_reminder_hours, policy.second_reminder_hours, policy.most_open)
    assert left_empty == (None, None, None)
    assert admin_client.get("/admin/booking/clinicpolicy/add/").status_code == 403
    assert admin_client.post("/admin/booking/clinicpolicy/1/delete/", {"post": "yes"}).status_code == 403
    assert desk.get("/admin/booking/clinicpolicy/2/change/", follow=True).status_code == 200


def test_a_patients_number_is_read_as_the_clinics_country_writes_it(desk: Client) -> None:
    form = {"name": "Jo Quill", "phone": "(212) 555-0142", "email": "", "note": ""}
    assert desk.post("/admin/booking/patient/add/", form).status_code == 302
    assert Patient.objects.get().phone == "+12125550142"
    for term, found in (("555-0142", 1), ("2125550142", 1), ("quill", 1), ("Jo Other", 0), ("5550143", 0)):
        assert desk.get("/admin/booking/patient/", {"q": term}).context["cl"].result_count == found
    assert (
        "such as (212) 555-0142"
        in wrong(desk.post("/admin/booking/patient/add/", {**form, "phone": "1"}))["phone"][0]
    )


@pytest.mark.parametrize(
    ("release", "error"),
    [
        ("9999-12-31", "Enter a date within two years of today."),
        ("0001-01-01", "Enter a date within two years of today."),
        ("2026-11-27", "The release must not come after the time on hold is over."),
    ],
)
def test_a_release_that_cannot_be_says_so(desk: Client, release: str, error: str) -> None:
    form = {
        "therapist": make_therapist().pk,
        "note": "Urgent",
        "from_date": "2026-11-26",
        "until_date": "2026-11-26",
        "release_date": release,
    }
    response = desk.post("/admin/booking/hold/add/", form)
    assert wrong(response) == {"release_date": [error]}
    assert "Urgent" in response.content.decode()


def test_a_row_without_any_limit_is_refused(desk: Client) -> None:
    response = desk.post("/admin/booking/workingday/add/", {"therapist": make_therapist().pk})
    assert list(wrong(response)) == ["most_visits"]


def test_other_hours_ask_about_the_visits_that_they_leave_outside(
    desk: Client, therapist: Therapist, appointment: Appointment
) -> None:
    add = "/admin/booking/overridehours/add/"
    form = {"therapist": therapist.pk, "date": "2026-11-24", "start": "13", "end": "17"}
    asked = desk.post(add, form, follow=True)
    assert "1 visit will lie outside the hours." in text_of(asked)
    assert "Tuesday 24 November 2026 at 10am" in text_of(asked)
    assert not OverrideHours.objects.exists()
    desk.post(add, {**form, "anyway": answer_of(asked)})
    assert OverrideHours.objects.count() == 1


def test_a_row_of_weekly_hours_asks_about_the_visits_that_it_leaves_outside(
    desk: Client, therapist: Therapist, appointment: Appointment
) -> None:
    row = therapist.weekly_hours.get(weekday=1, start=540)
    form = {"therapist": therapist.pk, "weekday": "1", "start": "9", "end": "10:30", "every": "1"}
    address = f"/admin/booking/weeklyhours/{row.pk}/change/"
    asked = desk.post(address, form)
    assert "1 visit will lie outside the hours." in text_of(asked)
    desk.post(address, {**form, "anyway": answer_of(asked)})
    row.refresh_from_db()
    assert row.end == 630


def test_other_hours_that_hold_the_visits_ask_nothing(
    desk: Client, therapist: Therapist, appointment: Appointment
) -> None:
    form = {"therapist": therapist.pk, "date": "2026-11-24", "start": "10", "end": "11"}
    desk.post("/admin/booking/overridehours/add/", form)
    assert OverrideHours.objects.count() == 1


@pytest.mark.parametrize(
    ("boxes", "box"),
    [({"every": "53", "valid_from": "2026-11-23"}, "every"), ({"valid_from": "9999-12-31"}, "valid_from")],
)
def test_weekly_hours_stay_within_reason(desk: Client, boxes: dict[str, str], box: str) -> None:
    form = {
        "therapist": make_therapist().pk,
        "weekday": "0",
        "start": "9",
        "end": "17",
        "every": "1",
        **boxes,
    }
    assert list(wrong(desk.post("/admin/booking/weeklyhours/add/", form))) == [box]
