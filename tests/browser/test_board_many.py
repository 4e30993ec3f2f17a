"""The board with 30 therapists and 300 cards, a finger instead of a mouse, and a tab that nobody looks at."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

import pytest
from playwright.sync_api import Page, Request, expect
from pytest_django.live_server_helper import LiveServer

from booking import lifecycle
from booking.enums import Actor
from flexclinic.lib import clock
from tests.browser.conftest import PHONE
from tests.browser.hands import drag
from tests.browser.test_board import cookie, day, tuesday
from tests.browser.test_board_hands import Open, at, of, open_board
from tests.factories.booking import make_appointment, make_weekly_hours
from tests.factories.services import make_option, make_therapist

__all__ = ["cookie", "day", "open_board", "tuesday"]  # the fixtures

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MOVES = 60
#: So many times what a move costs on an almost empty board, and so many milliseconds besides.
AT_MOST, BESIDES = 4, 4


@pytest.fixture
def full_day(live_server: LiveServer) -> date:
    """30 therapists with 10 visits each on one day; on the next there is only one visit."""
    full = clock.today() + timedelta(days=20)
    option = make_option(minutes=30, buffer_after=0)
    for number in range(30):
        therapist = make_therapist(name=f"Therapist {number:02}", options=[option])
        make_weekly_hours(therapist=therapist, weekdays=range(7), stretches=[("08:00", "18:00")])
        for hour in range(8, 18):
            make_appointment(
                option=option,
                therapist=therapist,
                start=datetime.combine(full, time(hour), clock.clinic_zone()),
                name=f"Pat {number:02} {hour:02}",
                status="confirmed",
            )
    make_appointment(
        option=option,
        therapist=therapist,
        start=datetime.combine(full + timedelta(days=1), time(12), clock.clinic_zone()),
        name="Pat Alone",
        status="confirmed",
    )
    return full


def cost_of_a_move(page: Page, name: str) -> float:
    """Milliseconds of script, style and layout for one move of a card under the hand."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")

    def spent() -> float:
        metrics = {each["name"]: each["value"] for each in session.send("Performance.getMetrics")["metrics"]}
        return float(
            sum(metrics[name] for name in ("ScriptDuration", "RecalcStyleDuration", "LayoutDuration"))
        )

    drag(page, name, hours=0.1, drop=False)
    expect(page.locator(".board-ghost")).to_have_count(1)
    before = spent()
    for step in range(MOVES):
        page.mouse.move(300 + step * 10, 400 + (step % 10) * 12)
    cost = (spent() - before) / MOVES * 1000
    page.keyboard.press("Escape")
    page.mouse.up()
    return cost


def both(open_board: Open, full_day: date, *, heavy: str = "") -> tuple[float, float]:
    """What a move costs with one card and with 300."""
    costs = []
    for on, name in ((full_day + timedelta(days=1), "Pat Alone"), (full_day, "Pat 00 12")):
        page = open_board(f"&date={on}")
        if heavy:
            page.evaluate(heavy)
        costs.append(min(cost_of_a_move(page, name) for _ in range(2)))
    few, many = costs
    print(f"a move costs {few:.2f} ms with 1 card, {many:.2f} ms with 300: {many / few:.1f} times")
    return few, many


def test_dragging_among_300_cards_costs_as_dragging_alone(open_board: Open, full_day: date) -> None:
    few, many = both(open_board, full_day)
    assert many <= AT_MOST * few + BESIDES


def test_it_would_be_noticed_if_each_move_laid_out_many_cards(open_board: Open, full_day: date) -> None:
    few, many = both(
        open_board,
        full_day,
        # Of every 20th card: of all of them it would take minutes.
        heavy="""addEventListener("pointermove", () => {
          [...document.querySelectorAll(".board-card")].filter((card, number) => number % 20 === 0).forEach((card) => {
            card.style.marginLeft = `${Math.random()}px`;
            card.offsetHeight;
          });
        })""",
    )
    assert many > AT_MOST * few + BESIDES


Touch = Callable[[str, float, float], None]


def finger(page: Page) -> Touch:
    """A finger on the screen: "touchStart", "touchMove" and "touchEnd" at a place."""
    session = page.context.new_cdp_session(page)

    def touch(kind: str, x: float, y: float) -> None:
        points = [] if kind == "touchEnd" else [{"x": x, "y": y}]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    return touch


def place_of(page: Page, name: str) -> tuple[float, float, float]:
    """Where somebody's card can be taken, and how many pixels are an hour."""
    card = page.locator(".board-card").filter(has_text=name)
    card.evaluate("element => element.scrollIntoView({block: 'center', inline: 'center'})")
    box = card.bounding_box()
    assert box
    per_hour = page.locator(".board-column .board-body").first.evaluate(
        "element => element.offsetHeight / Number(element.parentElement.dataset.minutes) * 60"
    )
    return box["x"] + 60, box["y"] + 8, per_hour


@pytest.mark.parametrize("viewport", [PHONE, {"width": 1024, "height": 768}], ids=["phone", "tablet"])
def test_a_finger_that_rests_drags(open_board: Open, tuesday: date, viewport: dict[str, int]) -> None:
    page = open_board(viewport=viewport, has_touch=True)
    x, y, per_hour = place_of(page, "Jo Quill")
    touch = finger(page)
    touch("touchStart", x, y)
    page.wait_for_selector(".board--dragging")
    for part in (1, 2, 3, 4):
        touch("touchMove", x, y + per_hour / 8 * part)
    expect(page.locator(".board-ghost")).to_contain_text("11:30am to 12 noon")
    touch("touchEnd", x, y)
    expect(page.locator("#board-said")).to_contain_text("11:30am to 12 noon with Ana Rivera")
    assert of("Jo Quill").starts_at == at(tuesday, 11, 30)


def test_a_finger_that_goes_on_at_once_scrolls(open_board: Open, tuesday: date) -> None:
    page = open_board(viewport=PHONE, has_touch=True)
    x, y, _ = place_of(page, "Jo Quill")
    touch = finger(page)
    touch("touchStart", x, y)
    for part in range(1, 9):
        touch("touchMove", x, y - 15 * part)
    touch("touchEnd", x, y)
    expect(page.locator(".board-ghost, .board-card--held")).to_have_count(0)
    assert of("Jo Quill").starts_at == at(tuesday, 11)


def test_by_touch_the_form_does_the_same(open_board: Open, tuesday: date) -> None:
    page = open_board(viewport=PHONE, has_touch=True)
    page.get_by_label("Do more with Jo Quill").tap()
    page.get_by_role("link", name="Move…").filter(visible=True).tap()
    page.get_by_label("Time", exact=True).fill("11:30")
    page.get_by_role("button", name="Move", exact=True).last.tap()
    expect(page.locator(".messagelist")).to_contain_text("11:30am to 12 noon")
    assert of("Jo Quill").starts_at == at(tuesday, 11, 30)


LOOK_AWAY = """hidden => {
  Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


def test_a_tab_that_nobody_looks_at_does_not_ask_and_catches_up(open_board: Open, tuesday: date) -> None:
    page = open_board()
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request) if "/stamp/" in request.url else None)
    page.clock.install()
    page.reload()
    with page.expect_response("**/stamp/**"):  # the control: in sight it asks
        page.clock.run_for(1_500)
    page.evaluate(LOOK_AWAY, True)
    asked.clear()
    page.clock.run_for(60_000)
    assert asked == []
    lifecycle.move(appointment=of("Jo Quill"), start=at(tuesday, 12), actor=Actor.DESK)
    page.clock.run_for(60_000)
    card = page.locator(".board-card").filter(has_text="Jo Quill")
    assert "11am to 11:30am" in card.inner_text()
    assert asked == []
    page.evaluate(LOOK_AWAY, False)
    expect(card).to_contain_text("12 noon to 12:30pm")
