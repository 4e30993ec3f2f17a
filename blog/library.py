"""The media library: pictures and videos that pages show, each uploaded once and used wherever it fits."""

from django.core.files.storage import default_storage
from django.core.validators import MaxValueValidator
from django.db import models

from blog.picture_files import Focus
from flexclinic.lib import clock


class Picture(models.Model):
    """An uploaded picture, as it was made anew: see `blog.imaging` for its files."""

    name = models.CharField(max_length=120, help_text="To find it by. Visitors do not see it.")
    alternative_text = models.CharField(
        max_length=300,
        blank=True,
        help_text="What the picture shows, for people who cannot see it. A page may say it in its own words.",
    )
    credit = models.CharField(max_length=200, blank=True, help_text="Who made it, shown beside it.")
    focal_x = models.PositiveSmallIntegerField(
        "focus from the left",
        default=50,
        validators=[MaxValueValidator(100)],
        help_text="In percent: what stays in sight when the picture is cropped.",
    )
    focal_y = models.PositiveSmallIntegerField(
        "focus from the top", default=50, validators=[MaxValueValidator(100)], help_text="In percent."
    )
    folder = models.CharField(max_length=32, unique=True, editable=False)
    width = models.PositiveIntegerField(editable=False)
    height = models.PositiveIntegerField(editable=False)
    added_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        ordering = ["-added_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(focal_x__lte=100, focal_y__lte=100), name="picture_focus_is_inside"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def focus(self) -> Focus:
        """What stays in sight when the picture is cropped."""
        return Focus(self.focal_x, self.focal_y)


class Video(models.Model):
    """An uploaded video with its captions and its text."""

    name = models.CharField("title", max_length=120, help_text="What the video shows. Visitors see it.")
    transcript = models.TextField(
        max_length=20_000,
        help_text="Everything that is said, and what is seen that matters. An empty line starts a new paragraph.",
    )
    still = models.ForeignKey(
        Picture,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="The picture that stands there before the video plays.",
    )
    folder = models.CharField(max_length=32, unique=True, editable=False)
    kind = models.CharField(max_length=4, choices=[("mp4", "MP4"), ("webm", "WebM")], editable=False)
    size = models.PositiveBigIntegerField(editable=False, help_text="Bytes.")
    added_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        ordering = ["-added_at", "-pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def address(self) -> str:
        """Where the film is."""
        return str(default_storage.url(f"videos/{self.folder}/film.{self.kind}"))

    @property
    def captions_address(self) -> str:
        """Where its captions are."""
        return str(default_storage.url(f"videos/{self.folder}/captions.vtt"))
