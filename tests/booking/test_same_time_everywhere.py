"""A time is the same wherever it is shown: page, confirmation, email, calendar file and the desk, in every zone.

Hypothesis picks a zone and a day, mostly one on which its clocks change; a patient books a start that the page offers.
What each place says is compared with words made here, from nothing but the instant and `zoneinfo`.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from email.message import Message
from html import unescape
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import icalendar
import pytest
import time_machine
import vobject
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client, override_settings
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from booking import delivery, ical
from booking.models import Appointment
from flexclinic.lib import when
from services.models import ServiceOption
from tests.booking.test_slots_properties import change_dates
from tests.booking.views.pages import hidden
from tests.factories.booking import make_weekly_hours
from tests.factories.services import make_option, make_therapist

pytestmark = pytest.mark.django_db

QUICK = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
LONG = settings(QUICK, max_examples=120)
#: Cities and their like; the others are second names of theirs, or no place where a clinic is.
ZONES = sorted(key for key in available_timezones() if "/" in key and not key.startswith("Etc/"))
MINUTES = 30


@st.composite
def places_and_days(draw: st.DrawFn) -> tuple[str, date, int]:
    """A zone, a local date (two times of three one on which its clocks change, or the next), and which start."""
    key = draw(st.sampled_from(ZONES))
    changes = [day for day in change_dates(key) if 2000 <= day.year <= 2036]
    if changes and draw(st.sampled_from([True, True, False])):
        day = draw(st.sampled_from(changes))
    else:
        day = draw(st.dates(date(2000, 1, 10), date(2036, 12, 20)))
    return key, day, draw(st.integers(0, 1000))


@pytest.fixture
def option() -> ServiceOption:
    """Half an hour that is booked at once, with somebody who works around midnight: then the clocks change."""
    option = make_option(minutes=MINUTES, buffer_after=0, booking=ServiceOption.Booking.INSTANT)
    therapist = make_therapist(options=[option])
    make_weekly_hours(
        therapist=therapist, weekdays=range(7), stretches=[("00:00", "05:00"), ("21:00", "24:00")]
    )
    User.objects.create_superuser("desk")
    return option


# The words, made anew


def wall(zone: ZoneInfo, instant: datetime) -> str:
    """As in "1:30am", with the zone's letters where the clock shows that time twice."""
    local = instant.astimezone(zone)
    hour = {0: 12}.get(local.hour % 12, local.hour % 12)
    text = f"{hour}{f':{local.minute:02}' if local.minute else ''}{'am' if local.hour < 12 else 'pm'}"
    if local.minute == 0 and local.hour in (0, 12):
        text = "12 noon" if local.hour else "12 midnight"
    naive = local.replace(tzinfo=None)
    shown = {
        moment
        for halves in range(-52, 53)  # a zone may go back by more than an hour, even by a day
        for moment in [instant + timedelta(minutes=30 * halves)]
        if moment.astimezone(zone).replace(tzinfo=None) == naive
    }
    return f"{text} ({local.tzname()})" if len(shown) > 1 else text


def day_of(zone: ZoneInfo, instant: datetime) -> str:
    """As in "Sunday 1 November"."""
    local = instant.astimezone(zone)
    return f"{local:%A} {local.day} {local:%B}"


def instant_of(zone: ZoneInfo, address: str) -> datetime:
    """The instant in an address: wall time, and the offset where there is one."""
    text = address.rstrip("/").rsplit("/", 1)[1]
    written = datetime.fromisoformat(text)
    return (written if written.tzinfo else written.replace(tzinfo=zone)).astimezone(UTC)


# Reading what is shown


def words(page: str) -> str:
    """A page's words, on one line."""
    text = re.sub(r"(?s)<(script|style|head).*?</\1>|<[^>]+>", " ", page)
    return re.sub(r" ,", ",", " ".join(unescape(text).split()))


def offered(client: Client, option: ServiceOption, day: date) -> list[tuple[str, str]]:
    """Address and words of each time on the page that begins with that date."""
    page = client.get(f"/book/{option.slug}/?from={day}").content.decode()
    links = re.findall(r'<a class="time" href="([^"]+)">(.*?)</a>', page)
    return [(unescape(address), words(label)) for address, label in links]


def calendar_times(content: bytes) -> tuple[datetime, datetime]:
    """Start and end in a calendar file, in which two parsers agree."""
    event: Any
    (event,) = icalendar.Calendar.from_ical(content).walk("VEVENT")
    other = vobject.readOne(content.decode()).vevent
    found: tuple[datetime, datetime] = (event["DTSTART"].dt, event["DTEND"].dt)
    assert (other.dtstart.value, other.dtend.value) == found
    return found


def parts(message: Message) -> dict[str, bytes]:
    """The parts of a message by their type."""
    return {
        part.get_content_type(): part.get_payload(decode=True)  # type: ignore[misc]
        for part in message.walk()
        if not part.is_multipart()
    }


# The property


def everywhere_the_same(option: ServiceOption, key: str, day: date, number: int) -> None:
    """Book a start of that date, and look at it everywhere."""
    Appointment.objects.all().delete()
    mail.outbox.clear()
    zone = ZoneInfo(key)
    morning = datetime(day.year, day.month, day.day, 12, tzinfo=zone) - timedelta(days=4)
    with (
        override_settings(CLINIC_TIME_ZONE=key, TIME_ZONE=key, RATE_LIMITS=False),
        time_machine.travel(morning.astimezone(UTC), tick=False),
    ):
        patient, desk = Client(), Client()
        desk.force_login(User.objects.get(username="desk"))
        times = offered(patient, option, day)
        on_the_day = [found for found in times if f"/{day}T" in found[0]]
        address, label = (on_the_day or times)[number % len(on_the_day or times)]
        start = instant_of(zone, address)
        end = start + timedelta(minutes=MINUTES)
        date_and_year = f"{day_of(zone, start)} {start.astimezone(zone).year}"
        assert label == f"{day_of(zone, start)} at {wall(zone, start)}"

        asked = patient.get(address)
        assert f"{wall(zone, start)} to {wall(zone, end)}" in words(asked.content.decode())
        assert day_of(zone, start) in words(asked.content.decode())
        answer = patient.post(
            address,
            {
                "name": "Sam Sample",
                "email": "sam@example.test",
                "phone": "(212) 555-0100",
                "consent": "on",
                "request_key": hidden(asked)["request_key"],
            },
        )
        assert answer.status_code == 302
        booked = Appointment.objects.get()
        assert (booked.starts_at, booked.ends_at) == (start, end)

        confirmation = words(patient.get(answer["Location"]).content.decode())
        assert f"{date_and_year}, {wall(zone, start)} to {wall(zone, end)}" in confirmation
        file = patient.get(f"{answer['Location']}calendar.ics").content
        assert calendar_times(file) == (start, end)

        assert delivery.deliver(notification_id=booked.notifications.get().pk) is delivery.Outcome.SENT
        [sent] = mail.outbox
        assert f"{day_of(zone, start)} at {wall(zone, start)}" in sent.subject
        said = parts(message_from_bytes(sent.message().as_bytes()))
        for text in (said["text/plain"].decode(), words(said["text/html"].decode())):
            assert f"{date_and_year} at {wall(zone, start)}" in " ".join(text.split())
        assert calendar_times(said["text/calendar"]) == (start, end)

        its_page = words(desk.get(f"/admin/booking/appointment/{booked.pk}/change/").content.decode())
        assert f"{wall(zone, start)} to {wall(zone, end)}" in its_page
        assert day_of(zone, start) in its_page
        the_list = words(desk.get("/admin/booking/appointment/?show=all").content.decode())
        year = "" if start.astimezone(zone).year == morning.year else f" {start.astimezone(zone).year}"
        assert f"{day_of(zone, start)}{year} {wall(zone, start)} to {wall(zone, end)}" in the_list


@QUICK
@example(place=("Antarctica/Davis", date(2009, 10, 18), 0))  # midnight came again after two hours
@given(place=places_and_days())
def test_everywhere_the_same(option: ServiceOption, place: tuple[str, date, int]) -> None:
    everywhere_the_same(option, *place)


@pytest.mark.long
@LONG
@given(place=places_and_days())
def test_everywhere_the_same_long(option: ServiceOption, place: tuple[str, date, int]) -> None:
    everywhere_the_same(option, *place)


NEW_YORK = [
    pytest.param(date(2026, 3, 8), id="the clock goes forward"),
    pytest.param(date(2026, 11, 1), id="the clock goes back"),
]


@pytest.mark.parametrize("day", NEW_YORK)
def test_each_start_of_the_days_on_which_the_clocks_change(option: ServiceOption, day: date) -> None:
    """Between midnight and 4 in the morning, every quarter of an hour that there is."""
    for number in range(0, 20, 3):
        everywhere_the_same(option, "America/New_York", day, number)


# Controls


def without_offset(format_time: Callable[[datetime], str]) -> Callable[[datetime], str]:
    """A broken `when`: it does not say which of the two."""
    return lambda moment: format_time(moment).split(" (")[0]


def an_hour_later(event: Any) -> Callable[..., Any]:
    """A broken calendar file: winter time all year."""
    return lambda appointment, **more: event(_later(appointment), **more)


def _later(appointment: Appointment) -> Appointment:
    appointment.starts_at += timedelta(hours=1)
    return appointment


@pytest.mark.parametrize("broken", ["zone", "which of the two", "calendar"])
def test_it_finds_what_is_shown_wrongly(
    option: ServiceOption, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    match broken:
        case "zone":
            monkeypatch.setattr(when, "clinic_zone", lambda: ZoneInfo("America/New_York"))
        case "which of the two":
            monkeypatch.setattr(when, "format_time", without_offset(when.format_time))
        case "calendar":
            monkeypatch.setattr("booking.ical._event", an_hour_later(ical._event))

    @settings(QUICK, max_examples=60, database=None, derandomize=True, phases=[Phase.generate])
    @given(place=places_and_days())
    def check(place: tuple[str, date, int]) -> None:
        everywhere_the_same(option, *place)

    with pytest.raises(AssertionError):
        check()
