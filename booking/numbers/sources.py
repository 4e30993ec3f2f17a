"""Where bookings come from: the website, the front desk, the waiting list."""

from collections import Counter
from dataclasses import dataclass

from booking.enums import Source
from booking.numbers.counted import TAKEN_IF_OFFERED, WITH_OFFERS, Names, asked
from booking.numbers.period import Period
from flexclinic.lib import charts
from flexclinic.lib.tables import Column, Kind, Table, Value, share

_SOURCES_SQL = f"""
SELECT a.option_id, a.source, count(*)
FROM booking_appointment AS a {WITH_OFFERS}
WHERE a.created_at >= %(start)s::timestamptz AND a.created_at < %(end)s::timestamptz AND {TAKEN_IF_OFFERED}
GROUP BY 1, 2
"""  # noqa: S608 - the words are ours


@dataclass(frozen=True, slots=True)
class Bookings:
    """Counts by option and source."""

    counts: Counter[tuple[int, str]]

    @property
    def all(self) -> int:
        """From anywhere."""
        return self.counts.total()

    def from_source(self, source: str) -> int:
        """Of all options."""
        return sum(count for (_, each), count in self.counts.items() if each == source)


def read(period: Period) -> Bookings:
    """One query."""
    return Bookings(
        Counter({(option, source): count for option, source, count in asked(_SOURCES_SQL, period)})
    )


MEANS = (
    "Bookings that were made in the period, whenever the visit is and whatever became of it. A time that was "
    "offered to the waiting list counts, on the day of the offer, if somebody took it."
)


def tables(now: Bookings, before: Bookings, names: Names) -> list[Table]:
    """By source, and by option and source."""
    return [_by_source(now, before), _by_option(now, before, names)]


def _by_source(now: Bookings, before: Bookings) -> Table:
    rows: list[list[Value]] = [
        [
            str(label),
            now.from_source(source),
            share(now.from_source(source), now.all),
            before.from_source(source),
        ]
        for source, label in Source.choices
        if now.all or before.all
    ]
    title = "Where bookings come from"
    bars = [
        charts.Bar(str(label), now.from_source(source), f"{now.from_source(source):,}")
        for source, label in Source.choices
    ]
    return Table(
        key="by-source",
        title=title,
        means=MEANS,
        columns=[
            Column("Source", Kind.TEXT),
            Column("Bookings", Kind.COUNT),
            Column("Share", Kind.SHARE),
            Column("Period before", Kind.COUNT),
        ],
        rows=rows,
        picture=charts.bars(key="by-source", title=title, rows=bars) if now.all else None,
    )


def _by_option(now: Bookings, before: Bookings, names: Names) -> Table:
    rows: list[list[Value]] = []
    stacks = []
    for pk, name in names.options.items():
        values = [now.counts[pk, source] for source in Source.values]
        earlier = sum(before.counts[pk, source] for source in Source.values)
        if sum(values) or earlier:
            rows.append([name, *values, sum(values), earlier])
            stacks.append(charts.Stack(name, values))
    title = "Bookings by option and source"
    parts = [str(label) for label in Source.labels]
    return Table(
        key="by-option",
        title=title,
        means=MEANS,
        columns=[
            Column("Option", Kind.TEXT),
            *(Column(part, Kind.COUNT) for part in parts),
            Column("Bookings", Kind.COUNT),
            Column("Period before", Kind.COUNT),
        ],
        rows=rows,
        picture=charts.stacked(key="by-option", title=title, parts=parts, rows=stacks) if now.all else None,
    )
