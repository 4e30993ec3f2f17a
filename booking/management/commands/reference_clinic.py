"""`manage.py reference_clinic --appointments N`: the clinic that every benchmark runs on.

Five therapists, Monday to Friday 09:00 to 17:00 with 12:00 to 13:00 off, a 60-minute option with a 15-minute buffer
after it, starts every 15 minutes, the next 30 days 70% full, and the rest of the N appointments in the past.
More therapists and more days are for the benchmark of how its time grows.
"""

import random
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from blog.publishing import State
from booking import walltime
from booking.enums import AppointmentStatus
from booking.models import Appointment, ClinicPolicy, WeeklyHours
from flexclinic.lib import clock
from services.models import Service, ServiceOption, Therapist

DAYS = 30
FULL = 0.7
BATCH = 1000  # rows in a statement, which PostgreSQL lets have 65,535 values
HOURS = ((9 * 60, 12 * 60), (13 * 60, 17 * 60))
# Back to back with the buffer, the hours hold these starts, in minutes since midnight.
STARTS = (9 * 60, 10 * 60 + 15, 13 * 60, 14 * 60 + 15, 15 * 60 + 30)


def build(*, appointments: int, therapists: int = 5, days: int = DAYS) -> ServiceOption:
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
    _fill(option, [therapist.pk for therapist in people], appointments, days, now)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return option


def _dates(today: date, days: int) -> Iterator[tuple[date, bool]]:
    """The days to come, then back into the past for ever; and whether a day is to come."""
    for ahead in range(days):
        yield today + timedelta(days=ahead), True
    back = 1
    while True:
        yield today - timedelta(days=back), False
        back += 1


def _fill(option: ServiceOption, therapist_ids: list[int], count: int, days: int, now: datetime) -> None:
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
        for therapist_id in therapist_ids:
            for minute in STARTS:
                if (ahead and chance.random() >= FULL) or made >= count:
                    continue
                wall = local.midnight + minute * walltime.MINUTE
                [instant] = walltime.instants_of(zone, datetime.fromtimestamp(wall, UTC).replace(tzinfo=None))
                start = datetime.fromtimestamp(instant, UTC)
                batch.append(_appointment(option, therapist_id, start, now))
                made += 1
        if len(batch) >= BATCH:
            Appointment.objects.bulk_create(batch)
            batch = []
    Appointment.objects.bulk_create(batch)


def _appointment(option: ServiceOption, therapist_id: int, start: datetime, now: datetime) -> Appointment:
    end = start + timedelta(minutes=option.minutes)
    return Appointment(
        status=AppointmentStatus.CONFIRMED,
        option=option,
        therapist_id=therapist_id,
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
        parser.add_argument("--days", type=int, default=DAYS, help="How many days to come are 70% full.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Build it in one transaction."""
        self.stdout.write(f"Filling the diary with {options['appointments']:,} appointments …")
        with transaction.atomic():
            option = build(
                appointments=options["appointments"], therapists=options["therapists"], days=options["days"]
            )
        self.stdout.write(f"{Appointment.objects.count():,} appointments; book /book/{option.slug}/")
