"""A page with its blocks as plain rows, and as words that people can compare.

The rows are what Django's serializer writes. Revisions, snapshots and the page as it is now all come down to them, so
whatever works on rows works on each of the three.
"""

import datetime
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any, TypeAlias

from django.core import serializers
from django.db import models
from django.utils.text import capfirst

from blog.sources import Source
from flexclinic.lib import when

Row: TypeAlias = dict[str, Any]
Rows: TypeAlias = list[Row]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A field of the page or one of its blocks, in words. `key` is the same for it in every state of the page."""

    key: str
    label: str
    text: str


def block_kinds(kind: type[models.Model]) -> list[type[Any]]:
    """The kinds of block that a kind of page has of its own; see `blog.blocks.own_blocks`."""
    return [
        relation.related_model
        for relation in kind._meta.related_objects
        if relation.field.name == "parent" and hasattr(relation.related_model, "template_name")
    ]


def blocks_now(page: Any) -> list[Any]:
    """The page's blocks in the database, in the editor's order."""
    found = [block for kind in block_kinds(type(page)) for block in kind.objects.filter(parent_id=page.pk)]
    return sorted(found, key=lambda block: (block.region, block.ordering, block.pk))


def rows_now(page: Any) -> Rows:
    """The page and its blocks as they are in the database."""
    rows: Rows = json.loads(serializers.serialize("json", [page, *blocks_now(page)]))
    return rows


def objects_of(rows: Rows) -> tuple[Any, list[Any]]:
    """The page and its blocks as unsaved models, with the many-to-many relations of the rows in `.m2m_data`.

    Raises `django.core.serializers.base.DeserializationError` for what today's tables cannot hold.
    """
    found = list(serializers.deserialize("python", rows, ignorenonexistent=True))
    pages = [item for item in found if not hasattr(item.object, "template_name")]
    blocks = [item for item in found if hasattr(item.object, "template_name")]
    if len(pages) != 1:
        raise serializers.base.DeserializationError("These are not the rows of one page.")
    return pages[0], sorted(
        blocks, key=lambda item: (item.object.region, item.object.ordering, item.object.pk or 0)
    )


def names_in(rows: Rows) -> frozenset[str]:
    """The names of the page's fields that the rows hold: older ones know nothing of newer fields."""
    return frozenset(rows[0]["fields"])


def parts(rows: Rows) -> list[Part]:
    """What an editor could have written: the page's fields, then its blocks in order, each in words."""
    page, blocks = objects_of(rows)
    held = names_in([row for row in rows if row["model"] == page.object._meta.label_lower])
    found = [
        Part(key=field.name, label=capfirst(str(field.verbose_name)), text=_worded(page, field))
        for field in (*page.object._meta.concrete_fields, *page.object._meta.many_to_many)
        if field.name in held and field.editable and not field.primary_key
    ]
    return [*found, *(_block_part(item) for item in blocks)]


def _block_part(item: Any) -> Part:
    block = item.object
    fields = [
        field
        for field in block._meta.concrete_fields
        if field.editable and not field.primary_key and field.name not in {"parent", "region", "ordering"}
    ]
    texts = [(str(field.verbose_name), _worded(item, field)) for field in fields]
    named = "\n".join(f"{capfirst(name)}: {value}" for name, value in texts if value)
    text = texts[0][1] if len(texts) == 1 else named
    return Part(
        key=f"{block._meta.model_name}:{block.pk}", label=capfirst(str(block._meta.verbose_name)), text=text
    )


def _worded(item: Any, field: Any) -> str:
    """The value of a field as an editor would say it."""
    if field.many_to_many:
        chosen = field.related_model._base_manager.filter(pk__in=item.m2m_data.get(field.name, []))
        return ", ".join(sorted(str(other) for other in chosen))
    value = getattr(item.object, field.attname)
    if value in (None, "", []):
        return ""
    if field.is_relation:
        other = field.related_model._base_manager.filter(pk=value).first()
        return str(other) if other else "something that has been deleted"
    if field.choices and not callable(field.choices):
        return str(dict(field.flatchoices).get(value, value))
    return _worded_value(value)


def _worded_value(value: Any) -> str:
    match value:
        case bool():
            return "Yes" if value else "No"
        case datetime.datetime():
            return when.format_date_time(value)
        case datetime.date():
            return when.format_date(value)
        case list():
            return "\n".join(_worded_entry(entry) for entry in value)
    return plain(str(value))


def _worded_entry(entry: Any) -> str:
    try:
        return Source(**entry).line
    except TypeError:
        return str(entry)


_STARTS = {"h2": "## ", "h3": "### ", "li": "- ", "blockquote": "> "}
_BREAKS = frozenset({"p", "br", "ul", "ol", *_STARTS})
_MARKS = {"strong": "**", "b": "**", "em": "_", "i": "_"}


class _Words(HTMLParser):
    """Text of HTML in lines, with marks for what changes how it reads."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self.targets: list[str] = []

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        if tag in _BREAKS:
            self.pieces.append("\n" + _STARTS.get(tag, ""))
        elif tag == "a":
            self.targets.append(dict(attrs).get("href") or "")
        self.pieces.append(_MARKS.get(tag, ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self.targets:
            self.pieces.append(f" ({self.targets.pop()})")
        self.pieces.append(_MARKS.get(tag, ""))

    def handle_data(self, data: str) -> None:
        self.pieces.append(data)


def plain(text: str) -> str:
    """HTML as lines of text; what is no HTML as it is. Browsers end lines in their own way, which is no change."""
    text = text.replace("\r\n", "\n").strip()
    if "</" not in text and "<br" not in text:
        return text
    words = _Words()
    words.feed(text)
    words.close()
    return "\n".join(_joined("".join(words.pieces).splitlines()))


def _joined(lines: Iterable[str]) -> list[str]:
    """Without empty lines, and with a list's mark on the line of its text."""
    found: list[str] = []
    for line in (line.strip() for line in lines):
        if found and found[-1] in {"-", ">", "##", "###"} and line:
            found[-1] = f"{found[-1]} {line}"
        elif line:
            found.append(line)
    return found
