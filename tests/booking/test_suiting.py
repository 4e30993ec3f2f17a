"""From a person's words to the free times that fit."""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking import suiting
from booking.suiting import Wish

READ = {
    "Tuesdays after 4, or Thursday morning": ["Tuesdays from 4pm", "Thursdays before 12 noon"],
    "Tuesdays and Thursdays after 4": ["Tuesdays and Thursdays from 4pm"],
    "Tuesday or Thursday after 4": ["Tuesdays and Thursdays from 4pm"],
    "mornings on Monday or Friday": ["Mondays before 12 noon", "Fridays before 12 noon"],
    "Tuesday morning or evening": ["Tuesdays before 12 noon", "Tuesdays from 5pm"],
    "Monday, or Thursday morning": ["Mondays, any time", "Thursdays before 12 noon"],
    "weekdays before 10": ["weekdays before 10am"],
    "between 2 and 4 on Wednesdays": ["Wednesdays from 2pm to 4pm"],
    "Mon-Fri 9am to 11:30am": ["weekdays from 9am to 11:30am"],
    "Friday to Monday after 6pm": ["Mondays, Fridays, Saturdays and Sundays from 6pm"],
    "afternoons after 3": ["any day from 3pm to before 5pm"],
    "any day after work": ["any day from 5pm"],
    "I can come on Mondays from 3 to 5 or fridays after lunch": [
        "Mondays from 3pm to 5pm",
        "Fridays from 1pm",
    ],
    "not before 10am on weekends; Wednesday at noon": [
        "weekends from 10am",
        "Wednesdays from 11:30am to 12:30pm",
    ],
    "SATURDAY": ["Saturdays, any time"],
    "at 17:30": ["any day from 5pm to 6pm"],
    "after 12am": ["any day, any time"],
    "before 12pm": ["any day before 12 noon"],
    "": [],
}


@pytest.mark.parametrize("words", READ)
def test_what_people_write(words: str) -> None:
    reading = suiting.read(words)
    assert [suiting.in_words(wish) for wish in reading.wishes] == READ[words]
    assert reading.unread == []


@pytest.mark.parametrize(
    ("words", "unread", "rest"),
    [
        ("Tuesdays unless it rains", ["unless", "rains"], ["Tuesdays, any time"]),
        ("as soon as you have something", ["as", "soon", "as", "you", "have", "something"], []),
        ("my sore back, Mondays", ["sore", "back"], ["Mondays, any time"]),
        ("at 25", ["25"], []),
    ],
)
def test_what_is_not_understood_is_named(words: str, unread: list[str], rest: list[str]) -> None:
    reading = suiting.read(words)
    assert reading.unread == unread
    assert [suiting.in_words(wish) for wish in reading.wishes] == rest


minutes = st.integers(min_value=0, max_value=suiting.DAY_END)
some_wishes = st.builds(
    lambda days, ends: Wish(days, *sorted(ends)),
    st.frozensets(st.integers(0, 6), min_size=1),
    st.lists(minutes, min_size=2, max_size=2, unique=True),
)


@given(some_wishes)
def test_an_address_gives_the_wish_back(wish: Wish) -> None:
    assert suiting.read_written(suiting.write(wish)) == wish


@given(st.text(max_size=60))
def test_no_text_is_too_odd(text: str) -> None:
    reading = suiting.read(text)
    assert all(wish.days and 0 <= wish.start < wish.end <= suiting.DAY_END for wish in reading.wishes)
    suiting.read_written(text)


@pytest.mark.parametrize(
    "text", ["", "tue", "tue_1600-1600", "tue_1600-2500", "xxx_0900-1000", "tue_0９00-1000"]
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
        return any(wish.holds(start.weekday(), start.hour * 60 + start.minute) for wish in wanted)

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
        assert any(start.weekday() in wish.days for wish in wanted)


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
