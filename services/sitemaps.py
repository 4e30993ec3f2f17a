"""The services' part of /sitemap.xml."""

import datetime
from typing import Any

from django.contrib.sitemaps import Sitemap
from django.urls import reverse

from blog.publishing import PublishedPageQuerySet
from flexclinic.lib import clock
from services.models import Explainer, Service, Therapist, Zone


class ServiceSitemap(Sitemap[Service]):
    """Every service that the public sees now."""

    def items(self) -> PublishedPageQuerySet:
        """The published services."""
        return Service.objects.published(clock.now())

    def lastmod(self, item: Service) -> datetime.datetime:
        """When a reader could last have seen a change."""
        return item.last_changed


class TherapistSitemap(Sitemap[Therapist]):
    """Every therapist whom the public sees now."""

    def items(self) -> PublishedPageQuerySet:
        """The published therapists."""
        return Therapist.objects.published(clock.now())

    def lastmod(self, item: Therapist) -> datetime.datetime:
        """When a reader could last have seen a change."""
        return item.last_changed


class ZoneSitemap(Sitemap[Zone]):
    """Every place of the body map that the public sees now."""

    def items(self) -> PublishedPageQuerySet:
        """The published places."""
        return Zone.objects.published(clock.now())

    def lastmod(self, item: Zone) -> datetime.datetime:
        """When a reader could last have seen a change."""
        return item.last_changed


class ExplainerSitemap(Sitemap[Explainer]):
    """The pages on trigger points, the first one at its own address."""

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


class FrontSitemap(Sitemap[str]):
    """The home page, the lists, the body map and its sheet."""

    def items(self) -> list[str]:
        """The names of their addresses."""
        return ["home", "services:services", "services:therapists", "services:body_map", "services:doctor_sheet"]

    def location(self, item: str) -> str:
        """The path of a name."""
        return reverse(item)


SITEMAPS: dict[str, type[Sitemap[Any]]] = {
    "front": FrontSitemap,
    "services": ServiceSitemap,
    "therapists": TherapistSitemap,
    "zones": ZoneSitemap,
    "trigger-points": ExplainerSitemap,
}
