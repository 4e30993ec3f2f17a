"""How sure anybody can be of what a page says, and where it was read."""

from django.db import models
from django.db.models import Value


class Certainty(models.TextChoices):
    """How much the studies can tell, in the order of how little they leave open."""

    NONE = "none", "No studies worth the name"
    VERY_LOW = "very_low", "Very low certainty"
    LOW = "low", "Low certainty"
    MODERATE = "moderate", "Moderate certainty"
    HIGH = "high", "High certainty"

    @property
    def meaning(self) -> str:
        """What that means for somebody who has to decide."""
        return _MEANINGS[self]

    @property
    def rank(self) -> int:
        """From 0, for nothing known, to 4."""
        return list(Certainty).index(self)


_MEANINGS = {
    Certainty.NONE: "Nobody has tested massage for this properly. Nobody can say whether it helps.",
    Certainty.VERY_LOW: "The studies are few, small or poor. The truth may be quite different.",
    Certainty.LOW: "There are some studies. Better ones may well change the answer.",
    Certainty.MODERATE: "The answer is probably right. A better study could still change it.",
    Certainty.HIGH: "Good studies agree. More of them will hardly change the answer.",
}


class Sourced(models.Model):
    """A page that names what it rests on, as a list of `{"title", "publisher", "year", "url"}`."""

    sources = models.JSONField(
        default=list,
        db_default=Value([], models.JSONField()),
        blank=True,
        help_text="What the page relies on, in order.",
    )

    class Meta:
        abstract = True
