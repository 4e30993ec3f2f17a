"""The blocks that a page's body is made of, as abstract models.

A kind of page makes them its own with `own_blocks`. Each block names the template that shows it, where it finds
itself as `block`, says whether it stands in the text, and how it looks in the editor's list of blocks.
"""

from collections.abc import Sequence
from typing import Any, ClassVar

from content_editor.models import create_plugin_base
from django.db import models
from django.db.models import Q
from django.utils.safestring import SafeString, mark_safe
from django_prose_editor.fields import ProseEditorField, create_sanitizer

from blog import pictures

# What the editor offers, and so all that is left of what it sends: the allowed tags follow from this list.
EXTENSIONS: dict[str, Any] = {
    "Bold": True,
    "Italic": True,
    "Heading": {"levels": [2, 3]},
    "BulletList": True,
    "OrderedList": True,
    "ListItem": True,
    "Blockquote": True,
    "HardBreak": True,
    "Link": {"enableTarget": False, "protocols": ["https", "http", "mailto", "tel"]},
    "NoSpellCheck": False,
}

_sanitizer = create_sanitizer(EXTENSIONS)


def sanitized(html: str) -> str:
    """Give the HTML without what the editor does not offer; an empty paragraph becomes ""."""
    return str(_sanitizer(html))


class RichTextBlock(models.Model):
    """Text with headings, lists and links."""

    template_name: ClassVar[str] = "blog/blocks/_rich_text.html"
    in_prose: ClassVar[bool] = True
    icon: ClassVar[str] = "notes"
    color: ClassVar[str] = "#1a5c50"

    text = ProseEditorField(extensions=EXTENSIONS, sanitize=True)

    class Meta:
        abstract = True
        verbose_name = "text"
        verbose_name_plural = "text"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save what is left after cleaning, whoever wrote it: forms clean too, imports may forget to."""
        self.text = sanitized(self.text)
        super().save(*args, **kwargs)

    @property
    def html(self) -> SafeString:
        """The text as markup for the page, cleaned again: a row may have been written by other means."""
        return mark_safe(sanitized(self.text))  # noqa: S308 - this is where it becomes safe


class FigureBlock(models.Model):
    """One of the site's drawings, with words for those who do not see it."""

    template_name: ClassVar[str] = "blog/blocks/_figure.html"
    in_prose: ClassVar[bool] = True
    icon: ClassVar[str] = "image"
    color: ClassVar[str] = "#7a4b12"

    picture = models.CharField(max_length=200, choices=pictures.drawings)
    alternative_text = models.CharField(
        max_length=300, blank=True, help_text="What the picture shows, for people who cannot see it."
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
                    Q(decorative=True, alternative_text="") | (Q(decorative=False) & ~Q(alternative_text=""))
                ),
                name="%(app_label)s_%(class)s_has_text_or_is_decorative",
                violation_error_message="Describe the picture, or say that it is decorative.",
            )
        ]

    @property
    def size(self) -> tuple[int, int] | None:
        """Width and height in CSS pixels; None when the drawing is no longer part of the site."""
        return pictures.size(self.picture)


class Urgency(models.TextChoices):
    """How soon somebody with such a sign needs help."""

    EMERGENCY = "emergency", "Emergency: call now"
    URGENT = "urgent", "Urgent: the same day"
    ASK = "ask", "Ask a doctor first"


class CareCardBlock(models.Model):
    """Signs that need help, one a line, under a title that says from whom and how soon."""

    template_name: ClassVar[str] = "blog/blocks/_care_card.html"
    in_prose: ClassVar[bool] = False
    icon: ClassVar[str] = "health_and_safety"
    color: ClassVar[str] = "#8a1f1f"

    urgency = models.CharField(max_length=10, choices=Urgency)
    signs = models.TextField(max_length=1500, help_text="One sign a line. Each goes on from “… if:”.")

    class Meta:
        abstract = True
        verbose_name = "care card"
        verbose_name_plural = "care cards"

    @property
    def lines(self) -> list[str]:
        """The signs, without empty lines."""
        return [line.strip() for line in self.signs.splitlines() if line.strip()]


class CallToBookBlock(models.Model):
    """An invitation to book, with a button that leads to the choice of a service."""

    template_name: ClassVar[str] = "blog/blocks/_call_to_book.html"
    in_prose: ClassVar[bool] = False
    icon: ClassVar[str] = "event_available"
    color: ClassVar[str] = "#2f4f7d"

    heading = models.CharField(max_length=120, default="Would you like to come?")
    text = models.TextField(max_length=400, blank=True)
    label = models.CharField("words on the button", max_length=40, default="Book a visit")

    class Meta:
        abstract = True
        verbose_name = "call to book"
        verbose_name_plural = "calls to book"


#: Every kind of block, in the order in which the editor offers them.
KINDS: tuple[type[models.Model], ...] = (RichTextBlock, FigureBlock, CareCardBlock, CallToBookBlock)


def own_blocks(
    parent: type[models.Model], kinds: Sequence[type[models.Model]] = KINDS
) -> tuple[type[Any], ...]:
    """Make tables of the parent's own for the kinds of block, named after both: a Post's text is a PostRichText."""
    return tuple(_own_block(parent, kind) for kind in kinds)


def _own_block(parent: type[models.Model], kind: type[Any]) -> type[Any]:
    base = create_plugin_base(parent)
    meta = type("Meta", (kind.Meta, base.Meta), {"abstract": False})
    return type(
        f"{parent.__name__}{kind.__name__.removesuffix('Block')}",
        (kind, base),
        {"__module__": parent.__module__, "__doc__": kind.__doc__, "Meta": meta},
    )
