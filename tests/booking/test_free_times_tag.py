"""`{% first_times %}`: what other apps' pages show of the diary."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
import time_machine
from django.template import Context, Template
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from booking.templatetags.free_times import first_free
from services.models import Service, ServiceOption, Therapist
from tests.factories.booking import make_appointment, make_weekly_hours
from tests.factories.services import make_option, make_therapist

pytestmark = pytest.mark.usefixtures("clock")


def rendered(tag: str, **context: Any) -> str:
    return Template(f"{{% load free_times %}}{{% first_times {tag} %}}").render(Context(context))


def starts(option: ServiceOption, **arguments: Any) -> list[str]:
    return [time.url.split("/")[-2] for time in first_free(option=option, **arguments).times]


def test_the_first_times_keep_the_notice(therapist: Therapist, option: ServiceOption) -> None:
    # now, 9:00 |....notice....| 11:00 11:15 11:30
    assert starts(option, count=2) == ["2026-11-23T11:00", "2026-11-23T13:00"]


def test_they_are_the_first_that_the_api_names(
    therapist: Therapist, option: ServiceOption, patient: Client
) -> None:
    answer = patient.get(f"/api/times/?option={option.slug}&from=2026-11-23&days=7")
    named = answer.json()["times"]
    assert starts(option, count=5) == [time["start"][:16] for time in named[:5]]


def test_per_day_limits_the_times_of_a_date(therapist: Therapist, option: ServiceOption) -> None:
    assert starts(option, count=3, per_day=1) == ["2026-11-23T11:00", "2026-11-24T09:00", "2026-11-25T09:00"]


def test_what_is_taken_is_not_shown(
    therapist: Therapist, option: ServiceOption, at: Callable[..., datetime]
) -> None:
    # 9:00 |==== 10:00 ====|buffer 11:15; the next visit and its 15 minutes fit from 11:00 on only after the break
    make_appointment(therapist=therapist, option=option, start=at(23, 11))
    assert starts(option, count=1) == ["2026-11-23T13:00"]


def test_a_time_with_a_therapist_books_that_therapist(option: ServiceOption) -> None:
    make_weekly_hours(therapist=make_therapist(options=[option]))
    late = make_therapist(slug="late", options=[option])
    make_weekly_hours(therapist=late, weekdays=[4])
    found = first_free(option=option, therapist=late, count=1)
    assert [time.url for time in found.times] == [f"/book/{option.slug}/late/2026-11-27T09:00/"]
    assert found.all_url == f"/book/{option.slug}/?therapist=late"


def test_an_hour_that_the_clock_shows_twice_is_named_with_its_offset(option: ServiceOption) -> None:
    therapist = make_therapist(options=[option])
    make_weekly_hours(therapist=therapist, weekdays=[6], stretches=[("01:00", "02:00")])
    with time_machine.travel("2026-10-31T12:00-04:00", tick=False):
        assert starts(option, count=1) == ["2026-11-01T01:00-04:00"]


def test_the_words_of_a_time(therapist: Therapist, option: ServiceOption) -> None:
    html = rendered("option count=1", option=option)
    assert f'href="/book/{option.slug}/anyone/2026-11-23T11:00/">Monday 23 November, 11am</a>' in html
    assert f'href="/book/{option.slug}/"' in html


def test_without_free_times_it_says_how_to_reach_the_clinic(option: ServiceOption) -> None:
    html = rendered("option", option=option, clinic={"phone": "(212) 555-0142", "phone_href": "2125550142"})
    assert "No free times right now." in html
    assert 'href="tel:2125550142"' in html


def test_nothing_to_show_shows_nothing(db: None) -> None:
    assert rendered("option", option=None).strip() == ""


@pytest.mark.parametrize("whose", ["service", "therapist"])
def test_a_service_and_a_therapist_show_each_option_under_its_name(
    therapist: Therapist, option: ServiceOption, whose: str
) -> None:
    other = make_option(service=option.service, name="A long one", minutes=90)
    therapist.options.add(other)
    of: Service | Therapist = option.service if whose == "service" else therapist
    html = rendered("of count=1", of=of)
    who = "anyone" if whose == "service" else therapist.slug
    assert html.count('class="time"') == 2
    assert f"/book/{other.slug}/{who}/2026-11-23T13:00/" in html
    assert "A long one, 90 minutes" in html


def test_an_option_takes_2_queries_however_many_therapists_give_it(
    therapist: Therapist, option: ServiceOption, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(2):
        first_free(option=option, count=3)
    for _ in range(9):
        make_weekly_hours(therapist=make_therapist(options=[option]))
    with django_assert_num_queries(2):
        first_free(option=option, count=3)
