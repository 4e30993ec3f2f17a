"""What the search looks through: a row for each page that somebody may find, and the words that stand in them.

`blog.search_index` writes these rows, `blog.search` reads them. Nothing here is anybody's original: all of it can be
made anew from the pages with `rebuild_search`.
"""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Func

# Letters without their marks. Each function is immutable, as a stored column needs them.
FOLDED = "regexp_replace(normalize({0}, NFKD), '[\\u0300-\\u036f]+', '', 'g')"


def _weighed() -> Func:
    """The words of a row by how much they say about it: A title and other names, B summary, C the text."""
    parts = (("title || ' ' || names", "A"), ("summary", "B"), ("body", "C"))
    sql = " || ".join(
        f"setweight(to_tsvector('english'::regconfig, {FOLDED.format(text)}), '{weight}')"
        for text, weight in parts
    )
    # The columns are named so that Django knows what the expression is made of.
    return Func(F("title"), F("names"), F("summary"), F("body"), template=f"({sql})")


class SearchEntry(models.Model):
    """One page as the search knows it. Drafts have none; others are found between their two moments."""

    kind = models.CharField(max_length=100)
    object_id = models.BigIntegerField()
    label = models.CharField(max_length=60)
    address = models.CharField(max_length=500)
    title = models.TextField()
    names = models.TextField(blank=True)
    summary = models.TextField(blank=True)
    body = models.TextField(blank=True)
    weight = models.FloatField(default=1)  # how much its kind counts against others
    shows_from = models.DateTimeField()
    shows_until = models.DateTimeField(null=True, blank=True)
    vector = models.GeneratedField(
        expression=_weighed(), output_field=SearchVectorField(), db_persist=True, editable=False
    )

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["kind", "object_id"], name="search_entry_once")]
        indexes = [GinIndex(fields=["vector"], name="search_entry_words")]

    def __str__(self) -> str:
        return self.title


class SearchWord(models.Model):
    """A word that stands in some page, as it is written there without its marks; for who mistypes one."""

    word = models.CharField(max_length=40, unique=True)

    class Meta:
        default_permissions = ()
        indexes = [GinIndex(OpClass(F("word"), "gin_trgm_ops"), name="search_word_trigrams")]

    def __str__(self) -> str:
        return self.word
