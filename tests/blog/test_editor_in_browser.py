"""The editor in a real browser, under the policy that every page has: it works, and nothing is refused."""

import datetime
import shutil
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from blog.models import Post
from flexclinic.lib import clock
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
        f"/admin/blog/post/{post.pk}/history/compare/",
        f"/admin/blog/post/{post.pk}/share/",
        "/admin/blog/page/add/",
        "/admin/reviews/",
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


def set_date(page: Page, name: str, moment: datetime.datetime) -> None:
    """Type a moment on the clinic's wall clock into the two boxes of a field."""
    wall = moment.astimezone(clock.clinic_zone())
    page.locator(f"#id_{name}_0").fill(wall.strftime("%Y-%m-%d"))
    page.locator(f"#id_{name}_1").fill(wall.strftime("%H:%M:%S"))


def save(page: Page) -> None:
    """Save and stay on the page."""
    page.locator("[name=_continue]").first.click()
    page.wait_for_load_state("networkidle")
    assert page.locator(".messagelist .success").count() == 1


def test_an_editor_writes_previews_schedules_publishes_renames_and_restores(
    desk_in_browser: Desk, live_server: LiveServer
) -> None:
    page = desk_in_browser.page
    browser = page.context.browser
    assert browser
    public = browser.new_context().request

    def status(path: str) -> int:
        return public.get(live_server.url + path, max_redirects=0).status

    # Writes.
    desk_in_browser.open("/admin/blog/post/add/")
    page.locator("#id_title").press_sequentially("Heat or cold?")
    page.locator("#id_summary").fill("Which one helps.")
    page.locator("#id_author").select_option(label="Ada")
    page.locator("#id_category").select_option(label="Heat")
    page.locator(".order-machine-insert-target.last").click()
    page.locator("a.plugin-button[title=Text]").click()
    page.locator(".ProseMirror:visible").click()
    page.keyboard.type("Both are fine.")
    page.locator(".order-machine-insert-target.last").click()
    page.locator("a.plugin-button[title=Figure]").click()
    page.locator("select[name=blog_postfigure_set-0-picture]").select_option(index=1)
    page.locator("[name=blog_postfigure_set-0-alternative_text]").fill("A warm pack on a shoulder.")

    # The search result follows what is typed.
    page.locator("summary", has_text="Search engines").click()
    assert page.locator("[data-title]").inner_text().startswith("Heat or cold? | ")
    page.locator("#id_seo_title").fill("Heat or cold for a sore back")
    assert page.locator("[data-title]").inner_text().startswith("Heat or cold for a sore back | ")
    assert page.locator("[data-count=title]").inner_text() == "28"

    # Previews what is not saved, in a tab of its own; the form stays as it is.
    with page.context.expect_page() as opened:
        page.locator("[name=_preview]").first.click()
    preview = opened.value
    preview.wait_for_load_state()
    assert preview.locator("h1").inner_text() == "Heat or cold?"
    assert "Both are fine." in preview.locator("main article").first.inner_text()
    assert preview.locator("main article").first.locator("img").count() == 1
    assert public.get(preview.url).status == 200
    preview.close()
    assert page.locator("#id_title").input_value() == "Heat or cold?"
    assert status("/blog/heat-or-cold/") == 404

    # Schedules.
    page.locator("#id_state").select_option("live")
    set_date(page, "publish_at", clock.now() + datetime.timedelta(days=3))
    save(page)
    change = page.url
    assert status("/blog/heat-or-cold/") == 404

    # A saved page is shared with somebody who has no login.
    page.get_by_role("link", name="Share a preview").click()
    link = page.locator("#link").input_value()
    shared = public.get(live_server.url + "/preview/" + link.split("/preview/")[1])
    assert "preview: scheduled" in shared.text().lower()

    # Publishes: the hour has come.
    page.goto(change, wait_until="networkidle")
    set_date(page, "publish_at", clock.now() - datetime.timedelta(minutes=1))
    save(page)
    assert status("/blog/heat-or-cold/") == 200

    # Renames: the old address leads to the new one.
    page.locator("#id_slug").fill("warm-or-cold")
    page.locator("#id_title").fill("Warm or cold?")
    save(page)
    moved = public.get(live_server.url + "/blog/heat-or-cold/?from=mail", max_redirects=0)
    assert (moved.status, moved.headers["location"]) == (301, "/blog/warm-or-cold/?from=mail")

    # Compares with the version before, and restores it.
    page.get_by_role("link", name="History").click()
    page.get_by_role("button", name="Compare the two").click()
    assert page.locator("ins", has_text="Warm").count() >= 1
    page.get_by_role("button", name="Restore the version").click()
    page.wait_for_load_state("networkidle")
    assert page.locator("#id_title").input_value() == "Heat or cold?"
    assert page.locator("#id_slug").input_value() == "heat-or-cold"
    assert status("/blog/heat-or-cold/") == 200
    assert status("/blog/warm-or-cold/") == 301
    assert desk_in_browser.complaints == []
