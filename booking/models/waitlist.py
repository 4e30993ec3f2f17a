"""The waiting list: who waits for what, and whom a freed time was offered to.

Only `booking.waitlist` writes these rows.
"""

import uuid
from datetime import datetime

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from booking.day_parts import DayPart
from booking.enums import OfferState, SafetyOutcome, WaitingEnd, WaitingState
from booking.models.appointment import Appointment, new_reference


def new_place_reference() -> str:
    """A short name for a place, as in "W-K7QM-3XWP", so that nobody takes it for an appointment's."""
    return f"W-{new_reference()}"


class WaitingPlace(models.Model):
    """Somebody waits for a free time: with their own contact, or for something earlier than an appointment.

    Whoever has no email address was put here by the desk, which calls them about an offer.

    No therapist, no weekday (0 is Monday) and no part of the day means that any suits. Both dates belong to the wish.
    """

    reference = models.CharField(max_length=11, unique=True, default=new_place_reference, editable=False)
    option = models.ForeignKey("services.ServiceOption", on_delete=models.PROTECT, related_name="waiting")
    therapists = models.ManyToManyField("services.Therapist", blank=True, related_name="waiting")
    weekdays = ArrayField(models.PositiveSmallIntegerField(), default=list, blank=True)
    parts = ArrayField(models.CharField(max_length=10, choices=DayPart.choices), default=list, blank=True)
    from_date = models.DateField()
    until_date = models.DateField()

    appointment = models.ForeignKey(
        "booking.Appointment",
        on_delete=models.CASCADE,
        related_name="waiting",
        null=True,
        blank=True,
        help_text="The later appointment that they would give up.",
    )
    name = models.CharField(max_length=200, blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=40, blank=True)
    first_visit = models.BooleanField(default=False)
    consented_at = models.DateTimeField(null=True, blank=True)
    consent_version = models.CharField(max_length=20, blank=True)
    # As with an appointment: the outcome of the safety check and no more. It goes with what is offered.
    safety_outcome = models.CharField(
        "safety check", max_length=10, choices=SafetyOutcome.choices, blank=True, default="", db_default=""
    )
    safety_version = models.CharField(max_length=20, blank=True, default="", db_default="", editable=False)
    safety_at = models.DateTimeField(null=True, blank=True, editable=False)

    # Starts that suited and were free on the website when they joined. Only when they come free again they are offered.
    known_free = ArrayField(models.DateTimeField(), default=list, blank=True, editable=False)
    state = models.CharField(
        max_length=10, choices=WaitingState.choices, default=WaitingState.WAITING, editable=False
    )
    ended_why = models.CharField(
        max_length=10, choices=WaitingEnd.choices, blank=True, default="", db_default="", editable=False
    )
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        related_name="+",
        null=True,
        blank=True,
        editable=False,
        help_text="Who at the desk put a caller on the list.",
    )
    joined_at = models.DateTimeField(editable=False)
    request_key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)

    class Meta:
        verbose_name = "place on the waiting list"
        verbose_name_plural = "places on the waiting list"
        ordering = ["joined_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(appointment__isnull=False) | (~Q(name="") & (~Q(email="") | ~Q(phone=""))),
                name="place_is_somebodys",
            ),
            models.CheckConstraint(
                condition=Q(until_date__gte=F("from_date")), name="place_ends_after_it_begins"
            ),
            models.CheckConstraint(condition=Q(state__in=WaitingState.values), name="place_state_is_known"),
            models.UniqueConstraint(
                fields=["appointment"],
                condition=Q(state__in=(WaitingState.WAITING, WaitingState.OFFERED)),
                name="one_open_place_an_appointment",
            ),
        ]
        indexes = [
            models.Index(fields=["joined_at"], condition=Q(state=WaitingState.WAITING), name="place_waiting"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_open(self) -> bool:
        """Whether somebody still waits."""
        return self.state in {WaitingState.WAITING, WaitingState.OFFERED}

    @property
    def contact(self) -> "WaitingPlace | Appointment":
        """Where name, email and phone stand: the desk may have corrected those of the appointment."""
        return self.appointment or self


class Offer(models.Model):
    """A freed time that is kept for one person of the waiting list until `expires_at`."""

    appointment = models.OneToOneField("booking.Appointment", on_delete=models.CASCADE, related_name="offer")
    place = models.ForeignKey(WaitingPlace, on_delete=models.CASCADE, related_name="offers")
    offered_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=OfferState.choices, default=OfferState.OPEN)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-offered_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["place"], condition=Q(state=OfferState.OPEN), name="one_live_offer_a_place"
            ),
            models.CheckConstraint(condition=Q(state__in=OfferState.values), name="offer_state_is_known"),
        ]
        indexes = [
            models.Index(fields=["expires_at"], condition=Q(state=OfferState.OPEN), name="offer_open"),
        ]

    def __str__(self) -> str:
        return f"{self.appointment} for {self.place}"

    def is_live(self, at: datetime) -> bool:
        """Whether it can be accepted at an instant."""
        return self.state == OfferState.OPEN and at < self.expires_at
