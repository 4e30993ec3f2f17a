"""The outbox: one row for each thing that the clinic has to tell a patient."""

from django.db import models
from django.db.models import Q

from booking.enums import NotificationKind, NotificationStatus


class Notification(models.Model):
    """A message to send. Written in the transaction of the change that it tells of, so neither is without the other."""

    appointment = models.ForeignKey(
        "booking.Appointment", on_delete=models.CASCADE, related_name="notifications"
    )
    kind = models.CharField(max_length=20, choices=NotificationKind.choices)
    version = models.PositiveIntegerField(help_text="The appointment's version that it tells of.")
    status = models.CharField(
        max_length=20, choices=NotificationStatus.choices, default=NotificationStatus.WAITING
    )
    created_at = models.DateTimeField()
    not_before = models.DateTimeField(
        null=True,
        blank=True,
        help_text="A move by the desk can be undone until then, and nobody hears of it.",
    )
    # The versions of appointments, by their keys, that it told of or may have told of; see booking.heard.
    told = models.JSONField(null=True, blank=True, editable=False)
    sent_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    last_error = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = "message"
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["appointment", "kind", "version"], name="said_once"),
        ]
        indexes = [
            models.Index(
                fields=["created_at"],
                name="notification_waiting",
                condition=Q(status=NotificationStatus.WAITING),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.appointment}"
