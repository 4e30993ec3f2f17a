"""The desk's pages in a real browser: nothing refused by the policy, wide and narrow, and usable without scripts."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import Group, User
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.test import Client
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from booking import absences, desk_group, lifecycle
from booking.enums import Actor
from booking.models import Appointment, Patient, WeeklyHours
from flexclinic.lib import clock
from tests.browser.conftest import DESK, PHONE
from tests.factories.booking import (
    make_appointment,
    make_closure,
    make_notification,
    make_override_hours,
    make_time_off,
    make_weekly_hours,
)
from tests.factories.services import make_option, make_room, make_therapist

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def at(days: int, hour: int, minute: int = 0) -> datetime:
    """So many days from today on, at that time on the clinic's wall."""
    day = clock.today() + timedelta(days=days)
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=clock.clinic_zone())


@pytest.fixture
def cookie(live_server: LiveServer) -> dict[str, str]:
    """The session of somebody at the desk who may also look after the services."""
    desk_group.ensure()
    user = User.objects.create_superuser("frontdesk")
    user.groups.add(Group.objects.get(name=desk_group.NAME))
    client = Client()
    client.force_login(user)
    return {"name": "session", "value": client.cookies["session"].value, "url": live_server.url}


@pytest.fixture
def request_waiting() -> Appointment:
    """A clinic at work: a request for the day after tomorrow at 10, and something on each of the desk's lists."""
    room = make_room(name="Harbor room")
    option = make_option(rooms=[room], buffer_before=0)
    ana = make_therapist(name="Ana Demo", options=[option])
    make_weekly_hours(therapist=ana, weekdays=range(7))
    make_override_hours(therapist=ana, on=clock.today())
    make_time_off(therapist=ana, start=at(20, 9), end=at(21, 9))
    make_closure(start=at(30, 0), end=at(31, 0))
    Patient.objects.create(name="Pat Known")
    here = make_appointment(
        name="Here Today", option=option, therapist=ana, start=at(0, 9), status="confirmed"
    )
    make_notification(
        appointment=here, status="failed", last_error="The mail server does not take the address (550)."
    )
    return make_appointment(
        name="Pat Asking",
        option=option,
        therapist=ana,
        room=room,
        start=at(2, 10),
        first_visit=True,
        email="",
    )


def pages(asked: Appointment) -> list[str]:
    """Every page of the desk's, the forms with something in them."""
    therapist = asked.therapist_id
    return [
        "/admin/",
        "/admin/booking/appointment/",
        "/admin/booking/appointment/?show=all",
        "/admin/booking/appointment/add/",
        "/admin/booking/appointment/series/",
        f"/admin/booking/appointment/{asked.pk}/change/",
        f"/admin/booking/appointment/{asked.pk}/move/",
        f"/admin/booking/appointment/{asked.pk}/next/",
        "/admin/booking/weeklyhours/",
        "/admin/booking/weeklyhours/add/",
        f"/admin/booking/weeklyhours/week/{therapist}/",
        "/admin/booking/overridehours/",
        "/admin/booking/overridehours/add/",
        "/admin/booking/timeoff/",
        "/admin/booking/timeoff/add/",
        "/admin/booking/closure/",
        "/admin/booking/closure/add/",
        "/admin/booking/closure/holidays/",
        "/admin/booking/clinicpolicy/",
        "/admin/booking/patient/",
        "/admin/booking/patient/add/",
        "/admin/booking/notification/",
        "/admin/booking/waitingplace/",
        "/admin/booking/waitingplace/add/",
        f"/admin/booking/waitingplace/add/?appointment={asked.pk}",
        "/admin/services/service/",
        f"/admin/services/service/{asked.option.service_id}/change/",
        "/admin/services/serviceoption/",
        f"/admin/services/serviceoption/{asked.option_id}/change/",
        "/admin/services/therapist/",
        f"/admin/services/therapist/{therapist}/change/",
        "/admin/services/room/",
        f"/admin/services/room/{asked.room_id}/change/",
        "/admin/inbox/",
        f"/admin/inbox/{asked.pk}/propose/",
        "/admin/ill/",
    ]


@pytest.mark.parametrize(
    "viewport",
    [pytest.param(DESK, id="wide"), pytest.param(PHONE, id="narrow", marks=pytest.mark.long)],
)
def test_no_page_breaks_the_policy_or_the_screen(
    live_server: LiveServer,
    open_context: Callable[..., BrowserContext],
    complaints: list[str],
    cookie: dict[str, str],
    request_waiting: Appointment,
    viewport: dict[str, int],
) -> None:
    context = open_context(viewport=viewport)
    context.add_cookies([cookie])  # type: ignore[list-item]
    page = context.new_page()
    wide = []
    for address in pages(request_waiting):
        response = page.goto(live_server.url + address, wait_until="networkidle")
        assert response is not None
        assert response.status == 200, address
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            wide.append(address)
    assert complaints == []
    assert wide == []


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.long)])
def test_the_desks_own_pages_have_no_known_barriers(
    live_server: LiveServer,
    open_context: Callable[..., BrowserContext],
    cookie: dict[str, str],
    request_waiting: Appointment,
    scheme: str,
) -> None:
    # axe is put into the page by the test, which the policy would refuse.
    context = open_context(color_scheme=scheme, bypass_csp=True)
    context.add_cookies([cookie])  # type: ignore[list-item]
    page = context.new_page()
    user = User.objects.get(username="frontdesk")
    here = lifecycle.in_room(appointment=Appointment.objects.get(name="Here Today"), user=user)
    lifecycle.move(appointment=request_waiting, start=at(3, 10), actor=Actor.DESK, user=user)
    whole_day = DateTimeTZRange(at(3, 0), at(4, 0), "[)")
    absence = absences.note(therapist=request_waiting.therapist, period=whole_day, user=user)
    found = {}
    for address in (
        "/admin/",
        f"/admin/booking/appointment/{here.pk}/next/",
        "/admin/booking/appointment/",
        "/admin/booking/appointment/add/",
        f"/admin/booking/appointment/{request_waiting.pk}/change/",
        f"/admin/booking/appointment/{request_waiting.pk}/move/",
        f"/admin/booking/weeklyhours/week/{request_waiting.therapist_id}/",
        "/admin/booking/timeoff/add/",
        "/admin/booking/closure/holidays/",
        "/admin/booking/notification/",
        "/admin/booking/waitingplace/",
        "/admin/booking/waitingplace/add/",
        "/admin/phone/",
        f"/admin/booking/waitingplace/add/?appointment={request_waiting.pk}",
        "/admin/inbox/",
        f"/admin/inbox/{request_waiting.pk}/propose/",
        "/admin/ill/",
        f"/admin/ill/{absence.pk}/",
        "/admin/board/",
    ):
        page.goto(live_server.url + address, wait_until="networkidle")
        violations = Axe().run(page).response["violations"]
        if violations:
            found[address] = [
                (each["id"], [node["html"][:120] for node in each["nodes"]][:4]) for each in violations
            ]
    assert found == {}


@pytest.fixture
def plain(open_context: Callable[..., BrowserContext], cookie: dict[str, str]) -> Page:
    """The desk on a machine without scripts."""
    context = open_context(java_script_enabled=False)
    context.add_cookies([cookie])  # type: ignore[list-item]
    return context.new_page()


def test_a_booking_onto_a_taken_time_and_then_beside_it_without_scripts(
    live_server: LiveServer, plain: Page, complaints: list[str], request_waiting: Appointment
) -> None:
    plain.goto(f"{live_server.url}/admin/")
    plain.get_by_role("link", name="New appointment").click()
    plain.get_by_label("What").select_option(index=1)
    plain.get_by_label("Therapist").select_option("Ana Demo")
    plain.get_by_label("Date").fill(at(2, 10).date().isoformat())
    plain.get_by_label("Time", exact=True).fill("10:30am")
    plain.get_by_label("Name").fill("Jo Quill")
    plain.get_by_label("Note").fill("Calls back.")
    plain.get_by_label("Note").press("Tab")
    plain.get_by_label("Name").press("Enter")
    expect(plain.get_by_role("alert")).to_contain_text(request_waiting.reference)
    expect(plain.get_by_label("Note")).to_have_value("Calls back.")
    plain.get_by_role("button", name=re.compile("^Book .* 1pm with Ana Demo")).click()
    expect(plain.locator(".messagelist")).to_contain_text("Jo Quill is booked")
    assert Appointment.objects.get(name="Jo Quill").starts_at == at(2, 13)
    assert complaints == []


def test_a_request_is_declined_after_a_second_press_without_scripts(
    live_server: LiveServer, plain: Page, request_waiting: Appointment
) -> None:
    plain.goto(f"{live_server.url}/admin/booking/appointment/{request_waiting.pk}/change/")
    decline = plain.get_by_role("button", name="Decline: Pat Asking")
    expect(decline).to_be_hidden()
    plain.get_by_text("Decline…").click()
    decline.click()
    expect(plain.locator(".messagelist")).to_contain_text("was declined")
    request_waiting.refresh_from_db()
    assert request_waiting.status == "declined"


def test_a_row_asks_before_it_ends_an_appointment_without_scripts(
    live_server: LiveServer, plain: Page, request_waiting: Appointment
) -> None:
    plain.goto(f"{live_server.url}/admin/booking/appointment/")
    decline = plain.get_by_role("button", name=re.compile("^Decline: Pat Asking"))
    expect(decline).to_be_hidden()
    plain.get_by_text("Decline…").click()
    decline.click()
    expect(plain.locator(".messagelist")).to_contain_text("was declined")


def test_a_row_is_confirmed_where_it_stands_without_scripts(
    live_server: LiveServer, plain: Page, request_waiting: Appointment
) -> None:
    plain.goto(f"{live_server.url}/admin/booking/appointment/?q=pat+asking")
    plain.get_by_role("button", name=re.compile("^Confirm: Pat Asking")).click()
    expect(plain.locator(".messagelist")).to_contain_text("was confirmed")
    assert plain.url.endswith("/admin/booking/appointment/?q=pat+asking")
    request_waiting.refresh_from_db()
    assert request_waiting.status == "confirmed"


def test_a_week_is_set_up_without_scripts(
    live_server: LiveServer, plain: Page, request_waiting: Appointment
) -> None:
    therapist = make_therapist(name="Ben Demo")
    plain.goto(f"{live_server.url}/admin/booking/weeklyhours/week/{therapist.pk}/")
    plain.get_by_label("Monday, first, from").fill("9")
    plain.get_by_label("Monday, first, until").fill("5:30pm")
    plain.get_by_role("button", name="Copy Monday to Tuesday–Friday").click()
    expect(plain.get_by_role("status")).to_contain_text("Nothing is saved yet")
    plain.get_by_label("Friday, first, until").press("Enter")
    expect(plain.locator(".messagelist")).to_contain_text("were saved")
    assert list(WeeklyHours.objects.filter(therapist=therapist).values_list("weekday", "start", "end")) == [
        (day, 540, 1050) for day in range(5)
    ]


def by_mouse(page: Page, button: str) -> None:
    """Press a button."""
    page.get_by_role("button", name=re.compile(f"^{button}")).first.click()


def by_keyboard(page: Page, button: str) -> None:
    """The same with Tab and Enter. Its name is what a screen reader says."""
    for _ in range(150):
        page.keyboard.press("Tab")
        said = page.evaluate(
            "document.activeElement.getAttribute('aria-label') || document.activeElement.textContent"
        )
        if said.strip().startswith(button):
            page.keyboard.press("Enter")
            return
    raise AssertionError(f"Tab never came to {button!r}")


@pytest.mark.parametrize(
    ("press", "scripts"), [(by_mouse, False), (by_keyboard, True)], ids=["no scripts", "keyboard"]
)
def test_from_arrival_to_goodbye(
    live_server: LiveServer,
    open_context: Callable[..., BrowserContext],
    complaints: list[str],
    cookie: dict[str, str],
    request_waiting: Appointment,
    press: Callable[[Page, str], None],
    scripts: bool,
) -> None:
    here = Appointment.objects.get(name="Here Today")

    def status() -> str:
        here.refresh_from_db()
        return here.status

    context = open_context(java_script_enabled=scripts)
    context.add_cookies([cookie])  # type: ignore[list-item]
    page = context.new_page()
    page.goto(f"{live_server.url}/admin/")
    told = page.locator(".messagelist")
    press(page, "Arrived: Here Today")
    expect(told).to_contain_text("was marked as arrived")
    press(page, "In the room: Here Today")
    expect(told).to_contain_text("was marked as in the room")
    expect(page.locator(".desk-day-list")).to_contain_text("In the room for 0 min")
    press(page, "Undo: Here Today")
    expect(told).to_contain_text("was put back as it was")
    assert (status(), here.in_room_at) == ("arrived", None)
    press(page, "In the room: Here Today")
    expect(told).to_contain_text("was marked as in the room")
    press(page, "Done: Here Today")
    expect(page.get_by_role("heading", name="Next visit of Here Today?")).to_be_visible()
    assert status() == "completed"
    press(page, "Book ")
    expect(told).to_contain_text("Here Today is booked")
    expect(page.get_by_role("heading", name="Booked already")).to_be_visible()
    booked = Appointment.objects.exclude(pk=here.pk).get(name="Here Today")
    assert (booked.status, booked.therapist_id) == ("confirmed", here.therapist_id)
    press(page, "Undo: Here Today")
    expect(told).to_contain_text("was put back as it was")
    assert (status(), booked.status) == ("arrived", "confirmed")
    assert complaints == []


def test_a_cancellation_is_undone_where_it_was_made_without_scripts(
    live_server: LiveServer, plain: Page, request_waiting: Appointment
) -> None:
    plain.goto(f"{live_server.url}/admin/booking/appointment/{request_waiting.pk}/change/")
    plain.get_by_text("Cancel…").click()
    plain.get_by_role("button", name="Cancel: Pat Asking").click()
    expect(plain.get_by_text("It was just cancelled")).to_be_visible()
    plain.get_by_role("button", name="Undo (until").click()
    expect(plain.locator(".messagelist")).to_contain_text("was put back as it was")
    request_waiting.refresh_from_db()
    assert request_waiting.status == "requested"
