"""A series of visits in a real browser, without scripts: a conflict, another time in its place, and all are booked."""

from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from booking.models import Appointment
from tests.browser.conftest import DESK, PHONE
from tests.browser.test_desk import at
from tests.factories.booking import make_appointment, make_closure, make_weekly_hours
from tests.factories.services import make_option, make_room, make_therapist

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def desk_page(live_server: LiveServer, open_context: Callable[..., BrowserContext]) -> Callable[..., Page]:
    """A page of the desk's browser. Keywords as Playwright's `new_context`."""
    client = Client()
    client.force_login(User.objects.create_superuser("frontdesk"))
    cookie = {"name": "session", "value": client.cookies["session"].value, "url": live_server.url}

    def open_one(**options: object) -> Page:
        context = open_context(**options)
        context.add_cookies([cookie])  # type: ignore[list-item]
        return context.new_page()

    return open_one


@pytest.fixture
def taken() -> Appointment:
    """What is in the way of the second of the visits from the day after tomorrow on, at 10; the third is a holiday."""
    option = make_option(rooms=[make_room(name="Harbor room")])
    ana = make_therapist(name="Ana Demo", options=[option])
    make_weekly_hours(therapist=ana, weekdays=range(7))
    make_closure(start=at(16, 0), end=at(17, 0), name="Founders’ day")
    return make_appointment(option=option, therapist=ana, start=at(9, 10), name="Pat Early")


def fill_in(page: Page, address: str) -> None:
    """Six visits for Jo Quill, up to the plan."""
    page.goto(f"{address}/admin/")
    page.get_by_role("link", name="Series of visits").click()
    page.get_by_label("What").select_option(index=1)
    page.get_by_label("Therapist").select_option("Ana Demo")
    page.get_by_label("First date").fill(at(2, 10).date().isoformat())
    page.get_by_label("Time", exact=True).fill("10")
    page.get_by_label("Name").fill("Jo Quill")
    page.get_by_label("Phone").fill("(212) 555-0142")
    page.get_by_label("Name").press("Enter")  # which only looks


def test_a_series_with_two_conflicts_without_scripts(
    live_server: LiveServer, desk_page: Callable[..., Page], complaints: list[str], taken: Appointment
) -> None:
    page = desk_page(java_script_enabled=False)
    fill_in(page, live_server.url)
    expect(page.get_by_role("heading", name="4 of 6 visits are free")).to_be_visible()
    expect(page.get_by_text(taken.reference)).to_be_visible()
    page.get_by_role("button", name="Book these visits").click()
    expect(page.get_by_role("alert")).to_contain_text("Visit 2: Choose a time, or leave this visit out.")
    assert Appointment.objects.count() == 1
    page.get_by_role("group", name="Visit 2").get_by_label("at 1pm").check()
    page.get_by_role("group", name="Visit 3").get_by_label("Leave this visit out").check()
    page.get_by_role("button", name="Book these visits").click()
    expect(page.locator(".messagelist")).to_contain_text("Jo Quill is booked for 5 visits")
    booked = Appointment.objects.filter(name="Jo Quill").order_by("starts_at")
    assert [visit.starts_at for visit in booked] == [
        at(2, 10),
        at(9, 13),
        *(at(2 + 7 * number, 10) for number in (3, 4, 5)),
    ]
    page.get_by_role("row", name="2").get_by_role("link").first.click()
    expect(page.get_by_role("heading", name="Visit 2 of 5")).to_be_visible()
    assert complaints == []


@pytest.mark.parametrize(("viewport", "scheme"), [(DESK, "light"), (PHONE, "dark")], ids=["wide", "narrow"])
def test_the_plan_has_no_known_barriers_and_fits_the_screen(
    live_server: LiveServer,
    desk_page: Callable[..., Page],
    taken: Appointment,
    viewport: dict[str, int],
    scheme: str,
    tmp_path: Path,
) -> None:
    page = desk_page(viewport=viewport, color_scheme=scheme, bypass_csp=True)  # axe is put in by the test
    fill_in(page, live_server.url)
    expect(page.get_by_role("heading", name="4 of 6 visits are free")).to_be_visible()
    page.screenshot(path=tmp_path / "plan.png", full_page=True)
    assert not page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    assert Axe().run(page).response["violations"] == []
