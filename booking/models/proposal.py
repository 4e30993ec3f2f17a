"""Other times that the desk proposes to a patient, who chooses one by a link. Only `booking.proposals` writes them."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from booking.enums import ProposalAnswer


class Proposal(models.Model):
    """Times to choose from in place of an appointment's own. They are not held: see docs/decisions/0035-proposals.md.

    It is about one `version` of the appointment. Whatever happens to that afterwards makes a newer one, and ends it.
    """

    appointment = models.ForeignKey("booking.Appointment", on_delete=models.CASCADE, related_name="proposals")
    version = models.PositiveIntegerField()
    must_move = models.BooleanField(help_text="The visit cannot stay where it is. Else it answers a request.")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, related_name="+", null=True, blank=True
    )
    answer = models.CharField(max_length=10, choices=ProposalAnswer.choices, blank=True, default="")
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "proposal"
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["appointment", "version"], name="one_proposal_a_version"),
            models.CheckConstraint(condition=Q(expires_at__gt=F("made_at")), name="proposal_can_be_answered"),
            models.CheckConstraint(
                condition=Q(answer__in=["", *ProposalAnswer.values]), name="proposal_answer_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"Other times for {self.appointment}"

    @property
    def stands(self) -> bool:
        """Whether nothing has happened to the appointment since, as far as its row here is the newest."""
        return self.version == self.appointment.version

    def is_open(self, at: datetime) -> bool:
        """Whether it can be answered at an instant."""
        return self.stands and not self.answer and at < self.expires_at


class ProposedTime(models.Model):
    """One of the times."""

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="times")
    start = models.DateTimeField()
    therapist = models.ForeignKey("services.Therapist", on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["start", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["proposal", "start", "therapist"], name="proposed_once"),
        ]

    def __str__(self) -> str:
        return f"{self.start} for {self.proposal}"
