"""No message carries what a stranger typed, whatever its kind: in no header, no part, no calendar file."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as configured
from pytest_django import Settings

from booking import delivery, ical
from booking.enums import PROPOSALS, AppointmentStatus, NotificationKind, NotificationStatus
from booking.models import (
    Appointment,
    ComfortPreferences,
    Notification,
    Proposal,
    ProposedTime,
    WaitingPlace,
)
from flexclinic.lib import clock as now
from tests.factories.booking import make_appointment, make_notification
from tests.mailserver import MailServer, smtp_settings

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

STATUS_OF = {
    NotificationKind.RECEIVED: AppointmentStatus.REQUESTED,
    NotificationKind.PROPOSED: AppointmentStatus.REQUESTED,
    NotificationKind.DECLINED: AppointmentStatus.DECLINED,
    NotificationKind.CANCELLED: AppointmentStatus.CANCELLED,
    NotificationKind.AFTER_VISIT: AppointmentStatus.COMPLETED,
    NotificationKind.OFFERED: AppointmentStatus.OFFERED,
    NotificationKind.GIVEN_UP: AppointmentStatus.CANCELLED,
}
#: Each has a word that no page of ours uses, so that a part of it is found, too.
TYPED: dict[str, Any] = {
    "name": "Zebrabuy <b>cheap</b>\r\nBcc: victim@zebra.example https://zebraname.example/?a=1 {{ 7|add:7 }}",
    "note": "Zebranote\r\n.\r\nEND:VEVENT\r\nEND:VCALENDAR\r\nhttps://zebranote.example/ <img src=x onerror=zebra()>",
    "phone": "(212) 555-0199 x 66473",
}
COMFORT = {"avoid": "zebrafeet https://zebra.example", "clothing": "zebrasocks"}
#: The local part of an address can be a sentence. It stands in the address itself and nowhere else.
EMAIL = "buy.zebra.now.at.zebramail+hello@example.test"


@pytest.fixture
def mail(settings: Settings) -> Iterator[MailServer]:
    with MailServer() as server:
        for name, value in smtp_settings(port=server.port).items():
            setattr(settings, name, value)
        yield server


def message_of(kind: NotificationKind, mail: MailServer) -> tuple[Appointment | WaitingPlace, str]:
    """Everything of a message of that kind but the recipient's address, decoded, in small letters."""
    appointment = make_appointment(
        status=STATUS_OF.get(kind, AppointmentStatus.CONFIRMED), email=EMAIL, first_visit=True, **TYPED
    )
    ComfortPreferences.objects.create(appointment=appointment, updated_at=now.now(), **COMFORT)
    if kind is NotificationKind.WAITING:
        today = now.today()
        place = WaitingPlace.objects.create(
            option=appointment.option,
            appointment=appointment,
            name=TYPED["name"],
            phone=TYPED["phone"],
            email=EMAIL,
            from_date=today,
            until_date=today + timedelta(days=9),
            joined_at=now.now(),
        )
        notification = Notification.objects.create(place=place, kind=kind, version=1, created_at=now.now())
    else:
        notification = make_notification(appointment=appointment, kind=kind)
    if kind in PROPOSALS:
        proposal = Proposal.objects.create(
            appointment=appointment,
            version=appointment.version,
            must_move=kind == NotificationKind.CHOOSE_TIME,
            made_at=now.now(),
            expires_at=now.now() + timedelta(days=1),
        )
        ProposedTime.objects.create(
            proposal=proposal, start=appointment.ends_at, therapist=appointment.therapist
        )
    delivery.deliver(notification_id=notification.pk)
    assert Notification.objects.get(pk=notification.pk).status == NotificationStatus.SENT
    [message] = mail.wait_for(1)
    for part in message.walk():
        if part.is_multipart():
            part.set_boundary("between-parts")  # its digits are random, and may be those that are looked for
    texts = [f"{name}: {value}" for name, value in message.items() if name.lower() != "to"]
    for part in message.walk():
        texts.extend(f"{name}: {value}" for name, value in part.items() if part is not message)
        if not part.is_multipart():
            payload = part.get_payload(decode=True)
            assert isinstance(payload, bytes)
            texts.append(payload.decode())
    unfolded = "\n".join(texts).replace("\r\n ", "").replace("\n ", "")
    return notification.about, unfolded.replace(EMAIL, "THE-ADDRESS").lower()


def free_of_what_was_typed(text: str) -> None:
    for word in ("zebra", "bcc:", "onerror", "66473", "555-0199", "victim", "{{", "socks"):
        assert word not in text, f"{word} is in the message"
    assert text.count("end:vcalendar") <= 1


@pytest.mark.parametrize("kind", NotificationKind)
def test_nothing_that_a_stranger_typed_is_in_a_message(kind: NotificationKind, mail: MailServer) -> None:
    about, text = message_of(kind, mail)
    assert about.reference.lower() in text
    free_of_what_was_typed(text)


def test_every_kind_has_its_templates_here() -> None:
    """A kind that is added is tried above; one whose words stood elsewhere would not be."""
    folder = Path(configured.BASE_DIR) / "templates" / "emails"
    for kind in NotificationKind:
        assert (folder / f"{kind}.txt").exists()
        assert (folder / f"{kind}.html").exists()


@pytest.mark.parametrize("typed", TYPED.values(), ids=TYPED)
def test_what_was_typed_would_be_found(mail: MailServer, monkeypatch: pytest.MonkeyPatch, typed: str) -> None:
    """The control: it stands where the place should."""
    monkeypatch.setattr(ical, "place", lambda: typed)
    _, text = message_of(NotificationKind.CONFIRMED, mail)
    with pytest.raises(AssertionError, match="is in the message"):
        free_of_what_was_typed(text)
