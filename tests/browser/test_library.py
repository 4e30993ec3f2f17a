"""From a condition to a free time on a phone without JavaScript, and what axe finds on the pages of the library."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, expect
from pytest_django.live_server_helper import LiveServer

from flexclinic.lib import clock
from services import demo
from services.models import Therapist
from tests.browser.conftest import DESK, PHONE
from tests.factories.booking import make_weekly_hours

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PATHS = ("/conditions/", "/conditions/sciatica/", "/muscles/", "/muscles/gastrocnemius/")


@pytest.fixture
def library() -> None:
    """The demo's pages, and somebody who gives the visits."""
    demo.seed(at=clock.now())
    for therapist in Therapist.objects.all():
        make_weekly_hours(therapist=therapist)


@pytest.mark.usefixtures("library")
def test_a_condition_leads_to_a_free_time_by_keyboard_alone(
    live_server: LiveServer, open_context: Callable[..., BrowserContext], complaints: list[str]
) -> None:
    page = open_context(viewport=PHONE, java_script_enabled=False).new_page()
    page.goto(f"{live_server.url}/conditions/")
    page.get_by_role("link", name="Heel pain").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Heel pain (plantar fasciitis)")
    page.get_by_role("link", name="Price and first free times").press("Enter")
    page.locator("#offer a.time").first.press("Enter")
    expect(page.get_by_label("Your full name")).to_be_visible()
    assert complaints == []


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_the_pages_have_no_faults_that_axe_finds(
    live_server: LiveServer,
    open_context: Callable[..., BrowserContext],
    scheme: str,
    viewport: dict[str, int],
) -> None:
    # axe is put in by the test, which the policy would refuse.
    page = open_context(viewport=viewport, color_scheme=scheme, bypass_csp=True).new_page()
    for path in PATHS:
        page.goto(f"{live_server.url}{path}")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        found = Axe().run(page)
        assert found.violations_count == 0, f"{path}: {found.generate_report()}"
