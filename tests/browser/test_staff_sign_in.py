"""Staff sign-in in a real browser under the strict policy: passkeys, the authenticator app."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.contrib.auth.models import User
from django.db import connections
from django.urls import reverse
from playwright.sync_api import BrowserContext, CDPSession, Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

PASSWORD = "Trapezius-17-rhomboid"

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def give_back_connections(open_context: Callable[..., BrowserContext]) -> Iterator[None]:
    """Close what Django opened beside Playwright's event loop: outside of it nobody would find it again."""
    yield
    connections.close_all()


@pytest.fixture
def member(transactional_db: None) -> User:
    """Somebody of the staff with a password."""
    return User.objects.create_user("maria", password=PASSWORD, is_staff=True, is_superuser=True)


@pytest.fixture
def desk_page(open_context: Callable[..., BrowserContext]) -> Page:
    """The computer at the desk."""
    return open_context().new_page()


def plug_in(page: Page) -> tuple[CDPSession, str]:
    """Give the browser a device that knows its owner, as a laptop with a fingerprint reader is one."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options: dict[str, Any] = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    added = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session, added["authenticatorId"]


def sign_in(page: Page, live_server: LiveServer) -> None:
    page.goto(live_server.url + reverse("admin:index"))
    page.get_by_label("Username").fill("maria")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def sign_out(page: Page, live_server: LiveServer) -> None:
    page.goto(live_server.url + reverse("account_logout"))
    page.get_by_role("main").get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Staff sign-in")).to_be_visible()


def add_passkey(page: Page) -> None:
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("A name for it").fill("Desk computer")
    page.get_by_role("button", name="Add the passkey").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()


def test_a_required_passkey_is_set_up_and_signs_in_alone(
    desk_page: Page, live_server: LiveServer, member: User, settings: Settings, complaints: list[str]
) -> None:
    settings.STAFF_MFA = "required"
    plug_in(desk_page)
    sign_in(desk_page, live_server)
    expect(desk_page.get_by_role("heading", name="Set up a second factor")).to_be_visible()
    add_passkey(desk_page)
    desk_page.get_by_role("link", name="I have kept them").click()
    expect(desk_page).to_have_url(live_server.url + reverse("admin:index"))
    assert Authenticator.objects.filter(user=member, type=Authenticator.Type.WEBAUTHN).count() == 1

    sign_out(desk_page, live_server)
    desk_page.get_by_role("button", name="Sign in with a passkey").click()
    expect(desk_page).to_have_url(live_server.url + reverse("admin:index"))

    assert complaints == []


def test_a_passkey_is_the_second_step_after_the_password(
    desk_page: Page, live_server: LiveServer, member: User, complaints: list[str]
) -> None:
    plug_in(desk_page)
    sign_in(desk_page, live_server)
    desk_page.goto(live_server.url + reverse("mfa_index"))
    add_passkey(desk_page)
    sign_out(desk_page, live_server)

    sign_in(desk_page, live_server)
    expect(desk_page.get_by_role("heading", name="Second step")).to_be_visible()
    desk_page.get_by_role("button", name="Use your passkey").click()
    expect(desk_page).to_have_url(live_server.url + reverse("admin:index"))

    assert complaints == []


def test_a_passkey_that_is_refused_says_so(
    desk_page: Page, live_server: LiveServer, member: User, complaints: list[str]
) -> None:
    session, device = plug_in(desk_page)
    session.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": False})
    desk_page.goto(live_server.url + reverse("account_login"))

    desk_page.get_by_role("button", name="Sign in with a passkey").click()

    expect(desk_page.get_by_role("alert")).to_contain_text("Nothing was done")
    expect(desk_page.get_by_role("button", name="Sign in with a passkey")).to_be_enabled()
    assert complaints == []


def test_the_app_is_set_up_from_what_the_page_shows(
    desk_page: Page, live_server: LiveServer, member: User, complaints: list[str]
) -> None:
    sign_in(desk_page, live_server)
    desk_page.goto(live_server.url + reverse("mfa_activate_totp"))
    picture = desk_page.get_by_role("img", name="QR code")
    box = picture.bounding_box()
    assert box
    assert box["width"] == box["height"] >= 200
    secret = desk_page.locator(".factor__secret").inner_text()
    code = [format_hotp_value(hotp_value(secret, counter)) for counter in yield_hotp_counters_from_time()][1]
    desk_page.get_by_role("textbox", name="Code").fill(code)
    desk_page.get_by_role("button", name="Finish").click()

    expect(desk_page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    expect(desk_page.locator(".factor__codes code")).to_have_count(10)
    assert complaints == []


def test_without_scripts_the_password_and_the_code_are_enough(
    open_context: Callable[..., BrowserContext], live_server: LiveServer, member: User
) -> None:
    page = open_context(java_script_enabled=False).new_page()
    page.goto(live_server.url + reverse("account_login"))
    expect(page.get_by_role("button", name="Sign in with a passkey")).to_be_hidden()
    sign_in(page, live_server)
    expect(page).to_have_url(live_server.url + reverse("admin:index"))
    page.goto(live_server.url + reverse("mfa_add_webauthn"))
    expect(page.get_by_text("This needs a browser that knows passkeys")).to_be_visible()
