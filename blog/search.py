"""Find pages by words: ranked, stemmed, with typing errors forgiven.

All words are looked for first, the beginnings of words too. Where nothing has them all, words that stand nowhere are
put right from those that do; and where that finds nothing either, pages with any of the words are given. So a search
takes at most 5 queries, whatever was typed and however many pages there are.

Only what the public sees at the moment is found, and no word of a page that it does not see is suggested.
"""

import datetime
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db import connection
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from blog.search_index import LONGEST_WORD, MARK_END, MARK_START, folded

RESULTS_A_PAGE = 10
LAST_PAGE = 50
#: So many characters and words of what was typed are looked at; more is no search.
LONGEST = 200
MOST_WORDS = 12
#: What makes words more than words for PostgreSQL: "in this order", -not this.
_OPERATORS = re.compile(r'"|(^|\s)-\w|\sor\s', re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A page that was found. Title and words are markup in which what was looked for is marked."""

    label: str
    address: str
    title: SafeString
    words: SafeString


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The answer to a search.

    `looked_for` is what the results are for, where that is not what was typed; `any_word` says that no page has all
    words; `said_nothing` that there was no word to look for, or only words that stand everywhere, such as "the".
    """

    results: Sequence[Result]
    total: int
    page: int
    looked_for: str = ""
    any_word: bool = False
    said_nothing: bool = False
    shortened: bool = False

    @property
    def pages(self) -> int:
        """How many pages the results fill."""
        return min(-(-self.total // RESULTS_A_PAGE), LAST_PAGE)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Word:
    """A word that was typed: whether it says anything, stands in some page, and what may have been meant."""

    word: str
    says_something: bool
    stands_somewhere: bool
    alike: tuple[str, ...]


def find(typed: str, *, at: datetime.datetime, page: int = 1, size: int = RESULTS_A_PAGE) -> Found:
    """What the public would find at the aware instant `at`: `size` results of that page. Never raises for bad input."""
    page = min(max(page, 1), LAST_PAGE)
    asked = " ".join(re.sub(r"[\0-\x1f\x7f]", " ", typed).split())
    shortened = len(asked) > LONGEST
    asked = asked[:LONGEST]
    words = _words(asked)
    if not words:
        return Found(results=(), total=0, page=1, said_nothing=True, shortened=shortened)
    found = _look(_all_of(asked, words), at=at, page=page, size=size)
    if not found.total:
        found = _look_further(asked, words, at=at, page=page, size=size)
    return replace(found, shortened=shortened)


def _look_further(asked: str, words: Sequence[str], *, at: datetime.datetime, page: int, size: int) -> Found:
    """Where no page has all words: put right what nobody has written, then be content with some of them."""
    known = _known(words, at=at)
    if not any(each.says_something for each in known):
        return Found(results=(), total=0, page=1, said_nothing=True)
    meant = [_meant(each) for each in known]
    corrected = "" if meant == list(words) else " ".join(meant)
    if corrected:
        found = _look(_all_of(corrected, meant), at=at, page=page, size=size)
        if found.total:
            return replace(found, looked_for=corrected)
    found = _look(_any_of(meant), at=at, page=page, size=size)
    return replace(
        found, looked_for=corrected if found.total else "", any_word=len(words) > 1 and found.total > 0
    )


def _words(text: str) -> list[str]:
    """The different words of what was typed, in their order."""
    found = re.findall(r"[^\W_]+", folded(text))
    return list(dict.fromkeys(word[:LONGEST_WORD] for word in found))[:MOST_WORDS]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Query:
    """What PostgreSQL is asked: `exact` as its websearch reads it, `loose` in the language of tsquery."""

    exact: str
    loose: str


def _all_of(asked: str, words: Sequence[str]) -> _Query:
    """All words, also as the beginnings of longer ones, unless somebody has used quotation marks or a minus."""
    if _OPERATORS.search(asked):
        return _Query(exact=folded(asked), loose="")
    return _Query(
        exact=" ".join(words), loose=" & ".join(f"{word}:*" if len(word) > 1 else word for word in words)
    )


def _any_of(words: Sequence[str]) -> _Query:
    return _Query(exact="", loose=" | ".join(words))


_PUBLIC = "shows_from <= %(at)s AND (shows_until IS NULL OR shows_until > %(at)s)"

# The text is read, and the words in it marked, for the results of this page only. Whole words count twice, because
# the beginnings of words find them once more. The 1 lessens the rank of long texts, by the logarithm of their length.
_RESULTS_SQL = f"""
WITH asked AS MATERIALIZED (
  SELECT websearch_to_tsquery('english', %(exact)s::text) AS exact,
         websearch_to_tsquery('english', %(exact)s::text) || to_tsquery('english', %(loose)s::text) AS query),
found AS (
  SELECT id, title, weight * (ts_rank(vector, exact, 1) + ts_rank(vector, query, 1)) AS rank
  FROM blog_searchentry CROSS JOIN asked WHERE vector @@ query AND {_PUBLIC}),
page AS (
  SELECT id, rank, count(*) OVER () AS total FROM found
  ORDER BY rank DESC, title, id LIMIT %(size)s::int OFFSET %(skipped)s::int)
SELECT page.total, entry.label, entry.address,
  ts_headline('english', entry.title, query, %(whole)s::text),
  ts_headline('english', entry.summary, query, %(whole)s::text),
  ts_headline('english', entry.body, query, %(fragment)s::text)
FROM page JOIN blog_searchentry AS entry USING (id) CROSS JOIN asked
ORDER BY page.rank DESC, entry.title, entry.id"""  # noqa: S608 - made of constants

_SELECTED = f"StartSel={MARK_START}, StopSel={MARK_END}"
_WHOLE = f"{_SELECTED}, HighlightAll=true"
_FRAGMENT = f"{_SELECTED}, MaxFragments=1, MinWords=12, MaxWords=28"


def _look(query: _Query, *, at: datetime.datetime, page: int, size: int) -> Found:
    rows = _rows(query, at=at, page=page, size=size)
    if not rows and page > 1:  # beyond the last page: the first has something, or there is nothing
        page, rows = 1, _rows(query, at=at, page=1, size=size)
    return Found(
        results=[
            Result(
                label=label,
                address=address,
                title=_marked(title),
                words=_marked(summary if MARK_START in summary or MARK_START not in body else f"… {body} …"),
            )
            for _, label, address, title, summary, body in rows
        ],
        total=rows[0][0] if rows else 0,
        page=page,
    )


def _rows(
    query: _Query, *, at: datetime.datetime, page: int, size: int
) -> list[tuple[int, str, str, str, str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            _RESULTS_SQL,
            {
                "exact": query.exact,
                "loose": query.loose,
                "at": at,
                "size": size,
                "skipped": (page - 1) * size,
                "whole": _WHOLE,
                "fragment": _FRAGMENT,
            },
        )
        rows: list[tuple[int, str, str, str, str, str]] = cursor.fetchall()
        return rows


def _marked(text: str) -> SafeString:
    """The text as markup, with `<mark>` where the database has set its signs."""
    markup = escape(text).replace(MARK_START, "<mark>").replace(MARK_END, "</mark>")
    return mark_safe(markup)  # noqa: S308 - escaped, and the signs stand in no text


# The threshold of `%` is a setting, set before anything is compared and for this statement alone. A word is alike only
# if it finds something: words of pages that the public does not see are kept, too.
_KNOWN_SQL = f"""
WITH asked AS MATERIALIZED (
  SELECT set_config('pg_trgm.similarity_threshold', '0.2', true), given.word, given.place,
         to_tsquery('english', given.word) AS query
  FROM unnest(%(words)s::text[]) WITH ORDINALITY AS given(word, place))
SELECT asked.word, numnode(asked.query) > 0,
  EXISTS (SELECT 1 FROM blog_searchentry WHERE vector @@ asked.query AND {_PUBLIC}),
  ARRAY(
    SELECT near.word FROM (
      SELECT known.word, similarity(known.word, asked.word) AS likeness FROM blog_searchword AS known
      WHERE known.word %% asked.word ORDER BY likeness DESC, known.word LIMIT 20) AS near
    WHERE EXISTS (
      SELECT 1 FROM blog_searchentry WHERE vector @@ plainto_tsquery('english', near.word) AND {_PUBLIC})
    ORDER BY near.likeness DESC, near.word)
FROM asked ORDER BY asked.place"""  # noqa: S608 - made of constants


def _known(words: Sequence[str], *, at: datetime.datetime) -> list[_Word]:
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN_SQL, {"words": list(words), "at": at})
        return [
            _Word(word=word, says_something=says, stands_somewhere=stands, alike=tuple(alike))
            for word, says, stands, alike in cursor.fetchall()
        ]


def _meant(word: _Word) -> str:
    """The word itself, or the nearest that stands somewhere if this one does not."""
    if word.stands_somewhere or not word.says_something or word.word.isdecimal():
        return word.word
    near = [(slips(word.word, other), place, other) for place, other in enumerate(word.alike)]
    near = [each for each in near if each[0] <= _most_slips(word.word)]
    return min(near)[2] if near else word.word


def _most_slips(word: str) -> int:
    """How many letters may be wrong in a word of that length."""
    return 1 if len(word) <= 4 else 2 if len(word) <= 7 else 3


def slips(one: str, other: str) -> int:
    """How many letters are missing, too many, wrong, or exchanged with their neighbor between two words."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        current = [i]
        for j, against in enumerate(other, start=1):
            cost = min(row[j] + 1, current[j - 1] + 1, row[j - 1] + (letter != against))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == against:
                cost = min(cost, before[j - 2] + 1)
            current.append(cost)
        before, row = row, current
    return row[-1]
