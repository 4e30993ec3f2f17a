"""Word's HTML on a real clipboard, pasted into the editor in a real browser."""

import json
import re

import pytest

from blog.models import Post
from tests.blog.test_editor_in_browser import CHROMIUM, Desk, desk_in_browser, post
from tests.blog.word_clipboard import CLEAN, CLIPBOARD

__all__ = ["desk_in_browser", "post"]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on the path"),
]


def copy(desk: Desk, html: str) -> None:
    """Put HTML on the clipboard as another program would, by a copy on a page of our own."""
    page = desk.page.context.new_page()
    page.goto("about:blank")
    page.evaluate(
        """html => document.addEventListener('copy', event => {
            event.preventDefault();
            event.clipboardData.setData('text/html', html);
            event.clipboardData.setData('text/plain', 'in plain words');
        })""",
        html,
    )
    page.keyboard.press("Control+c")
    page.close()


def pasted(desk: Desk, post: Post, html: str) -> str:
    """What stands in the editor of the post's text after a paste into the empty field."""
    copy(desk, html)
    desk.open(f"/admin/blog/post/{post.pk}/change/")
    editor = desk.page.locator(".ProseMirror:visible").first
    editor.click()
    desk.page.keyboard.press("Control+a")
    desk.page.keyboard.press("Delete")
    desk.page.keyboard.press("Control+v")
    return tidy(editor.inner_html())


def tidy(html: str) -> str:
    """Without what the editor adds for itself, and the spaces beside a line break."""
    html = re.sub(r' (?:rel|class|target|start|type|data-type|style)="[^"]*"', "", html)
    return re.sub(r"\s*<br>\s*", "<br>", html)


def test_word_comes_clean_into_the_editor_and_into_the_database(desk_in_browser: Desk, post: Post) -> None:
    assert pasted(desk_in_browser, post, CLIPBOARD) == CLEAN

    page = desk_in_browser.page
    page.locator("[name=_continue]").first.click()
    page.wait_for_load_state("networkidle")
    assert tidy(page.locator(".ProseMirror:visible").first.inner_html()) == CLEAN
    assert desk_in_browser.complaints == []


def test_without_the_script_words_lists_would_be_paragraphs_with_bullets(
    desk_in_browser: Desk, post: Post
) -> None:
    desk_in_browser.page.route("**/word_paste*.js", lambda route: route.fulfill(body=""))

    found = pasted(desk_in_browser, post, CLIPBOARD)
    assert "<ul>" not in found
    assert "·" in found


def test_what_is_not_from_word_is_left_to_the_editor(desk_in_browser: Desk, post: Post) -> None:
    html = "<p>One <strong>two</strong></p><ul><li><p>three</p></li></ul>"

    assert pasted(desk_in_browser, post, html) == html


@pytest.mark.parametrize(
    "payload", ["<img src=x onerror=ran()>", "<svg onload=ran()>", "<script>ran()</script>"]
)
def test_a_script_on_the_clipboard_does_not_run(desk_in_browser: Desk, post: Post, payload: str) -> None:
    ran: list[object] = []
    desk_in_browser.page.expose_function("ran", lambda: ran.append(1))
    found = pasted(desk_in_browser, post, f"<p class=MsoNormal style='mso-x:1'>words{payload}</p>")

    assert "words" in json.dumps(found)
    assert ran == []
