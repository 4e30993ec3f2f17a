"""What lists of pages show and filter by, which no column stores."""

import datetime
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from blog.publishing import Publication, PublishedPage, PublishedPageQuerySet
from flexclinic.lib import clock, when


class PublicationFilter(admin.SimpleListFilter):
    """By what a page is now, which no column stores."""

    title = "what it is now"
    parameter_name = "publication"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The four publications."""
        return [(value.value, str(value.label)) for value in Publication]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The pages of the chosen kind."""
        assert isinstance(queryset, PublishedPageQuerySet)
        now = clock.now()
        match self.value():
            case Publication.DRAFT:
                return queryset.drafts()
            case Publication.SCHEDULED:
                return queryset.scheduled(now)
            case Publication.LIVE:
                return queryset.published(now)
            case Publication.EXPIRED:
                return queryset.expired(now)
        return queryset


class ReviewFilter(admin.SimpleListFilter):
    """By what the medical review still needs."""

    title = "medical review"
    parameter_name = "review"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Due, or not done at all."""
        return [("due", "Due"), ("missing", "Never reviewed")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The pages of the chosen kind."""
        assert isinstance(queryset, PublishedPageQuerySet)
        match self.value():
            case "due":
                return queryset.review_due(clock.today())
            case "missing":
                return queryset.filter(reviewer=None)
        return queryset


def review_state(page: PublishedPage, *, on: datetime.date) -> str:
    """Say in a few words what the page's review needs on the clinic's date `on`."""
    if page.reviewed_on is None:
        return "Never reviewed"
    if page.next_review_on is None:
        return f"Reviewed {when.format_date(page.reviewed_on)}"
    due = "Due since" if page.is_review_due(on) else "Next"
    return f"{due} {when.format_date(page.next_review_on)}"
