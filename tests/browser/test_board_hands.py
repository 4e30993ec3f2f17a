"""What scripts add to the board: drags, the keys, and that it keeps itself up to date; and the same without them."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from time import perf_counter

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from booking import lifecycle
from booking.enums import Actor
from booking.models import Appointment, AppointmentEvent
from booking.transitions import Action
from flexclinic.lib import clock
from services.models import ServiceOption
from tests.browser.conftest import tab_to
from tests.browser.hands import drag
from tests.browser.test_board import cookie, day, tuesday

__all__ = ["cookie", "day", "tuesday"]  # the fixtures

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Open = Callable[..., Page]


@pytest.fixture
def open_board(
    live_server: LiveServer,
    open_context: Callable[..., BrowserContext],
    cookie: dict[str, str],
    day: ServiceOption,
    tuesday: date,
) -> Open:
    """The board of the day in a browser of its own. Keywords as Playwright's `new_context`."""

    AppointmentEvent.objects.bulk_create(  # what undoing goes back to
        AppointmentEvent(
            appointment=booked,
            action=Action.BOOK,
            to_status=booked.status,
            version=booked.version,
            at=clock.now() - timedelta(days=1),
            actor=Actor.DESK,
            visit=booked.visit,
            therapist_id=booked.therapist_id,
            room_id=booked.room_id,
        )
        for booked in Appointment.objects.all()
    )

    def open_one(query: str = "", **options: object) -> Page:
        context = open_context(**options)
        context.add_cookies([cookie])  # type: ignore[list-item]
        page = context.new_page()
        page.goto(f"{live_server.url}/admin/board/?date={tuesday}{query}", wait_until="load")
        return page

    return open_one


def at(day_: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day_, time(hour, minute), clock.clinic_zone())


def of(name: str) -> Appointment:
    return Appointment.objects.get(name=name)


def test_a_card_is_dragged_to_another_time_and_undone(
    open_board: Open, tuesday: date, complaints: list[str]
) -> None:
    page = open_board()
    drag(page, "Jo Quill", hours=0.5, drop=False)
    expect(page.locator(".board-ghost")).to_have_text("11:30am to 12 noon, Ana Rivera")
    page.keyboard.press("Escape")
    expect(page.locator(".board-ghost")).to_have_count(0)
    page.mouse.up()
    assert of("Jo Quill").starts_at == at(tuesday, 11)
    drag(page, "Jo Quill", hours=0.5)
    said = page.locator("#board-said")
    expect(said).to_contain_text("Jo Quill was moved to")
    expect(said).to_contain_text("11:30am to 12 noon with Ana Rivera")
    assert of("Jo Quill").starts_at == at(tuesday, 11, 30)
    said.get_by_role("button", name="Undo").click()
    expect(said).to_contain_text("was put back as it was")
    assert of("Jo Quill").starts_at == at(tuesday, 11)
    assert complaints == []


def test_a_card_is_dragged_to_another_therapist(open_board: Open, tuesday: date) -> None:
    page = open_board()
    drag(page, "Pat Asking", hours=0.75, to="Ben Hale")
    expect(page.locator("#board-said")).to_contain_text("10:15am to 11:15am with Ben Hale")
    assert of("Pat Asking").therapist.slug == "ben"
    assert of("Pat Asking").starts_at == at(tuesday, 10, 15)


def test_a_drag_that_is_refused_snaps_back_and_says_why(open_board: Open, tuesday: date) -> None:
    page = open_board()
    card = page.locator(".board-card").filter(has_text="Jo Quill")
    card.evaluate("element => element.scrollIntoView({block: 'center'})")
    before = card.bounding_box()
    drag(page, "Jo Quill", hours=3.25)  # into the visit at 2
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("That time is not free")
    expect(dialog).to_contain_text(f"Ana Rivera has {of('Wilhelmina Longname-Example').reference}")
    assert card.bounding_box() == before
    assert page.locator(".board-ghost, .board-card--held").count() == 0
    assert of("Jo Quill").starts_at == at(tuesday, 11)
    page.keyboard.press("Escape")
    drag(page, "Jo Quill", hours=-1.5, to="Maya Brooks")  # before the hours
    expect(dialog).to_contain_text("outside Maya Brooks-Featherstonehaugh’s hours")
    dialog.get_by_label("Yes, put it there anyway").check()
    dialog.get_by_role("button", name="Move", exact=True).last.click()
    expect(page.locator("#board-said")).to_contain_text("9:30am to 10am with Maya")
    assert of("Jo Quill").starts_at == at(tuesday, 9, 30)


def test_nobody_overwrites_what_changed_meanwhile(open_board: Open, tuesday: date) -> None:
    page = open_board()
    page.route("**/stamp/**", lambda route: route.abort())  # a desk that has not heard of it,
    page.reload()  # and has no question under way
    lifecycle.move(appointment=of("Jo Quill"), start=at(tuesday, 12), actor=Actor.DESK)
    drag(page, "Jo Quill", hours=2)
    expect(page.get_by_role("dialog")).to_contain_text("It has changed in the meantime")
    expect(page.get_by_role("dialog")).to_contain_text("The appointment was moved from")
    assert of("Jo Quill").starts_at == at(tuesday, 12)


def test_the_lower_edge_makes_it_longer(open_board: Open, tuesday: date) -> None:
    page = open_board()
    drag(page, "Jo Quill", hours=0.5, edge=True)
    expect(page.locator("#board-said")).to_contain_text("11am to 12 noon")
    assert of("Jo Quill").ends_at == at(tuesday, 12)


def test_by_keyboard_alone_a_form_does_the_same(open_board: Open, tuesday: date) -> None:
    page = open_board()
    page.locator(".board-card").filter(has_text="Jo Quill").locator("a").first.focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # the menu
    tab_to(page, "Move…")
    page.keyboard.press("Enter")
    page.wait_for_url("**/move/**")
    tab_to(page, "id_time")
    page.keyboard.press("Control+A")
    page.keyboard.type("11:15")
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/board/**")
    expect(page.locator(".messagelist")).to_contain_text("11:15am to 11:45am with Ana Rivera")
    assert of("Jo Quill").starts_at == at(tuesday, 11, 15)


def test_without_scripts_links_and_forms_do_it(open_board: Open, tuesday: date) -> None:
    page = open_board(java_script_enabled=False)
    card = page.locator(".board-card").filter(has_text="Jo Quill")
    card.locator("summary").click()
    card.get_by_role("link", name="Shorten or lengthen…").click()
    page.get_by_label("Length in minutes").fill("45")
    page.get_by_role("button", name="Save the length").click()
    expect(page.locator(".messagelist")).to_contain_text("11am to 11:45am")
    page.locator(".messagelist").get_by_role("button", name="Undo").click()
    expect(page.locator(".messagelist")).to_contain_text("was put back as it was")
    assert of("Jo Quill").ends_at == at(tuesday, 11, 30)


@pytest.mark.alone
def test_it_brings_itself_up_to_date_within_two_seconds(
    open_board: Open, tuesday: date, complaints: list[str]
) -> None:
    page = open_board()
    lifecycle.move(appointment=of("Jo Quill"), start=at(tuesday, 12), actor=Actor.DESK)
    begun = perf_counter()
    card = page.locator(".board-card").filter(has_text="Jo Quill")
    expect(card).to_contain_text("12 noon to 12:30pm", timeout=10_000)
    seconds = perf_counter() - begun
    print(f"seen after {seconds:.2f} s")
    expect(page.locator("#board-state")).to_have_text("The board was brought up to date. Show it")
    assert seconds < 2
    assert complaints == []


@pytest.mark.parametrize("hand", ["drag", "press", "menu", "box"])
def test_it_never_moves_under_the_hand(open_board: Open, tuesday: date, hand: str) -> None:
    page = open_board()
    if hand == "drag":
        drag(page, "Pat Asking", hours=1, drop=False)
    elif hand == "press":
        page.locator(".board-card").filter(has_text="Pat Asking").hover()
        page.mouse.down()
    elif hand == "menu":
        page.locator(".board-card").filter(has_text="Pat Asking").locator("summary").click()
    else:
        page.get_by_label("Date", exact=True).focus()
    under = page.locator(".board-card").filter(has_text="Pat Asking")
    before = under.bounding_box()
    lifecycle.move(appointment=of("Jo Quill"), start=at(tuesday, 12), actor=Actor.DESK)
    expect(page.locator("#board-state")).to_contain_text("Something has changed.", timeout=10_000)
    assert under.bounding_box() == before
    card = page.locator(".board-card").filter(has_text="Jo Quill")
    expect(card).to_contain_text("11am to 11:30am")
    if hand in ("drag", "press"):
        page.keyboard.press("Escape")
        page.mouse.up()
    page.get_by_role("button", name="Show it").click()
    expect(card).to_contain_text("12 noon to 12:30pm")


def test_it_says_when_the_server_cannot_be_reached(open_board: Open) -> None:
    page = open_board()
    page.route("**/stamp/**", lambda route: route.abort())
    expect(page.locator("#board-state")).to_contain_text("Not up to date since", timeout=10_000)
    page.unroute("**/stamp/**")
    expect(page.locator("#board-state")).to_be_hidden(timeout=10_000)


def test_the_keys_turn_the_pages_and_can_be_switched_off(open_board: Open, tuesday: date) -> None:
    page = open_board()
    title = page.locator("#content h1")
    page.keyboard.press("j")
    page.wait_for_url(f"**date={tuesday + timedelta(days=1)}**")
    page.keyboard.press("ArrowLeft")
    page.wait_for_url(f"**date={tuesday}**")
    page.keyboard.press("w")
    expect(title).to_contain_text("week of")
    page.keyboard.press("m")
    expect(title).to_have_text(f"{tuesday:%B %Y}")
    page.keyboard.press("d")
    page.wait_for_url(f"**date={tuesday}**")
    page.get_by_label("What").focus()
    page.keyboard.press("m")  # chooses in the box
    page.locator("body").click(position={"x": 640, "y": 5})
    page.keyboard.press("?")
    expect(page.locator("#board-help")).to_have_attribute("open", "")
    page.get_by_label("Single keys are on").uncheck()
    page.keyboard.press("m")
    assert User.objects.exists()
    expect(title).not_to_have_text(f"{tuesday:%B %Y}")


def test_a_press_on_gray_asks_about_the_very_time(open_board: Open) -> None:
    page = open_board()
    run = page.locator(".board-column").filter(has_text="Maya").locator(".board-run").first
    run.scroll_into_view_if_needed()
    box = run.bounding_box()
    assert box
    page.mouse.click(box["x"] + 40, box["y"] + 100)
    page.wait_for_url("**/admin/why/**")
    assert "time=8%3A00" not in page.url
