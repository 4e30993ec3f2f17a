"""A whole day at the desk in a real browser: with the mouse, by keyboard alone, and with scripts off."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import Group, User
from django.test import Client
from playwright.sync_api import BrowserContext
from pytest_django.live_server_helper import LiveServer

from booking import desk_group
from tests.browser import whole_day
from tests.browser.conftest import PHONE
from tests.browser.hands import NO_MOUSE, Hands, Keyboard, Mouse, Plain

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def ticking() -> Iterator[time_machine.Traveller]:
    """The clock goes on from the afternoon before the day, until the walk moves it."""
    with time_machine.travel(whole_day.at(15) - timedelta(days=1), tick=True) as traveller:
        yield traveller


@pytest.mark.parametrize("how", [Mouse, Keyboard, Plain], ids=["mouse", "keyboard", "no scripts"])
def test_a_whole_day(
    ticking: time_machine.Traveller,
    live_server: LiveServer,
    open_context: Callable[..., BrowserContext],
    complaints: list[str],
    how: type[Mouse | Keyboard | Plain],
) -> None:
    desk_group.ensure()
    whole_day.set_up()
    ticking.move_to(whole_day.at(8, 40))
    user = User.objects.create_user("frontdesk", is_staff=True)
    user.groups.add(Group.objects.get(name=desk_group.NAME))
    client = Client()
    client.force_login(user)

    def hands(**options: object) -> Hands:
        context = open_context(java_script_enabled=how is not Plain, **options)
        context.add_cookies(
            [{"name": "session", "value": client.cookies["session"].value, "url": live_server.url}]
        )
        if how is Keyboard:
            context.add_init_script(NO_MOUSE)
        return how(context.new_page())

    day = whole_day.Day(hands(), hands(viewport=PHONE), ticking, live_server.url)
    whole_day.work(day)
    assert complaints == []


def test_a_mouse_would_be_noticed(open_context: Callable[..., BrowserContext], complaints: list[str]) -> None:
    context = open_context()
    context.add_init_script(NO_MOUSE)
    page = context.new_page()
    page.goto("data:text/html,<button>Press</button>")
    page.get_by_role("button").press("Enter")
    assert complaints == []
    page.get_by_role("button").click()
    assert any("a mouse was used" in complaint for complaint in complaints)
