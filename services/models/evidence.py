"""How sure anybody can be of what a page says."""

from django.db import models

from blog.blocks import Certainty


class Rated(models.Model):
    """A page whose subject has been studied well, badly or not at all."""

    certainty = models.CharField(
        "certainty of the evidence",
        max_length=10,
        choices=Certainty,
        default=Certainty.VERY_LOW,
        help_text="How sure the research can be of what it found.",
    )

    class Meta:
        abstract = True

    @property
    def level(self) -> str:
        """The certainty in a word or two."""
        return str(Certainty(self.certainty).label).partition(":")[0]

    @property
    def level_meaning(self) -> str:
        """What that level means, as it goes on after a colon."""
        return str(Certainty(self.certainty).label).partition(": ")[2]

    @property
    def level_scale(self) -> list[bool]:
        """Four marks, of which as many are filled as the research is sure."""
        rank = len(Certainty) - 1 - list(Certainty).index(Certainty(self.certainty))
        return [mark < rank for mark in range(len(Certainty) - 1)]
