"""`python -m benchmarks.booker`: a process that books. Each line of JSON that it reads says how, and which starts; it
answers with a line that holds how many were accepted.

`lifecycle` books as the website does. `bare` runs the statements that write a booking there, word for word and
prepared, through psycopg alone, in one transaction: nothing is read, decided or checked.
"""

import json
import os
import sys
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from psycopg.types.json import Jsonb
from psycopg.types.range import TimestamptzRange

#: Gives whether a start (seconds since the epoch) with a therapist (an id) was booked.
Book = Callable[[int, int], bool]

WRITES = ("INSERT INTO", "procrastinate_defer_jobs")


def main() -> None:
    """Answer line after line until there are no more."""
    import django

    django.setup()
    ways = {"lifecycle": through_lifecycle(), "bare": through_psycopg(os.environ["DATABASE_URL"])}
    print("ready", flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        book = ways[asked["how"]]
        print(sum(book(therapist_id, start) for therapist_id, start in asked["starts"]), flush=True)


def through_lifecycle() -> Book:
    """As the website books, with a therapist who was chosen."""
    from booking import lifecycle
    from booking.exceptions import BookingError
    from services.models import ServiceOption, Therapist

    option = ServiceOption.objects.get()
    therapists = Therapist.objects.in_bulk()

    def book(therapist_id: int, start: int) -> bool:
        key = uuid.uuid4()
        contact = lifecycle.Contact(
            name="Reference (demo)", email=f"{key.hex}@example.test", phone=f"212{key.int % 10**7:07}"
        )
        try:
            lifecycle.request(
                option=option,
                therapist=therapists[therapist_id],
                start=datetime.fromtimestamp(start, UTC),
                contact=contact,
                request_key=key,
            )
        except BookingError:
            return False
        return True

    return book


def through_psycopg(url: str) -> Book:
    """The same rows, with no more between the parameters and the server than psycopg itself."""
    from booking.models.appointment import new_reference
    from services.models import Room, Therapist

    insert, event, notification, job = statements_of_a_booking()
    rooms = {
        pk: Room.objects.get(slug=f"spare-{pk}").pk for pk in Therapist.objects.values_list("pk", flat=True)
    }
    connection = psycopg.connect(url, autocommit=True, prepare_threshold=0)

    def book(therapist_id: int, start: int) -> bool:
        begins = datetime.fromtimestamp(start, UTC)
        visit = TimestamptzRange(begins, begins + timedelta(minutes=60))
        own: dict[str, Any] = {
            "reference": new_reference(),
            "uid": uuid.uuid4(),
            "request_key": uuid.uuid4(),
            "therapist_id": therapist_id,
            "room_id": rooms[therapist_id],
            "visit": visit,
            "occupied": TimestamptzRange(begins, begins + timedelta(minutes=75)),
        }
        with connection.transaction():
            row = connection.execute(insert[0], {**insert[1], **own}).fetchone()
            if row is None:
                return False
            told = {
                "appointment_id": row[0],
                "therapist_id": therapist_id,
                "room_id": rooms[therapist_id],
                "visit": visit,
            }
            connection.execute(event[0], {**event[1], **told})
            row = connection.execute(
                notification[0], {**notification[1], "appointment_id": row[0]}
            ).fetchone()
            assert row
            queue, task, priority, lock, queueing_lock, _, at = job[1]["jobs"][0]
            arguments = Jsonb({"notification_id": row[0]})
            connection.execute(
                job[0], {"jobs": [(queue, task, priority, lock, queueing_lock, arguments, at)]}
            )
        return True

    return book


def statements_of_a_booking() -> list[tuple[Any, dict[str, Any]]]:
    """What `lifecycle` writes for a booking: appointment, event, notification, job. Nothing stays of this one."""
    from django.db import connection, transaction

    from booking import availability
    from flexclinic.lib import clock
    from services.models import ServiceOption, Therapist

    option = ServiceOption.objects.get()
    found = availability.free_times(option=option, first_date=clock.today(), days=60)
    start, slugs = found.starts[-1]
    therapist = Therapist.objects.get(slug=slugs[0])
    written: list[tuple[Any, dict[str, Any]]] = []

    def note(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        if any(word in sql for word in WRITES):
            written.append((sql, parameters))
        return execute(sql, parameters, many, context)

    with transaction.atomic():
        with connection.execute_wrapper(note):
            assert through_lifecycle()(therapist.pk, start)
        transaction.set_rollback(True)
    return written


if __name__ == "__main__":
    main()
