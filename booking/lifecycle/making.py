"""New appointments: asked for on the website, booked by the desk, offered to the waiting list."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.db import connection

from booking import availability, contacts, notifications, undoing
from booking.enums import (
    Actor,
    AppointmentStatus,
    NotificationKind,
    SafetyOutcome,
    Source,
)
from booking.exceptions import (
    BookingError,
    TherapistNotOfferedError,
    TimeJustGoneError,
)
from booking.lifecycle import locking, writing
from booking.lifecycle.locking import one_transaction
from booking.models import Appointment
from booking.safety import Passed
from booking.transitions import Action
from flexclinic.lib import clock, rows
from services.models import Room, ServiceOption, Therapist


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Who books, as they wrote it themselves."""

    name: str
    email: str = ""
    phone: str = ""
    first_visit: bool = False
    note: str = ""
    consent_version: str = ""
    safety: Passed | None = None


def _new(
    *,
    option: ServiceOption,
    therapist_id: int,
    room_id: int | None,
    start: datetime,
    status: AppointmentStatus,
    contact: Contact,
    request_key: uuid.UUID,
    source: Source,
    buffers: bool = True,
    series: uuid.UUID | None = None,
) -> Appointment:
    now = clock.now()
    visit, occupied = writing.span(
        start,
        option.minutes,
        option.buffer_before if buffers else 0,
        option.buffer_after if buffers else 0,
    )
    return Appointment(
        status=status,
        option=option,
        therapist_id=therapist_id,
        room_id=room_id,
        visit=visit,
        occupied=occupied,
        price=option.price,
        name=contact.name,
        email=contact.email,
        phone=contact.phone,
        first_visit=contact.first_visit,
        note=contact.note,
        consented_at=now if contact.consent_version else None,
        consent_version=contact.consent_version,
        safety_outcome=SafetyOutcome.CLEAR if contact.safety else "",
        safety_version=contact.safety.version if contact.safety else "",
        safety_at=contact.safety.at if contact.safety else None,
        source=source,
        request_key=request_key,
        series=series,
        created_at=now,
    )


@one_transaction
def request(
    *,
    option: ServiceOption,
    therapist: Therapist | None,
    start: datetime,
    contact: Contact,
    request_key: uuid.UUID,
) -> Appointment:
    """Book a start for a patient, with one therapist or (None) with anyone who is free.

    An instant option is confirmed at once, another waits for the desk; both keep their time from now on. The same
    `request_key` again gives the appointment that the first one made. With anyone, the choices are tried in the
    order of `availability.choices_at`, so that a lost race for one goes on to the next.

    Raises TimeJustGoneError for a time that is taken, seen at once or in a lost race, TimeNotOfferedError for one that
    the clinic does not offer, TherapistNotOfferedError for a therapist who does not give the option, TooManyOpenError
    for somebody with as many open bookings as the policy allows.
    """
    status = AppointmentStatus.CONFIRMED if option.is_instant else AppointmentStatus.REQUESTED
    try:
        contacts.hold_to_most_open(email=contact.email, phone=contact.phone)
        locking.lock_limited(option=option, therapist=therapist, start=start)
        choices = availability.choices_at(option=option, therapist=therapist, start=start)
    except BookingError:
        if earlier := made_by(request_key):
            return earlier  # it is this request that took the time, when it was sent before
        raise
    for choice in choices:
        appointment = _new(
            option=option,
            therapist_id=choice.therapist_id,
            room_id=choice.room_id,
            start=start,
            status=status,
            contact=contact,
            request_key=request_key,
            source=Source.WEB,
        )
        if rows.insert(appointment, unless_in_conflict=True):
            action = Action.BOOK if option.is_instant else Action.REQUEST
            writing.record(appointment, action, before="", actor=Actor.PATIENT, user=None)
            told = NotificationKind.CONFIRMED if option.is_instant else NotificationKind.RECEIVED
            notifications.tell(appointment=appointment, kind=told)
            return appointment
        if earlier := made_by(request_key):
            return earlier  # the same form, sent twice at once
    raise TimeJustGoneError


def made_by(request_key: uuid.UUID) -> Appointment | None:
    """The appointment that a form with this key made before; as a rule there is none, and it costs one short query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM booking_appointment WHERE request_key = %s", [request_key])
        found = cursor.fetchone()
    return Appointment.objects.get(pk=found[0]) if found else None


@one_transaction
def book(
    *,
    option: ServiceOption,
    therapist: Therapist,
    room: Room | None,
    start: datetime,
    contact: Contact,
    user: User | None,
    request_key: uuid.UUID | None = None,
    buffers: bool = True,
    series: uuid.UUID | None = None,
    patient_id: int | None = None,
    told: NotificationKind | None = NotificationKind.CONFIRMED,
) -> Appointment:
    """Book for the desk: confirmed at once, at any start that overlaps nothing, with or without buffers.

    The desk may go outside the hours and the notice that the website keeps to. `patient_id` is the record of who
    comes. `series` is what visits that were booked together have in common; see `booking.series`, which tells of all
    of them at once and so of none here (`told`). Raises TherapistNotOfferedError and TimeJustGoneError.
    """
    if not therapist.options.filter(pk=option.pk).exists():
        raise TherapistNotOfferedError
    return book_choice(
        option=option,
        choice=availability.Choice(therapist.pk, room.pk if room else None),
        start=start,
        contact=contact,
        user=user,
        request_key=request_key or uuid.uuid4(),
        buffers=buffers,
        series=series,
        patient_id=patient_id,
        told=told,
    )


def book_choice(
    *,
    option: ServiceOption,
    choice: availability.Choice,
    start: datetime,
    contact: Contact,
    user: User | None,
    request_key: uuid.UUID,
    buffers: bool = True,
    series: uuid.UUID | None = None,
    patient_id: int | None = None,
    told: NotificationKind | None = NotificationKind.CONFIRMED,
) -> Appointment:
    """`book` at one of the choices of `availability`, as a part of the caller's own transaction.

    Raises TimeJustGoneError before anything is written: the caller goes on to the next choice.
    """
    appointment = _new(
        option=option,
        therapist_id=choice.therapist_id,
        room_id=choice.room_id,
        start=start,
        status=AppointmentStatus.CONFIRMED,
        contact=contact,
        request_key=request_key,
        source=Source.DESK,
        buffers=buffers,
        series=series,
    )
    appointment.patient_id = patient_id
    if not rows.insert(appointment, unless_in_conflict=True):
        if earlier := made_by(appointment.request_key):
            return earlier
        raise TimeJustGoneError("The therapist or the room is taken at that time.")
    writing.record(appointment, Action.BOOK, before="", actor=Actor.DESK, user=user)
    if told:
        notifications.tell(appointment=appointment, kind=told)
    return appointment


@one_transaction
def offer(
    *,
    option: ServiceOption,
    therapists: Collection[int],
    start: datetime,
    contact: Contact,
    patient_id: int | None = None,
) -> Appointment:
    """Keep a start for somebody of the waiting list, by all rules of the website, and tell them.

    `therapists` are the ids of those who suit; none at all means anyone. A time is passed over that the desk freed
    just now and may still take back. Raises TimeJustGoneError and
    TimeNotOfferedError as `request` does.
    """
    locking.lock_limited(option=option, therapist=None, start=start)
    choices = availability.choices_at(option=option, therapist=None, start=start)
    returning = undoing.returning()  # after the choices: what is freed in between was not among them
    _, occupied = writing.span(start, option.minutes, option.buffer_before, option.buffer_after)
    for choice in choices:
        if therapists and choice.therapist_id not in therapists:
            continue
        if any(
            time.meets(
                therapist_id=choice.therapist_id,
                room_id=choice.room_id,
                low=occupied.lower,
                high=occupied.upper,
            )
            for time in returning
        ):
            continue
        appointment = _new(
            option=option,
            therapist_id=choice.therapist_id,
            room_id=choice.room_id,
            start=start,
            status=AppointmentStatus.OFFERED,
            contact=contact,
            request_key=uuid.uuid4(),
            source=Source.WAITING,
        )
        appointment.patient_id = patient_id
        if rows.insert(appointment, unless_in_conflict=True):
            writing.record(appointment, Action.OFFER, before="", actor=Actor.SYSTEM, user=None)
            notifications.tell(appointment=appointment, kind=NotificationKind.OFFERED)
            return appointment
    raise TimeJustGoneError
