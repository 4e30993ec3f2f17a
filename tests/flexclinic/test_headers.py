"""What every answer says to the browser, whatever it answers."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path, reverse
from pytest_django import Settings

import flexclinic.urls
from booking.models import Appointment
from services.models import ServiceOption

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

PUBLIC = ["home", "services:services", "services:therapists", "booking:book", "booking:change", "blog:index"]
ON_EVERY_ANSWER = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Permitted-Cross-Domain-Policies": "none",
    "Origin-Agent-Cluster": "?1",
}
NONCE = re.compile(r"'nonce-([^']+)'")

pytestmark = pytest.mark.django_db


def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("the password is hunter2")


def without_database(request: HttpRequest) -> HttpResponse:
    raise OperationalError("connection refused")


urlpatterns = [path("broken/", broken), path("away/", without_database), *flexclinic.urls.urlpatterns]
handler403 = flexclinic.urls.handler403
handler500 = flexclinic.urls.handler500


def policy_of(response: "Answer") -> dict[str, str]:
    directives = (part.split(maxsplit=1) for part in response.headers["Content-Security-Policy"].split(";"))
    return {name: (rest[0].strip() if rest else "") for name, *rest in directives}


def assert_strict(response: "Answer") -> None:
    for name, value in ON_EVERY_ANSWER.items():
        assert response.headers.get(name) == value, name
    assert response.headers["Referrer-Policy"] in {"same-origin", "no-referrer"}
    assert "camera=()" in response.headers["Permissions-Policy"]
    policy = policy_of(response)
    assert policy["default-src"] == "'none'"
    assert policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["form-action"] == "'self'"
    assert re.fullmatch(r"('nonce-[^']+')?", policy["script-src"])
    assert "unsafe" not in response.headers["Content-Security-Policy"]
    assert "http" not in response.headers["Content-Security-Policy"]
    if response.headers.get("Content-Type", "").startswith("text/html") and not response.streaming:
        assert_nothing_inline(response.content.decode(), policy)


def assert_nothing_inline(page: str, policy: dict[str, str]) -> None:
    """No script without the nonce of this very answer, no style attribute, no handler in an attribute."""
    nonces = set(NONCE.findall(policy["script-src"]))
    for tag in re.findall(r"<script\b[^>]*>", page):
        if "application/json" in tag:  # data, which no policy of scripts is about
            continue
        found = re.search(r'nonce="([^"]+)"', tag)
        assert found, tag
        assert found[1] in nonces, tag
    for tag in re.findall(r"<style\b[^>]*>", page):
        assert re.search(r'nonce="([^"]+)"', tag), tag
    for tag in re.findall(r"<[a-z][^>]*>", page):
        assert not re.search(r"\s(style|on[a-z]+)=", re.sub(r'"[^"]*"', '""', tag)), tag


@pytest.mark.parametrize("name", PUBLIC)
def test_public_pages(client: Client, name: str) -> None:
    response = client.get(reverse(name))
    assert response.status_code == 200
    assert_strict(response)
    assert "sessionid" not in response.cookies


def test_booking_pages(client: Client, option: ServiceOption) -> None:
    assert_strict(client.get(reverse("booking:times", args=[option.slug])))
    assert_strict(client.get(reverse("booking:details", args=[option.slug, "anyone", "2026-11-24T10:00"])))


@pytest.mark.parametrize("name", ["index", "auth_user_changelist", "auth_user_add", "password_change"])
def test_desk_pages(admin_client: Client, name: str) -> None:
    response = admin_client.get(reverse(f"admin:{name}"))
    assert_strict(response)
    assert response.headers["Cache-Control"] == "no-store, private"
    assert "noindex" in response.headers["X-Robots-Tag"]


def test_desk_page_of_somebodys_password(admin_client: Client, admin_user: User) -> None:
    assert_strict(admin_client.get(reverse("admin:auth_user_password_change", args=[admin_user.pk])))


def test_desk_page_of_an_appointment(admin_client: Client, appointment: Appointment) -> None:
    response = admin_client.get(reverse("admin:booking_appointment_change", args=[appointment.pk]))
    assert response.status_code == 200
    assert_strict(response)


@pytest.mark.parametrize(
    "name",
    [
        "account_logout", "account_change_password", "account_reauthenticate", "mfa_index",
        "mfa_list_webauthn", "usersessions_list", "account_inactive",
    ],
)  # fmt: skip
def test_staff_pages(admin_client: Client, name: str) -> None:
    response = admin_client.get(reverse(name))
    assert response.status_code == 200
    assert_strict(response)
    assert response.headers["Cache-Control"] == "no-store, private"


def test_sign_in_page(client: Client) -> None:
    response = client.get(reverse("account_login"))
    assert response.headers["Cache-Control"] == "no-store, private"
    assert_strict(response)


def test_page_not_found(client: Client) -> None:
    response = client.get("/no/such/page/")
    assert response.status_code == 404
    assert_strict(response)


@pytest.mark.urls("tests.flexclinic.test_headers")
def test_a_fault_shows_nothing_of_itself(client: Client) -> None:
    client.raise_request_exception = False
    response = client.get("/broken/")
    assert response.status_code == 500
    assert_strict(response)
    page = response.content.decode()
    assert "something went wrong" in page
    assert "hunter2" not in page
    assert "Traceback" not in page


@pytest.mark.urls("tests.flexclinic.test_headers")
def test_without_the_database_people_are_asked_to_come_back(client: Client) -> None:
    client.raise_request_exception = False
    response = client.get("/away/")
    assert (response.status_code, response.headers["Retry-After"]) == (503, "30")
    assert_strict(response)
    assert "(212) 555-0142" in response.content.decode()


def test_a_strange_host_is_refused(client: Client) -> None:
    response = client.get("/", headers={"Host": "evil.example"})
    assert response.status_code == 400
    assert_strict(response)


def test_a_strange_host_is_refused_under_https_too(client: Client, settings: Settings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    response = Client().get("/", headers={"Host": "evil.example"})
    assert response.status_code == 400
    assert_strict(response)


def test_static_files(client: Client) -> None:
    response = client.get("/static/css/base.css")
    assert response.status_code == 200
    assert_strict(response)
    response.close()


@pytest.mark.parametrize("address", ["/robots.txt", "/sitemap.xml", "/.well-known/security.txt"])
def test_what_robots_read(client: Client, address: str) -> None:
    response = client.get(address)
    assert response.status_code == 200
    assert_strict(response)


def test_every_answer_has_a_nonce_of_its_own(client: Client) -> None:
    answers = [client.get(reverse("account_login")) for _ in range(5)]
    nonces = [NONCE.findall(response.headers["Content-Security-Policy"])[0] for response in answers]
    assert len(set(nonces)) == 5
    assert all(len(nonce) >= 20 for nonce in nonces)


def test_cookies_are_kept_from_scripts_and_other_sites(client: Client, admin_user: User) -> None:
    response = client.post(reverse("account_login"), {"login": "admin", "password": "password"})
    assert response.status_code == 302
    assert set(response.cookies) >= {"session", "csrf"}
    for cookie in response.cookies.values():
        assert cookie["httponly"] is True
        assert cookie["samesite"] == "Strict"


UNDER_HTTPS = """
import django
django.setup()
from django.test import Client
from django.conf import settings
settings.ALLOWED_HOSTS = ["clinic.example"]
plain = Client().get("/staff/login/", headers={"Host": "clinic.example"})
assert plain.status_code == 301 and plain["Location"] == "https://clinic.example/staff/login/", plain
assert plain["Cross-Origin-Resource-Policy"] == "same-origin"
page = Client().get("/staff/login/", headers={"Host": "clinic.example"}, secure=True)
assert page.status_code == 200
assert page["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains; preload"
assert "upgrade-insecure-requests" in page["Content-Security-Policy"]
(name, cookie), = page.cookies.items()
assert name == "__Host-csrf" and cookie["secure"] and cookie["httponly"] and cookie["path"] == "/"
assert not cookie["domain"] and cookie["samesite"] == "Strict"
assert settings.SESSION_COOKIE_NAME == "__Host-session" and settings.SESSION_COOKIE_SECURE
assert Client().get("/healthz", headers={"Host": "10.0.0.7"}).status_code == 200
"""


def test_under_https_cookies_are_for_this_host_alone(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "FLEXCLINIC_DATA": str(tmp_path),
        "FLEXCLINIC_DEMO": "1",
        "SITE_URL": "https://clinic.example",
    }
    done = subprocess.run(
        [sys.executable, "-c", UNDER_HTTPS], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
