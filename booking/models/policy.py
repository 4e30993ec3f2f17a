"""The clinic's rules for online booking, one row, kept by the front desk."""

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q


class ClinicPolicy(models.Model):
    """How soon, how far ahead and in which steps the clinic offers times."""

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

    class Meta:
        verbose_name = "booking policy"
        verbose_name_plural = "booking policy"
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="one_policy"),
            models.CheckConstraint(condition=Q(step_minutes__gte=1), name="policy_step_is_positive"),
        ]

    def __str__(self) -> str:
        return "Booking policy"

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Refuse: there is always one policy."""
        return 0, {}
