"""A real browser, and what it complains about."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connections
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser.chromium import ARGUMENTS, find_chromium

#: How long something that must come is waited for: a busy machine is no failure. Who measures says so.
PATIENCE = 15_000  # milliseconds
expect.set_options(timeout=PATIENCE)

PHONE = {"width": 375, "height": 740}
DESK = {"width": 1280, "height": 900}


def tab_to(page: Page, words: str) -> None:
    """Press Tab until the focus is on something with these words, or with this id."""
    for _ in range(150):
        page.keyboard.press("Tab")
        focused = page.evaluate(
            "(document.activeElement.textContent || '') + (document.activeElement.id || '')"
        )
        if words in focused:
            return
    raise AssertionError(f"Tab never came to {words!r}")


@contextmanager
def loop_marked(loop: asyncio.AbstractEventLoop | None) -> Iterator[None]:
    """Have this event loop, or none, count as the one that runs in this thread; then again the one from before.

    Playwright marks its own and leaves it so after each call. Django would not touch the database then, and keeps
    connections for each loop: the tests between two browser tests must not see it.
    """
    before = asyncio._get_running_loop()
    asyncio._set_running_loop(loop)
    try:
        yield
    finally:
        asyncio._set_running_loop(before)


@pytest.fixture(scope="session")
def chromium() -> Iterator[tuple[Browser, asyncio.AbstractEventLoop]]:
    """Chromium without a window, started once, and the loop in which Playwright speaks to it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
        loop = asyncio.get_running_loop()
        with loop_marked(None):
            yield browser, loop
        browser.close()


@pytest.fixture
def browser(chromium: tuple[Browser, asyncio.AbstractEventLoop]) -> Iterator[Browser]:
    """Chromium, for one test."""
    browser, loop = chromium
    with loop_marked(loop):
        yield browser


@pytest.fixture
def complaints() -> list[str]:
    """What the browser complained about on any page: refused by the policy, failed, or thrown."""
    return []


@pytest.fixture
def open_context(
    browser: Browser, complaints: list[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., BrowserContext]]:
    """Make a browser context that reports its pages' complaints. Keywords as Playwright's `new_context`."""
    # Playwright runs an event loop in this thread, in which Django would not touch the database.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    contexts = []

    def hear(page: Page) -> None:
        page.on(
            "console",
            lambda message: (
                complaints.append(f"{page.url}: {message.text}")
                if message.type in {"error", "warning"}
                else None
            ),
        )
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))

    def open_one(**options: Any) -> BrowserContext:
        context = browser.new_context(**{"viewport": DESK, **options})
        context.set_default_timeout(PATIENCE)
        context.on("page", hear)
        contexts.append(context)
        return context

    yield open_one
    for context in contexts:
        context.close()
    connections.close_all()  # asked within the loop, they belong to it: nobody else would close them


@pytest.fixture
def phone(open_context: Callable[..., BrowserContext]) -> Page:
    """A patient's phone, 375 px wide."""
    return open_context(viewport=PHONE, has_touch=True).new_page()
