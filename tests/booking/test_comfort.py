"""Comfort preferences in words, and which ones the desk sees."""

from typing import Any

import pytest

from booking import comfort
from booking.models import Appointment, ComfortPreferences, Patient
from flexclinic.lib import clock as now
from tests.factories.booking import make_appointment

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def tell(appointment: Appointment, **said: Any) -> ComfortPreferences:
    return ComfortPreferences.objects.create(appointment=appointment, updated_at=now.now(), **said)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({}, ""),
        ({"pressure": "light"}, "Light pressure"),
        ({"chaperone": True, "quiet": True}, "Wants a chaperone; little talk"),
        (
            {
                "pressure": "firm",
                "avoid": "my feet",
                "therapist_gender": "woman",
                "clothing": "a T-shirt",
                "quiet": True,
            },
            "Firm pressure; avoid: my feet; would rather have a woman; little talk; clothing: a T-shirt",
        ),
    ],
)
def test_everything_that_was_told_is_one_line(said: dict[str, Any], words: str) -> None:
    assert comfort.in_words(ComfortPreferences(**said)) == words
    assert comfort.in_words(None) == ""


def test_the_desk_sees_the_latest_of_the_same_record_and_of_no_other() -> None:
    record, other = Patient.objects.create(name="Pat"), Patient.objects.create(name="Pat")
    old, older = make_appointment(patient=record), make_appointment(patient=record)
    new, stranger = make_appointment(patient=record), make_appointment(patient=other)
    unmatched = make_appointment()
    assert comfort.latest_for(new) is None
    tell(older, pressure="firm")
    latest = tell(old, pressure="light")
    tell(unmatched, pressure="medium")
    assert comfort.latest_for(new) == latest
    assert comfort.latest_for(stranger) is None
    assert comfort.of(new) is None
    own = tell(new, quiet=True)
    assert comfort.latest_for(new) == own
