"""“How trigger points work”: a few pages to be read one after the other."""

from typing import ClassVar

from content_editor.models import Region
from django.db import models
from django.urls import reverse

from blog.blocks import own_blocks
from blog.publishing import PublishedPage, PublishedPageQuerySet


class Explainer(PublishedPage):
    """A page of the explainer. Its body is blocks; the order leads from one page to the next."""

    position = models.PositiveSmallIntegerField(
        "order", default=0, help_text="The page with the lowest number has the address /trigger-points/."
    )

    objects = PublishedPageQuerySet.as_manager()

    regions: ClassVar[list[Region]] = [Region(key="main", title="Page")]

    class Meta(PublishedPage.Meta):
        ordering = ["position", "title"]
        verbose_name = "page on trigger points"
        verbose_name_plural = "pages on trigger points"

    def get_absolute_url(self) -> str:
        """The page by its own name. The first one also answers, and is linked, at /trigger-points/."""
        return reverse("services:explainer", args=[self.slug])


#: Every kind of block that such a page can have; the tables are named as in ExplainerRichText.
EXPLAINER_BLOCKS = own_blocks(Explainer)
ExplainerRichText = EXPLAINER_BLOCKS[0]
