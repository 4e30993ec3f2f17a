"""A first visit without JavaScript: the question, the safety check, the booking, and comfort preferences."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from booking.models import Appointment, ComfortPreferences
from services.models import ServiceOption
from tests.browser.conftest import PHONE
from tests.factories.booking import make_weekly_hours
from tests.factories.services import make_option, make_therapist

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def clinic() -> ServiceOption:
    """One option for everybody and one for returning patients, with a therapist who is there every day."""
    option = make_option()
    returning = make_option(name="Short", clientele=ServiceOption.Clientele.RETURNING)
    make_weekly_hours(therapist=make_therapist(options=[option, returning]), weekdays=range(7))
    return option


def answer(page: Page, words: str) -> None:
    page.get_by_label(words).check()
    page.get_by_role("button", name="Continue").click()


def test_a_first_visit_without_scripts(
    clinic: ServiceOption,
    live_server: LiveServer,
    open_context: Callable[..., BrowserContext],
    complaints: list[str],
) -> None:
    page = open_context(viewport=PHONE, java_script_enabled=False).new_page()
    page.goto(f"{live_server.url}/book/")
    page.get_by_role("link", name="Yes, my first").click()
    expect(page.get_by_role("link", name="Choose a time")).to_have_count(1)
    page.get_by_role("link", name="Choose a time").click()
    page.locator("details.day").nth(1).locator("a.time").first.click()

    expect(page.get_by_role("heading", name="Before your first visit")).to_be_visible()
    answer(page, "One or more of the emergency signs")
    expect(page.get_by_role("heading", name="Stop. Call 911 now")).to_be_visible()
    expect(page.get_by_role("link", name="Call 911")).to_have_attribute("href", "tel:911")
    page.get_by_role("link", name="Read the lists again").click()
    answer(page, "One or more of the other signs")
    expect(page.get_by_role("heading", name="Please call us before you book")).to_be_visible()
    page.get_by_role("link", name="Read the lists again").click()
    answer(page, "None of these")

    page.get_by_label("Your full name").fill("Sam Sample")
    page.get_by_label("Your email address").fill("sam@example.com")
    page.get_by_label("Your phone number").fill("212 555 0100")
    expect(page.get_by_label("This is my first visit to the clinic")).to_have_count(0)
    page.get_by_label("The clinic may keep these details").check()
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Send my request").click()
    expect(page.get_by_role("heading", name="We have your request")).to_be_visible()
    appointment = Appointment.objects.get()
    assert (appointment.first_visit, appointment.safety_outcome) == (True, "clear")

    page.get_by_role("link", name="Tell us what makes you comfortable").click()
    page.get_by_label("Light").check()
    page.get_by_label("I would like a quiet visit").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("Saved")
    told = ComfortPreferences.objects.get()
    assert (told.appointment, told.pressure, told.quiet) == (appointment, "light", True)
    assert complaints == []


def test_who_ticks_first_visit_reads_the_lists_with_the_answers(
    clinic: ServiceOption, live_server: LiveServer, phone: Page
) -> None:
    phone.goto(f"{live_server.url}/book/{clinic.slug}/")
    phone.locator("details.day").nth(1).locator("a.time").first.click()
    phone.get_by_label("Your full name").fill("Sam Sample")
    phone.get_by_label("Your email address").fill("sam@example.com")
    phone.get_by_label("Your phone number").fill("212 555 0100")
    answer_first = phone.get_by_label("This is my first visit to the clinic")
    answer_first.check()
    phone.get_by_label("The clinic may keep these details").check()
    phone.get_by_role("button", name="Continue").click()
    phone.get_by_role("button", name="None of these is true. Send my request").click()
    expect(phone.get_by_role("heading", name="We have your request")).to_be_visible()
    assert Appointment.objects.get().safety_outcome == "clear"
