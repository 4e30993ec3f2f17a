"""Between the clock on the wall and instants, on ordinary days and on those on which clocks change."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest

from booking.walltime import (
    DAY,
    instant_from,
    instant_of,
    instants_of,
    iso_instant,
    iso_instants,
    local_date,
    local_days,
    offset_at,
)

NEW_YORK = ZoneInfo("America/New_York")


def at(text: str) -> int:
    """The instant of an ISO moment with offset."""
    return instant_of(datetime.fromisoformat(text))


def shown(key: str, day: str) -> list[str]:
    """The date's segments, each as first and last wall time, the last one exclusive, with the offset."""
    zone = ZoneInfo(key)
    [found] = local_days(zone, date.fromisoformat(day), 1)
    lines = []
    for start, end, offset in found.segments:
        last = iso_instant(zone, end - 60)[11:16]
        lines.append(f"{iso_instant(zone, start)[11:]} to {last}")
        assert all(offset_at(zone, instant) == offset for instant in (start, end - 1))
    return lines


@pytest.mark.parametrize(
    ("key", "day", "segments"),
    [
        # An ordinary day, in winter and in summer
        ("America/New_York", "2026-11-24", ["00:00-05:00 to 23:59"]),
        ("America/New_York", "2026-07-01", ["00:00-04:00 to 23:59"]),
        # An hour is skipped, an hour is shown twice
        ("America/New_York", "2026-03-08", ["00:00-05:00 to 01:59", "03:00-04:00 to 23:59"]),
        ("America/New_York", "2026-11-01", ["00:00-04:00 to 01:59", "01:00-05:00 to 23:59"]),
        # Half an hour of either
        ("Australia/Lord_Howe", "2026-10-04", ["00:00+10:30 to 01:59", "02:30+11:00 to 23:59"]),
        ("Australia/Lord_Howe", "2026-04-05", ["00:00+11:00 to 01:59", "01:30+10:30 to 23:59"]),
        # Midnight is skipped
        ("America/Sao_Paulo", "2018-11-04", ["01:00-02:00 to 23:59"]),
        # The last hour before midnight is shown twice
        ("America/Sao_Paulo", "2018-02-17", ["00:00-02:00 to 23:59", "23:00-03:00 to 23:59"]),
        # A minute after midnight the clock goes back to the day before: both dates are in two pieces
        ("America/St_Johns", "2010-11-06", ["00:00-02:30 to 23:59", "23:01-03:30 to 23:59"]),
        ("America/St_Johns", "2010-11-07", ["00:00-02:30 to 00:00", "00:00-03:30 to 23:59"]),
        # A date that never was, a date that was twice but for an hour
        ("Pacific/Apia", "2011-12-30", []),
        ("Pacific/Kwajalein", "1969-09-30", ["00:00+11:00 to 23:59", "01:00-12:00 to 23:59"]),
        # The offset changes on New Year's Eve in UTC, the date goes over two years of UTC
        ("Asia/Tokyo", "2026-01-01", ["00:00+09:00 to 23:59"]),
        ("America/New_York", "2026-12-31", ["00:00-05:00 to 23:59"]),
    ],
)
def test_the_segments_of_a_date(key: str, day: str, segments: list[str]) -> None:
    assert shown(key, day) == segments


@pytest.mark.parametrize(
    ("day", "hours", "is_plain"),
    [("2026-11-24", 24, True), ("2026-03-08", 23, False), ("2026-11-01", 25, False)],
)
def test_only_a_day_of_one_segment_and_24_hours_is_plain(day: str, hours: int, is_plain: bool) -> None:
    [found] = local_days(NEW_YORK, date.fromisoformat(day), 1)
    assert sum(end - start for start, end, _ in found.segments) == hours * 3600
    assert found.is_plain is is_plain


def test_a_day_that_starts_late_is_not_plain_though_it_is_one_segment() -> None:
    [found] = local_days(ZoneInfo("America/Sao_Paulo"), date(2018, 11, 4), 1)
    assert (len(found.segments), found.is_plain) == (1, False)


def test_days_are_the_same_whether_asked_for_together_or_one_by_one() -> None:
    together = local_days(NEW_YORK, date(2025, 12, 1), 400)
    assert list(together) == [
        day for number in range(400) for day in local_days(NEW_YORK, date(2025, 12, 1) + timedelta(number), 1)
    ]


@pytest.mark.parametrize("count", [0, -1])
def test_no_days(count: int) -> None:
    assert local_days(NEW_YORK, date(2026, 1, 1), count) == ()


def test_there_are_no_days_after_the_last_year() -> None:
    days = local_days(NEW_YORK, date(9997, 12, 30), 5)
    assert [day.date for day in days] == [date(9997, 12, 30), date(9997, 12, 31)]


@pytest.mark.parametrize(
    ("key", "wall", "instants"),
    [
        ("America/New_York", "2026-11-24T10:00", ["2026-11-24T10:00-05:00"]),
        # skipped: from its first minute to its last
        ("America/New_York", "2026-03-08T01:59", ["2026-03-08T01:59-05:00"]),
        ("America/New_York", "2026-03-08T02:00", []),
        ("America/New_York", "2026-03-08T02:59", []),
        ("America/New_York", "2026-03-08T03:00", ["2026-03-08T03:00-04:00"]),
        # shown twice: from its first minute to its last
        ("America/New_York", "2026-11-01T00:59", ["2026-11-01T00:59-04:00"]),
        ("America/New_York", "2026-11-01T01:00", ["2026-11-01T01:00-04:00", "2026-11-01T01:00-05:00"]),
        ("America/New_York", "2026-11-01T01:59", ["2026-11-01T01:59-04:00", "2026-11-01T01:59-05:00"]),
        ("America/New_York", "2026-11-01T02:00", ["2026-11-01T02:00-05:00"]),
        ("Australia/Lord_Howe", "2026-04-05T01:45", ["2026-04-05T01:45+11:00", "2026-04-05T01:45+10:30"]),
        ("Australia/Lord_Howe", "2026-04-05T01:15", ["2026-04-05T01:15+11:00"]),
        ("Pacific/Apia", "2011-12-30T12:00", []),
    ],
)
def test_the_instants_of_a_wall_time(key: str, wall: str, instants: list[str]) -> None:
    zone = ZoneInfo(key)
    found = instants_of(zone, datetime.fromisoformat(wall))
    assert list(iso_instants(zone, found)) == instants


@pytest.mark.parametrize("key", sorted(available_timezones()))
def test_every_zone_agrees_with_zoneinfo_on_the_year_2026(key: str) -> None:
    zone = ZoneInfo(key)
    days = local_days(zone, date(2026, 1, 1), 365)
    for day in days:
        if day.is_plain and day.date.day != 1:
            continue
        for start, end, offset in day.segments:
            for instant in (*range(start, end, 1800), end - 1):
                moment = datetime.fromtimestamp(instant, zone)
                assert moment.utcoffset() == timedelta(seconds=offset)
                assert moment.date() == day.date
    # Every instant of the year belongs to exactly one date.
    segments = sorted(segment for day in days for segment in day.segments)
    assert all(before.end == after.start for before, after in pairwise(segments))


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-24T10:00-05:00",
        "2026-11-01T01:30-04:00",
        "2026-11-01T01:30-05:00",
        "2026-07-01T23:59-04:00",
        "1883-11-18T12:03-04:56:02",
        "2026-11-24T10:00:07-05:00",
    ],
)
def test_an_instant_is_written_with_its_offset(text: str) -> None:
    assert iso_instant(NEW_YORK, at(text)) == text


def test_a_positive_offset_is_written_with_its_sign() -> None:
    assert iso_instant(ZoneInfo("Asia/Kathmandu"), at("2026-11-24T10:00+05:45")) == "2026-11-24T10:00+05:45"


def test_instants_may_come_in_any_order() -> None:
    texts = ["2026-12-31T23:59-05:00", "2026-07-01T08:00-04:00", "2027-01-01T00:00-05:00"]
    assert list(iso_instants(NEW_YORK, map(at, texts))) == texts


def test_the_local_date_of_an_instant() -> None:
    assert local_date(NEW_YORK, at("2026-11-24T04:59+00:00")) == date(2026, 11, 23)
    assert local_date(NEW_YORK, at("2026-11-24T05:00+00:00")) == date(2026, 11, 24)


def test_a_fraction_of_a_second_lies_between_two_instants() -> None:
    moment = datetime(1970, 1, 2, 0, 0, 0, 1, tzinfo=UTC)
    assert (instant_of(moment), instant_from(moment)) == (DAY, DAY + 1)


def test_a_whole_second_is_its_own_instant() -> None:
    moment = datetime(1969, 12, 31, tzinfo=UTC)
    assert (instant_of(moment), instant_from(moment)) == (-DAY, -DAY)
