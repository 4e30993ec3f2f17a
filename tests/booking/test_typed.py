"""Boxes that people type into."""

import pytest

from booking.typed import on_lines, on_one_line


@pytest.mark.parametrize("text", ["\u200b", "\u200c\u200d", " \u2060\ufeff ", "\u202e\u2066", ""])
def test_what_nobody_can_see_is_nothing(text: str) -> None:
    assert on_one_line(text) == ""


def test_what_turns_the_direction_is_left_out_and_joiners_stay() -> None:
    assert on_one_line("\u202egnp.exe") == "gnp.exe"
    assert on_one_line("می\u200cخواهم") == "می\u200cخواهم"
    assert on_lines("one\u202e\ntwo") == "one\ntwo"
