"""Blocks that show something of other rooms of the house; see `blog.embeds`."""

from typing import Any, ClassVar

from django.db import models

from blog import embeds


class _EmbedBlock(models.Model):
    """Shows what its `key` names."""

    template_name: ClassVar[str] = "blog/blocks/_embed.html"
    in_prose: ClassVar[bool] = False
    embed_kind: ClassVar[str]
    key_field: ClassVar[str]
    #: What the key names; None when it is gone. `embeds.load_all` fills it.
    embedded: Any = None

    class Meta:
        abstract = True

    @property
    def key(self) -> str:
        """What is looked up."""
        return str(getattr(self, self.key_field))

    @property
    def embed_template(self) -> str:
        """The template that shows it; "" where nobody offers this kind of thing."""
        return embeds.template_name(self.embed_kind)


class FreeTimesBlock(_EmbedBlock):
    """The first free times of something that can be booked."""

    icon: ClassVar[str] = "schedule"
    color: ClassVar[str] = "#1f5f7a"
    embed_kind: ClassVar[str] = embeds.FREE_TIMES
    key_field: ClassVar[str] = "option"

    heading = models.CharField(max_length=120, default="First free times")
    option = embeds.EmbedField("of", kind=embeds.FREE_TIMES)

    class Meta:
        abstract = True
        verbose_name = "free times"
        verbose_name_plural = "free times"


class MuscleFigureBlock(_EmbedBlock):
    """The figure of a muscle: where its trigger point lies, and where its pain goes."""

    icon: ClassVar[str] = "accessibility_new"
    color: ClassVar[str] = "#7a3b3b"
    embed_kind: ClassVar[str] = embeds.MUSCLE
    key_field: ClassVar[str] = "muscle"

    muscle = embeds.EmbedField(kind=embeds.MUSCLE)
    caption = models.CharField(max_length=300, blank=True)

    class Meta:
        abstract = True
        verbose_name = "muscle figure"
        verbose_name_plural = "muscle figures"
