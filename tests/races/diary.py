"""What the tests of races look at in the diary, and how they take the database's own protection away and back."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import connection

from booking.enums import BLOCKING
from booking.models import Appointment

EXCLUSIONS = [
    constraint for constraint in Appointment._meta.constraints if isinstance(constraint, ExclusionConstraint)
]


def rows(sql: str, *params: Any) -> list[tuple[Any, ...]]:
    """What a query gives."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


def overlaps() -> list[tuple[int, int]]:
    """Pairs of blocking appointments that keep the same therapist or the same room at the same time."""
    return [
        (one, other)
        for one, other in rows(
            """
            SELECT one.id, other.id
              FROM booking_appointment one
              JOIN booking_appointment other ON one.id < other.id AND one.occupied && other.occupied
               AND (one.therapist_id = other.therapist_id OR one.room_id = other.room_id)
             WHERE one.status = ANY(%s) AND other.status = ANY(%s)
            """,
            list(BLOCKING),
            list(BLOCKING),
        )
    ]


@dataclass(frozen=True, slots=True)
class Told:
    """An appointment with what goes with it: numbers of events, messages, and jobs to deliver those."""

    appointment: int
    version: int
    events: int
    messages: int
    jobs: int


def told() -> list[Told]:
    """Every appointment of the diary with its events, messages and jobs."""
    jobs: dict[int, int] = {}
    for (args,) in rows("SELECT args FROM procrastinate_jobs WHERE task_name = 'booking.jobs.deliver'"):
        [appointment] = rows(
            "SELECT appointment_id FROM booking_notification WHERE id = %s",
            json.loads(args)["notification_id"],
        )
        jobs[appointment[0]] = jobs.get(appointment[0], 0) + 1
    return [
        Told(pk, version, events, messages, jobs.get(pk, 0))
        for pk, version, events, messages in rows(
            """
            SELECT id, version,
              (SELECT count(*) FROM booking_appointmentevent WHERE appointment_id = appointment.id),
              (SELECT count(*) FROM booking_notification WHERE appointment_id = appointment.id)
            FROM booking_appointment appointment
            """
        )
    ]


def deadlocks() -> int:
    """How many deadlocks PostgreSQL has broken in this database, once all other sessions have reported theirs."""
    others = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    deadline = time.monotonic() + 30
    while rows(others) != [(0,)]:
        assert time.monotonic() < deadline, "a client is still connected"
        rows("SELECT pg_sleep(0.01)")
    [(count,)] = rows("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
    return int(count)


@contextmanager
def without_exclusion() -> Iterator[None]:
    """The diary without its exclusion constraints. Empties it at the end, to be able to put them back."""
    before = _definitions()
    _remove()
    try:
        yield
    finally:
        Appointment.objects.all().delete()
        _add()
        assert _definitions() == before


@contextmanager
def slow_motion() -> Iterator[None]:
    """Let every write of an appointment rest between writing the row and checking the exclusion constraints.

    That is where two writers can come to wait for each other; otherwise it takes microseconds. An index whose
    expression takes its time does it: PostgreSQL goes through indexes in the order in which they were made.
    """
    before = _definitions()
    _remove()
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                """
                CREATE FUNCTION after_a_rest(number bigint) RETURNS bigint LANGUAGE plpgsql IMMUTABLE AS $$
                BEGIN
                    PERFORM pg_sleep(0.02 * random());
                    RETURN number;
                END $$
                """
            )
            cursor.execute("CREATE INDEX slow ON booking_appointment (after_a_rest(id))")
        _add()
        yield
    finally:
        if not _names():
            _add()
        with connection.cursor() as cursor:
            cursor.execute("DROP FUNCTION IF EXISTS after_a_rest CASCADE")
        assert _definitions() == before


def _remove() -> None:
    with connection.schema_editor() as editor:
        for constraint in EXCLUSIONS:
            editor.remove_constraint(Appointment, constraint)


def _add() -> None:
    with connection.schema_editor() as editor:
        for constraint in EXCLUSIONS:
            editor.add_constraint(Appointment, constraint)


def _names() -> set[str]:
    return {
        name
        for (name,) in rows(
            "SELECT conname FROM pg_constraint WHERE contype = 'x' AND conrelid = %s::regclass",
            Appointment._meta.db_table,
        )
    }


def _definitions() -> list[tuple[Any, ...]]:
    assert _names() == {constraint.name for constraint in EXCLUSIONS}
    return rows(
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE contype = 'x' AND conrelid = %s::regclass ORDER BY conname",
        Appointment._meta.db_table,
    )
