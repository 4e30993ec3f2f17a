"""The worker: retries, the sweep, and a worker that is killed in the middle of a message."""

import os
import signal
import subprocess
import sys
import urllib.parse
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from asgiref.sync import async_to_sync
from django.db import connection, transaction
from procrastinate import RetryDecision
from procrastinate.contrib.django import app
from procrastinate.jobs import Job
from procrastinate.periodic import PeriodicDeferrer
from pytest_django import Settings

from booking import jobs, links
from booking.enums import AppointmentStatus, NotificationKind, NotificationStatus
from booking.models import AppointmentLink, Notification
from booking.notifications import DELIVER, tell
from flexclinic.lib import clock
from tests import jobrunner
from tests.factories.booking import make_appointment, make_notification
from tests.factories.waiting import make_place
from tests.mailserver import MailServer, smtp_settings

pytestmark = pytest.mark.django_db

committed = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def empty_queue(db: None) -> Iterator[None]:
    jobrunner.forget_jobs()
    yield
    jobrunner.forget_jobs()


@pytest.fixture
def mail(settings: Settings) -> Iterator[MailServer]:
    with MailServer() as server:
        for name, value in smtp_settings(port=server.port).items():
            setattr(settings, name, value)
        yield server


def told() -> Notification:
    notification = tell(appointment=make_appointment(), kind=NotificationKind.RECEIVED)
    assert notification is not None
    return notification


def set_doing(*, worker_silent_for: timedelta | None) -> None:
    """Mark every delivery as begun by a worker that was last heard of so long ago (None: forgotten)."""
    with connection.cursor() as cursor:
        worker = None
        if worker_silent_for is not None:
            cursor.execute(
                "INSERT INTO procrastinate_workers (last_heartbeat)"
                " VALUES (now() - make_interval(secs => %s)) RETURNING id",
                [worker_silent_for.total_seconds()],
            )
            (worker,) = cursor.fetchone()
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s WHERE task_name = %s",
            [worker, DELIVER],
        )


def sweep() -> None:
    async_to_sync(jobs.sweep.func)(0)


# Retries


def test_waits_grow_to_half_an_hour_and_never_end() -> None:
    def wait(attempts: int) -> float:
        before = clock.now()
        job = Job(id=1, queue="messages", lock=None, queueing_lock=None, task_name=DELIVER, attempts=attempts)
        decision = jobs.GrowingWaits().get_retry_decision(exception=OSError(), job=job)
        assert isinstance(decision, RetryDecision)
        assert decision.retry_at is not None
        return round((decision.retry_at - before).total_seconds())

    assert [wait(attempts) for attempts in range(9)] == [15, 30, 60, 120, 240, 480, 960, 1800, 1800]
    assert wait(10_000) == 1800


@committed
def test_a_job_delivers_and_is_gone(mail: MailServer) -> None:
    notification = told()
    jobrunner.run_jobs()
    notification.refresh_from_db()
    assert notification.status == NotificationStatus.SENT
    assert len(mail.messages) == 1
    assert jobrunner.jobs(DELIVER) == []


@committed
def test_a_job_comes_back_while_the_server_says_later(mail: MailServer) -> None:
    mail.recipient_reply = "451 4.3.0 Later"
    notification = told()
    jobrunner.run_jobs()
    notification.refresh_from_db()
    assert notification.status == NotificationStatus.WAITING
    (job,) = jobrunner.jobs(DELIVER)
    assert (job["status"], job["attempts"]) == ("todo", 1)
    assert 5 < job["seconds"] <= 15


# The sweep


@pytest.mark.parametrize("silent", [timedelta(seconds=40), None])
def test_the_sweep_brings_back_the_job_of_a_dead_worker(silent: timedelta | None) -> None:
    told()
    set_doing(worker_silent_for=silent)
    sweep()
    assert [(job["status"], job["attempts"]) for job in jobrunner.jobs(DELIVER)] == [("todo", 1)]


def test_the_sweep_leaves_a_worker_alone_that_is_alive() -> None:
    told()
    set_doing(worker_silent_for=timedelta(seconds=20))
    sweep()
    assert [job["status"] for job in jobrunner.jobs(DELIVER)] == ["doing"]


def test_a_sweep_that_died_does_not_stop_the_next() -> None:
    for task in (jobs.SWEEP, jobs.TIDY):
        app.configure_task(task).defer(timestamp=0)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing'")
    app.configure_task(jobs.SWEEP).defer(timestamp=60)
    sweep()
    assert [job["status"] for job in jobrunner.jobs(jobs.SWEEP)] == ["todo"]
    assert jobrunner.jobs(jobs.TIDY) == []


@pytest.mark.parametrize("status", ["", "failed", "cancelled", "aborted"])
def test_the_sweep_finds_a_message_without_a_job(status: str) -> None:
    """The job was deleted, or ended without its message: an administrator may do both."""
    old = clock.now() - timedelta(minutes=jobs.LOST_MINUTES, seconds=1)
    lost = make_notification(created_at=old)
    make_notification(created_at=old, status=NotificationStatus.SENT)
    make_notification()  # so new that its job may be about to come
    in_hand = make_notification(created_at=old)
    app.configure_task(DELIVER, queue="messages").defer(notification_id=in_hand.pk)
    if status:
        app.configure_task(DELIVER, queue="messages").defer(notification_id=lost.pk)
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE procrastinate_jobs SET status = %s::procrastinate_job_status"
                " WHERE (args ->> 'notification_id')::bigint = %s",
                [status, lost.pk],
            )
    sweep()
    sweep()
    waiting = [job["args"] for job in jobrunner.jobs(DELIVER) if job["status"] == "todo"]
    assert waiting == [{"notification_id": in_hand.pk}, {"notification_id": lost.pk}]


def test_the_sweep_leaves_alone_what_waits_for_its_moment() -> None:
    """Its job may be gone: it is given a new one once its moment has come, not before."""
    old, now = clock.now() - timedelta(hours=1), clock.now()
    late = timedelta(minutes=jobs.LOST_MINUTES, seconds=1)
    make_notification(created_at=old, not_before=now + timedelta(seconds=1))
    make_notification(created_at=old, not_before=now - timedelta(seconds=1))
    lost = make_notification(created_at=old, not_before=now - late)
    assert jobs.lost_messages() == [lost.pk]


@committed
def test_a_message_that_is_told_by_a_worker_is_written_with_its_job_in_one_transaction() -> None:
    """The worker's own queue is on another connection, where the job would be seen before the message."""
    worker = app.connector.get_worker_connector()  # type: ignore[attr-defined]
    with app.replace_connector(worker), app.open(), transaction.atomic():
        told()
        transaction.set_rollback(True)
    assert jobrunner.jobs(DELIVER) == []


@committed
def test_a_periodic_job_of_several_workers_runs_once() -> None:
    """Three workers come to the same minute."""

    async def three_workers() -> None:
        async with app.open_async():
            for _ in range(3):
                deferrer = PeriodicDeferrer(registry=app.periodic_registry)
                await deferrer.defer_jobs(deferrer.get_previous_tasks(at=1_800_000_000))

    with app.replace_connector(app.connector.get_worker_connector()):  # type: ignore[attr-defined]
        async_to_sync(three_workers)()
    assert len(jobrunner.jobs(jobs.SWEEP)) == 1


def test_the_night_forgets_what_is_over(mail: MailServer) -> None:
    appointment = make_appointment()
    expired, alive = links.mint(appointment=appointment), links.mint(appointment=appointment)
    AppointmentLink.objects.filter(pk=AppointmentLink.objects.earliest("pk").pk).update(
        expires_at=clock.now()
    )
    old, new = (app.configure_task(DELIVER).defer(notification_id=number) for number in (1, 2))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing'")
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed'")
        cursor.execute(
            "UPDATE procrastinate_events SET at = now() - interval '31 days' WHERE job_id = %s", [old]
        )
    over = make_place(option=appointment.option, from_date=date(2026, 1, 1), until_date=date(2026, 1, 2))
    async_to_sync(jobs.tidy.func)(0)
    over.refresh_from_db()
    assert (over.state, over.ended_why) == ("ended", "dates")
    assert [job["id"] for job in jobrunner.jobs(DELIVER)] == [new]
    assert links.look_up(alive) == appointment
    assert AppointmentLink.objects.count() == 1
    assert links.look_up(expired) is None


# A worker that is killed


def start_worker(mail: MailServer) -> subprocess.Popen[bytes]:
    """A worker of its own process on the test's database, as production starts it."""
    database = connection.settings_dict
    user, password, host = (
        urllib.parse.quote(str(database[name]), safe="") for name in ("USER", "PASSWORD", "HOST")
    )
    environment = {
        **os.environ,
        "DATABASE_URL": f"postgres://{user}:{password}@{host}:{database['PORT']}/{database['NAME']}",
        "EMAIL_URL": f"smtp://127.0.0.1:{mail.port}",
        "FLEXCLINIC_DEMO": "1",
        "DJANGO_SETTINGS_MODULE": "tests.settings",
    }
    return subprocess.Popen(
        [sys.executable, "manage.py", "procrastinate", "worker"],
        cwd=Path(__file__).parent.parent.parent,
        env=environment,
    )


@pytest.fixture
def worker(mail: MailServer) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    started: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        started.append(start_worker(mail))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait(30)


@pytest.mark.long
@committed
def test_a_killed_worker_loses_no_message(
    mail: MailServer, worker: Callable[[], subprocess.Popen[bytes]]
) -> None:
    """The mail server has taken the message; the worker dies before it can write that down."""
    mail.hang_at = "data"
    appointment = make_appointment(status=AppointmentStatus.CONFIRMED)
    notification = tell(appointment=appointment, kind=NotificationKind.CONFIRMED)
    assert notification is not None
    killed = worker()
    mail.wait_until_it_hangs(timeout=60)
    killed.send_signal(signal.SIGKILL)
    killed.wait(30)
    mail.hang_up()
    notification.refresh_from_db()
    assert notification.status == NotificationStatus.WAITING
    assert [job["status"] for job in jobrunner.jobs(DELIVER)] == ["doing"]
    with connection.cursor() as cursor:  # rather than to wait for half a minute
        cursor.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 minute'")
    worker()  # its own sweep, at the latest at the next full minute, brings the job back
    first, second = mail.wait_for(2, timeout=120)
    assert first["Message-ID"] == second["Message-ID"]
    jobrunner.wait_until_no_jobs(DELIVER)
    notification.refresh_from_db()
    assert notification.status == NotificationStatus.SENT
    assert len(mail.messages) == 2
