"""The people the clinic treats, as the desk knows them."""

from django.db import models
from django.db.models.functions import Lower
from phonenumber_field.modelfields import PhoneNumberField

from booking.models.searching import same_number, trigrams


class Patient(models.Model):
    """A person with a record. Only the desk creates, changes and merges these: what a stranger types on the
    website stays with the appointment."""

    name = models.CharField(max_length=200)
    email = models.EmailField(blank=True)
    phone = PhoneNumberField(blank=True)
    note = models.TextField(blank=True, help_text="For the desk and the therapists.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]
        permissions = [
            ("merge_patient", "Can merge two records of one person, and take that back"),
            ("export_patient", "Can take all that is kept about a person with them"),
            ("erase_patient", "Can erase a person for good"),
        ]
        indexes = [
            trigrams("patient_trigrams"),
            same_number("patient_phone_digits"),
            models.Index(Lower("email"), name="patient_email_lower"),
        ]

    def __str__(self) -> str:
        return self.name
