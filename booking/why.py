"""Why a start is not free, in words for the desk. Names appointments, so nothing of it is for strangers.

`_SAID` has the words for every reason that the engine gives. A new reason is one line there; where rows are in the
way, the line names what finds them.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.db.models import Model, Q

from booking import availability
from booking.enums import BLOCKING
from booking.models import Appointment, Closure, Hold, OverrideHours, TimeOff
from booking.question import Reason, ReasonCode
from flexclinic.lib import when
from services.models import ServiceOption, Therapist

#: More rows than these are not named: the desk has seen enough.
_MOST_NAMED = 6


@dataclass(frozen=True, slots=True)
class Asked:
    """The question: may this option start with this therapist at this instant (in UTC)?"""

    option: ServiceOption
    therapist: Therapist
    start: datetime

    def occupied(self) -> tuple[datetime, datetime]:
        """What the visit would take with its buffers."""
        end = self.start + timedelta(minutes=self.option.minutes + self.option.buffer_after)
        return self.start - timedelta(minutes=self.option.buffer_before), end


@dataclass(frozen=True, slots=True)
class InTheWay:
    """A row that a reason is about.

    `name` may be written anywhere at the clinic; `words` tell who and what it is, for the desk's page alone.
    """

    row: Model
    name: str
    words: str


@dataclass(frozen=True, slots=True)
class Because:
    """One reason in a sentence, and what is in the way."""

    code: ReasonCode
    sentence: str
    in_the_way: tuple[InTheWay, ...] = ()

    def __str__(self) -> str:
        """The sentence with the names of what is in the way: "… 10am to 11:15am (K7QM-3XWP)."."""
        names = ", ".join(each.name for each in self.in_the_way if each.name)
        return f"{self.sentence.removesuffix('.')} ({names})." if names else self.sentence


@dataclass(frozen=True, slots=True)
class FreeStart:
    """A start that is free, and with whom."""

    start: datetime
    therapist: Therapist


Finder = Callable[[Asked, datetime, datetime], Iterable[InTheWay]]


def because(
    *, option: ServiceOption, therapist: Therapist, start: datetime, now: datetime | None = None
) -> list[Because]:
    """Every reason why a start is not free with a therapist; none exactly when it is free."""
    asked = Asked(option, therapist, start)
    reasons = availability.explain(option=option, therapist=therapist, start=start, now=now)
    return [say(reason, asked) for reason in dict.fromkeys(reasons)]


def sentences(
    *, option: ServiceOption, therapist: Therapist, start: datetime, now: datetime | None = None
) -> list[str]:
    """One sentence for each reason why a start is not free with a therapist; none when it is free."""
    return [str(each) for each in because(option=option, therapist=therapist, start=start, now=now)]


def nearest(
    *,
    option: ServiceOption,
    therapist: Therapist | None,
    around: datetime,
    count: int = 6,
    now: datetime | None = None,
) -> list[FreeStart]:
    """The free starts nearest to a moment, ascending, with a therapist, or with whoever comes first in the clinic's
    order. None where the therapist has none: `availability.nearest` would go on to anyone.
    """
    found = availability.nearest(option=option, therapist=therapist, around=around, count=count, now=now)
    known = [therapist] if therapist else list(option.therapists.filter(bookable=True))
    free = []
    for instant, slugs in found:
        who = next((one for one in known if one.slug in slugs), None)
        if who:
            free.append(FreeStart(datetime.fromtimestamp(instant, UTC), who))
    return free


# Words


def say(reason: Reason, asked: Asked) -> Because:
    """One reason against a start, in a sentence."""
    words = _SAID[reason.code]
    if reason.interval is None:
        low, high = asked.occupied()
        text = words.said
    else:
        low, high = (datetime.fromtimestamp(instant, UTC) for instant in reason.interval)
        text = words.said + words.interval.format(span=span(low, high), until=when.format_date_time(high))
    return Because(reason.code, f"{text}.", tuple(words.finds(asked, low, high)) if words.finds else ())


def span(low: datetime, high: datetime) -> str:
    """An interval as people say it: "Tuesday 24 November 2026, 10am to 11:15am"; whole days by their dates alone."""
    first, last = (when.in_clinic_zone(moment) for moment in (low, high - timedelta(seconds=1)))
    whole = _is_midnight(low) and _is_midnight(high)
    if first.date() == last.date():
        day = when.format_date(low)
        return day if whole else f"{day}, {when.format_range(low, high)}"
    if whole:
        return f"{when.format_date(low)} to {when.format_date(last)}"
    return f"{when.format_date_time(low)} to {when.format_date_time(high)}"


def _is_midnight(moment: datetime) -> bool:
    local = when.in_clinic_zone(moment)
    return (local.hour, local.minute, local.second) == (0, 0, 0)


# What is in the way


def _visit(appointment: Appointment, *, with_therapist: bool) -> InTheWay:
    time = when.format_range(appointment.starts_at, appointment.ends_at)
    who = f" with {appointment.therapist.name}" if with_therapist else ""
    where = f" in {appointment.room}" if with_therapist and appointment.room else ""
    state = appointment.get_status_display().lower()
    words = f"{appointment.name}, {time}{who}{where}, {state}, {appointment.reference}"
    return InTheWay(appointment, appointment.reference, words)


def _blocking(whose: Q, low: datetime, high: datetime) -> Iterable[Appointment]:
    return (
        Appointment.objects.filter(whose, status__in=BLOCKING, occupied_from__lt=high, occupied_until__gt=low)
        .select_related("therapist", "room")
        .order_by("starts_at", "pk")[:_MOST_NAMED]
    )


def _visits(asked: Asked, low: datetime, high: datetime) -> Iterable[InTheWay]:
    """The therapist's own appointments."""
    found = _blocking(Q(therapist=asked.therapist), low, high)
    return [_visit(appointment, with_therapist=False) for appointment in found]


def _visits_in_rooms(asked: Asked, low: datetime, high: datetime) -> Iterable[InTheWay]:
    """What has the rooms that would suit, for as long as the visit would need one."""
    found = _blocking(Q(room__in=asked.option.rooms.filter(in_use=True)), *asked.occupied())
    return [_visit(appointment, with_therapist=True) for appointment in found]


def _time_off(asked: Asked, low: datetime, high: datetime) -> Iterable[InTheWay]:
    found = TimeOff.objects.filter(therapist=asked.therapist, period__overlap=(low, high))[:_MOST_NAMED]
    return [InTheWay(row, "", f"Time off: {row.note}" if row.note else "Time off") for row in found]


def _holds(asked: Asked, low: datetime, high: datetime) -> Iterable[InTheWay]:
    found = Hold.objects.filter(therapist=asked.therapist, period__startswith=low, period__endswith=high)[
        :_MOST_NAMED
    ]
    return [InTheWay(row, "", f"On hold: {row.note}" if row.note else "On hold") for row in found]


def _closures(asked: Asked, low: datetime, high: datetime) -> Iterable[InTheWay]:
    found = Closure.objects.filter(period__overlap=(low, high))[:_MOST_NAMED]
    return [InTheWay(row, row.name, f"Closure: {row.name}") for row in found]


def _other_hours(asked: Asked, low: datetime, high: datetime) -> Iterable[InTheWay]:
    day = when.in_clinic_zone(asked.start).date()
    found = OverrideHours.objects.filter(therapist=asked.therapist, date=day).order_by("start", "pk")
    return [InTheWay(row, "", f"Other hours on that date: {_stretch(row)}") for row in found[:_MOST_NAMED]]


def _stretch(row: OverrideHours) -> str:
    if row.start is None or row.end is None:
        return "none"
    begins, ends = (when.format_wall_time(*divmod(minute, 60)) for minute in (row.start, row.end))
    return f"{begins} to {ends}{' on top' if row.extra else ''}"


class _Words(NamedTuple):
    """A reason's sentence without its period; what follows where an interval is known; what finds the rows.

    `interval` may use {span} and {until}.
    """

    said: str
    interval: str = ": {span}"
    finds: Finder | None = None


_SAID: dict[ReasonCode, _Words] = {
    ReasonCode.SWITCHED_OFF: _Words("The option is switched off: it cannot be booked on the website"),
    ReasonCode.UNKNOWN_THERAPIST: _Words("The therapist does not give this option, or cannot be booked"),
    ReasonCode.OUTSIDE_WINDOW: _Words("The date is outside what can be looked at"),
    ReasonCode.MISSING_HOUR: _Words("The clocks go forward and skip that time"),
    ReasonCode.OFF_GRID: _Words("Visits do not start at that minute (see the booking policy)"),
    ReasonCode.OUTSIDE_HOURS: _Words(
        "The visit does not fit into the therapist’s weekly hours", ", which are then {span}"
    ),
    ReasonCode.OVERRIDE: _Words(
        "The visit does not fit into the therapist’s other hours of that date",
        ", which are then {span}",
        _other_hours,
    ),
    ReasonCode.PAST: _Words("That time is over"),
    ReasonCode.LEAD_TIME: _Words(
        "It is too soon for a booking on the website", ", which takes starts from {until} on"
    ),
    ReasonCode.HORIZON: _Words("It is further ahead than the clinic offers on the website"),
    ReasonCode.CLOSED: _Words("The clinic is closed", finds=_closures),
    ReasonCode.NOT_OFFERED: _Words("The option is not offered at that time of the week"),
    ReasonCode.OPTION_FULL: _Words("This option has its most bookings on that day"),
    ReasonCode.NO_ROOM: _Words("No room that suits is free", finds=_visits_in_rooms),
    ReasonCode.TIME_OFF: _Words("The therapist has time off", finds=_time_off),
    ReasonCode.BUSY: _Words("The therapist has another appointment", ": {span} with its buffers", _visits),
    ReasonCode.BUFFER: _Words(
        "The time kept free before or after it runs into another appointment",
        ": {span} with its buffers",
        _visits,
    ),
    ReasonCode.ON_HOLD: _Words("The desk keeps that time back", finds=_holds),
    ReasonCode.BREAK: _Words("The therapist’s break would not fit any more", ". Its place is in {span}"),
    ReasonCode.DAY_FULL: _Words("The therapist has the most visits of a day"),
    ReasonCode.GAP: _Words(
        "It would leave a gap too short to book, and another time beside it leaves less", ": {span}"
    ),
}
