"""What an editor could look at before a page goes live. Pure: HTML in, advice out.

It advises. Only a picture that says nothing to who cannot see it keeps a page from going live.
"""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from blog import readability
from blog.outline import Outline

_LIST = Path(__file__).resolve().parent / "words_to_avoid.toml"
_LONGEST_ALTERNATIVE = 200


class Subject(StrEnum):
    """What advice is about, in the order in which it is shown."""

    PICTURES = "Pictures"
    HEADINGS = "Headings"
    LINKS = "Links"
    BLOCKS = "Blocks"
    WORDS = "Words to avoid"
    SENTENCES = "Long sentences"
    READING = "Reading age"


@dataclass(frozen=True, slots=True)
class Advice:
    """One thing to look at. `quote` is of the page; `blocks` keeps it from going live."""

    subject: Subject
    words: str
    quote: str = ""
    blocks: bool = False


@dataclass(frozen=True, slots=True)
class Avoid:
    """Words that claim too much, why, and what to say in their place."""

    words: tuple[str, ...]
    why: str
    instead: str


@cache
def words_to_avoid() -> tuple[Avoid, ...]:
    """The list of `words_to_avoid.toml`."""
    return tuple(
        Avoid(words=tuple(found["words"]), why=found["why"], instead=found["instead"])
        for found in tomllib.loads(_LIST.read_text(encoding="utf-8"))["avoid"]
    )


def advise(outline: Outline) -> list[Advice]:
    """All advice that the page's own text gives; what its links lead to is asked elsewhere."""
    return [
        *headings(outline.headings),
        *link_words(outline),
        *avoided(outline),
        *long_sentences(outline.pieces),
        *reading_age(outline.pieces),
    ]


def headings(found: Iterable[tuple[int, str]]) -> list[Advice]:
    """Empty headings, and levels that are left out. The page's title is the one heading of level 1."""
    advice = []
    before = 1
    for level, words in found:
        if not words:
            advice.append(Advice(Subject.HEADINGS, "A heading is empty. Give it words, or take it away."))
            continue
        if level > before + 1:
            advice.append(
                Advice(
                    Subject.HEADINGS,
                    f"This heading is of level {level}, and the one before it of level {before}. Make it level"
                    f" {before + 1}, so that no level is left out.",
                    words,
                )
            )
        before = level
    return advice


def link_words(outline: Outline) -> list[Advice]:
    """Links whose words do not say where they lead."""
    vague = {"here", "click here", "this", "link", "read more", "more", "this link", "this page"}
    return [
        Advice(Subject.LINKS, "Say in the link’s own words where it leads.", link.words or link.href)
        for link in outline.links
        if link.words.lower().strip(" .") in vague or not link.words
    ]


def alternative_text(words: str, *, caption: str = "") -> list[Advice]:
    """What could be better about a picture's words."""
    plain = words.strip()
    if re.match(r"(?:an? |the )?(?:image|picture|photo|photograph|graphic)\b(?: of)?", plain, re.IGNORECASE):
        return [
            Advice(Subject.PICTURES, "Begin with what it shows. That it is a picture is said anyway.", plain)
        ]
    if re.search(r"\.(?:jpe?g|png|webp|avif|gif|svg)$|^(?:img|dsc|screenshot)[_ -]?\d", plain, re.IGNORECASE):
        return [Advice(Subject.PICTURES, "This is a file’s name. Say what the picture shows.", plain)]
    if len(plain) > _LONGEST_ALTERNATIVE:
        return [
            Advice(
                Subject.PICTURES,
                "This is long for words that are heard. Put what matters in the text.",
                plain,
            )
        ]
    if caption and plain.lower() == caption.strip().lower():
        return [
            Advice(Subject.PICTURES, "This repeats the words under the picture. Say what can be seen.", plain)
        ]
    return []


def avoided(outline: Outline) -> list[Advice]:
    """Words of the list, wherever they stand."""
    advice = []
    pieces = [*(words for _level, words in outline.headings), *outline.pieces]
    for avoid in words_to_avoid():
        pattern = _pattern(avoid.words)
        for piece in pieces:
            advice += [
                Advice(Subject.WORDS, f"{avoid.why} {avoid.instead}", _around(piece, found))
                for found in pattern.finditer(piece)
            ]
    return advice


@cache
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    written = (re.escape(word).replace(r"\*", r"\w*").replace(r"\ ", r"\s+") for word in words)
    return re.compile(rf"\b(?:{'|'.join(written)})(?!\w)", re.IGNORECASE)


def _around(piece: str, found: re.Match[str]) -> str:
    """The match with a few words on either side."""
    start, end = max(0, found.start() - 40), min(len(piece), found.end() + 40)
    before = piece[start : found.start()]
    after = piece[found.end() : end]
    if start:
        before = "…" + before.partition(" ")[2]
    if end < len(piece):
        after = after.rpartition(" ")[0] + "…"
    return f"{before}{found[0]}{after}"


def long_sentences(pieces: Iterable[str]) -> list[Advice]:
    """Sentences of more than 20 words."""
    return [
        Advice(Subject.SENTENCES, f"{count} words. Make two sentences of it.", sentence)
        for count, sentence in readability.long_sentences(pieces)
    ]


def reading_age(pieces: Iterable[str]) -> list[Advice]:
    """Whether the page is written for people of 9 to 14."""
    age = readability.reading_age(pieces)
    if age is None or age <= readability.OLDEST + 0.5:
        return []
    return [
        Advice(
            Subject.READING,
            f"This page reads with ease from age {age:.0f} on. Pages are written for {readability.YOUNGEST} to"
            f" {readability.OLDEST}: shorter words and shorter sentences help.",
        )
    ]
