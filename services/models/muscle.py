"""Muscles, and where their tender spots are felt."""

from dataclasses import dataclass

from django.db import models
from django.urls import reverse

from blog.publishing import PublishedPage, PublishedPageQuerySet
from services.models.condition import Condition
from services.models.evidence import Rated


class BodyRegion(models.TextChoices):
    """Where a muscle is, from the head down."""

    NECK = "neck", "Neck and top of the shoulders"
    SHOULDER = "shoulder", "Shoulder and chest"
    ARM = "arm", "Forearm and hand"
    BACK = "back", "Lower back and hip"
    THIGH = "thigh", "Thigh and knee"
    CALF = "calf", "Calf and foot"


@dataclass(frozen=True, slots=True)
class Signs:
    """Signs of one urgency, as a care card shows them."""

    urgency: str
    lines: list[str]

    @property
    def pk(self) -> str:
        """What the card is called on its page."""
        return self.urgency


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


class Muscle(Rated, PublishedPage):
    """A muscle under its plain name: where its tender spot lies, and where people feel it."""

    anatomical_name = models.CharField(max_length=100, help_text="As in gastrocnemius.")
    region = models.CharField("part of the body", max_length=10, choices=BodyRegion)
    point = models.TextField(
        "where the tender spot lies", max_length=300, help_text="One or two sentences, from the outside."
    )
    referral = models.TextField(
        "where the pain goes", max_length=300, help_text="Where people say they feel it when it is pressed."
    )
    work = models.TextField("what the muscle does", max_length=500)
    feels = models.TextField("what people notice", max_length=700, blank=True)
    yourself = models.TextField(
        "what you can try yourself", max_length=700, blank=True, help_text="One a line."
    )
    note = models.TextField(max_length=500, blank=True, help_text="What else is worth knowing.")
    caution = models.TextField(
        max_length=500, blank=True, help_text="What lies close by and must not be pressed, and by whom."
    )
    else_could_be = models.TextField(
        "what else it could be", max_length=700, blank=True, help_text="One a line."
    )
    emergency_signs = models.TextField(
        max_length=700, blank=True, help_text="One a line. Each goes on from “Call the emergency number if:”."
    )
    urgent_signs = models.TextField(
        max_length=700, blank=True, help_text="One a line. Each goes on from “Get medical help today if:”."
    )
    ask_signs = models.TextField(
        "signs to ask about",
        max_length=700,
        blank=True,
        help_text="One a line. Each goes on from “Ask your doctor first if:”.",
    )
    certainty_note = models.TextField(
        max_length=500, blank=True, help_text="Why that sure and no surer of where the pain goes."
    )
    conditions = models.ManyToManyField(Condition, blank=True, related_name="muscles")
    position = models.PositiveSmallIntegerField("order", default=0, help_text="From the head down.")

    objects = PublishedPageQuerySet.as_manager()

    class Meta(PublishedPage.Meta):
        ordering = ["position", "title"]

    def get_absolute_url(self) -> str:
        """The muscle's page."""
        return reverse("services:muscle", args=[self.slug])

    @property
    def name(self) -> str:
        """Its plain name."""
        return self.title

    @property
    def to_try(self) -> list[str]:
        """What one can try at home, one each."""
        return _lines(self.yourself)

    @property
    def alternatives(self) -> list[str]:
        """What else a pain there could be, one each."""
        return _lines(self.else_could_be)

    @property
    def signs(self) -> list[Signs]:
        """The signs that need help, the most urgent first; what has none is left out."""
        found = [
            Signs("emergency", _lines(self.emergency_signs)),
            Signs("urgent", _lines(self.urgent_signs)),
            Signs("ask", _lines(self.ask_signs)),
        ]
        return [card for card in found if card.lines]
