"""The next visit of somebody who was just here: what is free in 1, 2 and 4 weeks at about the same time."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db.models import Q

from booking import lifecycle, series, walltime
from booking.enums import AppointmentStatus
from booking.exceptions import TimeJustGoneError
from booking.models import Appointment
from flexclinic.lib import clock, when
from services.models import Room, ServiceOption

#: So many weeks on somebody usually comes again.
WEEKS = (1, 2, 4)
#: So many times are offered for each where the usual one is not free.
_CHOICES = 3
_TO_COME = (AppointmentStatus.REQUESTED, AppointmentStatus.CONFIRMED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """What is free so many weeks on with the same therapist. `usual` says that it is the same day and time."""

    weeks: int
    starts: tuple[datetime, ...]
    usual: bool


def openings(appointment: Appointment) -> list[Ahead]:
    """The free times 1, 2 and 4 weeks on, at about the same time of the day. Books and keeps nothing.

    All that the website keeps to but its notice, its horizon and its grid holds here too. After a visit of long ago it
    is counted from the newest such weekday. Empty where the therapist does not give the option any more.
    """
    option, therapist = appointment.option, appointment.therapist
    if not therapist.bookable or not therapist.options.filter(pk=option.pk).exists():
        return []
    planned = series.plan(
        option=option,
        therapist=therapist,
        first_start=_counted_from(appointment),
        visits=max(WEEKS) + 1,
        every_weeks=1,
    )
    found = []
    for weeks in WEEKS:
        visit = planned[weeks]
        starts = (visit.start,) if visit.free and visit.start else visit.alternatives[:_CHOICES]
        found.append(Ahead(weeks=weeks, starts=starts, usual=visit.free))
    return found


def _counted_from(appointment: Appointment) -> datetime:
    """The visit's start, taken to the newest such weekday that has begun."""
    past = max(clock.now() - appointment.starts_at, timedelta())
    wall = when.in_clinic_zone(appointment.starts_at).replace(tzinfo=None, fold=0)
    instants = walltime.instants_of(clock.clinic_zone(), wall + timedelta(weeks=past // timedelta(weeks=1)))
    if not instants:  # the clocks skip it
        first: datetime = appointment.starts_at
        return first
    return datetime.fromtimestamp(instants[0], clock.clinic_zone())


def to_come(appointment: Appointment) -> list[Appointment]:
    """What the same person has booked already: by their record, by the series, or by name and email or phone."""
    same = Q(pk__in=[visit.pk for visit in series.members(appointment.series)]) if appointment.series else Q()
    if appointment.patient_id:
        same |= Q(patient=appointment.patient_id)
    if appointment.email:
        same |= Q(name=appointment.name, email=appointment.email)
    if appointment.phone:
        same |= Q(name=appointment.name, phone=appointment.phone)
    if not same:
        return []
    found = Appointment.objects.filter(same, status__in=_TO_COME, starts_at__gt=clock.now())
    return list(
        found.exclude(pk=appointment.pk)
        .select_related("option__service", "therapist", "room")
        .order_by("starts_at")
    )


@lifecycle.one_transaction
def book(*, after: Appointment, start: datetime, user: User | None, request_key: uuid.UUID) -> Appointment:
    """Book the same again: confirmed at once, with the contact and the record of the visit before.

    In the same room where it is free, or else the first by name that suits. The same `request_key` again gives what the
    first one booked. Raises TimeJustGoneError and TherapistNotOfferedError.
    """
    contact = lifecycle.Contact(name=after.name, email=after.email, phone=after.phone)
    for room in _rooms(after.option, after.room):
        try:
            booked = lifecycle.book(
                option=after.option,
                therapist=after.therapist,
                room=room,
                start=start,
                contact=contact,
                user=user,
                request_key=request_key,
            )
        except TimeJustGoneError:
            continue  # another room may be free
        if after.patient_id and booked.patient_id is None:
            booked.patient_id = after.patient_id
            booked.save(update_fields=["patient"])
        return booked
    raise TimeJustGoneError


def _rooms(option: ServiceOption, last: Room | None) -> list[Room | None]:
    if not option.rooms.exists():
        return [None]
    found = list(option.rooms.filter(in_use=True).order_by("name"))
    return [*sorted(found, key=lambda room: room != last)]
