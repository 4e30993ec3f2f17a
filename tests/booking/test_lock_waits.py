"""A lock that somebody holds on to is waited for only so long, and the answer is an ordinary one."""

from collections.abc import Callable, Iterator
from datetime import datetime
from uuid import uuid4

import psycopg
import pytest
from django.db import connection
from django.test import Client

from booking import contacts, lifecycle
from booking.enums import Actor
from booking.exceptions import DiaryIsBusyError
from booking.models import Appointment
from services.models import ServiceOption, Therapist
from tests.factories.booking import make_appointment, make_working_day

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("clock")]

At = Callable[..., datetime]


@pytest.fixture
def other() -> Iterator["psycopg.Connection[tuple[object, ...]]"]:
    """A connection that holds on to what it locks."""
    given = connection.get_connection_params()
    parameters = {
        name: given[name] for name in ("dbname", "host", "user", "password", "port") if given.get(name)
    }
    with psycopg.connect(**parameters) as held:
        yield held


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contacts, "LONGEST_WAIT", "200ms")


def test_a_move(appointment: Appointment, at: At, other: "psycopg.Connection[tuple[object, ...]]") -> None:
    other.execute("SELECT pg_advisory_xact_lock(1, %s)", [appointment.therapist_id])
    with pytest.raises(DiaryIsBusyError):
        lifecycle.move(appointment=appointment, start=at(24, 14), actor=Actor.DESK)
    other.rollback()
    assert lifecycle.move(appointment=appointment, start=at(24, 14), actor=Actor.DESK).version == 2


def test_a_booking_on_a_limited_day(
    patient: Client,
    option: ServiceOption,
    therapist: Therapist,
    at: At,
    other: "psycopg.Connection[tuple[object, ...]]",
) -> None:
    make_working_day(therapist=therapist, most_visits=6)
    day = at(24).toordinal()
    other.execute("SELECT pg_advisory_xact_lock(%s, %s)", [-day, therapist.pk])
    form = {
        "name": "Pat Example",
        "email": "pat@example.test",
        "phone": "(212) 555-0199",
        "consent": "on",
        "request_key": str(uuid4()),
    }
    answer = patient.post(f"/book/{option.slug}/{therapist.slug}/2026-11-24T10:00/", form)
    assert answer.status_code == 503
    assert 'value="Pat Example"' in answer.content.decode()
    other.rollback()
    assert patient.post(f"/book/{option.slug}/{therapist.slug}/2026-11-24T10:00/", form).status_code == 302


def test_who_waits_for_the_row_of_an_appointment(
    therapist: Therapist,
    option: ServiceOption,
    at: At,
    other: "psycopg.Connection[tuple[object, ...]]",
) -> None:
    appointment = make_appointment(therapist=therapist, option=option, start=at(25, 9), status="confirmed")
    other.execute("SELECT 1 FROM booking_appointment WHERE id = %s FOR UPDATE", [appointment.pk])
    with pytest.raises(DiaryIsBusyError):
        lifecycle.move(appointment=appointment, start=at(25, 14), actor=Actor.DESK)
