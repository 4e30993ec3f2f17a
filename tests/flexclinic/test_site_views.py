"""The project's own addresses: probes, what robots read, forms whose token is lost."""

import datetime
import html
import re
from xml.etree import ElementTree

import psycopg
import pytest
import time_machine
from django.conf import settings as configured
from django.contrib.auth.models import User
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client, RequestFactory
from django.urls import reverse
from pytest_django import Settings

from booking.models import Appointment
from flexclinic import readiness
from flexclinic.views import too_many_requests
from services.models import ServiceOption, Therapist

TYPED = {
    "name": 'Ana "Nina" <O\'Neil>',
    "email": "ana@patient.example",
    "phone": "212-555-0177",
    "note": "Stairs are hard\nfor me",
    "consent": "on",
}


@pytest.fixture
def strict() -> Client:
    """A browser whose forms are checked as in production."""
    return Client(enforce_csrf_checks=True)


# Probes


def test_alive_needs_no_database_and_no_known_host(client: Client) -> None:
    response = client.get("/healthz", headers={"Host": "10.1.2.3"})
    assert response.status_code == 200
    assert response.json() == {"status": "alive"}
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.django_db(transaction=True)
def test_ready_when_every_migration_is_applied(client: Client) -> None:
    response = client.get("/readyz", headers={"Host": "10.1.2.3"})
    assert response.json() == {"status": "ready"}
    assert response.status_code == 200


@pytest.mark.django_db(transaction=True)
def test_not_ready_names_the_migration_that_waits(client: Client) -> None:
    row = MigrationRecorder.Migration.objects.get(app="booking", name="0001_initial")
    row.delete()
    try:
        response = client.get("/readyz")
    finally:
        row.save(force_insert=True)
    assert response.status_code == 503
    assert response.json() == {
        "status": "not ready",
        "problems": ["migration booking.0001_initial is not applied"],
    }


@pytest.mark.django_db
def test_not_ready_while_the_database_does_not_answer(client: Client, settings: Settings) -> None:
    lost = {**connection.settings_dict, "HOST": "/nowhere/at/all"}
    there, connection.settings_dict = connection.settings_dict, lost
    try:
        response = client.get("/readyz")
    finally:
        connection.settings_dict = there
    assert response.status_code == 503
    assert response.json() == {"status": "not ready", "problems": ["the database does not answer"]}


def test_a_fault_of_the_database_while_it_is_asked_is_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> set[tuple[str, str]]:
        raise psycopg.OperationalError("terminating connection")

    monkeypatch.setattr(readiness, "_applied", fail)
    assert readiness.ready().status_code == 503


# What robots read


def test_robots_keep_out_of_the_desk_and_of_the_diary(client: Client) -> None:
    response = client.get("/robots.txt")
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    lines = response.content.decode().splitlines()
    for closed in ("/admin/", "/staff/", "/appointment/", "/book/"):
        assert f"Disallow: {closed}" in lines
    assert f"Sitemap: {configured.SITE_URL}/sitemap.xml" in lines


def test_security_txt_expires_within_a_year(client: Client, clock: time_machine.Traveller) -> None:
    response = client.get("/.well-known/security.txt")
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    fields = dict(line.split(": ", 1) for line in response.content.decode().splitlines() if line)
    expires = datetime.datetime.fromisoformat(fields["Expires"])
    assert expires == datetime.datetime(2027, 5, 22, 14, 0, tzinfo=datetime.UTC)
    assert fields["Contact"] == f"mailto:{configured.CLINIC['email']}"
    assert fields["Canonical"] == f"{configured.SITE_URL}/.well-known/security.txt"


@pytest.mark.django_db
def test_the_sitemap_lists_pages_at_our_address(client: Client, settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    response = client.get("/sitemap.xml", headers={"Host": "other.example"})
    tree = ElementTree.fromstring(response.content)
    found = {element.text for element in tree.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")}
    for name in ("home", "blog:index", "booking:book", "services:services"):
        assert f"{configured.SITE_URL}{reverse(name)}" in found


# Refusals


@pytest.mark.django_db
def test_a_lost_token_keeps_what_was_typed_and_one_tap_books(
    strict: Client, option: ServiceOption, therapist: Therapist, room: object, clock: time_machine.Traveller
) -> None:
    address = reverse("booking:details", args=[option.slug, therapist.slug, "2026-11-24T10:00"])
    form = strict.get(address).content.decode()
    key = re.search(r'name="request_key" value="([^"]+)"', form)
    assert key
    strict.cookies.clear()

    refused = strict.post(address, {**TYPED, "request_key": key[1]})

    assert refused.status_code == 403
    assert refused.headers["Cache-Control"] == "no-store"
    page = refused.content.decode()
    assert f'action="{address}"' in page
    kept = {
        name: html.unescape(value)
        for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)
    }
    assert {name: kept[name] for name in TYPED} == TYPED
    assert not Appointment.objects.exists()

    done = strict.post(address, kept)

    assert done.status_code == 302
    assert Appointment.objects.get().request_key is not None
    assert str(Appointment.objects.get().request_key) == key[1]


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["account_login", "admin:login"])
def test_a_lost_token_at_the_desk_repeats_nothing(strict: Client, name: str) -> None:
    response = strict.post(reverse(name), {"login": "maria", "password": "Trapezius-17"})
    assert response.status_code == 403
    assert "Trapezius-17" not in response.content.decode()
    assert "maria" not in response.content.decode()


def test_a_form_of_another_site_is_not_repeated(strict: Client) -> None:
    response = strict.post(
        "/book/neck-60/anyone/2026-11-24T10:00/", TYPED, headers={"Origin": "https://evil.example"}
    )
    assert response.status_code == 403
    assert "ana@patient.example" not in response.content.decode()


@pytest.mark.parametrize(
    "typed",
    [{f"field{number}": "x" for number in range(100)}, {"note": "x" * 10_000}, {"password": "hunter2"}],
)
def test_only_what_the_form_can_hold_is_repeated(strict: Client, typed: dict[str, str]) -> None:
    response = strict.post("/book/neck-60/anyone/2026-11-24T10:00/", typed)
    assert response.status_code == 403
    assert next(iter(typed.values())) * 2 not in response.content.decode()
    assert "hunter2" not in response.content.decode()


@pytest.mark.django_db
def test_too_many_requests_says_when_to_try_again(rf: RequestFactory, clock: time_machine.Traveller) -> None:
    request = rf.post("/staff/second-factor/webauthn/login/")
    request.user = User(username="maria")
    response = too_many_requests(request)
    assert response.status_code == 429
    assert response.headers["Retry-After"] == "60"
    assert "Try again at 9:01am, in a minute." in response.content.decode()
