"""The demo's body map and its pages on trigger points: `demo_content/zones.toml` and `demo_content/trigger_points/`."""

import datetime
import tomllib
from pathlib import Path
from typing import Any

from blog.demo import write_blocks
from blog.publishing import State
from services.models import EXPLAINER_BLOCKS, Explainer, Likelihood, Muscle, Zone, ZoneMuscle

FOLDER = Path(__file__).resolve().parent / "demo_content"
_LIKELIHOODS = {"common": Likelihood.COMMON, "sometimes": Likelihood.SOMETIMES, "seldom": Likelihood.SELDOM}


def zone_entries() -> list[dict[str, Any]]:
    """What `demo_content/zones.toml` says, from the head down."""
    entries: list[dict[str, Any]] = tomllib.loads((FOLDER / "zones.toml").read_text(encoding="utf-8"))[
        "zones"
    ]
    return entries


def explainer_files() -> list[dict[str, Any]]:
    """What the files of `demo_content/trigger_points/` say, in the order of their names."""
    files = sorted((FOLDER / "trigger_points").glob("*.toml"))
    return [tomllib.loads(file.read_text(encoding="utf-8")) for file in files]


def seed(*, published: datetime.datetime) -> int:
    """Create what is missing, live as of an aware instant; give the number of new pages. Muscles must be there before.

    What is there stays as it is.
    """
    new = 0
    muscles = {muscle.slug: muscle for muscle in Muscle.objects.only("slug")}
    for position, data in enumerate(zone_entries(), start=1):
        if not Zone.objects.filter(slug=data["slug"]).exists():
            _create_zone(data, position=10 * position, published=published, muscles=muscles)
            new += 1
    for position, data in enumerate(explainer_files(), start=1):
        if not Explainer.objects.filter(slug=data["slug"]).exists():
            _create_explainer(data, position=10 * position, published=published)
            new += 1
    return new


def _create_zone(
    data: dict[str, Any], *, position: int, published: datetime.datetime, muscles: dict[str, Muscle]
) -> None:
    words = {name: value.strip() for name, value in data.items() if name != "muscles"}
    zone = Zone(**words, position=position, state=State.LIVE, publish_at=published)
    zone.full_clean()
    zone.save()
    ZoneMuscle.objects.bulk_create(
        ZoneMuscle(zone=zone, muscle=muscles[slug], likelihood=_LIKELIHOODS[often], position=10 * place)
        for place, (slug, often) in enumerate(data["muscles"], start=1)
        if slug in muscles
    )


def _create_explainer(data: dict[str, Any], *, position: int, published: datetime.datetime) -> None:
    words = {name: value for name, value in data.items() if name != "blocks"}
    page = Explainer(**words, position=position, state=State.LIVE, publish_at=published)
    page.full_clean()
    page.save()
    write_blocks(page, data["blocks"], kinds=EXPLAINER_BLOCKS)
