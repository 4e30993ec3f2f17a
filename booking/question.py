"""The engine's question, and what it says of a start that is not free.

Instants are whole seconds since the epoch, intervals are half-open, times of day are minutes since local midnight
(1440 ends a day), and lengths are minutes of elapsed time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from booking.intervals import Interval


class WeeklyRule(NamedTuple):
    """Hours that come back every n-th week, as minutes since local midnight; 1440 ends a day.

    `weekday` 0 is Monday. The weeks count from the Monday of the week of `valid_from`, so `every` above 1
    needs one. Both dates of validity are local and belong to it; None is open.
    """

    weekday: int
    start: int
    end: int
    every: int = 1
    valid_from: date | None = None
    valid_until: date | None = None

    def applies_on(self, day: date) -> bool:
        """Whether the rule holds on the date, which is of the rule's weekday."""
        if self.valid_from is None:
            return self.valid_until is None or day <= self.valid_until
        if day < self.valid_from or (self.valid_until is not None and day > self.valid_until):
            return False
        return self.every == 1 or (_monday_of(day) - _monday_of(self.valid_from)) // 7 % self.every == 0


def _monday_of(day: date) -> int:
    """The ordinal of the Monday of the date's week."""
    return day.toordinal() - day.weekday()


@dataclass(frozen=True, slots=True)
class BreakRule:
    """`minutes` that must stay free in one piece somewhere between two times of each day."""

    start: int
    end: int
    minutes: int


@dataclass(frozen=True, slots=True)
class TherapistDiary:
    """When a therapist works and what is in the way.

    `overrides` replace the weekly hours of a local date by (start, end) pairs in minutes since midnight; an
    empty sequence is a day off. `extra` are pairs that a date has besides. `busy` are the occupied intervals of
    visits, with their buffers, in any order; `holds` are times that the desk keeps back. `most_a_day`: no visit
    on a local date on which so many of `busy` begin.
    """

    weekly: Sequence[WeeklyRule] = ()
    overrides: Mapping[date, Sequence[Interval]] = field(default_factory=dict)
    time_off: Sequence[Interval] = ()
    busy: Sequence[Interval] = ()
    extra: Mapping[date, Sequence[Interval]] = field(default_factory=dict)
    holds: Sequence[Interval] = ()
    pause: BreakRule | None = None
    most_a_day: int | None = None


@dataclass(frozen=True, slots=True)
class OptionRules:
    """What is to be booked: its length and buffers, how soon and how far ahead, when and how often.

    `minutes` is positive. `horizon_days` counts local dates from today's; None is no limit. `offered` are the hours
    in which the whole visit has to lie; none at all is no limit. `most_a_day`: none on a local date on which so
    many of `booked` lie, the instants from which the option's visits occupy somebody.
    """

    minutes: int
    buffer_before: int = 0
    buffer_after: int = 0
    lead_minutes: int = 0
    horizon_days: int | None = None
    offered: Sequence[WeeklyRule] = ()
    most_a_day: int | None = None
    booked: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """Which starts are free on `days` local dates from `first_date` on, every `step` minutes of the wall
    clock?

    `now` knows its UTC offset. `rooms` gives for each room that suits the intervals in which it is
    occupied; None means that no room is needed, and an empty mapping that none suits. Intervals that cannot
    touch a visit of the window, buffers included, may be left out. `shortest_gap` is the shortest gap in minutes that
    can still be sold, and `avoid_gaps` asks for the starts that leave none which is shorter.
    """

    zone: ZoneInfo
    now: datetime
    first_date: date
    days: int
    step: int
    option: OptionRules
    therapists: Mapping[str, TherapistDiary]
    closures: Sequence[Interval] = ()
    rooms: Mapping[str, Sequence[Interval]] | None = None
    shortest_gap: int = 0
    avoid_gaps: bool = False


class ReasonCode(StrEnum):
    """Why a start is not free."""

    SWITCHED_OFF = "switched_off"
    UNKNOWN_THERAPIST = "unknown_therapist"
    OUTSIDE_WINDOW = "outside_window"
    MISSING_HOUR = "missing_hour"
    OFF_GRID = "off_grid"
    OUTSIDE_HOURS = "outside_hours"
    OVERRIDE = "override"
    PAST = "past"
    LEAD_TIME = "lead_time"
    HORIZON = "horizon"
    CLOSED = "closed"
    NOT_OFFERED = "not_offered"
    OPTION_FULL = "option_full"
    NO_ROOM = "no_room"
    TIME_OFF = "time_off"
    BUSY = "busy"
    BUFFER = "buffer"
    ON_HOLD = "on_hold"
    BREAK = "break"
    DAY_FULL = "day_full"
    GAP = "gap"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a start is not free, and the interval of instants that is in the way where there is one.

    BUSY: the visit itself runs into `interval`; BUFFER: only a buffer of the visit does. OUTSIDE_HOURS and
    OVERRIDE (outside the hours that replace the date's weekly ones) name the stretch of hours that the
    start lies in when it is too short. LEAD_TIME names the time from now to the first start that is not too
    soon. BREAK names the time between which the break has to fit. OPTION_FULL and DAY_FULL name the day. GAP names
    the first gap that would be left, and is told only of a start that nothing else is in the way of.
    """

    code: ReasonCode
    interval: Interval | None = None
