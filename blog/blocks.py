"""The blocks that a page's body is made of, as abstract models.

A kind of page makes them its own with `own_blocks`. Each block names the template that shows it, where it finds
itself as `block`, says whether it stands in the text, and how it looks in the editor's list of blocks.
"""

from collections.abc import Sequence
from typing import Any, ClassVar

from content_editor.models import create_plugin_base
from django.db import models
from django.utils.html import strip_tags
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django_prose_editor.fields import ProseEditorField

from blog.embed_blocks import FreeTimesBlock, MuscleFigureBlock
from blog.media_blocks import FigureBlock, VideoBlock
from blog.prose import EXTENSIONS, WITHIN, sanitized, sanitized_within, shown
from blog.source_lines import Source, parse_sources


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


class RichTextBlock(models.Model):
    """Text with headings, lists and links."""

    template_name: ClassVar[str] = "blog/blocks/_rich_text.html"
    in_prose: ClassVar[bool] = True
    icon: ClassVar[str] = "notes"
    color: ClassVar[str] = "#1a5c50"

    text = ProseEditorField(extensions=EXTENSIONS, sanitize=sanitized)

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
        return shown(self.text)


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
        return _lines(self.signs)


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


class DoDontBlock(models.Model):
    """Two lists: what helps, and what to leave."""

    template_name: ClassVar[str] = "blog/blocks/_do_dont.html"
    in_prose: ClassVar[bool] = False
    icon: ClassVar[str] = "rule"
    color: ClassVar[str] = "#2f6b2f"

    heading = models.CharField(max_length=120, blank=True)
    do = models.TextField(max_length=1500, help_text="One a line. Each goes on from “Do”.")
    dont = models.TextField("don't", max_length=1500, help_text="One a line. Each goes on from “Don’t”.")

    class Meta:
        abstract = True
        verbose_name = "do and don't"
        verbose_name_plural = "do and don't"

    @property
    def dos(self) -> list[str]:
        """What helps, without empty lines."""
        return _lines(self.do)

    @property
    def donts(self) -> list[str]:
        """What to leave, without empty lines."""
        return _lines(self.dont)


class QuestionBlock(models.Model):
    """A question with its answer, folded away or standing open."""

    template_name: ClassVar[str] = "blog/blocks/_question.html"
    in_prose: ClassVar[bool] = True
    icon: ClassVar[str] = "help_outline"
    color: ClassVar[str] = "#3d4f8a"

    question = models.CharField(max_length=200)
    answer = ProseEditorField(extensions=WITHIN, sanitize=sanitized_within)
    folded = models.BooleanField(
        default=True,
        help_text="The answer opens when somebody chooses the question. Off: both stand in the text.",
    )

    class Meta:
        abstract = True
        verbose_name = "question and answer"
        verbose_name_plural = "questions and answers"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save what is left of the answer after cleaning, whoever wrote it."""
        self.answer = sanitized_within(self.answer)
        super().save(*args, **kwargs)

    @property
    def html(self) -> SafeString:
        """The answer as markup for the page."""
        return shown(self.answer, sanitized_within)


class Certainty(models.TextChoices):
    """How sure the research is of what it found."""

    HIGH = "high", "High: more research will hardly change it"
    MODERATE = "moderate", "Moderate: more research may change it"
    LOW = "low", "Low: more research will probably change it"
    VERY_LOW = "very_low", "Very low: nobody can be sure"
    NONE = "none", "None: there are no good studies"


#: The mark of each level on a scale of four, for those who see; the words say the same.
_SCALE = {
    Certainty.HIGH: 4,
    Certainty.MODERATE: 3,
    Certainty.LOW: 2,
    Certainty.VERY_LOW: 1,
    Certainty.NONE: 0,
}


class EvidenceBlock(models.Model):
    """What research found about one question, how sure it is, and what else works."""

    template_name: ClassVar[str] = "blog/blocks/_evidence.html"
    in_prose: ClassVar[bool] = False
    icon: ClassVar[str] = "science"
    color: ClassVar[str] = "#4a5a20"

    about = models.CharField("what was asked", max_length=160, help_text="As in “Massage for heel pain”.")
    certainty = models.CharField(max_length=10, choices=Certainty)
    found = models.TextField(
        "what was found", max_length=1500, help_text="An empty line starts a new paragraph."
    )
    what_else_works = models.TextField(
        max_length=1500, blank=True, help_text="One a line, as in “Stretching and strengthening”."
    )
    sources = models.TextField(
        max_length=2000,
        blank=True,
        help_text="One a line: the number of one of the page’s sources, or words with an address, as in"
        " “Cochrane 2024 https://…”.",
    )

    class Meta:
        abstract = True
        verbose_name = "evidence"
        verbose_name_plural = "evidence"

    @property
    def level(self) -> str:
        """The level in one or two words."""
        return str(Certainty(self.certainty).label).partition(":")[0]

    @property
    def meaning(self) -> str:
        """What the level means."""
        return str(Certainty(self.certainty).label).partition(": ")[2]

    @property
    def scale(self) -> list[bool]:
        """Four marks, of which as many are filled as the research is sure."""
        return [mark < _SCALE[Certainty(self.certainty)] for mark in range(4)]

    @property
    def others(self) -> list[str]:
        """What else works, without empty lines."""
        return _lines(self.what_else_works)

    @property
    def source_list(self) -> list[Source]:
        """The sources in the order in which they were written."""
        return parse_sources(_lines(self.sources))


#: Every kind of block, in the order in which the editor offers them.
KINDS: tuple[type[models.Model], ...] = (
    RichTextBlock,
    FigureBlock,
    CareCardBlock,
    CallToBookBlock,
    DoDontBlock,
    QuestionBlock,
    EvidenceBlock,
    VideoBlock,
    FreeTimesBlock,
    MuscleFigureBlock,
)

__all__ = ["EXTENSIONS", "KINDS", "own_blocks", "sanitized"]


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
        {"__module__": parent.__module__, "__doc__": kind.__doc__, "Meta": meta, "__str__": _first_words},
    )


def _first_words(block: models.Model) -> str:
    """What the editor's list of blocks shows of a block: the first of its words."""
    for field in block._meta.concrete_fields:
        if (
            isinstance(field, models.CharField | models.TextField)
            and field.name != "region"
            and not field.choices
        ):
            words = " ".join(strip_tags(str(getattr(block, field.name))).split())
            if words:
                return Truncator(words).chars(60)
    return str(block._meta.verbose_name)
