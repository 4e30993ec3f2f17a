"""Who changed and who saw what of a patient. Only the database writes here; see `booking.audit_sql`."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class AuditEntry(models.Model):
    """One row that was changed, or one page on which somebody saw people.

    `changes` holds a list for each changed column: the old and the new value, the old one alone of a row that was
    removed, nothing once the person was erased. There are no foreign keys: an entry outlives what it tells of.
    """

    class What(models.TextChoices):
        """What somebody did."""

        LOOKED = "looked", "Looked"
        ADDED = "added", "Added"
        CHANGED = "changed", "Changed"
        REMOVED = "removed", "Removed"

    at = models.DateTimeField()
    what = models.CharField(max_length=10, choices=What.choices)
    about = models.CharField(max_length=63)
    row_id = models.BigIntegerField(null=True)
    appointment_ids = ArrayField(models.BigIntegerField())
    patient_ids = ArrayField(models.BigIntegerField())
    place_ids = ArrayField(models.BigIntegerField())
    changes = models.JSONField()
    actor = models.CharField(max_length=200)
    user_id = models.IntegerField(null=True)
    page = models.CharField(max_length=300)

    class Meta:
        managed = False
        db_table = "booking_auditentry"
        default_permissions = ("view",)
        ordering = ["-pk"]
        verbose_name = "entry of the record"
        verbose_name_plural = "who looked and who changed"

    def __str__(self) -> str:
        return f"{self.what} {self.at:%Y-%m-%d}"
