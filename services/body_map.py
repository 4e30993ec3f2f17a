"""What the pages of the body map show, read in a number of queries that does not grow."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from django.db.models import Prefetch

from blog.publishing import PublishedPageQuerySet
from services.models import Condition, Muscle, Zone, ZoneRegion


@dataclass(frozen=True, slots=True)
class Felt:
    """The muscles that are as likely as each other for a pain in one place."""

    likelihood: str
    muscles: list[Muscle]


def zones(at: datetime.datetime) -> list[Zone]:
    """The places that the public sees at the aware instant `at`, from the head down, without their words. One query."""
    published: PublishedPageQuerySet = Zone.objects.published(at)
    return list(published.only("title", "slug", "region", "position"))


def grouped(found: Sequence[Zone]) -> list[tuple[str, list[Zone]]]:
    """The places under the names of their parts of the body, from the head down."""
    order = {region: place for place, region in enumerate(ZoneRegion.values)}
    ordered = sorted(
        found, key=lambda zone: order[zone.region]
    )  # stable: the clinic's order stays within each
    return [
        (str(ZoneRegion(region).label), list(those))
        for region, those in groupby(ordered, key=lambda zone: zone.region)
    ]


def felt_in(zone: Zone, at: datetime.datetime) -> list[Felt]:
    """The published muscles whose pain is felt in the place, the likeliest first, with conditions. Two queries."""
    conditions = Prefetch(
        "muscle__conditions", queryset=Condition.objects.published(at), to_attr="shown_conditions"
    )
    muscles = Muscle.objects.published(at)
    ways = zone.felt.filter(muscle__in=muscles).select_related("muscle").prefetch_related(conditions)
    return [
        Felt(likelihood, [way.muscle for way in those])
        for likelihood, those in groupby(ways, key=lambda way: str(way.get_likelihood_display()))
    ]


def conditions_of(felt: Sequence[Felt]) -> list[Condition]:
    """The conditions that go with the muscles, each once, in the clinic's order."""
    found = {
        condition.pk: condition
        for one in felt
        for muscle in one.muscles
        for condition in muscle.shown_conditions  # type: ignore[attr-defined]  # from `felt_in`
    }
    return sorted(found.values(), key=lambda condition: (condition.position, condition.title))
