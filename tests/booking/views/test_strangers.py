"""What a stranger learns about a time that is not free: that it is not free, and no more."""

import re
import uuid
from collections.abc import Callable
from datetime import datetime
from html import unescape
from typing import Any

import pytest
from django.test import Client

from booking import why
from booking.models import Appointment
from booking.question import ReasonCode
from services.models import Room, ServiceOption, Therapist
from tests.factories.booking import make_appointment, make_hold, make_time_off

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.django_db]

At = Callable[..., datetime]

#: Of somebody else, or of the therapist: nobody's business.
NAME, EMAIL, PHONE, NOTE, DENTIST, HELD = (
    "Quentin Privatsky",
    "quentin@secret.example",
    "(212) 555-0187",
    "My left knee again",
    "Root canal",
    "Kept for the board",
)
#: Words of codes that no page of ours uses otherwise.
CODES = [
    f'"{code}"' if "_" not in code else code for code in ReasonCode if code is not ReasonCode.MISSING_HOUR
]


@pytest.fixture
def taken(option: ServiceOption, therapist: Therapist, room: Room, at: At) -> Appointment:
    """Somebody's visit tomorrow at 10, and the therapist's time off in the afternoon."""
    off = make_time_off(therapist=therapist, start=at(24, 13), end=at(24, 17))
    off.note = DENTIST
    off.save()
    make_hold(therapist=therapist, start=at(25, 9), end=at(25, 10), note=HELD)
    return make_appointment(
        option=option,
        therapist=therapist,
        room=room,
        start=at(24, 10),
        name=NAME,
        email=EMAIL,
        phone=PHONE,
        note=NOTE,
        first_visit=True,
    )


def details(option: ServiceOption) -> dict[str, Any]:
    return {
        "name": "Somebody Else",
        "email": "else@example.test",
        "phone": "(212) 555-0199",
        "consent": "on",
        "request_key": str(uuid.uuid4()),
    }


def bodies_for_strangers(option: ServiceOption, therapist: Therapist) -> dict[str, tuple[int, str]]:
    """Everything that says which times are free and which are not: status and text, by what was asked."""
    patient = Client()
    book = f"/book/{option.slug}"
    asked = {
        "api": patient.get(f"/api/times/?option={option.slug}&from=2026-11-24&days=1"),
        "api of one": patient.get(f"/api/times/?option={option.slug}&therapist={therapist.slug}"),
        "api of nobody": patient.get(f"/api/times/?option={option.slug}&therapist=nobody"),
        "times": patient.get(f"{book}/?therapist={therapist.slug}&from=2026-11-24"),
        "taken": patient.get(f"{book}/{therapist.slug}/2026-11-24T10:30/"),
        "taken from anyone": patient.get(f"{book}/anyone/2026-11-24T10:30/"),
        "time off": patient.get(f"{book}/{therapist.slug}/2026-11-24T14:00/"),
        "sent": patient.post(f"{book}/{therapist.slug}/2026-11-24T10:30/", details(option)),
        "sent into time off": patient.post(f"{book}/anyone/2026-11-24T14:00/", details(option)),
    }
    return {name: (page.status_code, unescape(page.content.decode())) for name, page in asked.items()}


def secrets(appointment: Appointment) -> set[str]:
    return {
        appointment.reference,
        str(appointment.uid),
        NAME,
        "Quentin",
        EMAIL,
        PHONE,
        "555-0187",
        NOTE,
        DENTIST,
        HELD,
    }


def test_strangers_learn_nothing_of_others_and_the_desk_does(
    option: ServiceOption, therapist: Therapist, taken: Appointment, desk: Client
) -> None:
    bodies = bodies_for_strangers(option, therapist)
    assert {name: status for name, (status, _) in bodies.items()} == {
        "api": 200,
        "api of one": 200,
        "api of nobody": 400,
        "times": 200,
        "taken": 409,
        "taken from anyone": 409,
        "time off": 409,
        "sent": 409,
        "sent into time off": 409,
    }
    reasons = [words.said for words in why._SAID.values()]
    told = {
        (name, word)
        for name, (_, body) in bodies.items()
        for word in [*secrets(taken), *CODES, *reasons]
        if word in body
    }
    assert told == set()

    # The control: the same words do stand on the pages that only the desk can open.
    asked = f"/admin/why/?option={option.slug}&therapist={therapist.slug}&date=2026-11-24"
    seen = "".join(
        unescape(desk.get(address).content.decode())
        for address in (f"{asked}&time=10:30", f"{asked}&time=14", "/admin/board/?date=2026-11-24")
    )
    for word in (taken.reference, NAME, DENTIST, why._SAID[ReasonCode.BUSY].said):
        assert word in seen
    assert Client().get(f"{asked}&time=10:30").status_code == 302
    assert Client().get("/admin/board/").status_code == 302


def test_strangers_learn_nothing_where_there_are_no_times_at_all(
    option: ServiceOption, therapist: Therapist, taken: Appointment, at: At, desk: Client
) -> None:
    off = make_time_off(
        therapist=therapist, start=at(23), end=datetime.fromisoformat("2028-01-01T00:00-05:00")
    )
    off.note = DENTIST
    off.save()
    make_hold(therapist=therapist, start=at(25, 9), end=at(25, 10), note=HELD)
    bodies = bodies_for_strangers(option, therapist)
    assert '"times": []' in bodies["api"][1]
    reasons = [words.said for words in why._SAID.values()]
    told = {
        (name, word)
        for name, (_, body) in bodies.items()
        for word in [*secrets(taken), *CODES, *reasons]
        if word in body
    }
    assert told == set()
    asked = f"/admin/why/?option={option.slug}&therapist={therapist.slug}&date=2026-11-24&time=10"
    seen = desk.get(asked).content.decode()
    assert DENTIST in seen
    assert NAME in seen


def test_taken_and_kept_back_look_the_same_but_for_the_time(
    option: ServiceOption, therapist: Therapist, taken: Appointment
) -> None:
    """A request, a confirmed visit and one that is over: nobody can tell which."""
    pages = set()
    for status in ("requested", "offered", "confirmed", "arrived"):
        Appointment.objects.filter(pk=taken.pk).update(status=status)
        page = Client().get(f"/book/{option.slug}/{therapist.slug}/2026-11-24T10:30/")
        pages.add(without_tokens(page.content.decode()))
    assert len(pages) == 1


def without_tokens(body: str) -> str:
    """A page without what is new on every answer."""
    return re.sub(r'nonce="[^"]*"|name="(csrfmiddlewaretoken|request_key)" value="[^"]*"', "", body)
