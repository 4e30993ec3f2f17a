"""Free times as a page shows them: a day with its times, each with its words and its address."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from django.urls import reverse

from booking import day_parts, walltime
from booking.addresses import write_start
from booking.availability import FreeTimes
from flexclinic.lib import clock, when
from services.models import ServiceOption


@dataclass(frozen=True, slots=True)
class Time:
    """One free start."""

    moment: datetime
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Day:
    """A local date and its free starts."""

    date: date
    times: list[Time] = field(default_factory=list)

    @property
    def parts(self) -> list["DayPart"]:
        """The morning, the afternoon and the evening, where they have times."""
        found = [(time, day_parts.part_of(when.in_clinic_zone(time.moment).hour)) for time in self.times]
        parts = [
            DayPart(str(name.label), [time for time, part in found if part is name])
            for name in day_parts.DayPart
        ]
        return [part for part in parts if part.times]


@dataclass(frozen=True, slots=True)
class DayPart:
    """A part of a day and its free starts."""

    name: str
    times: list[Time]


def shown_times(
    starts: list[int], *, option: ServiceOption, who: str, query: str = "", moved_by: str = ""
) -> list[Time]:
    """Each start (seconds since the epoch) with what it is called and where it leads.

    That is to the details of a new booking, or to the move of the appointment that the token `moved_by` opens. `query`
    is what the addresses pass on, with its question mark.
    """
    zone = clock.clinic_zone()
    # One reverse for all: it costs more than the rest of the loop.
    if moved_by:
        address = reverse("booking:move_to", args=[moved_by, who, "0"]).removesuffix("0/")
    else:
        address = reverse("booking:details", args=[option.slug, who, "0"]).removesuffix("0/")
    times = []
    for start in starts:
        moment = datetime.fromtimestamp(start, UTC)
        times.append(Time(moment, when.format_time(moment), f"{address}{write_start(zone, start)}/{query}"))
    return times


def shown_days(
    found: FreeTimes, *, option: ServiceOption, who: str, query: str = "", moved_by: str = ""
) -> list[Day]:
    """The local dates that have free times, in order."""
    days: dict[date, Day] = {}
    starts = [start for start, _ in found.starts]
    for time in shown_times(starts, option=option, who=who, query=query, moved_by=moved_by):
        day = walltime.local_date(found.zone, int(time.moment.timestamp()))
        days.setdefault(day, Day(day)).times.append(time)
    return list(days.values())


def readable(text: str) -> datetime | None:
    """The moment that somebody most likely meant by a start in an address, to look for free times around it."""
    try:
        return datetime.fromisoformat(text[:16]).replace(tzinfo=clock.clinic_zone())
    except ValueError:
        return None
