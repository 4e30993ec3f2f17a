"""Which dates a period has, and what it is compared with."""

from datetime import date, timedelta

import pytest

from booking.numbers.period import PRESETS, Period, by_hand

WEDNESDAY = date(2026, 11, 25)


@pytest.mark.parametrize(
    ("name", "now", "before"),
    [
        ("this-week", ("2026-11-23", "2026-11-29"), ("2026-11-16", "2026-11-22")),
        ("last-week", ("2026-11-16", "2026-11-22"), ("2026-11-09", "2026-11-15")),
        ("this-month", ("2026-11-01", "2026-11-30"), ("2026-10-01", "2026-10-31")),
        ("last-30-days", ("2026-10-27", "2026-11-25"), ("2026-09-27", "2026-10-26")),
        ("last-month", ("2026-10-01", "2026-10-31"), ("2026-09-01", "2026-09-30")),
        ("quarter", ("2026-10-01", "2026-12-31"), ("2026-07-01", "2026-09-30")),
        ("year", ("2026-01-01", "2026-12-31"), ("2025-01-01", "2025-12-31")),
    ],
)
def test_presets(name: str, now: tuple[str, str], before: tuple[str, str]) -> None:
    found = PRESETS[name].of(WEDNESDAY)
    assert (f"{found.now.first}", f"{found.now.last}") == now
    assert (f"{found.before.first}", f"{found.before.last}") == before


def test_a_preset_always_ends_where_the_period_before_leaves_off() -> None:
    for number in range(800):
        today = date(2027, 12, 1) + timedelta(days=number)
        for name, preset in PRESETS.items():
            now, before = preset.of(today)
            assert before.last + timedelta(days=1) == now.first, (name, today)
            if not name.startswith("last"):
                assert now.first <= today <= now.last


def test_by_hand_is_compared_with_as_many_days_before() -> None:
    now, before = by_hand(date(2026, 3, 1), date(2026, 3, 10))
    assert (before.first, before.last) == (date(2026, 2, 19), date(2026, 2, 28))
    assert now.days == before.days == 10


def test_bounds_are_the_clinics_midnights() -> None:
    start, end = Period(date(2026, 11, 1), date(2026, 11, 1)).bounds
    assert f"{start:%d %H:%M} {end:%d %H:%M}" == "01 04:00 02 05:00"  # 25 hours: the clocks go back


@pytest.mark.parametrize(
    ("days", "unit", "parts"), [(35, "day", 35), (36, "week", 6), (190, "week", 28), (191, "month", 7)]
)
def test_over_time_goes_by_day_week_or_month(days: int, unit: str, parts: int) -> None:
    first = date(2026, 6, 1)  # a Monday
    period = Period(first, first + timedelta(days=days - 1))
    assert period.unit == unit
    assert len(period.parts()) == parts
