"""What an editor could look at in a page, its blocks and its links; `blog.checking` reads the words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from content_editor.contents import contents_for_item
from django.template.loader import render_to_string
from django.utils.html import format_html
from django_prose_editor.fields import ProseEditorField

from blog import checking, embeds, inside_links, pictures, readability
from blog.checking import Advice, Subject
from blog.media_blocks import FigureBlock
from blog.outline import Outline, take_apart


@dataclass(frozen=True, slots=True)
class Report:
    """All advice about a page, by subject; the age from which it reads with ease; links to other sites."""

    advice: list[Advice]
    age: float | None
    outside: list[str]

    @property
    def blocked(self) -> bool:
        """Whether the page must not go live like this."""
        return any(one.blocks for one in self.advice)

    @property
    def by_subject(self) -> list[tuple[str, list[Advice]]]:
        """Subjects that have advice, each with its own."""
        return [
            (subject.value, found)
            for subject in Subject
            if (found := [one for one in self.advice if one.subject is subject])
        ]


def report(page: Any, kinds: Sequence[type[Any]]) -> Report:
    """Look at a saved page: one query for each kind of block, and a few for its links."""
    blocks = list(contents_for_item(page, plugins=kinds))
    outline = take_apart(_html(page, blocks))
    advice = [
        *of_pictures(blocks),
        *_of_embeds(blocks),
        *_of_links(outline),
        *checking.advise(outline),
    ]
    return Report(
        advice=advice,
        age=readability.reading_age(outline.pieces),
        outside=list(
            dict.fromkeys(link.href for link in outline.links if inside_links.is_outside(link.href))
        ),
    )


def missing_text(page: Any, kinds: Sequence[type[Any]]) -> bool:
    """Whether a saved page has a picture that says nothing to who cannot see it: such a page does not go live."""
    return any(one.blocks for one in of_pictures(contents_for_item(page, plugins=kinds)))


def of_pictures(blocks: Iterable[Any]) -> list[Advice]:
    """What is missing of the figures' words, and what could be better."""
    advice = []
    for block in blocks:
        if not isinstance(block, FigureBlock):
            continue
        if block.lacks_text:
            name = str(block.upload or block.picture)
            words = (
                "Describe this picture, or say that it is decorative. Without words the page cannot go live."
            )
            advice.append(Advice(Subject.PICTURES, words, name, blocks=True))
        elif not block.decorative:
            advice += checking.alternative_text(block.words, caption=block.caption)
        if block.picture and pictures.size(block.picture) is None:
            advice.append(
                Advice(Subject.PICTURES, "This drawing is no longer part of the site.", block.picture)
            )
    return advice


def _of_embeds(blocks: Iterable[Any]) -> list[Advice]:
    """Blocks that show nothing, because what they show is gone."""
    known: dict[str, set[str]] = {}
    advice = []
    for block in blocks:
        kind = getattr(block, "embed_kind", "")
        if not kind:
            continue
        if kind not in known:
            known[kind] = {key for key, _words in embeds.choices(kind)}
        if block.key not in known[kind]:
            words = "What this block shows is no longer there. Choose another, or take the block away."
            advice.append(Advice(Subject.BLOCKS, words, f"{block._meta.verbose_name}: {block.key}"))
    return advice


def _of_links(outline: Outline) -> list[Advice]:
    found: dict[str, Advice] = {}
    for link in outline.links:
        if words := inside_links.problem(link, outline):
            found[link.href] = Advice(Subject.LINKS, words, f"{link.words} ({link.href})")
    return list(found.values())


def _html(page: Any, blocks: Sequence[Any]) -> str:
    """What the page says of itself. What it shows of other rooms is not its own and is left out."""
    prose = [
        str(getattr(page, field.name))
        for field in page._meta.concrete_fields
        if isinstance(field, ProseEditorField)
    ]
    summary = format_html("<p>{}</p>", getattr(page, "summary", ""))
    return "".join([summary, *prose, *_parts(page, blocks)])


def _parts(page: Any, blocks: Sequence[Any]) -> list[str]:
    """The blocks as the page shows them; each of several regions stands under its title."""
    if len(page.regions) == 1:
        return [render_to_string("blog/_body.html", {"blocks": blocks})]
    parts: list[str] = []
    for region in page.regions:
        if found := [block for block in blocks if block.region == region.key]:
            parts += [
                format_html("<h2>{}</h2>", region.title),
                render_to_string("blog/_body.html", {"blocks": found}),
            ]
    return parts
