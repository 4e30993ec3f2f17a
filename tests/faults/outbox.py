"""An outbox with many messages, and what became of them: on one side the rows, on the other what arrived."""

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage

from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import F
from procrastinate.types import JSONDict

from booking.enums import Actor, AppointmentStatus, NotificationKind, NotificationStatus
from booking.jobs import SWEEP
from booking.models import Appointment, AppointmentEvent, Notification
from booking.notifications import DELIVER, delivery_job, job
from booking.transitions import Action
from flexclinic.lib import clock
from services.models import ServiceOption, Therapist
from tests.factories.services import make_therapist
from tests.faults.clinic import until

#: Later than anything that can be booked, so that what is booked meanwhile meets none of them.
_AHEAD = timedelta(days=200)
_APART = timedelta(minutes=90)
_EACH = 500  # appointments of a therapist
_BATCH = 1000


def fill(*, option: ServiceOption, messages: int) -> None:
    """Appointments that were booked just now, each with its event, its message and the message's job."""
    therapists = [make_therapist(slug=f"full-{first}") for first in range(0, messages, _EACH)]
    for first in range(0, messages, _BATCH):
        numbers = range(first, min(first + _BATCH, messages))
        made = Appointment.objects.bulk_create(
            _appointment(option, therapists[number // _EACH], number) for number in numbers
        )
        AppointmentEvent.objects.bulk_create(
            AppointmentEvent(
                appointment=one,
                action=Action.BOOK,
                to_status=one.status,
                version=1,
                at=one.created_at,
                actor=Actor.PATIENT,
                visit=one.visit,
                therapist=one.therapist,
            )
            for one in made
        )
        rows = Notification.objects.bulk_create(
            Notification(
                appointment=one, kind=NotificationKind.CONFIRMED, version=1, created_at=one.created_at
            )
            for one in made
        )
        jobs: list[JSONDict] = [{"notification_id": row.pk} for row in rows]
        delivery_job().batch_defer(*jobs)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _appointment(option: ServiceOption, therapist: Therapist, number: int) -> Appointment:
    now = clock.now()
    start = now.replace(minute=0, second=0, microsecond=0) + _AHEAD + _APART * (number % _EACH)
    end = start + timedelta(minutes=option.minutes)
    return Appointment(
        option=option,
        therapist=therapist,
        status=AppointmentStatus.CONFIRMED,
        visit=DateTimeTZRange(start, end, "[)"),
        occupied=DateTimeTZRange(start, end + timedelta(minutes=option.buffer_after), "[)"),
        price=option.price,
        name="Pat Example",
        email=f"m{number}@example.test",
        phone="(212) 555-0199",
        created_at=now,
    )


# The queue


def retry_now() -> None:
    """Have what waits for its next try tried at once: those waits double from 15 seconds, too long for a test."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET scheduled_at = now()"
            " WHERE task_name = %s AND status = 'todo' AND scheduled_at > now()",
            [DELIVER],
        )


def tried_without_success() -> int:
    """How many jobs of messages were tried and wait for their next try."""
    return _count("task_name = %s AND status = 'todo' AND attempts > 0", DELIVER)


def age_workers() -> None:
    """All that the queue knows of workers is that nothing was heard of them for a while. None may live."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'")


def sweep_and_wait(*, seconds: float) -> None:
    """Have the workers sweep now rather than at the full minute, and work until nothing is left for them."""
    # Its own job: one that a killed worker had in hand may be there for ever, where nothing brings it back.
    swept = job(SWEEP).defer(timestamp=0)
    until(
        lambda: not _count("status IN ('todo', 'doing') AND id = %s", swept),
        seconds=seconds,
        what="the sweep has run",
    )
    until(_nothing_to_do, seconds=seconds, what="the workers have nothing left to do")


def _nothing_to_do() -> bool:
    retry_now()
    living = "SELECT id FROM procrastinate_workers WHERE last_heartbeat > now() - interval '1 minute'"
    return not _count(
        f"task_name = %s AND (status = 'todo' OR (status = 'doing' AND worker_id IN ({living})))", DELIVER
    )


def _count(condition: str, task: str | int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM procrastinate_jobs WHERE {condition}", [task])
        [number] = cursor.fetchone() or (0,)
    return int(number)


# What became of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """`lost` were not received or are not known to be sent; `unlike` are received more often than once, and not as
    the same message about the same entry of a calendar; `strangers` belong to no row. All are addresses."""

    messages: int
    received: int
    lost: list[str]
    repeats: int
    unlike: list[str]
    strangers: list[str]


def compare(received: list[EmailMessage]) -> Outcome:
    """Hold what arrived against the outbox, in which every address has one message."""
    rows = {
        str(email): (str(status), str(uid), sequence)
        for email, status, uid, sequence in Notification.objects.values_list(
            "appointment__email", "status", "appointment__uid", F("version") - 1
        )
    }
    assert len(rows) == Notification.objects.count(), "an address has more than one message"
    arrived: dict[str, list[EmailMessage]] = defaultdict(list)
    for message in received:
        arrived[str(message["To"])].append(message)
    lost = [
        email
        for email, (status, _, _) in rows.items()
        if status != NotificationStatus.SENT or email not in arrived
    ]
    unlike = [
        email
        for email, sent in arrived.items()
        if email in rows
        and (
            len({str(one["Message-ID"]) for one in sent}) != 1
            or any(_entry(one) != rows[email][1:] for one in sent)
        )
    ]
    return Outcome(
        messages=len(rows),
        received=len(received),
        lost=lost,
        repeats=len(received) - len(arrived),
        unlike=unlike,
        strangers=sorted(arrived.keys() - rows.keys()),
    )


def _entry(message: EmailMessage) -> tuple[str, int]:
    """UID and SEQUENCE of the calendar's entry that a message brings."""
    [calendar] = [
        str(part.get_content()) for part in message.walk() if part.get_content_type() == "text/calendar"
    ]
    [uid], [sequence] = (re.findall(rf"(?m)^{name}:(\S+)", calendar) for name in ("UID", "SEQUENCE"))
    return uid, int(sequence)
