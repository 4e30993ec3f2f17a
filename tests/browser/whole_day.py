"""A whole day at the desk, step by step, for whatever `Hands` do it. Each step checks the page and the database.

Ana works from noon, Ben and Cleo all day, Dee from one. The day is a Monday; the clock on the clinic's wall is moved
from step to step, and goes on by itself in between.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import time_machine
from playwright.sync_api import Locator, Page, expect

from booking import lifecycle, links
from booking.enums import LinkPurpose
from booking.models import Appointment, Patient
from flexclinic.lib import clock
from services.models import ServiceOption
from tests.browser.hands import Hands
from tests.conftest import MONDAY_NINE, NEW_YORK
from tests.factories.booking import make_appointment, make_weekly_hours
from tests.factories.services import make_option, make_therapist

_WORK = {
    "Ana": [("12:00", "17:00")],
    "Ben": [("09:00", "17:00")],
    "Cleo": [("09:00", "17:00")],
    "Dee": [("13:00", "17:00")],
}
_BOOKED = (
    ("Abe Arrives", "Ben", 9, 30),
    ("Noel Absent", "Cleo", 9, 0),
    ("Sal Shorter", "Cleo", 10, 30),
    ("Nina Noon", "Ana", 12, 0),
    ("Owen Late", "Ana", 15, 30),
    ("Jo Quill", "Ben", 15, 0),
)


def at(hour: int, minute: int = 0) -> datetime:
    """That time on the clinic's wall on the day."""
    return MONDAY_NINE.astimezone(NEW_YORK).replace(hour=hour, minute=minute)


def of(name: str) -> Appointment:
    """The one appointment of somebody."""
    return Appointment.objects.select_related("therapist").get(name=name)


def set_up() -> ServiceOption:
    """Four therapists, six visits of the day that were booked the day before, and somebody who calls often."""
    option = make_option(name="60 minutes")
    people = {name: make_therapist(name=f"{name} Demo", options=[option]) for name in _WORK}
    for name, stretches in _WORK.items():
        make_weekly_hours(therapist=people[name], weekdays=range(7), stretches=stretches)
    for name, therapist, hour, minute in _BOOKED:
        lifecycle.book(
            option=option,
            therapist=people[therapist],
            room=None,
            start=at(hour, minute),
            contact=lifecycle.Contact(name=name, email=f"{name.split()[0].lower()}@example.com"),
            user=None,
        )
    mary = Patient.objects.create(name="Mary Johnson", phone="+12125550142")
    make_appointment(
        option=option,
        therapist=people["Ben"],
        patient=mary,
        name=mary.name,
        start=at(10) - timedelta(days=7),
        status="completed",
    )
    return option


@dataclass
class Day:
    """The desk with its day before it, and the phone of a patient."""

    hands: Hands
    patient: Hands
    clock: time_machine.Traveller
    address: str

    @property
    def page(self) -> Page:
        """What the desk has on the screen."""
        return self.hands.page

    @property
    def said(self) -> Locator:
        """Where the page says what was done."""
        return self.page.locator(".messagelist, #board-said").filter(visible=True).first

    def card(self, name: str) -> Locator:
        """Somebody on the board."""
        return self.page.locator(".board-card").filter(has_text=name)

    def column(self, name: str) -> Locator:
        """A therapist's column of the board."""
        return self.page.locator(".board-column").filter(has_text=f"{name} Demo")


def work(day: Day) -> None:
    """From opening to closing."""
    opens(day)
    phone_bookings(day)
    drags(day)
    an_illness(day)
    a_no_show(day)
    from_arrival_to_goodbye(day)
    a_walk_in(day)
    closes(day)


def opens(day: Day) -> None:
    """The board of the day, with everybody who comes."""
    day.page.goto(f"{day.address}/admin/")
    day.hands.press("Board of the day")
    expect(day.page.locator("#content h1")).to_have_text("Monday 23 November 2026")
    for name, therapist, *_ in _BOOKED:
        expect(day.column(therapist).get_by_role("link", name=name)).to_be_visible()


def phone_bookings(day: Day) -> None:
    """Somebody known is booked as at their last visit, somebody new with whoever is free next."""
    day.hands.press("Phone booking")
    day.hands.take_caller("jonson mary", "Mary Johnson")
    expect(day.page.locator("#phone-caller")).to_have_text("Mary Johnson")
    day.hands.take_opening(1)
    expect(day.page.locator(".phone-booked")).to_contain_text("Mary Johnson is booked")
    mary = Appointment.objects.get(name="Mary Johnson", status="confirmed")
    assert (mary.therapist.title, mary.starts_at) == ("Ben Demo", at(10, 45))
    day.hands.take_caller("quinn quux", "New patient")
    expect(day.page.locator("#id_name")).to_have_value("Quinn Quux")
    day.hands.write("Phone", "2125550177")
    day.hands.take_opening(1)
    expect(day.page.locator(".phone-booked")).to_contain_text("Quinn Quux is booked")
    assert of("Quinn Quux").starts_at == at(11, 45)
    assert Patient.objects.filter(name="Quinn Quux").exists()


def drags(day: Day) -> None:
    """A visit goes to another therapist and hour, is put back, and goes again; another one gets shorter."""
    day.page.goto(f"{day.address}/admin/board/")
    expect(day.card("Quinn Quux")).to_be_visible()
    before = (of("Jo Quill").therapist_id, of("Jo Quill").starts_at)
    _jo_to_cleo(day)
    day.hands.press("Undo")
    expect(day.said).to_contain_text("was put back as it was")
    assert (of("Jo Quill").therapist_id, of("Jo Quill").starts_at) == before
    _jo_to_cleo(day)
    day.hands.stretch("Sal Shorter", minutes=45, hours=-0.25)
    expect(day.said).to_contain_text("10:30am to 11:15am")
    assert of("Sal Shorter").ends_at == at(11, 15)


def _jo_to_cleo(day: Day) -> None:
    day.hands.move("Jo Quill", hour="2pm", therapist="Cleo Demo", hours=-1)
    expect(day.said).to_contain_text("2pm to 3pm with Cleo Demo")
    expect(day.column("Cleo").get_by_role("link", name="Jo Quill")).to_be_visible()
    assert (of("Jo Quill").therapist.title, of("Jo Quill").starts_at) == ("Cleo Demo", at(14))


def an_illness(day: Day) -> None:
    """Ana calls in ill: one visit goes to somebody else, is put back and goes again; the other patient chooses."""
    day.clock.move_to(at(8, 50))
    day.hands.press("Ana Demo cannot come")
    expect(day.page.get_by_label("Therapist")).to_have_value(str(of("Owen Late").therapist_id))
    day.hands.press("Close these hours and see the visits")
    expect(
        day.page.get_by_role("group", name="Nina Noon").get_by_label("Move: Same time, with")
    ).to_be_checked()
    day.hands.pick("Owen Late", "Let them choose by link")
    day.hands.press("Do this")
    expect(day.said).to_contain_text("2 visits were changed.")
    assert (of("Nina Noon").starts_at, of("Nina Noon").therapist.title) != (at(12), "Ana Demo")
    day.hands.press("Undo: Nina Noon")
    expect(day.said).to_contain_text("was put back as it was")
    assert of("Nina Noon").therapist.title == "Ana Demo"
    day.hands.press("Do this")
    expect(day.said).to_contain_text("1 visit was changed.")
    assert of("Nina Noon").therapist.title in ("Ben Demo", "Cleo Demo")
    _the_patient_chooses(day)
    day.page.reload()
    expect(day.page.get_by_text("They chose a time").first).to_be_visible()


def _the_patient_chooses(day: Day) -> None:
    owen = of("Owen Late")
    token = links.mint(appointment=owen, purpose=LinkPurpose.PROPOSAL)
    page = day.patient.page
    page.goto(f"{day.address}/choose/{token}/")
    expect(page.get_by_role("heading", level=1)).to_have_text("We have to move your visit")
    day.patient.press("Monday 23 November")
    expect(page.get_by_role("heading", level=1)).to_contain_text("booked")
    assert of("Owen Late").therapist.title != "Ana Demo"
    assert of("Owen Late").status == "confirmed"


def a_no_show(day: Day) -> None:
    """Late, and then not here at all: it asks once more, and the board has the time again."""
    day.clock.move_to(at(9, 20))
    day.page.goto(f"{day.address}/admin/")
    expect(day.page.get_by_role("row").filter(has_text="Noel Absent")).to_contain_text("min late")
    day.hands.press("Did not come…: Noel Absent")
    day.hands.press("Did not come: Noel Absent")
    expect(day.said).to_contain_text("was marked as “did not come”")
    assert of("Noel Absent").status == "no_show"


def from_arrival_to_goodbye(day: Day) -> None:
    """Arrived, in the room, done, and the next visit before they leave."""
    day.clock.move_to(at(9, 28))
    day.page.goto(f"{day.address}/admin/")
    day.hands.press("Arrived: Abe Arrives")
    expect(day.said).to_contain_text("was marked as arrived")
    day.hands.press("In the room: Abe Arrives")
    expect(day.said).to_contain_text("was marked as in the room")
    day.clock.move_to(at(10, 31))
    day.page.reload()
    day.hands.press("Done: Abe Arrives")
    expect(day.page.get_by_role("heading", name="Next visit of Abe Arrives?")).to_be_visible()
    assert of("Abe Arrives").status == "completed"
    day.hands.press("Book Monday 30 November")
    expect(day.said).to_contain_text("Abe Arrives is booked")
    ahead = Appointment.objects.get(name="Abe Arrives", starts_at__gt=clock.now())
    assert (ahead.status, ahead.starts_at) == ("confirmed", at(9, 30) + timedelta(days=7))


def a_walk_in(day: Day) -> None:
    """Somebody stands at the desk, and is seen at once."""
    day.clock.move_to(at(13, 4))
    day.hands.press("Phone booking")
    day.hands.take_caller("wanda walk", "New patient")
    expect(day.page.locator("#id_name")).to_have_value("Wanda Walk")
    day.hands.write("Phone", "2125550188")
    day.hands.take_opening(0)
    expect(day.page.locator(".phone-booked")).to_contain_text("Wanda Walk is here")
    assert (of("Wanda Walk").status, of("Wanda Walk").starts_at) == ("arrived", at(13))


def closes(day: Day) -> None:
    """The day sheet: everybody of the day, each with how it ended, and nothing to press."""
    day.clock.move_to(at(17, 5))
    day.page.goto(f"{day.address}/admin/board/")
    day.page.emulate_media(media="print")
    expected = {
        "Abe Arrives": "Completed",
        "Noel Absent": "Did not come",
        "Wanda Walk": "Arrived",
        **dict.fromkeys(
            ("Mary Johnson", "Quinn Quux", "Jo Quill", "Sal Shorter", "Nina Noon", "Owen Late"), "Confirmed"
        ),
    }
    for name, status in expected.items():
        expect(day.card(name)).to_contain_text(status)
        expect(day.card(name).get_by_role("link", name=name)).to_be_visible()
    expect(day.page.locator(".board-card")).to_have_count(len(expected))
    pressed = day.page.locator(
        "#content button, #content summary, #content input:not([type=hidden]), .board-free"
    )
    expect(pressed.filter(visible=True)).to_have_count(0)
    assert day.page.pdf().startswith(b"%PDF")
    day.page.emulate_media(media="screen")
