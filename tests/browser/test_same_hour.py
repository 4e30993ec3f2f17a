"""Two desks and a patient at the same hour: no board is wrong for long, and nobody overwrites the others."""

from collections.abc import Callable
from datetime import date, datetime

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from booking.enums import Actor
from booking.lifecycle import writing
from booking.models import Appointment
from booking.transitions import Action
from tests.browser.conftest import PHONE
from tests.browser.hands import drag
from tests.browser.test_board import cookie, day, tuesday
from tests.browser.test_board_hands import Open, at, of, open_board

__all__ = ["cookie", "day", "open_board", "tuesday"]  # the fixtures

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

#: A board is not wrong for longer.
AT_MOST = 2_000  # milliseconds


def card(page: Page, name: str) -> str:
    """The words of somebody's card on a board; empty where there is none."""
    found = page.locator(".board-card").filter(has_text=name)
    return found.first.inner_text() if found.count() else ""


def in_time(page: Page) -> float:
    """Two seconds in milliseconds. On a machine on which the page itself takes long: the second between two questions,
    and four times the page."""
    took = page.evaluate(
        """async () => {
          const begun = performance.now();
          await (await fetch(location.href)).text();
          return performance.now() - begun;
        }"""
    )
    return max(AT_MOST, 1_000 + 4 * float(took))


def sees(page: Page, name: str, words: str, within: float) -> None:
    """The board of somebody else shows this in time: counted from when whoever did it was told that it is done."""
    expect(page.locator(".board-card").filter(has_text=name)).to_contain_text(words, timeout=within)


def book_online(page: Page, address: str, on: date) -> None:
    """A patient takes the time at 10:45 with Ben."""
    page.goto(f"{address}/book/nmt-60/ben/{on}T10:45/")
    page.get_by_label("Your full name").fill("Nia Online")
    page.get_by_label("Your email address").fill("nia@example.com")
    page.get_by_label("Your phone number").fill("212 555 0100")
    page.get_by_label("The clinic may keep these details").check()
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Send my request").click()
    expect(page.get_by_role("heading", name="We have your request")).to_be_visible()


def test_each_board_shows_what_the_others_do(
    live_server: LiveServer,
    open_board: Open,
    open_context: Callable[..., BrowserContext],
    tuesday: date,
    complaints: list[str],
) -> None:
    one, other = open_board(), open_board()
    patient = open_context(viewport=PHONE).new_page()
    within = in_time(one)
    drag(one, "Jo Quill", hours=0.5)
    expect(one.locator("#board-said")).to_contain_text("11:30am to 12 noon")
    sees(other, "Jo Quill", "11:30am to 12 noon", within)
    other.get_by_label("Do more with Pat Asking").click()
    other.get_by_role("button", name="Confirm", exact=True).filter(visible=True).click()
    expect(other.locator("#board-said")).to_contain_text("was confirmed")
    sees(one, "Pat Asking", "Confirmed", within)
    book_online(patient, live_server.url, tuesday)
    sees(one, "Nia Online", "Requested", within)
    sees(other, "Nia Online", "Requested", within)
    assert complaints == []


def test_a_board_that_does_not_ask_stays_old(open_board: Open) -> None:
    """The control: without asking, nothing comes."""
    one, other = open_board(), deaf(open_board())
    drag(one, "Jo Quill", hours=0.5)
    expect(one.locator("#board-said")).to_contain_text("11:30am to 12 noon")
    for _ in range(3):  # at least two seconds
        other.wait_for_event("requestfailed")
    assert "11am to 11:30am" in card(other, "Jo Quill")


def deaf(page: Page) -> Page:
    """A board that hears of nothing from now on."""

    def abort(route: Route) -> None:
        route.abort()

    page.route("**/stamp/**", abort)
    page.reload()  # so that no question is under way
    return page


def try_a_drag(page: Page) -> None:
    drag(page, "Jo Quill", hours=2)


def try_the_form(page: Page) -> None:
    page.get_by_role("button", name="Move", exact=True).last.click()


def try_a_button(page: Page) -> None:
    page.get_by_label("Do more with Pat Asking").click()
    page.get_by_role("button", name="Confirm", exact=True).filter(visible=True).click()


def try_to_undo(page: Page) -> None:
    page.locator("#board-said").get_by_role("button", name="Undo").click()


TRIES = {"drag": try_a_drag, "form": try_the_form, "button": try_a_button, "undo": try_to_undo}


def let_two_act(open_board: Open, how: str) -> tuple[Page, str]:
    """Two see the same board; the first moves a visit, and then the second, who has not heard of it, acts as well.

    Gives the page of the second, and whose visit it is.
    """
    one, other = open_board(), deaf(open_board())
    name = "Pat Asking" if how == "button" else "Jo Quill"
    if how == "undo":
        drag(other, name, hours=0.25)
        expect(other.locator("#board-said")).to_contain_text("11:15am to 11:45am")
        expect(one.locator(".board-card").filter(has_text=name)).to_contain_text("11:15am to 11:45am")
    if how == "form":
        other.get_by_label(f"Do more with {name}").click()
        other.get_by_role("link", name="Move…").filter(visible=True).click()
        other.get_by_label("Time", exact=True).fill("1pm")
    drag(one, name, hours={"undo": 0.25, "button": -0.25}.get(how, 0.5))
    expect(one.locator("#board-said")).to_contain_text(f"{name} was moved to")
    with other.expect_response(lambda answer: answer.request.method == "POST"):
        TRIES[how](other)
    return other, name


def stands(name: str) -> tuple[datetime, str]:
    """When a visit is, and in which state."""
    return of(name).starts_at, of(name).status


def agreed(name: str, on: date) -> tuple[datetime, str]:
    """What the first of the two has made of it."""
    return (at(on, 9, 15), "requested") if name == "Pat Asking" else (at(on, 11, 30), "confirmed")


@pytest.mark.parametrize("how", TRIES)
def test_an_old_page_is_refused_with_what_has_changed(open_board: Open, tuesday: date, how: str) -> None:
    other, name = let_two_act(open_board, how)
    if how in ("drag", "form"):
        alert = other.get_by_role("alert").first
        expect(alert).to_contain_text("It has changed in the meantime")
        expect(alert).to_contain_text("The appointment was moved from")
        expect(alert).to_contain_text("at 11:30am")
    else:
        said = other.locator("#board-said")
        expect(said).to_contain_text("changed in the meantime")
        expect(said).to_contain_text("Since you looked: Moved to Tuesday")
        expect(said).to_contain_text("by frontdesk")
    assert stands(name) == agreed(name, tuesday)


@pytest.mark.parametrize("how", TRIES)
def test_without_the_version_it_would_overwrite(
    open_board: Open, tuesday: date, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: what a page had seen is not looked at."""
    check = writing.check

    def blind(current: Appointment, action: Action, version: int | None, actor: Actor) -> None:
        check(current, action, None, actor)

    monkeypatch.setattr(writing, "check", blind)
    _, name = let_two_act(open_board, how)
    assert stands(name) != agreed(name, tuesday)
