"""Posts, the people who write and review them, and the categories that they are sorted into."""

import datetime
import uuid
from typing import ClassVar, Self

from content_editor.models import Region
from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse

from blog.addresses import FormerAddress
from blog.blocks import own_blocks
from blog.editing import OpenPage, Snapshot
from blog.library import Picture, Video
from blog.publishing import PublishedPage, PublishedPageQuerySet
from blog.search_rows import SearchEntry as SearchEntry
from blog.search_rows import SearchWord as SearchWord
from blog.terms import Term as Term

__all__ = [
    "Author",
    "Category",
    "FormerAddress",
    "OpenPage",
    "Page",
    "Picture",
    "Post",
    "Snapshot",
    "Tag",
    "Video",
]

RESERVED_SLUGS = {"author", "category", "feed", "tag"}  # see urls.py


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

    def get_absolute_url(self) -> str:
        """The list of the author's posts."""
        return reverse("blog:author", args=[self.slug])


class CategoryQuerySet(models.QuerySet["Category"]):
    """Categories by what they hold."""

    def with_posts(self, at: datetime.datetime) -> Self:
        """Those of which the public sees a post at the aware instant `at`."""
        seen = Post.objects.published(at).filter(category=models.OuterRef("pk")).order_by()
        return self.filter(models.Exists(seen))


class Category(models.Model):
    """A subject that posts are sorted into."""

    name = models.CharField(max_length=60, unique=True)
    slug = models.SlugField(max_length=60, unique=True)
    description = models.TextField(max_length=300, blank=True)

    objects = CategoryQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "categories"

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The list of the category's posts."""
        return reverse("blog:category", args=[self.slug])


class Tag(models.Model):
    """A word that posts of any category can have in common."""

    name = models.CharField(max_length=60, unique=True)
    slug = models.SlugField(max_length=60, unique=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The list of the posts that have it."""
        return reverse("blog:tag", args=[self.slug])


class PostQuerySet(PublishedPageQuerySet):
    """Posts, newest first."""

    def for_list(self) -> Self:
        """With what a list shows of each post, in one query."""
        return self.select_related("author", "category")

    def for_page(self) -> Self:
        """With what the post's page shows besides its blocks, in two queries."""
        return self.select_related("author", "category", "reviewer").prefetch_related("tags")


class Post(PublishedPage):
    """An article of the blog. Its body is a row of blocks."""

    author = models.ForeignKey(Author, on_delete=models.PROTECT, related_name="posts")
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="posts")
    tags = models.ManyToManyField(Tag, blank=True, related_name="posts")
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
(
    PostRichText,
    PostFigure,
    PostCareCard,
    PostCallToBook,
    PostDoDont,
    PostQuestion,
    PostEvidence,
    PostVideo,
    PostFreeTimes,
    PostMuscleFigure,
) = POST_BLOCKS


class Page(PublishedPage):
    """A page about the clinic at an address of its own, such as its prices. Its body is a row of blocks."""

    position = models.PositiveSmallIntegerField("order", default=0)

    objects = PublishedPageQuerySet.as_manager()

    regions: ClassVar[list[Region]] = [Region(key="main", title="Page")]

    class Meta(PublishedPage.Meta):
        ordering = ["position", "title"]

    def get_absolute_url(self) -> str:
        """The page."""
        return reverse("pages:page", args=[self.slug])


PAGE_BLOCKS = own_blocks(Page)
