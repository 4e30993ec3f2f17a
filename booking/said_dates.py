"""Dates as people write them: "Dec 3", "3 December", "12/03", "the 3rd", "tomorrow", "next week". Pure.

Weeks begin on Monday. A date without a year is the next one that is not over.
"""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import NamedTuple

#: Where 12/03 is December 3; everywhere else it is 12 March.
MONTH_FIRST = frozenset({"US", "PR", "GU", "VI", "AS", "MP", "PH", "FM", "MH", "PW"})

_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_MONTH_NUMBERS = {form: n for n, name in enumerate(_MONTHS, 1) for form in (name, name[:3])} | {"sept": 9}
_MONTH = rf"(?:{'|'.join(sorted(_MONTH_NUMBERS, key=len, reverse=True))})\b\.?"
_NUMBER = r"\d{1,2}(?!\d)(?:st|nd|rd|th)?(?![:.]\d)(?!\s*[ap]\.?m\b)"
_YEAR = r"(?:,?\s*\d{4}\b)?"

#: One date: what it is called here is what it is read by.
ONE = "|".join(
    (
        r"\d{4}-\d{1,2}-\d{1,2}\b",
        r"\d{1,2}/\d{1,2}(?:/(?:\d{4}|\d{2}))?(?![\d/:])",
        rf"{_MONTH}\s*{_NUMBER}{_YEAR}",
        rf"(?:the\s+)?{_NUMBER}\s+(?:of\s+)?{_MONTH}{_YEAR}",
        r"(?:the\s+)?\d{1,2}(?:st|nd|rd|th)\b",
        r"(?:the\s+)?day\s+after\s+tomorrow\b",
        r"today\b|tomorrow\b|tmrw\b",
    )
)
#: Several dates beside each other.
SEVERAL = r"(?:this|next)\s+(?:week(?:end)?|month)\b"


class Dates(NamedTuple):
    """From the first to the last, both included."""

    first: date
    last: date


def one(text: str, *, today: date, month_first: bool) -> date | None:
    """A date that `ONE` matches; None for one that there is not, that is over, or that is more than a year away."""
    if text.endswith("after tomorrow"):
        return today + timedelta(days=2)
    if text in {"today", "tomorrow", "tmrw"}:
        return today + timedelta(days=text != "today")
    numbers = [int(number) for number in re.findall(r"\d+", text)]
    month = next(
        (_MONTH_NUMBERS[word] for word in re.findall("[a-z]+", text) if word in _MONTH_NUMBERS), None
    )
    if "-" in text:
        found = _date(*numbers)
    elif month:
        day, *year = numbers
        found = _date(year[0], month, day) if year else _coming(month, day, today)
    elif "/" in text:
        first, second, *year = numbers
        if (month_first and first <= 12) or second > 12:
            first, second = second, first
        of_year = year[0] + 2000 if year and year[0] < 100 else year[0] if year else 0
        found = _date(of_year, second, first) if year else _coming(second, first, today)
    else:
        found = _coming_day(numbers[0], today)
    return found if found and today <= found <= today + timedelta(days=366) else None


def several(text: str, *, today: date) -> Dates | None:
    """Dates that `SEVERAL` matches; None for "next weekend", by which some mean this one."""
    monday = today - timedelta(days=today.weekday())
    named: dict[str, Callable[[], Dates]] = {
        "this week": lambda: Dates(today, monday + timedelta(days=6)),
        "next week": lambda: Dates(monday + timedelta(days=7), monday + timedelta(days=13)),
        "this weekend": lambda: Dates(max(today, monday + timedelta(days=5)), monday + timedelta(days=6)),
        "this month": lambda: Dates(today, _first_of_next(today) - timedelta(days=1)),
        "next month": lambda: Dates(
            _first_of_next(today), _first_of_next(_first_of_next(today)) - timedelta(days=1)
        ),
    }
    made = named.get(" ".join(text.split()))
    return made() if made else None


def _first_of_next(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _coming(month: int, day: int, today: date) -> date | None:
    years = (_date(today.year + more, month, day) for more in (0, 1))
    return next((found for found in years if found and found >= today), None)


def _coming_day(day: int, today: date) -> date | None:
    month = today.replace(day=1)
    for _ in range(12):
        found = _date(month.year, month.month, day)
        if found and found >= today:
            return found
        month = _first_of_next(month)
    return None
