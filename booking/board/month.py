"""A month in counts: for each date how many come, how many ask, and how much of the hours is booked. Two queries."""

import calendar
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from booking import walltime
from booking.board import frame, rules
from booking.enums import BLOCKING, AppointmentStatus
from booking.intervals import Interval, merge, subtract
from booking.models import Appointment
from booking.walltime import MINUTE, LocalDay
from flexclinic.lib import clock, when
from services.models import Therapist


@dataclass(frozen=True, slots=True)
class Count:
    """A date. `worked` and `booked` are minutes; `closed` names a closure that takes all hours of it."""

    day: date
    inside: bool
    visits: int
    requests: int
    worked: int
    booked: int
    closed: str

    @property
    def percent(self) -> int:
        """How much of the hours is booked."""
        return min(100, round(100 * self.booked / self.worked)) if self.worked else 0

    @property
    def free_hours(self) -> str:
        """Hours that are left, as in "12.5"."""
        return f"{max(0, self.worked - self.booked) / 60:.1f}".removesuffix(".0")


@dataclass(frozen=True, slots=True)
class Month:
    """Whole weeks, Monday first, that hold a month."""

    first: date
    weeks: list[list[Count]]
    visits: int


def span(day: date) -> tuple[date, date]:
    """The first and last date of the weeks that hold a date's month."""
    first = day.replace(day=1)
    last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
    return first - timedelta(days=first.weekday()), last + timedelta(days=6 - last.weekday())


def of(day: date, *, only: Therapist | None = None) -> Month:
    """The month of a date, of everybody or of one therapist."""
    first, last = span(day)
    days = walltime.local_days(clock.clinic_zone(), first, (last - first).days + 1)
    low, high = frame.bounds(days)
    rule = rules.read(first=first, last=last, low=low, high=high, present={only.pk} if only else frozenset())
    visits: Counter[date] = Counter()
    requests: Counter[date] = Counter()
    booked: defaultdict[date, int] = defaultdict(int)
    found = Appointment.objects.filter(starts_at__gte=low, starts_at__lt=high, status__in=BLOCKING)
    if only:
        found = found.filter(therapist=only)
    for starts_at, ends_at, status in found.values_list("starts_at", "ends_at", "status"):
        on = when.in_clinic_zone(starts_at).date()
        visits[on] += 1
        requests[on] += status == AppointmentStatus.REQUESTED
        booked[on] += int((ends_at - starts_at).total_seconds()) // MINUTE
    counts = [
        Count(
            local.date,
            local.date.month == day.month,
            visits[local.date],
            requests[local.date],
            _worked(local, rule, only),
            booked[local.date],
            _closed(local, rule),
        )
        for local in days
    ]
    weeks = [counts[number : number + 7] for number in range(0, len(counts), 7)]
    return Month(day.replace(day=1), weeks, sum(count.visits for count in counts if count.inside))


def _worked(local: LocalDay, rule: rules.Rules, only: Therapist | None) -> int:
    """Minutes in which therapists, or one of them, see patients on a date, all together."""
    total = 0
    for person in rule.therapists:
        if only and person.pk != only.pk:
            continue
        hours = [
            stretch
            for start, end in rule.hours(person.pk, local.date)
            if (stretch := _instants(local, start, end))
        ]
        gone = merge([ground.interval for ground in rule.against(person.pk)])
        total += sum(end - start for start, end in subtract(hours, gone)) // MINUTE
    return total


def _instants(local: LocalDay, start: int, end: int) -> Interval | None:
    """Minutes on the wall as instants, by the offset of the date's last run of one: near enough for a count."""
    if not local.segments:
        return None
    base = local.midnight - local.segments[-1].offset
    return base + start * MINUTE, base + end * MINUTE


def _closed(local: LocalDay, rule: rules.Rules) -> str:
    """The words of a closure that holds from before noon to after it."""
    noon = _instants(local, 12 * 60, 12 * 60 + 1)
    for ground in rule.closed:
        if noon and ground.interval[0] <= noon[0] and noon[1] <= ground.interval[1]:
            return ground.words
    return ""
