"""What pages of the site can show of muscles: their figures."""

from collections.abc import Collection, Mapping, Sequence

from flexclinic.lib import clock
from services.figures import shapes
from services.models import Muscle


def muscle_choices() -> Sequence[tuple[str, str]]:
    """The muscles that have a figure, from the head down."""
    drawn = Muscle.objects.filter(slug__in=shapes.muscles()).values_list("slug", "title", "anatomical_name")
    return [(slug, f"{title} ({term})") for slug, title, term in drawn]


def load_muscles(keys: Collection[str]) -> Mapping[str, Muscle]:
    """The published muscles of these slugs. One query."""
    return {muscle.slug: muscle for muscle in Muscle.objects.published(clock.now()).filter(slug__in=keys)}
