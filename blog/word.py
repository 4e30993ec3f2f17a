"""Text that was copied from Word becomes what an editor would have written: paragraphs, headings, lists. Pure.

Word writes lists as paragraphs with a bullet in them, and says which list and level in a style. The editor does the
same in the browser (static/blog/word_paste.js); this is for what comes another way: without scripts, or from a file.
"""

import re
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser

_FROM_WORD = re.compile(r"\bmso-|class=[\"']?Mso|urn:schemas-microsoft-com|<o:p\b", re.IGNORECASE)
_LIST = re.compile(r"mso-list:\s*l(\d+)\s+level(\d+)", re.IGNORECASE)
_MARK = re.compile(r"mso-list:\s*ignore", re.IGNORECASE)
_COUNTED = re.compile(r"\(?(?:\d{1,3}|[a-z]{1,4})[.)]", re.IGNORECASE)

_SAME = {"p", "h2", "h3", "ul", "ol", "li", "strong", "em", "blockquote"}
_RENAMED = {"b": "strong", "i": "em", "h1": "h2", "h4": "h3", "h5": "h3", "h6": "h3"}
_NOTHING_OF_IT = {"head", "style", "script", "xml", "title", "noscript"}

#: Letters of Windows that Word leaves behind where a program took them for those of the web.
_OF_WINDOWS = {code: bytes([code]).decode("cp1252", "ignore") for code in range(0x80, 0xA0)}


def is_from_word(html: str) -> bool:
    """Whether the HTML bears Word's marks."""
    return bool(_FROM_WORD.search(html))


@dataclass(slots=True)
class _Piece:
    """A paragraph, or an item of a list at a level from 1 on."""

    html: list[str] = field(default_factory=list)
    level: int = 0
    list_id: str = ""
    mark: list[str] = field(default_factory=list)

    @property
    def tag(self) -> str:
        """`ol` for what is counted, else `ul`."""
        return "ol" if _COUNTED.fullmatch("".join(self.mark).strip()) else "ul"

    @property
    def text(self) -> str:
        """Its HTML without what hangs over at its ends."""
        return "".join(self.html).strip()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces = [_Piece()]
        self._open: list[tuple[str, str]] = []  # Word's tag, and what is written for it
        self._silent = 0
        self._in_mark: int | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Write what the tag stands for, if for anything."""
        if tag in {"br", "img", "meta", "link", "hr", "col"}:
            if tag == "br" and not self._silent:
                self._write("<br>")
            return
        if tag in _NOTHING_OF_IT:
            self._silent += 1
        given = {name: value or "" for name, value in attrs}
        style = given.get("style", "")
        written = _RENAMED.get(tag, tag if tag in _SAME else "")
        if tag == "p" and (found := _LIST.search(style)):
            self.pieces.append(_Piece(level=int(found[2]), list_id=found[1]))
            written = "item"
        elif tag == "a" and re.match(r"(?:https?:|mailto:|tel:|/)", given.get("href", ""), re.IGNORECASE):
            written = "a"
            self._write(f'<a href="{escape(given["href"])}">')
        elif written:
            if written in {"p", "h2", "h3"}:
                self.pieces.append(_Piece())
            self._write(f"<{written}>")
        self._open.append((tag, written))
        if _MARK.search(style) and self._in_mark is None:
            self._in_mark = len(self._open)

    def handle_endtag(self, tag: str) -> None:
        """Close what the tag stood for, and what was left open in it."""
        if tag not in {name for name, _ in self._open}:
            return
        while self._open:
            name, written = self._open.pop()
            if self._in_mark is not None and len(self._open) < self._in_mark:
                self._in_mark = None
            if name in _NOTHING_OF_IT:
                self._silent -= 1
            if written == "item":
                self.pieces.append(_Piece())
            elif written:
                self._write(f"</{written}>")
            if name == tag:
                return

    def handle_data(self, data: str) -> None:
        """Words; Word breaks lines where it likes, and fills with spaces that do not break."""
        if self._silent:
            return
        words = re.sub(r"[ \t\r\n\u00a0\u200b]+", " ", data.translate(_OF_WINDOWS))
        if self._in_mark is not None:
            self.pieces[-1].mark.append(words)
        else:
            self._write(escape(words, quote=False))

    def _write(self, html: str) -> None:
        if self._in_mark is None:
            self.pieces[-1].html.append(html)


def from_word(html: str) -> str:
    """Give HTML that Word made as plain paragraphs, headings and lists; other HTML as it is."""
    if not is_from_word(html):
        return html
    reader = _Reader()
    reader.feed(_without_comments(html))
    reader.close()
    written: list[str] = []
    lists: list[tuple[str, str]] = []  # of each open level: its tag and Word's list
    for piece in reader.pieces:
        if not _says_something(piece.text):
            continue
        if not piece.level:
            _close(written, lists, 0)
            written.append(_tidy(piece.text))
            continue
        level = min(piece.level, len(lists) + 1)
        _close(written, lists, level)
        if len(lists) == level and lists[-1] != (piece.tag, piece.list_id):
            _close(written, lists, level - 1)
        if len(lists) < level:
            lists.append((piece.tag, piece.list_id))
            written.append(f"<{piece.tag}>")
        else:
            written.append("</li>")
        written.append(f"<li><p>{_tidy(piece.text)}</p>")
    _close(written, lists, 0)
    return "".join(written)


def _close(written: list[str], lists: list[tuple[str, str]], level: int) -> None:
    while len(lists) > level:
        written.append(f"</li></{lists.pop()[0]}>")


def _without_comments(html: str) -> str:
    """Without comments and conditions: `<!--[if …]>…<![endif]-->` with all in it, `<![if …]>` alone."""
    html = re.sub(r"<!--.*?-->", "", html, flags=re.DOTALL)
    return re.sub(r"<!\[(?:if|endif)[^>]*>", "", html, flags=re.IGNORECASE)


def _says_something(html: str) -> bool:
    return bool(re.sub(r"<[^>]*>", "", html).strip())


def _tidy(html: str) -> str:
    html = re.sub(r"<(strong|em|a)\b[^>]*>(\s*)</\1>", r"\2", html)
    return re.sub(r"(<(?:p|h2|h3|li)>)\s+|\s+(</(?:p|h2|h3|li)>)", r"\1\2", re.sub(r" {2,}", " ", html))
