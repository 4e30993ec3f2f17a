"""A therapist's week at a glance: seven days with a few stretches each, saved as a whole.

The form keeps the hours that hold every week. Rows with dates, or for every n-th week, are left as they are: they
are kept row by row.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet

from booking.fields import MinuteOfDayFormField
from booking.models import WeeklyHours
from flexclinic.lib import when
from services.models import Therapist

#: Stretches that each day always has boxes for; a full day gets one more.
FEWEST = 3
#: No day has more.
MOST = 12

Stretch = tuple[int, int]


def _names(weekday: int, number: int) -> tuple[str, str]:
    return f"day{weekday}-{number}-from", f"day{weekday}-{number}-until"


@dataclass(frozen=True, slots=True)
class Pair:
    """The two boxes of a stretch, and what is wrong with it."""

    number: int
    start: Any
    end: Any
    errors: list[str]


@dataclass(frozen=True, slots=True)
class Day:
    """A weekday's boxes."""

    weekday: int
    name: str
    pairs: list[Pair]


class WeekForm(forms.Form):
    """The hours of a week. Both boxes of a stretch empty: there is none."""

    #: What the hours were when the form was shown, so that two desks do not overwrite each other.
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any = None, *, therapist: Therapist) -> None:
        stored = _standing(therapist)
        days: dict[int, list[Stretch]] = {int(day): [] for day in WeeklyHours.Weekday}
        for row in stored:
            days[row.weekday].append((row.start, row.end))
        initial: dict[str, Any] = {"seen": _stamp(stored)}
        super().__init__(data, initial=initial)
        self.therapist = therapist
        self.stretches: dict[int, list[Stretch]] = {}
        for weekday, stretches in days.items():
            count = _boxes_sent(data, weekday) if data is not None else len(stretches) + 1
            for number in range(min(MOST, max(FEWEST, count))):
                begins, ends = _names(weekday, number)
                for name, words in ((begins, "from"), (ends, "until")):
                    field = MinuteOfDayFormField(required=False)
                    label = f"{WeeklyHours.Weekday(weekday).label}, {_ordinal(number)}, {words}"
                    field.widget.attrs.update({"aria-label": label, "size": 7, "autocomplete": "off"})
                    self.fields[name] = field
                if number < len(stretches):
                    initial[begins], initial[ends] = stretches[number]

    @staticmethod
    def copied(data: Any) -> Any:
        """What was sent, with Monday's boxes in Tuesday's to Friday's."""
        filled = data.copy()
        for weekday in range(1, 5):
            for number in range(MOST):
                for target, source in zip(_names(weekday, number), _names(0, number), strict=True):
                    if source in data:
                        filled[target] = data[source]
                    else:
                        filled.pop(target, None)
        return filled

    def clean(self) -> dict[str, Any]:
        """Read the stretches of each day; say at the right box what is out of order."""
        cleaned = super().clean() or self.cleaned_data
        for weekday in WeeklyHours.Weekday:
            self.stretches[weekday] = self._read_day(weekday)
        return cleaned

    def _read_day(self, weekday: int) -> list[Stretch]:
        found: list[tuple[Stretch, str]] = []
        for number in self._numbers(weekday):
            begins, ends = _names(weekday, number)
            if begins in self.errors or ends in self.errors:
                continue
            start, end = self.cleaned_data.get(begins), self.cleaned_data.get(ends)
            if start is None and end is None:
                continue
            if start is None:
                self.add_error(begins, ValidationError("Enter when this begins.", code="required"))
            elif end is None:
                self.add_error(ends, ValidationError("Enter when this ends.", code="required"))
            elif end <= start:
                self.add_error(ends, ValidationError("This must end after it begins.", code="order"))
            else:
                found.append(((start, end), begins))
        found.sort()
        for ((first_start, first_end), _), ((start, _), box) in pairwise(found):
            if start < first_end and not self.has_error(box):
                begins_at = when.format_wall_time(*divmod(first_start, 60))
                ends_at = when.format_wall_time(*divmod(first_end, 60))
                self.add_error(
                    box, ValidationError(f"This overlaps {begins_at} to {ends_at}.", code="overlap")
                )
        return [stretch for stretch, _ in found]

    def _numbers(self, weekday: int) -> Iterator[int]:
        return (number for number in range(MOST) if _names(weekday, number)[0] in self.fields)

    def save(self) -> bool:
        """Make the therapist's standing hours what the valid form says. False, with an error, if they changed under it.

        Rows that stay keep their identity.
        """
        with transaction.atomic():
            Therapist.objects.select_for_update(no_key=True).get(pk=self.therapist.pk)
            stored = _standing(self.therapist)
            if self.cleaned_data["seen"] != _stamp(stored):
                text = (
                    "Somebody has changed these hours in the meantime. Open the page again before you save."
                )
                self.add_error(None, ValidationError(text, code="changed"))
                return False
            wanted = {(day, *stretch) for day, stretches in self.stretches.items() for stretch in stretches}
            kept = set()
            for row in stored:
                key = (row.weekday, row.start, row.end)
                if key in wanted and key not in kept:
                    kept.add(key)
                else:
                    row.delete()
            WeeklyHours.objects.bulk_create(
                WeeklyHours(therapist=self.therapist, weekday=day, start=start, end=end)
                for day, start, end in sorted(wanted - kept)
            )
        return True

    def days(self) -> list[Day]:
        """The boxes, a day after the other."""
        return [
            Day(
                int(weekday),
                str(weekday.label),
                [self._pair(weekday, number) for number in self._numbers(weekday)],
            )
            for weekday in WeeklyHours.Weekday
        ]

    def _pair(self, weekday: int, number: int) -> Pair:
        begins, ends = (self[name] for name in _names(weekday, number))
        return Pair(number, begins, ends, [*begins.errors, *ends.errors])


def _standing(therapist: Therapist) -> list[WeeklyHours]:
    """The rows that hold every week, without dates."""
    rows: QuerySet[WeeklyHours] = therapist.weekly_hours.filter(every=1, valid_from=None, valid_until=None)
    return list(rows.order_by("weekday", "start", "end", "pk"))


def _stamp(rows: list[WeeklyHours]) -> str:
    text = " ".join(f"{row.weekday}.{row.start}.{row.end}" for row in rows)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _boxes_sent(data: Any, weekday: int) -> int:
    return max((number + 1 for number in range(MOST) if _names(weekday, number)[0] in data), default=0)


def _ordinal(number: int) -> str:
    return ("first", "second", "third", "fourth")[number] if number < 4 else f"number {number + 1}"
