"""A therapist who cannot come, and the visits that stood in that time when it was noted."""

from django.conf import settings
from django.contrib.postgres.fields import DateTimeRangeField
from django.db import models


class Absence(models.Model):
    """Noted by the desk. Its time off keeps the hours free; this row remembers whom it met."""

    therapist = models.ForeignKey("services.Therapist", on_delete=models.CASCADE, related_name="absences")
    period = DateTimeRangeField()
    time_off = models.OneToOneField(
        "booking.TimeOff", on_delete=models.SET_NULL, related_name="absence", null=True, blank=True
    )
    noted_at = models.DateTimeField()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, related_name="+", null=True, blank=True
    )

    class Meta:
        ordering = ["-noted_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.therapist} cannot come"


class AbsenceVisit(models.Model):
    """A visit that stood in that time, and when it was then."""

    absence = models.ForeignKey(Absence, on_delete=models.CASCADE, related_name="visits")
    appointment = models.ForeignKey("booking.Appointment", on_delete=models.CASCADE, related_name="+")
    visit = DateTimeRangeField()

    class Meta:
        ordering = ["visit", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["absence", "appointment"], name="met_once_by_an_absence"),
        ]

    def __str__(self) -> str:
        return f"{self.appointment} ({self.absence})"
