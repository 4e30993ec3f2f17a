"""Links that let a patient in without an account."""

from django.db import models

from booking.enums import LinkPurpose


class AppointmentLink(models.Model):
    """What the clinic remembers of a link: never the link itself, only its SHA-256."""

    appointment = models.ForeignKey("booking.Appointment", on_delete=models.CASCADE, related_name="links")
    purpose = models.CharField(max_length=20, choices=LinkPurpose.choices)
    digest = models.BinaryField(max_length=32, unique=True, editable=False)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "patient's link"
        verbose_name_plural = "patients' links"

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} of {self.appointment}"


class WaitingLink(models.Model):
    """The same of a link to a place on the waiting list. A table of its own: it can open no appointment."""

    place = models.ForeignKey("booking.WaitingPlace", on_delete=models.CASCADE, related_name="links")
    digest = models.BinaryField(max_length=32, unique=True, editable=False)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        verbose_name = "link to a place"
        verbose_name_plural = "links to places"

    def __str__(self) -> str:
        return f"The page of {self.place}"
