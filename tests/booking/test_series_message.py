"""The one message of a series: every visit that stands, each with its page, and one calendar file."""

import re
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import icalendar
import pytest
import time_machine
from django.test import Client
from django.urls import resolve
from pytest_django import Settings

from booking import delivery, lifecycle, links, series
from booking.enums import Actor, NotificationKind, NotificationStatus
from booking.models import Appointment, AppointmentLink, Notification
from services.models import ServiceOption, Therapist
from tests.booking.admin.pages import text_of as words_on
from tests.booking.test_delivery import calendar_of, deliver, html_of, part, text_of
from tests.mailserver import MailServer, smtp_settings

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

At = Callable[..., datetime]
WEEK = timedelta(weeks=1)


@pytest.fixture
def mail(settings: Settings) -> Iterator[MailServer]:
    with MailServer() as server:
        for name, value in smtp_settings(port=server.port).items():
            setattr(settings, name, value)
        yield server


@pytest.fixture
def visits(option: ServiceOption, therapist: Therapist, at: At) -> list[Appointment]:
    """Three visits, weekly, from tomorrow at 10 on, whose message waits."""
    return series.book_series(
        option=option,
        therapist=therapist,
        room=None,
        starts=[at(24, 10) + WEEK * number for number in range(3)],
        contact=lifecycle.Contact(name="Pat Sample", email="pat@example.test"),
        user=None,
        request_key=uuid.uuid4(),
    )


def message_of_all() -> Notification:
    return Notification.objects.get(kind=NotificationKind.SERIES)


def told_in(mail: MailServer) -> list[Appointment]:
    """The appointments whose pages the last message opens, in its order."""
    addresses = re.findall(r"http://testserver/appointment/\S+", text_of(mail.messages[-1]))
    found = [links.look_up(resolve(urlsplit(address).path).kwargs["token"]) for address in addresses]
    return [appointment for appointment in found if appointment]


def uids_in(mail: MailServer) -> list[str]:
    calendar = icalendar.Calendar.from_ical(calendar_of(mail.messages[-1]))
    return [str(event["UID"]) for event in calendar.walk("VEVENT")]


def test_one_message_with_all_dates_all_pages_and_one_file(
    mail: MailServer, visits: list[Appointment]
) -> None:
    assert Notification.objects.count() == 1
    assert deliver(message_of_all()) is delivery.Outcome.SENT
    (message,) = mail.messages
    assert mail.recipients == ["pat@example.test"]
    assert message["Subject"] == "Your 3 appointments are confirmed"
    for number, (visit, day) in enumerate(
        zip(visits, ("24 November", "1 December", "8 December"), strict=True), 1
    ):
        line = f"Visit {number}: Tuesday {day} 2026 at 10am, {visit.reference}\n"
        assert line in text_of(message)
        assert f"Tuesday {day} 2026 at 10am</a>" in html_of(message)
    assert "Price: $95 for each visit\n" in text_of(message)
    assert told_in(mail) == visits
    assert uids_in(mail) == [str(visit.uid) for visit in visits]
    # An invitation may hold one entry only (RFC 5546, 3.2.2).
    assert part(message, "text/calendar").get_param("method") == "PUBLISH"
    assert b"ATTENDEE" not in calendar_of(message)


def test_it_says_what_holds_when_it_goes_out(
    mail: MailServer, visits: list[Appointment], clock: time_machine.Traveller, at: At
) -> None:
    first, second, third = visits
    lifecycle.cancel(appointment=first, actor=Actor.DESK)  # whose message it is
    lifecycle.move(appointment=third, start=at(24, 14) + 2 * WEEK, actor=Actor.DESK)
    with pytest.raises(delivery.NotSentError):
        deliver(message_of_all())  # the move can still be undone
    clock.shift(timedelta(minutes=3))
    assert deliver(message_of_all()) is delivery.Outcome.SENT
    assert told_in(mail) == [second, third]
    moved = Notification.objects.get(kind=NotificationKind.MOVED_BY_US)
    assert deliver(moved) is delivery.Outcome.NOT_NEEDED  # this has just told of it
    assert "Visit 2: Tuesday 8 December 2026 at 2pm" in text_of(mail.messages[-1])


def test_a_visit_that_is_somebody_elses_now_is_not_in_it(mail: MailServer, visits: list[Appointment]) -> None:
    Appointment.objects.filter(pk=visits[1].pk).update(name="Sam Sister", email="sam@example.test")
    deliver(message_of_all())
    assert told_in(mail) == [visits[0], visits[2]]


def test_an_address_that_was_put_right_on_the_first_visit_gets_all(
    mail: MailServer, visits: list[Appointment]
) -> None:
    Appointment.objects.filter(pk=visits[0].pk).update(email="right@example.test")
    deliver(message_of_all())
    assert mail.recipients == ["right@example.test"]
    assert told_in(mail) == visits


def test_the_only_visit_that_is_left_is_told_of_as_one(mail: MailServer, visits: list[Appointment]) -> None:
    for visit in visits[:2]:
        lifecycle.cancel(appointment=visit, actor=Actor.DESK)
    deliver(message_of_all())
    (message,) = mail.messages
    assert message["Subject"] == "Your appointment on Tuesday 8 December at 10am is confirmed"
    assert part(message, "text/calendar").get_param("method") == "REQUEST"
    assert told_in(mail) == [visits[2]]


def test_where_none_is_left_nothing_is_said(
    mail: MailServer, visits: list[Appointment], clock: time_machine.Traveller, at: At
) -> None:
    lifecycle.cancel(appointment=visits[2], actor=Actor.DESK)
    clock.move_to(at(24, 10) + WEEK)
    notification = message_of_all()
    assert deliver(notification) is delivery.Outcome.NOT_NEEDED
    assert (mail.messages, notification.status) == ([], NotificationStatus.NOT_NEEDED)


def test_every_link_is_taken_back_when_the_server_says_no(
    mail: MailServer, visits: list[Appointment]
) -> None:
    mail.recipient_reply = "550 5.1.1 no such mailbox"
    assert deliver(message_of_all()) is delivery.Outcome.FAILED
    assert not AppointmentLink.objects.exists()


def test_each_visits_page_shows_the_message(desk: Client, visits: list[Appointment]) -> None:
    for visit in visits:
        page = desk.get(f"/admin/booking/appointment/{visit.pk}/change/")
        assert "Series confirmed" in words_on(page)
