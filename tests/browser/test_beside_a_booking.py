"""What stands beside a booking, on a phone: the safety check, comfort, times that suit, the waiting list, an offer."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from booking import links
from booking.enums import AppointmentStatus, LinkPurpose
from booking.models import Appointment, ComfortPreferences, Offer
from flexclinic.lib import clock
from services.models import ServiceOption
from tests.browser.conftest import PHONE, tab_to
from tests.factories.booking import make_appointment, make_weekly_hours
from tests.factories.services import make_option, make_service, make_therapist
from tests.factories.waiting import make_place

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def option() -> ServiceOption:
    """What two therapists give, every day."""
    option = make_option(service=make_service(title="Neuromuscular massage", slug="neuromuscular-massage"))
    for name in ("Ana Demo", "Ben Demo"):
        make_weekly_hours(therapist=make_therapist(name=name, options=[option]), weekdays=range(7))
    return option


@pytest.fixture
def visit(option: ServiceOption) -> Appointment:
    """Confirmed: in four days at 10."""
    return made(option, days=4, hour=10, status=AppointmentStatus.CONFIRMED)


def made(option: ServiceOption, *, days: int, hour: int, status: AppointmentStatus) -> Appointment:
    day = clock.today() + timedelta(days=days)
    start = datetime(day.year, day.month, day.day, hour, tzinfo=clock.clinic_zone())
    return make_appointment(
        option=option, therapist=option.therapists.get(title="Ana Demo"), start=start, status=status
    )


def offered(visit: Appointment, *, minutes: int) -> str:
    """The token of an offer of something earlier, which ends in so many minutes."""
    earlier = made(visit.option, days=2, hour=13 if minutes > 0 else 16, status=AppointmentStatus.OFFERED)
    now = clock.now()
    Offer.objects.create(
        place=make_place(option=visit.option),
        appointment=earlier,
        offered_at=now - timedelta(hours=1),
        expires_at=now + timedelta(minutes=minutes),
    )
    return links.mint(appointment=earlier, purpose=LinkPurpose.OFFER)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_have_no_faults_that_axe_finds(
    scheme: str, visit: Appointment, live_server: LiveServer, open_context: Callable[..., BrowserContext]
) -> None:
    # axe is put in by the test, which the policy would refuse.
    page = open_context(viewport=PHONE, bypass_csp=True, color_scheme=scheme).new_page()
    option, own = visit.option, f"/appointment/{links.mint(appointment=visit)}/"
    day = clock.today() + timedelta(days=3)
    suiting = f"/book/{option.slug}/times-that-suit/"
    near = f"{day:%Y%m%d}-{day + timedelta(days=6):%Y%m%d}"
    place = make_place(option=option, weekdays=[1], parts=["morning"])

    def send(button: str) -> None:
        page.get_by_role("button", name=button).click()

    def ask(words: str) -> Callable[[], None]:
        def typed() -> None:
            page.get_by_label("In your own words").fill(words)
            send("Find times")

        return typed

    def call() -> None:
        page.get_by_label("One or more of the other signs").check()
        send("Continue")

    def stop() -> None:
        page.get_by_label("One or more of the emergency signs").check()
        send("Continue")

    safety = f"/book/{option.slug}/anyone/{day:%Y-%m-%d}T10:00/before/?visit=first"
    looks: list[tuple[str, Callable[[], None] | None]] = [
        (safety, None),
        (safety, lambda: send("Continue")),
        (safety, call),
        (safety, stop),
        (suiting, None),
        (suiting, ask("Mondays are not good, my back hurts")),
        (suiting, ask("not Fridays, or whatever Mondays")),
        (f"{suiting}?wish=mon.tue_0900-1700&wish=mon.tue.wed.thu.fri_0000-2400_{near}", None),
        (f"{suiting}?wish=mon_0300-0400", None),
        (f"{own}comfort/", None),
        (f"{own}comfort/", lambda: send("Save")),
        (f"/book/{option.slug}/waiting-list/", None),
        (f"/book/{option.slug}/waiting-list/", lambda: send("Join the waiting list")),
        (f"{own}earlier/", None),
        (f"/waiting/{links.mint_for_place(place=place)}/", None),
        (f"/offer/{offered(visit, minutes=60)}/", None),
        (f"/offer/{offered(visit, minutes=-1)}/", None),
    ]
    for address, act in looks:
        page.goto(live_server.url + address)
        if act:
            act()
        violations = Axe().run(page).response["violations"]
        assert violations == [], (address, page.title())
        widths = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        assert widths[0] <= widths[1], (address, page.title())


def test_by_keyboard_alone_and_without_scripts(
    visit: Appointment,
    live_server: LiveServer,
    open_context: Callable[..., BrowserContext],
    complaints: list[str],
) -> None:
    page = open_context(viewport=PHONE, java_script_enabled=False).new_page()
    option, own = visit.option, f"/appointment/{links.mint(appointment=visit)}/"

    page.goto(f"{live_server.url}/book/{option.slug}/")
    press(page, "Tell us which", "Which times suit you?")
    tab_to(page, "id_words")
    page.keyboard.type("not Fridays, whatever")
    press(page, "Find times", "There is a problem")
    expect(page.get_by_role("alert")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="We did not understand “whatever”")).to_be_focused()
    page.keyboard.press("Enter")  # leads into the box
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_label("In your own words")).to_have_value("not Fridays, whatever")
    page.goto(f"{live_server.url}/book/{option.slug}/times-that-suit/")
    tab_to(page, "id_words")
    page.keyboard.type("any day except Fridays after 1")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Times that suit you")).to_be_visible()
    expect(page.get_by_text("Fridays before 1pm")).to_be_visible()

    page.goto(f"{live_server.url}{own}")
    press(page, "Tell us what makes you comfortable", "What makes you comfortable")
    tab_to(page, "id_pressure")
    page.keyboard.press("ArrowDown")
    tab_to(page, "id_avoid")
    page.keyboard.type("my feet")
    tab_to(page, "id_quiet")
    page.keyboard.press("Space")
    press(page, "Save", "Saved")
    told = ComfortPreferences.objects.get()
    assert (told.pressure, told.avoid, told.quiet) == ("light", "my feet", True)

    page.goto(f"{live_server.url}/offer/{offered(visit, minutes=60)}/")
    press(page, "Ask for this time", "We have your request")
    assert [one for one in complaints if "(Unprocessable Entity)" not in one] == []  # that is our own answer


def press(page: Page, words: str, heading: str) -> None:
    """Go to what has these words by Tab, press Enter, and see the heading that comes."""
    tab_to(page, words)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=heading, exact=True).first).to_be_visible()
