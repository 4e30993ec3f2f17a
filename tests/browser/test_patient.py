"""A patient's own appointment on a phone: booked, looked at, moved and cancelled, without scripts and by keyboard."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from booking import lifecycle, links
from booking.enums import Actor, AppointmentStatus
from booking.models import Appointment
from flexclinic.lib import clock
from services.models import ServiceOption, Therapist
from tests.browser.conftest import DESK, PHONE, tab_to
from tests.factories.booking import make_appointment, make_weekly_hours
from tests.factories.services import make_option, make_service, make_therapist

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def option() -> ServiceOption:
    """What the desk confirms, with a therapist who is there every day."""
    option = make_option(service=make_service(title="Neuromuscular massage", slug="neuromuscular-massage"))
    make_weekly_hours(therapist=make_therapist(name="Ana Demo", options=[option]), weekdays=range(7))
    return option


@pytest.fixture
def therapist(option: ServiceOption) -> Therapist:
    return option.therapists.get()


@pytest.fixture
def visit(option: ServiceOption, therapist: Therapist) -> Appointment:
    """Confirmed: in four days at 10."""
    return make_appointment(
        option=option, therapist=therapist, start=in_days(4, 10), status=AppointmentStatus.CONFIRMED
    )


def in_days(days: int, hour: int) -> datetime:
    day = (clock.now() + timedelta(days=days)).astimezone(clock.clinic_zone())
    return day.replace(hour=hour, minute=0, second=0, microsecond=0)


def fits(page: Page) -> bool:
    """Nothing has to be scrolled to the side."""
    width = page.locator("html").evaluate("root => [root.scrollWidth, root.clientWidth]")
    return bool(width[0] <= width[1])


def no_scripts(open_context: Callable[..., BrowserContext]) -> Page:
    return open_context(viewport=PHONE, java_script_enabled=False).new_page()


def test_book_look_move_and_cancel_without_scripts(
    option: ServiceOption,
    live_server: LiveServer,
    open_context: Callable[..., BrowserContext],
    complaints: list[str],
) -> None:
    page = no_scripts(open_context)
    day = in_days(4, 10)
    page.goto(f"{live_server.url}/book/{option.slug}/?from={day:%Y-%m-%d}")
    page.get_by_role("link", name=f"{day:%A} {day.day} {day:%B} at 10am").click()
    page.get_by_label("Your full name").fill("Sam Sample")
    page.get_by_label("Your email address").fill("sam@example.com")
    page.get_by_label("Your phone number").fill("212 555 0100")
    page.get_by_label("The clinic may keep these details").check()
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Send my request").click()
    expect(page.get_by_role("heading", name="We have your request")).to_be_visible()
    own = page.url
    until = day - timedelta(days=1)
    expect(page.get_by_text("You can move or cancel online until")).to_contain_text(
        f"until 10am on {until:%A} {until.day} {until:%B}."
    )
    assert fits(page)

    page.get_by_role("link", name="Move this appointment").click()
    expect(page.get_by_role("heading", name="Choose another time")).to_be_visible()
    assert fits(page)
    page.locator("details.day").nth(1).locator("a.time").last.click()
    expect(page.get_by_role("heading", name="Check your new time")).to_be_visible()
    assert fits(page)
    new = page.locator(".swap__side--new .swap__when").inner_text().split("\n")
    page.get_by_role("button", name="Move my request").click()
    expect(page.get_by_text("You moved it here from")).to_be_visible()
    assert page.url == own
    expect(page.locator(".summary-list")).to_contain_text(f"{new[0]}, {new[1]}")

    page.get_by_role("link", name="Cancel this appointment").click()
    expect(page.get_by_role("heading", name="Cancel this request?")).to_be_visible()
    assert fits(page)
    page.get_by_role("link", name="Keep my request").click()
    assert page.url == own
    page.get_by_role("link", name="Cancel this appointment").click()
    page.get_by_role("button", name="Cancel my request").click()
    expect(page.get_by_role("heading", name="Your appointment is cancelled")).to_be_visible()
    assert page.url == own
    page.get_by_role("link", name="Book another time").click()
    expect(page.get_by_role("heading", name="Choose a time")).to_be_visible()

    appointment = Appointment.objects.get()
    assert (appointment.status, appointment.version) == (AppointmentStatus.CANCELLED, 3)
    assert set(appointment.events.values_list("actor", flat=True)) == {Actor.PATIENT}
    assert complaints == []


def test_the_same_by_keyboard_alone(
    option: ServiceOption, live_server: LiveServer, open_context: Callable[..., BrowserContext]
) -> None:
    page = open_context(viewport=PHONE).new_page()

    def press(words: str, heading: str) -> None:
        tab_to(page, words)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name=heading)).to_be_visible()

    day = in_days(4, 10)
    page.goto(f"{live_server.url}/book/{option.slug}/?from={day:%Y-%m-%d}")
    press(f"{day:%A} {day.day} {day:%B} at 10am", "Your details")
    for field, words in (
        ("id_name", "Sam Sample"),
        ("id_email", "sam@example.com"),
        ("id_phone", "2125550100"),
    ):
        tab_to(page, field)
        page.keyboard.type(words)
    tab_to(page, "id_consent")
    page.keyboard.press("Space")
    press("Continue", "Check your answers")
    press("Send my request", "We have your request")
    press("Move this appointment", "Choose another time")
    tab_to(page, f"{day:%A} {day.day} {day:%B}")  # the day, which is still folded
    page.keyboard.press("Enter")
    press(f"{day:%A} {day.day} {day:%B} at 2pm", "Check your new time")
    press("Move my request", "We have your request")
    assert Appointment.objects.get().starts_at == day.replace(hour=14)
    press("Cancel this appointment", "Cancel this request?")
    press("Cancel my request", "Your appointment is cancelled")
    press("Book another time", "Choose a time")
    assert Appointment.objects.get().status == AppointmentStatus.CANCELLED


def test_a_page_that_was_open_too_long(
    visit: Appointment, live_server: LiveServer, open_context: Callable[..., BrowserContext]
) -> None:
    page = no_scripts(open_context)
    page.goto(f"{live_server.url}/appointment/{links.mint(appointment=visit)}/cancel/")
    lifecycle.move(appointment=visit, start=in_days(5, 14), actor=Actor.DESK)
    page.get_by_role("button", name="Cancel my appointment").click()
    expect(page.get_by_role("heading", name="This appointment has changed")).to_be_visible()
    expect(page.get_by_text("While this page was open, the appointment was moved")).to_be_visible()
    page.get_by_role("link", name="Cancel this appointment").click()
    page.get_by_role("button", name="Cancel my appointment").click()
    expect(page.get_by_role("heading", name="Your appointment is cancelled")).to_be_visible()


def test_a_lost_link(
    visit: Appointment, live_server: LiveServer, open_context: Callable[..., BrowserContext]
) -> None:
    page = no_scripts(open_context)
    page.goto(live_server.url)
    page.get_by_role("link", name="Change my booking").first.click()
    page.get_by_role("button", name="Send me a link").click()
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    assert fits(page)
    page.get_by_role("link", name="Enter your reference.").click()
    page.get_by_label("Your reference").fill(visit.reference.lower())
    page.get_by_label("Your email address or phone number").fill(visit.email)
    page.get_by_role("button", name="Send me a link").click()
    expect(page.get_by_text("If we know this booking, a message is on its way")).to_be_visible()


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_have_no_faults_that_axe_finds(
    visit: Appointment,
    therapist: Therapist,
    live_server: LiveServer,
    open_context: Callable[..., BrowserContext],
    viewport: dict[str, int],
    scheme: str,
) -> None:
    context = open_context(
        viewport=viewport, color_scheme=scheme, bypass_csp=True
    )  # axe is put in by the test
    page = context.new_page()
    own = f"{live_server.url}/appointment/{links.mint(appointment=visit)}/"
    new, gone = in_days(5, 14), in_days(5, 9)
    make_appointment(option=visit.option, therapist=therapist, start=gone)
    addresses = [
        own,
        f"{own}move/",
        f"{own}move/anyone/{new:%Y-%m-%dT%H:%M}/",
        f"{own}move/anyone/{gone:%Y-%m-%dT%H:%M}/",
        f"{own}cancel/",
        f"{live_server.url}/change-my-booking/",
        f"{live_server.url}/appointment/nothing/",
    ]
    for address in addresses:
        page.goto(address)
        assert fits(page)
        assert Axe().run(page).response["violations"] == [], address


def test_the_address_of_the_page_goes_nowhere(
    visit: Appointment, live_server: LiveServer, open_context: Callable[..., BrowserContext]
) -> None:
    """A form is sent from here with its origin, or it would be refused; no request names the page that it is from."""
    page = no_scripts(open_context)
    token = links.mint(appointment=visit)
    asked: list[tuple[str, str, str]] = []
    page.on(
        "request",
        lambda request: asked.append(
            (request.method, request.url, request.all_headers().get("referer", "none"))
        ),
    )
    page.route(re.compile(r"^https://"), lambda route: route.fulfill(body="a map"))
    page.goto(f"{live_server.url}/appointment/{token}/")
    page.get_by_role("link", name="Cancel this appointment").click()
    page.get_by_role("button", name="Cancel my appointment").click()
    expect(page.get_by_role("heading", name="Your appointment is cancelled")).to_be_visible()
    assert "POST" in {method for method, *_ in asked}
    assert all(
        address.startswith(live_server.url) for _, address, _ in asked
    )  # nothing is loaded from elsewhere
    page.get_by_role("link", name="See the map").click()
    expect(page.get_by_text("a map")).to_be_visible()
    assert {referrer for *_, referrer in asked} <= {"none", f"{live_server.url}/"}
    [elsewhere] = [each for each in asked if "openstreetmap" in each[1]]
    assert elsewhere[2] == "none"
