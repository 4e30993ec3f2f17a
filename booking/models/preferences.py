"""What makes a patient comfortable in a visit."""

from django.db import models


class ComfortPreferences(models.Model):
    """What a patient told about one appointment, by themselves and only if they wanted to. For therapist and desk:
    none of it goes into a message, a calendar or a log."""

    class Pressure(models.TextChoices):
        """How firm the hands should be."""

        ANY = "", "No preference"
        LIGHT = "light", "Light"
        MEDIUM = "medium", "Medium"
        FIRM = "firm", "Firm"

    class Gender(models.TextChoices):
        """Who the patient would rather be treated by."""

        ANY = "", "No preference"
        WOMAN = "woman", "A woman"
        MAN = "man", "A man"

    appointment = models.OneToOneField(
        "booking.Appointment", on_delete=models.CASCADE, related_name="comfort", editable=False
    )
    pressure = models.CharField(max_length=10, choices=Pressure.choices, blank=True)
    avoid = models.CharField(max_length=300, blank=True)
    therapist_gender = models.CharField(max_length=10, choices=Gender.choices, blank=True)
    chaperone = models.BooleanField(default=False)
    quiet = models.BooleanField(default=False)
    clothing = models.CharField(max_length=300, blank=True)
    updated_at = models.DateTimeField(editable=False)

    class Meta:
        verbose_name = "comfort preferences"
        verbose_name_plural = "comfort preferences"

    def __str__(self) -> str:
        return f"Comfort preferences for {self.appointment}"
