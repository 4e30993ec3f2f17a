"""A start in an address: wall time, and the offset where the clock shows it twice."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from booking.addresses import read_start, write_start
from booking.exceptions import MissingHourError, ShownTwiceError, StartNotReadableError

NEW_YORK = ZoneInfo("America/New_York")


def test_an_ordinary_start_is_its_wall_time() -> None:
    start = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
    assert write_start(NEW_YORK, int(start.timestamp())) == "2026-11-24T10:00"
    assert read_start(NEW_YORK, "2026-11-24T10:00") == start


@pytest.mark.parametrize(("offset", "hour"), [("-04:00", 5), ("-05:00", 6)])
def test_an_hour_that_is_shown_twice_carries_its_offset(offset: str, hour: int) -> None:
    # 2026-11-01: 1:30 EDT, then at 2:00 the clock goes back, then 1:30 EST
    start = datetime(2026, 11, 1, hour, 30, tzinfo=UTC)
    assert write_start(NEW_YORK, int(start.timestamp())) == f"2026-11-01T01:30{offset}"
    assert read_start(NEW_YORK, f"2026-11-01T01:30{offset}") == start


def test_an_hour_that_is_shown_twice_needs_its_offset() -> None:
    with pytest.raises(ShownTwiceError):
        read_start(NEW_YORK, "2026-11-01T01:30")


def test_an_offset_that_is_not_needed_may_stand_there() -> None:
    assert read_start(NEW_YORK, "2026-11-24T10:00-05:00") == datetime(2026, 11, 24, 15, 0, tzinfo=UTC)


@pytest.mark.parametrize("text", ["2027-03-14T02:30", "2026-11-24T10:00-04:00"])
def test_a_time_that_no_clock_shows_is_missing(text: str) -> None:
    with pytest.raises(MissingHourError):
        read_start(NEW_YORK, text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tomorrow",
        "2026-11-24",
        "2026-13-40T10:00",
        "2026-11-24T25:00",
        "2026-11-24T10:00Z",
        "9999-12-31T10:00",
        "0001-01-01T00:00",
        "2026-11-24T10:00-99:00",
        "２０２６-11-24T10:00",
    ],
)
def test_anything_else_is_not_readable(text: str) -> None:
    with pytest.raises((StartNotReadableError, MissingHourError)):
        read_start(NEW_YORK, text)
