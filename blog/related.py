"""Posts that belong beside a post: of the same category, and by whatever other apps know of both.

The blog knows no conditions, muscles or services. An app that points at posts says so in its `AppConfig.ready`:

    related.register(lambda post: Post.objects.filter(conditions__in=post.conditions.all()))
"""

import datetime
from collections.abc import Callable

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from blog.models import Post

MOST = 3
#: A tie that somebody has made on purpose counts more than the same category.
_BY_CATEGORY, _BY_TIE = 1, 2

Tie = Callable[[Post], QuerySet[Post]]
_ties: list[Tie] = []


def register(tie: Tie) -> None:
    """Let posts be related: `tie` gives those that belong to a post, as a query that is not asked by itself."""
    _ties.append(tie)


def to(post: Post, *, at: datetime.datetime, most: int = MOST) -> list[Post]:
    """The posts that belong most to `post` of those that the public sees at the aware instant `at`; newest first
    among equals. One query."""
    weights = [(Q(category=post.category_id), _BY_CATEGORY)]
    weights += [(Q(pk__in=tie(post).values("pk")), _BY_TIE) for tie in _ties]
    any_of = Q()
    weight = Value(0)
    for condition, worth in weights:
        any_of |= condition
        weight = weight + Case(When(condition, then=worth), default=0, output_field=IntegerField())  # type: ignore[assignment]
    found = Post.objects.published(at).filter(any_of).exclude(pk=post.pk).annotate(weight=weight)
    return list(found.for_list().order_by("-weight", "-publish_at", "-pk")[:most])
