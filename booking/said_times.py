"""What somebody says about the times that suit them, read as wishes. Pure: no database, no clock.

"Tuesdays after 4, or Thursday morning" is two wishes. People name hours as on a clock face: from 8 to 11 without am or
pm is the morning, everything else the afternoon, as a clinic is not open at 4 in the night; with another hour beside
it, or a part of the day, an hour is the one that goes with that.

A no takes away: "not Fridays", "any day except mornings". It must stand right before what it takes away, and that must
be days, or hours, or one of each. Any other no is not understood, and then nothing is: half could be the opposite.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import product

from booking import said_dates
from booking.said_dates import Dates
from booking.suiting import DAY_END, EVERY_DAY, MOST_WISHES, NAMES, PARTS, Wish, without
from flexclinic.lib import when

#: "At 5" and "around 5" are half an hour either way.
AROUND = 30

_DAYS = {
    **{form: frozenset({number}) for number, name in enumerate(NAMES) for form in (name.lower(), name[:3].lower())},
    "tues": frozenset({1}),
    "thur": frozenset({3}),
    "thurs": frozenset({3}),
    **dict.fromkeys(("weekday", "week day", "workday", "working day", "business day"), frozenset(range(5))),
    **dict.fromkeys(("weekend", "week end"), frozenset({5, 6})),
    **dict.fromkeys(("day", "daily", "everyday", "any time", "anytime", "whenever", "24/7"), EVERY_DAY),
}  # fmt: skip
_MANY = (EVERY_DAY, frozenset(range(5)))
_SAID_PARTS = {
    **PARTS,
    **dict.fromkeys(("lunch time", "lunch hour", "lunch break", "lunch"), PARTS["lunchtime"]),
    **dict.fromkeys(("night", "tonight"), PARTS["evening"]),
}


def _any_of(words: Iterable[str]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_DAY = rf"(?:{_any_of(_DAYS)})(?:s\b|\b)(?:(?<=mon|tue|wed|thu|fri|sat|sun)\.|(?<=tues|thur)\.|(?<=thurs)\.)?"
_UP_TO = r"\s*(?:-|–|to|until|till|through|and)\s*"
_HOUR = r"(?:(?:[01]?\d|2[0-4])(?:[:.][0-5]\d)?\s*(?:[ap]\.?m\b\.?|o'?clock\b|ish\b)?|noon|midday|midnight)"
#: A number of something else is no hour: "2 hours", "in 3 weeks", "1 of 2".
_NO_MORE = (
    r"(?![\d:/])(?!\s*(?:hours?|hrs?|weeks?|wks?|days?|months?|min|visits?|people|persons?|times|of)\b)"
)
_CLOCK = rf"(?:lunch|work|school|{_HOUR})"  # "I work on Mondays" names no hour, "after work" does
_NAMED_TIMES = {
    "noon": 12 * 60,
    "midday": 12 * 60,
    "lunch": 13 * 60,
    "school": 15 * 60 + 30,
    "work": 17 * 60,
    "midnight": DAY_END,
}
_TO = r"\s*(?:-|–|to|until|till|through)\s*"
_AFTER = r"(?:on\s+or\s+after|after|from|past|not\s+before|not\s+until|no\s+earlier\s+than|starting(?:\s+from)?|since)"
_BEFORE = r"(?:before|until|till|up\s+to|by|not\s+after|no\s+later\s+than|not\s+later\s+than)"
_NOT = (
    r"(?:(?:do|does|is|are|ca|wo|could|would|should)(?:n't|nt)|cannot|can\s+not|not|no|never|neither|avoid"
    r"|except(?:ing)?(?:\s+for)?|excluding|other\s+than|apart\s+from|but\s+(?:not|no|never))"
)
_PATTERNS = [
    (name, re.compile(pattern))
    for name, pattern in (
        ("unsure", r"i\s+(?:am\s+|'?m\s+)?(?:work|working)\s+(?:on\b|(?=\w+day))|not\s+(?:only|just|until|if|even)\b"),
        ("break", r"[;\n]|[.!?](?=\s|$)|\bor\s+else\b|\balternatively\b"),
        ("or", r",\s*or\b"),
        ("but", r",?\s*but\b(?!\s+(?:not|no|never)\b)"),
        ("join", r",?\s*(?:\bor\b|\band\b(?!\s+not\b)|\balso\b|\bnor\b)|,|&|\+|/|\bthen\b|\band\b"),
        ("day", r"(24/7)(?!\d)"),
        ("dates", rf"(?:from\s+|between\s+)?({said_dates.ONE}){_UP_TO}({said_dates.ONE})"),
        ("dates", rf"(?:from\s+)?({said_dates.ONE})\s*(?:-|–)\s*(\d{{1,2}}(?:st|nd|rd|th)?)(?![\d:/]|\s*[ap]m)"),
        ("from date", rf"{_AFTER}\s+({said_dates.ONE})"),
        ("to date", rf"{_BEFORE}\s+({said_dates.ONE})"),
        ("date", rf"({said_dates.ONE})"),
        ("period", rf"({said_dates.SEVERAL})"),
        ("this", r"this\s+(morning|afternoon|evening)\b|(?=(tonight)\b)"),
        ("this day", rf"this\s+(?:coming\s+)?({_any_of(form for form, days in _DAYS.items() if len(days) == 1)})\b"),
        ("unread", rf"next\s+(?:{_DAY}|\w+)"),
        ("days", rf"({_DAY})\s*(?:-|–|to\b|through\b|until\b|till\b)\s*({_DAY})"),
        ("between", rf"(?:between|from)\s+({_CLOCK})(?:{_TO}|\s+and\s+)({_CLOCK}){_NO_MORE}"),
        ("between", rf"({_CLOCK}){_TO}({_CLOCK}){_NO_MORE}"),
        ("after", rf"{_AFTER}\s+(?:around\s+|about\s+)?({_CLOCK}){_NO_MORE}"),
        ("before", rf"{_BEFORE}\s+(?:around\s+|about\s+)?({_CLOCK}){_NO_MORE}"),
        ("after", rf"({_HOUR})\s*(?:\+|or\s+later\b|onwards?\b|and\s+later\b){_NO_MORE}"),
        ("before", rf"({_HOUR})\s*or\s+(?:earlier|before)\b"),
        ("not", rf"{_NOT}\b"),
        ("day", rf"({_DAY})"),
        ("part", rf"({_any_of(_SAID_PARTS)})s?\b"),
        ("at", rf"(?:at\s+)?(?:around\s+|about\s+|@\s*)?({_HOUR}){_NO_MORE}(?!\w)"),
        ("unsure", r"(?:unless|without|hardly|busy|away|unavailable|instead|rather\s+than|bad|worst|hate|impossible"
            r"|closed|difficult|working|nothing|nor)\b"),
        ("yes", r"(?:is|are|am|can|could|free|available|works?|suits?|prefer|preferably|would|like|be|good|great|only"
            r"|best|when|if|possible|possibly|maybe|perhaps|fine|ok|okay)\b"),
        ("filler", r"(?:on|in|at|the|a|an|any|all|every|each|some|time|times|i'm|im|i|me|my|come|do|make|for|please"
            r"|ideally|of|it|days?|hours?|either|both|to|during|around|about|there|visits?|appointments?|that|those)\b"
            r"|[.!?':()]"),
    )
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reading:
    """What was understood, what it is not to be, and the words that were not understood.

    `wishes` are without `refused` already, which also holds for what is wished besides. `only_refused` says that
    nothing but a no was said, so that `wishes` is everything else.
    """

    wishes: list[Wish]
    unread: list[str]
    refused: list[Wish] = field(default_factory=list)
    only_refused: bool = False


@dataclass(slots=True)
class _Clause:
    """What stands between two separators."""

    days: set[int] = field(default_factory=set)
    dates: list[Dates] = field(default_factory=list)
    parts: list[tuple[int, int]] = field(default_factory=list)
    spans: list[tuple[str, list[str]]] = field(default_factory=list)
    hours: list[tuple[int, int]] = field(default_factory=list)
    hours_first: bool = False
    hard: bool = False  # whether what comes before is over for good
    comma: bool = False  # whether only a comma stands before it
    no: int = 0  # by which no it is refused; 0 for a wish

    @property
    def timed(self) -> bool:
        """Whether it names hours."""
        return bool(self.parts or self.spans)

    @property
    def dated(self) -> bool:
        """Whether it names days."""
        return bool(self.days or self.dates)


class _Reader:
    """Goes through the words once. `unsure` says that there is a no that was not understood."""

    def __init__(self, text: str, *, today: date, month_first: bool) -> None:
        self.today, self.month_first = today, month_first
        self.clauses = [_Clause()]
        self.unread: list[str] = []
        self.unsure = False
        self.nos: list[str] = []
        self.last = ""
        position = 0
        while position < len(text):
            if text[position].isspace():
                position += 1
                continue
            position = self._step(text, position)

    def _step(self, text: str, position: int) -> int:
        for name, pattern in _PATTERNS:
            if match := pattern.match(text, position):
                if not match[0] and name != "this":
                    continue
                understood = self._take(name, match)
                if not understood:
                    self.unread.append(match[0].strip())
                if match.end() > position:
                    self.last = name if name != "day" or not self._many(match[1]) else "many"
                    return match.end()
        word = re.compile(r"[^\s,;]+|.").match(text, position)
        assert word
        self.unread += [word[0].strip(".!?")] if word[0].strip(".!?,;") else []
        self.last = "unread"
        return word.end()

    @staticmethod
    def _many(text: str) -> bool:
        return _days(text) in _MANY

    def _take(self, name: str, match: re.Match[str]) -> bool:
        """Note what was said; False where it was not understood."""
        clause = self.clauses[-1]
        match name:
            case "break":
                self.clauses.append(_Clause(hard=True))
            case "or":
                # ", or" begins something new, but "not Mondays, Tuesdays, or Fridays" is one no.
                self.clauses.append(_Clause(hard=not clause.no, no=clause.no))
            case "join":
                if clause.no and match[0].strip(", ") in {"then", "also", "+"}:
                    self.unsure = True
                self.clauses.append(_Clause(no=clause.no, comma=match[0] == ","))
            case "but":
                return self._but(clause)
            case "not":
                self._no(match[0])
            case "unsure":
                self.unsure = True
                return False
            case "unread":
                return False
            case "yes":
                # "not free on Mondays" says when not; "Mondays are not good" says it the other way round.
                first = not any(one.dated or one.timed for one in self.clauses)
                if clause.no and not (first and match[0] in {"free", "available"}):
                    self.unsure = True
            case "dates" | "from date" | "to date" | "date" | "period" | "this" | "this day":
                return self._dates(name, match, clause)
            case "days":
                self._days_between(clause, match)
            case "day":
                clause.days |= _days(match[1])
            case "part":
                self._timed(clause)
                clause.parts.append(_SAID_PARTS[match[1]])
            case "between" | "after" | "before" | "at":
                self._timed(clause)
                clause.spans.append((name, [text for text in match.groups() if text]))
        return True

    @staticmethod
    def _timed(clause: _Clause) -> None:
        clause.hours_first = clause.hours_first or not (clause.dated or clause.timed)

    def _but(self, clause: _Clause) -> bool:
        if clause.no:
            self.clauses.append(_Clause(hard=True))
        elif self.last == "many":  # "any day but Friday"
            self._no("but")
        else:
            self.unsure = True
            return False
        return True

    def _no(self, said: str) -> None:
        self.nos.append(said)
        if self.clauses[-1].dated or self.clauses[-1].timed:
            self.clauses.append(_Clause())
        self.clauses[-1].no = len(self.nos)

    def _days_between(self, clause: _Clause, match: re.Match[str]) -> None:
        first, last = min(_days(match[1])), max(_days(match[2]))
        clause.days |= {(first + step) % 7 for step in range((last - first) % 7 + 1)}

    def _one(self, text: str) -> date | None:
        return said_dates.one(text, today=self.today, month_first=self.month_first)

    def _dates(self, name: str, match: re.Match[str], clause: _Clause) -> bool:
        found: Dates | None = None
        match name:
            case "dates":
                first, last = self._one(match[1]), self._one(match[2])
                if first and match[2].isdigit():
                    last = said_dates.one(f"{match[2]}th", today=first, month_first=self.month_first)
                found = Dates(first, last) if first and last and first <= last else None
            case "from date" | "to date" | "date":
                day = self._one(match[1])
                if day and name == "date":
                    found = Dates(day, day)
                elif day and name == "from date":
                    found = Dates(day + timedelta(days=match[0].startswith("after")), date.max)
                elif day:
                    found = Dates(date.min, day - timedelta(days=match[0].startswith("before")))
            case "period":
                found = said_dates.several(match[1], today=self.today)
                if found and match[1].endswith("weekend"):
                    clause.days |= {5, 6}
            case "this":
                found = Dates(self.today, self.today)
                if match[1]:
                    self._timed(clause)
                    clause.parts.append(_SAID_PARTS[match[1]])
            case "this day":
                day = self.today + timedelta(days=(min(_DAYS[match[1]]) - self.today.weekday()) % 7)
                found = Dates(day, day)
        if found:
            clause.dates.append(found)
        return found is not None


def read(text: str, *, today: date, month_first: bool = True) -> Reading:
    """Read a person's words: days, dates, parts of the day and hours in any order, joined by "or", "and", commas."""
    words = " ".join(text.lower().replace("’", "'").split(" "))
    words = re.sub(r"\b(\d{1,2}(?:[:.]\d\d)?)(?:\s*o'?clock)?\s+in\s+the\s+morning\b", r"\1am", words)
    words = re.sub(
        r"\b(\d{1,2}(?:[:.]\d\d)?)(?:\s*o'?clock)?\s+(?:in\s+the\s+(?:afternoon|evening)|at\s+night)\b",
        r"\1pm",
        words,
    )
    reader = _Reader(words, today=today, month_first=month_first)
    for clause in reader.clauses:
        reader.unread += _resolve(clause)
    _spread(reader.clauses)
    refused = _refused(reader)
    wished, impossible = _wishes([clause for clause in reader.clauses if not clause.no])
    reader.unread += impossible
    if refused is None or reader.unsure:
        return Reading([], [*reader.nos, *reader.unread])
    if reader.nos and reader.unread:
        return Reading([], reader.unread)
    everything = [Wish(EVERY_DAY, 0, DAY_END)]
    only_refused = bool(refused) and not wished
    left = without(everything if only_refused else wished, refused)
    unread = reader.unread if left or not refused else [*reader.unread, *reader.nos]
    return Reading(list(dict.fromkeys(left))[:MOST_WISHES], unread, refused, only_refused)


def _days(text: str) -> frozenset[int]:
    bare = text.rstrip(".")
    return _DAYS[bare] if bare in _DAYS else _DAYS[bare.removesuffix("s")]


def _refused(reader: _Reader) -> list[Wish] | None:
    """What every no takes away; None where one is not understood."""
    refused: list[Wish] = []
    for number in range(1, len(reader.nos) + 1):
        clauses = [clause for clause in reader.clauses if clause.no == number]
        while len(clauses) > 1 and not (clauses[-1].dated or clauses[-1].timed):
            clauses.pop()
        kinds = {(clause.dated, clause.timed) for clause in clauses}
        if any(clause.dates for clause in clauses) or kinds & {(False, False)}:
            return None
        if len(kinds) > 1 or (len(clauses) > 1 and (True, True) in kinds) or not clauses:
            return None
        for clause in clauses:
            days = frozenset(clause.days) or EVERY_DAY
            refused += [Wish(days, start, end) for start, end in clause.hours or [(0, DAY_END)]]
    return refused


def _resolve(clause: _Clause) -> list[str]:
    """Fill in the hours of a clause from its parts and spans. Gives what is not possible."""
    clause.hours = list(clause.parts)
    wrong = []
    for kind, texts in clause.spans:
        found = _span(kind, texts, clause.parts)
        if found is None:
            wrong.append(" to ".join(texts))
            continue
        if clause.hours:  # "afternoon after 3", "after 4 until 6": what both hold
            start, end = clause.hours[-1]
            both = max(start, found[0]), min(end, found[1])
            if both[0] < both[1]:
                clause.hours[-1] = both
                continue
        clause.hours.append(found)
    return wrong


def _span(kind: str, texts: Sequence[str], parts: Sequence[tuple[int, int]]) -> tuple[int, int] | None:
    first = _minutes(texts[0], parts)
    match kind:
        case "after":
            return (first[0], DAY_END) if first[0] < DAY_END else None
        case "before":
            return (0, first[0]) if first[0] else None
        case "at":
            return max(0, first[0] - AROUND), min(DAY_END, first[0] + AROUND + 1)
    pairs = [(start, end) for start, end in product(first, _minutes(texts[1], parts)) if start < end]
    if not pairs:
        return None
    if not _says_half(
        texts[1]
    ):  # the first hour as it is usually meant, then the next such hour on the clock
        pairs = [pair for pair in pairs if pair[0] == pairs[0][0]]
    start, end = min(pairs, key=lambda pair: pair[1] - pair[0])
    return start, end + 1


def _says_half(text: str) -> bool:
    return text in _NAMED_TIMES or bool(re.search(r"[ap]\.?m", text))


def _minutes(text: str, parts: Sequence[tuple[int, int]]) -> list[int]:
    """Minutes since midnight that a time may mean, the likeliest first: one, or both halves of the clock face."""
    if text in _NAMED_TIMES:
        return [_NAMED_TIMES[text]]
    numbers = re.match(r"(\d+)(?:[:.](\d\d))?", text)
    assert numbers
    hour, minute = int(numbers[1]), int(numbers[2] or 0)
    if re.search(r"p\.?m", text):
        hour = hour if hour >= 12 else hour + 12
    elif re.search(r"a\.?m", text):
        hour = 0 if hour == 12 else hour
    elif 1 <= hour <= 11 and not text.startswith("0"):
        halves = [hour, hour + 12] if hour >= 8 else [hour + 12, hour]
        both = [half * 60 + minute for half in halves]
        return sorted(both, key=lambda one: not any(start <= one <= end for start, end in parts))
    return [min(hour * 60 + minute, DAY_END)]


def _runs(clauses: Iterable[_Clause]) -> Iterator[list[_Clause]]:
    run: list[_Clause] = []
    for clause in clauses:
        if clause.hard and run:
            yield run
            run = []
        run.append(clause)
    yield run


def _spread(clauses: Sequence[_Clause]) -> None:
    """In "Tuesday or Thursday next week" the week holds for both."""
    for run in _runs(clause for clause in clauses if not clause.no):
        dated = [clause for clause in run if clause.dates]
        if len(dated) != 1 or dated[0].dates[0].first == dated[0].dates[0].last:
            continue
        if dated[0].days or dated[0].timed:
            for clause in run:
                clause.dates = clause.dates or (list(dated[0].dates) if clause.days else [])


def _whens(clause: _Clause) -> list[tuple[frozenset[int], Dates | None]]:
    if not clause.dates:
        return [(frozenset(clause.days), None)] if clause.days else []
    return [(frozenset(clause.days) or EVERY_DAY, dates) for dates in clause.dates]


def _wishes(clauses: Sequence[_Clause]) -> tuple[list[Wish], list[str]]:
    """Join clauses that belong together; with them, what of it cannot be: a weekday that a date is not.

    Days without hours wait for the hours of the clause that follows ("Tuesday or Thursday after 4"); hours without days
    are of the days before them ("Tuesday morning or evening"), or of those that follow ("3 or 4 on Wednesday"), and
    days after hours that came first share those ("mornings on Monday or Friday"). After a hard break nothing is shared.
    """
    wishes: list[Wish] = []
    impossible: list[str] = []
    for run in _runs(clauses):
        waiting: list[tuple[frozenset[int], Dates | None]] = []
        early: list[tuple[int, int]] = []
        before: list[tuple[frozenset[int], Dates | None]] = []
        shared: list[tuple[int, int]] = []
        for clause in run:
            whens = _whens(clause)
            if (
                clause.comma
                and [(frozenset({dates.first.weekday()}), None) for dates in clause.dates] == waiting
            ):
                waiting = []  # "Thursday, December 3" is one day
            if clause.hours and not whens and not waiting and not before:
                early += clause.hours
            elif clause.hours:
                hours = clause.hours
                if early and clause.hours_first:
                    hours, early = [*early, *hours], []
                before = [*waiting, *whens] or before
                impossible += _add(wishes, before, hours)
                waiting, shared = [], hours if clause.hours_first and whens else []
            elif whens and shared:
                impossible += _add(wishes, whens, shared)
            else:
                waiting += whens
        if early:
            _add(wishes, [(EVERY_DAY, None)], early)
        impossible += _add(wishes, waiting, [(0, DAY_END)])
    return wishes, impossible


def _add(
    wishes: list[Wish], whens: Sequence[tuple[frozenset[int], Dates | None]], hours: Sequence[tuple[int, int]]
) -> list[str]:
    undated = frozenset().union(*(days for days, dates in whens if dates is None))
    impossible = []
    for days, dates in [*([(undated, None)] if undated else []), *(one for one in whens if one[1])]:
        meant = _meant(days, dates)
        if meant is None:
            on = (
                f"on {when.format_date(dates.first)}"
                if dates and dates.first == dates.last
                else "in those days"
            )
            impossible.append(f"{' or '.join(NAMES[day] for day in sorted(days))} {on}")
            continue
        wishes += [Wish(meant[0], start, end, meant[1]) for start, end in hours if start < end]
    return impossible


def _meant(days: frozenset[int], dates: Dates | None) -> tuple[frozenset[int], Dates | None] | None:
    """Weekdays within a week or less as the dates that they are; None where there is none."""
    if dates is None or dates.first == date.min or (dates.last - dates.first).days > 6:
        return days, dates
    within = [dates.first + timedelta(days=step) for step in range((dates.last - dates.first).days + 1)]
    fitting = [day for day in within if day.weekday() in days]
    if not fitting:
        return None
    if len(fitting) == 1:
        return frozenset({fitting[0].weekday()}), Dates(fitting[0], fitting[0])
    return days, dates
