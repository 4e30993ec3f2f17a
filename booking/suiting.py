"""Times that suit somebody: from their words to the free starts that fit. Pure: no database, no clock.

A wish is a set of weekdays with a stretch of the day in which the visit may start, in minutes on the wall clock since
midnight. "Tuesdays after 4, or Thursday morning" is two. People name hours as on a clock face: from 8 to 11 without
am or pm is the morning, everything else the afternoon, as a clinic is not open at 4 in the night.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from booking.day_parts import HOURS
from flexclinic.lib import when

DAY_END = 24 * 60
EVERY_DAY = frozenset(range(7))
NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
#: The parts of a day, by when a visit starts: minutes since midnight.
PARTS = {
    **{part.value: (first * 60, after * 60) for part, (first, after) in HOURS.items()},
    "lunchtime": (11 * 60 + 30, 14 * 60),
}
#: "At 5" and "around 5" are half an hour either way.
AROUND = 30
MOST_WISHES = 14

_DAYS = {
    **{form: frozenset({number}) for number, name in enumerate(NAMES) for form in (name.lower(), name[:3].lower())},
    "tues": frozenset({1}),
    "thur": frozenset({3}),
    "thurs": frozenset({3}),
    "weekday": frozenset(range(5)),
    "weekend": frozenset({5, 6}),
    "day": EVERY_DAY,
    "daily": EVERY_DAY,
    "everyday": EVERY_DAY,
    "anytime": EVERY_DAY,
}  # fmt: skip
_DAY = "|".join(sorted(_DAYS, key=len, reverse=True))
_HOUR = r"(?:(?:[01]?\d|2[0-4])(?:[:.][0-5]\d)?\s*(?:[ap]\.?m\b\.?|o'?clock)?|noon|midday|midnight)"
_CLOCK = rf"(?:lunch|work|school|{_HOUR})"  # "I work on Mondays" names no hour, "after work" does
_NAMED_TIMES = {
    "noon": 12 * 60,
    "midday": 12 * 60,
    "lunch": 13 * 60,
    "school": 15 * 60 + 30,
    "work": 17 * 60,
    "midnight": DAY_END,
}
_TO = r"\s*(?:-|–|to|until|till|and|through)\s*"
_PATTERNS = [
    (name, re.compile(pattern))
    for name, pattern in (
        ("break", r"[;\n]|,\s*or\b|\bor\s+else\b|\balternatively\b"),
        ("join", r",|\bor\b|\band\b|&|\+|/|\balso\b|\bthen\b"),
        ("days", rf"({_DAY})s?\s*(?:-|–|to|through|until|till)\s*({_DAY})s?\b"),
        ("day", rf"({_DAY})s?\b"),
        ("part", rf"({'|'.join(PARTS)})s?\b"),
        ("between", rf"(?:between|from)?\s*({_CLOCK}){_TO}({_CLOCK})(?![\d:])"),
        ("after", rf"(?:after|from|past|not\s+before|no\s+earlier\s+than|starting)\s+({_CLOCK})(?![\d:])"),
        ("before", rf"(?:before|until|till|by|not\s+after|no\s+later\s+than)\s+({_CLOCK})(?![\d:])"),
        ("at", rf"(?:at|around|about)?\s*({_HOUR})(?![\d:])"),
        (
            "filler",
            r"(?:on|in|at|the|a|an|any|all|every|each|some|time|times|only|best|is|are|am|i|im|i'm|me|my|can|could|come"
            r"|free|available|works?|work|for|suits?|prefer|preferably|please|ideally|would|like|be|good|great|of|it"
            r"|days?|hours?|either|both|to|if|possible|possibly|maybe|perhaps|during|when)\b|[.!?'’]",
        ),
    )
]


class Wish(NamedTuple):
    """Weekdays (0 is Monday) and the minutes of the day, half-open, in which a visit may start."""

    days: frozenset[int]
    start: int
    end: int

    def holds(self, weekday: int, minute: int) -> bool:
        """Whether a start at the minute of such a day fits."""
        return weekday in self.days and self.start <= minute < self.end


@dataclass(frozen=True, slots=True)
class Reading:
    """What was understood, and the words that were not."""

    wishes: list[Wish]
    unread: list[str]


@dataclass(slots=True)
class _Clause:
    """What stands between two separators."""

    days: set[int] = field(default_factory=set)
    hours: list[tuple[int, int]] = field(default_factory=list)
    hours_first: bool = False
    hard: bool = False  # whether what comes before is over for good


def read(text: str) -> Reading:
    """Read a person's words: days, parts of the day and hours, in any order, joined by "or", "and" and commas."""
    clauses, unread = _clauses(text.lower().replace("’", "'"))
    return Reading(_wishes(clauses), unread)


def negates(text: str) -> bool:
    """Whether somebody says when they cannot come, which is not read."""
    words = text.lower().replace("’", "'").replace("not before", "").replace("not after", "")
    return bool(re.search(r"\b(?:not|no|never|cannot|can't|don't|except|unless|without|but)\b", words))


def _clauses(text: str) -> tuple[list[_Clause], list[str]]:
    clauses = [_Clause()]
    unread: list[str] = []
    position = 0
    while position < len(text):
        if text[position].isspace():
            position += 1
            continue
        for name, pattern in _PATTERNS:
            if (match := pattern.match(text, position)) and match.end() > position:
                _take(name, match, clauses)
                position = match.end()
                break
        else:
            word = re.compile(r"\S+").match(text, position)
            assert word
            unread.append(word[0].strip(",.;"))
            position = word.end()
    return clauses, unread


def _take(name: str, match: re.Match[str], clauses: list[_Clause]) -> None:
    clause = clauses[-1]
    match name:
        case "break" | "join":
            clauses.append(_Clause(hard=name == "break"))
        case "day":
            clause.days |= _DAYS[match[1]]
        case "days":
            first, last = min(_DAYS[match[1]]), max(_DAYS[match[2]])
            clause.days |= {(first + step) % 7 for step in range((last - first) % 7 + 1)}
        case "part":
            _take_hours(clause, PARTS[match[1]])
        case "between":
            start, end = _minute(match[1]), _minute(match[2])
            if end <= start and start >= 12 * 60 and not re.search(r"[ap]\.?m", match[1]):
                start -= 12 * 60  # "2 to 11": from 2 in the morning is the only way
            _take_hours(clause, (start, end + 1) if start < end else (start, DAY_END))
        case "after":
            _take_hours(clause, (_minute(match[1]), DAY_END))
        case "before":
            _take_hours(clause, (0, _minute(match[1])))
        case "at":
            minute = _minute(match[1])
            _take_hours(clause, (max(0, minute - AROUND), min(DAY_END, minute + AROUND + 1)))


def _take_hours(clause: _Clause, hours: tuple[int, int]) -> None:
    clause.hours_first = clause.hours_first or not (clause.days or clause.hours)
    if clause.hours:  # "afternoon after 3", "after 4 until 6": what both hold
        start, end = clause.hours[-1]
        both = max(start, hours[0]), min(end, hours[1])
        if both[0] < both[1]:
            clause.hours[-1] = both
            return
    clause.hours.append(hours)


def _minute(text: str) -> int:
    """Minutes since midnight of a time as people write it."""
    if text in _NAMED_TIMES:
        return _NAMED_TIMES[text]
    numbers = re.match(r"(\d+)(?:[:.](\d\d))?", text)
    assert numbers
    hour, minute = int(numbers[1]), int(numbers[2] or 0)
    if re.search(r"p\.?m", text):
        hour = hour if hour >= 12 else hour + 12
    elif re.search(r"a\.?m", text):
        hour = 0 if hour == 12 else hour
    elif 1 <= hour <= 7 and not text.startswith("0"):
        hour += 12
    return min(hour * 60 + minute, DAY_END)


def _wishes(clauses: Sequence[_Clause]) -> list[Wish]:
    """Join clauses that belong together.

    Days without hours wait for the hours of the clause that follows ("Tuesday or Thursday after 4"); hours without days
    are of the days before them ("Tuesday morning or evening"), and days after hours that came first share those
    ("mornings on Monday or Friday"). After a hard break nothing is shared.
    """
    wishes: list[Wish] = []
    waiting: set[int] = set()
    before: _Clause | None = None
    for clause in clauses:
        if clause.hard:
            _add(wishes, waiting, [])
            waiting, before = set(), None
        if not clause.days and not clause.hours:
            continue
        if clause.hours:
            days = clause.days | waiting or (before.days if before else set())
            _add(wishes, days or set(EVERY_DAY), clause.hours)
            waiting = set()
            before = _Clause(days, clause.hours, clause.hours_first)
        elif before and before.hours_first and before.days:
            _add(wishes, clause.days, before.hours)
        else:
            waiting |= clause.days
    _add(wishes, waiting, [])
    return wishes[:MOST_WISHES]


def _add(wishes: list[Wish], days: Iterable[int], hours: Sequence[tuple[int, int]]) -> None:
    chosen = frozenset(days)
    for start, end in hours or [(0, DAY_END)] if chosen else []:
        wish = Wish(chosen, start, end)
        if start < end and wish not in wishes:
            wishes.append(wish)


def in_words(wish: Wish) -> str:
    """A wish as a person would say it: "Tuesdays from 4pm", "any day before 12 noon"."""
    days = _days_in_words(wish.days)
    if (wish.start, wish.end) == (0, DAY_END):
        return f"{days}, any time"
    after = f"from {when.format_wall_time(*divmod(wish.start, 60))}" if wish.start else ""
    last = wish.end - 1 if wish.end % 5 == 1 else wish.end  # "between 2 and 4" has a start at 4, too
    word = "to" if last < wish.end else "to before" if wish.start else "before"
    until = f"{word} {when.format_wall_time(*divmod(last, 60))}" if wish.end < DAY_END else ""
    return " ".join(part for part in (days, after, until) if part)


def _days_in_words(days: frozenset[int]) -> str:
    for known, words in (
        (EVERY_DAY, "any day"),
        (frozenset(range(5)), "weekdays"),
        (frozenset({5, 6}), "weekends"),
    ):
        if days == known:
            return words
    names = [f"{NAMES[day]}s" for day in sorted(days)]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def write(wish: Wish) -> str:
    """A wish as it stands in an address: `tue.thu_1600-2400`."""
    days = ".".join(NAMES[day][:3].lower() for day in sorted(wish.days))
    return f"{days}_{_written(wish.start)}-{_written(wish.end)}"


def _written(minute: int) -> str:
    return f"{minute // 60:02d}{minute % 60:02d}"


_WRITTEN = re.compile(
    r"((?:mon|tue|wed|thu|fri|sat|sun)(?:\.(?:mon|tue|wed|thu|fri|sat|sun)){0,6})_(\d{4})-(\d{4})", re.ASCII
)


def read_written(text: str) -> Wish | None:
    """A wish from an address; None for what `write` never wrote."""
    match = _WRITTEN.fullmatch(text)
    if match is None:
        return None
    start, end = (int(part[:2]) * 60 + int(part[2:]) for part in (match[2], match[3]))
    if not 0 <= start < end <= DAY_END:
        return None
    return Wish(frozenset(min(_DAYS[day]) for day in match[1].split(".")), start, end)


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
        weekday, minute = start.weekday(), start.hour * 60 + start.minute
        fits = next((number for number, wish in enumerate(wishes) if wish.holds(weekday, minute)), None)
        if fits is not None:
            by_date.setdefault(start.date(), []).append((fits, start))
        elif (off := _off(wishes, weekday, minute)) is not None:
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


def _off(wishes: Iterable[Wish], weekday: int, minute: int) -> int | None:
    """Minutes by which a start misses the nearest wish of its weekday; None where that is more than `NEAR`."""
    misses = [
        wish.start - minute if minute < wish.start else minute - wish.end + 1
        for wish in wishes
        if weekday in wish.days
    ]
    least = min(misses, default=NEAR + 1)
    return least if least <= NEAR else None
