"""Who calls visits off, how long before, and whether the freed time was filled again."""

from collections import Counter
from dataclasses import dataclass

from booking.enums import Actor
from booking.models.appointment import LONGEST_OCCUPIED
from booking.numbers.counted import STARTS_IN_PERIOD, TAKEN_IF_OFFERED, VISITS, WITH_OFFERS, asked, words_of
from booking.numbers.period import Period
from flexclinic.lib import charts
from flexclinic.lib.tables import Column, Kind, Table, Value, share

_HOUR = 3600
#: How long before the visit it was called off, each from so many seconds on.
_NOTICE_FROM = (0, 2 * _HOUR, 24 * _HOUR, 48 * _HOUR, 7 * 24 * _HOUR)
NOTICE_NAMES = (
    "After the start",
    "Under 2 hours before",
    "2 to 24 hours before",
    "24 to 48 hours before",
    "2 to 7 days before",
    "7 days or more before",
    "Not recorded",
)
_NOT_RECORDED = len(NOTICE_NAMES) - 1

#: Nobody gives up a visit for the system but through the waiting list.
ACTORS = {
    Actor.PATIENT: "By the patient",
    Actor.DESK: "By the front desk",
    Actor.SYSTEM: "For an earlier time",
    "": "Not recorded",
}

_CANCELLED_SQL = f"""
SELECT actor, width_bucket(notice, ARRAY[{", ".join(map(str, _NOTICE_FROM))}]::numeric[]), count(*)
FROM (
  SELECT DISTINCT ON (a.id) coalesce(event.actor, '') AS actor, extract(epoch FROM a.starts_at - event.at) AS notice
  FROM booking_appointment AS a {WITH_OFFERS}
  LEFT JOIN booking_appointmentevent AS event ON event.appointment_id = a.id AND event.action = 'cancel'
  WHERE a.status = 'cancelled' AND {STARTS_IN_PERIOD} AND {TAKEN_IF_OFFERED}
  ORDER BY a.id, event.version DESC
) AS cancelled GROUP BY 1, 2
"""  # noqa: S608 - the words are ours

# Two that keep the same time cannot stand at once, so what a canceled visit overlaps came after it.
_FILLED_SQL = f"""
WITH freed AS (
  SELECT a.therapist_id, range_agg(a.visit) AS times
  FROM booking_appointment AS a {WITH_OFFERS}
  WHERE a.status = 'cancelled' AND {STARTS_IN_PERIOD} AND {TAKEN_IF_OFFERED} GROUP BY 1
), kept AS (
  SELECT a.therapist_id, range_agg(a.visit) AS times
  FROM booking_appointment AS a
  WHERE a.status IN ({words_of(VISITS)}) AND a.starts_at >= %(start)s::timestamptz - %(longest)s::interval
    AND a.starts_at < %(end)s::timestamptz + %(longest)s::interval GROUP BY 1
)
SELECT coalesce(sum((SELECT sum(extract(epoch FROM upper(each) - lower(each))) FROM unnest(freed.times) AS each)), 0),
  coalesce(sum((SELECT sum(extract(epoch FROM upper(each) - lower(each)))
    FROM unnest(freed.times * kept.times) AS each)), 0)
FROM freed LEFT JOIN kept USING (therapist_id)
"""  # noqa: S608 - the words are ours


@dataclass(frozen=True, slots=True)
class Cancellations:
    """Counts by actor ("" is not recorded) and place in NOTICE_NAMES; seconds freed, and of them filled again."""

    counts: Counter[tuple[str, int]]
    freed: int
    filled: int

    @property
    def all(self) -> int:
        """However they came about."""
        return self.counts.total()

    def of_actor(self, actor: str) -> int:
        """Called off by somebody."""
        return sum(count for (who, _), count in self.counts.items() if who == actor)


def read(period: Period) -> Cancellations:
    """Two queries."""
    counts: Counter[tuple[str, int]] = Counter()
    for actor, notice, count in asked(_CANCELLED_SQL, period):
        counts[actor, _NOT_RECORDED if notice is None else notice] += count
    [[freed, filled]] = asked(_FILLED_SQL, period, longest=LONGEST_OCCUPIED)
    return Cancellations(counts, int(freed), int(filled))


MEANS = (
    "Cancelled visits that would have started in the period, by how long before the start they were called off, and by "
    "whom. For an earlier time: given up for one from the waiting list."
)
FILLED_MEANS = (
    "Freed time: the time of cancelled visits. It is filled again where the therapist now has another visit."
)


def tables(now: Cancellations, before: Cancellations) -> list[Table]:
    """By notice and actor, and what became of the freed time."""
    return [_by_notice(now, before), _filled(now, before)]


def _by_notice(now: Cancellations, before: Cancellations) -> Table:
    shown = [actor for actor in ACTORS if actor or now.of_actor(actor) or before.of_actor(actor)]
    rows: list[list[Value]] = []
    stacks = []
    for place, name in enumerate(NOTICE_NAMES):
        values = [now.counts[actor, place] for actor in shown]
        earlier = sum(before.counts[actor, place] for actor in shown)
        if sum(values) or earlier:
            rows.append([name, *values, sum(values), earlier])
            stacks.append(charts.Stack(name, values))
    title = "Cancellations by notice"
    parts = [ACTORS[actor] for actor in shown]
    return Table(
        key="cancellations",
        title=title,
        means=MEANS,
        columns=[
            Column("Notice", Kind.TEXT),
            *(Column(part, Kind.COUNT) for part in parts),
            Column("Cancelled", Kind.COUNT),
            Column("Period before", Kind.COUNT),
        ],
        rows=rows,
        picture=charts.stacked(key="cancellations", title=title, parts=parts, rows=stacks)
        if stacks
        else None,
    )


def _filled(now: Cancellations, before: Cancellations) -> Table:
    rows: list[list[Value]] = [
        [name, each.freed / _HOUR, each.filled / _HOUR, share(each.filled, each.freed)]
        for name, each in (("This period", now), ("Period before", before))
        if now.freed or before.freed
    ]
    return Table(
        key="filled-again",
        title="Freed time filled again",
        means=FILLED_MEANS,
        columns=[
            Column("Period", Kind.TEXT),
            Column("Time freed", Kind.HOURS),
            Column("Filled again", Kind.HOURS),
            Column("Share", Kind.SHARE),
        ],
        rows=rows,
    )
