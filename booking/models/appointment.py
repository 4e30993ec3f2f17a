"""Appointments and their history. The constraints here are the judge of every race."""

import secrets
import uuid
from datetime import timedelta

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Lower

from booking.enums import BLOCKING, Actor, AppointmentStatus, SafetyOutcome, Source
from booking.models.searching import trigrams

_REFERENCE_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # none that is mistaken for another on the phone

_AHEAD = (AppointmentStatus.REQUESTED, AppointmentStatus.OFFERED, AppointmentStatus.CONFIRMED)

#: No visit with its buffers is longer. It lets the diary's window be fetched by one bounded range of an index.
LONGEST_OCCUPIED = timedelta(hours=24)


def new_reference() -> str:
    """A short name for an appointment, as in "K7QM-3XWP", easy to say on the phone. Opens nothing by itself."""
    letters = "".join(secrets.choice(_REFERENCE_LETTERS) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"


def _lower(field: str) -> Func:
    return Func(F(field), function="lower", output_field=models.DateTimeField())


def _upper(field: str) -> Func:
    return Func(F(field), function="upper", output_field=models.DateTimeField())


def _phone_tail() -> Func:
    """The last 7 digits of a phone number without its extension."""
    digits = "right(regexp_replace(lower(%(expressions)s), '(e|x|#).*|[^0-9]', '', 'g'), 7)"
    return Func(F("phone"), template=digits, output_field=models.TextField())


class Appointment(models.Model):
    """A visit, asked for or agreed. Only `booking.lifecycle` writes its status, times, therapist and room."""

    reference = models.CharField(max_length=9, unique=True, default=new_reference, editable=False)
    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    status = models.CharField(max_length=20, choices=AppointmentStatus.choices, db_index=True)

    option = models.ForeignKey(
        "services.ServiceOption", on_delete=models.PROTECT, related_name="appointments"
    )
    therapist = models.ForeignKey("services.Therapist", on_delete=models.PROTECT, related_name="appointments")
    room = models.ForeignKey(
        "services.Room", on_delete=models.PROTECT, related_name="appointments", null=True, blank=True
    )
    visit = DateTimeRangeField(help_text="The visit itself, half-open.")
    occupied = DateTimeRangeField(help_text="The visit with its buffers, half-open.")
    price = models.DecimalField(max_digits=8, decimal_places=2, help_text="As agreed when it was booked.")

    name = models.CharField(max_length=200)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=40, blank=True)
    first_visit = models.BooleanField(default=False)
    note = models.TextField(blank=True, max_length=1000)
    consented_at = models.DateTimeField(null=True, blank=True)
    consent_version = models.CharField(max_length=20, blank=True)
    # The outcome of the safety check and no more; empty where it was not done.
    safety_outcome = models.CharField(
        "safety check", max_length=10, choices=SafetyOutcome.choices, blank=True, default="", db_default=""
    )
    safety_version = models.CharField(max_length=20, blank=True, default="", db_default="", editable=False)
    safety_at = models.DateTimeField(null=True, blank=True, editable=False)
    patient = models.ForeignKey(
        "booking.Patient", on_delete=models.SET_NULL, related_name="appointments", null=True, blank=True
    )

    source = models.CharField(max_length=10, choices=Source.choices, default=Source.WEB)
    request_key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    # What visits that were booked together have in common. No index: `booking.series` finds them by request_key.
    series = models.UUIDField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(editable=False)

    # When they came, and when they went to the room; both while the status is "arrived", and kept afterwards.
    arrived_at = models.DateTimeField(null=True, blank=True, editable=False)
    in_room_at = models.DateTimeField(null=True, blank=True, editable=False)

    # Plain columns of the ranges' ends, kept by the database, so that an index can serve a window by itself.
    starts_at = models.GeneratedField(
        expression=_lower("visit"), output_field=models.DateTimeField(), db_persist=True
    )
    ends_at = models.GeneratedField(
        expression=_upper("visit"), output_field=models.DateTimeField(), db_persist=True
    )
    occupied_from = models.GeneratedField(
        expression=_lower("occupied"), output_field=models.DateTimeField(), db_persist=True
    )
    occupied_until = models.GeneratedField(
        expression=_upper("occupied"), output_field=models.DateTimeField(), db_persist=True
    )

    class Meta:
        ordering = ["starts_at"]
        permissions = [
            ("see_every_appointment", "Can see the appointments and the patients of every therapist"),
            ("mark_appointment", "Can mark their own visits as arrived, done or not come"),
            ("view_numbers", "Can see the clinic's numbers"),
        ]
        constraints = [
            ExclusionConstraint(
                name="therapist_is_in_one_place",
                expressions=[("therapist", RangeOperators.EQUAL), ("occupied", RangeOperators.OVERLAPS)],
                condition=Q(status__in=BLOCKING),
                violation_error_message="The therapist has another appointment at that time.",
            ),
            ExclusionConstraint(
                name="room_holds_one_visit",
                expressions=[("room", RangeOperators.EQUAL), ("occupied", RangeOperators.OVERLAPS)],
                condition=Q(status__in=BLOCKING, room__isnull=False),
                violation_error_message="The room is taken at that time.",
            ),
            models.CheckConstraint(
                condition=Q(visit__isempty=False, visit__lower_inf=False, visit__upper_inf=False),
                name="visit_is_bounded",
            ),
            models.CheckConstraint(
                condition=Q(
                    occupied__contains=F("visit"), occupied__lower_inf=False, occupied__upper_inf=False
                ),
                name="occupied_contains_visit",
            ),
            models.CheckConstraint(
                condition=Q(occupied_until__lte=F("occupied_from") + LONGEST_OCCUPIED),
                name="occupied_is_at_most_a_day",
            ),
            models.CheckConstraint(condition=Q(status__in=AppointmentStatus.values), name="status_is_known"),
        ]
        indexes = [
            # Serves the diary's window from the index alone; see booking.diaries.
            models.Index(
                fields=["occupied_from"],
                include=["occupied_until", "therapist", "room", "option"],
                condition=Q(status__in=BLOCKING),
                name="appointment_diary",
            ),
            models.Index(fields=["starts_at"], name="appointment_starts_at"),
            # The two ways to be the same contact; see booking.contacts, which asks in these very words.
            models.Index(Lower("email"), condition=Q(status__in=_AHEAD), name="appointment_open_email"),
            models.Index(_phone_tail(), condition=Q(status__in=_AHEAD), name="appointment_open_phone"),
            # Who has booked and has no record yet; see booking.people.
            trigrams("appointment_trigrams", condition=Q(patient__isnull=True)),
        ]

    def __str__(self) -> str:
        return self.reference


class AppointmentEvent(models.Model):
    """One thing that happened to an appointment. Rows are only ever added."""

    appointment = models.ForeignKey(Appointment, on_delete=models.CASCADE, related_name="events")
    action = models.CharField(max_length=20)
    from_status = models.CharField(max_length=20, choices=AppointmentStatus.choices, blank=True)
    to_status = models.CharField(max_length=20, choices=AppointmentStatus.choices)
    version = models.PositiveIntegerField()
    at = models.DateTimeField()
    actor = models.CharField(max_length=10, choices=Actor.choices)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True)
    # Until when the desk can undo it; empty for what cannot be undone.
    undo_until = models.DateTimeField(null=True, blank=True)
    visit = DateTimeRangeField()
    # The visit with the minutes kept free around it; empty for what was written before this was noted.
    occupied = DateTimeRangeField(null=True, blank=True)
    therapist = models.ForeignKey("services.Therapist", on_delete=models.PROTECT, related_name="+")
    room = models.ForeignKey(
        "services.Room", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )

    class Meta:
        verbose_name = "event"
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["appointment", "version"], name="one_event_a_version"),
        ]
        indexes = [
            # What can be undone now is asked for on every page of the desk and before every offer.
            models.Index(
                fields=["undo_until"], condition=Q(undo_until__isnull=False), name="event_undo_until"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action} ({self.appointment})"
