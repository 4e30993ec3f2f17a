"""A therapist's calendar: what stands in it, and who may read it."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import icalendar
import pytest
import time_machine
import vobject
from django.test import Client

from booking import feeds, lifecycle
from booking.enums import Actor, AppointmentStatus
from booking.models import Appointment, TherapistCalendar
from flexclinic.redaction import redact
from services.models import ServiceOption, Therapist
from tests.factories.booking import make_appointment, make_hold, make_time_off
from tests.factories.services import make_option, make_service

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

At = Callable[..., datetime]


@pytest.fixture
def calendar(therapist: Therapist) -> TherapistCalendar:
    return TherapistCalendar.objects.create(therapist=therapist)


def read(content: bytes) -> dict[str, tuple[datetime, datetime]]:
    """What each entry is called and when it is, as two parsers that do not know each other read it."""
    parsed = icalendar.Calendar.from_ical(content)
    entries: list[Any] = parsed.walk("VEVENT")
    found = {str(event["SUMMARY"]): (event.start, event.end) for event in entries}
    other = vobject.readOne(content.decode())
    events = [child for child in other.components() if child.name == "VEVENT"]
    assert {event.summary.value: (event.dtstart.value, event.dtend.value) for event in events} == found
    assert len({event.uid.value for event in events}) == len(events)
    return found


def test_it_has_visits_time_off_and_times_on_hold(
    therapist: Therapist, appointment: Appointment, option: ServiceOption, at: At
) -> None:
    sure = make_appointment(
        therapist=therapist, option=option, start=at(25, 9), status="confirmed", name="Ana Maria Rivera"
    )
    make_appointment(therapist=therapist, option=option, start=at(25, 14), status="cancelled")
    make_appointment(option=option, start=at(25, 14), status="confirmed")
    make_time_off(therapist=therapist, start=at(27), end=at(28))
    make_hold(therapist=therapist, start=at(26, 9), end=at(26, 10))
    make_hold(therapist=therapist, start=at(26, 11), end=at(26, 12), released_at=at(23, 8))
    assert read(feeds.calendar_of(therapist)) == {
        f"Visit P.E., {appointment.reference} (not confirmed yet)": (at(24, 10), at(24, 11)),
        f"Visit A.R., {sure.reference}": (at(25, 9), at(25, 10)),
        "Time off": (at(27), at(28)),
        "On hold": (at(26, 9), at(26, 10)),
    }


def test_it_says_nothing_of_what_a_visit_is_for(therapist: Therapist, at: At) -> None:
    option = make_option(service=make_service(title="Sciatica care"), name="Deep sciatica")
    make_appointment(
        therapist=therapist,
        option=option,
        start=at(24, 14),
        name="Pat\r\nEND:VEVENT\r\nSUMMARY:sciatica",
        note="sciatica",
        email="sciatica@example.test",
    )
    written = feeds.calendar_of(therapist)
    assert b"ciatica" not in written
    assert b"Pat" not in written
    assert written.count(b"END:VEVENT") == 1
    [(summary, _)] = read(written).items()
    assert summary.startswith("Visit P.S., ")


def test_a_calendar_that_looks_again_sees_what_has_changed(
    therapist: Therapist, calendar: TherapistCalendar, appointment: Appointment, patient: Client, at: At
) -> None:
    url = f"/calendar/{feeds.renew(calendar=calendar)}.ics"
    first = patient.get(url)
    assert first.status_code == 200
    assert first["Content-Type"] == "text/calendar; charset=utf-8"
    assert first["Cache-Control"] == "private, no-cache"
    again = patient.get(url, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    lifecycle.move(appointment=appointment, start=at(24, 14), actor=Actor.DESK)
    moved = patient.get(url, headers={"If-None-Match": first["ETag"]})
    assert moved.status_code == 200
    [(start, _)] = read(moved.content).values()
    assert start == at(24, 14)
    uids = [re.findall(rb"UID:(.*)", answer.content) for answer in (first, moved)]
    assert uids[0] == uids[1]
    lifecycle.cancel(appointment=appointment, actor=Actor.DESK)
    assert read(patient.get(url).content) == {}


def test_only_the_newest_address_opens_it(calendar: TherapistCalendar, patient: Client) -> None:
    old = feeds.renew(calendar=calendar)
    new = feeds.renew(calendar=calendar)
    gone = patient.get(f"/calendar/{old}.ics")
    never = patient.get(f"/calendar/{'x' * 43}.ics")
    assert gone.status_code == never.status_code == 404
    words = [re.sub(r'nonce="[^"]*"', "", page.content.decode()) for page in (gone, never)]
    assert words[0] == words[1]
    assert patient.get(f"/calendar/{'x' * 5000}.ics").status_code == 404
    assert patient.get(f"/calendar/{new}.ics").status_code == 200
    assert patient.head(f"/calendar/{new}.ics").status_code == 200
    assert patient.post(f"/calendar/{new}.ics").status_code == 405
    feeds.end(calendar=calendar)
    assert patient.get(f"/calendar/{new}.ics").status_code == 404
    assert feeds.look_up("") is None


def test_no_log_has_the_address(calendar: TherapistCalendar) -> None:
    token = feeds.renew(calendar=calendar)
    calendar.refresh_from_db()
    assert token.encode() not in bytes(calendar.digest or b"")
    assert token not in redact(f"GET /calendar/{token}.ics 200")


def test_it_goes_from_two_weeks_ago_to_half_a_year_ahead(
    therapist: Therapist, option: ServiceOption, at: At, clock: time_machine.Traveller
) -> None:
    for days in (-15, -13, 179, 181):
        make_appointment(
            therapist=therapist, option=option, start=at(23, 10) + timedelta(days=days), status="confirmed"
        )
    starts = [start for start, _ in read(feeds.calendar_of(therapist)).values()]
    assert [(start.date() - at(23).date()).days for start in starts] == [-13, 179]


@pytest.mark.parametrize(
    ("name", "initials"),
    [
        ("Ana Rivera", "A.R."),
        ("Ana Maria de la Cruz", "A.C."),
        ("cher", "C."),
        ("", "?"),
        ("(x) Ömer Ü", "Ö.Ü."),
    ],
)
def test_initials(name: str, initials: str) -> None:
    assert feeds.initials(name) == initials


def test_statuses_that_take_time_all_stand_in_it(therapist: Therapist, option: ServiceOption, at: At) -> None:
    for hour, status in enumerate(AppointmentStatus.values, 8):
        make_appointment(
            therapist=therapist, option=option, start=at(24) + timedelta(hours=2 * hour), status=status
        )
    assert len(read(feeds.calendar_of(therapist))) == 5
