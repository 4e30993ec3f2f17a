"""Scenarios: the written-down cases with their answers, and what is said of a scenario that is wrong."""

import copy
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from booking.question import WeeklyRule
from booking.scenario import ScenarioError, answer, parse_scenario, read_scenario

CASES = sorted((Path(__file__).parent / "scenarios").glob("*.json"))

SMALLEST: dict[str, Any] = {
    "zone": "America/New_York",
    "now": "2026-11-22T09:00-05:00",
    "from": "2026-11-23",
    "days": 1,
    "step": 60,
    "option": {"minutes": 60},
    "therapists": {"ana": {"weekly": [{"weekday": 0, "start": "09:00", "end": "11:00"}]}},
}


def changed(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    """The smallest scenario after a change to it."""
    scenario = copy.deepcopy(SMALLEST)
    change(scenario)
    return scenario


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_case(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert answer(read_scenario(text)) == json.loads(text)["expected"]


def test_what_is_left_out_asks_for_nothing() -> None:
    assert answer(parse_scenario(SMALLEST)) == {
        "times": [
            {"start": "2026-11-23T09:00-05:00", "therapists": ["ana"]},
            {"start": "2026-11-23T10:00-05:00", "therapists": ["ana"]},
        ]
    }


def test_null_is_the_same_as_left_out() -> None:
    def write_nulls(scenario: dict[str, Any]) -> None:
        scenario |= {"closures": None, "rooms": None}
        nulls = ["buffer_before", "buffer_after", "lead_minutes", "horizon_days"]
        scenario["option"] |= dict.fromkeys(nulls)
        scenario["therapists"]["ana"] |= {"overrides": None, "time_off": None, "busy": None}
        scenario["therapists"]["ana"]["weekly"][0] |= {"every": None, "valid_from": None, "valid_until": None}

    assert parse_scenario(changed(write_nulls)) == parse_scenario(SMALLEST)


def test_weekly_hours_are_read_whole() -> None:
    def write_all(scenario: dict[str, Any]) -> None:
        scenario["therapists"]["ana"]["weekly"][0] |= {
            "end": "24:00",
            "every": 2,
            "valid_from": "2026-01-05",
            "valid_until": "2026-12-31",
        }

    question = parse_scenario(changed(write_all))
    assert question.therapists["ana"].weekly == [
        WeeklyRule(0, 540, 1440, 2, date(2026, 1, 5), date(2026, 12, 31))
    ]


def test_two_overrides_of_a_date_are_put_together() -> None:
    def write_two(scenario: dict[str, Any]) -> None:
        scenario["therapists"]["ana"]["overrides"] = [
            {"date": "2026-11-23", "hours": [["09:00", "10:00"]]},
            {"date": "2026-11-23", "hours": [["15:00", "16:00"]]},
        ]

    starts = [time["start"][11:16] for time in answer(parse_scenario(changed(write_two)))["times"]]
    assert starts == ["09:00", "15:00"]


def test_fractions_of_a_second_are_rounded_outward() -> None:
    def write_fractions(scenario: dict[str, Any]) -> None:
        scenario["therapists"]["ana"]["busy"] = [
            ["2026-11-23T09:59:59.9-05:00", "2026-11-23T10:00:00.1-05:00"],
            ["2026-11-23T09:30:00.5-05:00", "2026-11-23T09:30:00.5-05:00"],
        ]

    [first, second] = parse_scenario(changed(write_fractions)).therapists["ana"].busy
    assert (first[1] - first[0], second[1] - second[0]) == (2, 0)


def ana(scenario: dict[str, Any]) -> dict[str, Any]:
    diary: dict[str, Any] = scenario["therapists"]["ana"]
    return diary


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda s: s.pop("zone"), "zone: is missing"),
        (lambda s: s.pop("from"), "from: is missing"),
        (lambda s: s.pop("therapists"), "therapists: is missing"),
        (lambda s: s["option"].pop("minutes"), "option.minutes: is missing"),
        (
            lambda s: s.update(zone="New York"),
            'zone: must be an IANA time zone like America/New_York, but is "New York"',
        ),
        (
            lambda s: s.update(zone="America"),
            'zone: must be an IANA time zone like America/New_York, but is "America"',
        ),
        (
            lambda s: s.update(zone="../etc"),
            'zone: must be an IANA time zone like America/New_York, but is "../etc"',
        ),
        (lambda s: s.update(zone=5), "zone: must be an IANA time zone like America/New_York, but is 5"),
        (
            lambda s: s.update(now="2026-11-22T09:00"),
            'now: needs a UTC offset, as in 2026-11-22T09:00-05:00, but is "2026-11-22T09:00"',
        ),
        (
            lambda s: s.update(now="soon"),
            'now: must be a moment like 2026-11-22T09:00-05:00, but is "soon"',
        ),
        (lambda s: s.update({"from": "23.11."}), 'from: must be a date like 2026-11-23, but is "23.11."'),
        (
            lambda s: s.update({"from": "2026-02-30"}),
            'from: must be a date like 2026-11-23, but is "2026-02-30"',
        ),
        (lambda s: s.update({"from": "9999-12-31"}), "from: must be in the years 2 to 9997"),
        (lambda s: s.update(days=-1), "days: must be a whole number from 0 to 36600, but is -1"),
        (lambda s: s.update(days=True), "days: must be a whole number from 0 to 36600, but is true"),
        (lambda s: s.update(step=0), "step: must be a whole number from 1 to 1440, but is 0"),
        (lambda s: s.update(option=[]), "option: must be an object, but is []"),
        (
            lambda s: s["option"].update(minutes=60.5),
            "option.minutes: must be a whole number from 1 to 1440, but is 60.5",
        ),
        (lambda s: s.update(closure=[]), None),
        (lambda s: s["option"].update(buffer=5), None),
        (lambda s: s.update(closures={}), "closures: must be a list, but is {}"),
        (
            lambda s: s.update(closures=[["2026-11-23T09:00-05:00"]]),
            'closures[0]: must be a pair [start, end], but is ["2026-11-23T09:00-05:00"]',
        ),
        (
            lambda s: s.update(closures=[["2026-11-23T09:00-05:00", "2026-11-23T09:00-04:00"]]),
            "closures[0][1]: is before its start",
        ),
        (lambda s: s.update(rooms=[]), "rooms: must be an object, but is []"),
        (lambda s: s.update(rooms={"one": []}), "rooms.one: must be an object, but is []"),
        (
            lambda s: ana(s).update(busy=["x"]),
            'therapists.ana.busy[0]: must be a pair [start, end], but is "x"',
        ),
        (
            lambda s: ana(s)["weekly"][0].update(weekday=7),
            "therapists.ana.weekly[0].weekday: must be a whole number from 0 to 6, but is 7",
        ),
        (
            lambda s: ana(s)["weekly"][0].update(start="9:00"),
            'therapists.ana.weekly[0].start: must be a time from 00:00 to 24:00, but is "9:00"',
        ),
        (
            lambda s: ana(s)["weekly"][0].update(end="24:15"),
            'therapists.ana.weekly[0].end: must be a time from 00:00 to 24:00, but is "24:15"',
        ),
        (
            lambda s: ana(s)["weekly"][0].update(end="00:00"),
            "therapists.ana.weekly[0].end: is before its start",
        ),
        (
            lambda s: ana(s)["weekly"][0].update(every=2),
            "therapists.ana.weekly[0].valid_from: is needed to count every 2 weeks from",
        ),
        (
            lambda s: ana(s).update(overrides=[{"date": "2026-11-24"}]),
            "therapists.ana.overrides[0].hours: is missing",
        ),
        (
            lambda s: ana(s).update(overrides=[{"date": "2026-11-24", "hours": [["10:00", "09:00"]]}]),
            "therapists.ana.overrides[0].hours[0][1]: is before its start",
        ),
    ],
)
def test_a_wrong_scenario_is_told_where(
    change: Callable[[dict[str, Any]], object], message: str | None
) -> None:
    scenario = changed(change)
    with pytest.raises(ScenarioError) as caught:
        parse_scenario(scenario)
    if message is not None:
        assert str(caught.value) == message


def test_a_misspelled_key_is_told_with_the_known_ones() -> None:
    with pytest.raises(ScenarioError) as caught:
        parse_scenario({**SMALLEST, "closure": []})
    assert str(caught.value) == (
        "closure: is not a key of the format "
        "(known: about, avoid_gaps, closures, days, expected, from, now, option, rooms, shortest_gap, "
        "step, therapists, zone)"
    )
    assert caught.value.key == "closure"


@pytest.mark.parametrize(
    ("text", "key", "message"),
    [
        ("{", "", "not JSON: "),
        (b"\xff\xfe\xfa", "", "not JSON: "),
        ("[" * 100_000, "", "not JSON: "),
        ("[]", "", "must be an object, but is []"),
        ('{"days": 1, "days": 2}', "days", "days: is there twice in one object"),
    ],
)
def test_a_text_that_is_no_scenario(text: str | bytes, key: str, message: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        read_scenario(text)
    assert caught.value.key == key
    assert str(caught.value).startswith(message)
