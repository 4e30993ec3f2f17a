"""The engine of free times against a model that shares nothing with it but `zoneinfo`.

The model walks the window minute by minute: for each instant it asks the zone what the wall shows, and
decides from the words of the rules, with no interval arithmetic. The property is tried on 200
cases as a rule, and on 10,000 under the marker `long`.
"""

import math
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from booking import slots, walltime
from booking.intervals import Interval
from booking.slots import OptionRules, Question, TherapistDiary, WeeklyRule, explain, free_starts
from booking.walltime import LocalDay, Segment

ZONES = sorted(available_timezones())
QUICK = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
LONG = settings(QUICK, max_examples=10_000)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


# The model


def wall_at(zone: ZoneInfo, instant: int) -> datetime:
    """What a clock in the zone shows, without offset."""
    return (EPOCH + timedelta(seconds=instant)).astimezone(zone).replace(tzinfo=None)


def midnight_utc(day: date) -> int:
    return (day - EPOCH.date()).days * 86_400


def minutes_worked(diary: TherapistDiary, day: date) -> set[int]:
    """The minutes of the local date's clock that are in the therapist's hours."""
    if day in diary.overrides:
        return {minute for start, end in diary.overrides[day] for minute in range(start, end)}
    worked: set[int] = set()
    for rule in diary.weekly:
        if rule.weekday != day.weekday() or (rule.valid_until is not None and rule.valid_until < day):
            continue
        if rule.valid_from is not None:
            monday = rule.valid_from
            while monday.weekday() != 0:
                monday -= timedelta(days=1)
            if day < rule.valid_from or (day - monday).days // 7 % rule.every != 0:
                continue
        worked.update(range(rule.start, rule.end))
    return worked


def collides(start: int, end: int, taken: Iterable[Interval]) -> bool:
    """Whether some moment is in [start, end) and in one of the intervals."""
    return any(
        taken_start < taken_end and start < taken_end and taken_start < end
        for taken_start, taken_end in taken
    )


def model_starts(question: Question) -> dict[str, list[int]]:
    """Every therapist's free starts, found by trying every minute of the window."""
    zone, option = question.zone, question.option
    first = midnight_utc(question.first_date) - 86_400
    last = midnight_utc(question.first_date) + (question.days + 1) * 86_400 + option.minutes * 60
    # An offset with seconds in it, as Liberia's until 1972, makes minutes begin between those of UTC.
    tick = math.gcd(60, *(wall_at(zone, instant).second for instant in range(first, last, 3600)))
    instants = range(first, last, tick)
    walls = [datetime.fromtimestamp(instant, zone) for instant in instants]
    shown = [(wall.date(), wall.hour * 60 + wall.minute, wall.second) for wall in walls]
    now_date = question.now.astimezone(zone).date()
    last_date = question.first_date + timedelta(days=question.days - 1)
    free: dict[str, list[int]] = {}
    for name, diary in question.therapists.items():
        worked = {day: minutes_worked(diary, day) for day in {day for day, _, _ in shown}}
        # For each instant, how many ticks from it on are worked without a break on its local date.
        lasting = [0] * (len(shown) + 1)
        following = None
        for index in range(len(shown) - 1, -1, -1):
            day, minute, _ = shown[index]
            if minute in worked[day]:
                lasting[index] = 1 + (lasting[index + 1] if day == following else 0)
            following = day
        found: list[int] = []
        for start, (day, minute, second), ticks in zip(instants, shown, lasting, strict=False):
            if not question.first_date <= day <= last_date or second != 0 or minute % question.step != 0:
                continue
            end = start + option.minutes * 60
            occupied = start - option.buffer_before * 60, end + option.buffer_after * 60
            moment = EPOCH + timedelta(seconds=start)
            if (
                ticks * tick >= option.minutes * 60
                and not collides(start, end, diary.time_off)
                and not collides(start, end, question.closures)
                and not collides(*occupied, diary.busy)
                and (
                    question.rooms is None
                    or any(not collides(*occupied, busy) for busy in question.rooms.values())
                )
                and moment >= question.now + timedelta(minutes=option.lead_minutes)
                and (option.horizon_days is None or (day - now_date).days <= option.horizon_days)
            ):
                found.append(start)
        free[name] = found
    return free


# Cases


@cache
def change_dates(key: str) -> list[date]:
    """The local dates from 1970 to 2037 on which the zone's offset changes, and the dates after them."""
    zone = ZoneInfo(key)

    def offset_on(day: date) -> timedelta | None:
        return datetime(day.year, day.month, day.day, 12, tzinfo=zone).utcoffset()

    firsts = [date(year, month, 1) for year in range(1970, 2038) for month in range(1, 13)]
    found = []
    for first, last in pairwise(firsts):
        if offset_on(first) == offset_on(last):
            continue
        for number in range((last - first).days):
            day = first + timedelta(days=number)
            morrow = day + timedelta(days=1)
            if offset_on(day) != offset_on(morrow):
                found += [day, morrow]
    return found


EDGES = st.sampled_from([0, 30, 60, 90, 120, 150, 180, 1380, 1410, 1440]) | st.integers(0, 1440)
ANY_STRETCH = st.tuples(EDGES, EDGES).map(lambda pair: (min(pair), max(pair)))
# Over the hours in which clocks change, or the whole day.
WIDE_STRETCH = st.sampled_from([(0, 240), (60, 180), (90, 1440), (1260, 1440), (0, 1440), (540, 1020)])
STRETCHES = st.lists(WIDE_STRETCH | ANY_STRETCH, max_size=3)


def taken_around(middle: int, *, reach: int) -> st.SearchStrategy[list[Interval]]:
    """Intervals around the middle, some with seconds, some empty, some overlapping."""
    distances = st.integers(-96, 96).map(lambda quarter: quarter * 900) | st.integers(-86_400, 86_400)
    lengths = st.sampled_from([0, 1, 900, 3600, 4500]) | st.integers(0, reach)
    intervals = st.builds(
        lambda distance, length: (middle + distance, middle + distance + length), distances, lengths
    )
    return st.lists(intervals, max_size=3)


@st.composite
def questions(draw: st.DrawFn) -> Question:
    key = draw(st.sampled_from(ZONES))
    changes = change_dates(key)
    if changes and draw(st.sampled_from([True, True, False])):
        day = draw(st.sampled_from(changes))
    else:
        day = draw(st.dates(date(1970, 1, 2), date(2037, 12, 30)))
    first_date = day - timedelta(days=draw(st.integers(0, 1)))
    days = draw(st.sampled_from([2, 2, 3, 2, 1, 0]))
    middle = midnight_utc(day) + 43_200
    near_dates = st.integers(-15, 15).map(lambda distance: day + timedelta(days=distance))
    therapists: dict[str, TherapistDiary] = {}
    for name in ("ana", "ben")[: draw(st.integers(1, 2))]:
        weekly: list[WeeklyRule] = []
        for _ in range(draw(st.integers(1, 3))):
            valid_from = draw(st.none() | st.none() | near_dates)
            weekly += [
                WeeklyRule(
                    weekday=draw(st.sampled_from([day.weekday(), (day.weekday() + 1) % 7])),
                    start=start,
                    end=end,
                    every=1 if valid_from is None else draw(st.integers(1, 3)),
                    valid_from=valid_from,
                    valid_until=draw(st.none() | st.none() | near_dates),
                )
                for start, end in draw(STRETCHES)
            ]
        overridden = draw(st.lists(st.sampled_from([day, day + timedelta(days=1)]), max_size=1))
        therapists[name] = TherapistDiary(
            weekly=weekly,
            overrides={changed: draw(STRETCHES) for changed in overridden},
            time_off=draw(taken_around(middle, reach=20_000)),
            busy=draw(taken_around(middle, reach=8_000)),
        )
    now = EPOCH + timedelta(
        seconds=middle + draw(st.sampled_from([-10 * 86_400, -86_400]) | st.integers(-200_000, 20_000)),
        microseconds=draw(st.sampled_from([0, 500_000])),
    )
    rooms = st.dictionaries(
        st.sampled_from(["one", "two"]),
        taken_around(middle, reach=20_000),
        min_size=draw(st.sampled_from([1, 1, 1, 0])),
    )
    return Question(
        zone=ZoneInfo(key),
        now=now,
        first_date=first_date,
        days=days,
        step=draw(st.sampled_from([5, 7, 15, 20, 30, 45, 60, 90])),
        option=OptionRules(
            minutes=draw(st.sampled_from([60, 1, 15, 30, 50, 90, 150])),
            buffer_before=draw(st.sampled_from([0, 5, 15])),
            buffer_after=draw(st.sampled_from([0, 10, 15])),
            lead_minutes=draw(st.sampled_from([0, 0, 1, 120, 720])),
            horizon_days=draw(st.sampled_from([None, 60, 60, 11, 1])),
        ),
        therapists=therapists,
        closures=draw(st.just(()) | taken_around(middle, reach=20_000)),
        rooms=draw(st.none() | rooms),
    )


# The property and its control


def expect_engine_agrees(question: Question) -> None:
    """The engine offers what the model does, and explains exactly what it does not offer."""
    offered = free_starts(question)
    assert offered == model_starts(question)
    tried = range(
        midnight_utc(question.first_date) - 86_400,
        midnight_utc(question.first_date) + (question.days + 1) * 86_400,
        2700,
    )
    for name, starts in offered.items():
        free = set(starts)
        for start in [*starts, *tried]:
            assert (explain(question, name, start) == []) == (start in free)
        texts = list(walltime.iso_instants(question.zone, starts))
        assert len(set(texts)) == len(starts)
        for text, start in zip(texts, starts, strict=True):
            assert datetime.fromisoformat(text) == EPOCH + timedelta(seconds=start)
            assert datetime.fromisoformat(text).replace(tzinfo=None) == wall_at(question.zone, start)


@QUICK
@given(questions())
def test_a_start_is_offered_exactly_when_the_model_finds_it_free(question: Question) -> None:
    expect_engine_agrees(question)


@pytest.mark.long
@LONG
@given(questions())
def test_a_start_is_offered_exactly_when_the_model_finds_it_free_long(question: Question) -> None:
    expect_engine_agrees(question)


def days_without_changes(zone: ZoneInfo, first: date, count: int) -> list[LocalDay]:
    """A broken `local_days`: the offset of the first date's noon holds for all."""
    offset = walltime.offset_at(zone, midnight_utc(first) + 43_200)
    days = []
    for number in range(count):
        midnight = midnight_utc(first) + number * 86_400
        segment = Segment(midnight - offset, midnight - offset + 86_400, offset)
        days.append(LocalDay(first + timedelta(days=number), midnight, (segment,), True))
    return days


def fitting_one_short(stretches: Iterable[Interval], visit: int) -> list[Interval]:
    """A broken `_fitting`: a visit may not end at the end of its stretch."""
    return [(start, end - visit) for start, end in stretches if end - start > visit]


def touching_is_barred(frame: slots.Frame, intervals: Iterable[Interval]) -> list[slots.Barrier]:
    """A broken `_barring_occupied`: a visit may not start when another ends."""
    reach = frame.visit + frame.after - 1
    return [(start - reach, end + frame.before + 1, (start, end)) for start, end in intervals if start < end]


@pytest.mark.parametrize(
    ("module", "name", "broken"),
    [
        (walltime, "local_days", days_without_changes),
        (slots, "_fitting", fitting_one_short),
        (slots, "_barring_occupied", touching_is_barred),
    ],
)
def test_the_property_rejects_a_broken_engine(
    monkeypatch: pytest.MonkeyPatch, module: object, name: str, broken: object
) -> None:
    monkeypatch.setattr(module, name, broken)

    @settings(
        QUICK,
        max_examples=2_000,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        report_multiple_bugs=False,
    )
    @given(questions())
    def check(question: Question) -> None:
        expect_engine_agrees(question)

    with pytest.raises(AssertionError):
        check()
