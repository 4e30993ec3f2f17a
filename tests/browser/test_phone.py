"""The phone booking by keyboard alone, its presses counted; with scripts off; and read by axe."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import Group, User
from django.test import Client
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from booking import desk_group
from booking.models import Appointment, Patient
from flexclinic.lib import clock
from services.models import ServiceOption, Therapist
from tests.browser.conftest import DESK, PHONE
from tests.factories.booking import make_appointment, make_weekly_hours
from tests.factories.services import make_option, make_therapist

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

#: After the name is typed.
MOST_PRESSES = 12

Context = Callable[..., BrowserContext]


@pytest.fixture
def cookie(live_server: LiveServer) -> dict[str, str]:
    """The session of somebody at the desk."""
    desk_group.ensure()
    user = User.objects.create_user("frontdesk", is_staff=True)
    user.groups.add(Group.objects.get(name=desk_group.NAME))
    client = Client()
    client.force_login(user)
    return {"name": "session", "value": client.cookies["session"].value, "url": live_server.url}


@pytest.fixture
def clinic(db: None) -> tuple[ServiceOption, Therapist, Therapist]:
    """Two therapists at work around the clock, two options, and people who are easily mixed up."""
    short = make_option(name="Half an hour", minutes=30)
    long = make_option(name="Whole hour", minutes=60)
    ana = make_therapist(name="Ana Demo", options=[short, long])
    ben = make_therapist(name="Ben Demo", options=[short, long])
    for therapist in (ana, ben):
        make_weekly_hours(therapist=therapist, weekdays=range(7), stretches=[("00:00", "24:00")])
    known = Patient.objects.create(name="Mary Johnson", phone="+12125550142", email="mary@example.test")
    Patient.objects.create(name="Marty Johnston", phone="+12125550143")
    last = datetime.combine(clock.today() - timedelta(days=9), datetime.min.time(), clock.clinic_zone())
    make_appointment(
        option=long,
        therapist=ben,
        patient=known,
        name=known.name,
        start=last + timedelta(hours=10),
        status="completed",
    )
    return long, ana, ben


class Keyboard:
    """A page's keyboard, with what was pressed on it counted."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.pressed = 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.pressed += 1

    def type(self, text: str) -> None:
        self.press(*text)


def open_phone(open_context: Context, live_server: LiveServer, cookie: Any, **options: Any) -> Page:
    context = open_context(**options)
    context.add_cookies([cookie])
    page = context.new_page()
    page.goto(f"{live_server.url}/admin/phone/")
    expect(page.locator("#phone-q")).to_be_focused()
    return page


def look_for(page: Page, typed: str) -> None:
    """Type, and wait until the list is of what was typed."""
    page.keyboard.type(typed)
    expect(page.locator("[data-phone=list]")).to_be_visible()
    expect(page.locator("#phone-person-new")).to_contain_text(typed)


def test_a_known_caller_is_booked_in_two_presses(
    live_server: LiveServer, open_context: Context, complaints: list[str], cookie: Any, clinic: Any
) -> None:
    long, _, ben = clinic
    page = open_phone(open_context, live_server, cookie)
    look_for(page, "jonson mary")
    expect(page.locator("[data-phone=status]")).to_have_text("1 person found.")
    active = page.locator("#phone-q").get_attribute("aria-activedescendant")
    expect(page.locator(f"#{active}[role=option][aria-selected=true]")).to_contain_text("Mary Johnson")
    keys = Keyboard(page)
    keys.press("Enter")
    expect(page.locator("[data-key='1']")).to_be_focused()
    keys.press("Enter")
    expect(page.locator(".phone-booked")).to_contain_text("Mary Johnson is booked")
    expect(page.locator("#phone-q")).to_be_focused()
    booked = Appointment.objects.get(status="confirmed")
    assert (booked.option, booked.therapist) == (long, ben)
    assert booked.patient == Patient.objects.get(name="Mary Johnson")
    assert keys.pressed == 2
    assert "johnson" not in page.url.lower()
    assert complaints == []


def test_another_opening_with_another_therapist_for_something_else_within_twelve_presses(
    live_server: LiveServer, open_context: Context, complaints: list[str], cookie: Any, clinic: Any
) -> None:
    page = open_phone(open_context, live_server, cookie)
    look_for(page, "mar joh")
    expect(page.locator("[role=option]")).to_have_count(3)
    keys = Keyboard(page)
    keys.press("ArrowDown", "Enter")
    expect(page.locator("#phone-caller")).to_have_text("Mary Johnson")
    keys.press("t")
    assert page.evaluate("document.activeElement.name") == "therapist"
    keys.press("a", "n", "a", "Enter")
    expect(page.locator("#phone-theirs")).to_have_text("Next with Ana Demo")
    expect(page.locator("[data-key='1']")).to_be_focused()
    wanted = page.locator("[data-key='3']").get_attribute("value")
    keys.press("3")
    expect(page.locator(".phone-booked")).to_contain_text("with Ana Demo")
    booked = Appointment.objects.get(status="confirmed")
    assert str(wanted).startswith(str(int(booked.starts_at.timestamp())))
    assert keys.pressed <= MOST_PRESSES
    assert complaints == []


def test_a_number_takes_a_person_once_the_arrow_was_used(
    live_server: LiveServer, open_context: Context, cookie: Any, clinic: Any
) -> None:
    page = open_phone(open_context, live_server, cookie)
    look_for(page, "mar joh")
    expect(page.locator("[role=option]")).to_have_count(3)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("1")
    expect(page.locator("#phone-caller")).to_have_text("Marty Johnston")
    page.keyboard.press("Escape")
    expect(page.locator("#phone-q")).to_have_value("mar joh")


def test_a_new_caller_is_booked_by_keyboard(
    live_server: LiveServer, open_context: Context, complaints: list[str], cookie: Any, clinic: Any
) -> None:
    page = open_phone(open_context, live_server, cookie)
    look_for(page, "quinn quux")
    keys = Keyboard(page)
    keys.press("Enter")
    expect(page.locator("#id_phone")).to_be_focused()
    expect(page.locator("#id_name")).to_have_value("Quinn Quux")
    page.keyboard.type("2125550177")
    keys.press("ArrowDown")
    expect(page.locator("[data-key='1']")).to_be_focused()
    keys.press("2")
    expect(page.locator(".phone-booked")).to_contain_text("Quinn Quux is booked")
    assert keys.pressed + len("2125550177") <= MOST_PRESSES + 1
    assert str(Patient.objects.get(name="Quinn Quux").phone) == "+12125550177"
    assert complaints == []


def test_its_key_leads_to_it_from_any_page(
    live_server: LiveServer, open_context: Context, cookie: Any, clinic: Any
) -> None:
    page = open_phone(open_context, live_server, cookie)
    for address in ("/admin/", "/admin/board/", "/admin/booking/patient/"):
        page.goto(live_server.url + address)
        link = page.get_by_role("link", name="Phone booking").first
        expect(link).to_have_attribute("accesskey", "p")  # browsers differ in what is pressed with it
        link.click()
        expect(page.locator("#phone-q")).to_be_focused()


def test_a_walk_in_takes_one_press(
    live_server: LiveServer, open_context: Context, cookie: Any, clinic: Any
) -> None:
    page = open_phone(open_context, live_server, cookie)
    look_for(page, "mary")
    page.keyboard.press("Enter")
    expect(page.locator("[data-key='1']")).to_be_focused()
    page.keyboard.press("0")
    expect(page.locator(".phone-booked")).to_contain_text("Mary Johnson is here")
    assert Appointment.objects.get(status="arrived").patient is not None


def test_what_changed_is_looked_for_at_once(
    live_server: LiveServer, open_context: Context, complaints: list[str], cookie: Any, clinic: Any
) -> None:
    page = open_phone(open_context, live_server, cookie)
    look_for(page, "mary")
    page.keyboard.press("Enter")
    expect(page.locator("[data-key='1']")).to_be_focused()
    before = page.locator("[data-key='1']").get_attribute("value")
    day = clock.today() + timedelta(days=30)
    page.locator("#id_date").fill(day.isoformat())
    expect(page.locator("[data-key='1']")).to_contain_text(f"{day.day} {day:%B}")
    assert page.locator("[data-key='1']").get_attribute("value") != before
    page.locator("#id_date").press("Enter")
    expect(page.locator("[data-key='1']")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".phone-booked")).to_contain_text("Mary Johnson is booked")
    assert clock.today() + timedelta(days=29) < Appointment.objects.get(status="confirmed").starts_at.date()
    assert complaints == []


def test_without_scripts_the_keyboard_does_it_too(
    live_server: LiveServer, open_context: Context, complaints: list[str], cookie: Any, clinic: Any
) -> None:
    page = open_phone(open_context, live_server, cookie, java_script_enabled=False)
    page.keyboard.type("jonson")
    keys = Keyboard(page)
    keys.press("Enter")
    expect(page.locator("#phone-person-1")).to_be_focused()
    keys.press("Enter")
    expect(page.locator("[data-key='1']")).to_be_focused()
    keys.press("Tab")
    expect(page.locator("[data-key='2']")).to_be_focused()
    keys.press("Enter")
    expect(page.locator(".phone-booked")).to_contain_text("Mary Johnson is booked")
    assert keys.pressed <= MOST_PRESSES
    page.keyboard.type("quinn quux")
    page.keyboard.press("Enter")
    expect(page.locator("#phone-person-new")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#id_phone")).to_be_focused()
    page.keyboard.type("2125550177")
    page.keyboard.press("Enter")
    expect(page.locator(".phone-booked")).to_contain_text("Quinn Quux is booked")
    assert complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["wide", "narrow"])
def test_axe_finds_nothing(
    live_server: LiveServer, open_context: Context, cookie: Any, clinic: Any, scheme: str, viewport: Any
) -> None:
    page = open_phone(open_context, live_server, cookie, color_scheme=scheme, viewport=viewport)

    def check(where: str) -> None:
        found = Axe().run(page)
        assert found.violations_count == 0, f"{where}: {found.generate_report()}"
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= page.evaluate("document.documentElement.clientWidth"), where

    check("empty")
    look_for(page, "mar joh")
    check("people")
    page.keyboard.press("Enter")
    expect(page.locator("[data-key='1']")).to_be_focused()
    check("openings")
    page.keyboard.press("1")
    expect(page.locator(".phone-booked")).to_be_visible()
    check("booked")
    look_for(page, "quinn")
    page.keyboard.press("Enter")
    expect(page.locator("#id_phone")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".desk-errors")).to_be_visible()
    check("errors")
