"""The services' part of /sitemap.xml."""

from typing import Any

from django.contrib.sitemaps import Sitemap
from django.urls import reverse

from blog.sitemaps import PublishedSitemap, of_names, of_pages
from services.models import Condition, Explainer, Muscle, Service, Therapist, Zone


class ExplainerSitemap(PublishedSitemap):
    """The pages on trigger points, the first one at /trigger-points/."""

    kind = Explainer
    _first: Explainer | None = None

    def items(self) -> list[Explainer]:
        """The published pages in their order."""
        found: list[Explainer] = list(super().items())
        self._first = found[0] if found else None
        return found

    def location(self, item: Explainer) -> str:
        """The page's path."""
        return reverse("services:trigger_points") if item == self._first else item.get_absolute_url()


SITEMAPS: dict[str, type[Sitemap[Any]]] = {
    "front": of_names(
        "home", "services:services", "services:therapists", "services:conditions", "services:muscles"
    ),
    "services": of_pages(Service),
    "therapists": of_pages(Therapist),
    "conditions": of_pages(Condition),
    "muscles": of_pages(Muscle),
    "map": of_names("services:body_map", "services:doctor_sheet"),
    "zones": of_pages(Zone),
    "trigger-points": ExplainerSitemap,
}
