"""Search and terms in a real browser: by keyboard, on a phone, back and forth, and without scripts."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from blog.models import Term
from tests.browser.conftest import PHONE, tab_to
from tests.factories.blog import make_post
from tests.factories.services import make_service

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def pages() -> None:
    """A few pages to find."""
    for number in range(12):
        make_post(title=f"Neck {number}", text="<p>A tendon of the neck. The tendon again.</p>")
    make_service(title="Desk neck and shoulders", body="<p>Words.</p>")
    Term.objects.create(name="Tendon", slug="tendon", explanation="It joins a muscle to a bone.")


def found_by_axe(page: Page) -> list[str]:
    """What axe has to say against the page."""
    return [f"{each['id']}: {each['nodes'][0]['html']}" for each in Axe().run(page).response["violations"]]


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_patient_searches_by_keyboard_opens_a_page_and_comes_back(
    pages: None,
    live_server: LiveServer,
    open_context: Callable[..., BrowserContext],
    complaints: list[str],
    scripts: bool,
) -> None:
    page = open_context(viewport=PHONE, java_script_enabled=scripts).new_page()
    page.goto(f"{live_server.url}/services/")
    page.locator(".header-search__label").focus()
    page.keyboard.press("Enter")
    page.get_by_label("What are you looking for?").focus()
    page.keyboard.type("nekc")
    page.keyboard.press("Enter")

    expect(page.locator("#results")).to_have_text("13 pages found")
    assert "nekc" not in page.url + page.title()
    assert "neck" not in page.url + page.title()
    page.get_by_role("link", name="Next page").click()
    expect(page.locator(".found")).to_have_count(3)
    page.locator(".found__title a").first.click()
    expect(page.locator(".found")).to_have_count(0)
    page.go_back()
    expect(page.locator(".found")).to_have_count(3)
    page.reload()
    expect(page.locator(".found")).to_have_count(3)
    assert complaints == []


def test_a_term_explains_itself_by_keyboard_and_stays_within_a_phone(
    pages: None, live_server: LiveServer, phone: Page, complaints: list[str]
) -> None:
    phone.goto(f"{live_server.url}/blog/")
    phone.locator(".card__title a").first.click()
    meaning = phone.locator("#term-tendon")
    expect(meaning).to_be_hidden()
    tab_to(phone, "tendon")
    phone.keyboard.press("Enter")
    expect(meaning).to_be_visible()
    expect(meaning).to_contain_text("It joins a muscle to a bone.")
    box = meaning.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= PHONE["width"]
    phone.keyboard.press("Escape")
    expect(meaning).to_be_hidden()
    phone.emulate_media(media="print")
    expect(meaning).to_be_visible()
    assert complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(
    pages: None,
    live_server: LiveServer,
    open_context: Callable[..., BrowserContext],
    scheme: str,
) -> None:
    page = open_context(viewport=PHONE, color_scheme=scheme, bypass_csp=True).new_page()
    for address in ("/search/?q=nekc", "/search/?q=qqqq", "/glossary/", "/nek/"):
        page.goto(f"{live_server.url}{address}")
        assert found_by_axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.goto(f"{live_server.url}/blog/")
    page.locator(".card__title a").first.click()
    page.locator("button.term").click()
    assert found_by_axe(page) == []
    page.goto(f"{live_server.url}/services/")
    page.locator(".header-search__label").click()
    assert found_by_axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
