"""Blocks that show a picture or a film."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q

from blog import pictures


class FigureBlock(models.Model):
    """One of the site's drawings or an uploaded picture, with words for those who do not see it."""

    template_name: ClassVar[str] = "blog/blocks/_figure.html"
    in_prose: ClassVar[bool] = True
    icon: ClassVar[str] = "image"
    color: ClassVar[str] = "#7a4b12"

    picture = models.CharField("drawing", max_length=200, choices=pictures.drawings, blank=True)
    upload = models.ForeignKey(
        "blog.Picture",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="uploaded picture",
        help_text="In place of a drawing.",
    )
    alternative_text = models.CharField(
        max_length=300,
        blank=True,
        help_text="What it shows, for people who cannot see it. Empty: the uploaded picture’s own text.",
    )
    decorative = models.BooleanField(
        default=False, help_text="The picture says nothing that the text does not say."
    )
    caption = models.CharField(max_length=300, blank=True)

    class Meta:
        abstract = True
        verbose_name = "figure"
        verbose_name_plural = "figures"
        constraints = [
            models.CheckConstraint(
                condition=(
                    Q(decorative=True, alternative_text="")
                    | (Q(decorative=False) & (~Q(alternative_text="") | Q(upload__isnull=False)))
                ),
                name="%(app_label)s_%(class)s_has_text_or_is_decorative",
                violation_error_message="Describe the picture, or say that it is decorative.",
            ),
            models.CheckConstraint(
                condition=Q(picture="", upload__isnull=False) | (~Q(picture="") & Q(upload=None)),
                name="%(app_label)s_%(class)s_shows_one_picture",
                violation_error_message="Choose a drawing or an uploaded picture, one of the two.",
            ),
        ]

    @classmethod
    def get_queryset(cls) -> models.QuerySet[Self]:
        """With the uploaded pictures, in the same query."""
        return cls._default_manager.select_related("upload")

    @property
    def size(self) -> tuple[int, int] | None:
        """Width and height in CSS pixels of the drawing; None when it is no longer part of the site."""
        return pictures.size(self.picture)

    @property
    def words(self) -> str:
        """What stands for the picture: "" when it only decorates, or when nobody has written it yet."""
        if self.decorative:
            return ""
        return self.alternative_text or (self.upload.alternative_text if self.upload else "")

    @property
    def lacks_text(self) -> bool:
        """Whether somebody who cannot see the picture would miss what it says."""
        return not self.decorative and not self.words.strip()


class VideoBlock(models.Model):
    """A film from the site itself, with captions and its text."""

    template_name: ClassVar[str] = "blog/blocks/_video.html"
    in_prose: ClassVar[bool] = True
    icon: ClassVar[str] = "movie"
    color: ClassVar[str] = "#5b3a78"

    video = models.ForeignKey("blog.Video", on_delete=models.PROTECT, related_name="+")
    caption = models.CharField("words under the video", max_length=300, blank=True)

    class Meta:
        abstract = True
        verbose_name = "video"
        verbose_name_plural = "videos"

    @classmethod
    def get_queryset(cls) -> models.QuerySet[Self]:
        """With the videos and their still pictures, in the same query."""
        return cls._default_manager.select_related("video__still")
