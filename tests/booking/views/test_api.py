"""/api/times/: free times as JSON."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from booking import availability
from flexclinic.lib import clock as clock_module
from services.models import ServiceOption, Therapist
from tests.factories.booking import make_appointment, make_weekly_hours
from tests.factories.services import make_therapist

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

At = Callable[..., datetime]


def ask(client: Client, **query: Any) -> Any:
    return client.get("/api/times/", query)


def test_it_gives_the_starts_with_their_offset_and_who_is_free(
    patient: Client, option: ServiceOption, therapist: Therapist
) -> None:
    other = make_therapist(options=[option])
    make_weekly_hours(therapist=other, weekdays=[1], stretches=[("09:00", "10:00")])
    response = ask(patient, option=option.slug, **{"from": "2026-11-24", "days": 1})
    body = response.json()
    assert (body["option"], body["time_zone"]) == (option.slug, "America/New_York")
    assert body["times"][:2] == [
        {"start": "2026-11-24T09:00-05:00", "therapists": sorted([therapist.slug, other.slug])},
        {"start": "2026-11-24T09:15-05:00", "therapists": [therapist.slug]},
    ]


def test_a_day_on_which_the_clocks_change_has_both_offsets(patient: Client, option: ServiceOption) -> None:
    therapist = make_therapist(options=[option])
    make_weekly_hours(therapist=therapist, weekdays=[6], stretches=[("00:30", "03:00")])
    option.horizon_days = 365
    option.save()
    body = ask(patient, option=option.slug, **{"from": "2027-11-07", "days": 1}).json()
    starts = [time["start"] for time in body["times"]]
    assert "2027-11-07T01:30-04:00" in starts
    assert "2027-11-07T01:30-05:00" in starts


def test_what_the_api_says_is_what_the_booking_accepts(
    patient: Client, option: ServiceOption, therapist: Therapist, at: At
) -> None:
    make_appointment(therapist=therapist, option=option, start=at(24, 10))
    body = ask(patient, option=option.slug, therapist=therapist.slug, days=3).json()
    for time in body["times"]:
        start = datetime.fromisoformat(time["start"])
        assert availability.choices_at(option=option, therapist=therapist, start=start)
    assert len(body["times"]) > 30


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ({}, ["option"]),
        ({"option": "nothing"}, ["option"]),
        ({"option": "\0"}, ["option"]),
        ({"option": "{slug}", "days": "63"}, ["days"]),
        ({"option": "{slug}", "days": "0"}, ["days"]),
        ({"option": "{slug}", "days": "many"}, ["days"]),
        ({"option": "{slug}", "from": "tomorrow"}, ["from"]),
        ({"option": "{slug}", "from": "9999-12-31"}, ["from"]),
        ({"option": "{slug}", "therapist": "nobody"}, ["therapist"]),
        ({"option": "{slug}", "therapist": "no body"}, ["therapist"]),
        ({"option": "nothing", "days": "-1", "from": "x"}, ["days", "from", "option"]),
    ],
)
def test_wrong_parameters_are_named(
    patient: Client, option: ServiceOption, therapist: Therapist, query: dict[str, str], named: list[str]
) -> None:
    response = ask(patient, **{name: value.format(slug=option.slug) for name, value in query.items()})
    body = response.json()
    assert (response.status_code, response.headers["Content-Type"]) == (400, "application/problem+json")
    assert sorted(wrong["name"] for wrong in body["invalid_params"]) == named
    assert body["status"] == 400


def test_it_only_reads(patient: Client, option: ServiceOption) -> None:
    assert patient.post(f"/api/times/?option={option.slug}").status_code == 405


def test_62_days_are_the_most(patient: Client, option: ServiceOption, therapist: Therapist) -> None:
    assert ask(patient, option=option.slug, days=62).status_code == 200


def test_without_dates_it_gives_the_two_weeks_from_today(
    patient: Client, option: ServiceOption, therapist: Therapist
) -> None:
    times = ask(patient, option=option.slug).json()["times"]
    last = datetime.fromisoformat(times[-1]["start"]).date()
    assert last == clock_module.today() + timedelta(days=11)  # the Friday of the second week


@pytest.mark.parametrize("therapists", [1, 30])
def test_it_takes_the_two_queries_of_free_times(
    patient: Client,
    option: ServiceOption,
    therapists: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(therapists):
        make_weekly_hours(therapist=make_therapist(options=[option]))
    with django_assert_num_queries(2):
        ask(patient, option=option.slug, days=60)


def test_an_option_that_is_switched_off_is_not_there(patient: Client, option: ServiceOption) -> None:
    ServiceOption.objects.update(bookable=False)
    assert "There is no such option." in ask(patient, option=option.slug).json()["detail"]


def test_the_schema_describes_it(patient: Client, db: None) -> None:
    document = patient.get("/api/schema/").json()
    assert document["openapi"] == "3.1.0"
    parameters = document["paths"]["/api/times/"]["get"]["parameters"]
    assert [parameter["name"] for parameter in parameters] == ["option", "therapist", "from", "days"]
