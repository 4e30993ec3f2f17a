"""What every page that an editor publishes has in common: state, review, words for search engines.

A page is stored as a draft or as live, with the moments from which and until which it shows. What it is at a
given moment (draft, scheduled, live, expired) is worked out from these three, so that nothing has to run when
a page's hour comes.
"""

import datetime
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Q

from blog import search_index
from flexclinic.lib import clock


class State(models.TextChoices):
    """What the editor decided."""

    DRAFT = "draft", "Draft"
    LIVE = "live", "Live"


class Publication(models.TextChoices):
    """What follows from the decision at a given moment."""

    DRAFT = "draft", "Draft"
    SCHEDULED = "scheduled", "Scheduled"
    LIVE = "live", "Live"
    EXPIRED = "expired", "Expired"


class PublishedPageQuerySet(models.QuerySet[Any]):
    """Pages by what they are at a moment; `PublishedPage.publication` says the same of one page."""

    def published(self, at: datetime.datetime) -> Self:
        """Pages that the public sees at the aware instant `at`."""
        return self.filter(Q(expire_at=None) | Q(expire_at__gt=at), state=State.LIVE, publish_at__lte=at)

    def drafts(self) -> Self:
        """Pages that nobody has released."""
        return self.filter(state=State.DRAFT)

    def scheduled(self, at: datetime.datetime) -> Self:
        """Released pages whose hour comes after the aware instant `at`."""
        return self.filter(state=State.LIVE, publish_at__gt=at)

    def expired(self, at: datetime.datetime) -> Self:
        """Released pages whose time was over at the aware instant `at`."""
        return self.filter(state=State.LIVE, expire_at__lte=at)

    def review_due(self, on: datetime.date) -> Self:
        """Pages whose next review is on or before the clinic's date `on`."""
        return self.filter(next_review_on__lte=on)

    def delete(self) -> tuple[int, dict[str, int]]:
        """Delete, and take out of the search."""
        search_index.forget_all(self)
        return super().delete()


class PublishedPage(models.Model):
    """A page with an address, which an editor writes, releases and has reviewed.

    Addresses that a page had before belong here too, once a change of slug leaves a redirect behind.
    """

    title = models.CharField(max_length=200)
    slug = models.SlugField(
        max_length=200,
        unique=True,
        help_text="The page's address. Links to the old one break when it changes.",
    )
    summary = models.TextField(
        max_length=300, help_text="One or two sentences, shown in lists and search results."
    )

    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    publish_at = models.DateTimeField(
        "publish from",
        null=True,
        blank=True,
        help_text="Left empty, a page that is set live shows from now on.",
    )
    expire_at = models.DateTimeField("publish until", null=True, blank=True)

    reviewer = models.ForeignKey(
        "blog.Author",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="medical reviewer",
        help_text="The licensed clinician who checked what the page says.",
    )
    reviewed_on = models.DateField(null=True, blank=True)
    next_review_on = models.DateField("next review", null=True, blank=True)

    seo_title = models.CharField(
        "title for search engines", max_length=70, blank=True, help_text="Left empty, the title."
    )
    seo_description = models.CharField(
        "description for search engines", max_length=160, blank=True, help_text="Left empty, the summary."
    )

    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(state=State.DRAFT) | Q(publish_at__isnull=False),
                name="%(app_label)s_%(class)s_live_has_publish_at",
                violation_error_message="A live page needs the moment from which it shows.",
            ),
            models.CheckConstraint(
                condition=Q(expire_at=None) | Q(publish_at=None) | Q(expire_at__gt=F("publish_at")),
                name="%(app_label)s_%(class)s_expires_after_publishing",
                violation_error_message="“Publish until” must be later than “publish from”.",
            ),
            models.CheckConstraint(
                condition=Q(reviewer=None, reviewed_on=None)
                | Q(reviewer__isnull=False, reviewed_on__isnull=False),
                name="%(app_label)s_%(class)s_review_has_who_and_when",
                violation_error_message="A review needs both the reviewer and the day.",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, note when, and let the search know. Whoever saves blocks afterwards tells it once more."""
        self.updated_at = clock.now()
        if kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = {*kwargs["update_fields"], "updated_at"}
        with transaction.atomic():
            super().save(*args, **kwargs)
            search_index.put(self)

    def get_absolute_url(self) -> str:
        """The page's path on the site."""
        raise NotImplementedError(f"{type(self).__name__} must say where it lives")

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Delete, and take out of the search."""
        search_index.forget(self)
        return super().delete(*args, **kwargs)

    def clean(self) -> None:
        """Let a page go live without a moment given: it shows from now on."""
        super().clean()
        if self.state == State.LIVE and self.publish_at is None:
            self.publish_at = clock.now()
        if self.next_review_on and self.reviewed_on and self.next_review_on <= self.reviewed_on:
            raise ValidationError({"next_review_on": "The next review must be after the last one."})

    def publication(self, at: datetime.datetime) -> Publication:
        """What the page is at the aware instant `at`. At `expire_at` it is over."""
        if self.state == State.DRAFT or self.publish_at is None:
            return Publication.DRAFT
        if at < self.publish_at:
            return Publication.SCHEDULED
        if self.expire_at is not None and at >= self.expire_at:
            return Publication.EXPIRED
        return Publication.LIVE

    def is_published(self, at: datetime.datetime) -> bool:
        """Whether the public sees the page at the aware instant `at`."""
        return self.publication(at) is Publication.LIVE

    def is_review_due(self, on: datetime.date) -> bool:
        """Whether the next review is on or before the clinic's date `on`."""
        return self.next_review_on is not None and self.next_review_on <= on

    @property
    def last_changed(self) -> datetime.datetime:
        """The instant of the last change that a reader could have seen: saved, or released after that."""
        return max(self.updated_at, self.publish_at or self.updated_at)

    @property
    def heading_for_search(self) -> str:
        """The title that search engines show."""
        return self.seo_title or self.title

    @property
    def description(self) -> str:
        """The description that search engines show."""
        return self.seo_description or self.summary
