"""Calendar files, read back by two parsers that do not know each other."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import icalendar
import pytest
import time_machine
import vobject
from pytest_django import Settings

from booking import ical
from booking.enums import AppointmentStatus
from booking.models import Appointment
from tests.factories.booking import make_appointment
from tests.factories.services import make_option, make_service, make_therapist

pytestmark = pytest.mark.django_db

At = Callable[..., datetime]
ESCAPE = "Pat\r\nEND:VEVENT\r\nBEGIN:VEVENT\nSUMMARY:Free pills;\\, \x1b\u2028ATTENDEE:mailto:x@example.test"


def read(content: bytes) -> tuple[str, Any]:
    """The method and the one event of a file, after checking that the other parser reads the same."""
    calendar = icalendar.Calendar.from_ical(content)
    assert isinstance(calendar, icalendar.Calendar)
    assert [event.errors for event in calendar.walk("VEVENT")] == [[]]
    event: Any
    (event,) = calendar.walk("VEVENT")
    other = vobject.readOne(content.decode())
    assert [child.name for child in other.components()] == ["VEVENT"]
    assert other.method.value == calendar["METHOD"]
    assert other.vevent.uid.value == event["UID"]
    assert other.vevent.dtstart.value == event.start
    assert other.vevent.dtend.value == event.end
    assert other.vevent.summary.value == event["SUMMARY"]
    assert other.vevent.description.value == event["DESCRIPTION"]
    assert int(other.vevent.sequence.value) == event["SEQUENCE"]
    return str(calendar["METHOD"]), event


def test_says_when_and_where(appointment: Appointment, clock: time_machine.Traveller, at: At) -> None:
    method, event = read(ical.appointment_calendar(appointment))
    assert method == "PUBLISH"
    assert event.start == at(24, 10)
    assert event.end == at(24, 11)
    assert event["DTSTAMP"].dt == datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
    assert event["LOCATION"] == "Flex Spine & Sport, 240 Harbor Street, Floor 2, New York, NY 10004"
    assert event["UID"] == str(appointment.uid)
    assert appointment.reference in event["DESCRIPTION"]
    assert "(212) 555-0142" in event["DESCRIPTION"]


@pytest.mark.parametrize(
    ("status", "said", "by_mail", "on_the_page", "summary"),
    [
        (
            AppointmentStatus.REQUESTED,
            "TENTATIVE",
            "PUBLISH",
            "PUBLISH",
            "Appointment at Flex Spine & Sport (not confirmed yet)",
        ),
        (
            AppointmentStatus.CONFIRMED,
            "CONFIRMED",
            "REQUEST",
            "PUBLISH",
            "Appointment at Flex Spine & Sport",
        ),
        (AppointmentStatus.CANCELLED, "CANCELLED", "CANCEL", "CANCEL", "Appointment at Flex Spine & Sport"),
        (AppointmentStatus.DECLINED, "CANCELLED", "CANCEL", "CANCEL", "Appointment at Flex Spine & Sport"),
    ],
)
def test_each_state(status: str, said: str, by_mail: str, on_the_page: str, summary: str) -> None:
    appointment = make_appointment(status=status)
    for expected, content in (
        (by_mail, ical.appointment_calendar(appointment, method=ical.message_method(appointment))),
        (on_the_page, ical.appointment_calendar(appointment)),
    ):
        method, event = read(content)
        assert method == expected
        assert event["STATUS"] == said
        assert event["SUMMARY"] == summary
        assert event["ORGANIZER"] == "mailto:desk@flexclinic.example"
        if method == "PUBLISH":  # RFC 5546: what is published has no attendees
            assert "ATTENDEE" not in event
        else:
            assert event["ATTENDEE"] == "mailto:pat@example.test"
            assert event["ATTENDEE"].params["RSVP"] == "FALSE"


def test_every_known_state_has_a_file() -> None:
    appointment = make_appointment()
    for status in AppointmentStatus:
        appointment.status = status
        read(ical.appointment_calendar(appointment))


def test_request_move_cancel_leave_no_entry(at: At) -> None:
    """A calendar that follows RFC 5546 takes the newest sequence of a UID, and drops what is cancelled."""
    entries: dict[str, Any] = {}

    def take(content: bytes) -> None:
        method, event = read(content)
        known = entries.get(event["UID"])
        if known is not None and known["SEQUENCE"] > event["SEQUENCE"]:
            return
        if method == "CANCEL":
            entries.pop(event["UID"], None)
        else:
            entries[event["UID"]] = event

    appointment = make_appointment(start=at(24, 10))
    files = [ical.appointment_calendar(appointment)]
    for version, (status, start) in enumerate(
        [
            (AppointmentStatus.CONFIRMED, at(24, 10)),
            (AppointmentStatus.CONFIRMED, at(25, 14)),
            (AppointmentStatus.CANCELLED, at(25, 14)),
        ],
        2,
    ):
        appointment.status, appointment.version = status, version
        appointment.starts_at, appointment.ends_at = start, start + timedelta(hours=1)
        files.append(ical.appointment_calendar(appointment, method=ical.message_method(appointment)))
    for content in files[:3]:
        take(content)
    assert [event.start for event in entries.values()] == [at(25, 14)]
    take(files[1])  # an old message, opened late
    assert [event.start for event in entries.values()] == [at(25, 14)]
    take(files[3])
    assert entries == {}


@pytest.mark.parametrize(
    ("start", "written"),
    [
        (datetime(2026, 11, 1, 5, 30, tzinfo=UTC), b"DTSTART:20261101T053000Z"),  # 1:30am, the first time
        (datetime(2026, 11, 1, 6, 30, tzinfo=UTC), b"DTSTART:20261101T063000Z"),  # 1:30am, the second time
        (datetime(2027, 3, 14, 7, 30, tzinfo=UTC), b"DTSTART:20270314T073000Z"),  # 3:30am, after the gap
    ],
)
def test_an_hour_that_the_clock_shows_twice_stays_the_right_one(start: datetime, written: bytes) -> None:
    content = ical.appointment_calendar(make_appointment(start=start))
    assert written in content.splitlines()
    assert read(content)[1].start == start


def test_what_was_typed_cannot_break_out(settings: Settings) -> None:
    settings.CLINIC = {**settings.CLINIC, "name": f"{ESCAPE}\0", "phone": ESCAPE, "street": ESCAPE}
    therapist = make_therapist(name=ESCAPE)
    appointment = make_appointment(
        name=ESCAPE,
        note=ESCAPE,
        phone=ESCAPE[:40],
        therapist=therapist,
        status=AppointmentStatus.CONFIRMED,
        email="x?cc=all@example.test",
    )
    content = ical.appointment_calendar(appointment, method=ical.Method.REQUEST)
    lines = content.replace(b"\r\n ", b"").split(b"\r\n")
    assert lines.count(b"END:VEVENT") == lines.count(b"BEGIN:VEVENT") == 1
    assert not any(line.startswith(b"SUMMARY:Free") for line in lines)
    assert not any(byte < 32 for line in lines for byte in line)
    _, event = read(content)
    typed = "Pat END:VEVENT BEGIN:VEVENT SUMMARY:Free pills;\\, ATTENDEE:mailto:x@example.test"
    assert event["SUMMARY"] == f"Appointment at {typed}"
    assert event["DESCRIPTION"].splitlines()[1] == f"Phone: {typed}"
    assert event["ATTENDEE"] == "mailto:x%3Fcc%3Dall@example.test"


def test_says_nothing_of_health_and_holds_no_link() -> None:
    service = make_service(title="Sciatica massage")
    appointment = make_appointment(
        option=make_option(service=service, name="Sciatica, first visit"),
        note="my sciatica",
        name="Pat Private",
        status=AppointmentStatus.CONFIRMED,
    )
    content = (
        ical.appointment_calendar(appointment, method=ical.Method.REQUEST).replace(b"\r\n ", b"").lower()
    )
    for word in (b"sciatica", b"massage", b"private", b"http", b"/appointment/"):
        assert word not in content.replace(b"class:private", b"")


def test_lines_are_folded_as_the_standard_says(settings: Settings) -> None:
    settings.CLINIC = {**settings.CLINIC, "street": "Ünterstraße " * 20}
    content = ical.appointment_calendar(make_appointment())
    assert content.endswith(b"\r\n")
    assert max(len(line) for line in content.split(b"\r\n")) <= 75
    assert read(content)[1]["LOCATION"].count("Ünterstraße") == 20
