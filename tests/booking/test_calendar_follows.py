"""Calendars that do as they are told: every file that goes out, applied by one parser and read by two."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from email.mime.base import MIMEBase
from typing import Any

import icalendar
import pytest
import time_machine
import vobject
from django.core import mail

from booking import delivery, lifecycle, reminders
from booking.enums import Actor, AppointmentStatus, NotificationStatus
from booking.models import Appointment, Notification
from services.models import ServiceOption, Therapist
from tests.factories.booking import make_appointment

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

At = Callable[..., datetime]
Clock = time_machine.Traveller
NASTY = "Pat\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:Free pills\r\nUID:x\n\tEND:VEVENT"
CONTACT = lifecycle.Contact(name=NASTY, email="sam@example.com", phone=NASTY[:40], note=NASTY)


class Calendar:
    """A patient's calendar program (RFC 5546): by UID, never back to an older SEQUENCE, and with METHOD."""

    def __init__(self) -> None:
        self.entries: dict[str, Any] = {}
        self.sequences: dict[str, int] = {}

    def open(self, content: str) -> str:
        """Take a file in, as vobject reads it; gives its method."""
        calendar = vobject.readOne(content)
        method = str(calendar.method.value)
        for event in calendar.vevent_list:
            uid, sequence = event.uid.value, int(event.sequence.value)
            if sequence < self.sequences.get(uid, 0):
                continue
            self.sequences[uid] = sequence
            if method == "CANCEL":
                self.entries.pop(uid, None)
            else:
                self.entries[uid] = event
        return method

    @property
    def times(self) -> list[datetime]:
        """When the entries are."""
        return sorted(entry.dtstart.value for entry in self.entries.values())


def send_all() -> None:
    for row in Notification.objects.filter(status=NotificationStatus.WAITING).order_by("pk"):
        delivery.deliver(notification_id=row.pk)


def files() -> list[str]:
    """The calendar files of what was sent, after both parsers have read the same in each."""
    found = []
    for message in mail.outbox:
        for part in message.attachments:
            assert isinstance(part, MIMEBase)
            content = part.get_payload(decode=True)
            assert isinstance(content, bytes)
            one, other = icalendar.Calendar.from_ical(content), vobject.readOne(content.decode())
            assert part.get_param("method") == one["METHOD"] == other.method.value
            events: list[Any] = one.walk("VEVENT")
            read = [
                (str(event["UID"]), int(event["SEQUENCE"]), event.start, event.end, str(event["STATUS"]))
                for event in events
            ]
            assert read == [
                (
                    event.uid.value,
                    int(event.sequence.value),
                    event.dtstart.value,
                    event.dtend.value,
                    event.status.value,
                )
                for event in other.vevent_list
            ]
            lines = content.replace(b"\r\n ", b"").split(b"\r\n")
            assert lines.count(b"END:VEVENT") == lines.count(b"BEGIN:VEVENT") == len(read)
            assert b"Pat" not in content
            assert b"pills" not in content
            found.append(content.decode())
    return found


def asked(option: ServiceOption, therapist: Therapist, start: datetime) -> Appointment:
    return lifecycle.request(
        option=option, therapist=therapist, start=start, contact=CONTACT, request_key=uuid.uuid4()
    )


def test_request_confirm_move_remind_cancel_end_with_no_entry(
    option: ServiceOption, therapist: Therapist, clock: Clock, at: At
) -> None:
    visit = asked(option, therapist, at(27, 10))
    send_all()
    visit = lifecycle.confirm(appointment=visit, user=None)
    clock.shift(timedelta(minutes=3))
    send_all()
    visit = lifecycle.move(appointment=visit, start=at(27, 14), actor=Actor.PATIENT)
    send_all()
    visit = lifecycle.move(appointment=visit, start=at(30, 9), actor=Actor.DESK)
    clock.shift(timedelta(minutes=3))
    send_all()
    clock.move_to(at(28, 9))
    reminders.write_due()
    send_all()
    lifecycle.cancel(appointment=visit, actor=Actor.PATIENT)
    send_all()
    sent = files()
    assert (len(mail.outbox), len(sent)) == (6, 5)  # a reminder changes nothing and carries none

    calendar, methods, shown = Calendar(), [], []
    for content in sent:
        methods.append(calendar.open(content))
        shown.append(calendar.times)
    assert methods == ["PUBLISH", "REQUEST", "REQUEST", "REQUEST", "CANCEL"]
    assert shown == [[at(27, 10)], [at(27, 10)], [at(27, 14)], [at(30, 9)], []]
    for content in sent[:4]:
        calendar.open(content)  # an old message, opened late
    assert calendar.entries == {}


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (0, 2, 1)])
def test_messages_that_overtake_each_other_end_at_the_last_time(
    option: ServiceOption, therapist: Therapist, at: At, order: tuple[int, ...]
) -> None:
    visit = lifecycle.book(
        option=option, therapist=therapist, room=None, start=at(27, 10), contact=CONTACT, user=None
    )
    send_all()
    for start in (at(27, 14), at(30, 9)):
        visit = lifecycle.move(appointment=visit, start=start, actor=Actor.PATIENT)
        send_all()
    sent, calendar = files(), Calendar()
    for number in order:
        calendar.open(sent[number])
    assert calendar.times == [at(30, 9)]


def test_a_no_takes_out_what_the_patient_had_put_in(
    option: ServiceOption, therapist: Therapist, clock: Clock, at: At
) -> None:
    visit = asked(option, therapist, at(27, 10))
    send_all()
    lifecycle.decline(appointment=visit, user=None)
    clock.shift(timedelta(minutes=3))
    send_all()
    calendar = Calendar()
    assert [calendar.open(content) for content in files()] == ["PUBLISH", "CANCEL"]
    assert calendar.entries == {}


def test_a_move_that_was_undone_leaves_the_entry_and_still_counts(
    option: ServiceOption, therapist: Therapist, clock: Clock, at: At
) -> None:
    visit = lifecycle.book(
        option=option, therapist=therapist, room=None, start=at(27, 10), contact=CONTACT, user=None
    )
    send_all()
    moved = lifecycle.move(appointment=visit, start=at(30, 9), actor=Actor.DESK)
    back = lifecycle.undo(appointment=moved, user=None)
    clock.shift(timedelta(minutes=3))
    send_all()
    assert len(files()) == 1
    lifecycle.move(appointment=back, start=at(30, 14), actor=Actor.PATIENT)
    send_all()
    calendar = Calendar()
    for content in files():
        calendar.open(content)
    assert (calendar.times, list(calendar.sequences.values())) == ([at(30, 14)], [3])


def test_the_first_to_tell_of_a_new_time_carries_it(clock: Clock, at: At) -> None:
    """The message of a move could not be sent at all; the reminder is what tells of it."""
    visit = make_appointment(start=at(30, 9), status=AppointmentStatus.CONFIRMED)
    visit.events.create(
        action="book",
        to_status=visit.status,
        version=1,
        at=visit.created_at,
        actor="desk",
        visit=visit.visit,
        therapist=visit.therapist,
    )
    lifecycle.move(appointment=visit, start=at(30, 14), actor=Actor.PATIENT)
    Notification.objects.update(status=NotificationStatus.FAILED)
    visit.events.filter(version=2).update(actor="desk")
    clock.move_to(at(28, 14))
    reminders.write_due()
    send_all()
    (content,) = files()
    calendar = Calendar()
    calendar.open(content)
    assert calendar.times == [at(30, 14)]
    assert "This is a new time. Before, it was Monday 30 November 2026 at 9am." in mail.outbox[0].body
