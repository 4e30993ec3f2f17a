"""The only bridge between the diary's rows and `booking.slots`.

What lists free times, what accepts one and what explains "why not this time?" all ask here. However many therapists
and days are asked for, it takes two queries: the rules (policy, option, therapists, hours, closures, rooms) as one
JSON document, and what is occupied, read from one bounded range of one index without touching the table. Both are
plain SQL, since the ORM's own work on a query costs more than PostgreSQL's on these two.
"""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import connection

from booking import slots, walltime
from booking.enums import BLOCKING
from booking.exceptions import TherapistNotOfferedError, TimeJustGoneError, TimeNotOfferedError
from booking.intervals import Interval
from booking.models import ClinicPolicy
from booking.models.appointment import LONGEST_OCCUPIED
from flexclinic.lib import clock
from services.models import ServiceOption, Therapist

#: The longest window that may be asked for at once, in local dates.
LONGEST_WINDOW = 366

RULES_SQL = """
WITH chosen AS (
  SELECT t.id, t.slug, t.position
  FROM services_therapist t
  JOIN services_therapist_options o ON o.therapist_id = t.id
  WHERE o.serviceoption_id = %(option)s AND t.bookable AND (%(therapist)s::bigint IS NULL OR t.id = %(therapist)s)
)
SELECT json_build_object(
  'policy', (SELECT json_build_array(step_minutes, lead_minutes, horizon_days) FROM booking_clinicpolicy),
  'therapists', (SELECT json_agg(json_build_array(id, slug, position)) FROM chosen),
  'weekly', (
    SELECT json_agg(json_build_array(therapist_id, weekday, start, "end", every, valid_from, valid_until))
    FROM booking_weeklyhours
    WHERE therapist_id IN (SELECT id FROM chosen)
      AND (valid_from IS NULL OR valid_from <= %(last)s) AND (valid_until IS NULL OR valid_until >= %(first)s)),
  'overrides', (
    SELECT json_agg(json_build_array(therapist_id, date, start, "end"))
    FROM booking_overridehours
    WHERE therapist_id IN (SELECT id FROM chosen) AND date BETWEEN %(first)s AND %(last)s),
  'time_off', (
    SELECT json_agg(json_build_array(
      therapist_id, date_part('epoch', lower(period)), date_part('epoch', upper(period))))
    FROM booking_timeoff
    WHERE therapist_id IN (SELECT id FROM chosen) AND period && tstzrange(%(start)s, %(end)s)),
  'closures', (
    SELECT json_agg(json_build_array(date_part('epoch', lower(period)), date_part('epoch', upper(period))))
    FROM booking_closure WHERE period && tstzrange(%(start)s, %(end)s)),
  'rooms', (
    SELECT json_agg(json_build_array(r.id, r.in_use) ORDER BY r.name)
    FROM services_serviceoption_rooms o JOIN services_room r ON r.id = o.room_id
    WHERE o.serviceoption_id = %(option)s)
)::text
"""

OCCUPIED_SQL = f"""
SELECT therapist_id, room_id,
  floor(date_part('epoch', occupied_from))::bigint, ceil(date_part('epoch', occupied_until))::bigint
FROM booking_appointment
WHERE status IN ({", ".join(f"'{status}'" for status in BLOCKING)})
  AND occupied_from >= %(start)s AND occupied_from < %(end)s
"""  # noqa: S608 - the words are ours


@dataclass(frozen=True, slots=True)
class Choice:
    """A therapist and a room (None: none is needed) that are free at a start."""

    therapist_id: int
    room_id: int | None


@dataclass(frozen=True, slots=True)
class _Diaries:
    """The engine's question, with what leads back from it to rows. Rooms are keyed by their id, in order of name."""

    question: slots.Question
    ids: dict[str, int]
    positions: dict[str, int]


@dataclass(frozen=True, slots=True)
class FreeTimes:
    """Free starts of an option, as instants in whole seconds since the epoch, each with the slugs of who is free."""

    zone: ZoneInfo
    first_date: date
    days: int
    starts: list[tuple[int, tuple[str, ...]]]

    def by_date(self) -> dict[date, list[tuple[int, tuple[str, ...]]]]:
        """The starts of each local date that has any, in order."""
        found: dict[date, list[tuple[int, tuple[str, ...]]]] = {}
        for start, therapists in self.starts:
            found.setdefault(walltime.local_date(self.zone, start), []).append((start, therapists))
        return found


def _bounds(first: date, days: int) -> tuple[datetime, datetime]:
    """Instants that hold every moment of the local dates in any zone, with room for the widest buffers."""
    start = datetime.combine(first, time(), UTC) - timedelta(days=2)
    return start, start + timedelta(days=days + 4)


def _intervals(rows: Iterable[tuple[float, float]]) -> list[Interval]:
    return [(int(low // 1), -int(-high // 1)) for low, high in rows]


def _read(
    *, option: ServiceOption, therapist_id: int | None, first_date: date, days: int, now: datetime
) -> _Diaries:
    """Two queries, then the engine's question."""
    zone = clock.clinic_zone()
    start, end = _bounds(first_date, days)
    with connection.cursor() as cursor:
        cursor.execute(
            RULES_SQL,
            {
                "option": option.pk,
                "therapist": therapist_id,
                "first": first_date,
                "last": first_date + timedelta(days=days - 1),
                "start": start,
                "end": end,
            },
        )
        rules = json.loads(cursor.fetchone()[0])
        cursor.execute(OCCUPIED_SQL, {"start": start - LONGEST_OCCUPIED, "end": end})
        occupied: list[tuple[int, int | None, int, int]] = cursor.fetchall()

    policy = ClinicPolicy()  # what holds until the desk has saved one
    step, lead, horizon = rules["policy"] or (policy.step_minutes, policy.lead_minutes, policy.horizon_days)
    weekly: dict[int, list[slots.WeeklyRule]] = {}
    for pk, weekday, begins, ends, every, since, until in rules["weekly"] or ():
        weekly.setdefault(pk, []).append(
            slots.WeeklyRule(
                weekday,
                begins,
                ends,
                every,
                date.fromisoformat(since) if since else None,
                date.fromisoformat(until) if until else None,
            )
        )
    overrides: dict[int, dict[date, list[Interval]]] = {}
    for pk, day, begins, ends in rules["overrides"] or ():
        stretches = overrides.setdefault(pk, {}).setdefault(date.fromisoformat(day), [])
        if begins is not None:
            stretches.append((begins, ends))
    time_off: dict[int, list[Interval]] = {}
    for pk, *period in rules["time_off"] or ():
        time_off.setdefault(pk, []).extend(_intervals([(period[0], period[1])]))

    busy: defaultdict[int, list[Interval]] = defaultdict(list)
    for pk, _, begins, ends in occupied:
        busy[pk].append((begins, ends))
    rooms: dict[str, list[Interval]] | None = None
    if rules["rooms"] is not None:
        in_rooms: defaultdict[int | None, list[Interval]] = defaultdict(list)
        for _, room_id, begins, ends in occupied:
            in_rooms[room_id].append((begins, ends))
        rooms = {str(room_id): in_rooms[room_id] for room_id, in_use in rules["rooms"] if in_use}
    therapists = rules["therapists"] or ()
    return _Diaries(
        question=slots.Question(
            zone=zone,
            now=now,
            first_date=first_date,
            days=days,
            step=step,
            option=slots.OptionRules(
                minutes=option.minutes,
                buffer_before=option.buffer_before,
                buffer_after=option.buffer_after,
                lead_minutes=lead if option.lead_minutes is None else option.lead_minutes,
                horizon_days=horizon if option.horizon_days is None else option.horizon_days,
            ),
            therapists={
                slug: slots.TherapistDiary(
                    weekly.get(pk, ()), overrides.get(pk, {}), time_off.get(pk, ()), busy.get(pk, ())
                )
                for pk, slug, _ in therapists
            },
            closures=_intervals(rules["closures"] or ()),
            rooms=rooms,
        ),
        ids={slug: pk for pk, slug, _ in therapists},
        positions={slug: position for _, slug, position in therapists},
    )


def free_times(
    *,
    option: ServiceOption,
    therapist: Therapist | None = None,
    first_date: date,
    days: int,
    now: datetime | None = None,
) -> FreeTimes:
    """Every free start of an option on `days` local dates from `first_date` on, with one therapist or with anyone.

    Two queries. An option or a therapist that cannot be booked has no free times.
    """
    days = max(0, min(days, LONGEST_WINDOW))
    zone = clock.clinic_zone()
    if not option.bookable or not days:
        return FreeTimes(zone, first_date, days, [])
    diaries = _read(
        option=option,
        therapist_id=therapist.pk if therapist else None,
        first_date=first_date,
        days=days,
        now=now or clock.now(),
    )
    return FreeTimes(zone, first_date, days, slots.free_times(diaries.question))


def choices_at(
    *, option: ServiceOption, therapist: Therapist | None, start: datetime, now: datetime | None = None
) -> list[Choice]:
    """Who is free at a start, and in which rooms, best first.

    Best is the therapist who has the least booked on that local date, then the clinic's own order of its
    therapists, then the slug; rooms come by name. Two queries.

    Raises TimeJustGoneError where only another appointment is in the way, TimeNotOfferedError where nobody's hours,
    the notice, the horizon or the grid allow it, TherapistNotOfferedError for a therapist who does not give the option.
    """
    if not option.bookable:
        raise TimeNotOfferedError("This appointment cannot be booked online. Please call us.")
    instant = walltime.instant_of(start)
    day = walltime.local_date(clock.clinic_zone(), instant)
    diaries = _read(
        option=option,
        therapist_id=therapist.pk if therapist else None,
        first_date=day,
        days=1,
        now=now or clock.now(),
    )
    question = diaries.question
    if therapist and therapist.slug not in question.therapists:
        raise TherapistNotOfferedError
    if start.microsecond:
        raise TimeNotOfferedError
    reasons = {slug: slots.explain(question, slug, instant) for slug in question.therapists}
    free = [slug for slug, found in reasons.items() if not found]
    if not free:
        taken = any(all(reason.code in _IN_THE_WAY for reason in found) for found in reasons.values())
        raise TimeJustGoneError if taken else TimeNotOfferedError
    midnight = walltime.local_days(question.zone, day, 1)[0].segments
    booked = {
        slug: sum(
            end - begin
            for begin, end in question.therapists[slug].busy
            if midnight[0].start <= begin < midnight[-1].end
        )
        for slug in free
    }
    free.sort(key=lambda slug: (booked[slug], diaries.positions[slug], slug))
    rooms = _free_rooms(question, instant)
    return [Choice(diaries.ids[slug], room_id) for slug in free for room_id in rooms]


_IN_THE_WAY = frozenset({slots.ReasonCode.BUSY, slots.ReasonCode.BUFFER, slots.ReasonCode.NO_ROOM})


def _free_rooms(question: slots.Question, start: int) -> list[int | None]:
    """The rooms in which a visit with its buffers fits; [None] where none is needed."""
    if question.rooms is None:
        return [None]
    option = question.option
    low = start - option.buffer_before * walltime.MINUTE
    high = start + (option.minutes + option.buffer_after) * walltime.MINUTE
    return [
        int(room)
        for room, busy in question.rooms.items()
        if all(end <= low or begin >= high for begin, end in busy)
    ]


def explain(
    *, option: ServiceOption, therapist: Therapist, start: datetime, now: datetime | None = None
) -> list[slots.Reason]:
    """Every reason why a start is not free with a therapist; none when it is. Two queries."""
    instant = walltime.instant_of(start)
    diaries = _read(
        option=option,
        therapist_id=therapist.pk,
        first_date=walltime.local_date(clock.clinic_zone(), instant),
        days=1,
        now=now or clock.now(),
    )
    return slots.explain(diaries.question, therapist.slug, instant)


#: How many local dates on either side are looked through for the nearest times, until enough are found.
_REACHES = (2, 9, 30)
_CLOCK_CHANGE = 2 * 3600  # seconds by which no pair of dates is nearer, whatever the clocks do


def nearest(
    *,
    option: ServiceOption,
    therapist: Therapist | None,
    around: datetime,
    count: int = 6,
    now: datetime | None = None,
) -> list[tuple[int, tuple[str, ...]]]:
    """The free starts nearest to a moment, ascending; those with anyone where the therapist has none at all.

    It looks at a few days first and goes on to more only where those hold too few: two queries as a rule.
    """
    now = now or clock.now()
    zone = clock.clinic_zone()
    today = now.astimezone(zone).date()
    wanted = min(max(around, now), now + timedelta(days=LONGEST_WINDOW + 1))
    instant, day = int(wanted.timestamp()), wanted.astimezone(zone).date()
    for who in [therapist, None] if therapist else [None]:
        for reach in _REACHES:
            first = max(today, day - timedelta(days=reach))
            days = (day - first).days + reach + 1
            found = _by_distance(option, who, first, days, now, instant)[:count]
            # What lies outside the window is farther away than this.
            if len(found) == count and abs(found[-1][0] - instant) <= reach * 86_400 - _CLOCK_CHANGE:
                return sorted(found)
        if found := _by_distance(option, who, today, LONGEST_WINDOW, now, instant)[:count]:
            return sorted(found)
    return []


def _by_distance(
    option: ServiceOption, therapist: Therapist | None, first: date, days: int, now: datetime, instant: int
) -> list[tuple[int, tuple[str, ...]]]:
    """The free starts of a window, the nearest to the instant first."""
    found = free_times(option=option, therapist=therapist, first_date=first, days=days, now=now).starts
    return sorted(found, key=lambda item: (abs(item[0] - instant), item[0]))
