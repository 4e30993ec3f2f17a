"""The numbers in a real browser: no barriers, light and dark, wide and narrow, on paper, and without scripts."""

from collections.abc import Callable
from datetime import datetime, time, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import BrowserContext, expect
from pytest_django.live_server_helper import LiveServer

from booking.models import AppointmentEvent
from flexclinic.lib import clock
from tests.browser.conftest import DESK, PHONE, tab_to
from tests.factories.booking import make_appointment, make_weekly_hours
from tests.factories.services import make_option, make_room, make_therapist
from tests.factories.waiting import make_place

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NUMBERS = "/admin/numbers/"


@pytest.fixture
def cookie(live_server: LiveServer) -> dict[str, str]:
    """The session of somebody who may see the numbers."""
    client = Client()
    client.force_login(User.objects.create_superuser("manager"))
    return {"name": "session", "value": client.cookies["session"].value, "url": live_server.url}


@pytest.fixture(autouse=True)
def clinic() -> None:
    """Two weeks with something for every picture."""
    room = make_room(name="Harbor room")
    option = make_option(rooms=[room])
    ana = make_therapist(name="Ana Demo", options=[option])
    make_weekly_hours(therapist=ana, weekdays=range(7))
    make_place(option=option)
    for back in range(1, 15):
        day = clock.today() - timedelta(days=back)
        start = datetime.combine(day, time(9 + back % 4), clock.clinic_zone())
        status = ["completed", "no_show", "cancelled", "completed"][back % 4]
        visit = make_appointment(
            option=option,
            therapist=ana,
            room=room,
            start=start,
            status=status,
            source=["web", "desk"][back % 2],
            created_at=start - timedelta(days=back),
        )
        if status == "cancelled":
            AppointmentEvent.objects.create(
                appointment=visit,
                action="cancel",
                to_status=status,
                version=2,
                at=start - timedelta(hours=back),
                actor="patient" if back % 3 else "desk",
                visit=visit.visit,
                therapist=ana,
            )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("query", ["?period=last-30-days", "?from=2026-11-02&to=2026-11-01"])
def test_the_page_has_no_known_barriers(
    live_server: LiveServer,
    open_context: Callable[..., BrowserContext],
    cookie: dict[str, str],
    scheme: str,
    query: str,
) -> None:
    # axe is put into the page by the test, which the policy would refuse.
    context = open_context(color_scheme=scheme, bypass_csp=True)
    context.add_cookies([cookie])  # type: ignore[list-item]
    page = context.new_page()
    page.goto(live_server.url + NUMBERS + query, wait_until="networkidle")
    for figures in page.locator("summary").all():
        figures.click()
    violations = Axe().run(page).response["violations"]
    assert [(each["id"], [node["html"][:200] for node in each["nodes"]][:4]) for each in violations] == []


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["wide", "narrow"])
def test_nothing_is_refused_and_nothing_sticks_out(
    live_server: LiveServer,
    open_context: Callable[..., BrowserContext],
    complaints: list[str],
    cookie: dict[str, str],
    viewport: dict[str, int],
) -> None:
    context = open_context(viewport=viewport)
    context.add_cookies([cookie])  # type: ignore[list-item]
    page = context.new_page()
    page.goto(live_server.url + NUMBERS, wait_until="networkidle")
    for figures in page.locator("summary").all():
        figures.click()
    assert not page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    # No word of a picture is cut off at its edge.
    cut = page.evaluate(
        """[...document.querySelectorAll('svg.chart text')].filter(text => {
          const word = text.getBoundingClientRect(), picture = text.ownerSVGElement.getBoundingClientRect();
          return word.left < picture.left - 1 || word.right > picture.right + 1 || word.bottom > picture.bottom + 1;
        }).map(text => text.textContent)"""
    )
    assert cut == []
    assert complaints == []


def test_a_period_and_its_file_by_keyboard_without_scripts(
    live_server: LiveServer,
    open_context: Callable[..., BrowserContext],
    complaints: list[str],
    cookie: dict[str, str],
) -> None:
    context = open_context(java_script_enabled=False)
    context.add_cookies([cookie])  # type: ignore[list-item]
    page = context.new_page()
    page.goto(f"{live_server.url}/admin/")
    page.get_by_role("link", name="Numbers", exact=True).click()
    expect(page.get_by_role("link", name="Last 30 days")).to_have_attribute("aria-current", "true")
    page.locator("#id_from").fill((clock.today() - timedelta(days=9)).isoformat())
    page.locator("#id_to").fill(clock.today().isoformat())
    page.locator("#id_to").press("Enter")
    picture = page.get_by_role("img", name="Utilization by therapist")
    expect(picture).to_be_visible()
    table = page.get_by_role("table", name="Utilization by therapist")
    expect(table).to_be_hidden()
    page.get_by_text("Figures of Utilization by therapist").press("Enter")
    expect(table).to_be_visible()
    expect(table.get_by_role("row", name="Ana Demo")).to_contain_text("70")  # ten days of seven hours
    with page.expect_download() as download:
        page.get_by_role("link", name="Download all as XLSX").press("Enter")
    assert download.value.suggested_filename.endswith(f"-to-{clock.today()}.xlsx")
    assert complaints == []


def test_on_paper_the_figures_are_there(
    live_server: LiveServer, open_context: Callable[..., BrowserContext], cookie: dict[str, str]
) -> None:
    context = open_context()
    context.add_cookies([cookie])  # type: ignore[list-item]
    page = context.new_page()
    page.goto(live_server.url + NUMBERS)
    tab_to(page, "Last 30 days")
    page.emulate_media(media="print")
    expect(page.get_by_role("link", name="Last 30 days")).to_be_hidden()
    expect(page.get_by_role("img", name="Lead time: visits by days ahead")).to_be_visible()
    hidden = page.evaluate(
        """[...document.querySelectorAll('.numbers-table')]
        .filter(table => table.getBoundingClientRect().height < 20).length"""
    )
    assert hidden == 0
