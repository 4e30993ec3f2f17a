"""The clinic's rules for online booking, one row, kept by the front desk."""

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from booking.fields import MinuteOfDayField


class ClinicPolicy(models.Model):
    """How soon, how far ahead and in which steps the clinic offers times, and what patients may change and are told."""

    class Offers(models.TextChoices):
        """Which of the free times the website shows."""

        ALL = "all", "All free times"
        NO_GAPS = "no_gaps", "Those that leave no gap too short to book"

    STEPS = [(minutes, f"every {minutes} minutes") for minutes in (5, 10, 15, 20, 30, 60)]

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    lead_minutes = models.PositiveIntegerField(
        "notice",
        default=120,
        validators=[MaxValueValidator(60 * 24 * 90)],
        help_text="Minutes. Nobody can book online later than this before a visit.",
    )
    horizon_days = models.PositiveSmallIntegerField(
        "how far ahead",
        default=60,
        validators=[MaxValueValidator(730)],
        help_text="Days, today not counted. The last date that is offered online.",
    )
    step_minutes = models.PositiveSmallIntegerField(
        "visits start",
        default=15,
        choices=STEPS,
        validators=[MinValueValidator(5)],
        help_text="Counted on the wall clock from midnight.",
    )

    offers = models.CharField(
        max_length=10,
        choices=Offers.choices,
        default=Offers.ALL,
        db_default=Offers.ALL,
        help_text="Without short gaps more visits fit into a day, and patients have fewer times to choose from.",
    )
    shortest_gap = models.PositiveSmallIntegerField(
        "shortest gap",
        null=True,
        blank=True,
        validators=[MinValueValidator(5), MaxValueValidator(600)],
        help_text="Minutes that can still be booked. Empty: as long as the shortest appointment with its buffers.",
    )

    change_hours = models.PositiveSmallIntegerField(
        "changes online until",
        default=24,
        db_default=24,
        validators=[MaxValueValidator(24 * 30)],
        help_text="Hours before a visit. Until then patients move and cancel by themselves; after that they call.",
    )
    first_reminder_hours = models.PositiveSmallIntegerField(
        "first reminder",
        null=True,
        blank=True,
        default=48,
        db_default=48,
        validators=[MinValueValidator(1), MaxValueValidator(24 * 30)],
        help_text="Hours before a visit. Empty: none.",
    )
    second_reminder_hours = models.PositiveSmallIntegerField(
        "second reminder",
        null=True,
        blank=True,
        default=2,
        db_default=2,
        validators=[MinValueValidator(1), MaxValueValidator(24 * 30)],
        help_text="Hours before a visit. Empty: none.",
    )
    after_visit_hours = models.PositiveSmallIntegerField(
        "message after a visit",
        null=True,
        blank=True,
        default=20,
        db_default=20,
        validators=[MinValueValidator(1), MaxValueValidator(24 * 30)],
        help_text="Hours after the end of a visit that took place. Empty: none.",
    )
    undo_minutes = models.PositiveSmallIntegerField(
        "time to undo",
        default=3,
        db_default=3,
        validators=[MaxValueValidator(60)],
        help_text="Minutes in which the desk can undo what it did. Its messages wait for so long.",
    )
    offer_minutes = models.PositiveSmallIntegerField(
        "time to accept an offer",
        default=60,
        db_default=60,
        validators=[MinValueValidator(5), MaxValueValidator(60 * 24 * 7)],
        help_text="Minutes that a freed time is kept for one person of the waiting list.",
    )
    offers_from = MinuteOfDayField(
        "freed times are offered from",
        default=8 * 60,
        db_default=8 * 60,
        help_text="A time of day. What comes free at night is offered in the morning, unless that would be too late.",
    )
    offers_until = MinuteOfDayField(
        "and until",
        default=21 * 60,
        db_default=21 * 60,
        help_text="A time of day. One made shortly before is kept until the morning. From 0:00 until 24:00: always.",
    )
    most_open = models.PositiveSmallIntegerField(
        "most open bookings of one person",
        null=True,
        blank=True,
        default=6,
        db_default=6,
        validators=[MinValueValidator(1)],
        help_text="Online, by the same email address or phone number. Empty: no limit.",
    )

    class Meta:
        verbose_name = "booking policy"
        verbose_name_plural = "booking policy"
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="one_policy"),
            models.CheckConstraint(condition=Q(step_minutes__gte=1), name="policy_step_is_positive"),
            models.CheckConstraint(
                condition=Q(offers_until__gt=F("offers_from"), offers_until__lte=24 * 60),
                name="offers_end_after_they_begin",
                violation_error_message=(
                    "Freed times must be offered until a later time of day than they are offered from."
                ),
            ),
        ]

    def __str__(self) -> str:
        return "Booking policy"

    @classmethod
    def in_force(cls) -> "ClinicPolicy":
        """The clinic's policy; what holds without one until the desk has saved it."""
        return cls.objects.first() or cls()

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Refuse: there is always one policy."""
        return 0, {}
