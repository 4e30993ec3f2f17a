"""The rows of the diary as the engine wants them, in two queries however many therapists and days are asked for.

One gives the rules (policy, option, therapists, hours, holds, closures, rooms) as one JSON document, the other what is
occupied, read from one bounded range of one index without touching the table. Both are plain SQL, since the ORM's own
work on a query costs more than PostgreSQL's on these two.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple

from django.db import connection

from booking.enums import BLOCKING
from booking.intervals import Interval
from booking.models import Appointment, ClinicPolicy
from booking.models.appointment import LONGEST_OCCUPIED
from booking.question import BreakRule, OptionRules, Question, TherapistDiary, WeeklyRule
from flexclinic.lib import clock
from services.models import ServiceOption

# When therapists work, of those `chosen`: parts of the rules that are asked for in two ways.
_HOURS_JSON = """\
  'weekly', (
    SELECT json_agg(json_build_array(therapist_id, weekday, start, "end", every, valid_from, valid_until))
    FROM booking_weeklyhours
    WHERE therapist_id IN (SELECT id FROM chosen)
      AND (valid_from IS NULL OR valid_from <= %(last)s) AND (valid_until IS NULL OR valid_until >= %(first)s)),
  'overrides', (
    SELECT json_agg(json_build_array(therapist_id, date, start, "end", extra))
    FROM booking_overridehours
    WHERE therapist_id IN (SELECT id FROM chosen) AND date BETWEEN %(first)s AND %(last)s),
  'time_off', (
    SELECT json_agg(json_build_array(
      therapist_id, date_part('epoch', lower(period)), date_part('epoch', upper(period))))
    FROM booking_timeoff
    WHERE therapist_id IN (SELECT id FROM chosen) AND period && tstzrange(%(start)s, %(end)s)),
"""
_CLOSURES_JSON = """\
  'closures', (
    SELECT json_agg(json_build_array(date_part('epoch', lower(period)), date_part('epoch', upper(period))))
    FROM booking_closure WHERE period && tstzrange(%(start)s, %(end)s)),
"""

RULES_SQL = f"""
WITH wanted AS (
  SELECT id, slug, bookable, minutes, buffer_before, buffer_after, lead_minutes, horizon_days, most_a_day
  FROM services_serviceoption WHERE id = %(option)s::bigint OR slug = %(option_slug)s::text
), chosen AS (
  SELECT t.id, t.slug, t.position
  FROM services_therapist t
  JOIN services_therapist_options o ON o.therapist_id = t.id
  WHERE o.serviceoption_id = (SELECT id FROM wanted) AND t.bookable
    AND (%(therapist)s::bigint IS NULL OR t.id = %(therapist)s)
    AND (%(therapist_slug)s::text IS NULL OR t.slug = %(therapist_slug)s)
)
SELECT json_build_object(
  'option', (SELECT row_to_json(wanted) FROM wanted),
  'policy', (
    SELECT json_build_array(step_minutes, lead_minutes, horizon_days, offers, shortest_gap)
    FROM booking_clinicpolicy),
  'shortest', (
    SELECT min(minutes + buffer_before + buffer_after) FROM services_serviceoption WHERE bookable),
  'therapists', (
    SELECT json_agg(json_build_array(
      chosen.id, slug, position, most_visits, break_from, break_until, break_minutes))
    FROM chosen LEFT JOIN booking_workingday ON therapist_id = chosen.id),
  'offered', (
    SELECT json_agg(json_build_array(weekday, start, "end"))
    FROM booking_offeredhours WHERE option_id = (SELECT id FROM wanted)),
{_HOURS_JSON}  'holds', (
    SELECT json_agg(json_build_array(
      therapist_id, date_part('epoch', lower(period)), date_part('epoch', upper(period))))
    FROM booking_hold
    WHERE therapist_id IN (SELECT id FROM chosen) AND period && tstzrange(%(start)s, %(end)s)
      AND (released_at IS NULL OR released_at > %(now)s)),
{_CLOSURES_JSON}  'rooms', (
    SELECT json_agg(json_build_array(r.id, r.in_use) ORDER BY r.name)
    FROM services_serviceoption_rooms o JOIN services_room r ON r.id = o.room_id
    WHERE o.serviceoption_id = (SELECT id FROM wanted))
)::text
"""  # noqa: S608 - the words are ours

WORKED_SQL = f"""
WITH chosen AS (SELECT id, slug, position FROM services_therapist)
SELECT json_build_object(
  'therapists', (SELECT json_agg(json_build_array(id, slug, position, NULL, NULL, NULL, NULL)) FROM chosen),
{_HOURS_JSON}{_CLOSURES_JSON}  'holds', NULL
)::text
"""  # noqa: S608 - the words are ours

_BLOCKS = ", ".join(f"'{status}'" for status in BLOCKING)


def _occupied_sql(besides: str = "") -> str:
    return f"""
SELECT therapist_id, room_id, option_id,
  array_agg(floor(date_part('epoch', occupied_from))::bigint),
  array_agg(ceil(date_part('epoch', occupied_until))::bigint)
FROM booking_appointment
WHERE status IN ({_BLOCKS}) AND occupied_from >= %(start)s AND occupied_from < %(end)s{besides}
GROUP BY therapist_id, room_id, option_id
"""  # noqa: S608 - the words are ours


OCCUPIED_SQL = _occupied_sql()
#: The same without an appointment that is moving. Its id is not in the index, so this one reads the table too.
OCCUPIED_WHILE_MOVING_SQL = _occupied_sql(" AND id <> %(moving)s")

# (therapist, room, option, from, until): the last two as many instants as there are appointments of the three
Occupied = tuple[int, int | None, int, Sequence[int], Sequence[int]]


@dataclass(frozen=True, slots=True)
class Diaries:
    """The engine's question, with what leads back from it to rows. Rooms are keyed by their id, in order of name."""

    question: Question
    ids: dict[str, int]
    positions: dict[str, int]


def _bounds(first: date, days: int) -> tuple[datetime, datetime]:
    """Instants that hold every moment of the local dates in any zone, with room for the widest buffers."""
    start = datetime.combine(first, time(), UTC) - timedelta(days=2)
    return start, start + timedelta(days=days + 4)


def _intervals(rows: Iterable[tuple[float, float]]) -> list[Interval]:
    return [(int(low // 1), -int(-high // 1)) for low, high in rows]


class OptionRow(NamedTuple):
    """Of an option what free times depend on; the fields of `ServiceOption` by their names."""

    id: int
    slug: str
    bookable: bool
    minutes: int
    buffer_before: int
    buffer_after: int
    lead_minutes: int | None
    horizon_days: int | None
    most_a_day: int | None


def read(
    *,
    option: ServiceOption,
    therapist_id: int | None,
    first_date: date,
    days: int,
    now: datetime,
    moving: Appointment | None = None,
) -> Diaries:
    """Two queries, then the engine's question. An appointment that is `moving` is in nobody's way.

    The option is taken as it is given, not as it is stored.
    """
    with connection.cursor() as cursor:
        rules = json.loads(_rules(cursor, first_date, days, now, option=option.pk, therapist=therapist_id))
        occupied = _occupied(cursor, rules, option, first_date, days, now, moving)
    return _diaries(rules, occupied, option=option, first_date=first_date, days=days, now=now)


class Rows(NamedTuple):
    """What the two queries gave, as it came: the same as long as nothing has changed in the diary."""

    rules: str
    occupied: tuple[tuple[int, int | None, int, tuple[int, ...], tuple[int, ...]], ...]


def rows_named(
    *, option: str, therapist: str | None, first_date: date, days: int, now: datetime
) -> Rows | None:
    """The same two queries for an option, and a therapist, by their slugs. None where no such option can be booked."""
    with connection.cursor() as cursor:
        text = _rules(cursor, first_date, days, now, option_slug=option, therapist_slug=therapist)
        rules = json.loads(text)
        if not rules["option"] or not rules["option"]["bookable"]:
            return None
        rows = _occupied(cursor, rules, OptionRow(**rules["option"]), first_date, days, now, None)
    return Rows(
        text, tuple((one, room, of, tuple(begins), tuple(ends)) for one, room, of, begins, ends in rows)
    )


def of_rows(rows: Rows, *, first_date: date, days: int, now: datetime) -> Diaries:
    """The engine's question from rows that were read for the same dates. No query."""
    rules = json.loads(rows.rules)
    option = OptionRow(**rules["option"])
    return _diaries(rules, rows.occupied, option=option, first_date=first_date, days=days, now=now)


class Working(NamedTuple):
    """When everybody works, by the therapist's id, and when the clinic is closed. No visits, no times on hold."""

    diaries: dict[int, TherapistDiary]
    closures: list[Interval]


def of_everyone(*, first_date: date, days: int) -> Working:
    """The hours and the time off of all therapists, whatever they give, and the closures. One query."""
    start, end = _bounds(first_date, days)
    last = first_date + timedelta(days=days - 1)
    with connection.cursor() as cursor:
        cursor.execute(WORKED_SQL, {"first": first_date, "last": last, "start": start, "end": end})
        rules = json.loads(cursor.fetchone()[0])
    by_slug = _therapists(rules, {})
    return Working(
        {row[0]: by_slug[row[1]] for row in rules["therapists"] or ()}, _intervals(rules["closures"] or ())
    )


def _rules(cursor: Any, first_date: date, days: int, now: datetime, **names: int | str | None) -> str:
    """The first query. `names` are the option and the therapist, by key or by slug."""
    start, end = _bounds(first_date, days)
    parameters = {
        "option": None,
        "option_slug": None,
        "therapist": None,
        "therapist_slug": None,
        "first": first_date,
        "last": first_date + timedelta(days=days - 1),
        "start": start,
        "end": end,
        "now": now,
    }
    cursor.execute(RULES_SQL, parameters | names)
    return str(cursor.fetchone()[0])


def _occupied(
    cursor: Any,
    rules: dict[str, Any],
    option: ServiceOption | OptionRow,
    first_date: date,
    days: int,
    now: datetime,
    moving: Appointment | None,
) -> list[Occupied]:
    """The second query."""
    start, end = _bounds(first_date, days)
    bounds = {
        "start": start - LONGEST_OCCUPIED,
        "end": min(end, _last_that_matters(rules, option, first_date, now)),
    }
    if moving is None:
        cursor.execute(OCCUPIED_SQL, bounds)
    else:
        cursor.execute(OCCUPIED_WHILE_MOVING_SQL, {**bounds, "moving": moving.pk})
    rows: list[Occupied] = cursor.fetchall()
    return rows


def _diaries(
    rules: dict[str, Any],
    occupied: Iterable[Occupied],
    *,
    option: ServiceOption | OptionRow,
    first_date: date,
    days: int,
    now: datetime,
) -> Diaries:
    """Both answers put together."""
    therapists = rules["therapists"] or ()
    return Diaries(
        question=_question(rules, occupied, option=option, first_date=first_date, days=days, now=now),
        ids={row[1]: row[0] for row in therapists},
        positions={row[1]: row[2] for row in therapists},
    )


def _last_that_matters(
    rules: dict[str, Any], option: ServiceOption | OptionRow, first_date: date, now: datetime
) -> datetime:
    """An instant after which nothing is offered, as it is too far ahead; never before the first date is over."""
    horizon = _policy(rules)[2] if option.horizon_days is None else option.horizon_days
    last = max(first_date, now.date() + timedelta(days=horizon + 1))
    return _bounds(last, 1)[1]


def _policy(rules: dict[str, Any]) -> tuple[int, int, int, str, int | None]:
    """Step, notice, horizon, which free times are offered, and the shortest gap."""
    if rules["policy"]:
        step, lead, horizon, offers, shortest_gap = rules["policy"]
        return step, lead, horizon, offers, shortest_gap
    default = ClinicPolicy()  # what holds until the desk has saved one
    return (
        default.step_minutes,
        default.lead_minutes,
        default.horizon_days,
        default.offers,
        default.shortest_gap,
    )


def _question(
    rules: dict[str, Any],
    occupied: Iterable[Occupied],
    *,
    option: ServiceOption | OptionRow,
    first_date: date,
    days: int,
    now: datetime,
) -> Question:
    """The rows as the engine wants them."""
    step, lead, horizon, offers, shortest_gap = _policy(rules)
    busy: defaultdict[int, list[Interval]] = defaultdict(list)
    in_rooms: defaultdict[int | None, list[Interval]] = defaultdict(list)
    booked: list[int] = []
    chosen: int = option.id
    for therapist_id, room_id, option_id, begins, ends in occupied:
        intervals = [*zip(begins, ends, strict=True)]
        busy[therapist_id] += intervals
        in_rooms[room_id] += intervals
        if option_id == chosen:
            booked += begins
    rooms = rules["rooms"]
    return Question(
        zone=clock.clinic_zone(),
        now=now,
        first_date=first_date,
        days=days,
        step=step,
        option=OptionRules(
            minutes=option.minutes,
            buffer_before=option.buffer_before,
            buffer_after=option.buffer_after,
            lead_minutes=lead if option.lead_minutes is None else option.lead_minutes,
            horizon_days=horizon if option.horizon_days is None else option.horizon_days,
            offered=[WeeklyRule(*row) for row in rules["offered"] or ()],
            most_a_day=option.most_a_day,
            booked=booked,
        ),
        therapists=_therapists(rules, busy),
        closures=_intervals(rules["closures"] or ()),
        rooms=None if rooms is None else {str(pk): in_rooms[pk] for pk, in_use in rooms if in_use},
        shortest_gap=(rules["shortest"] or 0) if shortest_gap is None else shortest_gap,
        avoid_gaps=offers == ClinicPolicy.Offers.NO_GAPS,
    )


def _therapists(rules: dict[str, Any], busy: Mapping[int, Sequence[Interval]]) -> dict[str, TherapistDiary]:
    """The diary of each therapist, by slug."""
    weekly: defaultdict[int, list[WeeklyRule]] = defaultdict(list)
    for pk, weekday, begins, ends, every, since, until in rules["weekly"] or ():
        if since or until:
            weekly[pk].append(WeeklyRule(weekday, begins, ends, every, _date(since), _date(until)))
        else:
            weekly[pk].append(WeeklyRule(weekday, begins, ends))
    overrides: defaultdict[int, dict[date, list[Interval]]] = defaultdict(dict)
    extra: defaultdict[int, dict[date, list[Interval]]] = defaultdict(dict)
    for pk, day, begins, ends, on_top in rules["overrides"] or ():
        stretches = (extra if on_top else overrides)[pk].setdefault(date.fromisoformat(day), [])
        if begins is not None:
            stretches.append((begins, ends))
    time_off, holds = _by_therapist(rules["time_off"]), _by_therapist(rules["holds"])
    return {
        slug: TherapistDiary(
            weekly=weekly[pk],
            overrides=overrides[pk],
            time_off=time_off[pk],
            busy=busy.get(pk, ()),
            extra=extra[pk],
            holds=holds[pk],
            pause=BreakRule(*pause) if pause[2] is not None else None,
            most_a_day=most_visits,
        )
        for pk, slug, _, most_visits, *pause in rules["therapists"] or ()
    }


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _by_therapist(rows: Iterable[tuple[int, float, float]] | None) -> defaultdict[int, list[Interval]]:
    found: defaultdict[int, list[Interval]] = defaultdict(list)
    for pk, begins, ends in rows or ():
        found[pk] += _intervals([(begins, ends)])
    return found
