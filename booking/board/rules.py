"""Who works when, and what stands against it: hours, time off, holds and closures of some dates, in one query."""

import json
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import connection

from booking.intervals import Interval, merge
from booking.models import ClinicPolicy
from booking.question import WeeklyRule
from flexclinic.lib import clock

_SQL = """
WITH shown AS (
  SELECT t.id, t.slug, t.title, t.position FROM services_therapist t
  WHERE t.bookable OR t.id = ANY(%(present)s::bigint[])
)
SELECT json_build_object(
  'therapists', (
    SELECT json_agg(json_build_array(shown.id, slug, title, o.serviceoption_id IS NOT NULL)
                    ORDER BY position, title)
    FROM shown LEFT JOIN services_therapist_options o
      ON o.therapist_id = shown.id AND o.serviceoption_id = %(option)s::bigint),
  'rooms', (
    SELECT json_agg(json_build_array(id, name) ORDER BY name) FROM services_room
    WHERE in_use OR id = ANY(%(rooms)s::bigint[])),
  'step', (SELECT step_minutes FROM booking_clinicpolicy),
  'weekly', (
    SELECT json_agg(json_build_array(therapist_id, weekday, start, "end", every, valid_from, valid_until))
    FROM booking_weeklyhours WHERE therapist_id IN (SELECT id FROM shown)),
  'overrides', (
    SELECT json_agg(json_build_array(therapist_id, date, start, "end", extra))
    FROM booking_overridehours
    WHERE therapist_id IN (SELECT id FROM shown) AND date BETWEEN %(first)s AND %(last)s),
  'off', (
    SELECT json_agg(json_build_array(
      therapist_id, date_part('epoch', lower(period)), date_part('epoch', upper(period)), note))
    FROM booking_timeoff
    WHERE therapist_id IN (SELECT id FROM shown) AND period && tstzrange(%(low)s, %(high)s)),
  'holds', (
    SELECT json_agg(json_build_array(
      therapist_id, date_part('epoch', lower(period)), date_part('epoch', upper(period)), note))
    FROM booking_hold
    WHERE therapist_id IN (SELECT id FROM shown) AND period && tstzrange(%(low)s, %(high)s)
      AND (released_at IS NULL OR released_at > %(now)s)),
  'closed', (
    SELECT json_agg(json_build_array(
      date_part('epoch', lower(period)), date_part('epoch', upper(period)), name))
    FROM booking_closure WHERE period && tstzrange(%(low)s, %(high)s))
)::text
"""


@dataclass(frozen=True, slots=True)
class Ground:
    """What lies behind the times of an interval of instants: `kind` for the color, `words` for people."""

    kind: str
    words: str
    interval: Interval


@dataclass(frozen=True, slots=True)
class Person:
    """A therapist of the board. `gives`: the option is among what they give."""

    pk: int
    slug: str
    name: str
    gives: bool


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds on some dates. Rooms are (primary key, name); `step` is in minutes."""

    therapists: list[Person]
    rooms: list[tuple[int, str]]
    step: int
    closed: list[Ground]
    _against: dict[int, list[Ground]]
    _weekly: dict[int, list[WeeklyRule]]
    _overrides: dict[tuple[int, date], tuple[list[Interval], list[Interval], bool]] = field(repr=False)

    def hours(self, therapist: int, day: date) -> list[Interval]:
        """A therapist's hours of a date, as merged minutes since midnight."""
        usual = [
            (rule.start, rule.end)
            for rule in self._weekly.get(therapist, ())
            if rule.weekday == day.weekday() and rule.applies_on(day)
        ]
        instead, on_top, replaced = self._overrides.get((therapist, day), ([], [], False))
        return merge([*(instead if replaced else usual), *on_top])

    def against(self, therapist: int) -> list[Ground]:
        """Closures, time off and holds; of two at the same time the first counts."""
        return [*self.closed, *self._against.get(therapist, ())]


def read(
    *,
    first: date,
    last: date,
    low: datetime,
    high: datetime,
    present: Collection[int] = (),
    rooms: Collection[int] = (),
    option: int | None = None,
) -> Rules:
    """Everything from the local date `first` to `last`, which begin and end at `low` and `high`. One query.

    The therapists are those who can be booked, and those who are `present`; the same for rooms.
    """
    asked = {
        "present": list(present),
        "rooms": list(rooms),
        "option": option,
        "first": first,
        "last": last,
        "low": low,
        "high": high,
        "now": clock.now(),
    }
    with connection.cursor() as cursor:
        cursor.execute(_SQL, asked)
        found: dict[str, Any] = json.loads(cursor.fetchone()[0])
    weekly: defaultdict[int, list[WeeklyRule]] = defaultdict(list)
    for pk, weekday, begins, ends, every, since, until in found["weekly"] or ():
        weekly[pk].append(WeeklyRule(weekday, begins, ends, every, _date(since), _date(until)))
    overrides: dict[tuple[int, date], tuple[list[Interval], list[Interval], bool]] = {}
    for pk, day, begins, ends, extra in found["overrides"] or ():
        key = (pk, date.fromisoformat(day))
        instead, on_top, replaced = overrides.get(key, ([], [], False))
        if begins is not None:
            (on_top if extra else instead).append((begins, ends))
        overrides[key] = (instead, on_top, replaced or not extra)
    against: defaultdict[int, list[Ground]] = defaultdict(list)
    for name, words in (("off", "Time off"), ("holds", "On hold")):
        for pk, begins, ends, note in found[name] or ():
            against[pk].append(Ground("off", f"{words}: {note}" if note else words, _interval(begins, ends)))
    return Rules(
        therapists=[Person(*row) for row in found["therapists"] or ()],
        rooms=[(pk, name) for pk, name in found["rooms"] or ()],
        step=found["step"] or ClinicPolicy().step_minutes,
        closed=[
            Ground("closed", f"Closed: {name}", _interval(begins, ends))
            for begins, ends, name in found["closed"] or ()
        ],
        _against=against,
        _weekly=weekly,
        _overrides=overrides,
    )


def _interval(begins: float, ends: float) -> Interval:
    return int(begins // 1), -int(-ends // 1)


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
