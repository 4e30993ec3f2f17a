"""A test booking goes the way of a patient's, and leaves nothing behind."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.db import connection

from booking import availability, delivery, ical, lifecycle, trial
from booking.enums import AppointmentStatus, NotificationStatus
from booking.exceptions import TimeJustGoneError
from booking.models import Appointment, Notification
from flexclinic.lib import clock
from services.models import ServiceOption, Therapist
from tests.jobrunner import forget_jobs

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.django_db]


def sends() -> None:
    """What the worker does meanwhile."""
    for message in Notification.objects.filter(status=NotificationStatus.WAITING):
        delivery.deliver(notification_id=message.pk)


@pytest.fixture(autouse=True)
def worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "worker_is_there", lambda: True)


def run(**more: Any) -> trial.Report:
    return trial.run(email="me@clinic.test", user=User.objects.create_user("manager"), wait=sends, **more)


def test_it_books_tells_and_cancels(therapist: Therapist, option: ServiceOption) -> None:
    before = availability.free_times(option=option, first_date=clock.today(), days=61).starts
    report = run()
    assert [finding.words for finding in report.findings if not finding.good] == []
    [appointment] = Appointment.objects.all()
    assert (appointment.name, appointment.status) == (trial.NAME, AppointmentStatus.CANCELLED)
    assert [event.action for event in appointment.events.order_by("version")] == ["request", "cancel"]
    assert mail.outbox[0].to == ["me@clinic.test"]
    after = availability.free_times(option=option, first_date=clock.today(), days=61).starts
    assert after == before
    assert appointment.starts_at.timestamp() == before[-1][0]
    assert trial.went_well()
    assert trial.left_over() == []


def test_without_a_free_time_it_says_what_is_missing(option: ServiceOption) -> None:
    report = run()
    assert not report.good
    assert report.findings[-1].words == "There is no free time to book."
    assert not Appointment.objects.exists()


def test_without_a_worker_it_says_so_and_still_cancels(
    therapist: Therapist, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial, "PATIENCE", 0.01)
    report = trial.run(email="me@clinic.test", user=None, wait=lambda: None)
    assert not report.good
    assert "Look whether the worker is running" in " ".join(finding.remedy for finding in report.findings)
    assert trial.left_over() == []
    assert not trial.went_well()


def test_a_lost_race_is_said(therapist: Therapist, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(**_: Any) -> Appointment:
        raise TimeJustGoneError

    monkeypatch.setattr(lifecycle, "request", gone)
    report = run()
    assert report.findings[-1].words == "The time could not be booked."


def test_whatever_goes_wrong_meanwhile_no_time_stays_taken(therapist: Therapist) -> None:
    def breaks() -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        trial.run(email="me@clinic.test", user=None, wait=breaks)
    assert Appointment.objects.get().status == AppointmentStatus.CANCELLED


def test_a_file_that_says_another_time_is_found(
    therapist: Therapist, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = ical.appointment_calendar

    def wrong(appointment: Appointment, **more: Any) -> bytes:
        return written(appointment, **more).replace(b"DTSTART", b"DTSTAMP")

    monkeypatch.setattr(ical, "appointment_calendar", wrong)
    report = run()
    assert [finding.good for finding in report.findings if "calendar file" in finding.words] == [False]


def test_a_worker_is_there_while_its_heart_beats(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    forget_jobs()
    assert not trial.worker_is_there()
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")
    assert trial.worker_is_there()
