"""Odd things typed into every public form: each gets an answer in the clinic's words, and none is a failure.

What Django says by itself is taken from Django, so that a sentence of a newer version is known, too.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from html import unescape

import pytest
from django import forms
from django.core import validators
from django.db import models
from django.test import Client

from booking import links
from booking.models import Appointment
from services.models import ServiceOption, Therapist
from tests.factories.services import make_therapist

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

LONG = "word " * 2_000
ODD = {
    "nothing": "",
    "a null byte": "a\0b",
    "long": LONG,
    "controls": "\x1b[2J\u2028\u202e\ufeff\x85",
    "a number": "-99999999999999999999999999",
    "not a number": "１２",
    "a date": "9999-99-99",
    "one long word": "e\u0301" * 90 + "\U0010ffff<b>{{ 7 }}",
    "a long address": "a" * 300 + "@example.com",
}


def _sentences() -> Iterator[str]:
    classes = [
        *(kind for kind in vars(forms).values() if isinstance(kind, type)),
        *(kind for kind in vars(models).values() if isinstance(kind, type)),
    ]
    for kind in (*classes, *vars(validators).values()):
        for name in ("default_error_messages", "messages"):
            known = getattr(kind, name, None)
            yield from map(str, known.values()) if isinstance(known, dict) else ()
        if isinstance(kind, type) and hasattr(kind, "message"):
            yield str(kind.message)
    yield "Ensure this value has at most %(limit_value)d characters (it has %(show_value)d)."


def _pattern(sentence: str) -> str:
    # A template of words that Django fills in; of each the longest part that stays the same is looked for.
    parts = re.split(r"%\(\w+\)[sdr]", sentence)
    return " ".join(max(parts, key=len).split()).strip("“”\"'.,:; ")


DJANGO_SAYS = sorted({part for sentence in _sentences() if len(part := _pattern(sentence)) > 12})


def _words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


@dataclass(frozen=True)
class Form:
    address: str
    good: dict[str, str]


Forms = dict[str, Form]


@pytest.fixture
def public_forms(
    option: ServiceOption, therapist: Therapist, visit: Appointment, at: Callable[..., datetime]
) -> Forms:
    """Every form that somebody without an account can send, with what makes it good."""
    make_therapist(options=[option])
    token = links.mint(appointment=visit)
    key = "5f0c8a3e-0c33-4e0c-9c39-d7de6a6a7d0f"
    details = {
        "name": "Pat",
        "email": "pat@example.com",
        "phone": "(212) 555-0100",
        "first_visit": "",
        "note": "",
        "consent": "on",
        "website": "",
        "request_key": key,
        "stamp": "",
        "passed": "",
    }
    wishes = {"weekdays": "1", "parts": "morning", "therapists": "", "from_date": "", "until_date": ""}
    slot = f"/book/{option.slug}/anyone/2026-11-27T10:00/"
    seen = {"version": str(visit.version)}
    return {
        "details": Form(slot, details),
        "check": Form(slot, {**details, "check": "1"}),
        "safety": Form(f"{slot}before/", {"answer": "none"}),
        "suiting": Form(
            f"/book/{option.slug}/times-that-suit/",
            {"words": "Mondays", "days": "1", "parts": "morning", "therapist": ""},
        ),
        "change": Form("/change-my-booking/", {"reference": "K7QM-3XWP", "contact": "pat@example.com"}),
        "comfort": Form(
            f"/appointment/{token}/comfort/",
            {
                "pressure": "",
                "avoid": "",
                "therapist_gender": "",
                "clothing": "",
                "chaperone": "",
                "quiet": "",
            },
        ),
        "move": Form(f"/appointment/{token}/move/anyone/2026-11-27T10:00/", seen),
        "cancel": Form(f"/appointment/{token}/cancel/", seen),
        "join": Form(f"/book/{option.slug}/waiting-list/", {**details, **wishes}),
        "earlier": Form(f"/appointment/{token}/earlier/", {**wishes, "request_key": key}),
    }


NAMES = ("details", "check", "safety", "suiting", "change", "comfort", "move", "cancel", "join", "earlier")


def _check(answer: object, what: str) -> None:
    status, html = answer.status_code, answer.content.decode()  # type: ignore[attr-defined]
    assert status < 500, what
    words = _words(html)
    said = [sentence for sentence in DJANGO_SAYS if sentence in words]
    assert said == [], what
    for item in re.findall(r'<ul class="error-summary__list">.*?</ul>', html, re.DOTALL):
        assert all(len(_words(line)) < 200 for line in item.split("<li>")), what


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("name", [name for name in NAMES if name != "check"])
def test_one_odd_answer(name: str, odd: str, public_forms: Forms, settings: object) -> None:
    form = public_forms[name]
    settings.DEBUG_PROPAGATE_EXCEPTIONS = False  # type: ignore[attr-defined]
    for field in form.good:
        client = Client(raise_request_exception=False)
        answer = client.post(form.address, {**form.good, field: ODD[odd]})
        _check(answer, f"{field}: {odd}")


@pytest.mark.parametrize("name", NAMES)
def test_arrays_and_bytes_that_are_no_text(name: str, public_forms: Forms) -> None:
    form = public_forms[name]
    client = Client(raise_request_exception=False)
    for field in form.good:
        _check(client.post(form.address, {**form.good, field: ["a", "\0", "monday", LONG]}), f"{field} twice")
        body = f"{field}[]=1&{field}[x]=2&{field}=%FF%FE%00%ED%A0%80&{field}=%"
        sent = client.post(form.address, body, content_type="application/x-www-form-urlencoded")
        _check(sent, f"{field} of bytes")
    _check(client.post(form.address, {}), "nothing at all")
    _check(client.post(form.address, "{", content_type="application/json"), "no form")


def test_odd_windows(public_forms: Forms, option: ServiceOption) -> None:
    client = Client(raise_request_exception=False)
    move = public_forms["move"].address.split("anyone")[0]
    for page in (f"/book/{option.slug}/", move, f"/book/{option.slug}/times-that-suit/", "/api/times/"):
        for field in ("therapist", "days", "from", "visit", "check", "wish", "option"):
            for what, odd in ODD.items():
                if len(odd) < 6_000:
                    answer = client.get(page, {"option": option.slug, field: odd})
                    _check(answer, f"{page} {field}: {what}")


def test_all_of_django_is_looked_for() -> None:
    assert len(DJANGO_SAYS) > 40
    for known in ("This field is required", "Null characters are not allowed", "Enter a valid email address"):
        assert known in DJANGO_SAYS
    with pytest.raises(AssertionError):
        _check(Client().get("/robots.txt").__class__("<p>Null characters are not allowed.</p>"), "")
