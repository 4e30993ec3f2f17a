"""A time of day as people write it, kept as minutes since midnight."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models

_WRITTEN = re.compile(r"\s*(\d{1,2})(?:[:.](\d{2}))?\s*(am|pm|a\.m\.|p\.m\.)?\s*", re.IGNORECASE)
_MESSAGE = "Write a time such as 9:00, 5:30pm or 24:00."


def parse_minute_of_day(text: str) -> int:
    """Read "9", "9:00", "17:30", "5:30pm" or "24:00" as minutes since midnight, 0 to 1440.

    Raises ValidationError with a message that says how to write it.
    """
    words = {"noon": "12:00", "midnight": "24:00"}
    match = _WRITTEN.fullmatch(words.get(text.strip().lower(), text))
    if match is None:
        raise ValidationError(_MESSAGE, code="invalid")
    hour, minute = int(match[1]), int(match[2] or 0)
    if half := (match[3] or "").lower().replace(".", ""):
        if not 1 <= hour <= 12:
            raise ValidationError(_MESSAGE, code="invalid")
        hour = hour % 12 + (12 if half == "pm" else 0)
    total = hour * 60 + minute
    if minute > 59 or total > 1440:
        raise ValidationError(_MESSAGE, code="invalid")
    return total


def write_minute_of_day(minutes: int) -> str:
    """Write minutes since midnight on the 24-hour clock: 570 is "09:30", 1440 is "24:00"."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


class MinuteOfDayFormField(forms.CharField):
    """A text box for a time of day. Gives minutes since midnight, or None when it may be empty."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"size": 7, "inputmode": "text"}))
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Any:
        """Minutes since midnight."""
        if value in self.empty_values:
            return None
        return value if isinstance(value, int) else parse_minute_of_day(str(value))

    def prepare_value(self, value: Any) -> Any:
        """What the box shows."""
        return write_minute_of_day(value) if isinstance(value, int) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare as minutes, so that "9:00" and "09:00" are the same."""
        try:
            return bool(self.to_python(initial) != self.to_python(data))
        except ValidationError:
            return True


class MinuteOfDayField(models.PositiveSmallIntegerField[Any, Any]):
    """Minutes on the wall clock since midnight, 0 to 1440."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("validators", [MaxValueValidator(1440)])
        super().__init__(*args, **kwargs)

    def formfield(self, **kwargs: Any) -> Any:
        """A text box that reads times of day."""
        return MinuteOfDayFormField(
            label=kwargs.get("label", str(self.verbose_name).capitalize()),
            required=not self.blank,
            initial=self.get_default() if self.has_default() else None,
            help_text=self.help_text,
        )
