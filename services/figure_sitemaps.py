"""The body map and the pages on trigger points in /sitemap.xml."""

import datetime
from typing import Any

from django.contrib.sitemaps import Sitemap
from django.urls import reverse

from blog.publishing import PublishedPageQuerySet
from flexclinic.lib import clock
from services.models import Explainer, Zone


class MapSitemap(Sitemap[str]):
    """The map itself, and the sheet for a doctor."""

    def items(self) -> list[str]:
        """The names of their addresses."""
        return ["services:body_map", "services:doctor_sheet"]

    def location(self, item: str) -> str:
        """The path of a name."""
        return reverse(item)


class ZoneSitemap(Sitemap[Zone]):
    """Every place of the body map that the public sees now."""

    def items(self) -> PublishedPageQuerySet:
        """The published places."""
        return Zone.objects.published(clock.now())

    def lastmod(self, item: Zone) -> datetime.datetime:
        """When a reader could last have seen a change."""
        return item.last_changed


class ExplainerSitemap(Sitemap[Explainer]):
    """The pages on trigger points, the first one at /trigger-points/."""

    _first: Explainer | None = None

    def items(self) -> list[Explainer]:
        """The published pages in their order."""
        found = list(Explainer.objects.published(clock.now()))
        self._first = found[0] if found else None
        return found

    def location(self, item: Explainer) -> str:
        """The page's path."""
        return reverse("services:trigger_points") if item == self._first else item.get_absolute_url()

    def lastmod(self, item: Explainer) -> datetime.datetime:
        """When a reader could last have seen a change."""
        return item.last_changed


FIGURE_SITEMAPS: dict[str, type[Sitemap[Any]]] = {
    "map": MapSitemap,
    "zones": ZoneSitemap,
    "trigger-points": ExplainerSitemap,
}
