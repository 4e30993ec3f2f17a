"""Setting up in a real browser: a week drawn with mouse, keyboard, and without scripts; a month; the first steps.

With FLEXCLINIC_PICTURES=<folder> it leaves pictures there to look at.
"""

import os
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from booking import delivery
from booking.enums import NotificationStatus
from booking.models import Appointment, Notification, OverrideHours, WeeklyHours
from flexclinic.lib import clock
from services.models import Therapist
from tests.browser.conftest import DESK, PHONE, tab_to
from tests.factories.booking import make_appointment, make_weekly_hours
from tests.factories.services import make_option, make_therapist

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Open = Callable[..., Page]


@pytest.fixture
def ana() -> Therapist:
    """Works from 9 to 12 every day, and gives one option."""
    ana = make_therapist(name="Ana Rivera", slug="ana", options=[make_option(booking="instant")])
    make_weekly_hours(therapist=ana, weekdays=range(7), stretches=[("09:00", "12:00")])
    return ana


@pytest.fixture
def open_page(live_server: LiveServer, open_context: Callable[..., BrowserContext]) -> Open:
    """Open an address as somebody who may do everything."""
    user = User.objects.create_superuser("manager", email="me@clinic.test")
    client = Client()
    client.force_login(user)

    def open_one(address: str, **options: object) -> Page:
        context = open_context(**options)
        context.add_cookies(
            [{"name": "session", "value": client.cookies["session"].value, "url": live_server.url}]
        )
        page = context.new_page()
        page.goto(live_server.url + address, wait_until="networkidle")
        return page

    return open_one


def week(therapist: Therapist) -> str:
    return f"/admin/booking/weeklyhours/week/{therapist.pk}/"


def month(therapist: Therapist) -> str:
    day = clock.today() + timedelta(days=32)
    return f"/admin/booking/overridehours/month/{therapist.pk}/?month={day:%Y-%m}"


def hours(therapist: Therapist, weekday: int) -> list[tuple[int, int]]:
    rows = WeeklyHours.objects.filter(therapist=therapist, weekday=weekday)
    return list(rows.order_by("start").values_list("start", "end"))


def keep(page: Page, name: str) -> None:
    """Leave a picture where somebody asked for pictures."""
    if folder := os.environ.get("FLEXCLINIC_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def test_a_week_is_drawn_with_the_mouse(open_page: Open, ana: Therapist, complaints: list[str]) -> None:
    page = open_page(week(ana))
    page.get_by_role("gridcell", name="Monday, 1pm, no hours").hover()
    page.mouse.down()
    page.get_by_role("gridcell", name="Wednesday, 4:30pm, no hours").hover()
    page.mouse.up()
    expect(page.get_by_label("Tuesday, second, until")).to_have_value("17:00")
    # Taken out of the middle, a stretch becomes two.
    page.get_by_role("gridcell", name="Monday, 10am, hours").click()
    expect(page.get_by_label("Monday, second, from")).to_have_value("10:30")
    keep(page, "week-drawn")
    page.get_by_role("button", name="Save the week").click()
    expect(page.locator(".messagelist")).to_contain_text("were saved")
    assert hours(ana, 0) == [(540, 600), (630, 720), (780, 1020)]
    assert hours(ana, 2) == [(540, 720), (780, 1020)]
    assert hours(ana, 3) == [(540, 720)]
    assert complaints == []


def test_a_week_is_drawn_by_keyboard(open_page: Open, ana: Therapist, complaints: list[str]) -> None:
    page = open_page(week(ana))
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.classList.contains('week-cell')"):
            break
    expect(page.get_by_role("gridcell", name="Monday, 9am, hours")).to_be_focused()
    for key in ("ArrowDown",) * 8 + ("ArrowRight",):
        page.keyboard.press(key)
    expect(page.get_by_role("gridcell", name="Tuesday, 1pm, no hours")).to_be_focused()
    for _ in range(3):
        page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Space")
    expect(page.locator("[data-week-grid] [role=status]")).to_contain_text(
        "Tuesday, Wednesday, 1pm to 3pm: hours. Not saved yet."
    )
    page.get_by_label("Sunday, first, until").press("Enter")
    expect(page.locator(".messagelist")).to_contain_text("were saved")
    assert hours(ana, 1) == hours(ana, 2) == [(540, 720), (780, 900)]
    assert complaints == []


def test_more_stretches_than_boxes_and_hours_between_two_cells(open_page: Open, ana: Therapist) -> None:
    WeeklyHours.objects.filter(therapist=ana, weekday=0).update(start=550)
    page = open_page(week(ana))
    for time in ("2pm", "4pm", "6pm"):
        page.get_by_role("gridcell", name=f"Monday, {time}, no hours").click()
    page.get_by_role("button", name="Save the week").click()
    expect(page.locator(".messagelist")).to_contain_text("were saved")
    assert hours(ana, 0) == [(550, 720), (840, 870), (960, 990), (1080, 1110)]


def test_a_box_that_is_no_time_is_never_painted_over(open_page: Open, ana: Therapist) -> None:
    page = open_page(week(ana))
    page.get_by_label("Monday, first, until").fill("noonish")
    page.get_by_role("gridcell", name="Monday, 2pm, no hours").click()
    expect(page.locator("[data-week-grid] [role=status]")).to_contain_text(
        "Look at the boxes of Monday first."
    )
    expect(page.get_by_label("Monday, first, until")).to_have_value("noonish")


def test_a_week_that_leaves_a_visit_outside_asks_first_without_scripts(
    open_page: Open, ana: Therapist, complaints: list[str]
) -> None:
    visit = make_appointment(therapist=ana, option=ana.options.get(), status="confirmed")
    weekday = visit.starts_at.astimezone(clock.clinic_zone()).weekday()
    page = open_page(week(ana), java_script_enabled=False)
    expect(page.get_by_role("grid")).to_have_count(0)
    name = WeeklyHours.Weekday(weekday).label
    page.get_by_label(f"{name}, first, from").fill("11")
    page.get_by_role("button", name="Save the week").click()
    expect(page.get_by_role("alert")).to_contain_text("1 visit will lie outside the hours")
    keep(page, "week-asks")
    page.get_by_label("Yes, save it anyway").check()
    page.get_by_role("alert").get_by_role("button", name="Save").click()
    expect(page.locator(".messagelist")).to_contain_text("were saved")
    assert hours(ana, weekday) == [(660, 720)]
    assert complaints == []


def test_days_of_a_month_by_keyboard_without_scripts(
    open_page: Open, ana: Therapist, complaints: list[str]
) -> None:
    page = open_page(month(ana), java_script_enabled=False)
    boxes = page.get_by_role("checkbox")
    for number in (3, 4):
        boxes.nth(number).focus()
        page.keyboard.press("Space")
    page.get_by_label("First stretch, from").fill("2pm")
    page.get_by_label("First stretch, until").fill("6pm")
    page.get_by_label("First stretch, until").press("Enter")  # the first button: these hours instead
    expect(page.locator(".messagelist")).to_contain_text("2 days of Ana Rivera saved.")
    expect(page.locator(".month-day", has_text="2pm to 6pm")).to_have_count(2)
    keep(page, "month")
    assert list(OverrideHours.objects.values_list("start", "end")) == [(840, 1080)] * 2
    boxes.nth(3).check()
    page.get_by_role("button", name="Back to the usual hours").press("Enter")
    expect(page.locator(".month-day", has_text="2pm to 6pm")).to_have_count(1)
    assert complaints == []


@pytest.fixture
def worker() -> Iterator[None]:
    """Somebody who delivers messages as soon as they are written, as the worker does."""
    over = threading.Event()

    def deliver() -> None:
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")
        while not over.wait(0.1):
            for message in Notification.objects.filter(status=NotificationStatus.WAITING):
                delivery.deliver(notification_id=message.pk)
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_workers")
        connection.close()

    thread = threading.Thread(target=deliver)
    thread.start()
    yield
    over.set()
    thread.join()


@pytest.mark.usefixtures("worker")
def test_the_first_steps_to_their_test_booking(
    open_page: Open, ana: Therapist, complaints: list[str]
) -> None:
    page = open_page("/admin/")
    tab_to(page, "All steps")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="We have read our messages").click()
    page.get_by_role("button", name="Make a test booking").press("Enter")
    expect(page.get_by_text("Everything works.")).to_be_visible()
    keep(page, "first-steps")
    assert Appointment.objects.get(name="Test booking (demo)").status == "cancelled"
    page.get_by_role("button", name="Hide the list on the first page").click()
    expect(page.get_by_role("heading", name="Setting up")).to_have_count(0)
    assert complaints == []


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["wide", "narrow"])
def test_the_pages_fit(
    open_page: Open, ana: Therapist, complaints: list[str], viewport: dict[str, int]
) -> None:
    for address in (week(ana), month(ana), "/admin/first-steps/", "/admin/"):
        page = open_page(address, viewport=viewport)
        keep(
            page,
            f"fit-{address.split('/')[-3 if 'week' in address or 'month' in address else -2]}-{viewport['width']}",
        )
        assert not page.evaluate(
            "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        ), address
    assert complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_they_have_no_known_barriers(open_page: Open, ana: Therapist, scheme: str) -> None:
    found = {}
    # axe is put into the page by the test, which the policy would refuse.
    for address in (week(ana), month(ana), "/admin/first-steps/", "/admin/"):
        page = open_page(address, color_scheme=scheme, bypass_csp=True)
        keep(
            page, f"axe-{scheme}-{address.split('/')[-3 if 'week' in address or 'month' in address else -2]}"
        )
        violations = Axe().run(page).response["violations"]
        if violations:
            found[address] = [
                (each["id"], [node["html"][:120] for node in each["nodes"]][:4]) for each in violations
            ]
    assert found == {}
