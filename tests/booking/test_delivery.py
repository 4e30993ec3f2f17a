"""Messages, through a real SMTP server on loopback and the real outbox."""

import html
import logging
import re
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlsplit

import icalendar
import pytest
import time_machine
from django.core.mail.backends.smtp import EmailBackend
from django.db import connection, transaction
from django.test import Client
from django.urls import resolve, reverse
from pytest_django import Settings

from booking import composing, delivery, lifecycle, links
from booking.enums import Actor, AppointmentStatus, NotificationKind, NotificationStatus
from booking.models import Appointment, AppointmentLink, Notification
from booking.notifications import DELIVER, tell
from services.models import ServiceOption, Therapist
from tests.factories.booking import (
    make_appointment,
    make_notification,
    make_override_hours,
    make_weekly_hours,
)
from tests.factories.services import make_option, make_service, make_therapist
from tests.jobrunner import forget_jobs, jobs
from tests.mailserver import MailServer, Phase, smtp_settings

pytestmark = pytest.mark.django_db

At = Callable[..., datetime]
SENT, WAITING, FAILED, NOT_NEEDED = (
    NotificationStatus.SENT,
    NotificationStatus.WAITING,
    NotificationStatus.FAILED,
    NotificationStatus.NOT_NEEDED,
)
STATUS_OF = {
    NotificationKind.RECEIVED: AppointmentStatus.REQUESTED,
    NotificationKind.CONFIRMED: AppointmentStatus.CONFIRMED,
    NotificationKind.SERIES: AppointmentStatus.CONFIRMED,
    NotificationKind.DECLINED: AppointmentStatus.DECLINED,
    NotificationKind.MOVED: AppointmentStatus.CONFIRMED,
    NotificationKind.MOVED_BY_US: AppointmentStatus.CONFIRMED,
    NotificationKind.CANCELLED: AppointmentStatus.CANCELLED,
    NotificationKind.LINK: AppointmentStatus.CONFIRMED,
    NotificationKind.FIRST_REMINDER: AppointmentStatus.CONFIRMED,
    NotificationKind.SECOND_REMINDER: AppointmentStatus.CONFIRMED,
    NotificationKind.AFTER_VISIT: AppointmentStatus.COMPLETED,
    NotificationKind.OFFERED: AppointmentStatus.OFFERED,
    NotificationKind.GIVEN_UP: AppointmentStatus.CANCELLED,
}
#: Those of an appointment. What is told of a place on the waiting list is in test_waiting_message.py.
KINDS = list(STATUS_OF)
#: They tell of no change, and carry no calendar file.
NO_NEWS = (
    NotificationKind.FIRST_REMINDER,
    NotificationKind.SECOND_REMINDER,
    NotificationKind.AFTER_VISIT,
)
#: Each kind but those that test_series_message.py, test_fresh_link.py and test_waiting_message.py look at.
OF_ONE_VISIT = [
    kind
    for kind in KINDS
    if kind
    not in {
        NotificationKind.SERIES,
        NotificationKind.LINK,
        NotificationKind.OFFERED,
        NotificationKind.GIVEN_UP,
    }
]


@pytest.fixture
def mail(settings: Settings) -> Iterator[MailServer]:
    with MailServer() as server:
        for name, value in smtp_settings(port=server.port).items():
            setattr(settings, name, value)
        yield server


def deliver(notification: Notification) -> delivery.Outcome:
    outcome = delivery.deliver(notification_id=notification.pk)
    notification.refresh_from_db()
    return outcome


def for_kind(kind: NotificationKind, **fields: Any) -> Notification:
    return make_notification(appointment=make_appointment(status=STATUS_OF[kind], **fields), kind=kind)


def part(message: EmailMessage, content_type: str) -> EmailMessage:
    (found,) = (part for part in message.walk() if part.get_content_type() == content_type)
    assert isinstance(found, EmailMessage)
    return found


def text_of(message: EmailMessage) -> str:
    return str(part(message, "text/plain").get_content()).replace("\r\n", "\n")


def html_of(message: EmailMessage) -> str:
    return str(part(message, "text/html").get_content())


def has_calendar(message: EmailMessage) -> bool:
    return any(part.get_content_type() == "text/calendar" for part in message.walk())


def calendar_of(message: EmailMessage) -> bytes:
    """The calendar file; nothing where there is none, as in an offer, which would stay in a calendar when it passes."""
    if "text/calendar" not in {one.get_content_type() for one in message.walk()}:
        return b""
    content = part(message, "text/calendar").get_payload(decode=True)
    assert isinstance(content, bytes)
    return content


def event_of(message: EmailMessage) -> Any:
    calendar = icalendar.Calendar.from_ical(calendar_of(message))
    (event,) = calendar.walk("VEVENT")
    return event


def token_in(message: EmailMessage) -> str:
    (address,) = re.findall(r"http://testserver/appointment/\S+", text_of(message))
    return str(resolve(urlsplit(address).path).kwargs["token"])


def test_arrives_once_with_text_html_and_calendar(
    mail: MailServer, clock: time_machine.Traveller, at: At
) -> None:
    notification = for_kind(NotificationKind.CONFIRMED, start=at(24, 17, 30))
    assert deliver(notification) is delivery.Outcome.SENT
    assert deliver(notification) is delivery.Outcome.SETTLED_BEFORE
    (message,) = mail.messages
    appointment = notification.appointment
    assert appointment
    assert mail.recipients == [appointment.email]
    assert message["Subject"] == "Your appointment on Tuesday 24 November at 5:30pm is confirmed"
    assert message["From"] == "Flex Spine & Sport <desk@flexclinic.example>"
    assert message["To"] == "pat@example.test"
    assert re.fullmatch(r"<[0-9a-f]{32}@flexclinic\.example>", message["Message-ID"])
    assert message["Auto-Submitted"] == "auto-generated"
    assert "When: Tuesday 24 November 2026 at 5:30pm\n" in text_of(message)
    assert "Price: $95\n" in text_of(message)
    assert f"Reference: {appointment.reference}\n" in text_of(message)
    assert links.look_up(token_in(message)) == appointment
    assert reverse("booking:appointment", args=[token_in(message)]) in html_of(message)
    calendar = part(message, "text/calendar")
    assert calendar.get_param("method") == "REQUEST"
    assert calendar.get_filename() == "appointment.ics"
    assert event_of(message)["UID"] == str(appointment.uid)
    assert event_of(message).start == at(24, 17, 30)
    assert (notification.status, notification.attempts, notification.last_error) == (SENT, 1, "")
    assert notification.sent_at is not None


@pytest.mark.parametrize("kind", KINDS)
def test_both_parts_say_the_same(mail: MailServer, kind: NotificationKind, settings: Settings) -> None:
    settings.CLINIC = {**settings.CLINIC, "name": "Smith's <Spine> & Sport"}
    therapist = make_therapist(name="Ana O'Neil <demo>")
    assert deliver(for_kind(kind, therapist=therapist)) is delivery.Outcome.SENT
    (message,) = mail.messages
    page = re.sub(r"(?s)<head>.*</head>", "", html_of(message))
    shown = " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())
    said = [line for line in text_of(message).splitlines() if line.strip()]
    position = 0
    for line in said:
        if line.startswith("http"):
            assert f'href="{line}"' in page
            continue
        words = line.removesuffix(":")
        assert words in shown[position:], f"missing in the HTML part, or out of order: {line}"
        position = shown.index(words, position) + len(words)
    assert shown[position:] == ""
    assert "With: Ana O'Neil <demo>" in said
    assert "{" not in page + text_of(message)
    assert not re.search(r"<script|<img|<link|src=|url\(|@import", page)


@pytest.mark.parametrize("kind", KINDS)
def test_no_subject_or_calendar_tells_what_the_visit_is_for(mail: MailServer, kind: NotificationKind) -> None:
    option = make_option(service=make_service(title="Sciatica"), name="Whiplash, 60 minutes")
    deliver(for_kind(kind, option=option, name="Pat Knee", note="knee"))
    (message,) = mail.messages
    outside = message["Subject"] + (calendar_of(message).decode() if has_calendar(message) else "")
    assert not re.search(r"(?i)sciatica|whiplash|knee|massage", outside)


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_that_a_stranger_typed_is_in_a_message(mail: MailServer, kind: NotificationKind) -> None:
    """The address may be anybody's: the clinic must not carry a stranger's words to it."""
    deliver(for_kind(kind, name="Buy pills at spam.example", note="spam.example", phone="spam.example"))
    (message,) = mail.messages
    everything = message.as_string() + text_of(message) + html_of(message)
    if has_calendar(message):
        everything += calendar_of(message).decode()
    assert "spam.example" not in everything


def test_each_kind_says_what_comes_next(mail: MailServer) -> None:
    for kind in OF_ONE_VISIT:
        deliver(for_kind(kind))
    received, confirmed, declined, moved, moved_by_us, cancelled, first, second, after = mail.messages
    assert "It is not confirmed yet." in text_of(received)
    assert "What happens next" in text_of(received)
    assert "How to prepare" in text_of(confirmed)
    assert "has a new time" in text_of(moved)
    assert "We had to move your appointment" in text_of(moved_by_us)
    assert "Your appointment is soon" in text_of(second)
    for message in (received, confirmed, moved, moved_by_us, first, second):
        assert "To move or cancel, use your appointment’s page until" in text_of(message)
    for message in (declined, cancelled, after):
        assert "http://testserver/book/" in text_of(message)
        assert "/appointment/" not in text_of(message)
    assert "sorry" in text_of(declined)
    for message in mail.messages:
        assert "Call us at (212) 555-0142" in text_of(message)
    methods = [
        part(message, "text/calendar").get_param("method")
        for message in mail.messages
        if has_calendar(message)
    ]
    assert methods == ["PUBLISH", "REQUEST", "CANCEL", "REQUEST", "REQUEST", "CANCEL"]
    assert [has_calendar(message) for message in (first, second, after)] == [False] * 3
    assert AppointmentLink.objects.count() == 6


def test_a_moved_request_does_not_sound_confirmed(mail: MailServer) -> None:
    appointment = make_appointment(status=AppointmentStatus.REQUESTED, version=2)
    deliver(make_notification(appointment=appointment, kind=NotificationKind.MOVED))
    (message,) = mail.messages
    assert "Your request has a new time" in text_of(message)
    assert "not confirmed yet" in text_of(message)
    assert event_of(message)["SEQUENCE"] == 1


def test_the_price_is_the_one_that_was_agreed(mail: MailServer) -> None:
    deliver(for_kind(NotificationKind.RECEIVED, option=make_option(price=120), price=Decimal("95.50")))
    assert "Price: $95.50\n" in text_of(mail.messages[0])


def test_a_no_lists_the_nearest_free_times_each_with_its_page(
    mail: MailServer,
    option: ServiceOption,
    therapist: Therapist,
    clock: time_machine.Traveller,
    at: At,
    patient: Client,
) -> None:
    """As they are when it is sent: 9:45 was free when the desk said no, and is not any more."""
    asked = make_appointment(option=option, therapist=therapist, start=at(24, 10))
    declined = lifecycle.decline(appointment=asked, user=None)
    make_appointment(option=option, therapist=therapist, start=at(24, 9, 45), status="confirmed")
    with pytest.raises(delivery.NotSentError, match="can still be undone"):
        deliver(declined.notifications.get())
    clock.shift(timedelta(minutes=3))
    assert deliver(declined.notifications.get()) is delivery.Outcome.SENT
    (message,) = mail.messages
    listed = re.findall(r"(Tuesday .*) with (.*):\n(http\S+)", text_of(message))
    assert [time for time, _, _ in listed] == [
        "Tuesday 24 November 2026 at 11am",
        "Tuesday 24 November 2026 at 1pm",
        "Tuesday 24 November 2026 at 1:15pm",
    ]
    for _, who, address in listed:
        assert who == therapist.name
        assert f'href="{address}"' in html_of(message)
        assert "/appointment/" not in address
        assert patient.get(urlsplit(address).path).status_code == 200


def test_a_no_goes_on_to_others_where_the_same_therapist_has_too_few(
    mail: MailServer, option: ServiceOption, therapist: Therapist, clock: time_machine.Traveller, at: At
) -> None:
    therapist.weekly_hours.all().delete()
    make_override_hours(therapist=therapist, on=at(24).date(), stretches=[("09:00", "10:00")])
    other = make_therapist(options=[option])
    make_weekly_hours(therapist=other)
    asked = make_appointment(option=option, therapist=therapist, start=at(24, 10))
    Appointment.objects.filter(pk=asked.pk).update(status="declined")
    deliver(make_notification(appointment=asked, kind=NotificationKind.DECLINED))
    listed = re.findall(r"at (\S+) with (.*):\n", text_of(mail.messages[0]))
    assert listed == [("9am", therapist.name), ("9:45am", other.name), ("10am", other.name)]


def test_a_no_without_any_free_time_says_what_else_to_do(mail: MailServer) -> None:
    deliver(for_kind(NotificationKind.DECLINED))
    assert "Other times are free" not in text_of(mail.messages[0])
    assert "call us" in text_of(mail.messages[0])


# Looked at again when it is sent


@pytest.mark.parametrize(
    ("kind", "status"), [(kind, status) for kind in KINDS for status in AppointmentStatus]
)
def test_says_only_what_is_still_true(
    mail: MailServer, kind: NotificationKind, status: AppointmentStatus
) -> None:
    moved = kind in (NotificationKind.MOVED, NotificationKind.MOVED_BY_US)
    fits = (
        status == STATUS_OF[kind]
        or (moved and status == AppointmentStatus.REQUESTED)
        or kind == NotificationKind.LINK
    )
    notification = make_notification(appointment=make_appointment(status=status), kind=kind)
    outcome = deliver(notification)
    assert (outcome, len(mail.messages)) == (
        (delivery.Outcome.SENT, 1) if fits else (delivery.Outcome.NOT_NEEDED, 0)
    )
    assert notification.status == (SENT if fits else NOT_NEEDED)
    assert mail.connections == len(mail.messages)


def test_a_later_message_takes_the_place_of_an_earlier_one(mail: MailServer) -> None:
    appointment = make_appointment(status=AppointmentStatus.CONFIRMED, version=2)
    first = make_notification(appointment=appointment, kind=NotificationKind.CONFIRMED, version=1)
    second = make_notification(appointment=appointment, kind=NotificationKind.MOVED, version=2)
    assert deliver(first) is delivery.Outcome.NOT_NEEDED
    assert deliver(second) is delivery.Outcome.SENT
    assert len(mail.messages) == 1


def test_nobody_hears_of_a_visit_that_has_begun(
    mail: MailServer, clock: time_machine.Traveller, at: At
) -> None:
    on_time = for_kind(NotificationKind.CONFIRMED, start=at(24, 10))
    late = for_kind(NotificationKind.CONFIRMED, start=at(24, 10))
    cancelled = for_kind(NotificationKind.CANCELLED, start=at(24, 10))
    clock.move_to(at(24, 9, 59))
    assert deliver(on_time) is delivery.Outcome.SENT
    clock.move_to(at(24, 10))
    assert deliver(late) is delivery.Outcome.NOT_NEEDED
    assert deliver(cancelled) is delivery.Outcome.SENT


def test_an_address_that_was_taken_away_gets_nothing(mail: MailServer) -> None:
    notification = for_kind(NotificationKind.CONFIRMED, email="")
    assert deliver(notification) is delivery.Outcome.NOT_NEEDED
    assert mail.connections == 0


def test_a_message_that_is_gone_is_settled(mail: MailServer) -> None:
    assert delivery.deliver(notification_id=0) is delivery.Outcome.SETTLED_BEFORE


def test_each_message_has_an_id_of_its_own() -> None:
    one, other = make_appointment(), make_appointment()
    messages = [
        make_notification(appointment=appointment, kind=kind, version=version)
        for appointment in (one, other)
        for kind in (NotificationKind.CONFIRMED, NotificationKind.MOVED)
        for version in (1, 2)
    ]
    assert len({composing.message_id(message) for message in messages}) == len(messages)
    assert all(len(composing.message_id(message)) < 65 for message in messages)


# A mail server that is down, busy, silent or says no


def assert_waits(notification: Notification, *, attempts: int = 1) -> None:
    assert notification.status == WAITING
    assert notification.sent_at is None
    assert notification.attempts == attempts
    assert notification.last_error
    assert "pat@" not in notification.last_error


def test_server_down(settings: Settings) -> None:
    with socket.socket() as unheard:  # bound, so that nobody else gets the port; not listening
        unheard.bind(("127.0.0.1", 0))
        for name, value in smtp_settings(port=unheard.getsockname()[1]).items():
            setattr(settings, name, value)
        notification = for_kind(NotificationKind.CONFIRMED)
        for attempts in (1, 2):
            with pytest.raises(delivery.NotSentError, match="ConnectionRefusedError"):
                deliver(notification)
            notification.refresh_from_db()
            assert_waits(notification, attempts=attempts)
    assert not AppointmentLink.objects.exists()


@pytest.mark.parametrize(
    ("recipient", "data", "said"),
    [
        ("451 4.3.0 <pat@example.test> Later", "", r"451 4\.3\.0"),
        ("421 Too busy", "", "421"),
        ("", "452 4.2.2 pat@example.test is full", r"452 4\.2\.2"),
    ],
)
def test_server_says_later(mail: MailServer, recipient: str, data: str, said: str) -> None:
    mail.recipient_reply, mail.data_reply = recipient, data
    notification = for_kind(NotificationKind.CONFIRMED)
    for attempts in (1, 2):
        with pytest.raises(delivery.NotSentError, match=said) as caught:
            deliver(notification)
        assert "pat@" not in str(caught.value)
        assert caught.value.__context__ is None
        notification.refresh_from_db()
        assert_waits(notification, attempts=attempts)
    assert not AppointmentLink.objects.exists()
    mail.recipient_reply = mail.data_reply = ""
    assert deliver(notification) is delivery.Outcome.SENT
    assert (notification.status, notification.attempts, notification.last_error) == (SENT, 3, "")
    assert AppointmentLink.objects.count() == len(mail.messages) == 1


@pytest.mark.parametrize(
    ("recipient", "data"),
    [("550 5.1.1 <pat@example.test>: nobody here", ""), ("", "554 5.7.1 pat@example.test wants none")],
)
def test_server_refuses_for_good(
    mail: MailServer, recipient: str, data: str, caplog: pytest.LogCaptureFixture
) -> None:
    mail.recipient_reply, mail.data_reply = recipient, data
    notification = for_kind(NotificationKind.CONFIRMED)
    with caplog.at_level(logging.DEBUG):
        assert deliver(notification) is delivery.Outcome.FAILED
    assert (notification.status, notification.attempts) == (FAILED, 1)
    assert (recipient or data)[:9] in notification.last_error
    ours = [record.getMessage() for record in caplog.records if record.name.startswith(("booking", "django"))]
    assert "could not be sent" in ours[-1]
    assert "pat@" not in notification.last_error + " ".join(ours)
    assert not AppointmentLink.objects.exists()
    assert deliver(notification) is delivery.Outcome.SETTLED_BEFORE


@pytest.mark.parametrize("phase", ["greeting", "recipient"])
def test_server_hangs(mail: MailServer, settings: Settings, phase: Phase) -> None:
    settings.EMAIL_TIMEOUT = 0.3
    mail.hang_at = phase
    notification = for_kind(NotificationKind.CONFIRMED)
    with pytest.raises(delivery.NotSentError):
        deliver(notification)
    notification.refresh_from_db()
    assert_waits(notification)
    mail.hang_at = None
    assert deliver(notification) is delivery.Outcome.SENT
    assert len(mail.messages) == 1


def test_a_repeat_is_the_same_message_and_both_links_work(mail: MailServer, settings: Settings) -> None:
    """The server took the message and was cut off before it said so."""
    settings.EMAIL_TIMEOUT = 0.3
    mail.hang_at = "data"
    notification = for_kind(NotificationKind.CONFIRMED)
    with pytest.raises(delivery.NotSentError):
        deliver(notification)
    notification.refresh_from_db()
    assert_waits(notification)
    mail.hang_at = None
    assert deliver(notification) is delivery.Outcome.SENT
    first, second = mail.messages
    assert first["Message-ID"] == second["Message-ID"]
    assert event_of(first)["UID"] == event_of(second)["UID"]
    assert event_of(first)["SEQUENCE"] == event_of(second)["SEQUENCE"]
    for message in (first, second):
        assert links.look_up(token_in(message)) == notification.appointment


def test_a_server_that_never_says_good_bye_has_the_message(mail: MailServer, settings: Settings) -> None:
    settings.EMAIL_TIMEOUT = 0.3
    mail.hang_at = "quit"
    notification = for_kind(NotificationKind.CONFIRMED)
    assert deliver(notification) is delivery.Outcome.SENT
    assert len(mail.messages) == 1


def test_a_connection_that_breaks_after_the_message_changes_nothing(
    mail: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(backend: EmailBackend) -> None:
        close(backend)
        raise ConnectionResetError

    close = EmailBackend.close
    monkeypatch.setattr(EmailBackend, "close", broken)
    assert deliver(for_kind(NotificationKind.CONFIRMED)) is delivery.Outcome.SENT


def test_gives_up_after_two_days(mail: MailServer, clock: time_machine.Traveller) -> None:
    mail.recipient_reply = "451 4.3.0 Later"
    notification = for_kind(NotificationKind.CONFIRMED)
    clock.shift(timedelta(hours=47, minutes=59))
    with pytest.raises(delivery.NotSentError):
        deliver(notification)
    clock.shift(timedelta(minutes=1))
    assert deliver(notification) is delivery.Outcome.FAILED
    assert (notification.status, notification.attempts) == (FAILED, 2)


def test_a_fault_of_ours_leaves_the_message_waiting(
    mail: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*arguments: object, **named: object) -> None:
        raise KeyError("a fault")

    notification = for_kind(NotificationKind.CONFIRMED)
    with monkeypatch.context() as patch:
        patch.setattr(composing, "compose", broken)
        with pytest.raises(KeyError):
            deliver(notification)
    notification.refresh_from_db()
    assert_waits(notification)
    assert not AppointmentLink.objects.exists()
    assert deliver(notification) is delivery.Outcome.SENT


@pytest.mark.parametrize(
    "address",
    [
        "pat@example.test\nBcc: all@example.test",
        "pat@example.test\r\n\r\nHello",
        "pat@example.test, all@example.test",
        "Pat <pat@example.test>",
        "pat",
    ],
)
def test_an_address_cannot_add_headers_or_recipients(mail: MailServer, address: str) -> None:
    notification = for_kind(NotificationKind.CONFIRMED, email=address)
    assert deliver(notification) is delivery.Outcome.FAILED
    assert mail.messages == []
    assert notification.last_error == "The email address cannot be used."


# One transaction, no lock on the diary


def test_message_and_change_are_in_one_transaction(option: ServiceOption) -> None:
    class UndoneError(Exception):
        pass

    appointment = make_appointment(option=option)
    before = len(jobs(DELIVER))

    def confirm_and_undo() -> None:
        with transaction.atomic():
            lifecycle.confirm(appointment=appointment, user=None)
            assert Notification.objects.count() == 1
            assert len(jobs(DELIVER)) == before + 1
            raise UndoneError

    with pytest.raises(UndoneError):
        confirm_and_undo()
    appointment.refresh_from_db()
    assert appointment.status == AppointmentStatus.REQUESTED
    assert not Notification.objects.exists()
    assert len(jobs(DELIVER)) == before
    lifecycle.confirm(appointment=appointment, user=None)
    notification = Notification.objects.get()
    assert jobs(DELIVER)[-1]["args"] == {"notification_id": notification.pk}


def test_nothing_is_told_without_an_address() -> None:
    assert tell(appointment=make_appointment(email=""), kind=NotificationKind.RECEIVED) is None
    assert not Notification.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("phase", ["greeting", "recipient", "data"])
def test_the_desk_works_on_while_the_mail_server_hangs(
    mail: MailServer, settings: Settings, phase: Phase
) -> None:
    settings.EMAIL_TIMEOUT = 60
    mail.hang_at = phase
    appointment = make_appointment()
    notification = make_notification(appointment=appointment)
    raised: list[BaseException] = []

    def work() -> None:
        try:
            delivery.deliver(notification_id=notification.pk)
        except BaseException as error:
            raised.append(error)
        finally:
            connection.close()

    worker = threading.Thread(target=work)
    worker.start()
    try:
        mail.wait_until_it_hangs()
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '1s'")
        if phase != "greeting":  # the worker has the row in hand
            with pytest.raises(delivery.NotSentError, match="another worker"):
                delivery.deliver(notification_id=notification.pk)
        lifecycle.confirm(appointment=appointment, user=None)
        lifecycle.cancel(appointment=Appointment.objects.get(), actor=Actor.DESK)
    finally:
        connection.close()
        mail.hang_up()
        worker.join(30)
        forget_jobs()
    assert not worker.is_alive()
    assert [type(error) for error in raised] in ([], [delivery.NotSentError])
