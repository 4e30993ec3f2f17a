"""What every page that an editor publishes has in common: state, review, words for search engines.

A page is stored as a draft or as live, with the moments from which and until which it shows. What it is at a
given moment (draft, scheduled, live, expired) is worked out from these three, so that nothing has to run when
a page's hour comes.
"""

import copy
import datetime
from typing import Any, ClassVar, Self

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Q, Value
from imagefield.fields import ImageField

from blog import addresses, search_index
from blog.sources import Source
from blog.sources import read as read_sources
from blog.sources import validate as validate_sources
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

    Saving one counts its `edition`, and leaves a redirect behind when the public had seen it at another address.
    """

    #: What an older version that is restored leaves as it is now: no text goes on or off the site by that.
    not_restored: ClassVar[frozenset[str]] = frozenset({"state", "publish_at", "expire_at"})

    title = models.CharField(max_length=200)
    slug = models.SlugField(
        max_length=200,
        unique=True,
        help_text="The end of the page's address. When you change it, the old address leads to the new one.",
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

    author = models.ForeignKey(
        "blog.Author",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Who wrote the page. It may be empty.",
    )
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
    sources = models.JSONField(
        default=list,
        db_default=Value([], models.JSONField()),
        blank=True,
        validators=[validate_sources],
        help_text="What the page relies on, in the order of their numbers.",
    )

    seo_title = models.CharField(
        "title for search engines", max_length=70, blank=True, help_text="Left empty, the title."
    )
    seo_description = models.CharField(
        "description for search engines", max_length=160, blank=True, help_text="Left empty, the summary."
    )

    social_picture = ImageField(
        "picture for sharing",
        upload_to="social/",
        blank=True,
        db_default="",
        width_field="social_picture_width",
        height_field="social_picture_height",
        formats={"social": ["default", ("crop", (1200, 630))]},
        help_text="Shown where somebody shares the page's address. Best at 1200 by 630 pixels. "
        "Left empty, the clinic's own.",
    )

    social_picture_width = models.PositiveIntegerField(null=True, blank=True, editable=False)
    social_picture_height = models.PositiveIntegerField(null=True, blank=True, editable=False)

    edition = models.PositiveIntegerField(
        default=1, db_default=1, editable=False, help_text="How often the page has been saved."
    )
    preview_round = models.PositiveIntegerField(
        default=0, db_default=0, editable=False, help_text="Links to previews of an earlier round are void."
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
        """Save, note when and how often, leave a redirect at an address that the public knew, and tell the search.

        The row is locked first: two who rename a page at once do so one after the other. Whoever saves blocks
        afterwards tells the search once more.
        """
        self.updated_at = clock.now()
        with transaction.atomic():
            before = None if self._state.adding else self._locked()
            if before is not None:
                self.edition = before.edition + 1
            if kwargs.get("update_fields") is not None:
                kwargs["update_fields"] = {*kwargs["update_fields"], "updated_at", "edition"}
            super().save(*args, **kwargs)
            if before is not None and before.slug != self.slug:
                self._moved_from(before)
            search_index.put(self)

    def get_absolute_url(self) -> str:
        """The page's path on the site."""
        raise NotImplementedError(f"{type(self).__name__} must say where it lives")

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Delete, and take out of the search."""
        search_index.forget(self)
        return super().delete(*args, **kwargs)

    def _locked(self) -> Self | None:
        """What of the stored row `save` needs; nobody else saves the page before this transaction ends."""
        rows = type(self)._base_manager.select_for_update().filter(pk=self.pk)
        return rows.only("slug", "edition", "state", "publish_at").first()

    def _moved_from(self, before: Self) -> None:
        stood = copy.copy(self)
        stood.slug = before.slug
        now = clock.now()
        seen = before.state == State.LIVE and before.publish_at is not None and before.publish_at <= now
        addresses.note_move(self, old=stood.get_absolute_url(), new=self.get_absolute_url(), seen=seen)

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

    @property
    def listed_sources(self) -> list[Source]:
        """The sources for the page, in order; none where the row holds what is no list of sources."""
        try:
            return read_sources(self.sources)
        except ValidationError:
            return []
