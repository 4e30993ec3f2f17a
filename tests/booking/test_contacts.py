"""The most open bookings of one person, however they write themselves, and from several browsers at once."""

import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from pytest_django import Settings

from booking import contacts, lifecycle
from booking.exceptions import TooManyOpenError
from booking.lifecycle import locking
from booking.models import Appointment, ClinicPolicy
from flexclinic.lib import clock
from services.models import ServiceOption, Therapist
from tests.conftest import NEW_YORK
from tests.factories.booking import make_appointment, make_weekly_hours
from tests.factories.services import make_option, make_therapist

At = Callable[..., datetime]


def ask(
    option: ServiceOption, start: datetime, *, key: uuid.UUID | None = None, **contact: Any
) -> Appointment:
    return lifecycle.request(
        option=option,
        therapist=None,
        start=start,
        contact=lifecycle.Contact(**{"name": "Sam Sample", "email": "sam@example.test", **contact}),
        request_key=key or uuid.uuid4(),
    )


@pytest.fixture
def allowed(db: None) -> int:
    """Two."""
    ClinicPolicy.objects.update_or_create(pk=1, defaults={"most_open": 2})
    return 2


@pytest.mark.usefixtures("clock", "therapist", "allowed")
@pytest.mark.parametrize(
    ("first", "then"),
    [
        ({}, {}),
        ({}, {"email": "SAM@Example.TEST"}),
        ({"email": "a@x.test", "phone": "(212) 555-0100"}, {"email": "b@x.test", "phone": "+1 212 555 0100"}),
        (
            {"email": "a@x.test", "phone": "212.555.0100 ext. 12"},
            {"email": "b@x.test", "phone": "2125550100"},
        ),
        ({"phone": "(212) 555-0100"}, {"email": "SAM@example.test", "phone": "2125550101"}),
    ],
)
def test_the_same_person_however_written(
    option: ServiceOption, at: At, first: dict[str, Any], then: dict[str, Any]
) -> None:
    ask(option, at(24, 9), **first)
    ask(option, at(25, 9), **first)
    with pytest.raises(TooManyOpenError):
        ask(option, at(26, 9), **then)
    assert Appointment.objects.count() == 2


@pytest.mark.usefixtures("clock", "therapist", "allowed")
@pytest.mark.parametrize("phone", ["", "2125550101", "5550100", "3125550100"])
def test_another_person_is_another(option: ServiceOption, at: At, phone: str) -> None:
    ask(option, at(24, 9), phone="2125550100")
    ask(option, at(25, 9), phone="2125550100")
    ask(option, at(26, 9), email="else@example.test", phone=phone)


@pytest.mark.usefixtures("clock", "allowed")
@pytest.mark.parametrize("status", ["cancelled", "declined", "completed", "no_show", "expired", "arrived"])
def test_only_what_is_open_counts(option: ServiceOption, therapist: Therapist, at: At, status: str) -> None:
    for hour in (9, 11):
        make_appointment(
            option=option, therapist=therapist, start=at(24, hour), email="sam@example.test", status=status
        )
    ask(option, at(25, 9))


@pytest.mark.usefixtures("clock", "allowed")
def test_what_is_over_and_what_the_desk_booked_do_not_count(
    option: ServiceOption, therapist: Therapist, at: At
) -> None:
    common: dict[str, Any] = {
        "option": option,
        "therapist": therapist,
        "email": "sam@example.test",
        "status": "confirmed",
    }
    for hour in (9, 11, 13):
        make_appointment(start=at(20, hour), **common)
        make_appointment(start=at(24, hour), source="desk", **common)
    ask(option, at(25, 9))


@pytest.mark.usefixtures("clock", "therapist", "allowed")
def test_the_same_form_again_gets_its_appointment(option: ServiceOption, at: At) -> None:
    ask(option, at(24, 9))
    key = uuid.uuid4()
    made = ask(option, at(25, 9), key=key)
    assert ask(option, at(25, 9), key=key) == made


@pytest.mark.usefixtures("clock", "therapist")
def test_without_a_row_the_default_holds_and_empty_means_none(option: ServiceOption, at: At) -> None:
    most = ClinicPolicy().most_open
    assert most
    starts = [at(24, 9) + timedelta(days=day, hours=hour) for day in range(3) for hour in (0, 2, 4)]
    for start in starts[:most]:
        ask(option, start)
    with pytest.raises(TooManyOpenError):
        ask(option, starts[most])
    ClinicPolicy.objects.create(most_open=None)
    ask(option, starts[most])


@pytest.mark.usefixtures("clock", "therapist", "allowed")
def test_load_tests_switch_it_off(option: ServiceOption, at: At, settings: Settings) -> None:
    settings.RATE_LIMITS = False
    for day in (24, 25, 26):
        ask(option, at(day, 9))


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize(("email", "tail"), [("sam@example.test", ""), ("", "5550100")])
def test_each_way_to_be_the_same_has_an_index(email: str, tail: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {contacts._OPEN_SQL}", {"email": email, "tail": tail, "now": clock.now()})
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "appointment_open_email" in plan or "appointment_open_phone" in plan, plan


# Several at once


def at_once(option: ServiceOption, starts: list[datetime], *, crossed: bool = False) -> list[str]:
    """Everybody asks at the same moment, each for a time of its own; the outcomes."""

    def one(number: int) -> str:
        # Crossed: an address with another's number, so that each needs two locks that others hold.
        email, phone = (number % 2, (number // 2) % 2) if crossed else (0, 0)
        try:
            ask(option, starts[number], email=f"sam{email}@example.test", phone=f"212555010{phone}")
        except TooManyOpenError:
            return "refused"
        finally:
            connection.close()
        return "booked"

    with ThreadPoolExecutor(len(starts)) as pool:
        return list(pool.map(one, range(len(starts))))


@pytest.fixture
def wide(transactional_db: None) -> ServiceOption:
    """Sixteen therapists, so that nobody is in anybody's way."""
    option = make_option(buffer_after=0)
    for _ in range(16):
        make_weekly_hours(therapist=make_therapist(options=[option]), weekdays=range(7))
    return option


def starts_of(count: int) -> list[datetime]:
    tomorrow = clock.now().astimezone(NEW_YORK).replace(hour=10, minute=0, second=0, microsecond=0)
    tomorrow += timedelta(days=1)
    return [tomorrow + timedelta(days=day) for day in range(count)]


def test_at_once_exactly_as_many_as_allowed(wide: ServiceOption) -> None:
    ClinicPolicy.objects.create(most_open=3)
    assert sorted(at_once(wide, starts_of(16))) == ["booked"] * 3 + ["refused"] * 13


def test_crossed_contacts_do_not_wait_in_a_circle(
    wide: ServiceOption, caplog: pytest.LogCaptureFixture
) -> None:
    ClinicPolicy.objects.create(most_open=3)
    found = at_once(wide, starts_of(16), crossed=True)
    assert 3 <= found.count("booked") <= 6
    assert "gave way" not in caplog.text


def test_without_the_lock_more_pass(wide: ServiceOption, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: everybody counts before anybody has booked."""
    ClinicPolicy.objects.create(most_open=3)
    unlocked = contacts._LOCK_SQL.replace("pg_advisory_xact_lock(key)", "key")
    assert unlocked != contacts._LOCK_SQL
    monkeypatch.setattr(contacts, "_LOCK_SQL", unlocked)
    all_counted = threading.Barrier(16)
    limited = locking.lock_limited

    def together(**asked: Any) -> None:
        all_counted.wait(30)
        limited(**asked)

    monkeypatch.setattr(locking, "lock_limited", together)
    assert at_once(wide, starts_of(16)).count("booked") == 16
