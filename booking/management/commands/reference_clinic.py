"""`manage.py reference_clinic --appointments N`: the clinic that every benchmark runs on.

Five therapists, Monday to Friday 09:00 to 17:00 with 12:00 to 13:00 off, a 60-minute option with a 15-minute buffer
after it, starts every 15 minutes, the next 30 days 70% full, and the rest of the N appointments in the past.
More therapists and more days are for the benchmark of how its time grows.

With `--every-rule` the clinic says everything that a clinic can say about its time: rooms, hours of the option, most
bookings and visits a day, breaks, holds, other and extra hours, time off, a closure, and no short gaps.
"""

import random
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from blog.publishing import State
from booking import walltime
from booking.enums import AppointmentStatus
from booking.models import (
    Appointment,
    ClinicPolicy,
    Closure,
    Hold,
    OfferedHours,
    OverrideHours,
    TimeOff,
    WeeklyHours,
    WorkingDay,
)
from flexclinic.lib import clock
from services.models import Room, Service, ServiceOption, Therapist

DAYS = 30
FULL = 0.7
BATCH = 1000  # rows in a statement, which PostgreSQL lets have 65,535 values
HOURS = ((9 * 60, 12 * 60), (13 * 60, 17 * 60))
# Back to back with the buffer, the hours hold these starts, in minutes since midnight.
STARTS = (9 * 60, 10 * 60 + 15, 13 * 60, 14 * 60 + 15, 15 * 60 + 30)


def build(
    *, appointments: int, therapists: int = 5, days: int = DAYS, every_rule: bool = False
) -> ServiceOption:
    """Fill an empty database and give the option that is booked. The same numbers give the same clinic each day.

    Raises CommandError where there are services already, or where the appointments do not fill the 30 days.
    """
    if Service.objects.exists():
        raise CommandError("The database holds a clinic already. Use an empty one.")
    now = clock.now()
    live = {"state": State.LIVE, "publish_at": now}
    ClinicPolicy.objects.update_or_create(
        pk=1, defaults={"lead_minutes": 120, "horizon_days": max(60, days), "step_minutes": 15}
    )
    service = Service.objects.create(title="Reference", slug="reference", summary="For benchmarks.", **live)
    option = ServiceOption.objects.create(
        service=service,
        name="60 minutes",
        slug="reference-60",
        minutes=60,
        buffer_after=15,
        price=Decimal(95),
        booking=ServiceOption.Booking.INSTANT,
    )
    people = [
        Therapist.objects.create(
            title=f"Therapist {number}", slug=f"therapist-{number}", summary="For benchmarks.", **live
        )
        for number in range(1, therapists + 1)
    ]
    for therapist in people:
        therapist.options.add(option)
    WeeklyHours.objects.bulk_create(
        WeeklyHours(therapist=therapist, weekday=weekday, start=start, end=end)
        for therapist in people
        for weekday in range(5)
        for start, end in HOURS
    )
    rooms: list[int | None] = [None] * therapists
    if every_rule:
        rooms = [*_add_every_rule(option, people, now)]
    _fill(option, [therapist.pk for therapist in people], rooms, appointments, days, now)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return option


def _add_every_rule(option: ServiceOption, people: list[Therapist], now: datetime) -> list[int]:
    """Every rule that a clinic can set, each so that it has something to say; the ids of a room for each therapist."""
    zone = clock.clinic_zone()
    today = now.astimezone(zone).date()

    def period(days: int, start: int, end: int) -> DateTimeTZRange:
        midnight = datetime.combine(today + timedelta(days=days), time(), zone)
        return DateTimeTZRange(midnight + timedelta(minutes=start), midnight + timedelta(minutes=end), "[)")

    rooms = [
        Room.objects.create(name=f"Room {number}", slug=f"room-{number}")
        for number, _ in enumerate(people, 1)
    ]
    option.rooms.set(rooms)
    option.most_a_day = 4 * len(people)
    option.save()
    ClinicPolicy.objects.update(offers=ClinicPolicy.Offers.NO_GAPS)
    OfferedHours.objects.bulk_create(
        OfferedHours(option=option, weekday=weekday, start=9 * 60, end=16 * 60 + 45) for weekday in range(5)
    )
    Closure.objects.create(name="Closed", period=period(10, 0, 1440))
    for number, therapist in enumerate(people):
        WorkingDay.objects.create(
            therapist=therapist, most_visits=5, break_minutes=30, break_from=11 * 60, break_until=14 * 60
        )
        Hold.objects.create(therapist=therapist, period=period(2 + number, 15 * 60, 16 * 60))
        TimeOff.objects.create(therapist=therapist, period=period(9 + number, 9 * 60, 12 * 60))
        day = today + timedelta(days=16 + number)
        OverrideHours.objects.create(therapist=therapist, date=day, start=10 * 60, end=15 * 60)
        OverrideHours.objects.create(
            therapist=therapist, date=day + timedelta(days=1), start=17 * 60, end=19 * 60, extra=True
        )
    return [room.pk for room in rooms]


def _dates(today: date, days: int) -> Iterator[tuple[date, bool]]:
    """The days to come, then back into the past for ever; and whether a day is to come."""
    for ahead in range(days):
        yield today + timedelta(days=ahead), True
    back = 1
    while True:
        yield today - timedelta(days=back), False
        back += 1


def _fill(
    option: ServiceOption,
    therapist_ids: list[int],
    room_ids: list[int | None],
    count: int,
    days: int,
    now: datetime,
) -> None:
    chance = random.Random(20261122)  # noqa: S311 - the same clinic every time
    zone = clock.clinic_zone()
    batch: list[Appointment] = []
    made = 0
    for day, ahead in _dates(now.astimezone(zone).date(), days):
        if day.weekday() > 4:
            continue
        if not ahead and made >= count:
            break
        [local] = walltime.local_days(zone, day, 1)
        for therapist_id, room_id in zip(therapist_ids, room_ids, strict=True):
            for minute in STARTS:
                if (ahead and chance.random() >= FULL) or made >= count:
                    continue
                wall = local.midnight + minute * walltime.MINUTE
                [instant] = walltime.instants_of(zone, datetime.fromtimestamp(wall, UTC).replace(tzinfo=None))
                start = datetime.fromtimestamp(instant, UTC)
                batch.append(_appointment(option, therapist_id, room_id, start, now))
                made += 1
        if len(batch) >= BATCH:
            Appointment.objects.bulk_create(batch)
            batch = []
    Appointment.objects.bulk_create(batch)


def _appointment(
    option: ServiceOption, therapist_id: int, room_id: int | None, start: datetime, now: datetime
) -> Appointment:
    end = start + timedelta(minutes=option.minutes)
    return Appointment(
        status=AppointmentStatus.CONFIRMED,
        option=option,
        therapist_id=therapist_id,
        room_id=room_id,
        visit=DateTimeTZRange(start, end, "[)"),
        occupied=DateTimeTZRange(start, end + timedelta(minutes=option.buffer_after), "[)"),
        price=option.price,
        name="Reference (demo)",
        created_at=now,
    )


class Command(BaseCommand):
    """Fill an empty database with the reference clinic."""

    help = "Fills an empty database with the clinic that the benchmarks run on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How many appointments, and of how big a clinic."""
        parser.add_argument("--appointments", type=int, default=1000, metavar="N")
        parser.add_argument("--therapists", type=int, default=5)
        parser.add_argument("--days", type=int, default=DAYS, help="How many days to come are 70%% full.")
        parser.add_argument("--every-rule", action="store_true", help="Set every rule that a clinic can set.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Build it in one transaction."""
        self.stdout.write(f"Filling the diary with {options['appointments']:,} appointments …")
        with transaction.atomic():
            option = build(
                appointments=options["appointments"],
                therapists=options["therapists"],
                days=options["days"],
                every_rule=options["every_rule"],
            )
        self.stdout.write(f"{Appointment.objects.count():,} appointments; book /book/{option.slug}/")
