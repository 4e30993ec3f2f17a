"""Posts, the people who write and review them, and the categories that they are sorted into."""

import datetime
import uuid
from typing import ClassVar, Self

from content_editor.models import Region
from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse

from blog.blocks import own_blocks
from blog.publishing import PublishedPage, PublishedPageQuerySet
from blog.search_rows import SearchEntry as SearchEntry
from blog.search_rows import SearchWord as SearchWord
from blog.terms import Term as Term

RESERVED_SLUGS = {"category", "feed"}  # see urls.py


class Author(models.Model):
    """Somebody who writes or reviews pages."""

    name = models.CharField(max_length=100)
    slug = models.SlugField(max_length=100, unique=True)
    role = models.CharField(
        max_length=100, blank=True, help_text="As in “Editor” or “Licensed massage therapist”."
    )
    bio = models.TextField(max_length=1000, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Category(models.Model):
    """A subject that posts are sorted into."""

    name = models.CharField(max_length=60, unique=True)
    slug = models.SlugField(max_length=60, unique=True)
    description = models.TextField(max_length=300, blank=True)

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "categories"

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The list of the category's posts."""
        return reverse("blog:category", args=[self.slug])


class PostQuerySet(PublishedPageQuerySet):
    """Posts, newest first."""

    def for_list(self) -> Self:
        """With what a list shows of each post, in one query."""
        return self.select_related("author", "category")

    def for_page(self) -> Self:
        """With what the post's page shows besides its blocks, in one query."""
        return self.select_related("author", "category", "reviewer")


class Post(PublishedPage):
    """An article of the blog. Its body is a row of blocks."""

    author = models.ForeignKey(Author, on_delete=models.PROTECT, related_name="posts")
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="posts")
    feed_id = models.UUIDField(
        default=uuid.uuid4,
        unique=True,
        editable=False,
        help_text="Who the post is for feed readers, whatever its address becomes.",
    )

    objects = PostQuerySet.as_manager()

    regions: ClassVar[list[Region]] = [Region(key="main", title="Article")]

    class Meta(PublishedPage.Meta):
        ordering = ["-publish_at", "-pk"]
        indexes = [models.Index(fields=["state", "-publish_at", "-id"], name="blog_post_newest")]

    def clean(self) -> None:
        """Refuse an address that the blog needs for itself."""
        super().clean()
        if self.slug in RESERVED_SLUGS:
            raise ValidationError(
                {"slug": f"“{self.slug}” is an address of the blog itself. Choose another."}
            )

    def get_absolute_url(self) -> str:
        """The post's page."""
        return reverse("blog:post", args=[self.slug])

    def newer(self, at: datetime.datetime) -> "Post | None":
        """The post that the public got next after this one, as of the aware instant `at`."""
        after = models.Q(publish_at__gt=self.publish_at) | models.Q(
            publish_at=self.publish_at, pk__gt=self.pk
        )
        return Post.objects.published(at).filter(after).order_by("publish_at", "pk").first()

    def older(self, at: datetime.datetime) -> "Post | None":
        """The post that the public got before this one, as of the aware instant `at`."""
        before = models.Q(publish_at__lt=self.publish_at) | models.Q(
            publish_at=self.publish_at, pk__lt=self.pk
        )
        return Post.objects.published(at).filter(before).order_by("-publish_at", "-pk").first()


POST_BLOCKS = own_blocks(Post)
PostRichText, PostFigure, PostCareCard, PostCallToBook = POST_BLOCKS
