"""Terms explain themselves in place: the first of each on a page becomes a button that shows what it means.

The markup is read by a parser, never by a search in it: nothing inside links, headings, code and buttons changes, and
nothing but the text between tags. The button and the explanation need no script (`popover`); without styles, and in
print, the explanation stands behind its word.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from html.parser import HTMLParser

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from blog.models import Term

#: In these nothing is explained: a control cannot hold another, and a heading is no place for one.
_LEFT_ALONE = frozenset(
    {"a", "h1", "h2", "h3", "h4", "h5", "h6", "code", "pre", "button", "summary", "label"}
)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What is shown of a term."""

    slug: str
    name: str
    explanation: str


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The terms by every way in which they are written, in small letters, and what finds them in a text."""

    meanings: Mapping[str, Meaning]
    pattern: re.Pattern[str] | None


@dataclass(slots=True)
class Page:
    """What one page has explained so far. A term is explained once, however many texts the page has."""

    vocabulary: Vocabulary
    explained: set[str] = field(default_factory=set)

    def explain(self, html: str) -> SafeString:
        """The markup, which must be safe already, with terms that this page has not explained yet made to explain
        themselves."""
        if self.vocabulary.pattern is None:
            return mark_safe(html)  # noqa: S308 - safe already
        reader = _Reader(self)
        reader.feed(html)
        reader.close()
        return mark_safe("".join(reader.parts))  # noqa: S308 - as it was, with our own markup in it


def new_page() -> Page:
    """For a page that is about to be rendered. One query."""
    rows = Term.objects.filter(in_place=True).values_list("slug", "name", "explanation", "other_forms")
    return Page(_vocabulary(tuple(rows)))


@lru_cache(maxsize=4)
def _vocabulary(rows: tuple[tuple[str, str, str, str], ...]) -> Vocabulary:
    """Made once for the same terms: the pattern of some hundred words takes longer than a page."""
    meanings: dict[str, Meaning] = {}
    for slug, name, explanation, other_forms in rows:
        for form in (name, *other_forms.splitlines()):
            if form.strip():
                meanings.setdefault(form.strip().lower(), Meaning(slug, name, explanation))
    return Vocabulary(meanings, _pattern(meanings))


def _pattern(forms: Iterable[str]) -> re.Pattern[str] | None:
    """Whole words, the longest form first, with any white space where a form has a space."""
    longest_first = sorted(forms, key=len, reverse=True)
    alternatives = [r"\s+".join(map(re.escape, form.split())) for form in longest_first]
    if not alternatives:
        return None
    return re.compile(rf"(?<![\w-])({'|'.join(alternatives)})(?![\w-])", re.IGNORECASE)


class _Reader(HTMLParser):
    """Gives the markup back as it came, but for the terms in its text."""

    def __init__(self, page: Page) -> None:
        super().__init__(convert_charrefs=False)
        self.parts: list[str] = []
        self._page = page
        self._inside = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.parts.append(self.get_starttag_text() or "")
        self._inside += tag in _LEFT_ALONE

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.parts.append(self.get_starttag_text() or "")

    def handle_endtag(self, tag: str) -> None:
        self.parts.append(f"</{tag}>")
        self._inside = max(0, self._inside - (tag in _LEFT_ALONE))

    def handle_data(self, data: str) -> None:
        self.parts.append(data if self._inside else self._explained(data))

    def handle_entityref(self, name: str) -> None:
        self.parts.append(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.parts.append(f"&#{name};")

    def handle_comment(self, data: str) -> None:
        self.parts.append(f"<!--{data}-->")

    def _explained(self, text: str) -> str:
        assert self._page.vocabulary.pattern is not None
        return self._page.vocabulary.pattern.sub(self._control, text)

    def _control(self, found: re.Match[str]) -> str:
        meaning = self._page.vocabulary.meanings[" ".join(found[0].lower().split())]
        if meaning.slug in self._page.explained:
            return found[0]
        self._page.explained.add(meaning.slug)
        return _button(mark_safe(found[0]), meaning)  # noqa: S308 - a piece of the safe text


def _button(words: SafeString, meaning: Meaning) -> SafeString:
    # One line: a space between the words and what follows them would be one in the sentence. The one within the
    # explanation is for readers without styles.
    return format_html(
        '<button class="term" type="button" popovertarget="term-{slug}" aria-label="{words}: what it means">{words}'
        '</button><span class="term-meaning" id="term-{slug}" popover> <span class="term-meaning__words">'
        '(<strong>{name}</strong>: {explanation}) <a class="term-meaning__more" href="{glossary}#{slug}">'
        "See it in the glossary</a></span></span>",
        slug=meaning.slug,
        words=words,
        name=meaning.name,
        explanation=meaning.explanation,
        glossary=reverse("glossary"),
    )
