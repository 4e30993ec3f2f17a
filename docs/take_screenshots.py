"""`make screenshots`: runs the demo clinic in a folder of its own and takes the pictures of README and docs."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.request
from datetime import date, timedelta
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.chromium import ARGUMENTS, find_chromium

PICTURES = Path(__file__).parent / "images"
PROJECT = Path(__file__).parent.parent
BOARD_DAYS = 14  # so many days ahead there is one with visits
ILL_DAYS = 7
CALLER = "pashent one"  # with a slip, in no order
PASSWORD = "for-the-pictures-only"  # of a demo that lives for a minute


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


PORT = free_port()
ADDRESS = f"http://127.0.0.1:{PORT}"


def take(page: Page, name: str, path: str) -> None:
    """Open a page and keep what the window shows."""
    page.goto(ADDRESS + path)
    page.wait_for_load_state("networkidle")
    keep(page, name)


def keep(page: Page, name: str) -> None:
    """Keep what the window shows."""
    page.screenshot(path=PICTURES / f"{name}.png")


def as_patient(browser: Browser) -> None:
    """The home page and the body map on a desk; a condition and the choice of a time on a phone."""
    wide = browser.new_page(viewport={"width": 1280, "height": 800})
    take(wide, "home", "/")
    wide.set_viewport_size({"width": 1280, "height": 1560})
    take(wide, "body-map", "/where-does-it-hurt/")
    phone = browser.new_page(viewport={"width": 375, "height": 800}, device_scale_factor=2)
    take(phone, "choose-a-time", "/book/nmt-60/#when")
    take(phone, "condition", "/conditions/plantar-fasciitis/")


def sign_in(page: Page, name: str) -> None:
    """As one of the demo's staff."""
    page.goto(ADDRESS + "/admin/")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def as_desk(browser: Browser) -> Page:
    """The desk's day, the requests that wait, and the board of a day with visits."""
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    sign_in(page, "desk")
    take(page, "desk", "/admin/")
    take(page, "requests", "/admin/inbox/")
    page.set_viewport_size({"width": 1280, "height": 1000})
    page.goto(ADDRESS + "/admin/board/")
    for _ in range(BOARD_DAYS):
        page.get_by_role("link", name="Next day").click()
        if page.locator(".board-card").count() > 1 and page.locator("a.board-free").count():
            break
    page.locator(".board-card").first.evaluate("element => element.scrollIntoView({block: 'center'})")
    page.evaluate("scrollTo(0, 0)")
    keep(page, "board")
    return page


def as_desk_with_a_caller(page: Page) -> None:
    """A name typed with a slip, the people that it may mean, and the openings for one of them."""
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(ADDRESS + "/admin/phone/")
    page.keyboard.type(CALLER)
    page.locator(".phone-person").first.wait_for()
    keep(page, "phone-search")
    page.keyboard.press("Enter")
    page.locator(".phone-opening, [name=take]").first.wait_for()
    page.wait_for_load_state("networkidle")
    keep(page, "phone")
    page.set_viewport_size({"width": 1280, "height": 1000})
    take(page, "numbers", "/admin/numbers/")
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(ADDRESS + "/admin/booking/weeklyhours/")
    page.locator("a[href*='/weeklyhours/week/']").first.click()
    page.wait_for_load_state("networkidle")
    keep(page, "week")


def as_desk_with_an_illness(page: Page) -> None:
    """A therapist cannot come for some days: the visits, each with what could be instead. It changes the demo: last."""
    page.goto(ADDRESS + "/admin/ill/")
    page.get_by_label("Therapist").select_option(index=1)
    until = date.fromisoformat(page.locator("[name=from_date]").input_value()) + timedelta(days=ILL_DAYS)
    page.locator("[name=until_date]").fill(until.isoformat())
    page.get_by_role("button", name="Close these hours").click()
    page.wait_for_load_state("networkidle")
    keep(page, "ill")


def main() -> None:
    """Run, take, stop."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as data:
        environment = {
            **os.environ,
            "FLEXCLINIC_DATA": data,
            "PORT": str(PORT),
            "DEMO_STAFF_PASSWORD": PASSWORD,
        }
        environment.pop("DATABASE_URL", None)
        demo = subprocess.Popen(
            [sys.executable, "-m", "flexclinic.serve"], cwd=PROJECT, env=environment, stdout=subprocess.PIPE
        )
        try:
            assert demo.stdout
            for line in demo.stdout:
                sys.stdout.write(line.decode())
                if b"Ctrl-C" in line:
                    break
            else:
                raise SystemExit("The demo clinic did not start.")
            urllib.request.urlopen(f"{ADDRESS}/readyz", timeout=10).close()
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
                as_patient(browser)
                page = as_desk(browser)
                as_desk_with_a_caller(page)
                as_desk_with_an_illness(page)
                browser.close()
        finally:
            demo.send_signal(signal.SIGINT)
            demo.communicate(timeout=60)
    for picture in sorted(PICTURES.glob("*.png")):
        sys.stdout.write(f"{picture.relative_to(PROJECT)}\n")


if __name__ == "__main__":
    main()
