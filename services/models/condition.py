"""What people come with, and the page that tells them about it."""

from typing import ClassVar, Self

from content_editor.models import Region
from django.db import models
from django.urls import reverse

from blog.blocks import own_blocks
from blog.models import Post
from blog.publishing import PublishedPage, PublishedPageQuerySet
from services.models.evidence import Rated, Sourced
from services.models.page import Pictured
from services.models.service import ServiceOption


class ConditionQuerySet(PublishedPageQuerySet):
    """Conditions, in the clinic's order."""

    def for_page(self) -> Self:
        """With what the page shows besides its blocks and lists, in one query."""
        return self.select_related("reviewer", "option__service")


class Condition(Pictured, Rated, Sourced, PublishedPage):
    """A condition under its plain name. Its body is blocks in regions, which keep the order that readers need.

    The summary is the page's first sentence: what it is, and what to do now.
    """

    medical_term = models.CharField(max_length=100, blank=True, help_text="As in adhesive capsulitis.")
    abbreviation = models.CharField(max_length=10, blank=True, help_text="As doctors write it: TOS, PF.")
    other_names = models.TextField(
        max_length=500, blank=True, help_text="One a line. People search for these, too."
    )
    finding = models.CharField(
        max_length=200, blank=True, help_text="What the studies found, in one short sentence for the list."
    )
    option = models.ForeignKey(
        ServiceOption,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="conditions",
        verbose_name="what we offer",
        help_text="The visit whose price and first free times the page shows.",
    )
    related = models.ManyToManyField(
        "self",
        blank=True,
        verbose_name="related conditions",
        help_text="Conditions that are easily confused.",
    )
    posts = models.ManyToManyField(Post, blank=True, related_name="conditions", verbose_name="related posts")
    position = models.PositiveSmallIntegerField("order", default=0)

    objects = ConditionQuerySet.as_manager()

    regions: ClassVar[list[Region]] = [
        Region(key="now", title="What it is, and what to do now"),
        Region(key="signs", title="How to tell"),
        Region(key="yourself", title="What you can do yourself"),
        Region(key="care", title="When to get help"),
        Region(key="helps", title="What usually helps"),
        Region(key="causes", title="What causes it"),
        Region(key="massage", title="How massage may help, and what nobody knows"),
        Region(key="evidence", title="What studies found"),
    ]

    class Meta(PublishedPage.Meta):
        ordering = ["position", "title"]

    def get_absolute_url(self) -> str:
        """The condition's page."""
        return reverse("services:condition", args=[self.slug])

    @property
    def name(self) -> str:
        """Its plain name."""
        return self.title

    @property
    def names(self) -> list[str]:
        """What else people call it, without empty lines."""
        return [line.strip() for line in self.other_names.splitlines() if line.strip()]


CONDITION_BLOCKS = own_blocks(Condition)
(
    ConditionRichText,
    ConditionFigure,
    ConditionCareCard,
    ConditionCallToBook,
    ConditionDoDont,
    ConditionQuestion,
    ConditionEvidence,
    ConditionVideo,
    ConditionFreeTimes,
    ConditionMuscleFigure,
) = CONDITION_BLOCKS
