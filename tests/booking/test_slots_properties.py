"""The engine of free times against a model that shares nothing with it but `zoneinfo`.

The model walks the window minute by minute: for each instant it asks the zone what the wall shows, and
decides from the words of the rules, with no interval arithmetic. The property is tried on 200
cases as a rule, and on 10,000 under the marker `long`.
"""

import math
from collections.abc import Container, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from booking import barriers, gaps, slots, stretches, walltime
from booking.intervals import Interval
from booking.question import BreakRule, OptionRules, Question, TherapistDiary, WeeklyRule
from booking.slots import explain, free_starts
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
    extra = {minute for start, end in diary.extra.get(day, ()) for minute in range(start, end)}
    if day in diary.overrides:
        return extra | {minute for start, end in diary.overrides[day] for minute in range(start, end)}
    return extra | minutes_of_rules(diary.weekly, day)


def minutes_of_rules(rules: Iterable[WeeklyRule], day: date) -> set[int]:
    """The minutes of the local date's clock that weekly rules name."""
    worked: set[int] = set()
    for rule in rules:
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


def runs(shown: Iterable[tuple[int, int]], minutes: Container[int], tick: int) -> list[Interval]:
    """The runs of instants at which one of the minutes is shown, each as [first, end); given as (instant, minute)."""
    found: list[Interval] = []
    for instant, minute in shown:
        if minute not in minutes:
            continue
        if found and found[-1][1] == instant:
            found[-1] = (found[-1][0], instant + tick)
        else:
            found.append((instant, instant + tick))
    return found


def begin_on(zone: ZoneInfo, day: date, begun: Iterable[int]) -> int:
    """How many of the instants are on the local date."""
    return sum(wall_at(zone, instant).date() == day for instant in begun)


def break_fits(need: int, windows: Iterable[Interval], taken: list[Interval]) -> bool:
    """Whether so many seconds in one piece are free in a window: at its start, or where something ends."""
    return any(
        low <= begin and begin + need <= high and not collides(begin, begin + need, taken)
        for low, high in windows
        for begin in [low, *(end for _, end in taken)]
    )


def least_lost(
    question: Question, stretches: list[Interval], taken: list[Interval], starts: list[int]
) -> list[int]:
    """The starts that lose the least of the piece of time which they are in."""
    option, shortest = question.option, question.shortest_gap * 60
    lost: dict[int, int] = {}
    piece_of: dict[int, Interval] = {}
    for start in starts:
        end = start + option.minutes * 60
        [stretch] = [(low, high) for low, high in stretches if low <= start < high]
        low = max([stretch[0], *(taken_end for _, taken_end in taken if taken_end <= start)])
        high = min([stretch[1], *(taken_start for taken_start, _ in taken if taken_start >= end)])
        beside = start - option.buffer_before * 60 - low, high - end - option.buffer_after * 60
        piece_of[start] = low, high
        lost[start] = sum(gap for gap in beside if 0 < gap < shortest)
    return [
        start
        for start in starts
        if lost[start] == min(lost[other] for other in starts if piece_of[other] == piece_of[start])
    ]


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
    of_day: dict[date, list[tuple[int, int]]] = {}
    for instant, (day, minute, _) in zip(instants, shown, strict=True):
        of_day.setdefault(day, []).append((instant, minute))
    days = set(of_day)
    now_date = question.now.astimezone(zone).date()
    last_date = question.first_date + timedelta(days=question.days - 1)

    def lasting(worked: dict[date, set[int]]) -> list[int]:
        """For each instant, how many ticks from it on are worked without a break on its local date."""
        ticks = [0] * (len(shown) + 1)
        following = None
        for index in range(len(shown) - 1, -1, -1):
            day, minute, _ = shown[index]
            if minute in worked[day]:
                ticks[index] = 1 + (ticks[index + 1] if day == following else 0)
            following = day
        return ticks

    offered = lasting({day: minutes_of_rules(option.offered, day) for day in days})
    free: dict[str, list[int]] = {}
    for name, diary in question.therapists.items():
        worked = {day: minutes_worked(diary, day) for day in days}
        taken = [(low, high) for low, high in [*diary.busy, *diary.holds] if low < high]
        found: list[int] = []
        windows: dict[date, list[Interval]] = {}
        if diary.pause:
            between = range(diary.pause.start, diary.pause.end)
            windows = {day: runs(times, between, tick) for day, times in of_day.items()}
        for start, (day, minute, second), ticks, offered_ticks in zip(
            instants, shown, lasting(worked), offered, strict=False
        ):
            if not question.first_date <= day <= last_date or second != 0 or minute % question.step != 0:
                continue
            end = start + option.minutes * 60
            occupied = start - option.buffer_before * 60, end + option.buffer_after * 60
            counted_on = wall_at(zone, occupied[0]).date()
            moment = EPOCH + timedelta(seconds=start)
            if (
                ticks * tick >= option.minutes * 60
                and (not option.offered or offered_ticks * tick >= option.minutes * 60)
                and not collides(start, end, diary.time_off)
                and not collides(start, end, question.closures)
                and not collides(*occupied, taken)
                and (
                    question.rooms is None
                    or any(not collides(*occupied, busy) for busy in question.rooms.values())
                )
                and moment >= question.now + timedelta(minutes=option.lead_minutes)
                and (option.horizon_days is None or (day - now_date).days <= option.horizon_days)
                and (
                    option.most_a_day is None or begin_on(zone, counted_on, option.booked) < option.most_a_day
                )
                and (
                    diary.most_a_day is None
                    or begin_on(zone, counted_on, [low for low, high in diary.busy if low < high])
                    < diary.most_a_day
                )
                and (
                    diary.pause is None
                    or not collides(*occupied, windows[day])
                    or break_fits(diary.pause.minutes * 60, windows[day], [*taken, occupied])
                )
            ):
                found.append(start)
        if question.avoid_gaps:
            in_the_way = [*taken, *diary.time_off, *question.closures]
            in_the_way = [(low, high) for low, high in in_the_way if low < high]
            own = [stretch for day, times in of_day.items() for stretch in runs(times, worked[day], tick)]
            found = least_lost(question, own, in_the_way, found)
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
BREAKS = st.builds(
    lambda stretch, minutes: BreakRule(stretch[0], stretch[1], minutes),
    (WIDE_STRETCH | ANY_STRETCH).filter(lambda stretch: stretch[0] < stretch[1]),
    st.sampled_from([15, 30, 60, 120]),
)


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
        extended = draw(st.lists(st.sampled_from([day, day + timedelta(days=1)]), max_size=1))
        therapists[name] = TherapistDiary(
            weekly=weekly,
            overrides={changed: draw(STRETCHES) for changed in overridden},
            time_off=draw(taken_around(middle, reach=20_000)),
            busy=draw(taken_around(middle, reach=8_000)),
            extra={changed: draw(STRETCHES) for changed in extended},
            holds=draw(st.just(()) | taken_around(middle, reach=8_000)),
            pause=draw(st.none() | BREAKS),
            most_a_day=draw(st.sampled_from([None, None, None, 0, 1, 2])),
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
    offered = [
        WeeklyRule(weekday % 7, start, end)
        for weekday in (day.weekday(), day.weekday() + 1)
        for start, end in draw(STRETCHES)
    ]
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
            offered=offered if draw(st.sampled_from([True, False, False])) else (),
            most_a_day=draw(st.sampled_from([None, None, None, 1, 2])),
            booked=[middle + draw(st.integers(-100_000, 100_000)) for _ in range(draw(st.integers(0, 3)))],
        ),
        therapists=therapists,
        closures=draw(st.just(()) | taken_around(middle, reach=20_000)),
        rooms=draw(st.none() | rooms),
        shortest_gap=draw(st.sampled_from([0, 15, 45, 75])),
        avoid_gaps=draw(st.booleans()),
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
    """A broken `fitting`: a visit may not end at the end of its stretch."""
    return [(start, end - visit) for start, end in stretches if end - start > visit]


def touching_is_barred(frame: barriers.Frame, intervals: Iterable[Interval]) -> list[Interval]:
    """A broken `barring_occupied`: a visit may not start when another ends."""
    reach = frame.visit + frame.after - 1
    return [(start - reach, end + frame.before + 1) for start, end in intervals if start < end]


def every_gap_is_sold(frame: object, sheet: object, starts: Iterable[int]) -> list[int]:
    """A broken `gaps.kept`: it lets all starts pass."""
    return list(starts)


@pytest.fixture
def nothing_kept() -> Iterator[None]:
    """What the engine has kept from before is not there, and what a broken one keeps does not stay."""
    kept = (walltime.local_days, stretches.window_of, stretches._stretches, barriers._spans)
    for function in kept:
        function.cache_clear()
    yield
    for function in kept:
        function.cache_clear()


def expect_found_out() -> None:
    """The property, as it is tried, fails."""

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

    with pytest.raises((AssertionError, IndexError)):  # the second where its days do not fit together
        check()


@pytest.mark.usefixtures("nothing_kept")
@pytest.mark.parametrize(
    ("module", "name", "broken"),
    [
        (walltime, "local_days", days_without_changes),
        (slots, "fitting", fitting_one_short),
        (barriers, "barring_occupied", touching_is_barred),
        (gaps, "kept", every_gap_is_sold),
    ],
)
def test_the_property_rejects_a_broken_engine(
    monkeypatch: pytest.MonkeyPatch, module: object, name: str, broken: object
) -> None:
    monkeypatch.setattr(module, name, broken)
    expect_found_out()


@pytest.mark.usefixtures("nothing_kept")
@pytest.mark.parametrize(
    ("table", "rule"),
    [(table, rule) for table in ("CLINIC_RULES", "DIARY_RULES") for rule in getattr(barriers, table)],
    ids=lambda part: part if isinstance(part, str) else part.forbids.__name__.strip("_"),
)
def test_the_property_rejects_an_engine_without_a_rule(
    monkeypatch: pytest.MonkeyPatch, table: str, rule: object
) -> None:
    monkeypatch.setattr(slots, table, tuple(entry for entry in getattr(barriers, table) if entry is not rule))
    expect_found_out()
