"""How often the details form is taken, from where, and how long after it was shown."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from booking.models import Appointment, ClinicPolicy
from booking.views import tries
from flexclinic.lib import clock as clock_module
from flexclinic.lib.limits import Limit, count_tries
from services.models import ServiceOption, Therapist
from tests.booking.views.pages import hidden, text_of
from tests.booking.views.test_details import answers, url

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("therapist")]

HOUR = timedelta(hours=1)


def typed_is_kept(response: Any) -> None:
    form = response.context["form"]
    assert [form[name].value() for name in ("name", "note")] == ["Sam Sample", "I come by bicycle."]
    assert form["consent"].value()
    assert 'value="Sam Sample"' in response.content.decode()


def someone(number: int) -> dict[str, str]:
    return {"email": f"sam{number}@example.com", "phone": f"212555{number:04}"}


@pytest.fixture
def open_doors(monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    """Every limit is 3, and the policy has none."""
    ClinicPolicy.objects.update_or_create(pk=1, defaults={"most_open": None})
    for name in ("NETWORK", "UNPROVEN", "CONTACT"):
        monkeypatch.setattr(tries, name, Limit(f"test.{name}", 3, HOUR))


def starts(count: int) -> Iterator[str]:
    times = ("09:00", "10:15", "13:00", "14:15", "15:30")
    days = (24, 25, 26, 27)
    return (f"2026-11-{day}T{time}" for day in days for time in times[:count])


def test_a_contact_books_so_often_an_hour(
    patient: Client,
    option: ServiceOption,
    open_doors: None,
    clock: time_machine.Traveller,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("NETWORK", "UNPROVEN"):
        monkeypatch.setattr(tries, name, Limit(f"wide.{name}", 100, HOUR))
    free = starts(5)
    for _ in range(3):
        assert patient.post(url(option, start=next(free)), answers()).status_code == 302
    refused = patient.post(
        url(option, start=next(free)), answers(email="SAM@example.com", phone="2125550999")
    )
    assert refused.status_code == 429
    assert refused["Retry-After"] == "3600"
    assert "Send your details again after 10am" in text_of(refused)
    typed_is_kept(refused)
    assert Appointment.objects.count() == 3
    assert patient.post(url(option, start=next(free)), answers(**someone(1))).status_code == 302
    clock.shift(HOUR)
    assert patient.post(url(option, start=next(free)), answers()).status_code == 302


def test_a_network_books_so_often_an_hour_and_a_forged_header_does_not_help(
    patient: Client, option: ServiceOption, open_doors: None, clock: time_machine.Traveller
) -> None:
    free = starts(5)
    found = [
        patient.post(
            url(option, start=next(free)),
            answers(**someone(number)),
            headers={"X-Forwarded-For": f"203.0.113.{number}"},
        )
        for number in range(5)
    ]
    assert [response.status_code for response in found] == [302, 302, 302, 429, 429]
    typed_is_kept(found[-1])


def test_behind_our_own_proxy_its_word_counts(
    patient: Client, option: ServiceOption, open_doors: None, clock: Any, settings: Settings
) -> None:
    settings.TRUSTED_PROXY_COUNT = 1
    free = starts(5)

    def post(number: int, told: str) -> int:
        return patient.post(
            url(option, start=next(free)), answers(**someone(number)), headers={"X-Forwarded-For": told}
        ).status_code

    assert [post(number, f"198.51.100.{number}, 203.0.113.7") for number in range(4)] == [302, 302, 302, 429]
    assert post(4, "203.0.113.7, 203.0.113.8") == 302


def test_the_same_form_again_is_answered_however_often(
    patient: Client, option: ServiceOption, open_doors: None, clock: Any
) -> None:
    once = answers()
    assert {patient.post(url(option), once).status_code for _ in range(6)} == {302}
    assert Appointment.objects.count() == 1


@pytest.mark.usefixtures("clock")
def test_too_many_open_says_whom_to_call(patient: Client, option: ServiceOption) -> None:
    ClinicPolicy.objects.update_or_create(pk=1, defaults={"most_open": 1})
    patient.post(url(option), answers())
    refused = patient.post(url(option, start="2026-11-25T10:00"), answers())
    assert refused.status_code == 409
    assert "Nothing was booked. Please call us on (212) 555-0142." in text_of(refused)
    typed_is_kept(refused)
    assert Appointment.objects.count() == 1


# The moment at which the form was shown


def test_a_form_that_people_sent_goes_through_with_its_stamp(
    patient: Client, option: ServiceOption, clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tries, "UNPROVEN", Limit("none", 0, HOUR))
    stamp = hidden(patient.get(url(option)))["stamp"]
    clock.shift(tries.QUICKEST)
    checked = patient.post(url(option), answers(check="1", stamp=stamp))
    assert hidden(checked)["stamp"] == stamp
    assert patient.post(url(option), hidden(checked)).status_code == 302


@pytest.mark.parametrize("stamped", [True, False], ids=["too quick", "without"])
def test_what_may_be_a_program_is_asked_once_more_when_it_is_much(
    patient: Client,
    option: ServiceOption,
    clock: time_machine.Traveller,
    monkeypatch: pytest.MonkeyPatch,
    stamped: bool,
) -> None:
    monkeypatch.setattr(tries, "UNPROVEN", Limit("one", 1, HOUR))
    for start, status in (("2026-11-24T10:00", 302), ("2026-11-25T10:00", 422)):
        extra = {"stamp": hidden(patient.get(url(option, start=start)))["stamp"]} if stamped else {}
        response = patient.post(url(option, start=start), answers(**extra))
        assert response.status_code == status
    assert "send them once more" in text_of(response)
    typed_is_kept(response)
    clock.shift(tries.QUICKEST)
    again = {"stamp": hidden(response)["stamp"], "request_key": hidden(response)["request_key"]}
    assert patient.post(url(option, start=start), answers(**again)).status_code == 302


@pytest.mark.parametrize("forged", [False, True], ids=["too old", "forged"])
def test_a_stamp_that_is_not_good_is_asked_once_more(
    patient: Client, option: ServiceOption, clock: time_machine.Traveller, forged: bool
) -> None:
    stamp = "forged" if forged else hidden(patient.get(url(option)))["stamp"]
    clock.shift(tries.OLDEST + timedelta(seconds=1))
    address = url(option, start="2026-11-26T10:00")
    response = patient.post(address, answers(stamp=stamp))
    assert response.status_code == 422
    assert "This page was open for a long time." in text_of(response)
    typed_is_kept(response)
    assert not Appointment.objects.exists()
    assert patient.post(address, answers(stamp=hidden(response)["stamp"])).status_code == 302


@pytest.mark.usefixtures("clock")
def test_a_time_that_has_gone_keeps_the_stamp(patient: Client, option: ServiceOption) -> None:
    stamp = hidden(patient.get(url(option)))["stamp"]
    gone = patient.post(url(option, start="2026-11-20T10:00"), answers(stamp=stamp))
    assert gone.status_code == 409
    assert hidden(gone)["stamp"] == stamp


def test_an_honest_hundred_from_one_network(
    patient: Client, option: ServiceOption, therapist: Therapist, clock: Any
) -> None:
    """The limits as they are: a hundred people in a row, and none of their forms has a stamp."""
    first = datetime(2026, 11, 24)  # noqa: DTZ001  # the clinic's wall
    times = [
        f"{first + timedelta(days=day):%Y-%m-%d}T{hour}"
        for day in range(56)
        for hour in ("09:00", "13:00", "15:00")
    ]
    booked = 0
    for start in times:
        response = patient.post(url(option, start=start), answers(**someone(booked)))
        assert response.status_code in (302, 409)
        booked += response.status_code == 302
        if booked == 100:
            return
    raise AssertionError(f"only {booked} could be booked")


def test_a_form_is_counted_in_one_statement(
    patient: Client, option: ServiceOption, therapist: Therapist, clock: time_machine.Traveller
) -> None:
    with CaptureQueriesContext(connection) as queries:
        patient.post(url(option), answers())
    assert Appointment.objects.count() == 1
    counting = [query["sql"] for query in queries if "INTO flexclinic_tries" in query["sql"]]
    assert len(counting) == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), sum(count) FROM flexclinic_tries")
        assert cursor.fetchone() == (4, 4)  # the network, without a stamp, the address and the number


def test_of_several_limits_the_first_that_is_reached_is_told(db: None, clock: time_machine.Traveller) -> None:
    wide, narrow, none = Limit("wide", 9, HOUR), Limit("narrow", 1, HOUR), Limit("none", 0, HOUR)
    assert count_tries([(wide, "me"), (narrow, "me")]) is None
    until = clock_module.now() + HOUR
    clock.shift(timedelta(minutes=5))
    assert count_tries([(wide, "me"), (narrow, "me"), (none, "me")]) == (narrow, until)
    assert count_tries([(narrow, "you"), (wide, "me")]) is None
    clock.shift(timedelta(minutes=55))
    assert count_tries([(narrow, "me")]) is None
