"""Free starts and the reasons against the others, one rule at a time.

The pictures are read by the tests: `09:00 |####....| 11:00` is time in equal parts, `#` the therapist is
busy, `~` the only room is, `x` off, `o` closed, `h` on hold, `-` no hours; on the line of the answer `*` is a free
start.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from booking.intervals import Interval
from booking.question import (
    BreakRule,
    OptionRules,
    Question,
    Reason,
    ReasonCode,
    TherapistDiary,
    WeeklyRule,
)
from booking.slots import (
    Explanation,
    explain,
    explain_wall_time,
    free_starts,
    free_times,
    left_unsold,
)
from booking.walltime import instant_of, iso_instants

NEW_YORK = ZoneInfo("America/New_York")
MONDAY = date(2026, 11, 23)
HOUR = OptionRules(minutes=60)


def at(text: str) -> int:
    """The instant of an ISO moment with offset, or of a time on the Monday."""
    return instant_of(datetime.fromisoformat(text if "T" in text else f"{MONDAY}T{text}-05:00"))


def span(start: str, end: str) -> Interval:
    return at(start), at(end)


SECOND_HOUR = span("2026-11-01T01:00-05:00", "2026-11-01T02:00-05:00")


def minutes(clock: str) -> int:
    hour, minute = clock.split(":")
    return int(hour) * 60 + int(minute)


def marked(line: str, mark: str) -> list[tuple[int, int]]:
    """Where the mark is in a picture, as minutes of the day."""
    match = re.fullmatch(r"(\d\d:\d\d) \|(.+)\| (\d\d:\d\d)", line)
    assert match, line
    first, picture, last = minutes(match[1]), match[2], minutes(match[3])
    part = (last - first) // len(picture)
    assert first + part * len(picture) == last, line
    return [
        (first + found.start() * part, first + found.end() * part)
        for found in re.finditer(f"{re.escape(mark)}+", picture)
    ]


def on_monday(intervals: Sequence[tuple[int, int]]) -> list[Interval]:
    midnight = at("00:00")
    return [(midnight + start * 60, midnight + end * 60) for start, end in intervals]


def question(
    diary: TherapistDiary | None = None,
    *,
    option: OptionRules = HOUR,
    zone: ZoneInfo = NEW_YORK,
    first_date: date = MONDAY,
    days: int = 1,
    step: int = 15,
    now: str = "2026-11-01T12:00-05:00",
    closures: Sequence[Interval] = (),
    rooms: dict[str, list[Interval]] | None = None,
) -> Question:
    return Question(
        zone=zone,
        now=datetime.fromisoformat(now),
        first_date=first_date,
        days=days,
        step=step,
        option=option,
        therapists={"ana": diary or TherapistDiary(weekly=[WeeklyRule(0, 540, 720)])},
        closures=closures,
        rooms=rooms,
    )


def drawn(
    line: str, *, option: OptionRules, step: int = 15, shortest: int | None = None, **rules: Any
) -> Question:
    """The Monday of a picture: hours from end to end except where it has `-`; `rules` are of the diary's day."""
    [(first, last)] = marked(re.sub(r"\|.*\|", "|.|", line), ".")
    off_hours = marked(line, "-")
    edges = [first, *(edge for stretch in off_hours for edge in stretch), last]
    diary = TherapistDiary(
        weekly=[WeeklyRule(0, start, end) for start, end in zip(edges[::2], edges[1::2], strict=True)],
        time_off=on_monday(marked(line, "x")),
        busy=on_monday(marked(line, "#")),
        holds=on_monday(marked(line, "h")),
        **rules,
    )
    closures, room = on_monday(marked(line, "o")), on_monday(marked(line, "~"))
    asked = question(
        diary, option=option, step=step, closures=closures, rooms={"one": room} if room else None
    )
    return asked if shortest is None else replace(asked, shortest_gap=shortest, avoid_gaps=True)


def texts(asked: Question, name: str = "ana") -> list[str]:
    """The free starts as ISO moments."""
    return list(iso_instants(asked.zone, free_starts(asked)[name]))


# fmt: off
PICTURES = {
    "hours_end_with_the_last_visit": (HOUR,
        "09:00 |............| 12:00",
        "09:00 |*********...| 12:00"),
    "a_visit_as_long_as_the_hours": (OptionRules(minutes=180),
        "09:00 |............| 12:00",
        "09:00 |*...........| 12:00"),
    "a_visit_longer_than_the_hours": (OptionRules(minutes=181),
        "09:00 |............| 12:00",
        "09:00 |............| 12:00"),
    "a_visit_may_end_when_another_starts_and_start_when_it_ends": (HOUR,
        "09:00 |....####....| 12:00",
        "09:00 |*.......*...| 12:00"),
    "a_buffer_after_keeps_its_distance_before_a_visit_only": (OptionRules(minutes=30, buffer_after=15),
        "09:00 |....####....| 12:00",
        "09:00 |**......***.| 12:00"),
    "a_buffer_before_keeps_its_distance_after_a_visit_only": (OptionRules(minutes=30, buffer_before=15),
        "09:00 |....####....| 12:00",
        "09:00 |***......**.| 12:00"),
    "buffers_on_both_sides": (OptionRules(minutes=30, buffer_before=15, buffer_after=15),
        "09:00 |....####....| 12:00",
        "09:00 |**.......**.| 12:00"),
    "buffers_reach_outside_the_hours": (OptionRules(minutes=60, buffer_before=60, buffer_after=60),
        "09:00 |........| 11:00",
        "09:00 |*****...| 11:00"),
    "buffers_reach_into_time_off": (OptionRules(minutes=30, buffer_before=15, buffer_after=15),
        "09:00 |....xxxx....| 12:00",
        "09:00 |***.....***.| 12:00"),
    "buffers_reach_into_a_closure": (OptionRules(minutes=30, buffer_before=15, buffer_after=15),
        "09:00 |....oooo....| 12:00",
        "09:00 |***.....***.| 12:00"),
    "a_visit_does_not_go_over_a_break": (HOUR,
        "09:00 |......--....| 12:00",
        "09:00 |***.....*...| 12:00"),
    "the_room_needs_the_buffer_too": (OptionRules(minutes=30, buffer_after=15),
        "09:00 |....~~~~....| 12:00",
        "09:00 |**......***.| 12:00"),
    "visits_that_fill_all_but_one_gap": (OptionRules(minutes=30),
        "09:00 |####..######| 12:00",
        "09:00 |....*.......| 12:00"),
    "a_gap_that_is_too_short": (OptionRules(minutes=45),
        "09:00 |####..######| 12:00",
        "09:00 |............| 12:00"),
    "therapist_off_and_room_taken_by_turns": (OptionRules(minutes=30),
        "09:00 |..xx..~~..##| 12:00",
        "09:00 |*...*...*...| 12:00"),
    "a_time_on_hold_is_kept_like_a_visit": (OptionRules(minutes=30, buffer_after=15),
        "09:00 |....hhhh....| 12:00",
        "09:00 |**......***.| 12:00"),
}
# What the day has to keep: half an hour for a break between 10 and 11:30, at most two visits, no gap below the hour.
BREAK = {"pause": BreakRule(600, 690, 30)}
DAY_PICTURES: dict[str, tuple[OptionRules, dict[str, Any], str, str]] = {
    "the_break_floats_to_either_side_of_a_visit": (OptionRules(minutes=60), BREAK,
        "09:00 |............| 12:00",
        "09:00 |*****.***...| 12:00"),
    "a_short_visit_leaves_the_break_its_place": (OptionRules(minutes=30), BREAK,
        "09:00 |............| 12:00",
        "09:00 |***********.| 12:00"),
    "a_visit_that_is_there_pins_the_break": (OptionRules(minutes=30), BREAK,
        "09:00 |....##......| 12:00",
        "09:00 |***...*.***.| 12:00"),
    "a_buffer_is_no_break": (OptionRules(minutes=45, buffer_after=15), BREAK,
        "09:00 |............| 12:00",
        "09:00 |*****.****..| 12:00"),
    "a_hold_is_no_break": (OptionRules(minutes=30), BREAK,
        "09:00 |....hh......| 12:00",
        "09:00 |***...*.***.| 12:00"),
    "without_hours_the_break_is_there": (OptionRules(minutes=60), BREAK,
        "09:00 |......--....| 12:00",
        "09:00 |***.....*...| 12:00"),
    "a_break_that_is_lost_bars_the_rest_of_its_time_only": (OptionRules(minutes=15), BREAK,
        "09:00 |....######..| 12:00",
        "09:00 |****......**| 12:00"),
    "a_day_with_the_most_visits_is_full": (OptionRules(minutes=30), {"most_a_day": 2},
        "09:00 |##....##....| 12:00",
        "09:00 |............| 12:00"),
    "one_more_is_free_until_then": (OptionRules(minutes=30), {"most_a_day": 2},
        "09:00 |##..........| 12:00",
        "09:00 |..*********.| 12:00"),
    "no_gap_shorter_than_the_hour": (OptionRules(minutes=60), {"shortest": 60},
        "09:00 |............| 12:00",
        "09:00 |*...*...*...| 12:00"),
    "gaps_of_an_hour_and_more_are_left": (OptionRules(minutes=30), {"shortest": 60},
        "09:00 |............| 12:00",
        "09:00 |*...***...*.| 12:00"),
    "where_no_start_is_without_loss_the_least_is": (OptionRules(minutes=45), {"shortest": 60},
        "09:00 |##....######| 12:00",
        "09:00 |..**........| 12:00"),
    "each_piece_has_its_own_best": (OptionRules(minutes=60), {"shortest": 60},
        "09:00 |....#.......| 12:00",
        "09:00 |*....****...| 12:00"),
    "a_gap_beside_time_off_counts": (OptionRules(minutes=60), {"shortest": 60},
        "09:00 |.....xxxxxxx| 12:00",
        "09:00 |**..........| 12:00"),
    "buffers_are_no_gap": (OptionRules(minutes=45, buffer_after=15), {"shortest": 60},
        "09:00 |........####| 12:00",
        "09:00 |*...*.......| 12:00"),
}
# fmt: on


@pytest.mark.parametrize(
    ("option", "rules", "given", "free"),
    [*((option, {}, given, free) for option, given, free in PICTURES.values()), *DAY_PICTURES.values()],
    ids=[*PICTURES, *DAY_PICTURES],
)
def test_picture(option: OptionRules, rules: dict[str, Any], given: str, free: str) -> None:
    asked = drawn(given, option=option, **rules)
    starts = [start for begin, end in marked(free, "*") for start in range(begin, end, 15)]
    assert free_starts(asked)["ana"] == [at("00:00") + start * 60 for start in starts]
    [(first, last)] = marked(re.sub(r"\|.*\|", "|.|", given), ".")
    for start in range(first, last, 15):
        assert (explain(asked, "ana", at("00:00") + start * 60) == []) == (start in starts)


# The grid


def test_the_grid_counts_from_midnight_not_from_the_hours() -> None:
    diary = TherapistDiary(weekly=[WeeklyRule(0, minutes("09:10"), minutes("11:00"))])
    assert texts(question(diary, step=30)) == ["2026-11-23T09:30-05:00", "2026-11-23T10:00-05:00"]


def test_a_step_that_does_not_divide_the_day_starts_again_at_midnight() -> None:
    # 1,440 is no multiple of 420: from 21:00 to the next midnight is less than a step.
    diary = TherapistDiary(weekly=[WeeklyRule(weekday, 0, 1440) for weekday in range(2)])
    assert texts(question(diary, step=420, days=2)) == [
        f"2026-11-{day}T{clock}-05:00" for day in (23, 24) for clock in ("00:00", "07:00", "14:00", "21:00")
    ]


def test_a_start_that_is_off_the_grid() -> None:
    assert explain(question(), "ana", at("09:05")) == [Reason(ReasonCode.OFF_GRID)]


def test_a_start_with_seconds_is_off_the_grid() -> None:
    assert explain(question(), "ana", at("09:00") + 1) == [Reason(ReasonCode.OFF_GRID)]


def test_a_busy_interval_may_have_seconds() -> None:
    one_second_into_ten = TherapistDiary(
        weekly=[WeeklyRule(0, 540, 720)], busy=[(at("09:00"), at("10:00") + 1)]
    )
    assert texts(question(one_second_into_ten, step=30)) == [
        "2026-11-23T10:30-05:00",
        "2026-11-23T11:00-05:00",
    ]


def test_an_empty_interval_is_in_nobodys_way() -> None:
    nothing = (at("10:30"), at("10:30"))
    diary = TherapistDiary(weekly=[WeeklyRule(0, 540, 720)], busy=[nothing], time_off=[nothing])
    assert free_starts(question(diary, closures=[nothing])) == free_starts(question())


# Hours


def days_with_hours(diary: TherapistDiary, *, days: int = 28) -> list[str]:
    return sorted({text[5:10] for text in texts(question(diary, days=days))})


@pytest.mark.parametrize(
    ("rule", "dates"),
    [
        (WeeklyRule(0, 540, 720), ["11-23", "11-30", "12-07", "12-14"]),
        (WeeklyRule(6, 540, 720), ["11-29", "12-06", "12-13", "12-20"]),
        # Both dates of validity belong to it
        (WeeklyRule(0, 540, 720, 1, date(2026, 11, 30), date(2026, 12, 7)), ["11-30", "12-07"]),
        (WeeklyRule(0, 540, 720, 1, date(2026, 12, 1), date(2026, 12, 13)), ["12-07"]),
        (WeeklyRule(0, 540, 720, 1, None, date(2026, 11, 30)), ["11-23", "11-30"]),
        # The weeks count from the Monday of the week of `valid_from`, here a Thursday
        (WeeklyRule(0, 540, 720, 2, date(2026, 11, 19)), ["11-30", "12-14"]),
        (WeeklyRule(0, 540, 720, 2, date(2026, 11, 23)), ["11-23", "12-07"]),
        (WeeklyRule(6, 540, 720, 2, date(2026, 11, 19)), ["12-06", "12-20"]),
        (WeeklyRule(4, 540, 720, 3, date(2026, 11, 19)), ["12-11"]),
    ],
)
def test_weekly_hours_hold_on(rule: WeeklyRule, dates: list[str]) -> None:
    assert days_with_hours(TherapistDiary(weekly=[rule])) == dates


def test_adjoining_hours_are_one_stretch() -> None:
    diary = TherapistDiary(weekly=[WeeklyRule(0, 600, 660), WeeklyRule(0, 540, 600)])
    assert texts(question(diary, option=OptionRules(minutes=120))) == ["2026-11-23T09:00-05:00"]


def test_overlapping_hours_are_one_stretch() -> None:
    diary = TherapistDiary(weekly=[WeeklyRule(0, 540, 630), WeeklyRule(0, 600, 660, 1, MONDAY, MONDAY)])
    assert texts(question(diary, option=OptionRules(minutes=120), days=8)) == ["2026-11-23T09:00-05:00"]


def test_an_override_replaces_the_hours_of_its_date_wholly() -> None:
    diary = TherapistDiary(weekly=[WeeklyRule(0, 540, 720)], overrides={MONDAY: [(960, 1020)]})
    assert texts(question(diary)) == ["2026-11-23T16:00-05:00"]
    assert explain(question(diary), "ana", at("09:00")) == [Reason(ReasonCode.OVERRIDE)]


def test_an_override_without_hours_is_a_day_off() -> None:
    diary = TherapistDiary(weekly=[WeeklyRule(0, 540, 720)], overrides={MONDAY: []})
    assert days_with_hours(diary, days=8) == ["11-30"]


def test_an_override_gives_hours_to_a_date_without() -> None:
    diary = TherapistDiary(overrides={MONDAY: [(600, 660), (540, 600)]})
    assert texts(question(diary, option=OptionRules(minutes=120))) == ["2026-11-23T09:00-05:00"]


def test_hours_do_not_go_on_after_midnight() -> None:
    diary = TherapistDiary(weekly=[WeeklyRule(0, 1380, 1440), WeeklyRule(1, 0, 60)])
    assert texts(question(diary, days=2, step=30)) == ["2026-11-23T23:00-05:00", "2026-11-24T00:00-05:00"]


def test_a_therapist_without_hours() -> None:
    assert free_starts(question(TherapistDiary())) == {"ana": []}
    assert explain(question(TherapistDiary()), "ana", at("09:00")) == [Reason(ReasonCode.OUTSIDE_HOURS)]


def test_a_visit_that_goes_on_after_the_hours_is_told_the_hours() -> None:
    assert explain(question(), "ana", at("11:30")) == [
        Reason(ReasonCode.OUTSIDE_HOURS, span("09:00", "12:00"))
    ]


# What is in the way


def test_reasons_tell_what_is_in_the_way() -> None:
    busy, off, closed = span("10:00", "10:30"), span("10:15", "10:45"), span("10:30", "11:00")
    diary = TherapistDiary(weekly=[WeeklyRule(0, 540, 720)], busy=[busy], time_off=[off])
    assert explain(question(diary, closures=[closed]), "ana", at("09:45")) == [
        Reason(ReasonCode.CLOSED, closed),
        Reason(ReasonCode.TIME_OFF, off),
        Reason(ReasonCode.BUSY, busy),
    ]


def test_a_buffer_in_the_way_is_told_from_a_visit_in_the_way() -> None:
    busy = span("10:00", "11:00")
    diary = TherapistDiary(weekly=[WeeklyRule(0, 540, 720)], busy=[busy])
    asked = question(diary, option=OptionRules(minutes=60, buffer_before=15, buffer_after=15))
    assert explain(asked, "ana", at("09:00")) == [Reason(ReasonCode.BUFFER, busy)]
    assert explain(asked, "ana", at("11:00")) == [Reason(ReasonCode.BUFFER, busy)]
    assert explain(asked, "ana", at("09:15")) == [Reason(ReasonCode.BUSY, busy)]


def test_every_visit_in_the_way_is_told() -> None:
    one, two = span("09:00", "09:30"), span("09:30", "10:00")
    diary = TherapistDiary(weekly=[WeeklyRule(0, 540, 720)], busy=[two, one])
    assert explain(question(diary), "ana", at("09:00")) == [
        Reason(ReasonCode.BUSY, two),
        Reason(ReasonCode.BUSY, one),
    ]


def test_every_rule_that_is_broken_is_told() -> None:
    asked = question(
        option=OptionRules(minutes=60, horizon_days=1), rooms={}, closures=[span("14:00", "15:00")]
    )
    assert [reason.code for reason in explain(asked, "ana", at("14:05"))] == [
        ReasonCode.OFF_GRID,
        ReasonCode.OUTSIDE_HOURS,
        ReasonCode.HORIZON,
        ReasonCode.CLOSED,
        ReasonCode.NO_ROOM,
    ]


# Limits of a day, and when an option is offered


def test_a_visit_counts_on_the_date_on_which_its_occupied_time_begins() -> None:
    # The buffer of a visit at 0:10 begins on the Sunday, which has its one visit already.
    late = OptionRules(minutes=30, buffer_before=15)
    diary = TherapistDiary(
        weekly=[WeeklyRule(0, 0, 120)],
        busy=[span("2026-11-22T09:00-05:00", "2026-11-22T10:00-05:00")],
        most_a_day=1,
    )
    asked = question(diary, option=late, step=5)
    sunday = span("2026-11-22T00:00-05:00", "2026-11-23T00:00-05:00")
    assert explain(asked, "ana", at("00:10")) == [Reason(ReasonCode.DAY_FULL, sunday)]
    assert texts(asked)[0] == "2026-11-23T00:15-05:00"


def test_an_option_is_full_for_every_therapist() -> None:
    full = OptionRules(minutes=60, most_a_day=1, booked=[at("15:00")])
    asked = question(option=full, days=8)
    assert {text[:10] for text in texts(asked)} == {"2026-11-30"}
    monday = span("00:00", "2026-11-24T00:00-05:00")
    assert explain(asked, "ana", at("09:00")) == [Reason(ReasonCode.OPTION_FULL, monday)]


def test_the_whole_visit_lies_in_the_hours_of_the_option() -> None:
    asked = question(option=OptionRules(minutes=60, offered=[WeeklyRule(0, 600, 675)]))
    assert texts(asked) == ["2026-11-23T10:00-05:00", "2026-11-23T10:15-05:00"]
    assert explain(asked, "ana", at("09:00")) == [Reason(ReasonCode.NOT_OFFERED)]


def test_extra_hours_come_on_top_of_those_of_the_date() -> None:
    extra = {MONDAY: [(720, 780)], date(2026, 11, 24): [(600, 660)]}
    diary = TherapistDiary(weekly=[WeeklyRule(0, 660, 720)], extra=extra)
    assert texts(question(diary, days=2, step=60)) == [
        "2026-11-23T11:00-05:00",
        "2026-11-23T12:00-05:00",
        "2026-11-24T10:00-05:00",
    ]


def test_a_gap_is_told_with_what_would_be_left() -> None:
    asked = replace(question(), shortest_gap=60, avoid_gaps=True)
    assert explain(asked, "ana", at("09:15")) == [Reason(ReasonCode.GAP, span("09:00", "09:15"))]


def test_what_is_left_unsold_is_both_gaps_together() -> None:
    asked = replace(question(), shortest_gap=90)
    assert [left_unsold(asked, "ana", at(clock)) for clock in ("09:00", "09:15", "10:00", "10:30")] == [
        0,
        15 * 60,
        120 * 60,
        30 * 60,
    ]


# Rooms


# 09:00 |####....~~~~| 12:00   # one is taken, ~ the other
def test_one_room_that_is_free_is_enough() -> None:
    asked = question(rooms={"one": [span("09:00", "10:00")], "two": [span("11:00", "12:00")]})
    assert free_starts(asked) == free_starts(question())


# 09:00 |######......| 12:00   one
# 09:00 |......######| 12:00   two
def test_a_visit_does_not_change_rooms() -> None:
    asked = question(rooms={"one": [span("09:00", "10:30")], "two": [span("10:30", "12:00")]})
    assert texts(asked) == [
        "2026-11-23T09:00-05:00",
        "2026-11-23T09:15-05:00",
        "2026-11-23T09:30-05:00",
        "2026-11-23T10:30-05:00",
        "2026-11-23T10:45-05:00",
        "2026-11-23T11:00-05:00",
    ]
    assert explain(asked, "ana", at("10:00")) == [Reason(ReasonCode.NO_ROOM)]


def test_without_a_room_that_suits_nothing_is_free() -> None:
    assert free_starts(question(rooms={})) == {"ana": []}
    assert explain(question(rooms={}), "ana", at("09:00")) == [Reason(ReasonCode.NO_ROOM)]


# Now, lead time and horizon


@pytest.mark.parametrize(
    ("now", "first"),
    [
        ("2026-11-23T07:00-05:00", "09:00"),
        ("2026-11-23T07:15-05:00", "09:15"),
        ("2026-11-23T07:15:00.000001-05:00", "09:30"),
        ("2026-11-23T12:15+00:00", "09:15"),
    ],
)
def test_the_first_start_is_not_before_the_lead_time(now: str, first: str) -> None:
    asked = question(option=OptionRules(minutes=60, lead_minutes=120), now=now)
    assert texts(asked)[0] == f"2026-11-23T{first}-05:00"


def test_too_soon_is_told_from_gone_by() -> None:
    asked = question(option=OptionRules(minutes=60, lead_minutes=120), now="2026-11-23T10:00-05:00")
    assert explain(asked, "ana", at("09:45")) == [Reason(ReasonCode.PAST)]
    assert explain(asked, "ana", at("10:00")) == [Reason(ReasonCode.LEAD_TIME, span("10:00", "12:00"))]


@pytest.mark.parametrize(
    ("now", "last"),
    [
        # The clinic's date counts, not that of UTC or of the person who asks
        ("2026-11-22T23:59-05:00", "11-29"),
        ("2026-11-23T00:00-05:00", "11-30"),
        ("2026-11-23T13:59+09:00", "11-29"),
    ],
)
def test_the_horizon_is_a_local_date(now: str, last: str) -> None:
    diary = TherapistDiary(weekly=[WeeklyRule(weekday, 1380, 1440) for weekday in range(7)])
    asked = question(diary, option=OptionRules(minutes=60, horizon_days=7), now=now, days=14)
    assert texts(asked)[-1] == f"2026-{last}T23:00-05:00"


def test_a_start_after_the_horizon() -> None:
    asked = question(option=OptionRules(minutes=60, horizon_days=21))
    assert explain(asked, "ana", at("09:00")) == [Reason(ReasonCode.HORIZON)]


# The window, and who


def test_a_start_outside_the_window_is_not_judged() -> None:
    assert explain(question(rooms={}), "ana", at("2026-11-30T09:00-05:00")) == [
        Reason(ReasonCode.OUTSIDE_WINDOW)
    ]
    assert explain(question(days=0), "ana", at("09:00")) == [Reason(ReasonCode.OUTSIDE_WINDOW)]


def test_an_unknown_therapist() -> None:
    assert explain(question(), "eve", at("09:00")) == [Reason(ReasonCode.UNKNOWN_THERAPIST)]


def test_free_times_are_merged_by_instant_and_name() -> None:
    one, two = (
        TherapistDiary(weekly=[WeeklyRule(0, 540, 630)]),
        TherapistDiary(weekly=[WeeklyRule(0, 570, 660)]),
    )
    asked = replace(question(step=30), therapists={"ben": one, "ana": two})
    assert free_times(asked) == [
        (at("09:00"), ("ben",)),
        (at("09:30"), ("ana", "ben")),
        (at("10:00"), ("ana",)),
    ]


# Days on which clocks change


def on(
    day: str, hours: Sequence[tuple[str, str]], *, zone: str = "America/New_York", **rest: int
) -> list[str]:
    """The free starts of a date with these hours and nothing in the way; `minutes` is 60 if not given."""
    local = date.fromisoformat(day)
    diary = TherapistDiary(overrides={local: [(minutes(start), minutes(end)) for start, end in hours]})
    return texts(
        question(
            diary,
            zone=ZoneInfo(zone),
            first_date=local,
            now="1990-01-01T00:00+00:00",
            option=OptionRules(minutes=rest.get("minutes", 60)),
            step=rest.get("step", 30),
        )
    )


def test_no_start_in_the_hour_that_the_clock_skips() -> None:
    assert on("2026-03-08", [("01:00", "04:00")]) == [
        "2026-03-08T01:00-05:00",
        "2026-03-08T01:30-05:00",
        "2026-03-08T03:00-04:00",
    ]


def test_hours_on_both_sides_of_the_skipped_hour_adjoin() -> None:
    hours = [("01:00", "02:00"), ("03:00", "04:00")]
    assert on("2026-03-08", hours, minutes=120) == ["2026-03-08T01:00-05:00"]


def test_hours_within_the_skipped_hour_do_not_exist() -> None:
    assert on("2026-03-08", [("02:00", "03:00")], minutes=15) == []


def test_a_start_in_the_repeated_hour_is_two_starts() -> None:
    assert on("2026-11-01", [("00:30", "02:00")], minutes=30) == [
        "2026-11-01T00:30-04:00",
        "2026-11-01T01:00-04:00",
        "2026-11-01T01:30-04:00",
        "2026-11-01T01:00-05:00",
        "2026-11-01T01:30-05:00",
    ]


def test_hours_within_the_repeated_hour_are_two_stretches() -> None:
    half_hours = ["2026-11-01T01:30-04:00", "2026-11-01T01:30-05:00"]
    assert on("2026-11-01", [("01:30", "02:00")], minutes=30) == half_hours
    assert on("2026-11-01", [("01:30", "02:00")], minutes=31) == []


def test_a_whole_repeated_hour_is_one_stretch_of_two_hours() -> None:
    assert on("2026-11-01", [("01:00", "02:00")], minutes=120) == ["2026-11-01T01:00-04:00"]


def test_length_is_elapsed_time() -> None:
    assert on("2026-11-01", [("00:00", "03:00")], minutes=240, step=60) == ["2026-11-01T00:00-04:00"]
    assert on("2026-03-08", [("00:00", "03:00")], minutes=180, step=60) == []


def test_the_grid_follows_the_wall_when_the_clock_moves_by_half_an_hour() -> None:
    assert on("2026-10-04", [("00:00", "05:00")], zone="Australia/Lord_Howe", step=60) == [
        "2026-10-04T00:00+10:30",
        "2026-10-04T01:00+10:30",
        "2026-10-04T03:00+11:00",
        "2026-10-04T04:00+11:00",
    ]


def test_a_day_that_starts_at_one() -> None:
    starts = on("2018-11-04", [("00:00", "03:00")], zone="America/Sao_Paulo")
    assert starts == ["2018-11-04T01:00-02:00", "2018-11-04T01:30-02:00", "2018-11-04T02:00-02:00"]


def test_a_day_whose_last_hour_is_shown_twice() -> None:
    starts = on("2018-02-17", [("23:00", "24:00")], zone="America/Sao_Paulo")
    assert starts == ["2018-02-17T23:00-02:00", "2018-02-17T23:30-02:00", "2018-02-17T23:00-03:00"]


def test_a_day_that_the_clock_leaves_for_an_hour_is_two_stretches() -> None:
    # On 7 November 2010 the clock went from 00:01 back to 23:01 on the 6th.
    starts = on("2010-11-07", [("00:00", "01:00")], zone="America/St_Johns", minutes=30)
    assert starts == ["2010-11-07T00:00-03:30", "2010-11-07T00:30-03:30"]
    assert on("2010-11-07", [("00:00", "01:00")], zone="America/St_Johns", minutes=1)[:2] == [
        "2010-11-07T00:00-02:30",
        "2010-11-07T00:00-03:30",
    ]


def test_a_date_that_the_zone_leaves_out_has_no_starts() -> None:
    assert on("2011-12-30", [("00:00", "24:00")], zone="Pacific/Apia") == []


def test_starts_are_in_order_where_the_dates_are_not() -> None:
    diary = TherapistDiary(weekly=[WeeklyRule(weekday, 0, 1440) for weekday in range(7)])
    asked = question(
        diary,
        zone=ZoneInfo("America/St_Johns"),
        first_date=date(2010, 11, 6),
        days=2,
        step=1,
        now="2010-01-01T00:00+00:00",
        option=OptionRules(minutes=1),
    )
    starts = free_starts(asked)["ana"]
    assert starts == list(range(starts[0], starts[0] + 49 * 3600, 60))


@pytest.mark.parametrize(
    ("wall", "answers"),
    [
        ("2026-03-08T02:30", [Explanation(None, [Reason(ReasonCode.MISSING_HOUR)])]),
        (
            "2026-11-01T01:30",
            [
                Explanation(at("2026-11-01T01:30-04:00"), []),
                Explanation(at("2026-11-01T01:30-05:00"), [Reason(ReasonCode.BUSY, SECOND_HOUR)]),
            ],
        ),
        ("2026-11-01T00:30", [Explanation(at("2026-11-01T00:30-04:00"), [])]),
    ],
)
def test_a_wall_time_is_explained_once_for_each_time_that_it_is_shown(
    wall: str, answers: list[Explanation]
) -> None:
    day = datetime.fromisoformat(wall).date()
    diary = TherapistDiary(weekly=[WeeklyRule(6, 0, 1440)], busy=[SECOND_HOUR])
    asked = question(diary, first_date=day, now="2026-01-01T00:00-05:00", option=OptionRules(minutes=30))
    assert explain_wall_time(asked, "ana", datetime.fromisoformat(wall)) == answers
