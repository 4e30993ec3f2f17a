"""The hours in which freed times are offered, at both ends and on the nights on which the clocks change."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from booking.offer_hours import OfferHours

NEW_YORK = ZoneInfo("America/New_York")
DAY = OfferHours(8 * 60, 21 * 60, NEW_YORK)
HOUR = timedelta(hours=1)


def at(text: str) -> datetime:
    """An instant from the clinic's wall: "11-24 20:30"."""
    return datetime.strptime(f"2026-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=NEW_YORK)


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("11-24 07:59", "11-24 08:00"),
        ("11-24 08:00", "11-24 08:00"),
        ("11-24 20:59", "11-24 20:59"),
        ("11-24 21:00", "11-25 08:00"),
        ("11-25 00:00", "11-25 08:00"),
    ],
)
def test_they_are_half_open(now: str, opens: str) -> None:
    assert DAY.next_open(at(now)) == at(opens)


@pytest.mark.parametrize(
    ("made", "minutes", "until"),
    [
        ("11-24 09:00", 60, "11-24 10:00"),
        ("11-24 20:00", 60, "11-24 21:00"),  # to the last minute
        ("11-24 20:01", 60, "11-25 08:01"),
        ("11-24 20:30", 60, "11-25 08:30"),  # half an hour before the night, half an hour after it
        ("11-24 20:59", 60, "11-25 08:59"),
        ("11-24 21:00", 60, "11-25 09:00"),
        ("11-25 02:00", 60, "11-25 09:00"),
        ("11-24 20:00", 180, "11-25 10:00"),
        ("11-24 20:00", 12 * 60, "11-25 10:00"),  # longer: three hours of it are in the day
        ("11-24 20:00", 24 * 60, "11-25 20:00"),  # a day is a day
        ("11-24 20:00", 7 * 24 * 60, "12-01 20:00"),
    ],
)
def test_an_offer_does_not_run_out_unseen(made: str, minutes: int, until: str) -> None:
    assert DAY.kept_until(at(made), timedelta(minutes=minutes)) == at(until)


@pytest.mark.parametrize(
    ("evening", "morning", "night"),
    [
        ("03-07 21:00", "03-08 08:00", 10),
        ("10-31 21:00", "11-01 08:00", 12),
        ("11-24 21:00", "11-25 08:00", 11),
    ],
)
def test_the_morning_is_the_walls_also_when_the_clocks_change(evening: str, morning: str, night: int) -> None:
    opens = DAY.next_open(at(evening))
    assert opens == at(morning)
    assert opens - at(evening).astimezone(UTC) == night * HOUR
    assert DAY.kept_until(at(evening) - HOUR / 2, HOUR) == opens + HOUR / 2


def test_without_quiet_hours_time_just_runs() -> None:
    always = OfferHours(0, 24 * 60, NEW_YORK)
    for moment in ("11-24 23:30", "11-25 00:00", "03-08 01:30"):
        assert always.next_open(at(moment)) == at(moment)
        assert always.kept_until(at(moment), HOUR) == at(moment).astimezone(UTC) + HOUR


def test_hours_that_a_change_of_the_clocks_leaves_out_are_no_trap() -> None:
    """From 2:15 to 2:45am: on 8 March there is no such time, so it is the next day."""
    short = OfferHours(2 * 60 + 30, 3 * 60, NEW_YORK)
    assert short.next_open(at("03-08 01:00")) <= at("03-09 02:30")
    assert short.kept_until(at("03-08 01:00"), HOUR) > at("03-08 01:00").astimezone(UTC) + HOUR
