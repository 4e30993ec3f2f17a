"""The body map: by mouse, finger and keyboard, without scripts, with axe, and the sheet that stays in the browser."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, Request, expect
from pytest_django.live_server_helper import LiveServer

from services.figures import shapes
from services.models import Likelihood, Zone
from tests.browser.conftest import DESK, PHONE, tab_to
from tests.factories.booking import make_weekly_hours
from tests.factories.figures import make_explainer, make_zone
from tests.factories.services import make_condition, make_muscle, make_option, make_therapist

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

#: WCAG 2.2, 2.5.8: both sides of a target, in CSS pixels.
SMALLEST = 24


@pytest.fixture
def clinic() -> None:
    """Every place of the figure, each with the calf's muscle; a guide; somebody who is there every day."""
    make_weekly_hours(therapist=make_therapist(options=[make_option(name="First visit")]), weekdays=range(7))
    muscle = make_muscle(slug="soleus", title="Deep calf muscle", conditions=[make_condition()])
    for slug in shapes.zones():
        make_zone(
            slug=slug,
            title=slug.replace("-", " ").capitalize(),
            felt=[(muscle, Likelihood.COMMON)],
            emergency_signs="you cannot breathe",
            ask_signs="it tingles",
            else_could_be="Something else",
        )
    make_explainer()


#: The box of one side of a place, in pixels of the window: a click in the middle of both sides would miss the body.
ONE_SIDE = """(path) => {
  const one = path.cloneNode();
  one.setAttribute("d", path.getAttribute("d").split("z")[0] + "z");
  path.parentNode.append(one);
  const box = one.getBoundingClientRect();
  const reach = parseFloat(getComputedStyle(one).strokeWidth);
  one.remove();
  return [box.x, box.y, box.width, box.height, reach];
}"""


def press(page: Page, drawing: str, slug: str) -> None:
    """Click on a place of a drawing."""
    path = page.locator(f'#map-{drawing} a[data-zone="{slug}"] .zone__reach')
    path.scroll_into_view_if_needed()
    left, top, wide, high, _reach = path.evaluate(ONE_SIDE)
    page.mouse.click(left + wide / 2, top + high / 2)


def look(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.usefixtures("clinic")
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_a_place_leads_to_a_time_without_scripts(
    live_server: LiveServer,
    open_context: Callable[..., BrowserContext],
    complaints: list[str],
    size: dict[str, int],
) -> None:
    page = open_context(viewport=size, java_script_enabled=False).new_page()
    page.goto(f"{live_server.url}/where-does-it-hurt/")
    press(page, "back", "calf")
    expect(page.get_by_role("heading", level=1)).to_have_text("Calf")
    expect(page.get_by_role("img", name="Deep calf muscle")).to_be_visible()
    page.locator("a.time").first.click()
    expect(page.get_by_label("Your full name")).to_be_visible()
    assert complaints == []


@pytest.mark.usefixtures("clinic")
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_axe_finds_nothing_and_nothing_is_wider_than_the_window(
    live_server: LiveServer,
    open_context: Callable[..., BrowserContext],
    complaints: list[str],
    size: dict[str, int],
) -> None:
    for scheme in ("light", "dark"):
        page = open_context(viewport=size, color_scheme=scheme).new_page()
        for path in ("", "calf/", "sheet/", "../trigger-points/", "../muscles/soleus/"):
            page.goto(f"{live_server.url}/where-does-it-hurt/{path}")
            look(page)
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
    assert complaints == []


@pytest.mark.usefixtures("clinic")
def test_every_place_is_large_enough_for_a_finger(live_server: LiveServer, phone: Page) -> None:
    phone.goto(f"{live_server.url}/where-does-it-hurt/")
    boxes: list[list[float]] = [path.evaluate(ONE_SIDE) for path in phone.locator(".zone__reach").all()]
    sides = [(wide + reach, high + reach) for _x, _y, wide, high, reach in boxes]
    assert len(sides) >= len(shapes.zones())
    assert [side for side in sides if min(side) < SMALLEST] == []


@pytest.mark.usefixtures("clinic")
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_choosing_a_place_brings_its_result_into_the_page(
    live_server: LiveServer,
    open_context: Callable[..., BrowserContext],
    complaints: list[str],
    size: dict[str, int],
) -> None:
    page = open_context(viewport=size).new_page()
    page.goto(f"{live_server.url}/where-does-it-hurt/")
    page.evaluate("window.same = true")
    press(page, "back", "calf")
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("Calf")
    expect(heading).to_be_focused()
    expect(page.get_by_role("status")).to_contain_text("Common: Deep calf muscle")
    expect(page).to_have_url(f"{live_server.url}/where-does-it-hurt/calf/")
    expect(page).to_have_title("Calf: where does the pain come from? | Flex Spine & Sport")
    expect(page.locator('#map-back a[data-zone="calf"]')).to_have_attribute("aria-current", "true")
    page.locator("#places").get_by_role("link", name="Chest", exact=True).click()
    expect(heading).to_have_text("Chest")
    expect(page.locator('a.zone[aria-current="true"]')).to_have_count(1)
    page.go_back()
    expect(heading).to_have_text("Calf")
    page.go_back()
    expect(heading).to_have_text("Where does it hurt?")
    expect(page.locator('a[data-zone][aria-current="true"]')).to_have_count(0)
    assert page.evaluate("window.same")
    assert complaints == []


@pytest.mark.usefixtures("clinic")
def test_a_place_that_is_gone_leads_to_the_page_that_says_so(
    live_server: LiveServer, open_context: Callable[..., BrowserContext]
) -> None:
    page = open_context().new_page()
    page.goto(f"{live_server.url}/where-does-it-hurt/")
    Zone.objects.filter(slug="calf").delete()
    page.locator("#places").get_by_role("link", name="Calf", exact=True).click()
    page.wait_for_url("**/where-does-it-hurt/calf/")
    expect(page.get_by_role("heading", level=1)).to_have_text("We cannot find that page")


@pytest.mark.usefixtures("clinic")
def test_the_keyboard_alone_comes_from_the_figure_to_a_time(
    live_server: LiveServer, open_context: Callable[..., BrowserContext]
) -> None:
    page = open_context().new_page()
    page.goto(f"{live_server.url}/where-does-it-hurt/")
    tab_to(page, "Low back")
    assert page.evaluate("document.activeElement.closest('#map-back') !== null")
    drawn = page.evaluate("getComputedStyle(document.activeElement.querySelector('.zone__reach')).stroke")
    assert drawn == "rgb(255, 243, 208)"  # a ring that can be seen
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Low back")).to_be_focused()
    tab_to(page, ", ")
    assert page.evaluate("document.activeElement.className") == "time"
    page.keyboard.press("Enter")
    expect(page.get_by_label("Your full name")).to_be_visible()


@pytest.mark.usefixtures("clinic")
def test_the_sheet_keeps_everything_to_itself(
    live_server: LiveServer, open_context: Callable[..., BrowserContext], complaints: list[str]
) -> None:
    page = open_context().new_page()
    page.goto(f"{live_server.url}/where-does-it-hurt/calf/")
    page.get_by_role("link", name="Print a sheet for your doctor").click()
    expect(page.get_by_label("Calf", exact=True)).to_be_checked()
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request))
    page.get_by_label("Chest").check()
    page.get_by_label("Since when").fill("Since March")
    assert page.url.endswith("/where-does-it-hurt/sheet/#chest,calf")
    lit = page.locator('#map-front .zone__area[data-zone="chest"]').evaluate(
        "it => getComputedStyle(it).fillOpacity"
    )
    assert lit == "0.9"
    page.emulate_media(media="print")
    expect(page.get_by_label("Chest")).to_be_hidden()  # the box; its words stay
    expect(page.get_by_text("Chest", exact=True)).to_be_visible()
    expect(page.get_by_text("Low back", exact=True)).to_be_hidden()
    pages = page.pdf(prefer_css_page_size=True)
    assert pages.count(b"/Type /Page\n") == 1
    # The browser may ask for the site's icon again. Nothing else is asked, and nothing is told.
    assert [request.url for request in asked if not request.url.endswith("/static/img/favicon.svg")] == []
    assert page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]
    assert complaints == []


@pytest.mark.usefixtures("clinic")
def test_a_place_lights_on_the_sheet_without_a_script(
    live_server: LiveServer, open_context: Callable[..., BrowserContext]
) -> None:
    page = open_context(java_script_enabled=False).new_page()
    page.goto(f"{live_server.url}/where-does-it-hurt/sheet/")
    expect(page.get_by_role("button", name="Print this page")).to_be_hidden()
    chest = page.locator('#map-front .zone__area[data-zone="chest"]')
    before = chest.screenshot()
    page.get_by_label("Chest").check()
    assert chest.screenshot() != before
