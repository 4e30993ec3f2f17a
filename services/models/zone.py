"""The places of the body map, and the muscles whose pain is felt there."""

from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse

from blog.publishing import PublishedPage, PublishedPageQuerySet
from services.figures import shapes
from services.models.muscle import Muscle, Signs
from services.models.service import ServiceOption


class ZoneRegion(models.TextChoices):
    """How the list of places is grouped, from the head down."""

    HEAD = "head", "Head and neck"
    SHOULDER = "shoulder", "Shoulder, chest and upper back"
    ARM = "arm", "Arm and hand"
    HIP = "hip", "Lower back and hip"
    LEG = "leg", "Leg and knee"
    FOOT = "foot", "Calf and foot"


class Likelihood(models.TextChoices):
    """How often a muscle is named for a pain there. Therapists' charts say so; nobody has counted."""

    COMMON = "1", "Common"
    SOMETIMES = "2", "Sometimes"
    SELDOM = "3", "Less often"


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def drawn_zones() -> list[tuple[str, str]]:
    """The slugs of the zones that the figure has, as a form's choices."""
    return [(slug, slug.replace("-", " ").capitalize()) for slug in shapes.zones()]


class Zone(PublishedPage):
    """A place that people point at: its page. Where it lies on the figure is in services/figures/zones.toml."""

    region = models.CharField("part of the body", max_length=10, choices=ZoneRegion)
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
    option = models.ForeignKey(
        ServiceOption,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="zones",
        verbose_name="what we offer",
        help_text="The visit whose first free times the page shows. Empty: a first visit.",
    )
    muscles = models.ManyToManyField(Muscle, through="ZoneMuscle", related_name="zones")
    position = models.PositiveSmallIntegerField("order", default=0, help_text="From the head down.")

    objects = PublishedPageQuerySet.as_manager()

    class Meta(PublishedPage.Meta):
        ordering = ["position", "title"]
        verbose_name = "place on the body map"
        verbose_name_plural = "places on the body map"

    def clean(self) -> None:
        """Refuse an address for which nothing is drawn."""
        super().clean()
        if self.slug not in shapes.zones():
            raise ValidationError({"slug": "The figure has no such place. Choose one that is drawn."})

    def get_absolute_url(self) -> str:
        """The page of the place."""
        return reverse("services:zone", args=[self.slug])

    @property
    def alternatives(self) -> list[str]:
        """What else a pain there could be, one each."""
        return _lines(self.else_could_be)

    @property
    def emergencies(self) -> list[Signs]:
        """The signs for the emergency number, as one card or none."""
        return _cards(Signs("emergency", _lines(self.emergency_signs)))

    @property
    def later_signs(self) -> list[Signs]:
        """The other signs, the more urgent first; what has none is left out."""
        return _cards(Signs("urgent", _lines(self.urgent_signs)), Signs("ask", _lines(self.ask_signs)))


def _cards(*cards: Signs) -> list[Signs]:
    return [card for card in cards if card.lines]


class ZoneMuscle(models.Model):
    """A muscle whose pain is felt in a place."""

    zone = models.ForeignKey(Zone, on_delete=models.CASCADE, related_name="felt")
    muscle = models.ForeignKey(Muscle, on_delete=models.CASCADE, related_name="felt_in")
    likelihood = models.CharField("how often", max_length=1, choices=Likelihood, default=Likelihood.SOMETIMES)
    position = models.PositiveSmallIntegerField("order", default=0, help_text="Among those as likely.")

    class Meta:
        ordering = ["likelihood", "position", "pk"]
        verbose_name = "muscle"
        constraints = [models.UniqueConstraint(fields=["zone", "muscle"], name="services_zonemuscle_once")]

    def __str__(self) -> str:
        return f"{self.muscle} ({self.get_likelihood_display()})"
