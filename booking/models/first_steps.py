"""What of setting up cannot be told from the clinic's own rows: one row."""

from django.db import models
from django.db.models import Q


class FirstSteps(models.Model):
    """Since when the list of first steps is hidden, and the messages are taken as read. Null: not yet."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    hidden_at = models.DateTimeField(null=True, blank=True)
    messages_read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "first steps"
        verbose_name_plural = "first steps"
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_first_steps")]

    def __str__(self) -> str:
        return "First steps"
