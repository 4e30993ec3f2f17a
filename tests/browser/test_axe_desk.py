"""axe on every page of the desk, light and dark. Which pages there are comes from the URLconf: a new one is read, too.

What comes only after something was sent is read where it is tested: people and openings of the phone booking, the
plan of a series, forms with errors.
"""

import os
from collections.abc import Callable, Iterable
from datetime import datetime, time, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import BrowserContext, Page
from pytest_django.live_server_helper import LiveServer

from booking import desk_group, roles
from flexclinic.lib import clock
from tests.factories.services import make_option
from tests.who_may.clinic import make_clinic
from tests.who_may.routes import MODELS, PAGES, USUAL
from tests.who_may.urlconf import every_route

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

#: Routes that answer with something else than a page of ours, and why.
NO_PAGE = {
    "admin/board/stamp/": "plain text for a script",
    "admin/board/at/<int:instant>/<slug:who>/<int:option>/": "leads on",
    "admin/numbers/all.xlsx": "a file",
    "admin/numbers/<slug:key>.csv": "a file",
    "admin/booking/notification/previews/<slug:kind>/html/": "a message as its reader sees it",
    "admin/autocomplete/": "JSON for a script",
    "admin/jsi18n/": "a script",
    "admin/r/<path:content_type_id>/<path:object_id>/": "leads to the website",
    "admin/(?P<url>.*)$": "there is no such page",
    "admin/login/": "leads on",
    "admin/logout/": "leads on",
    "admin/password_change/": "leads on",
    "admin/password_change/done/": "leads on",
}
#: Other faces of the pages: a query, or another address of the route.
FACES = (
    "/admin/board/?date=2026-11-26&view=week",
    "/admin/board/?date=2026-11-26&view=month",
    "/admin/board/?date=2026-11-26&by=room",
    "/admin/board/?date=0001-01-01",
    "/admin/phone/?who=p{patient}",
    "/admin/phone/?booked={appointment}",
    "/admin/why/?option={option_slug}&date=2026-11-26&time=9",
    "/admin/numbers/?period=last-30-days",
    "/admin/booking/appointment/?show=all",
    "/admin/booking/waitingplace/add/?appointment={appointment}",
)
#: The colors once more, to the level that is asked for (AA).
DARK = {"runOnly": ["cat.color"], "rules": {"color-contrast-enhanced": {"enabled": False}}}
GROUPS = ("The desk’s own pages", "Signing in")


def own_pages() -> dict[str, str]:
    """Addresses of pages by their routes; what is only sent is no page."""
    listed = {route: line for group in GROUPS for route, line in PAGES[group].items()}
    return {
        route: line.split()[1]
        for route, line in listed.items()
        if line.startswith("GET") and route not in NO_PAGE
    }


def usual_pages() -> list[str]:
    """The usual pages of each model in the admin."""
    return [
        f"/admin/{model.replace('.', '/')}/{route.replace('<path:object_id>', '{' + row + '}')}"
        for model, row in MODELS.items()
        for route in dict.fromkeys(route for route, _ in USUAL.values())
    ]


def test_every_route_of_the_desk_is_read_or_is_no_page() -> None:
    sent = {route for group in PAGES.values() for route, line in group.items() if line.startswith("POST")}
    usual = {f"admin/{model.replace('.', '/')}/" for model in MODELS}
    forgotten = [
        route
        for route in every_route()
        if route.startswith(("admin/", "staff/"))
        and route not in own_pages()
        and route not in NO_PAGE
        and route not in sent
        and not any(route.startswith(model) for model in usual)
    ]
    assert forgotten == []


@pytest.fixture
def rows(live_server: LiveServer) -> dict[str, object]:
    """A small clinic with a row of each kind, and somebody who may do everything."""
    desk_group.ensure()
    roles.ensure()
    tomorrow = datetime.combine(clock.today() + timedelta(days=1), time(10), clock.clinic_zone())
    boss = User.objects.create_superuser("boss", password="not a secret of anybody")
    return make_clinic(option=make_option(), start=tomorrow, user=boss)


@pytest.fixture
def page(live_server: LiveServer, open_context: Callable[..., BrowserContext], rows: object) -> Page:
    """The boss's browser. axe is put into its pages by the test, which the policy would refuse."""
    client = Client()
    client.force_login(User.objects.get(username="boss"))
    context = open_context(bypass_csp=True, reduced_motion="reduce")
    context.add_cookies(
        [{"name": "session", "value": client.cookies["session"].value, "url": live_server.url}]
    )
    return context.new_page()


def barriers(page: Page, addresses: Iterable[str]) -> dict[str, object]:
    """What axe finds on each page: all of its rules in light, and in dark those of colors."""
    found: dict[str, object] = {}
    for address in addresses:
        answer = page.goto(address, wait_until="load")
        assert answer
        kind = answer.header_value("content-type") or ""
        if answer.status != 200 or not kind.startswith("text/html"):
            found[address] = f"no page: {answer.status} {kind}"
            continue
        # Colors on their way from one to another are nobody's to read.
        page.add_style_tag(
            content="*, ::before, ::after { transition: none !important; animation: none !important }"
        )
        for scheme, only in (("light", None), ("dark", DARK)):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            if violations := Axe().run(page, options=only).response["violations"]:
                found[f"{address} {scheme}"] = [
                    (each["id"], [node["html"][:160] for node in each["nodes"]][:4]) for each in violations
                ]
    return found


def test_the_desks_own_pages_have_no_known_barriers(
    live_server: LiveServer, page: Page, rows: dict[str, object]
) -> None:
    left_out = {
        # A second factor is set up first: what these lead to then is read with sign-in.
        "staff/second-factor/authenticate/",
        "staff/second-factor/reauthenticate/",
        "staff/second-factor/totp/deactivate/",
        "staff/second-factor/recovery-codes/",
        "staff/second-factor/recovery-codes/download/",
        "staff/second-factor/webauthn/reauthenticate/",
        "staff/second-factor/webauthn/keys/<int:pk>/remove/",
        "staff/second-factor/webauthn/keys/<int:pk>/edit/",
    }
    addresses = [address for route, address in own_pages().items() if route not in left_out]
    found = barriers(page, (live_server.url + each.format(**rows) for each in [*addresses, *FACES]))
    assert {where.removeprefix(live_server.url): what for where, what in found.items()} == {}


@pytest.mark.skipif("EXHAUSTIVE" not in os.environ, reason="an hour on two cores: EXHAUSTIVE=1 runs it")
def test_the_usual_pages_of_each_model_have_no_known_barriers(
    live_server: LiveServer, page: Page, rows: dict[str, object]
) -> None:
    found = barriers(page, (live_server.url + each.format(**rows) for each in usual_pages()))
    assert {where.removeprefix(live_server.url): what for where, what in found.items()} == {}


def test_a_barrier_would_be_found(page: Page) -> None:
    found = barriers(page, [])
    assert found == {}
    page.set_content("<main><h1>Hello</h1><img src='x'><button></button></main>")
    assert {each["id"] for each in Axe().run(page).response["violations"]} >= {"image-alt", "button-name"}
