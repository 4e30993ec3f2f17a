"""A lost link is sent anew: to the address of the booking alone, as often as it is asked for within limits."""

import hashlib
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from django.db import connection, transaction
from pytest_django import Settings

from booking import composing, delivery, fresh_link, links, notifications
from booking.enums import AppointmentStatus, NotificationKind, NotificationStatus
from booking.models import Appointment, Notification
from tests.booking.test_delivery import calendar_of, html_of, text_of, token_in
from tests.factories.booking import make_appointment, make_notification
from tests.jobrunner import jobs
from tests.mailserver import MailServer, smtp_settings

pytestmark = pytest.mark.django_db

At = Callable[..., datetime]


@pytest.fixture
def mail(settings: Settings) -> Iterator[MailServer]:
    with MailServer() as server:
        for name, value in smtp_settings(port=server.port).items():
            setattr(settings, name, value)
        yield server


@pytest.fixture
def visit(clock: time_machine.Traveller) -> Appointment:
    return make_appointment(email="Pat@Example.test", phone="(212) 555-0199")


def ask(reference: str, contact: str) -> Notification | None:
    """Ask, and let the worker answer."""
    fresh_link.ask(reference=reference, contact=contact)
    return fresh_link.answer(**jobs(fresh_link.ANSWER)[-1]["args"])


def sent(notification: Notification | None) -> Notification:
    assert notification is not None
    assert delivery.deliver(notification_id=notification.pk) is delivery.Outcome.SENT
    return Notification.objects.get(pk=notification.pk)


@pytest.mark.parametrize(
    "contact",
    [
        "Pat@Example.test",
        "pat@example.TEST",
        "2125550199",
        "212.555.0199",
        "+1 (212) 555 0199",
        "1 212 555 0199",
        "(212) 555-0199 ext. 4",
    ],
)
def test_who_knows_the_booking_gets_a_link(visit: Appointment, contact: str) -> None:
    message = ask(visit.reference, contact)
    assert message is not None
    assert (message.appointment, message.kind, message.status) == (
        visit,
        NotificationKind.LINK,
        NotificationStatus.WAITING,
    )
    assert [job["args"] for job in jobs(notifications.DELIVER)] == [{"notification_id": message.pk}]


@pytest.mark.parametrize(
    "contact", ["pat@example.tes", "at@example.test", "5550199", "+44 212 555 0199", "0", "@", "pat"]
)
def test_who_does_not_know_it_gets_none(visit: Appointment, contact: str) -> None:
    assert ask(visit.reference, contact) is None
    assert not Notification.objects.exists()


def test_another_booking_of_the_same_person_is_not_opened_by_a_wrong_reference(visit: Appointment) -> None:
    assert ask("AAAA-AAAA", visit.email) is None


def test_the_contact_of_one_booking_does_not_open_another(visit: Appointment) -> None:
    other = make_appointment(email="other@example.test", phone="")
    assert ask(visit.reference, other.email) is None


def test_without_an_email_address_nothing_is_sent(visit: Appointment) -> None:
    Appointment.objects.update(email="")
    assert ask(visit.reference, visit.phone) is None


def test_an_empty_contact_matches_nobody(visit: Appointment) -> None:
    Appointment.objects.update(phone="")
    assert ask(visit.reference, "") is None


def test_the_job_does_not_hold_what_was_typed(visit: Appointment) -> None:
    fresh_link.ask(reference=visit.reference, contact="(212) 555-0199")
    [job] = jobs(fresh_link.ANSWER)
    assert job["args"].keys() == {"reference", "proof"}
    assert re.fullmatch("[0-9a-f]{64}", job["args"]["proof"])
    assert job["args"]["proof"] != hashlib.sha256(b"12125550199").hexdigest()  # which could be guessed


def test_the_message_goes_to_the_bookings_own_address_with_a_link_that_works(
    visit: Appointment, mail: MailServer
) -> None:
    message = sent(ask(visit.reference, visit.phone))
    assert mail.recipients == ["Pat@Example.test"]
    [mailed] = mail.messages
    assert mailed["Subject"] == "Your link to your appointment"
    assert links.look_up(token_in(mailed)) == visit
    assert token_in(mailed) in html_of(mailed)
    assert calendar_of(mailed) == b""
    assert "Keep the link to yourself." in text_of(mailed)
    assert message.status == NotificationStatus.SENT


def test_asked_for_again_while_it_waits_there_is_one(visit: Appointment) -> None:
    assert ask(visit.reference, visit.email) is not None
    assert ask(visit.reference, visit.email) is None
    assert (Notification.objects.count(), len(jobs(notifications.DELIVER))) == (1, 1)


def test_asked_for_again_after_it_was_sent_there_is_another_message(
    visit: Appointment, mail: MailServer, clock: time_machine.Traveller
) -> None:
    for _ in range(2):
        sent(ask(visit.reference, visit.email))
        clock.shift(timedelta(minutes=5))
    first, second = mail.messages
    assert first["Message-ID"] != second["Message-ID"]  # or a mail program would hide it
    assert {links.look_up(token_in(message)) for message in mail.messages} == {visit}
    assert token_in(first) != token_in(second)
    assert Notification.objects.count() == 1


def test_a_repeat_of_one_message_keeps_its_id(visit: Appointment) -> None:
    message = ask(visit.reference, visit.email)
    assert message is not None
    assert composing.message_id(message) == composing.message_id(Notification.objects.get())


@pytest.mark.parametrize("status", [NotificationStatus.FAILED, NotificationStatus.NOT_NEEDED])
def test_asked_for_again_after_it_failed_it_is_tried_anew(
    visit: Appointment, status: NotificationStatus, clock: time_machine.Traveller
) -> None:
    ask(visit.reference, visit.email)
    Notification.objects.update(status=status, attempts=9, last_error="No.")
    clock.shift(timedelta(days=3))
    again = ask(visit.reference, visit.email)
    assert again is not None
    again.refresh_from_db()
    assert (again.status, again.attempts, again.last_error) == (NotificationStatus.WAITING, 0, "")
    assert again.created_at == visit.created_at + timedelta(days=3)  # else it would be given up at once


@pytest.mark.django_db(transaction=True)
def test_while_it_is_being_sent_nobody_waits_for_the_mail_server(visit: Appointment) -> None:
    """A worker has the row locked while it speaks to the mail server."""
    message = ask(visit.reference, visit.email)
    assert message is not None
    Notification.objects.update(status=NotificationStatus.SENT)
    other = connection.copy()
    try:
        with transaction.atomic(), other.cursor() as cursor:
            other.set_autocommit(False)
            cursor.execute("SELECT * FROM booking_notification WHERE id = %s FOR UPDATE", [message.pk])
            with connection.cursor() as own:
                own.execute("SET LOCAL lock_timeout = '200ms'")
            assert notifications.send_link(appointment=visit) is None
            other.rollback()
    finally:
        other.close()


def test_nobody_floods_a_patients_mailbox(
    visit: Appointment, mail: MailServer, clock: time_machine.Traveller
) -> None:
    for _ in range(fresh_link.PER_APPOINTMENT.tries):
        sent(ask(visit.reference, visit.email))
        clock.shift(timedelta(minutes=1))
    assert ask(visit.reference, visit.email) is None
    assert ask(visit.reference, visit.phone) is None
    clock.shift(timedelta(hours=1))
    assert ask(visit.reference, visit.email) is not None


def test_wrong_tries_do_not_use_up_the_patients_own(visit: Appointment) -> None:
    for _ in range(10):
        ask(visit.reference, "wrong@example.test")
    assert ask(visit.reference, visit.email) is not None


@pytest.mark.parametrize("status", AppointmentStatus)
def test_a_link_is_sent_in_every_state(
    visit: Appointment, mail: MailServer, status: AppointmentStatus
) -> None:
    Appointment.objects.update(status=status)
    sent(ask(visit.reference, visit.email))


def test_a_link_takes_the_place_of_no_other_message(visit: Appointment, mail: MailServer) -> None:
    Appointment.objects.update(status=AppointmentStatus.CONFIRMED, version=3)
    confirmed = make_notification(appointment=visit, kind=NotificationKind.CONFIRMED, version=2)
    assert ask(visit.reference, visit.email) is not None
    assert delivery.deliver(notification_id=confirmed.pk) is delivery.Outcome.SENT


def test_a_later_message_does_not_take_the_place_of_a_link(visit: Appointment, mail: MailServer) -> None:
    """The later one may be that it is cancelled, which brings no link."""
    link = ask(visit.reference, visit.email)
    Appointment.objects.update(status=AppointmentStatus.CANCELLED, version=2)
    make_notification(appointment=visit, kind=NotificationKind.CANCELLED, version=2)
    sent(link)
