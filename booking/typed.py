"""Boxes that people type into: what no keyboard writes is left out, and each refusal says what to do."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

# Besides controls: what takes no room, and what turns the direction of all that follows.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
#: Joins letters in some scripts; by itself it is nothing to read.
_JOINERS = "\u200c\u200d"


def on_one_line(text: str) -> str:
    """The text with single spaces, and without characters that no keyboard writes."""
    line = " ".join(_CONTROL.sub(" ", text).split())
    return line if line.strip(f"{_JOINERS} ") else ""


def on_lines(text: str) -> str:
    """The text on the lines on which it was typed, without characters that no keyboard writes."""
    return _CONTROL.sub("", text.replace("\r\n", "\n")).strip()


def shorten(word: str) -> str:
    """The beginning of what was typed, for saying it back."""
    return word if len(word) <= 30 else f"{word[:29]}…"


class Line(forms.CharField):
    """Text on one line."""

    default_error_messages = {"max_length": "Use %(limit_value)d characters or fewer."}

    def to_python(self, value: Any) -> Any:
        """The text on one line."""
        return super().to_python(on_one_line(value) if isinstance(value, str) else value)


class Lines(forms.CharField):
    """Text on as many lines as somebody likes."""

    default_error_messages = {
        "max_length": "Use %(limit_value)d characters or fewer. You used %(show_value)d."
    }

    def to_python(self, value: Any) -> Any:
        """The text on its lines."""
        return super().to_python(on_lines(value) if isinstance(value, str) else value)


class Email(forms.EmailField):
    """An email address."""

    default_error_messages = {"invalid": "Enter an email address such as name@example.com."}

    def to_python(self, value: Any) -> Any:
        """The address; one that is too long for any mailbox is none, and is said once to be none."""
        text = super().to_python(on_one_line(value) if isinstance(value, str) else value)
        if text and self.max_length and len(text) > self.max_length:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return text


class Named(forms.ModelMultipleChoiceField[Any]):
    """Boxes to tick, each known by a word: a word that the database cannot hold is one that was not offered."""

    def validate_no_null_characters(self, value: Any) -> None:
        """Refuse it as any other word that was not offered."""
        if "\0" in str(value):
            raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")
