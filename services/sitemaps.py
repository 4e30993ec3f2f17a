"""The services' part of /sitemap.xml."""

import datetime
from typing import Any

from django.contrib.sitemaps import Sitemap
from django.urls import reverse

from blog.publishing import PublishedPageQuerySet
from flexclinic.lib import clock
from services.figure_sitemaps import FIGURE_SITEMAPS
from services.models import Condition, Muscle, Service, Therapist


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


class ConditionSitemap(Sitemap[Condition]):
    """Every condition that the public sees now."""

    def items(self) -> PublishedPageQuerySet:
        """The published conditions."""
        return Condition.objects.published(clock.now())

    def lastmod(self, item: Condition) -> datetime.datetime:
        """When a reader could last have seen a change."""
        return item.last_changed


class MuscleSitemap(Sitemap[Muscle]):
    """Every muscle that the public sees now."""

    def items(self) -> PublishedPageQuerySet:
        """The published muscles."""
        return Muscle.objects.published(clock.now())

    def lastmod(self, item: Muscle) -> datetime.datetime:
        """When a reader could last have seen a change."""
        return item.last_changed


class FrontSitemap(Sitemap[str]):
    """The home page and the lists."""

    def items(self) -> list[str]:
        """The names of their addresses."""
        return ["home", "services:services", "services:therapists", "services:conditions", "services:muscles"]

    def location(self, item: str) -> str:
        """The path of a name."""
        return reverse(item)


SITEMAPS: dict[str, type[Sitemap[Any]]] = {
    "front": FrontSitemap,
    "services": ServiceSitemap,
    "therapists": TherapistSitemap,
    "conditions": ConditionSitemap,
    "muscles": MuscleSitemap,
    **FIGURE_SITEMAPS,
}
