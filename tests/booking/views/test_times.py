"""The page of free times."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from booking.models import ClinicPolicy
from services.models import ServiceOption, Therapist
from tests.booking.views.pages import text_of
from tests.factories.booking import make_appointment, make_weekly_hours
from tests.factories.services import make_therapist

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

At = Callable[..., datetime]


def url(option: ServiceOption, **query: str) -> str:
    return f"/book/{option.slug}/" + ("?" + "&".join(f"{k}={v}" for k, v in query.items()) if query else "")


def test_the_options_page_lists_what_can_be_booked(
    patient: Client, option: ServiceOption, therapist: Therapist
) -> None:
    response = patient.get("/book/")
    assert f"/book/{option.slug}/" in response.content.decode()
    assert "$95" in text_of(response)


def test_a_day_says_how_many_times_it_has(
    patient: Client, option: ServiceOption, therapist: Therapist
) -> None:
    # Monday's lead time ends at 11am; 11:00 would end at noon, 13:00 to 16:00 are 13 starts
    words = text_of(patient.get(url(option)))
    assert "Monday 23 November , 14 times" in words
    assert "Tuesday 24 November , 22 times" in words
    assert "Saturday" not in words


def test_each_time_leads_to_its_details(patient: Client, option: ServiceOption, therapist: Therapist) -> None:
    page = patient.get(url(option, therapist=therapist.slug)).content.decode()
    address = f"/book/{option.slug}/{therapist.slug}/2026-11-24T09:00/"
    assert f'href="{address}"' in page
    assert patient.get(address).status_code == 200


def test_the_days_go_on_from_a_date(patient: Client, option: ServiceOption, therapist: Therapist) -> None:
    response = patient.get(url(option, **{"from": "2026-12-07"}))
    assert [f"{day.date}" for day in response.context["days"]] == [
        f"2026-12-{day:02}" for day in range(7, 12)
    ]
    assert response.context["earlier_url"].endswith("from=2026-11-30")
    assert response.context["later_url"].endswith("from=2026-12-14")


def test_the_page_begins_with_the_first_free_day(
    patient: Client, option: ServiceOption, therapist: Therapist
) -> None:
    ClinicPolicy.objects.create(lead_minutes=10 * 24 * 60)
    response = patient.get(url(option))
    assert f"{response.context['days'][0].date}" == "2026-12-03"
    assert response.context["earlier_url"] == ""


def test_a_week_without_times_leads_to_the_next_that_has_some(
    patient: Client, option: ServiceOption, therapist: Therapist
) -> None:
    ClinicPolicy.objects.create(lead_minutes=10 * 24 * 60)
    response = patient.get(url(option, **{"from": "2026-11-23"}))
    assert "No times from Monday 23 November to Sunday 29 November 2026." in text_of(response)
    assert response.context["later_url"].endswith("from=2026-12-03")


def test_without_any_times_the_page_says_what_to_do(patient: Client, option: ServiceOption) -> None:
    make_therapist(options=[option])
    words = text_of(patient.get(url(option)))
    assert "There are no free times right now" in words
    assert "call us" in words


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"therapist": "nobody"}, "That therapist does not offer this"),
        ({"therapist": "<b>"}, "That therapist does not offer this"),
        ({"from": "someday"}, "We could not read that date"),
    ],
)
def test_a_wrong_address_still_shows_times(
    patient: Client, option: ServiceOption, therapist: Therapist, query: dict[str, str], message: str
) -> None:
    response = patient.get(url(option, **query))
    assert response.status_code == 200
    assert message in text_of(response)
    assert response.context["days"]


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_the_ends_of_time_do_no_harm(
    patient: Client, option: ServiceOption, therapist: Therapist, day: str
) -> None:
    assert patient.get(url(option, **{"from": day})).status_code == 200


@pytest.mark.parametrize("therapists", [1, 30])
def test_the_page_takes_four_queries(
    patient: Client,
    option: ServiceOption,
    therapists: int,
    at: At,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(therapists):
        one = make_therapist(options=[option])
        make_weekly_hours(therapist=one)
        make_appointment(therapist=one, option=option, start=at(24, 10))
    with django_assert_num_queries(4):
        patient.get(url(option))
