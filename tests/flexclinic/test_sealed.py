"""What is sealed here can be read here, for its purpose and its time."""

from datetime import timedelta

import pytest
import time_machine
from pytest_django.fixtures import Settings

from flexclinic.lib import sealed

HOUR = timedelta(hours=1)


def test_what_was_sealed_can_be_read_and_shows_nothing() -> None:
    text = sealed.seal("sciatica", purpose="a")

    assert "sciatica" not in text
    assert sealed.unseal(text, purpose="a", lasts=HOUR) == "sciatica"


@pytest.mark.parametrize("text", ["", "x", "é", "A" * 5000])
def test_what_was_not_sealed_here_is_not_there(text: str) -> None:
    assert sealed.unseal(text, purpose="a", lasts=HOUR) is None


def test_another_purpose_and_a_later_time_cannot_read_it(clock: time_machine.Traveller) -> None:
    text = sealed.seal("sciatica", purpose="a")
    assert sealed.unseal(text, purpose="b", lasts=HOUR) is None

    clock.shift(HOUR + timedelta(seconds=1))
    assert sealed.unseal(text, purpose="a", lasts=HOUR) is None


def test_a_key_that_was_changed_can_still_read_it(settings: Settings) -> None:
    text = sealed.seal("sciatica", purpose="a")
    settings.SECRET_KEY, old = "n" * 60, settings.SECRET_KEY
    assert sealed.unseal(text, purpose="a", lasts=HOUR) is None

    settings.SECRET_KEY_FALLBACKS = [old]
    assert sealed.unseal(text, purpose="a", lasts=HOUR) == "sciatica"
