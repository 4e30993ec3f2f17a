"""Whether the waiting list works: who joined, what was offered, and how soon somebody said yes."""

from collections import Counter
from dataclasses import dataclass

from booking.enums import OfferState, WaitingState
from booking.numbers.counted import asked
from booking.numbers.period import Period
from flexclinic.lib import charts
from flexclinic.lib.tables import Column, Kind, Table, Value, share, written

_PLACES_SQL = """
SELECT state, count(*) FROM booking_waitingplace
WHERE joined_at >= %(start)s::timestamptz AND joined_at < %(end)s::timestamptz GROUP BY 1
"""
# A time that several were asked about was first offered with the first of them.
_OFFERS_SQL = """
SELECT made.state, count(*),
  percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM made.answered_at - made.first_at)::float8)
FROM (
  SELECT offer.offered_at, offer.answered_at, offer.state,
    min(offer.offered_at) OVER (PARTITION BY a.therapist_id, a.starts_at) AS first_at
  FROM booking_offer AS offer JOIN booking_appointment AS a ON a.id = offer.appointment_id
) AS made
WHERE made.offered_at >= %(start)s::timestamptz AND made.offered_at < %(end)s::timestamptz GROUP BY 1
"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Places that joined and offers that were made, by state; the median seconds from the first offer to a yes."""

    places: Counter[str]
    offers: Counter[str]
    until_yes: float | None

    @property
    def success(self) -> float | None:
        """Of those who joined, who has taken a time."""
        return share(self.places[WaitingState.TAKEN], self.places.total())


def read(period: Period) -> Waiting:
    """Two queries."""
    offers = asked(_OFFERS_SQL, period)
    until_yes = {state: seconds for state, _, seconds in offers}.get(OfferState.ACCEPTED)
    return Waiting(
        Counter(dict(asked(_PLACES_SQL, period))),
        Counter({state: count for state, count, _ in offers}),
        until_yes,
    )


PLACES_MEAN = (
    "Places that joined the waiting list in the period, as they stand now. Success: who took a time."
)
OFFERS_MEAN = "Freed times that were offered in the period, and what became of each offer."
TIME_MEANS = (
    "Time to fill runs from when a time was first offered to anybody until somebody took it. Half of them took longer, "
    "half were quicker (the median)."
)


def tables(now: Waiting, before: Waiting) -> list[Table]:
    """Places, offers, and the time to fill."""
    return [
        _states("waiting-places", "Places on the waiting list", PLACES_MEAN, WaitingState, now, before),
        _states("waiting-offers", "Offers to the waiting list", OFFERS_MEAN, OfferState, now, before),
        Table(
            key="time-to-fill",
            title="Time to fill",
            means=TIME_MEANS,
            columns=[
                Column("Period", Kind.TEXT),
                Column("Offers accepted", Kind.COUNT),
                Column("Median time to a yes", Kind.MINUTES),
            ],
            rows=[
                [name, each.offers[OfferState.ACCEPTED], _minutes(each)]
                for name, each in (("This period", now), ("Period before", before))
                if now.offers or before.offers
            ],
        ),
    ]


def _minutes(waiting: Waiting) -> float | None:
    return None if waiting.until_yes is None else waiting.until_yes / 60


def _states(
    key: str,
    title: str,
    means: str,
    states: type[WaitingState] | type[OfferState],
    now: Waiting,
    before: Waiting,
) -> Table:
    counts, counts_before = (
        (each.places if states is WaitingState else each.offers) for each in (now, before)
    )
    rows: list[list[Value]] = [
        [str(label), counts[state], share(counts[state], counts.total()), counts_before[state]]
        for state, label in states.choices
        if counts.total() or counts_before.total()
    ]
    bars = [
        charts.Bar(str(label), counts[state], written(counts[state], Kind.COUNT))
        for state, label in states.choices
    ]
    return Table(
        key=key,
        title=title,
        means=means,
        columns=[
            Column("State", Kind.TEXT),
            Column("Places" if states is WaitingState else "Offers", Kind.COUNT),
            Column("Share", Kind.SHARE),
            Column("Period before", Kind.COUNT),
        ],
        rows=rows,
        picture=charts.bars(key=key, title=title, rows=bars) if counts.total() else None,
    )
