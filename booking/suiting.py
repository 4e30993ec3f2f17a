"""Times that suit somebody: wishes, in words and in an address, and the free starts that fit. Pure.

A wish is a set of weekdays with a stretch of the day in which the visit may start, in minutes on the wall clock since
midnight; some are for certain dates only. `booking.said_times` reads them from a person's words.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from booking.day_parts import HOURS
from booking.said_dates import Dates
from flexclinic.lib import when

DAY_END = 24 * 60
EVERY_DAY = frozenset(range(7))
NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
#: The parts of a day, by when a visit starts: minutes since midnight.
PARTS = {
    **{part.value: (first * 60, after * 60) for part, (first, after) in HOURS.items()},
    "lunchtime": (11 * 60 + 30, 14 * 60),
}
MOST_WISHES = 14


class Wish(NamedTuple):
    """Weekdays (0 is Monday) and the minutes of the day, half-open, in which a visit may start; on some dates only.

    `date.min` is no first date, and `date.max` no last one.
    """

    days: frozenset[int]
    start: int
    end: int
    dates: Dates | None = None

    def holds(self, start: datetime) -> bool:
        """Whether a start, as the clinic's wall clock shows it, fits."""
        return self.holds_day(start.date()) and self.start <= start.hour * 60 + start.minute < self.end

    def holds_day(self, day: date) -> bool:
        """Whether something on such a day may fit."""
        return day.weekday() in self.days and (
            self.dates is None or self.dates.first <= day <= self.dates.last
        )


def without(wishes: Iterable[Wish], refused: Sequence[Wish]) -> list[Wish]:
    """What is left of wishes without the weekdays and hours of others, which are for no dates of their own."""
    left = list(wishes)
    for no in refused:
        parts: list[Wish] = []
        for wish in left:
            parts.append(wish._replace(days=wish.days - no.days))
            both = wish._replace(days=wish.days & no.days)
            parts.append(both._replace(end=min(wish.end, no.start)))
            parts.append(both._replace(start=max(wish.start, no.end)))
        left = [wish for wish in parts if wish.days and wish.start < wish.end]
    return left


def first_date(wishes: Iterable[Wish], *, today: date) -> date:
    """From which date on free times are worth looking at."""
    return max(today, min((wish.dates.first if wish.dates else date.min for wish in wishes), default=today))


def in_words(wish: Wish) -> str:
    """A wish as a person would say it: "Tuesdays from 4pm", "any day before 12 noon", "Thursday 3 December 2026"."""
    days = _when_in_words(wish)
    if (wish.start, wish.end) == (0, DAY_END):
        return f"{days}, any time"
    after = f"from {when.format_wall_time(*divmod(wish.start, 60))}" if wish.start else ""
    last = wish.end - 1 if wish.end % 5 == 1 else wish.end  # "between 2 and 4" has a start at 4, too
    word = "to" if last < wish.end else "to before" if wish.start else "before"
    until = f"{word} {when.format_wall_time(*divmod(last, 60))}" if wish.end < DAY_END else ""
    hours = " ".join(part for part in (after, until) if part)
    return f"{days}, {hours}" if wish.dates and wish.dates.first < wish.dates.last else f"{days} {hours}"


def _when_in_words(wish: Wish) -> str:
    days = _days_in_words(wish.days)
    if wish.dates is None:
        return days
    first, last = wish.dates
    if first == last:
        return when.format_date(first)
    if last == date.max:
        return f"{days} on or after {when.format_date(first)}"
    if first == date.min:
        return f"{days} until {when.format_date(last)}"
    return (
        f"{days} between {when.format_date(first, year=first.year != last.year)} and {when.format_date(last)}"
    )


def _days_in_words(days: frozenset[int]) -> str:
    for known, words in (
        (EVERY_DAY, "any day"),
        (frozenset(range(5)), "weekdays"),
        (frozenset({5, 6}), "weekends"),
    ):
        if days == known:
            return words
    if len(days) == 6:
        return f"any day except {NAMES[min(EVERY_DAY - days)]}s"
    names = [f"{NAMES[day]}s" for day in sorted(days)]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def write(wish: Wish) -> str:
    """A wish as it stands in an address: `tue.thu_1600-2400`, for some dates `thu_0000-2400_20261203-20261203`."""
    days = ".".join(NAMES[day][:3].lower() for day in sorted(wish.days))
    dates = f"_{_digits(wish.dates.first)}-{_digits(wish.dates.last)}" if wish.dates else ""
    return f"{days}_{_written(wish.start)}-{_written(wish.end)}{dates}"


def _written(minute: int) -> str:
    return f"{minute // 60:02d}{minute % 60:02d}"


def _digits(day: date) -> str:
    return day.isoformat().replace("-", "")


_SHORT = {name[:3].lower(): number for number, name in enumerate(NAMES)}
_WRITTEN = re.compile(
    rf"((?:{'|'.join(_SHORT)})(?:\.(?:{'|'.join(_SHORT)})){{0,6}})_(\d{{4}})-(\d{{4}})(?:_(\d{{8}})-(\d{{8}}))?",
    re.ASCII,
)


def read_written(text: str) -> Wish | None:
    """A wish from an address; None for what `write` never wrote."""
    match = _WRITTEN.fullmatch(text)
    if match is None:
        return None
    start, end = (int(part[:2]) * 60 + int(part[2:]) for part in (match[2], match[3]))
    if not 0 <= start < end <= DAY_END:
        return None
    dates = None
    if match[4]:
        try:
            dates = Dates(date.fromisoformat(match[4]), date.fromisoformat(match[5]))
        except ValueError:
            return None
    return Wish(frozenset(_SHORT[day] for day in match[1].split(".")), start, end, dates)


class Match(NamedTuple):
    """A free start, local to the clinic, and how many minutes of the day it is from what was wished; 0 fits."""

    start: datetime
    off: int


#: At most so many starts of one date are named, so that the answer reaches further than the first free day.
MOST_A_DAY = 3
#: These are so far apart at least: who cannot come at 9am cannot come at 9:15am either.
APART = timedelta(hours=1)
MOST_MATCHES = 12
MOST_NEAR = 6
#: A start is near when it is at most so many minutes outside what was wished on such a day.
NEAR = 90


def find(starts: Iterable[datetime], wishes: Sequence[Wish]) -> tuple[list[datetime], list[datetime]]:
    """Of free starts, ascending and as the clinic's wall clock shows them: those that fit, and those that are near.

    What fits comes by date; at most three starts of a date are taken, an hour apart, first those of the wish that was
    named first, then the earliest. Near are starts on a wished day up to an hour and a half before or after, the
    nearest first.
    """
    by_date: dict[object, list[tuple[int, datetime]]] = {}
    near: list[Match] = []
    for start in starts:
        fits = next((number for number, wish in enumerate(wishes) if wish.holds(start)), None)
        if fits is not None:
            by_date.setdefault(start.date(), []).append((fits, start))
        elif (off := _off(wishes, start)) is not None:
            near.append(Match(start, off))
    found: list[datetime] = []
    for of_date in by_date.values():
        taken: list[datetime] = []
        for _, start in sorted(of_date, key=lambda item: item[0]):
            if len(taken) < MOST_A_DAY and all(abs(start - one) >= APART for one in taken):
                taken.append(start)
        found += sorted(taken)
    closest = sorted(near, key=lambda match: (match.off, match.start))[:MOST_NEAR]
    return found[:MOST_MATCHES], sorted(match.start for match in closest)


def _off(wishes: Iterable[Wish], start: datetime) -> int | None:
    """Minutes by which a start misses the nearest wish of its day; None where that is more than `NEAR`."""
    minute = start.hour * 60 + start.minute
    misses = [
        wish.start - minute if minute < wish.start else minute - wish.end + 1
        for wish in wishes
        if wish.holds_day(start.date())
    ]
    least = min(misses, default=NEAR + 1)
    return least if least <= NEAR else None
