"""Which pages somebody has to review: overdue, due soon, or never reviewed, over all kinds."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Q

from blog.publishing import PublishedPage

SOON = datetime.timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Reviews:
    """Pages by what their review needs. Drafts are named only where a date was given for them."""

    overdue: list[PublishedPage] = field(default_factory=list)
    soon: list[PublishedPage] = field(default_factory=list)
    never: list[PublishedPage] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        """Whether nothing is to do."""
        return not (self.overdue or self.soon or self.never)


def reviews(kinds: Iterable[type[PublishedPage]], *, on: datetime.date, at: datetime.datetime) -> Reviews:
    """What is to be reviewed as of the clinic's date `on`; one query for each kind.

    Never reviewed are pages that the public sees at the aware instant `at` or will see.
    """
    found = Reviews()
    for kind in kinds:
        over = Q(expire_at__lte=at)
        never = Q(reviewed_on=None, state="live") & ~over
        due = Q(next_review_on__lte=on + SOON) & ~over
        for page in kind._base_manager.filter(never | due).select_related("reviewer", "author"):
            if page.next_review_on is not None and page.next_review_on <= on:
                found.overdue.append(page)
            elif page.next_review_on is not None and page.next_review_on <= on + SOON:
                found.soon.append(page)
            else:
                found.never.append(page)
    for pages in (found.overdue, found.soon):
        pages.sort(key=lambda page: (page.next_review_on or on, page.title))
    found.never.sort(key=lambda page: (page._meta.label_lower, page.title))
    return found
