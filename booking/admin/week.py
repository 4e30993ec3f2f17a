"""A therapist's week at a glance: seven days with a few stretches each, saved as a whole.

The form keeps the hours that hold every week. Rows with dates, or for every n-th week, are left as they are: they
are kept row by row.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet

from booking import working_hours
from booking.admin import ask_first
from booking.admin.start import check_near, date_field
from booking.fields import MinuteOfDayFormField
from booking.models import WeeklyHours
from booking.working_hours import DateHours, Rules
from flexclinic.lib import clock, when
from services.models import Therapist

#: Stretches that each day always has boxes for; a full day gets one more.
FEWEST = 3
#: No day has more.
MOST = 12
#: So many weeks, and so far apart, are filled at once.
MOST_WEEKS = 26
MOST_EVERY = 8

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
    anyway = ask_first.anyway_field()
    first_week = date_field(label="First week", required=False, help_text="Any day of it.")
    weeks = forms.IntegerField(
        label="How many weeks", required=False, min_value=1, max_value=MOST_WEEKS, initial=4
    )
    every = forms.IntegerField(
        label="Every n-th week",
        required=False,
        min_value=1,
        max_value=MOST_EVERY,
        initial=1,
        help_text="1 is each week, 2 every second one.",
    )

    def __init__(self, data: Any = None, *, therapist: Therapist, on_dates: bool = False) -> None:
        """`on_dates`: the hours are for the weeks that the boxes below name, and what holds every week stays."""
        stored = _standing(therapist)
        days: dict[int, list[Stretch]] = {int(day): [] for day in WeeklyHours.Weekday}
        for row in stored:
            days[row.weekday].append((row.start, row.end))
        initial: dict[str, Any] = {"seen": _stamp(stored)}
        super().__init__(data, initial=initial)
        self.therapist = therapist
        self.on_dates = on_dates
        self.dates: dict[date, DateHours] = {}
        self.before = self.after = Rules()
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
        """Read the stretches of each day; say at the right box what is out of order, and first who is affected."""
        cleaned = super().clean() or self.cleaned_data
        for weekday in WeeklyHours.Weekday:
            self.stretches[weekday] = read_stretches(
                self, [_names(weekday, number) for number in self._numbers(weekday)]
            )
        if self.on_dates:
            self._read_weeks(cleaned)
        if not self.errors:
            self.before = working_hours.rules_of(self.therapist, first=clock.today())
            self.after = (
                self.before.with_dates(self.dates) if self.on_dates else self.before.with_week(self.stretches)
            )
            left = working_hours.left_outside(therapist=self.therapist, before=self.before, after=self.after)
            ask_first.ask(self, left, said="will lie outside the hours")
        return cleaned

    def _read_weeks(self, cleaned: Mapping[str, Any]) -> None:
        for name, words in (
            ("first_week", "Enter a day of the first week."),
            ("weeks", "Enter how many weeks."),
            ("every", "Enter 1 for each week, or 2 for every second one."),
        ):
            if cleaned.get(name) is None and name not in self.errors:
                self.add_error(name, ValidationError(words, code="required"))
        if self.errors:
            return
        first: date = cleaned["first_week"]
        try:
            check_near(first)
        except ValidationError as error:
            self.add_error("first_week", error)
            return
        filled = working_hours.following_weeks(
            self.stretches,
            monday=first - timedelta(days=first.weekday()),
            weeks=cleaned["weeks"],
            every=cleaned["every"],
        )
        self.dates = {day: own for day, own in filled.items() if day >= clock.today()}
        if not self.dates:
            self.add_error("first_week", ValidationError("Those weeks are over.", code="over"))

    def changes(self) -> list[tuple[str, str, str]]:
        """What a form without errors of its boxes would change: when, from what, to what."""
        if self.on_dates:
            dates = sorted(self.dates)
            return [
                (when.format_date(day), in_words(was), in_words(will))
                for day in dates
                if (was := self.before.of_date(day)) != (will := self.after.of_date(day))
            ]
        return [
            (str(weekday.label), in_words(was), in_words(will))
            for weekday in WeeklyHours.Weekday
            if (was := self.before.standing(weekday)) != (will := self.after.standing(weekday))
        ]

    def _numbers(self, weekday: int) -> Iterator[int]:
        return (number for number in range(MOST) if _names(weekday, number)[0] in self.fields)

    def save(self) -> bool:
        """Make the therapist's standing hours what the valid form says. False, with an error, if they changed under it.

        Rows that stay keep their identity. Hours for following weeks become other hours of their dates.
        """
        if self.on_dates:
            working_hours.save_dates(therapist=self.therapist, dates=self.dates)
            return True
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

    def week_boxes(self) -> list[Any]:
        """The boxes that name following weeks."""
        return [self[name] for name in ("first_week", "weeks", "every")]

    def _pair(self, weekday: int, number: int) -> Pair:
        begins, ends = (self[name] for name in _names(weekday, number))
        return Pair(number, begins, ends, [*begins.errors, *ends.errors])


def read_stretches(form: forms.Form, pairs: Iterable[tuple[str, str]]) -> list[Stretch]:
    """The stretches that pairs of boxes of a form name, ascending; an error at the box that is out of order."""
    found: list[tuple[Stretch, str]] = []
    for begins, ends in pairs:
        if begins in form.errors or ends in form.errors:
            continue
        start, end = form.cleaned_data.get(begins), form.cleaned_data.get(ends)
        if start is None and end is None:
            continue
        if start is None:
            form.add_error(begins, ValidationError("Enter when this begins.", code="required"))
        elif end is None:
            form.add_error(ends, ValidationError("Enter when this ends.", code="required"))
        elif end <= start:
            form.add_error(ends, ValidationError("This must end after it begins.", code="order"))
        else:
            found.append(((start, end), begins))
    found.sort()
    for ((first_start, first_end), _), ((start, _), box) in pairwise(found):
        if start < first_end and not form.has_error(box):
            begins_at = when.format_wall_time(*divmod(first_start, 60))
            ends_at = when.format_wall_time(*divmod(first_end, 60))
            form.add_error(box, ValidationError(f"This overlaps {begins_at} to {ends_at}.", code="overlap"))
    return [stretch for stretch, _ in found]


def in_words(stretches: Iterable[Stretch]) -> str:
    """As in "9am to 12 noon, 1pm to 5pm"."""
    return ", ".join(when.format_stretch(*stretch) for stretch in stretches) or "no hours"


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
