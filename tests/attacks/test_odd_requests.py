"""Requests that no browser sends by itself: each gets an ordinary answer, and none writes into the log."""

import logging
import re
import secrets
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core import signals
from django.core.management import call_command
from django.db import IntegrityError, close_old_connections, transaction
from django.test import Client, RequestFactory
from django.urls import reverse
from pytest_django import Settings

from booking.models import Appointment
from flexclinic.redaction import RedactingFilter, redact
from flexclinic.wsgi import application
from services.models import ServiceOption


@pytest.mark.django_db
@pytest.mark.usefixtures("clock", "therapist")
@pytest.mark.parametrize("start", ["9999-12-31T23:59", "9999-12-31T23:59-05:00", "9998-01-01T00:00"])
def test_a_start_at_the_end_of_time_gets_the_nearest_free_times(
    client: Client, option: ServiceOption, start: str
) -> None:
    response = client.get(reverse("booking:details", args=[option.slug, "anyone", start]))
    assert response.status_code == 409
    assert response.context["nearest"]


@pytest.mark.django_db
@pytest.mark.usefixtures("clock", "therapist")
@pytest.mark.parametrize("first", ["0001-01-01", "0002-01-01", "1969-12-31", "9998-01-01", "9999-12-31"])
def test_a_date_at_either_end_of_time_is_a_wrong_parameter(
    client: Client, option: ServiceOption, first: str
) -> None:
    response = client.get(reverse("booking:api_times"), {"option": option.slug, "from": first})
    assert response.status_code == 400
    assert [wrong["name"] for wrong in response.json()["invalid_params"]] == ["from"]


@pytest.fixture
def connection_stays() -> Iterator[None]:
    """A request leaves the test's connection open, as Django's own test client has it."""
    signals.request_started.disconnect(close_old_connections)
    yield
    signals.request_started.connect(close_old_connections)


@pytest.mark.django_db
@pytest.mark.usefixtures("connection_stays")
@pytest.mark.parametrize("charset", ["utf-16", "hex", "idna", "latin-1", "no-such", '"utf-16"'])
@pytest.mark.parametrize("path", ["/no-such-page", "/staff/login/", "/robots.txt"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_charset_that_is_not_ours_is_no_failure(method: str, path: str, charset: str) -> None:
    body = b"name=%FF%FE&csrfmiddlewaretoken=x"
    environ = {
        **RequestFactory().generic(method, path, body, query_string="q=%C3%A9").environ,
        "CONTENT_TYPE": f"application/x-www-form-urlencoded ;Charset={charset}",
        "HTTP_COOKIE": f"csrf={'a' * 32}",  # with it, the form itself is read
    }
    answers = []
    list(application(environ, lambda status, headers: answers.append((int(status[:3]), dict(headers)))))
    [(status, headers)] = answers
    assert status < 500
    assert "Content-Security-Policy" in headers


def test_an_address_cannot_write_a_line_of_its_own_into_the_log() -> None:
    record = logging.LogRecord(
        "gunicorn.access", logging.INFO, "", 0, "GET %s 404", ("/x\n[now] forged\x1b[2J\0",), None
    )
    RedactingFilter().filter(record)
    assert record.getMessage() == "GET /x\\x0a[now] forged\\x1b[2J\\x00 404"


@pytest.mark.parametrize("before", [" ", '"', "'", "\u2028", "=", "x%20"])
def test_a_link_that_was_mangled_on_its_way_is_no_link_in_the_log(before: str) -> None:
    token = secrets.token_urlsafe(32)
    said = redact(f"Not Found: /appointment/{before}{token}/ 404")
    assert token not in said
    assert said.endswith("/ 404")


@pytest.mark.django_db
def test_a_traceback_does_not_show_what_a_patient_typed(appointment: Appointment) -> None:
    note = "one line\n\nanother line about the knee"
    try:
        with transaction.atomic():
            Appointment.objects.filter(pk=appointment.pk).update(note=note, status="no such status")
    except IntegrityError:
        record = logging.LogRecord("django.request", logging.ERROR, "", 0, "oops", None, sys.exc_info())
    RedactingFilter().filter(record)
    said = logging.Formatter().format(record)
    assert "status_is_known" in said
    assert appointment.email not in said
    assert "knee" not in said
    assert "direct cause of the following exception" in said


@pytest.mark.django_db
def test_the_plain_pages_find_their_stylesheets_among_the_collected_files(
    client: Client, settings: Settings, tmp_path: Path
) -> None:
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "flexclinic.static_files.BundlingStorage"},
    }
    page = client.get("/", headers={"host": "elsewhere.example"})
    assert page.status_code == 400
    styles = re.findall(r'href="/static/([^"]+\.css)"', page.content.decode())
    assert styles
    call_command("collectstatic", interactive=False, verbosity=0)
    assert [name for name in styles if not (tmp_path / name).is_file()] == []
