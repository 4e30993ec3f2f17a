"""What the search knows of the pages, kept in step with them.

Each app says in one place which of its pages are found, as `AppConfig.ready` does here:

    search_index.register(Post, label="Blog", body=post_words)

A page's row is written in the transaction that saves the page (`PublishedPage.save`); whoever saves its blocks
afterwards calls `put` once more. `rebuild` makes everything anew.
"""

import datetime
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any

from django.apps import apps
from django.db import models, transaction
from django.utils.html import strip_tags

#: More characters of a text than these are not looked through.
LONGEST_TEXT = 200_000
#: Words of so many letters can be mistyped and put right.
SHORTEST_WORD, LONGEST_WORD = 3, 40
#: From when pages show that have no moment of their own.
ALWAYS = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
#: Around a found word in what the database gives back. They may stand in no text.
MARK_START, MARK_END = "\ue000", "\ue001"

_UNWANTED = re.compile(f"[\\0{MARK_START}{MARK_END}]")
_BLOCK_ENDS = re.compile(r"</(p|li|h[1-6]|td|th|dt|dd|blockquote|figcaption)>|<br\s*/?>", re.IGNORECASE)


def _no_words(page: Any) -> str:
    return ""


def _released(page: Any) -> bool:
    return getattr(page, "state", "live") == "live"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of page that is found. `label` stands beside a result; `names` are other names of the thing itself."""

    model: type[models.Model]
    label: str
    body: Callable[[Any], str]
    names: Callable[[Any], str]
    title: Callable[[Any], str]
    summary: Callable[[Any], str]
    weight: float


_kinds: dict[str, Kind] = {}


def register(
    model: type[models.Model],
    *,
    label: str,
    body: Callable[[Any], str] = _no_words,
    names: Callable[[Any], str] = _no_words,
    title: Callable[[Any], str] = lambda page: page.title,
    summary: Callable[[Any], str] = lambda page: page.summary,
    weight: float = 1,
) -> None:
    """Let the pages of a model be found. Its rows need `get_absolute_url`; the words are plain text.

    `weight` is how much a page of this kind counts against one of another that has the same words.
    """
    _kinds[model._meta.label_lower] = Kind(
        model=model, label=label, body=body, names=names, title=title, summary=summary, weight=weight
    )


def kinds() -> Iterator[Kind]:
    """Every kind of page that is found."""
    yield from _kinds.values()


def put(page: Any) -> None:
    """Write down what the page says now; a draft is taken out. Nothing, where its kind is not registered."""
    kind = _kinds.get(page._meta.label_lower)
    if kind is None:
        return
    if not _released(page):
        forget(page)
        return
    entry = _entry(kind, page)
    entries = _entries()
    entries.objects.bulk_create(
        [entry],
        update_conflicts=True,
        unique_fields=["kind", "object_id"],
        update_fields=[
            "label",
            "address",
            "title",
            "names",
            "summary",
            "body",
            "weight",
            "shows_from",
            "shows_until",
        ],
    )
    _write_words(words_of(f"{entry.title} {entry.names} {entry.summary} {entry.body}"))


def forget(page: Any) -> None:
    """Take the page out of the search."""
    if page._meta.label_lower in _kinds:
        _entries().objects.filter(kind=page._meta.label_lower, object_id=page.pk).delete()


def forget_all(pages: models.QuerySet[Any]) -> None:
    """Take the pages of a query out of the search."""
    label = pages.model._meta.label_lower
    if label in _kinds:
        keys = list(pages.values_list("pk", flat=True))
        _entries().objects.filter(kind=label, object_id__in=keys).delete()


@transaction.atomic
def rebuild() -> int:
    """Make everything anew from the pages; gives how many there are. Searches meanwhile find what was there."""
    _entries().objects.all().delete()
    apps.get_model("blog", "SearchWord").objects.all().delete()
    count = 0
    for kind in kinds():
        for page in kind.model._default_manager.all().iterator(chunk_size=500):
            if _released(page):
                put(page)
                count += 1
    return count


def is_empty() -> bool:
    """Whether nothing was ever written down."""
    return not _entries().objects.exists()


def plain(html: str) -> str:
    """The words of what an editor wrote."""
    return unescape(strip_tags(_BLOCK_ENDS.sub(r" \g<0>", html)))


def words_of_blocks(blocks: Iterable[Any]) -> str:
    """The words of a page's blocks: what a block says of itself with `plain_text`, else all that was typed into it."""
    return " ".join(_words_of_block(block) for block in blocks)


def _words_of_block(block: Any) -> str:
    if own := getattr(block, "plain_text", None):
        return str(own() if callable(own) else own)
    typed = (
        str(getattr(block, field.attname))
        for field in block._meta.concrete_fields
        if isinstance(field, models.CharField | models.TextField)
        and not field.choices
        and field.name not in {"region", "picture"}
    )
    return " ".join(plain(text) if "<" in text else text for text in typed)


def folded(text: str) -> str:
    """The text in small letters without their marks, as words are compared."""
    taken_apart = unicodedata.normalize("NFKD", text)
    return "".join(each for each in taken_apart if not "\u0300" <= each <= "\u036f").lower()


def words_of(text: str) -> set[str]:
    """The different words of a text, as `SearchWord` keeps them."""
    return {
        word for word in re.findall(r"[^\W\d_]+", folded(text)) if SHORTEST_WORD <= len(word) <= LONGEST_WORD
    }


def _entry(kind: Kind, page: Any) -> Any:
    def clean(text: str) -> str:
        return " ".join(_UNWANTED.sub(" ", text).split())

    return _entries()(
        kind=page._meta.label_lower,
        object_id=page.pk,
        label=kind.label,
        address=page.get_absolute_url(),
        title=clean(kind.title(page)),
        names=clean(kind.names(page)),
        summary=clean(kind.summary(page)),
        body=clean(kind.body(page))[:LONGEST_TEXT],
        weight=kind.weight,
        shows_from=getattr(page, "publish_at", None) or ALWAYS,
        shows_until=getattr(page, "expire_at", None),
    )


def _write_words(words: set[str]) -> None:
    """In the order of the alphabet: two who save at once then wait for each other and never both."""
    model = apps.get_model("blog", "SearchWord")
    known = set(model.objects.filter(word__in=words).values_list("word", flat=True))
    model.objects.bulk_create([model(word=word) for word in sorted(words - known)], ignore_conflicts=True)


def _entries() -> Any:
    # By name: the pages' base class builds on this module, and the models of this app on that one.
    return apps.get_model("blog", "SearchEntry")
