"""The hours of a therapist on dates, as they are or as they would be, and the visits that would then lie outside them.

When hours hold is decided by `booking.stretches` alone, as for free times. Here rows are read for it, a change is tried
out without being saved, and the hours of dates are written.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from booking import walltime
from booking.enums import BLOCKING, OPEN
from booking.intervals import Interval, merge, subtract
from booking.models import Appointment, Closure, Hold, OverrideHours, TimeOff, WeeklyHours
from booking.question import TherapistDiary, WeeklyRule
from booking.stretches import stretches_of, window_of
from flexclinic.lib import clock
from services.models import Therapist

_STEP = 60  # minutes; the grid of starts is not looked at here


@dataclass(frozen=True, slots=True)
class DateHours:
    """What a date has of its own, in minutes since midnight: hours `instead` of the weekly ones (None: the weekly ones
    hold; empty: no hours), and hours `on_top`."""

    instead: tuple[Interval, ...] | None = None
    on_top: tuple[Interval, ...] = ()


USUAL = DateHours()


@dataclass(frozen=True, slots=True)
class Rules:
    """A therapist's hours: those that come back, and what dates have of their own."""

    weekly: tuple[WeeklyRule, ...] = ()
    dates: Mapping[date, DateHours] = field(default_factory=dict)

    def on(self, day: date) -> DateHours:
        """What the date has of its own."""
        return self.dates.get(day, USUAL)

    def standing(self, weekday: int) -> list[Interval]:
        """The hours of every week on a weekday, as merged minutes since midnight."""
        return merge(
            (rule.start, rule.end) for rule in self.weekly if rule.weekday == weekday and is_standing(rule)
        )

    def of_date(self, day: date) -> list[Interval]:
        """The hours of a date, as merged minutes since midnight."""
        own = self.on(day)
        if own.instead is None:
            usual = [
                (rule.start, rule.end)
                for rule in self.weekly
                if rule.weekday == day.weekday() and rule.applies_on(day)
            ]
        else:
            usual = list(own.instead)
        return merge([*usual, *own.on_top])

    def with_week(self, week: Mapping[int, Sequence[Interval]]) -> "Rules":
        """With other hours of every week, by weekday. What has dates, or is not for every week, stays."""
        kept = [rule for rule in self.weekly if not is_standing(rule)]
        new = [WeeklyRule(day, start, end) for day, found in week.items() for start, end in found]
        return replace(self, weekly=(*kept, *new))

    def with_dates(self, dates: Mapping[date, DateHours]) -> "Rules":
        """With other hours on some dates."""
        return replace(self, dates={**self.dates, **dates})

    def stretches(self, first: date, days: int) -> Sequence[Interval]:
        """The stretches of instants in which the therapist works on `days` local dates, ascending."""
        diary = TherapistDiary(
            weekly=self.weekly,
            overrides={day: own.instead for day, own in self.dates.items() if own.instead is not None},
            extra={day: own.on_top for day, own in self.dates.items() if own.on_top},
        )
        return stretches_of(window_of(clock.clinic_zone(), first, days, _STEP), diary)


def is_standing(rule: WeeklyRule) -> bool:
    """Whether the rule holds every week, without dates."""
    return rule.every == 1 and rule.valid_from is None and rule.valid_until is None


def rule_of(row: WeeklyHours) -> WeeklyRule:
    """A row of weekly hours as the engine wants it."""
    return WeeklyRule(row.weekday, row.start, row.end, row.every, row.valid_from, row.valid_until)


def rules_of(therapist: Therapist, *, first: date, last: date | None = None) -> Rules:
    """The therapist's hours, with what the dates from first to last (None: all) have of their own. Two queries."""
    found = WeeklyHours.objects.filter(therapist=therapist).order_by("weekday", "start", "pk")
    weekly = tuple(rule_of(row) for row in found)
    rows = OverrideHours.objects.filter(therapist=therapist, date__gte=first)
    if last:
        rows = rows.filter(date__lte=last)
    return Rules(weekly, dates_of_rows(rows.order_by("date", "start", "pk")))


def dates_of_rows(rows: Iterable[OverrideHours]) -> dict[date, DateHours]:
    """Rows of other hours put together, by their dates."""
    found: dict[date, DateHours] = {}
    for row in rows:
        own = found.get(row.date, USUAL)
        stretch = ((row.start, row.end),) if row.start is not None and row.end is not None else ()
        if row.extra:
            found[row.date] = replace(own, on_top=own.on_top + stretch)
        else:
            found[row.date] = replace(own, instead=(own.instead or ()) + stretch)
    return found


# Visits


def left_outside(*, therapist: Therapist, before: Rules, after: Rules) -> list[Appointment]:
    """The visits still to come that lie within the hours before, and not within those after, by time. One query."""
    visits = list(
        Appointment.objects.filter(therapist=therapist, status__in=OPEN, ends_at__gt=clock.now())
        .select_related("option__service")
        .order_by("starts_at", "pk")
    )
    if not visits:
        return []
    zone = clock.clinic_zone()
    first = min(clock.today(), visits[0].starts_at.astimezone(zone).date())
    days = (visits[-1].starts_at.astimezone(zone).date() - first).days + 1
    old, new = before.stretches(first, days), after.stretches(first, days)
    if old == new:
        return []
    return [visit for visit in visits if _is_inside(visit, old) and not _is_inside(visit, new)]


def _is_inside(visit: Appointment, stretches: Sequence[Interval]) -> bool:
    low, high = walltime.instant_of(visit.starts_at), walltime.instant_from(visit.ends_at)
    return any(start <= low and high <= end for start, end in stretches)


# Dates


@dataclass(frozen=True, slots=True)
class DayPlan:
    """A local date of a therapist: the hours that are left of it, and what made them so."""

    date: date
    own: DateHours
    hours: list[tuple[datetime, datetime]]
    closed: list[str]
    time_off: list[str]
    holds: list[str]
    visits: int


def plan(*, therapist: Therapist, first: date, days: int) -> list[DayPlan]:
    """What holds on `days` local dates from `first` on. Six queries, however many days."""
    zone = clock.clinic_zone()
    last = first + timedelta(days=days - 1)
    rules = rules_of(therapist, first=first, last=last)
    local = [day for day in walltime.local_days(zone, first, days) if day.segments]
    if not local:
        return []
    window = (_moment(local[0].segments[0].start), _moment(local[-1].segments[-1].end))
    closures = list(Closure.objects.filter(period__overlap=window))
    off = list(TimeOff.objects.filter(therapist=therapist, period__overlap=window))
    holds = list(
        Hold.objects.exclude(released_at__lte=clock.now()).filter(therapist=therapist, period__overlap=window)
    )
    visits = Counter(
        start.astimezone(zone).date()
        for start in Appointment.objects.filter(
            Q(status__in=BLOCKING), therapist=therapist, starts_at__gte=window[0], starts_at__lt=window[1]
        ).values_list("starts_at", flat=True)
    )
    gone = merge(
        (walltime.instant_of(period.lower), walltime.instant_from(period.upper))
        for period in [*(row.period for row in closures), *(row.period for row in off)]
    )
    closed = [(row.period, row.name) for row in closures]
    away = [(row.period, row.note) for row in off]
    held = [(row.period, row.note) for row in holds]
    left: defaultdict[date, list[tuple[datetime, datetime]]] = defaultdict(list)
    for start, end in subtract(rules.stretches(first, days), gone):
        left[walltime.local_date(zone, start)].append((_moment(start), _moment(end)))
    plans = []
    for day in local:
        low, high = _moment(day.segments[0].start), _moment(day.segments[-1].end)
        plans.append(
            DayPlan(
                day.date,
                rules.on(day.date),
                left[day.date],
                closed=_touching(closed, low, high),
                time_off=_touching(away, low, high),
                holds=_touching(held, low, high),
                visits=visits[day.date],
            )
        )
    return plans


def _touching(periods: Iterable[tuple[Any, str]], low: datetime, high: datetime) -> list[str]:
    """The words of the periods that have some of the time between two instants."""
    return [words for period, words in periods if period.lower < high and low < period.upper]


def following_weeks(
    week: Mapping[int, Sequence[Interval]], *, monday: date, weeks: int, every: int
) -> dict[date, DateHours]:
    """The hours of a week put on the dates of `weeks` weeks from `monday` on: of every n-th week, counting from it."""
    return {
        monday + timedelta(weeks=number * every, days=weekday): DateHours(
            instead=tuple(week.get(weekday, ()))
        )
        for number in range(weeks)
        for weekday in range(7)
    }


@transaction.atomic
def save_dates(*, therapist: Therapist, dates: Mapping[date, DateHours]) -> None:
    """Give dates what they have of their own, in place of what they had. Two who do so at once wait in turn."""
    Therapist.objects.select_for_update(no_key=True).get(pk=therapist.pk)
    OverrideHours.objects.filter(therapist=therapist, date__in=list(dates)).delete()
    OverrideHours.objects.bulk_create(
        OverrideHours(therapist=therapist, date=day, start=start, end=end, extra=extra)
        for day, own in sorted(dates.items(), key=lambda item: item[0])
        for start, end, extra in _rows(own)
    )


def _rows(own: DateHours) -> list[tuple[int | None, int | None, bool]]:
    rows: list[tuple[int | None, int | None, bool]] = []
    if own.instead is not None:
        rows += [(start, end, False) for start, end in own.instead] or [(None, None, False)]
    return rows + [(start, end, True) for start, end in own.on_top]


def _moment(instant: int) -> datetime:
    return datetime.fromtimestamp(instant, UTC)
