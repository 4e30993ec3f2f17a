"""The board and "why not this time?" in a real browser: without scripts, wide and narrow, and for everybody.

With FLEXCLINIC_PICTURES=<folder> it leaves pictures there to look at.
"""

import os
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from booking.models import Appointment
from flexclinic.lib import clock
from services.models import ServiceOption
from tests.browser.conftest import DESK, PHONE
from tests.factories.booking import make_appointment, make_time_off, make_weekly_hours
from tests.factories.services import make_option, make_room, make_service, make_therapist

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def cookie(live_server: LiveServer) -> dict[str, str]:
    """The session of somebody at the desk."""
    client = Client()
    client.force_login(User.objects.create_superuser("frontdesk"))
    return {"name": "session", "value": client.cookies["session"].value, "url": live_server.url}


@pytest.fixture
def tuesday() -> date:
    """The Tuesday of the week after next."""
    today = clock.today()
    return today + timedelta(days=8 - today.weekday() + 7)


@pytest.fixture
def day(tuesday: date) -> ServiceOption:
    """A day at work: three therapists, visits of all kinds, time off, and two rooms."""

    def at(hour: int, minute: int = 0) -> datetime:
        return datetime.combine(tuesday, time(hour, minute), clock.clinic_zone())

    rooms = [make_room(name="Harbor room"), make_room(name="Garden room")]
    service = make_service(title="Neuromuscular massage", slug="nmt")
    option = make_option(service=service, name="60 minutes", slug="nmt-60", rooms=rooms, position=1)
    short = make_option(
        service=service, name="Desk reset", slug="reset-30", minutes=30, buffer_after=0, position=2
    )
    ana = make_therapist(name="Ana Rivera", slug="ana", options=[option, short])
    ben = make_therapist(name="Ben Hale", slug="ben", options=[option])
    maya = make_therapist(name="Maya Brooks-Featherstonehaugh", slug="maya", options=[short])
    make_weekly_hours(therapist=ana, weekdays=range(7))
    make_weekly_hours(therapist=ben, weekdays=range(7), stretches=[("08:00", "12:30"), ("13:30", "16:00")])
    make_weekly_hours(therapist=maya, weekdays=range(7), stretches=[("11:00", "18:00")])
    booked = [
        ("Pat Asking", option, ana, at(9, 30), "requested"),
        ("Jo Quill", short, ana, at(11), "confirmed"),
        ("Wilhelmina Longname-Example", option, ana, at(14), "confirmed"),
        ("Sam Here", option, ben, at(8), "completed"),
        ("Lee Absent", short, ben, at(10), "no_show"),
        ("Kim Early", short, maya, at(11, 45), "arrived"),
    ]
    for number, (name, what, who, start, status) in enumerate(booked):
        make_appointment(
            name=name,
            option=what,
            therapist=who,
            start=start,
            status=status,
            room=rooms[0] if what is option else None,
            first_visit=number == 0,
        )
    off = make_time_off(therapist=ben, start=at(13, 30), end=at(15))
    off.note = "Dentist"
    off.save()
    return option


def keep(page: Page, name: str) -> None:
    """Leave a picture where somebody asked for pictures."""
    if folder := os.environ.get("FLEXCLINIC_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def is_too_wide(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["wide", "narrow"])
def test_from_the_board_to_a_reason_to_a_booking_without_scripts(
    live_server: LiveServer,
    open_context: Callable[..., BrowserContext],
    complaints: list[str],
    cookie: dict[str, str],
    day: ServiceOption,
    tuesday: date,
    viewport: dict[str, int],
) -> None:
    context = open_context(viewport=viewport, java_script_enabled=False)
    context.add_cookies([cookie])  # type: ignore[list-item]
    page = context.new_page()
    page.goto(live_server.url + "/admin/")
    keep(page, f"desk-{viewport['width']}")
    page.get_by_role("link", name="Board of the day").click()
    page.get_by_label("Date").fill(tuesday.isoformat())
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("link", name="Pat Asking")).to_be_visible()
    keep(page, f"board-{viewport['width']}")
    page.get_by_role("link", name="with Ana Rivera is not free: why?").filter(has_text="1pm to").click()
    expect(page.locator(".why-one")).to_contain_text("Ana Rivera")
    keep(page, f"why-{viewport['width']}")
    page.get_by_label("Therapist").select_option("Anyone")
    page.get_by_role("button", name="Say why").click()
    expect(page.locator(".why-one")).to_have_count(2)
    keep(page, f"why-anyone-{viewport['width']}")
    page.get_by_role("link", name="The board of that day").click()
    page.get_by_role("link", name="10:45am with Ben Hale: book").click()
    keep(page, f"book-{viewport['width']}")
    page.get_by_label("Name").fill("Nia New")
    page.get_by_role("textbox", name="Name").press("Enter")
    expect(page.locator(".messagelist")).to_contain_text("Nia New is booked")
    booked = Appointment.objects.get(name="Nia New")
    assert (booked.therapist.slug, booked.starts_at.astimezone(clock.clinic_zone()).hour) == ("ben", 10)
    assert complaints == []


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["wide", "narrow"])
def test_the_pages_fit_and_only_the_board_scrolls_sideways(
    live_server: LiveServer,
    open_context: Callable[..., BrowserContext],
    complaints: list[str],
    cookie: dict[str, str],
    day: ServiceOption,
    tuesday: date,
    viewport: dict[str, int],
) -> None:
    context = open_context(viewport=viewport)
    context.add_cookies([cookie])  # type: ignore[list-item]
    page = context.new_page()
    for address in addresses(tuesday):
        page.goto(live_server.url + address, wait_until="load")
        assert not is_too_wide(page), address
    page.goto(f"{live_server.url}/admin/board/?date={tuesday}", wait_until="load")
    board = page.get_by_role("region", name="The day’s board")
    scrolls = board.evaluate("element => element.scrollWidth > element.clientWidth")
    assert scrolls is (viewport is PHONE)
    assert complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_they_have_no_known_barriers(
    live_server: LiveServer,
    open_context: Callable[..., BrowserContext],
    cookie: dict[str, str],
    day: ServiceOption,
    tuesday: date,
    scheme: str,
) -> None:
    # axe is put into the page by the test, which the policy would refuse.
    context = open_context(color_scheme=scheme, bypass_csp=True)
    context.add_cookies([cookie])  # type: ignore[list-item]
    page = context.new_page()
    found = {}
    for number, address in enumerate(addresses(tuesday)):
        page.goto(live_server.url + address, wait_until="load")
        keep(page, f"axe-{scheme}-{number}")
        violations = Axe().run(page).response["violations"]
        if violations:
            found[address] = [
                (each["id"], [node["html"][:120] for node in each["nodes"]][:4]) for each in violations
            ]
    assert found == {}


def addresses(tuesday: date) -> list[str]:
    """Both pages with and without an answer, and with something wrong."""
    asked = f"/admin/why/?option=nmt-60&date={tuesday}&time=9"
    return [
        f"/admin/board/?date={tuesday}",
        f"/admin/board/?date={tuesday}&by=room",
        f"/admin/board/?date={tuesday}&view=week&therapist=ana",
        f"/admin/board/?date={tuesday}&view=month",
        "/admin/board/?date=0001-01-01&option=nothing",
        "/admin/why/",
        f"{asked}&therapist=ana",
        f"{asked}:45&therapist=",
        "/admin/why/?option=nmt-60&date=0001-01-01&time=late",
    ]
