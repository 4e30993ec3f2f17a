"""All numbers of a period beside those of the period before: a summary, then sections of tables.

The number of queries depends neither on the length of the periods nor on how much was booked in them.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from booking.enums import AppointmentStatus
from booking.numbers import cancellations, counted, sources, utilization, visits, waiting
from booking.numbers.period import Compared, Period
from flexclinic.lib import clock, when
from flexclinic.lib.tables import Column, Kind, Table, Value, share, unit_of


@dataclass(frozen=True, slots=True)
class Measured:
    """What was read of one period."""

    use: utilization.Use
    visits: visits.Visits
    cancellations: cancellations.Cancellations
    bookings: sources.Bookings
    waiting: waiting.Waiting


@dataclass(frozen=True, slots=True)
class Section:
    """Tables of one subject; `note` says what else has to be known."""

    key: str
    title: str
    tables: Sequence[Table]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """The summary, the sections, and whether there is anything at all to count."""

    compared: Compared
    summary: Table
    sections: Sequence[Section]
    is_empty: bool

    def tables(self) -> Iterator[Table]:
        """All of them, the summary first."""
        yield self.summary
        for section in self.sections:
            yield from section.tables


def of(compared: Compared) -> Report:
    """Everything about a period."""
    names = counted.names()
    now, before = (_measured(period, names) for period in compared)
    return Report(
        compared,
        _summary(now, before),
        [
            Section(
                "utilization", "Utilization", utilization.tables(now.use, before.use, names, compared.now)
            ),
            Section(
                "visits",
                "Visits and their value",
                [
                    visits.outcomes(now.visits, before.visits),
                    visits.values(now.visits, before.visits, names),
                ],
            ),
            Section(
                "no-shows",
                "No-shows",
                visits.no_show_tables(now.visits, before.visits, names),
                _unmarked(now.visits),
            ),
            Section(
                "cancellations",
                "Cancellations",
                cancellations.tables(now.cancellations, before.cancellations),
            ),
            Section(
                "bookings",
                "Bookings",
                [
                    visits.lead_times(now.visits, before.visits),
                    *sources.tables(now.bookings, before.bookings, names),
                ],
            ),
            Section("waiting", "Waiting list", waiting.tables(now.waiting, before.waiting)),
        ],
        is_empty=not (
            now.visits.count()
            or before.visits.count()
            or now.use.worked.all
            or now.use.taken.all
            or now.bookings.all
            or now.waiting.places
            or now.waiting.offers
        ),
    )


def _measured(period: Period, names: counted.Names) -> Measured:
    return Measured(
        utilization.read(period, names),
        visits.read(period),
        cancellations.read(period),
        sources.read(period),
        waiting.read(period),
    )


def _unmarked(found: visits.Visits) -> str:
    """A word about visits that are over, and of which nobody said whether the patient came."""
    count = sum(group.unmarked for group in found.groups)
    if not count:
        return ""
    what = "1 visit is over and was" if count == 1 else f"{count:,} visits are over and were"
    return f"{what} not marked as Completed or Did not come. The rates leave them out."


# The summary


class Line(NamedTuple):
    """A number of the summary, what it counts and what it means."""

    title: str
    kind: Kind
    means: str
    of: Callable[[Measured], Value]


LINES = (
    Line(
        "Utilization",
        Kind.SHARE,
        "The time of visits divided by the hours worked.",
        lambda each: utilization.overall(each.use),
    ),
    Line(
        "Visits",
        Kind.COUNT,
        "Visits that start in the period, and took place or keep their time.",
        lambda each: each.visits.count(lambda group: group.is_visit),
    ),
    Line(
        "First visits",
        Kind.COUNT,
        "Of those, visits of patients who said that it is their first.",
        lambda each: each.visits.count(lambda group: group.is_visit and group.first_visit),
    ),
    Line(
        "Value of visits",
        Kind.MONEY,
        "The prices of those visits as agreed, not what was paid.",
        lambda each: each.visits.value(lambda group: group.is_visit),
    ),
    Line(
        "No-show rate",
        Kind.SHARE,
        "Visits that nobody came to, of those whose outcome is known.",
        lambda each: each.visits.no_show_rate,
    ),
    Line(
        "Cancellation rate",
        Kind.SHARE,
        "Cancelled, of all appointments that would start in the period.",
        lambda each: share(
            each.visits.count(lambda group: group.status == AppointmentStatus.CANCELLED), each.visits.count()
        ),
    ),
    Line(
        "Freed time filled again",
        Kind.SHARE,
        "Time of cancelled visits in which the therapist now has another visit.",
        lambda each: share(each.cancellations.filled, each.cancellations.freed),
    ),
    Line(
        "Lead time (median)",
        Kind.DAYS,
        "Half of the visits were booked more calendar days ahead, half fewer.",
        lambda each: each.visits.median_lead,
    ),
    Line(
        "Bookings made",
        Kind.COUNT,
        "Bookings that were made in the period, whenever the visit is.",
        lambda each: each.bookings.all,
    ),
    Line(
        "Waiting-list success",
        Kind.SHARE,
        "Of the places that joined in the period, those that took a time.",
        lambda each: each.waiting.success,
    ),
)


def _summary(now: Measured, before: Measured) -> Table:
    return Table(
        key="summary",
        title="Summary",
        means="The numbers in short.",
        columns=[
            Column("Number", Kind.TEXT),
            Column("Unit", Kind.TEXT),
            Column("This period", Kind.AS_ROW),
            Column("Period before", Kind.AS_ROW),
        ],
        rows=[[line.title, unit_of(line.kind), line.of(now), line.of(before)] for line in LINES],
        row_kinds=[line.kind for line in LINES],
    )


def about(report: Report) -> list[tuple[str, str]]:
    """What a file says of itself: period, zone, when it was made, and what each number means."""
    now, before = report.compared
    return [
        ("Period", _dates(now)),
        ("Period before", _dates(before)),
        ("Time zone", str(clock.clinic_zone())),
        ("Made", when.format_date_time(clock.now())),
        *((line.title, line.means) for line in LINES),
        *((table.title, table.means) for section in report.sections for table in section.tables),
    ]


def _dates(period: Period) -> str:
    return f"{when.format_date(period.first)} to {when.format_date(period.last)}"
