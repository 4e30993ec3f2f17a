"""Signed moments: read back as they were made, and nothing else is."""

from datetime import timedelta

import pytest
import time_machine

from flexclinic.lib import clock as now
from flexclinic.lib import stamps


def test_a_stamp_says_when_it_was_made_and_what_was_written(clock: time_machine.Traveller) -> None:
    made = now.now()
    text = stamps.make(purpose="a", says="2026-11")
    clock.shift(timedelta(milliseconds=1500))
    found = stamps.read(text, purpose="a", longest=timedelta(seconds=2))
    assert found == stamps.Stamp(made_at=made, says="2026-11")
    assert found.age == timedelta(milliseconds=1500)


def test_it_is_for_one_purpose_and_for_so_long(clock: time_machine.Traveller) -> None:
    text = stamps.make(purpose="a")
    assert stamps.read(text, purpose="b") is None
    clock.shift(timedelta(hours=1))
    assert stamps.read(text, purpose="a", longest=timedelta(hours=1))
    clock.shift(timedelta(milliseconds=1))
    assert stamps.read(text, purpose="a", longest=timedelta(hours=1)) is None
    assert stamps.read(text, purpose="a")


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("text", ["", "1", "a:b:c", "\0", "x" * 10_000, "WzE3LCIiXQ:1:forged", "ü" * 20])
def test_what_is_none_of_ours_says_nothing(text: str) -> None:
    assert stamps.read(text, purpose="a") is None


@pytest.mark.usefixtures("clock")
def test_every_altered_character_is_noticed() -> None:
    text = stamps.make(purpose="a")
    for place in range(len(text)):
        other = "A" if text[place] != "A" else "B"
        assert stamps.read(text[:place] + other + text[place + 1 :], purpose="a") is None
