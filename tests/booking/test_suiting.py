"""Wishes: in an address, and the free times that fit."""

from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking import suiting
from booking.said_dates import Dates
from booking.suiting import Wish

minutes = st.integers(min_value=0, max_value=suiting.DAY_END)
days = st.dates(min_value=date(2026, 11, 1), max_value=date(2026, 12, 31)) | st.sampled_from(
    [date.min, date.max]
)
some_dates = st.none() | st.lists(days, min_size=2, max_size=2).map(lambda ends: Dates(*sorted(ends)))
some_wishes = st.builds(
    lambda days, ends, dates: Wish(days, min(ends), max(ends), dates),
    st.frozensets(st.integers(0, 6), min_size=1),
    st.lists(minutes, min_size=2, max_size=2, unique=True),
    some_dates,
)


@given(some_wishes)
def test_an_address_gives_the_wish_back(wish: Wish) -> None:
    assert suiting.read_written(suiting.write(wish)) == wish


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tue",
        "tue_1600-1600",
        "tue_1600-2500",
        "xxx_0900-1000",
        "tue_0９00-1000",
        "tue_0900-1000_20261301-20261302",
    ],
)
def test_an_address_that_was_never_written(text: str) -> None:
    assert suiting.read_written(text) is None


MONDAY = datetime(2026, 11, 23)  # noqa: DTZ001 - as the wall shows it
starts_of_weeks = st.lists(st.integers(0, 21 * 96 - 1), unique=True, max_size=120).map(
    lambda quarters: [MONDAY + timedelta(minutes=15 * quarter) for quarter in sorted(quarters)]
)


@given(starts_of_weeks, st.lists(some_wishes, min_size=1, max_size=3))
def test_what_is_found_is_what_a_walk_over_all_starts_finds(
    starts: list[datetime], wanted: list[Wish]
) -> None:
    def fits(start: datetime) -> bool:
        return any(wish.holds(start) for wish in wanted)

    found, near = suiting.find(starts, wanted)
    assert found == sorted(set(found))
    assert all(fits(start) for start in found)
    assert not any(fits(start) for start in near)
    fitting = [start for start in starts if fits(start)]
    days = sorted({start.date() for start in fitting})
    for day in days:
        of_day = [start for start in fitting if start.date() == day]
        named = [start for start in found if start.date() == day]
        assert len(named) <= suiting.MOST_A_DAY
        assert all(later - earlier >= timedelta(hours=1) for earlier, later in pairwise(named))
        left_out = [start for start in of_day if all(abs(start - one) >= timedelta(hours=1) for one in named)]
        if (
            left_out and len(named) < suiting.MOST_A_DAY
        ):  # only where the list is full, by then or on this day
            assert len(found) == suiting.MOST_MATCHES
            assert not any(start.date() > day for start in found)
    for start in near:
        assert any(wish.holds_day(start.date()) for wish in wanted)


def test_the_wish_named_first_comes_first_within_a_day() -> None:
    starts = [MONDAY + timedelta(hours=hour) for hour in (9, 10, 11, 14, 15, 16)]
    afternoon, morning = Wish(frozenset({0}), 13 * 60, 17 * 60), Wish(frozenset({0}), 0, 12 * 60)
    assert [start.hour for start in suiting.find(starts, [afternoon, morning])[0]] == [14, 15, 16]
    assert [start.hour for start in suiting.find(starts, [morning, afternoon])[0]] == [9, 10, 11]


def test_near_is_up_to_an_hour_and_a_half_away_on_a_wished_day() -> None:
    starts = [MONDAY + timedelta(minutes=minute) for minute in (13 * 60, 14 * 60 + 30, 17 * 60, 41 * 60)]
    found, near = suiting.find(starts, [Wish(frozenset({0}), 16 * 60, 17 * 60)])
    assert found == []
    assert [start.hour for start in near] == [14, 17]


@given(some_wishes, st.lists(some_wishes.map(lambda wish: wish._replace(dates=None)), max_size=3))
def test_what_is_taken_away_is_gone_and_nothing_else(wish: Wish, refused: list[Wish]) -> None:
    left = suiting.without([wish], refused)
    for quarter in range(0, 14 * 96, 7):
        start = MONDAY + timedelta(minutes=15 * quarter)
        wanted = wish.holds(start) and not any(no.holds(start) for no in refused)
        assert any(one.holds(start) for one in left) == wanted


def test_dates_far_ahead_are_looked_at() -> None:
    today = MONDAY.date()
    late = Wish(frozenset({3}), 0, 60, Dates(date(2027, 1, 7), date.max))
    assert suiting.first_date([late], today=today) == date(2027, 1, 7)
    assert suiting.first_date([late, Wish(frozenset({3}), 0, 60)], today=today) == today
