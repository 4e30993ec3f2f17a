"""Scenarios: a case of free times written down as JSON, so that it can be discussed, kept and answered again.

The format, with every key:

    {"zone": "America/New_York", "now": "2026-11-22T09:00-05:00", "from": "2026-11-23", "days": 7,
     "step": 15,
     "option": {"minutes": 60, "buffer_before": 0, "buffer_after": 15,
                "lead_minutes": 120, "horizon_days": 60, "most_a_day": 4, "booked": ["2026-11-23T10:00-05:00"],
                "offered": [{"weekday": 0, "start": "09:00", "end": "15:00"}]},
     "shortest_gap": 75, "avoid_gaps": true,
     "closures": [["2026-11-26T00:00-05:00", "2026-11-27T00:00-05:00"]],
     "rooms": {"one": {"busy": []}},
     "therapists": {"ana": {
        "weekly": [{"weekday": 0, "start": "09:00", "end": "12:00",
                    "every": 1, "valid_from": null, "valid_until": null}],
        "overrides": [{"date": "2026-11-24", "hours": [["10:00", "14:00"]], "extra": false}],
        "time_off": [], "busy": [["2026-11-23T10:00-05:00", "2026-11-23T11:15-05:00"]],
        "holds": [], "break": {"start": "11:30", "end": "14:00", "minutes": 30}, "most_a_day": 6}},
     "about": "what the case shows", "expected": {"times": []}}

What is left out, or null, asks for nothing: no closures, no room needed, no buffers, no lead time, no
horizon, no most, no break, every gap allowed. Needed are zone, now, from, days, step, option.minutes and
therapists; of hours and breaks each of their parts, but for `every` and the dates of weekly hours. `booked` are
the moments from which visits of the option occupy somebody, and count for its `most_a_day`; a therapist's counts
what of `busy` begins on a date. `extra` hours come on top of those that the date has; others replace them.
`about` and `expected` are for the reader. Any other key is an error, as a misspelled rule
would silently not hold.
"""

import json
import re
from collections.abc import Callable
from datetime import date, datetime
from typing import TypedDict, TypeVar
from zoneinfo import ZoneInfo

from booking import walltime
from booking.intervals import Interval
from booking.question import BreakRule, OptionRules, Question, TherapistDiary, WeeklyRule
from booking.slots import free_times

_CLOCK_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]|24:00")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOST_DAYS = 36_600
_DAY_MINUTES = 24 * 60
_MOST_MINUTES = 100 * 366 * 24 * 60


Value = TypeVar("Value")
Default = TypeVar("Default")
Moment = TypeVar("Moment", int, datetime)
Parser = Callable[[object, str], Value]


class Time(TypedDict):
    """A start that is free, in ISO 8601 with its offset, and with whom."""

    start: str
    therapists: list[str]


class Answer(TypedDict):
    """What `free_times` prints for a scenario."""

    times: list[Time]


class ScenarioError(Exception):
    """A scenario that cannot be answered.

    `key` is where the problem is, as in `therapists.ana.weekly[0].start`; "" for the whole.
    """

    def __init__(self, key: str, problem: str) -> None:
        super().__init__(f"{key}: {problem}" if key else problem)
        self.key = key


def answer(question: Question) -> Answer:
    """The question's free times as the scenario format gives them: by instant, then by name."""
    times = free_times(question)
    texts = walltime.iso_instants(question.zone, (start for start, _ in times))
    return {
        "times": [
            {"start": text, "therapists": list(names)} for text, (_, names) in zip(texts, times, strict=True)
        ]
    }


def read_scenario(text: str | bytes) -> Question:
    """The question that a scenario asks. Raises ScenarioError."""
    try:
        data = json.loads(text, object_pairs_hook=_without_duplicates)
    except (ValueError, RecursionError) as error:
        raise ScenarioError("", f"not JSON: {error}") from error
    return parse_scenario(data)


def parse_scenario(data: object) -> Question:
    """The question in a scenario that has been read from JSON. Raises ScenarioError."""
    scenario = _Keys(data, "")
    question = Question(
        zone=scenario.needed("zone", _zone),
        now=scenario.needed("now", _moment),
        first_date=scenario.needed("from", _date),
        days=scenario.needed("days", _whole_number(0, _MOST_DAYS)),
        step=scenario.needed("step", _whole_number(1, _DAY_MINUTES)),
        option=scenario.needed("option", _option),
        closures=scenario.optional("closures", _intervals, ()),
        rooms=scenario.optional("rooms", _mapping_of(_room), None),
        therapists=scenario.needed("therapists", _mapping_of(_diary)),
        shortest_gap=scenario.optional("shortest_gap", _whole_number(0, _DAY_MINUTES), 0),
        avoid_gaps=scenario.optional("avoid_gaps", _truth, False),
    )
    scenario.ignored("about", "expected")
    scenario.expect_no_more()
    return question


class _Keys:
    """The keys of a JSON object, each of which has to be asked for."""

    def __init__(self, data: object, key: str) -> None:
        if not isinstance(data, dict):
            raise ScenarioError(key, f"must be an object, but is {_shown(data)}")
        self._data: dict[str, object] = data
        self._key = key
        self._asked: set[str] = set()

    def needed(self, name: str, parse: Parser[Value]) -> Value:
        """The parsed value of a key that has to be there."""
        self._asked.add(name)
        if self._data.get(name) is None:
            raise ScenarioError(_inside(self._key, name), "is missing")
        return parse(self._data[name], _inside(self._key, name))

    def optional(self, name: str, parse: Parser[Value], default: Default) -> Value | Default:
        """The parsed value of a key, or the default where it is left out or null."""
        self._asked.add(name)
        if self._data.get(name) is None:
            return default
        return parse(self._data[name], _inside(self._key, name))

    def ignored(self, *names: str) -> None:
        """Allows keys that nothing depends on."""
        self._asked.update(names)

    def expect_no_more(self) -> None:
        """Raises ScenarioError if there is a key that was not asked for."""
        for name in self._data:
            if name not in self._asked:
                known = ", ".join(sorted(self._asked))
                raise ScenarioError(_inside(self._key, name), f"is not a key of the format (known: {known})")


def _inside(key: str, name: str) -> str:
    return f"{key}.{name}" if key else name


def _shown(value: object) -> str:
    """The value as JSON, cut short."""
    text = json.dumps(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _without_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in pairs:
        if name in found:
            raise ScenarioError(name, "is there twice in one object")
        found[name] = value
    return found


# Parsers: each takes a value and the key that it stands at


def _option(value: object, key: str) -> OptionRules:
    option = _Keys(value, key)
    minutes = _whole_number(0, _MOST_MINUTES)
    rules = OptionRules(
        minutes=option.needed("minutes", _whole_number(1, _DAY_MINUTES)),
        buffer_before=option.optional("buffer_before", minutes, 0),
        buffer_after=option.optional("buffer_after", minutes, 0),
        lead_minutes=option.optional("lead_minutes", minutes, 0),
        horizon_days=option.optional("horizon_days", _whole_number(0, _MOST_MINUTES), None),
        offered=option.optional("offered", _list_of(_weekly), ()),
        most_a_day=option.optional("most_a_day", _whole_number(0, _DAY_MINUTES), None),
        booked=option.optional("booked", _list_of(_instant), ()),
    )
    option.expect_no_more()
    return rules


def _room(value: object, key: str) -> list[Interval]:
    room = _Keys(value, key)
    busy = room.optional("busy", _intervals, [])
    room.expect_no_more()
    return busy


def _diary(value: object, key: str) -> TherapistDiary:
    diary = _Keys(value, key)
    overrides: dict[date, list[Interval]] = {}
    extra: dict[date, list[Interval]] = {}
    for day, hours, is_extra in diary.optional("overrides", _list_of(_override), []):
        (extra if is_extra else overrides).setdefault(day, []).extend(hours)
    parsed = TherapistDiary(
        weekly=diary.optional("weekly", _list_of(_weekly), []),
        overrides=overrides,
        time_off=diary.optional("time_off", _intervals, []),
        busy=diary.optional("busy", _intervals, []),
        extra=extra,
        holds=diary.optional("holds", _intervals, []),
        pause=diary.optional("break", _break, None),
        most_a_day=diary.optional("most_a_day", _whole_number(0, _DAY_MINUTES), None),
    )
    diary.expect_no_more()
    return parsed


def _override(value: object, key: str) -> tuple[date, list[Interval], bool]:
    override = _Keys(value, key)
    day = override.needed("date", _date)
    hours = override.needed("hours", _list_of(_hours))
    is_extra = override.optional("extra", _truth, False)
    override.expect_no_more()
    return day, hours, is_extra


def _break(value: object, key: str) -> BreakRule:
    pause = _Keys(value, key)
    rule = BreakRule(
        start=pause.needed("start", _clock_time),
        end=pause.needed("end", _clock_time),
        minutes=pause.needed("minutes", _whole_number(1, _DAY_MINUTES)),
    )
    pause.expect_no_more()
    _expect_order(rule.start, rule.end, _inside(key, "end"))
    if rule.minutes > rule.end - rule.start:
        raise ScenarioError(_inside(key, "minutes"), "is longer than the time that the break has to fit into")
    return rule


def _weekly(value: object, key: str) -> WeeklyRule:
    weekly = _Keys(value, key)
    rule = WeeklyRule(
        weekday=weekly.needed("weekday", _whole_number(0, 6)),
        start=weekly.needed("start", _clock_time),
        end=weekly.needed("end", _clock_time),
        every=weekly.optional("every", _whole_number(1, _MOST_DAYS), 1),
        valid_from=weekly.optional("valid_from", _date, None),
        valid_until=weekly.optional("valid_until", _date, None),
    )
    weekly.expect_no_more()
    _expect_order(rule.start, rule.end, _inside(key, "end"))
    if rule.every > 1 and rule.valid_from is None:
        raise ScenarioError(_inside(key, "valid_from"), f"is needed to count every {rule.every} weeks from")
    return rule


def _hours(value: object, key: str) -> Interval:
    first, second = _pair(value, key)
    hours = _clock_time(first, f"{key}[0]"), _clock_time(second, f"{key}[1]")
    _expect_order(*hours, f"{key}[1]")
    return hours


def _instant(value: object, key: str) -> int:
    return walltime.instant_of(_moment(value, key))


def _truth(value: object, key: str) -> bool:
    if not isinstance(value, bool):
        raise ScenarioError(key, f"must be true or false, but is {_shown(value)}")
    return value


def _intervals(value: object, key: str) -> list[Interval]:
    return _list_of(_interval)(value, key)


def _interval(value: object, key: str) -> Interval:
    first, second = _pair(value, key)
    start, end = _moment(first, f"{key}[0]"), _moment(second, f"{key}[1]")
    _expect_order(start, end, f"{key}[1]")
    if start == end:
        return walltime.instant_of(start), walltime.instant_of(start)
    # Rounded outward to whole seconds: starts are whole seconds, so nothing more or less overlaps.
    return walltime.instant_of(start), walltime.instant_from(end)


def _expect_order(start: Moment, end: Moment, key: str) -> None:
    if end < start:
        raise ScenarioError(key, "is before its start")


def _pair(value: object, key: str) -> tuple[object, object]:
    if not isinstance(value, list) or len(value) != 2:
        raise ScenarioError(key, f"must be a pair [start, end], but is {_shown(value)}")
    return value[0], value[1]


def _list_of(parse: Parser[Value]) -> Parser[list[Value]]:
    def parse_list(value: object, key: str) -> list[Value]:
        if not isinstance(value, list):
            raise ScenarioError(key, f"must be a list, but is {_shown(value)}")
        return [parse(item, f"{key}[{position}]") for position, item in enumerate(value)]

    return parse_list


def _mapping_of(parse: Parser[Value]) -> Parser[dict[str, Value]]:
    def parse_mapping(value: object, key: str) -> dict[str, Value]:
        if not isinstance(value, dict):
            raise ScenarioError(key, f"must be an object, but is {_shown(value)}")
        return {name: parse(item, _inside(key, name)) for name, item in value.items()}

    return parse_mapping


def _whole_number(least: int, most: int) -> Parser[int]:
    def parse_whole_number(value: object, key: str) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise ScenarioError(key, f"must be a whole number from {least} to {most}, but is {_shown(value)}")
        return value

    return parse_whole_number


def _clock_time(value: object, key: str) -> int:
    """Minutes since midnight."""
    if not isinstance(value, str) or not _CLOCK_TIME.fullmatch(value):
        raise ScenarioError(key, f"must be a time from 00:00 to 24:00, but is {_shown(value)}")
    hour, minute = value.split(":")
    return int(hour) * 60 + int(minute)


def _date(value: object, key: str) -> date:
    try:
        day = date.fromisoformat(value) if isinstance(value, str) and _DATE.fullmatch(value) else None
    except ValueError:
        day = None
    if day is None:
        raise ScenarioError(key, f"must be a date like 2026-11-23, but is {_shown(value)}")
    _expect_year(day, key)
    return day


def _moment(value: object, key: str) -> datetime:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        moment = None
    if moment is None:
        raise ScenarioError(key, f"must be a moment like 2026-11-22T09:00-05:00, but is {_shown(value)}")
    if moment.tzinfo is None:
        raise ScenarioError(key, f"needs a UTC offset, as in 2026-11-22T09:00-05:00, but is {_shown(value)}")
    _expect_year(moment, key)
    return moment


def _expect_year(day: date, key: str) -> None:
    if not walltime.FIRST_YEAR <= day.year <= walltime.LAST_YEAR:
        raise ScenarioError(key, f"must be in the years {walltime.FIRST_YEAR} to {walltime.LAST_YEAR}")


def _zone(value: object, key: str) -> ZoneInfo:
    try:
        zone = ZoneInfo(value) if isinstance(value, str) else None
    except (KeyError, ValueError, OSError):
        # Besides unknown names: paths, and folders of the zone database such as "America".
        zone = None
    if zone is None:
        raise ScenarioError(key, f"must be an IANA time zone like America/New_York, but is {_shown(value)}")
    return zone
