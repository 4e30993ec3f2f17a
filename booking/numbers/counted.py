"""What the numbers count: which states are a visit, and whose names the rows have. And how their SQL is asked."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection

from booking.contacts import TRIAL
from booking.enums import BLOCKING, AppointmentStatus
from booking.numbers.period import Period
from flexclinic.lib import clock
from services.models import Room, ServiceOption, Therapist

#: The patient was here.
CAME = tuple(
    status
    for status in BLOCKING
    if status not in {AppointmentStatus.REQUESTED, AppointmentStatus.OFFERED, AppointmentStatus.CONFIRMED}
)
#: It took place, or keeps its time. What is only offered to the waiting list is nobody's visit yet.
VISITS = tuple(status for status in BLOCKING if status != AppointmentStatus.OFFERED)

#: A time that was offered counts as booked from when somebody took it: a JOIN and a condition for `a`, appointments.
WITH_OFFERS = "LEFT JOIN booking_offer AS offer ON offer.appointment_id = a.id"
#: And a clinic's trial of its own booking counts as nobody's.
TAKEN_IF_OFFERED = f"(a.source <> 'waiting' OR offer.state = 'accepted') AND a.name <> '{TRIAL}'"

#: Visits are in a period by the start.
STARTS_IN_PERIOD = "a.starts_at >= %(start)s::timestamptz AND a.starts_at < %(end)s::timestamptz"


def words_of(statuses: Iterable[str]) -> str:
    """States as a list in SQL."""
    return ", ".join(f"'{status}'" for status in statuses)


def asked(sql: str, period: Period, **more: Any) -> list[tuple[Any, ...]]:
    """The rows of a query about a period: it may name start, end (instants), zone and now."""
    start, end = period.bounds
    given = {"start": start, "end": end, "zone": str(clock.clinic_zone()), "now": clock.now(), **more}
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


@dataclass(frozen=True, slots=True)
class Names:
    """Names by primary key, in the clinic's order."""

    therapists: Mapping[int, str]
    rooms: Mapping[int, str]
    options: Mapping[int, str]
    bookable: frozenset[int]
    in_use: frozenset[int]


def names() -> Names:
    """Three queries."""
    therapists = list(Therapist.objects.values_list("pk", "title", "bookable"))
    rooms = list(Room.objects.values_list("pk", "name", "in_use"))
    options = ServiceOption.objects.order_by("service__position", "position", "minutes", "name")
    return Names(
        {pk: name for pk, name, _ in therapists},
        {pk: name for pk, name, _ in rooms},
        {pk: f"{title}: {name}" for pk, title, name in options.values_list("pk", "service__title", "name")},
        frozenset(pk for pk, _, bookable in therapists if bookable),
        frozenset(pk for pk, _, in_use in rooms if in_use),
    )
