"""A visit for somebody on the phone or at the counter: with their record, which is made where there is none yet.

Each function is one transaction. Above `lifecycle`, which writes the appointment and does not know callers.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User

from booking import availability, lifecycle, openings
from booking.enums import NotificationKind
from booking.exceptions import BookingError, TimeJustGoneError
from booking.models import Appointment, Patient
from flexclinic.lib import clock
from services.models import ServiceOption, Therapist


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who comes. Without a `patient_id` they get a record; `visits` are earlier appointments that it is of, too."""

    contact: lifecycle.Contact
    patient_id: int | None = None
    visits: Sequence[int] = ()


class _SentBeforeError(Exception):
    """The same form has booked already, at the same moment: what was made for it now is taken back."""

    def __init__(self, appointment: Appointment) -> None:
        self.appointment = appointment


def book(
    *,
    caller: Caller,
    option: ServiceOption,
    therapist: Therapist | None,
    start: datetime,
    user: User | None,
    request_key: uuid.UUID,
) -> Appointment:
    """Book an opening, with one therapist or (None) with whoever is free and whose day it fits best.

    The same `request_key` again gives the appointment that the first one made, and no second record. Raises
    TimeJustGoneError for a time that is taken, TimeNotOfferedError for one that nobody is there for.
    """
    try:
        return _book(
            caller=caller,
            option=option,
            therapist=therapist,
            start=start,
            now=_read_out_at(start),
            user=user,
            request_key=request_key,
            told=NotificationKind.CONFIRMED,
        )
    except _SentBeforeError as before:
        return before.appointment


def walk_in(
    *,
    caller: Caller,
    option: ServiceOption,
    therapist: Therapist | None,
    user: User | None,
    request_key: uuid.UUID,
) -> Appointment:
    """Book the very next start for somebody who is here, and mark them as arrived. No message tells them so.

    Raises TimeJustGoneError where nobody, or not this therapist, is free now or soon.
    """
    try:
        return _walk_in(caller=caller, option=option, therapist=therapist, user=user, request_key=request_key)
    except _SentBeforeError as before:
        return before.appointment


def _read_out_at(start: datetime) -> datetime:
    """The moment that a booking counts from: a start that was read out to the caller may have begun meanwhile."""
    now = clock.now()
    return start if now - openings.SOON < start < now else now


@lifecycle.one_transaction
def _walk_in(
    *,
    caller: Caller,
    option: ServiceOption,
    therapist: Therapist | None,
    user: User | None,
    request_key: uuid.UUID,
) -> Appointment:
    opening = openings.for_a_walk_in(option=option, therapist=therapist)
    if opening is None:
        if earlier := lifecycle.made_by(request_key):
            return earlier
        raise TimeJustGoneError
    booked = _book(
        caller=caller,
        option=option,
        therapist=therapist,
        start=opening.start,
        now=opening.start,
        user=user,
        request_key=request_key,
        told=None,
    )
    if booked.version > 1 or booked.starts_at != opening.start:
        return booked  # sent before
    return lifecycle.arrive(appointment=booked, user=user, version=booked.version)


@lifecycle.one_transaction
def _book(
    *,
    caller: Caller,
    option: ServiceOption,
    therapist: Therapist | None,
    start: datetime,
    now: datetime,
    user: User | None,
    request_key: uuid.UUID,
    told: NotificationKind | None,
) -> Appointment:
    try:
        choices = availability.choices_at(
            option=openings.at_the_desk(option), therapist=therapist, start=start, now=now
        )
    except BookingError:
        if earlier := lifecycle.made_by(request_key):
            return earlier  # it is this form that took the time, when it was sent before
        raise
    record = None if caller.patient_id else _record_of(caller.contact)
    patient_id = record.pk if record else caller.patient_id
    for choice in choices:
        try:
            booked = lifecycle.book_choice(
                option=option,
                choice=choice,
                start=start,
                contact=caller.contact,
                user=user,
                request_key=request_key,
                patient_id=patient_id,
                told=told,
            )
        except TimeJustGoneError:
            continue  # another room or therapist may still be free
        if booked.patient_id != patient_id:
            raise _SentBeforeError(booked)
        if record and caller.visits:
            Appointment.objects.filter(pk__in=caller.visits, patient=None).update(patient=record)
        return booked
    raise TimeJustGoneError


def _record_of(contact: lifecycle.Contact) -> Patient:
    """A new record of a person, in the words that the desk typed."""
    return Patient.objects.create(name=contact.name, email=contact.email, phone=contact.phone)
