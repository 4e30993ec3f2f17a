"""What differs between two states of a page: field by field and block by block, word by word. Pure."""

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from blog.states import Part

Op: TypeAlias = Literal["same", "inserted", "deleted"]

#: Words and signs, each with the space before it, so that nothing is lost when they are put together again.
_TOKENS = re.compile(r"\s*\w+|\s*[^\w\s]|\s+")
_LONG = 4000  # words: beyond it frequent ones are passed over, which is quicker and less exact
_ALIKE = 0.35
_START = 60  # characters of a block that only moved


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words, and whether they are in both texts or in one."""

    op: Op
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A field or block that is not the same in both. `what` says how, in a word."""

    label: str
    what: Literal["changed", "added", "removed", "moved"]
    pieces: tuple[Piece, ...]
    before: str
    after: str


def between(old: Sequence[Part], new: Sequence[Part]) -> list[Difference]:
    """The differences in the order in which the new state reads; what is gone stands where it stood."""
    before = {part.key: part for part in old}
    after = {part.key: part for part in new}
    moved = _moved([part.key for part in old if part.key in after], [p.key for p in new if p.key in before])
    found = []
    for key in _merged([part.key for part in old], [part.key for part in new]):
        was, now = before.get(key), after.get(key)
        difference = _one(was, now, moved=key in moved)
        if difference:
            found.append(difference)
    return found


def _one(was: Part | None, now: Part | None, *, moved: bool) -> Difference | None:
    left, right = was.text if was else "", now.text if now else ""
    part = now or was
    assert part is not None
    if was and now and left == right and not moved:
        return None
    if (was is None or now is None) and ":" not in part.key and left == right:
        return None  # a field that one of the two does not know, and that is empty in the other
    what: Literal["changed", "added", "removed", "moved"] = "changed"
    if was is None:
        what = "added"
    elif now is None:
        what = "removed"
    elif left == right:
        what = "moved"
    pieces = words(left, right) if what != "moved" else (Piece("same", _start(left)),)
    return Difference(label=part.label, what=what, pieces=pieces, before=left, after=right)


def words(old: str, new: str) -> tuple[Piece, ...]:
    """The words of both texts in one row. All "same" and "inserted" pieces together are the new text."""
    left, right = _TOKENS.findall(old), _TOKENS.findall(new)
    found: list[Piece] = []
    matcher = difflib.SequenceMatcher(None, left, right, autojunk=max(len(left), len(right)) > _LONG)
    if matcher.ratio() < _ALIKE:  # written anew: the few words that both have say nothing
        return tuple(piece for piece in (Piece("deleted", old), Piece("inserted", new)) if piece.text)
    for op, a, b, c, d in matcher.get_opcodes():
        if op == "equal":
            found.append(Piece("same", "".join(left[a:b])))
            continue
        if a < b:
            found.append(Piece("deleted", "".join(left[a:b])))
        if c < d:
            found.append(Piece("inserted", "".join(right[c:d])))
    return tuple(found)


def _start(text: str) -> str:
    return text if len(text) <= _START else text[:_START] + "…"


def _moved(old: list[str], new: list[str]) -> frozenset[str]:
    """Which of the blocks that both have stand elsewhere: those outside of the longest common order."""
    kept: set[str] = set()
    for block in difflib.SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks():
        kept.update(old[block.a : block.a + block.size])
    return frozenset(old) - kept


def _merged(old: list[str], new: list[str]) -> list[str]:
    """The new order, with what only the old has behind what it stood behind."""
    found = list(new)
    known = set(new)
    place = 0
    for key in old:
        if key in known:
            place = found.index(key) + 1
        else:
            found.insert(place, key)
            place += 1
    return found
