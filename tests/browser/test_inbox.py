"""The inbox, an ill therapist and the patient who chooses, in a real browser: by keyboard alone and without scripts."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from booking import lifecycle, links, proposals
from booking.enums import LinkPurpose
from booking.models import Appointment, Proposal
from services.models import ServiceOption, Therapist
from tests.browser.conftest import PHONE
from tests.browser.test_desk import at
from tests.browser.test_desk import cookie as cookie
from tests.factories.booking import make_weekly_hours
from tests.factories.services import make_option, make_therapist

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def option(transactional_db: None) -> ServiceOption:
    return make_option()


@pytest.fixture
def ana(option: ServiceOption) -> Therapist:
    """She and Ben give the same, on all days."""
    for name in ("Ana Demo", "Ben Demo"):
        made = make_therapist(name=name, options=[option])
        make_weekly_hours(therapist=made, weekdays=range(7))
    return Therapist.objects.get(title="Ana Demo")


def book(option: ServiceOption, therapist: Therapist, hour: int, name: str) -> Appointment:
    return lifecycle.book(
        option=option,
        therapist=therapist,
        room=None,
        start=at(3, hour),
        contact=lifecycle.Contact(name=name, email=f"{hour}@example.com", phone="212 555 0100"),
        user=None,
    )


def ask(option: ServiceOption, therapist: Therapist, hour: int, name: str) -> Appointment:
    made = book(option, therapist, hour, name)
    Appointment.objects.filter(pk=made.pk).update(status="requested")
    return Appointment.objects.select_related("option", "therapist").get(pk=made.pk)


@pytest.fixture
def desk(open_context: Callable[..., BrowserContext], cookie: dict[str, str]) -> Page:
    context = open_context()
    context.add_cookies([cookie])  # type: ignore[list-item]
    return context.new_page()


@pytest.fixture
def plain(open_context: Callable[..., BrowserContext], cookie: dict[str, str]) -> Page:
    """The desk on a machine without scripts."""
    context = open_context(java_script_enabled=False)
    context.add_cookies([cookie])  # type: ignore[list-item]
    return context.new_page()


def tab_to(page: Page, name: str) -> None:
    """Press Tab until what has this name has the focus."""
    for _ in range(80):
        page.keyboard.press("Tab")
        said = page.evaluate(
            "(one => [one.getAttribute('aria-label'), one.value, one.innerText].join(' '))(document.activeElement)"
        )
        if name in said:
            return
    raise AssertionError(f"no {name!r} is reached by Tab")


def test_requests_are_answered_by_keyboard_alone(
    live_server: LiveServer, desk: Page, option: ServiceOption, ana: Therapist, complaints: list[str]
) -> None:
    first, second = ask(option, ana, 9, "Nina Nine"), ask(option, ana, 13, "Owen One")
    desk.goto(f"{live_server.url}/admin/inbox/")
    desk.keyboard.press("j")
    desk.keyboard.press("j")
    assert desk.locator(":focus").get_attribute("id") == f"pick-{second.pk}"
    desk.keyboard.press("k")
    desk.keyboard.press("Space")
    expect(desk.locator(f"#pick-{first.pk}")).to_be_checked()
    tab_to(desk, "Confirm them")
    desk.keyboard.press("Enter")
    expect(desk.get_by_text("Nina Nine", exact=False).first).to_be_visible()
    expect(desk.locator(".messagelist")).to_contain_text("confirmed")
    assert Appointment.objects.get(pk=first.pk).status == "confirmed"
    assert Appointment.objects.get(pk=second.pk).status == "requested"
    assert complaints == []


def test_an_illness_without_scripts_and_a_patient_who_chooses(
    live_server: LiveServer,
    plain: Page,
    open_context: Callable[..., BrowserContext],
    option: ServiceOption,
    ana: Therapist,
    complaints: list[str],
) -> None:
    nine, one = book(option, ana, 9, "Nina Nine"), book(option, ana, 13, "Owen One")
    plain.goto(f"{live_server.url}/admin/board/?date={at(3, 0).date()}")
    plain.get_by_role("link", name="Ana Demo cannot come").click()
    expect(plain.get_by_label("Therapist")).to_have_value(str(ana.pk))
    plain.get_by_role("button", name="Close these hours and see the visits").click()
    expect(plain.get_by_label("Move: Same time, with Ben Demo").first).to_be_checked()
    plain.get_by_role("group", name="Owen One").get_by_label("Let them choose by link").check()
    plain.get_by_role("button", name="Do this").click()
    expect(plain.locator(".messagelist")).to_contain_text("2 visits were changed.")
    assert Appointment.objects.get(pk=nine.pk).therapist.title == "Ben Demo"
    expect(plain.get_by_role("button", name="Undo all 2")).to_be_visible()

    proposal = Proposal.objects.get(appointment=one)
    token = links.mint(appointment=one, purpose=LinkPurpose.PROPOSAL)
    patient = open_context(viewport=PHONE, java_script_enabled=False).new_page()
    patient.goto(f"{live_server.url}/choose/{token}/")
    expect(patient.get_by_role("heading", level=1)).to_have_text("We have to move your visit")
    wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not patient.evaluate(wide)
    tab_to(patient, f"{proposal.times.all()[0].start.timestamp():.0f}")
    patient.keyboard.press("Enter")
    expect(patient.get_by_role("heading", level=1)).to_contain_text("booked")
    plain.reload()
    expect(plain.get_by_text("They chose a time").first).to_be_visible()
    assert complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_of_proposed_times_has_no_known_barriers(
    live_server: LiveServer,
    open_context: Callable[..., BrowserContext],
    option: ServiceOption,
    ana: Therapist,
    scheme: str,
) -> None:
    asked = ask(option, ana, 9, "Nina Nine")
    times = proposals.near(asked).with_therapist[:3]
    made = proposals.propose(appointment=asked, times=times, user=None)
    token = links.mint(appointment=asked, purpose=LinkPurpose.PROPOSAL)
    page = open_context(color_scheme=scheme, bypass_csp=True).new_page()
    page.goto(f"{live_server.url}/choose/{token}/")
    assert Axe().run(page).response["violations"] == []
    proposals.turn_down(proposal=made)
    page.reload()
    assert Axe().run(page).response["violations"] == []
    assert not User.objects.exists()
