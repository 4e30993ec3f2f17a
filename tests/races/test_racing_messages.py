"""Messages in two hands at once: a move that is undone while its message goes out, and two workers at one minute."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from django.core import mail
from django.db import connection, transaction

from booking import delivery, lifecycle, reminders
from booking.enums import Actor, NotificationKind
from booking.exceptions import NotPossibleNowError
from booking.models import Appointment, ClinicPolicy, Notification
from flexclinic.lib import clock
from tests.factories.booking import make_appointment
from tests.jobrunner import forget_jobs, jobs

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def empty_queue(db: None) -> Iterator[None]:
    forget_jobs()
    yield
    forget_jobs()


def booked() -> Appointment:
    """A visit in some days that the patient was told of."""
    visit = make_appointment(start=clock.now() + timedelta(days=5), status="confirmed")
    visit.events.create(
        action="book",
        to_status="confirmed",
        version=1,
        at=clock.now(),
        actor="desk",
        visit=visit.visit,
        therapist=visit.therapist,
    )
    Notification.objects.create(
        appointment=visit,
        kind=NotificationKind.CONFIRMED,
        version=1,
        status="sent",
        created_at=clock.now(),
        told={str(visit.pk): 1},
    )
    return visit


def moved() -> tuple[Appointment, datetime]:
    """The same, moved by the desk just now, and where it was."""
    visit = booked()
    return lifecycle.move(
        appointment=visit, start=visit.starts_at + timedelta(days=1), actor=Actor.DESK
    ), visit.starts_at


@contextmanager
def elsewhere(act: Callable[[], object]) -> Iterator[threading.Event]:
    """Do something in a transaction on another connection, which stays open until the block ends."""
    done, over = threading.Event(), threading.Event()

    def run() -> None:
        try:
            with transaction.atomic():
                act()
                done.set()
                assert over.wait(30)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(run)
        try:
            assert done.wait(30) or future.result(1)
            yield done
        finally:
            over.set()
        future.result(30)


def test_what_is_going_out_cannot_be_undone() -> None:
    visit, _ = moved()
    row = Notification.objects.get(version=2)
    with (
        elsewhere(lambda: delivery._claim(row.pk)),
        pytest.raises(NotPossibleNowError, match="going out just now"),
    ):
        lifecycle.undo(appointment=visit, user=None)
    assert lifecycle.undo(appointment=visit, user=None).version == 3


def test_what_is_being_undone_does_not_go_out() -> None:
    visit, start = moved()
    row = Notification.objects.get(version=2)

    def undo_until_it_is_due() -> None:
        lifecycle.undo(appointment=visit, user=None)

    with elsewhere(undo_until_it_is_due), pytest.MonkeyPatch.context() as patch:
        # As the clock of the worker has it, the three minutes are over; the row is held.
        now = clock.now() + timedelta(minutes=3)
        patch.setattr(clock, "now", lambda: now)
        with pytest.raises(delivery.NotSentError, match="another worker"):
            delivery.deliver(notification_id=row.pk)
    Notification.objects.filter(pk=row.pk).update(not_before=clock.now())
    assert delivery.deliver(notification_id=row.pk) is delivery.Outcome.NOT_NEEDED
    visit.refresh_from_db()
    assert (visit.starts_at, mail.outbox) == (start, [])


def test_two_workers_at_the_same_minute_write_each_reminder_once() -> None:
    now = clock.now()
    for hours in range(3, 23):
        visit = make_appointment(start=now + timedelta(hours=hours), status="confirmed")
        Appointment.objects.filter(pk=visit.pk).update(created_at=now - timedelta(days=5))
    ClinicPolicy.objects.create()
    together = threading.Barrier(4)

    def work() -> int:
        try:
            together.wait(30)
            return len(reminders.write_due())
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        written = [future.result(60) for future in [pool.submit(work) for _ in range(4)]]
    assert sum(written) == Notification.objects.count() == 20
    assert len(jobs("booking.jobs.deliver")) == 20
