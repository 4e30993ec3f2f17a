"""What is kept beside a patient's record: notes, which records were merged, which are of two people, who was erased."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class PatientNote(models.Model):
    """Something that the clinic wants to remember about a person, and who may read it."""

    class Audience(models.TextChoices):
        """Who may read a note."""

        TEAM = "team", "Desk and therapists"
        DESK = "desk", "Desk only"

    patient = models.ForeignKey("booking.Patient", on_delete=models.CASCADE, related_name="notes")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, related_name="+", null=True, blank=True
    )
    at = models.DateTimeField()
    audience = models.CharField(max_length=10, choices=Audience.choices, default=Audience.TEAM)
    text = models.TextField(max_length=2000)

    class Meta:
        verbose_name = "note"
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"Note of {self.at:%Y-%m-%d}"


class PatientMerge(models.Model):
    """One record that was merged into another: all that is needed to put both back. See `booking.merging`.

    No foreign keys to patients: the record that went is not there, and the one that was kept may be merged, too.
    `gone` holds the fields of the record that went, `before` and `after` those of the kept one that changed, `moved`
    the ids of what changed hands. All are empty once it was taken back.
    """

    kept_id = models.BigIntegerField(db_index=True)
    gone_id = models.BigIntegerField(db_index=True)
    at = models.DateTimeField()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, related_name="+", null=True, blank=True
    )
    gone = models.JSONField()
    before = models.JSONField()
    after = models.JSONField()
    moved = models.JSONField()
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, related_name="+", null=True, blank=True
    )

    class Meta:
        verbose_name = "merge of two records"
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["gone_id"], condition=Q(undone_at__isnull=True), name="merged_away_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.gone_id} into {self.kept_id}"


class DistinctPatients(models.Model):
    """Two records that look alike and are of two people: somebody at the desk has said so."""

    first = models.ForeignKey("booking.Patient", on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey("booking.Patient", on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, related_name="+", null=True, blank=True
    )

    class Meta:
        verbose_name = "two different people"
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="distinct_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="distinct_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} and {self.second_id}"


class PatientErasure(models.Model):
    """Somebody was erased: when, by whom and how much. Nothing here says who it was."""

    at = models.DateTimeField("when")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, related_name="+", null=True, blank=True
    )
    by = models.CharField(max_length=150, help_text="The account's name, should the account go.")
    appointments = models.PositiveIntegerField("visits made nameless")
    messages = models.PositiveIntegerField("messages made nameless")

    class Meta:
        verbose_name = "erasure"
        default_permissions = ("view",)
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"Erasure of {self.at:%Y-%m-%d}"
