"""The glossary's terms: words that patients meet on these pages and may not know."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django_prose_editor.fields import ProseEditorField

from blog import search_index
from blog.blocks import EXTENSIONS, sanitized
from flexclinic.lib import clock


class TermQuerySet(models.QuerySet["Term"]):
    """Terms; one that is deleted is found no longer."""

    def delete(self) -> tuple[int, dict[str, int]]:
        """Delete, and take out of the search."""
        search_index.forget_all(self)
        return super().delete()


class Term(models.Model):
    """A word with what it means, in one sentence and, where it needs more, in a paragraph."""

    name = models.CharField(max_length=80, unique=True)
    slug = models.SlugField(max_length=80, unique=True, help_text="In the address: /glossary/#…")
    other_forms = models.TextField(
        max_length=500,
        blank=True,
        help_text="Other ways to write it, one a line: plurals, short forms, the Latin name.",
    )
    explanation = models.CharField(
        max_length=300, help_text="What it means, in 1 or 2 short sentences. Shown where the word stands."
    )
    more = ProseEditorField(
        "longer text",
        blank=True,
        extensions=EXTENSIONS,
        sanitize=True,
        help_text="Shown in the glossary, below the explanation.",
    )
    in_place = models.BooleanField(
        "explain in place",
        default=True,
        help_text="The first time the word stands on a page, a press on it shows the explanation.",
    )
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(default=clock.now, editable=False)

    objects = TermQuerySet.as_manager()

    class Meta:
        ordering = [Lower("name")]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save what is left of the longer text after cleaning, and let the search know."""
        self.more = sanitized(self.more)
        self.updated_at = clock.now()
        with transaction.atomic():
            super().save(*args, **kwargs)
            search_index.put(self)

    def get_absolute_url(self) -> str:
        """Where the term stands in the glossary."""
        return f"{reverse('glossary')}#{self.slug}"

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Delete, and take out of the search."""
        search_index.forget(self)
        return super().delete(*args, **kwargs)

    def clean(self) -> None:
        """Refuse a form that is another term's: a word can be explained in one way only."""
        super().clean()
        mine = {form.lower() for form in self.forms}
        for other in Term.objects.exclude(pk=self.pk):
            if taken := mine & {form.lower() for form in other.forms}:
                words = f"“{min(taken)}” stands under “{other.name}” already. Remove it from one of both."
                raise ValidationError({"other_forms": words})

    @property
    def more_html(self) -> SafeString:
        """The longer text as markup, cleaned again: a row may have been written by other means."""
        return mark_safe(sanitized(self.more))  # noqa: S308 - this is where it becomes safe

    @property
    def forms(self) -> list[str]:
        """Every way in which the term is written, its name first."""
        lines = (line.strip() for line in self.other_forms.splitlines())
        return [self.name, *(line for line in lines if line)]
