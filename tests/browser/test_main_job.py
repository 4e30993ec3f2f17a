"""The main job, from the home page to the confirmed appointment, as patient and as front desk, in a real browser."""

import re
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import icalendar
import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from booking import desk_group
from booking.models import Appointment, Notification
from flexclinic.lib import clock
from services.models import ServiceOption
from tests.browser.conftest import PHONE, tab_to
from tests.factories.booking import make_appointment, make_weekly_hours
from tests.factories.services import make_option, make_service, make_therapist
from tests.mailserver import MailServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PROJECT = Path(__file__).resolve().parents[2]
PASSWORD = "correct horse battery staple"


@pytest.fixture
def clinic() -> ServiceOption:
    """One therapist who is there every day, one option that the desk confirms."""
    option = make_option(service=make_service(title="Neuromuscular massage", slug="neuromuscular-massage"))
    make_weekly_hours(therapist=make_therapist(name="Ana Demo", options=[option]), weekdays=range(7))
    desk_group.ensure()
    user = User.objects.create_user("frontdesk", password=PASSWORD, is_staff=True)
    user.groups.add(Group.objects.get(name="Front desk"))
    return option


def run_worker(mail: MailServer, site_url: str) -> None:
    """Run the worker's own command on the test database until nothing is left to do."""
    database = connection.settings_dict
    environment = {
        "PATH": str(Path(sys.executable).parent),
        "FLEXCLINIC_DEMO": "1",
        "SECRET_KEY": "x" * 50,
        "DATABASE_URL": f"postgres://{database['USER']}:{database['PASSWORD']}@{_quoted(database['HOST'])}"
        f":{database['PORT'] or ''}/{database['NAME']}",
        "EMAIL_URL": f"smtp://127.0.0.1:{mail.port}",
        "SITE_URL": site_url,
    }
    command = [sys.executable, "manage.py", "procrastinate", "worker", "--one-shot"]
    subprocess.run(command, cwd=PROJECT, env=environment, check=True, timeout=60)


def _quoted(host: str) -> str:
    return host.replace("/", "%2F").replace(" ", "%20")


def part(message: EmailMessage, kind: str) -> str:
    """The text of a message's first part of that type."""
    [found] = [one for one in message.walk() if one.get_content_type() == kind][:1]
    content = found.get_content()
    return content if isinstance(content, str) else content.decode()


def event_of(message: EmailMessage) -> Any:
    """The one event of a message's calendar file."""
    [event] = icalendar.Calendar.from_ical(part(message, "text/calendar")).walk("VEVENT")
    return event


def book(page: Page, site_url: str) -> str:
    """Book from the home page on, as a person does, and give the reference."""
    page.goto(site_url)
    page.get_by_role("link", name=re.compile("^Book")).first.click()
    page.get_by_role("link", name=re.compile("^Choose a time")).first.click()
    expect(page.get_by_role("heading", name="Choose a time")).to_be_visible()
    # Of the second day: the first may be about to pass out of the notice.
    page.locator("details.day").nth(1).locator("a.time").first.click()
    page.get_by_label("Your full name").fill("Sam Sample")
    page.get_by_label("Your email address").fill("sam@example.com")
    page.get_by_label("Your phone number").fill("212 555 0100")
    page.get_by_label("This is my first visit to the clinic").check()
    page.get_by_label("The clinic may keep these details").check()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="Check your answers")).to_be_visible()
    page.get_by_role("button", name="Send my request").click()
    expect(page.get_by_role("heading", name="We have your request")).to_be_visible()
    return page.locator(".confirmation__reference").inner_text().strip()


def confirm(page: Page, site_url: str, reference: str) -> None:
    """Sign in as the front desk and confirm the request."""
    page.goto(f"{site_url}/admin/")
    page.get_by_label("Username").fill("frontdesk")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.goto(f"{site_url}/admin/booking/appointment/")
    page.locator("#result_list tbody a").filter(has_text=re.compile("am|pm|noon")).first.click()
    expect(page.get_by_text(reference).first).to_be_visible()
    page.get_by_role("button", name=re.compile("^Confirm")).click()
    expect(page.locator(".messagelist")).to_contain_text("confirmed")


def let_the_minutes_pass() -> None:
    """Have it be later for what waits until it cannot be undone any more."""
    Notification.objects.filter(not_before__isnull=False).update(not_before=clock.now())
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = now() WHERE status = 'todo'")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_from_the_home_page_to_the_confirmed_appointment(
    clinic: ServiceOption,
    live_server: LiveServer,
    open_context: Callable[..., BrowserContext],
    complaints: list[str],
    scripts: bool,
) -> None:
    with MailServer() as mail:
        phone = open_context(viewport=PHONE, java_script_enabled=scripts).new_page()
        reference = book(phone, live_server.url)
        appointment = Appointment.objects.get(reference=reference)

        run_worker(mail, live_server.url)
        [received] = mail.wait_for(1)
        assert received["To"] == "sam@example.com"
        assert reference in part(received, "text/plain")
        assert reference in part(received, "text/html")
        asked = event_of(received)
        assert (asked.start, asked["STATUS"]) == (appointment.starts_at, "TENTATIVE")

        confirm(open_context(java_script_enabled=scripts).new_page(), live_server.url, reference)
        run_worker(mail, live_server.url)
        assert len(mail.messages) == 1  # the desk may still undo it
        let_the_minutes_pass()
        run_worker(mail, live_server.url)
        confirmed = mail.wait_for(2)[1]
        agreed = event_of(confirmed)
        assert (agreed["UID"], agreed["STATUS"]) == (asked["UID"], "CONFIRMED")
        assert agreed["SEQUENCE"] > asked["SEQUENCE"]
        assert agreed.end - agreed.start == timedelta(minutes=60)

        [link] = set(re.findall(rf"{live_server.url}/appointment/[\w-]+/", part(confirmed, "text/plain")))
        phone.goto(link)
        expect(phone.get_by_role("heading", name="Your appointment is booked")).to_be_visible()
        with phone.expect_download() as downloading:
            phone.get_by_role("link", name="Add it to your calendar").click()
        [kept] = icalendar.Calendar.from_ical(Path(downloading.value.path()).read_bytes()).walk("VEVENT")
        assert kept["UID"] == agreed["UID"]
    assert complaints == []


def test_a_booking_by_keyboard_alone(
    clinic: ServiceOption, live_server: LiveServer, open_context: Callable[..., BrowserContext]
) -> None:
    page = open_context().new_page()

    page.goto(f"{live_server.url}/book/")
    tab_to(page, "Choose a time")
    page.keyboard.press("Enter")
    page.wait_for_url("**/book/*/")
    day = (clock.now() + timedelta(days=1)).astimezone(clock.clinic_zone())
    tab_to(page, f"{day:%A} {day.day} {day:%B}")  # the day, then its first time
    tab_to(page, "at 9am")
    page.keyboard.press("Enter")
    page.wait_for_url("**T09:00/")
    for field, words in (
        ("id_name", "Sam Sample"),
        ("id_email", "sam@example.com"),
        ("id_phone", "2125550100"),
    ):
        tab_to(page, field)
        page.keyboard.type(words)
    tab_to(page, "id_consent")
    page.keyboard.press("Space")
    tab_to(page, "Continue")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Check your answers")).to_be_visible()
    tab_to(page, "Send my request")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="We have your request")).to_be_visible()
    assert Appointment.objects.get().name == "Sam Sample"


def test_a_time_that_goes_while_somebody_types_keeps_what_was_typed(
    clinic: ServiceOption, live_server: LiveServer, phone: Page
) -> None:
    day = (clock.now() + timedelta(days=2)).astimezone(clock.clinic_zone()).date()
    phone.goto(f"{live_server.url}/book/{clinic.slug}/anyone/{day}T10:00/")
    phone.get_by_label("Your full name").fill("Sam Sample")
    phone.get_by_label("Your email address").fill("sam@example.com")
    phone.get_by_label("Your phone number").fill("212 555 0100")
    phone.get_by_label("The clinic may keep these details").check()
    start = datetime(day.year, day.month, day.day, 10, tzinfo=clock.clinic_zone())
    make_appointment(option=clinic, therapist=clinic.therapists.get(), start=start)
    phone.get_by_role("button", name="Continue").click()
    expect(phone.get_by_text("That time has just gone.")).to_be_visible()
    phone.locator("button.time").first.click()
    expect(phone.get_by_role("heading", name="Check your answers")).to_be_visible()
    expect(phone.get_by_text("sam@example.com")).to_be_visible()
    phone.get_by_role("button", name="Send my request").click()
    expect(phone.get_by_role("heading", name="We have your request")).to_be_visible()
    assert Appointment.objects.filter(name="Sam Sample").count() == 1
