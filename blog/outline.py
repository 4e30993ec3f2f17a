"""What a page's HTML says, taken apart: headings, links, pictures, and its text in pieces. Pure."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

_PIECES = {
    "p",
    "li",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "summary",
    "figcaption",
    "blockquote",
    "td",
    "th",
    "dd",
    "dt",
}
_HEADING = re.compile(r"h[1-6]")
_SILENT = {"script", "style", "template"}
_ENDS = {"div", "section", "aside", "details", "figure", "ul", "ol", "table", "video", "article"}


@dataclass(frozen=True, slots=True)
class Link:
    """Where a link leads, and its words."""

    href: str
    words: str


@dataclass(slots=True)
class Outline:
    """A page, taken apart. `pieces` are its paragraphs and list items, without headings, as plain text."""

    headings: list[tuple[int, str]] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    pictures: list[str | None] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    pieces: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.outline = Outline()
        self._words: list[str] = []
        self._heading: tuple[int, list[str]] | None = None
        self._link: tuple[str, list[str]] | None = None
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins."""
        given = dict(attrs)
        if given.get("id"):
            self.outline.ids.add(str(given["id"]))
        if tag in _SILENT:
            self._silent += 1
        if tag in _PIECES or tag in _ENDS:
            self.end_piece()
        if _HEADING.fullmatch(tag):
            self._heading = (int(tag[1]), [])
        elif tag == "a" and given.get("href") is not None:
            self._link = (str(given["href"]), [])
        elif tag == "img":
            self.outline.pictures.append(given.get("alt"))
        elif tag == "br":
            self._words.append(" ")

    def handle_endtag(self, tag: str) -> None:
        """An element ends."""
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        if tag == "a" and self._link:
            href, words = self._link
            self.outline.links.append(Link(href, _one_line(words)))
            self._link = None
        if _HEADING.fullmatch(tag) and self._heading:
            level, words = self._heading
            self.outline.headings.append((level, _one_line(words)))
            self._heading = None
        if tag in _PIECES or tag in _ENDS:
            self.end_piece()

    def handle_data(self, data: str) -> None:
        """Words."""
        if self._silent:
            return
        if self._link:
            self._link[1].append(data)
        if self._heading:
            self._heading[1].append(data)
        else:
            self._words.append(data)

    def end_piece(self) -> None:
        """What was read since the last piece is one."""
        if words := _one_line(self._words):
            self.outline.pieces.append(words)
        self._words = []


def _one_line(words: list[str]) -> str:
    return " ".join("".join(words).split())


def take_apart(html: str) -> Outline:
    """Read HTML, well formed or not."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    reader.end_piece()
    return reader.outline
