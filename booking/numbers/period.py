"""The dates that numbers are asked for, and those before that they are compared with. Local dates; both ends belong."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from booking import walltime
from flexclinic.lib import clock

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """Local dates from the first to the last."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many dates."""
        return (self.last - self.first).days + 1

    @property
    def bounds(self) -> tuple[datetime, datetime]:
        """From the first instant of the first date to the first after the last, in the clinic's zone."""
        dates = walltime.local_days(clock.clinic_zone(), self.first, self.days)
        runs = [segment for day in dates for segment in day.segments]
        if not runs:  # dates that no clock of the zone ever showed
            nowhere = datetime.combine(self.first, datetime.min.time(), UTC)
            return nowhere, nowhere
        start, end = min(run.start for run in runs), max(run.end for run in runs)
        return datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC)

    @property
    def unit(self) -> str:
        """What "over time" goes by, so that a picture has points enough and not too many: day, week or month."""
        return "day" if self.days <= 35 else "week" if self.days <= 190 else "month"

    def parts(self) -> list[date]:
        """The first date of each unit that the period touches."""
        days = (self.first + number * _DAY for number in range(self.days))
        return list(dict.fromkeys(self.part_of(day) for day in days))

    def part_of(self, day: date) -> date:
        """The first date of the unit that a date is in; it may be before the period."""
        match self.unit:
            case "day":
                return day
            case "week":
                return _monday(day)
        return day.replace(day=1)


class Compared(NamedTuple):
    """A period, and the one before it."""

    now: Period
    before: Period


def by_hand(first: date, last: date) -> Compared:
    """Any dates, compared with as many just before."""
    now = Period(first, last)
    return Compared(now, Period(first - now.days * _DAY, first - _DAY))


def _monday(day: date) -> date:
    return day - day.weekday() * _DAY


def _week(today: date, back: int) -> Period:
    monday = _monday(today) - 7 * back * _DAY
    return Period(monday, monday + 6 * _DAY)


def _months(today: date, length: int, back: int) -> Period:
    """So many whole months, counted in pieces from January on; `back` pieces before the one that today is in."""
    number = (today.year * 12 + today.month - 1) // length - back
    (year, month), (next_year, next_month) = (divmod(each * length, 12) for each in (number, number + 1))
    return Period(date(year, month + 1, 1), date(next_year, next_month + 1, 1) - _DAY)


class Preset(NamedTuple):
    """A period by name; the function takes today's date."""

    name: str
    of: Callable[[date], Compared]


PRESETS = {
    "this-week": Preset("This week", lambda today: Compared(_week(today, 0), _week(today, 1))),
    "last-week": Preset("Last week", lambda today: Compared(_week(today, 1), _week(today, 2))),
    "this-month": Preset("This month", lambda today: Compared(_months(today, 1, 0), _months(today, 1, 1))),
    "last-30-days": Preset("Last 30 days", lambda today: by_hand(today - 29 * _DAY, today)),
    "last-month": Preset("Last month", lambda today: Compared(_months(today, 1, 1), _months(today, 1, 2))),
    "quarter": Preset("This quarter", lambda today: Compared(_months(today, 3, 0), _months(today, 3, 1))),
    "year": Preset("This year", lambda today: Compared(_months(today, 12, 0), _months(today, 12, 1))),
}
#: Asked for by who has not chosen.
USUAL = "last-30-days"
