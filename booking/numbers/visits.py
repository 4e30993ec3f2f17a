"""The visits of a period, counted in SQL by therapist, option, notice and what became of them; and tables of them."""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from booking.enums import AppointmentStatus
from booking.numbers.counted import (
    CAME,
    STARTS_IN_PERIOD,
    TAKEN_IF_OFFERED,
    VISITS,
    WITH_OFFERS,
    Names,
    asked,
    words_of,
)
from booking.numbers.period import Period
from flexclinic.lib import charts
from flexclinic.lib.tables import Column, Kind, Table, Value, share, written

#: How long before the visit it was booked, in calendar days, each from so many days on.
LEAD_FROM = (0, 1, 2, 4, 8, 15, 31, 61)
LEAD_NAMES = (
    "Same day",
    "1 day",
    "2–3 days",
    "4–7 days",
    "8–14 days",
    "15–30 days",
    "31–60 days",
    "61 days or more",
)
_LEAD_SHORT = ("0", "1", "2–3", "4–7", "8–14", "15–30", "31–60", "61+")

_DAYS_AHEAD = (
    "greatest(0, (a.starts_at AT TIME ZONE %(zone)s::text)::date"
    " - (a.created_at AT TIME ZONE %(zone)s::text)::date)"
)
# One look at the rows for both: who and what with the bar of the days ahead, and each number of days by itself.
_COUNTED_SQL = f"""
WITH counted AS (
  SELECT a.therapist_id, a.option_id, a.first_visit, a.status, a.price, {_DAYS_AHEAD} AS days,
    a.status = 'confirmed' AND a.ends_at <= %(now)s::timestamptz AS unmarked
  FROM booking_appointment AS a {WITH_OFFERS}
  WHERE {STARTS_IN_PERIOD} AND {TAKEN_IF_OFFERED}
), ahead AS (
  SELECT *, width_bucket(days, ARRAY[{", ".join(map(str, LEAD_FROM[1:]))}]) AS lead FROM counted
)
SELECT therapist_id, option_id, first_visit, status, lead, count(*), sum(price), count(*) FILTER (WHERE unmarked),
  days, count(*) FILTER (WHERE status IN ({words_of((*VISITS, AppointmentStatus.NO_SHOW))}))
FROM ahead GROUP BY GROUPING SETS ((therapist_id, option_id, first_visit, status, lead), (days))
"""  # noqa: S608 - the words are ours


class Group(NamedTuple):
    """Appointments that are alike. `lead` is a place in LEAD_NAMES; `unmarked` are over, and nobody said how."""

    therapist: int
    option: int
    first_visit: bool
    status: str
    lead: int
    number: int
    price: Decimal
    unmarked: int

    @property
    def came(self) -> bool:
        """The patients were here."""
        return self.status in CAME

    @property
    def missed(self) -> bool:
        """The patients did not come."""
        return self.status == AppointmentStatus.NO_SHOW

    @property
    def is_visit(self) -> bool:
        """They took place or keep their time."""
        return self.status in VISITS


@dataclass(frozen=True, slots=True)
class Visits:
    """Everything that starts in a period, and the median of the days ahead."""

    groups: Sequence[Group]
    median_lead: int | None

    def count(self, which: Callable[[Group], bool] = lambda group: True) -> int:
        """How many of which it holds."""
        return sum(group.number for group in self.groups if which(group))

    def value(self, which: Callable[[Group], bool]) -> Decimal:
        """The prices as agreed."""
        return sum((group.price for group in self.groups if which(group)), Decimal(0))

    @property
    def no_show_rate(self) -> float | None:
        """Of the visits whose outcome is known."""
        missed = self.count(lambda group: group.missed)
        return share(missed, missed + self.count(lambda group: group.came))


def read(period: Period) -> Visits:
    """One query."""
    rows = asked(_COUNTED_SQL, period)
    by_days = sorted((row[8], row[9]) for row in rows if row[8] is not None)
    return Visits([Group(*row[:8]) for row in rows if row[8] is None], _median(by_days))


def _median(counts: Sequence[tuple[int, int]]) -> int | None:
    """The middle of sorted values, each with how often it is there; the lower one of two."""
    half, passed = sum(count for _, count in counts) / 2, 0
    for value, count in counts:
        passed += count
        if count and passed >= half:
            return value
    return None


# No-shows

NO_SHOW_MEANS = (
    "Visits that nobody came to, divided by those whose outcome is known: Arrived, Completed or Did not come."
)
_NO_SHOW_COLUMNS = (
    Column("Outcome known", Kind.COUNT),
    Column("Did not come", Kind.COUNT),
    Column("No-show rate", Kind.SHARE),
    Column("Period before", Kind.SHARE),
)


def no_show_tables(now: Visits, before: Visits, names: Names) -> list[Table]:
    """By therapist, by days ahead, and first visits against returning."""
    return [
        _no_shows("therapist", "therapist", now, before, lambda group: group.therapist, names.therapists),
        _no_shows("lead", "lead time", now, before, lambda group: group.lead, dict(enumerate(LEAD_NAMES))),
        _no_shows(
            "first",
            "first visit or not",
            now,
            before,
            lambda group: group.first_visit,
            {True: "First visits", False: "Returning patients"},
        ),
    ]


def _no_shows(
    key: str,
    by: str,
    now: Visits,
    before: Visits,
    of: Callable[[Group], Hashable],
    names: Mapping[int, str] | Mapping[bool, str],
) -> Table:
    known, missed = _known(now.groups, of)
    known_before, missed_before = _known(before.groups, of)
    rows: list[list[Value]] = [
        [
            name,
            known[each],
            missed[each],
            share(missed[each], known[each]),
            share(missed_before[each], known_before[each]),
        ]
        for each, name in names.items()
        if known[each] or known_before[each]
    ]
    title = f"No-shows by {by}"
    bars = [
        charts.Bar(
            str(name),
            rate if isinstance(rate, float) else None,
            f"{missed} of {known}, {written(rate, Kind.SHARE)}" if known else written(None, Kind.SHARE),
        )
        for name, known, missed, rate, _ in rows
    ]
    return Table(
        key=f"no-shows-by-{key}",
        title=title,
        means=NO_SHOW_MEANS,
        columns=[Column(by.capitalize(), Kind.TEXT), *_NO_SHOW_COLUMNS],
        rows=rows,
        picture=charts.bars(key=f"no-shows-by-{key}", title=title, rows=bars, whole=0.2) if bars else None,
    )


def _known(
    groups: Iterable[Group], of: Callable[[Group], Hashable]
) -> tuple[Counter[Hashable], Counter[Hashable]]:
    known: Counter[Hashable] = Counter()
    missed: Counter[Hashable] = Counter()
    for group in groups:
        if group.came or group.missed:
            known[of(group)] += group.number
        if group.missed:
            missed[of(group)] += group.number
    return known, missed


# Outcomes

OUTCOMES_MEAN = (
    "How the appointments that start in the period stand now. A time that was offered to the waiting list counts if "
    "somebody took it."
)


def outcomes(now: Visits, before: Visits) -> Table:
    """How many stand in which state."""
    rows: list[list[Value]] = []
    for status, label in AppointmentStatus.choices:
        counts = [
            each.count(lambda group, status=status: group.status == status)  # type: ignore[misc]
            for each in (now, before)
        ]
        if any(counts):
            rows.append([str(label), counts[0], share(counts[0], now.count()), counts[1]])
    title = "What became of appointments"
    bars = [charts.Bar(str(row[0]), float(str(row[1])), written(row[1], Kind.COUNT)) for row in rows]
    return Table(
        key="outcomes",
        title=title,
        means=OUTCOMES_MEAN,
        columns=[
            Column("Status", Kind.TEXT),
            Column("Appointments", Kind.COUNT),
            Column("Share", Kind.SHARE),
            Column("Period before", Kind.COUNT),
        ],
        rows=rows,
        picture=charts.bars(key="outcomes", title=title, rows=bars) if bars else None,
    )


# Lead time

LEAD_MEANS = (
    "Lead time is the number of calendar days from the booking to the visit, as the visit stands now. It counts visits "
    "that took place or keep their time, and no-shows."
)


def lead_times(now: Visits, before: Visits) -> Table:
    """How long ahead people book."""
    counts, counts_before = _leads(now.groups), _leads(before.groups)
    total = counts.total()
    rows: list[list[Value]] = [
        [name, counts[place], share(counts[place], total), counts_before[place]]
        for place, name in enumerate(LEAD_NAMES)
        if total or counts_before.total()
    ]
    bars = [
        charts.Bar(name, counts[place], written(counts[place], Kind.COUNT))
        for place, name in enumerate(_LEAD_SHORT)
    ]
    title = "Lead time"
    return Table(
        key="lead-time",
        title=title,
        means=LEAD_MEANS,
        columns=[
            Column("Days ahead", Kind.TEXT),
            Column("Visits", Kind.COUNT),
            Column("Share", Kind.SHARE),
            Column("Period before", Kind.COUNT),
        ],
        rows=rows,
        picture=charts.histogram(
            key="lead-time", title=f"{title}: visits by days ahead", rows=bars, axis="Days ahead"
        )
        if total
        else None,
    )


def _leads(groups: Iterable[Group]) -> Counter[int]:
    counts: Counter[int] = Counter()
    for group in groups:
        if group.is_visit or group.missed:
            counts[group.lead] += group.number
    return counts


# What visits are worth

VALUE_MEANS = (
    "The prices as they were agreed at the booking, not what was paid. Came: Arrived or Completed. "
    "All visits: also those that are Requested or Confirmed."
)


def values(now: Visits, before: Visits, names: Names) -> Table:
    """By option, how many visits, how many of them first visits, and the prices as agreed."""
    of_option: defaultdict[int, list[Group]] = defaultdict(list)
    before_of_option: defaultdict[int, list[Group]] = defaultdict(list)
    for groups, into in ((now.groups, of_option), (before.groups, before_of_option)):
        for group in groups:
            if group.is_visit:
                into[group.option].append(group)
    rows: list[list[Value]] = [
        [
            name,
            sum(group.number for group in of_option[pk]),
            sum(group.number for group in of_option[pk] if group.first_visit),
            sum((group.price for group in of_option[pk] if group.came), Decimal(0)),
            sum((group.price for group in of_option[pk]), Decimal(0)),
            sum((group.price for group in before_of_option[pk]), Decimal(0)),
        ]
        for pk, name in names.options.items()
        if of_option[pk] or before_of_option[pk]
    ]
    title = "Value of visits by option"
    bars = [charts.Bar(str(row[0]), float(str(row[4])), written(row[4], Kind.MONEY)) for row in rows]
    return Table(
        key="value-by-option",
        title=title,
        means=VALUE_MEANS,
        columns=[
            Column("Option", Kind.TEXT),
            Column("Visits", Kind.COUNT),
            Column("First visits", Kind.COUNT),
            Column("Value of those who came", Kind.MONEY),
            Column("Value of all visits", Kind.MONEY),
            Column("Period before", Kind.MONEY),
        ],
        rows=rows,
        picture=charts.bars(key="value-by-option", title=title, rows=bars) if bars else None,
    )
