"""Rows of the diary, made for a test without `booking.lifecycle`: no checks, no events, no messages."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from booking.enums import AppointmentStatus, NotificationKind
from booking.models import (
    Appointment,
    Closure,
    Hold,
    Notification,
    OfferedHours,
    OverrideHours,
    TimeOff,
    WeeklyHours,
    WorkingDay,
)
from flexclinic.lib import clock
from services.models import Room, ServiceOption, Therapist
from tests.factories.services import make_option, make_therapist

_MONDAY_TO_FRIDAY = range(5)
_WITH_A_BREAK = (("09:00", "12:00"), ("13:00", "17:00"))


def _minutes(text: str) -> int:
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)


def make_weekly_hours(
    *,
    therapist: Therapist,
    weekdays: Iterable[int] = _MONDAY_TO_FRIDAY,
    stretches: Iterable[tuple[str, str]] = _WITH_A_BREAK,
    every: int = 1,
    valid_from: date | None = None,
    valid_until: date | None = None,
) -> list[WeeklyHours]:
    """Monday (0) to Friday from 9 to 12 and from 1 to 5, on the clinic's wall clock."""
    return WeeklyHours.objects.bulk_create(
        WeeklyHours(
            therapist=therapist,
            weekday=weekday,
            start=_minutes(start),
            end=_minutes(end),
            every=every,
            valid_from=valid_from,
            valid_until=valid_until,
        )
        for weekday in weekdays
        for start, end in stretches
    )


def make_override_hours(
    *, therapist: Therapist, on: date, stretches: Iterable[tuple[str, str]] = (), extra: bool = False
) -> list[OverrideHours]:
    """Other hours on a date; without stretches, none. Extra ones come on top of the weekly ones."""
    rows: list[tuple[int, int] | tuple[None, None]] = [
        (_minutes(start), _minutes(end)) for start, end in stretches
    ]
    return OverrideHours.objects.bulk_create(
        OverrideHours(therapist=therapist, date=on, start=start, end=end, extra=extra)
        for start, end in rows or [(None, None)]
    )


def make_time_off(*, therapist: Therapist, start: datetime, end: datetime) -> TimeOff:
    """Between two aware instants the therapist sees nobody."""
    return TimeOff.objects.create(therapist=therapist, period=DateTimeTZRange(start, end, "[)"))


def make_hold(
    *,
    therapist: Therapist,
    start: datetime,
    end: datetime,
    note: str = "",
    released_at: datetime | None = None,
) -> Hold:
    """Between two aware instants the desk keeps the therapist's time back."""
    period = DateTimeTZRange(start, end, "[)")
    return Hold.objects.create(therapist=therapist, period=period, note=note, released_at=released_at)


def make_working_day(
    *, therapist: Therapist, most_visits: int | None = None, pause: tuple[str, str, int] | None = None
) -> WorkingDay:
    """What a therapist's days have to keep; `pause` is (not before, over by, minutes)."""
    start, end, minutes = pause or (None, None, None)
    return WorkingDay.objects.create(
        therapist=therapist,
        most_visits=most_visits,
        break_minutes=minutes,
        break_from=_minutes(start) if start else None,
        break_until=_minutes(end) if end else None,
    )


def make_offered_hours(*, option: ServiceOption, weekday: int, stretch: tuple[str, str]) -> OfferedHours:
    """The option is offered in a stretch of a weekday (0 is Monday)."""
    return OfferedHours.objects.create(
        option=option, weekday=weekday, start=_minutes(stretch[0]), end=_minutes(stretch[1])
    )


def make_closure(*, start: datetime, end: datetime, name: str = "Holiday") -> Closure:
    """Between two aware instants the clinic is closed."""
    return Closure.objects.create(period=DateTimeTZRange(start, end, "[)"), name=name)


def make_appointment(
    *,
    start: datetime | None = None,
    option: ServiceOption | None = None,
    therapist: Therapist | None = None,
    room: Room | None = None,
    status: str = AppointmentStatus.REQUESTED,
    name: str = "Pat Example",
    email: str = "pat@example.test",
    phone: str = "(212) 555-0199",
    **fields: Any,
) -> Appointment:
    """A visit as long and with the buffers that its option has; by default a week from now at 10, asked for.

    Without a therapist it makes a new one, so that two appointments do not overlap by chance.
    """
    option = option or make_option()
    therapist = therapist or make_therapist(options=[option])
    if start is None:
        start = datetime.combine(clock.today() + timedelta(days=7), time(10), clock.clinic_zone())
    end = start + timedelta(minutes=option.minutes)
    appointment = Appointment.objects.create(
        **{
            "option": option,
            "therapist": therapist,
            "room": room,
            "status": status,
            "visit": DateTimeTZRange(start, end, "[)"),
            "occupied": DateTimeTZRange(
                start - timedelta(minutes=option.buffer_before),
                end + timedelta(minutes=option.buffer_after),
                "[)",
            ),
            "price": option.price,
            "name": name,
            "email": email,
            "phone": phone,
            "created_at": clock.now(),
            **fields,
        }
    )
    appointment.refresh_from_db()
    return appointment


def make_notification(
    *,
    appointment: Appointment | None = None,
    kind: NotificationKind = NotificationKind.RECEIVED,
    version: int | None = None,
    **fields: Any,
) -> Notification:
    """A row of the outbox that waits, without a job."""
    appointment = appointment or make_appointment()
    return Notification.objects.create(
        **{
            "appointment": appointment,
            "kind": kind,
            "version": appointment.version if version is None else version,
            "created_at": clock.now(),
            **fields,
        }
    )
