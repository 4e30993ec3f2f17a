"""The waiting list on a phone without JavaScript: join, get an offer, let it pass, take it."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from booking import lifecycle, links, offering, waitlist
from booking.enums import Actor, LinkPurpose
from booking.models import Appointment, ClinicPolicy, Offer
from flexclinic.lib import clock
from services.models import ServiceOption
from tests.browser.conftest import PHONE, tab_to
from tests.browser.test_main_job import part, run_worker
from tests.factories.booking import make_appointment, make_override_hours
from tests.factories.services import make_option, make_service, make_therapist
from tests.factories.waiting import make_place
from tests.mailserver import MailServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def full() -> Appointment:
    """Booked at once; its only time, at 10 in three days, is taken. No quiet hours: it may be night now."""
    ClinicPolicy.objects.create(offers_from=0, offers_until=24 * 60)
    option = make_option(
        booking=ServiceOption.Booking.INSTANT,
        service=make_service(title="Neuromuscular massage", slug="neuromuscular-massage"),
    )
    therapist = make_therapist(name="Ana Demo", options=[option])
    day = clock.today() + timedelta(days=3)
    make_override_hours(therapist=therapist, on=day, stretches=[("10:00", "11:00")])
    start = datetime(day.year, day.month, day.day, 10, tzinfo=clock.clinic_zone())
    return make_appointment(option=option, therapist=therapist, start=start, status="confirmed", email="")


def join(page: Page, site_url: str, option: ServiceOption, *, name: str, email: str) -> None:
    """From the page that has no times to the place on the list."""
    page.goto(f"{site_url}/book/{option.slug}/")
    expect(page.get_by_role("heading", name="There are no free times right now")).to_be_visible()
    page.get_by_role("link", name="Join the waiting list").click()
    page.get_by_label("Morning, before 12 noon").check()
    page.get_by_label("Your full name").fill(name)
    page.get_by_label("Your email address").fill(email)
    page.get_by_label("Your phone number").fill(f"212 555 01{len(name):02}")
    page.get_by_role("button", name="Join the waiting list").click()
    expect(page.get_by_text("Agree that we may keep these details").first).to_be_visible()
    page.get_by_label("The clinic may keep these details").check()
    page.get_by_role("button", name="Join the waiting list").click()
    expect(page.get_by_role("heading", name="You are on the waiting list")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def link_to_offer(mail: MailServer, site_url: str, address: str) -> str:
    """The page of the offer, from the newest message to that address."""
    [message] = [one for one in mail.messages if one["To"] == address and "has come up" in one["Subject"]]
    [link] = set(re.findall(rf"{site_url}/offer/[\w-]+/", part(message, "text/plain")))
    return str(link)


def test_join_be_offered_let_it_pass_and_take_it(
    full: Appointment,
    live_server: LiveServer,
    open_context: Callable[..., BrowserContext],
    complaints: list[str],
) -> None:
    page = open_context(viewport=PHONE, java_script_enabled=False).new_page()
    site = live_server.url
    with MailServer() as mail:
        join(page, site, full.option, name="Sam Sample", email="sam@example.com")
        join(page, site, full.option, name="Alex Example", email="alex@example.com")
        run_worker(mail, site)
        assert {one["Subject"] for one in mail.wait_for(2)} == {"You are on our waiting list"}

        # The time comes free, and the first one is asked.
        lifecycle.cancel(appointment=full, actor=Actor.PATIENT)
        run_worker(mail, site)
        offered = Offer.objects.get()
        first = link_to_offer(mail, site, "sam@example.com")
        page.goto(first)
        expect(page.get_by_role("heading", name="A time has come up")).to_be_visible()
        expect(page.get_by_text("Ana Demo")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        page.goto(f"{site}/book/{full.option.slug}/")
        expect(page.get_by_role("heading", name="There are no free times right now")).to_be_visible()

        # Nobody answers: it is passed on.
        Offer.objects.update(expires_at=clock.now())
        waitlist.expire(offer=offered)
        run_worker(mail, site)
        page.goto(first)
        expect(page.get_by_role("heading", name="This offer is over")).to_be_visible()
        expect(page.get_by_text("You are still on the waiting list")).to_be_visible()

        # The next one takes it with one press.
        page.goto(link_to_offer(mail, site, "alex@example.com"))
        page.get_by_role("button", name="Take this time").click()
        expect(page.get_by_role("heading", name="Your appointment is booked")).to_be_visible()
        run_worker(mail, site)
        assert mail.messages[-1]["To"] == "alex@example.com"
        assert "is confirmed" in mail.messages[-1]["Subject"]
    taken = Appointment.objects.get(status="confirmed")
    assert (taken.name, taken.starts_at) == ("Alex Example", full.starts_at)
    assert [one for one in complaints if "422" not in one] == []  # the form without the consent


def test_something_earlier_than_an_appointment(
    full: Appointment, live_server: LiveServer, open_context: Callable[..., BrowserContext]
) -> None:
    page = open_context(viewport=PHONE, java_script_enabled=False).new_page()
    site = live_server.url
    later = make_appointment(
        option=full.option,
        start=full.starts_at + timedelta(days=9),
        status="confirmed",
        email="sam@example.com",
    )

    with MailServer() as mail:
        page.goto(f"{site}/appointment/{links.mint(appointment=later)}/")
        page.get_by_role("link", name="Tell me if something earlier comes up").click()
        page.get_by_role("button", name="Join the waiting list").click()
        expect(page.get_by_text("You keep your appointment")).to_be_visible()
        lifecycle.cancel(appointment=full, actor=Actor.PATIENT)
        run_worker(mail, site)
        page.goto(link_to_offer(mail, site, "sam@example.com"))
        expect(page.get_by_text("In place of")).to_be_visible()
        page.get_by_role("button", name="Take this time").click()
        expect(page.get_by_role("heading", name="Your appointment is booked")).to_be_visible()
        run_worker(mail, site)
        methods = {
            one["Subject"].split(" on ")[0]: one.get_payload()[1].get_param("method")  # type: ignore[union-attr, index]
            for one in mail.messages[-2:]
        }
    later.refresh_from_db()
    assert later.status == "cancelled"
    assert sorted(map(str, methods.values())) == ["CANCEL", "REQUEST"]


def test_the_same_by_keyboard_alone(
    full: Appointment, live_server: LiveServer, open_context: Callable[..., BrowserContext]
) -> None:
    page = open_context(viewport=PHONE, java_script_enabled=False).new_page()
    site = live_server.url

    def press(words: str, heading: str) -> None:
        tab_to(page, words)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name=heading)).to_be_visible()

    page.goto(f"{site}/book/{full.option.slug}/")
    press("Join the waiting list", "Join the waiting list")
    for field, words in (
        ("id_name", "Sam Sample"),
        ("id_email", "sam@example.com"),
        ("id_phone", "2125550100"),
    ):
        tab_to(page, field)
        page.keyboard.type(words)
    tab_to(page, "id_consent")
    page.keyboard.press("Space")
    press("Join the waiting list", "You are on the waiting list")
    lifecycle.cancel(appointment=full, actor=Actor.PATIENT)
    [let_pass] = offering.offer_freed()
    page.goto(f"{site}/offer/{links.mint(appointment=let_pass.appointment, purpose=LinkPurpose.OFFER)}/")
    press("No, thank you", "You have let this time go")

    other = make_place(option=full.option)
    [offer] = offering.offer_freed()
    assert offer.place == other
    page.goto(f"{site}/offer/{links.mint(appointment=offer.appointment, purpose=LinkPurpose.OFFER)}/")
    press("Take this time", "Your appointment is booked")
    assert Appointment.objects.get(status="confirmed").starts_at == full.starts_at
