"""The services' part of /sitemap.xml."""

import datetime
from typing import Any

from django.contrib.sitemaps import Sitemap
from django.urls import reverse

from blog.publishing import PublishedPageQuerySet
from flexclinic.lib import clock
from services.models import Service, Therapist


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


class FrontSitemap(Sitemap[str]):
    """The home page and the two lists."""

    def items(self) -> list[str]:
        """The names of their addresses."""
        return ["home", "services:services", "services:therapists"]

    def location(self, item: str) -> str:
        """The path of a name."""
        return reverse(item)


SITEMAPS: dict[str, type[Sitemap[Any]]] = {
    "front": FrontSitemap,
    "services": ServiceSitemap,
    "therapists": TherapistSitemap,
}
