"""Which pages of this room the search knows, what it looks through of each, and which posts they tie together."""

from blog import related, search_index
from blog.models import Post
from blog.rendering import regions
from services.models import (
    CONDITION_BLOCKS,
    EXPLAINER_BLOCKS,
    Condition,
    Explainer,
    Muscle,
    Service,
    Therapist,
    Zone,
)


def register() -> None:
    """Let services, therapists, conditions, muscles, places and the pages on trigger points be found."""
    search_index.register(
        Service,
        label="Service",
        body=lambda service: search_index.plain(service.body),
        weight=1.5,  # who looks for a treatment wants to book one
    )
    search_index.register(
        Therapist,
        label="Therapist",
        body=lambda person: f"{person.role} {search_index.plain(person.bio)}",
    )
    search_index.register(Condition, label="Condition", names=_names_of_condition, body=_words_of_condition)
    search_index.register(
        Muscle, label="Muscle", names=lambda muscle: muscle.anatomical_name, body=_words_of_muscle
    )
    search_index.register(Zone, label="Where does it hurt?", body=lambda zone: zone.else_could_be)
    search_index.register(
        Explainer,
        label="How trigger points work",
        body=lambda page: search_index.words_of_blocks(regions(page, EXPLAINER_BLOCKS)["main"]),
    )
    related.register(lambda post: Post.objects.filter(conditions__posts=post))
    # A condition with muscles ties its own posts in both ways, so they come before those of the same muscle.
    related.register(lambda post: Post.objects.filter(conditions__muscles__conditions__posts=post))


def _names_of_condition(condition: Condition) -> str:
    return " ".join([condition.medical_term, condition.abbreviation, condition.other_names])


def _words_of_condition(condition: Condition) -> str:
    parts = regions(condition, CONDITION_BLOCKS).values()
    return " ".join([condition.finding, *(search_index.words_of_blocks(part) for part in parts)])


def _words_of_muscle(muscle: Muscle) -> str:
    return " ".join([muscle.point, muscle.referral, muscle.work, muscle.feels, muscle.yourself, muscle.note])
