"""What a therapist gets of the diary: a calendar to subscribe to, and the list of the day by email."""

from django.db import models
from django.db.models import Q

from booking.enums import NotificationStatus
from booking.fields import MinuteOfDayField


class TherapistCalendar(models.Model):
    """A therapist's private calendar address, of which only the SHA-256 is kept, and where the day's list goes."""

    therapist = models.OneToOneField(
        "services.Therapist", on_delete=models.CASCADE, related_name="private_calendar"
    )
    email = models.EmailField(
        "day’s list to", blank=True, help_text="An email address of the therapist. Empty: no list."
    )
    send_at = MinuteOfDayField(
        "sent at", default=7 * 60, help_text="On the clinic’s clock, each day that has visits."
    )
    digest = models.BinaryField(max_length=32, null=True, unique=True, editable=False)
    renewed_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = "therapist’s calendar"
        verbose_name_plural = "therapists’ calendars"
        ordering = ["therapist__position", "therapist__title"]
        constraints = [
            models.CheckConstraint(
                condition=Q(send_at__lt=1440),
                name="day_list_is_sent_in_the_day",
                violation_error_message="Give a time before midnight.",
            ),
        ]

    def __str__(self) -> str:
        return f"Calendar of {self.therapist}"


class DayList(models.Model):
    """A list of one day, written into the outbox once."""

    calendar = models.ForeignKey(TherapistCalendar, on_delete=models.CASCADE, related_name="day_lists")
    date = models.DateField()
    status = models.CharField(
        max_length=20, choices=NotificationStatus.choices, default=NotificationStatus.WAITING
    )
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = "day’s list"
        ordering = ["-date"]
        constraints = [models.UniqueConstraint(fields=["calendar", "date"], name="one_list_a_day")]

    def __str__(self) -> str:
        return f"{self.calendar}, {self.date}"
