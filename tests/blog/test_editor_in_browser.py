"""The editor in a real browser, under the policy that every page has: it works, and nothing is refused."""

import shutil
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from blog.models import Post
from tests.factories.blog import make_author, make_category, make_post

CHROMIUM = shutil.which("chromium")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on the path"),
]


class Desk:
    """A browser in which an editor is signed in, and what its console complained about."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.complaints: list[str] = []
        page.on("console", lambda message: self.hear(message.type, message.text))
        page.on("pageerror", lambda error: self.hear("error", str(error)))

    def hear(self, kind: str, text: str) -> None:
        """Keep what is more than information."""
        if kind in {"error", "warning"}:
            self.complaints.append(text)

    def open(self, path: str) -> None:
        """Go there, until everything is loaded."""
        self.page.goto(self.address + path, wait_until="networkidle")


@pytest.fixture
def post() -> Post:
    """A post, and with it an author and a category to choose."""
    return make_post(author=make_author(name="Ada"), category=make_category(name="Heat"))


@pytest.fixture
def desk_in_browser(live_server: LiveServer, post: Post) -> Iterator[Desk]:
    """Somebody who may do everything. While their browser is open, the test asks the database nothing."""
    client = Client()
    client.force_login(User.objects.create_superuser("browsing-editor"))
    cookie = client.cookies["session"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        context = browser.new_context()
        context.add_cookies([{"name": "session", "value": cookie.value, "url": live_server.url}])
        yield Desk(context.new_page(), live_server.url)
        browser.close()


def test_the_policy_refuses_nothing(desk_in_browser: Desk, post: Post) -> None:
    paths = [
        "/admin/",
        "/admin/blog/post/",
        "/admin/blog/post/add/",
        f"/admin/blog/post/{post.pk}/change/",
        f"/admin/blog/post/{post.pk}/delete/",
        f"/admin/blog/post/{post.pk}/history/",
        "/admin/blog/author/add/?_popup=1",
        f"/blog/{post.slug}/",
    ]
    refused: dict[str, list[str]] = {}
    for path in paths:
        desk_in_browser.open(path)
        if desk_in_browser.complaints:
            refused[path] = [*desk_in_browser.complaints]
            desk_in_browser.complaints.clear()

    assert refused == {}


def test_a_refused_script_would_be_noticed(desk_in_browser: Desk) -> None:
    desk_in_browser.open("/admin/")
    desk_in_browser.page.evaluate("document.body.setAttribute('onclick', 'stop()')")

    (complaint,) = desk_in_browser.complaints
    assert "violates the following Content Security Policy" in complaint


def test_bold_words_are_written_and_saved(desk_in_browser: Desk) -> None:
    page = desk_in_browser.page
    desk_in_browser.open("/admin/blog/post/add/")
    page.locator("#id_title").press_sequentially("Heat or cold?")
    page.locator("#id_summary").fill("Which one helps.")
    page.locator("#id_author").select_option(label="Ada")
    page.locator("#id_category").select_option(label="Heat")
    page.locator(".order-machine-insert-target.last").click()
    page.locator("a.plugin-button[title=Text]").click()
    page.locator(".ProseMirror:visible").click()
    page.keyboard.type("Both are ")
    page.keyboard.press("Control+b")
    page.keyboard.type("fine")
    page.locator("[name=_continue]").first.click()
    page.wait_for_url("**/change/**")
    page.wait_for_load_state("networkidle")

    assert page.locator("#id_slug").input_value() == "heat-or-cold"
    assert page.locator(".ProseMirror:visible").inner_html() == "<p>Both are <strong>fine</strong></p>"
    assert desk_in_browser.complaints == []
