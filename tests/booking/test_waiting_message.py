"""Messages of the waiting list, through a real SMTP server."""

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime

import pytest
from pytest_django import Settings

from booking import delivery, links, offering, waitlist
from booking.enums import LinkPurpose, NotificationKind
from booking.models import Notification, WaitingLink
from booking.notifications import tell_of_place
from services.models import ServiceOption
from tests.booking.test_delivery import event_of, html_of, text_of
from tests.factories.booking import make_appointment, make_override_hours
from tests.factories.services import make_option, make_therapist
from tests.factories.waiting import make_place
from tests.mailserver import MailServer, smtp_settings

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

At = Callable[..., datetime]


@pytest.fixture
def option(db: None) -> ServiceOption:
    """An hour that is booked at once, with 15 minutes after it that stay free."""
    return make_option(booking=ServiceOption.Booking.INSTANT)


@pytest.fixture
def mail(settings: Settings) -> Iterator[MailServer]:
    with MailServer() as server:
        for name, value in smtp_settings(port=server.port).items():
            setattr(settings, name, value)
        yield server


def send(kind: NotificationKind) -> delivery.Outcome:
    return delivery.deliver(notification_id=Notification.objects.get(kind=kind).pk)


def token_in(text: str, page: str) -> str:
    [token] = re.findall(rf"http://testserver/{page}/([\w-]+)/", text)
    return str(token)


def test_somebody_on_the_list_can_see_and_leave_it(mail: MailServer, option: ServiceOption) -> None:
    place = make_place(option=option, name="Buy pills at spam.example", phone="spam.example")
    tell_of_place(place=place, kind=NotificationKind.WAITING)
    assert send(NotificationKind.WAITING) is delivery.Outcome.SENT
    assert send(NotificationKind.WAITING) is delivery.Outcome.SETTLED_BEFORE
    [message] = mail.messages
    assert (message["Subject"], message["To"]) == ("You are on our waiting list", place.email)
    assert links.look_up_place(token_in(text_of(message), "waiting")) == place
    assert place.reference in text_of(message)
    assert "spam.example" not in text_of(message) + html_of(message) + message.as_string()
    assert re.fullmatch(r"<[0-9a-f]{32}@flexclinic\.example>", message["Message-ID"])


def test_it_is_not_said_to_who_has_left(mail: MailServer, option: ServiceOption) -> None:
    place = make_place(option=option)
    tell_of_place(place=place, kind=NotificationKind.WAITING)
    waitlist.leave(place=place)
    assert send(NotificationKind.WAITING) is delivery.Outcome.NOT_NEEDED
    assert mail.messages == []


def test_an_offer_and_what_is_given_up(mail: MailServer, option: ServiceOption, at: At) -> None:
    later = make_appointment(option=option, start=at(26, 10), status="confirmed")
    make_place(appointment=later)
    therapist = make_therapist(name="Ana Demo", options=[option])
    make_override_hours(therapist=therapist, on=date(2026, 11, 24), stretches=[("10:00", "11:00")])
    [offer] = offering.offer_freed()
    assert send(NotificationKind.OFFERED) is delivery.Outcome.SENT
    told = mail.messages[0]
    assert told["Subject"] == "A time has come up: Tuesday 24 November at 10am"
    assert "We keep it for you until Monday 23 November 2026 at 10am." in text_of(told)
    assert "we give up your appointment on Thursday 26 November 2026 at 10am" in text_of(told)
    token = token_in(text_of(told), "offer")
    assert links.look_up(token, purpose=LinkPurpose.OFFER) == offer.appointment
    assert links.look_up(token) is None
    assert "text/calendar" not in {part.get_content_type() for part in told.walk()}

    waitlist.accept(offer=offer)
    for kind in (NotificationKind.CONFIRMED, NotificationKind.GIVEN_UP):
        assert send(kind) is delivery.Outcome.SENT
    confirmed, given_up = mail.messages[1:]
    assert event_of(confirmed)["STATUS"] == "CONFIRMED"
    assert (event_of(given_up)["UID"], event_of(given_up)["STATUS"]) == (str(later.uid), "CANCELLED")
    assert given_up["Subject"] == "Your earlier time takes the place of Thursday 26 November at 10am"


def test_an_offer_that_is_over_is_not_sent(mail: MailServer, option: ServiceOption) -> None:
    make_place(option=option)
    therapist = make_therapist(options=[option])
    make_override_hours(therapist=therapist, on=date(2026, 11, 24), stretches=[("10:00", "11:00")])
    [offer] = offering.offer_freed()
    waitlist.pass_on(offer=offer)
    assert send(NotificationKind.OFFERED) is delivery.Outcome.NOT_NEEDED


def test_an_offer_can_be_left_by_its_own_link(mail: MailServer, option: ServiceOption, at: At) -> None:
    """Also where the ids of place and appointment are the same."""
    therapist = make_therapist(options=[option])
    make_override_hours(therapist=therapist, on=date(2026, 11, 24), stretches=[("10:00", "11:00")])
    place = make_place(option=option, pk=make_appointment(option=option, start=at(27, 10)).pk + 1)
    [offer] = offering.offer_freed()
    assert offer.appointment_id == place.pk
    assert send(NotificationKind.OFFERED) is delivery.Outcome.SENT
    [message] = mail.messages
    for words in (text_of(message), html_of(message)):
        assert "You do not wait any more?" in words
    leave = token_in(text_of(message), "waiting")
    assert links.look_up_place(leave) == place
    offered = token_in(text_of(message), "offer")
    assert links.look_up(offered, purpose=LinkPurpose.OFFER) == offer.appointment
    assert f"/waiting/{leave}/" in html_of(message)


def test_a_link_off_the_list_that_reached_nobody_is_forgotten(
    mail: MailServer, option: ServiceOption
) -> None:
    make_place(option=option)
    therapist = make_therapist(options=[option])
    make_override_hours(therapist=therapist, on=date(2026, 11, 24), stretches=[("10:00", "11:00")])
    offering.offer_freed()
    mail.data_reply = "550 5.1.1 unknown"
    send(NotificationKind.OFFERED)
    assert not WaitingLink.objects.exists()


def test_the_messages_say_where_the_desk_has_a_say(mail: MailServer, at: At) -> None:
    option = make_option(booking=ServiceOption.Booking.REQUEST)
    later = make_appointment(option=option, start=at(26, 10), status="confirmed")
    make_place(appointment=later)
    therapist = make_therapist(options=[option])
    make_override_hours(therapist=therapist, on=date(2026, 11, 24), stretches=[("10:00", "11:00")])
    [offer] = offering.offer_freed()
    send(NotificationKind.OFFERED)
    waitlist.accept(offer=offer)
    send(NotificationKind.RECEIVED)
    offered, received = mail.messages
    for words in (text_of(offered), html_of(offered)):
        assert "Ask for this time" in words
        assert "It is yours at once" not in words
        assert "You keep your appointment on Thursday 26 November 2026 at 10am until we confirm" in words
    for words in (text_of(received), html_of(received)):
        assert "It is not confirmed yet." in words
        assert "You keep your appointment on Thursday 26 November 2026 at 10am until we confirm" in words
