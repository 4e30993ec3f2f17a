"""How hard a text is to read: its sentences, its syllables, and the age from which people read it with ease. Pure.

The age comes from the Flesch–Kincaid grade. It counts the length of words and sentences and nothing else: it says
where to look, not whether a text is good.
"""

import re
from collections.abc import Iterable

#: Sentences of at most so many words.
LONGEST_SENTENCE = 20
#: The age that pages are written for.
YOUNGEST, OLDEST = 9, 14
#: A text of fewer words tells no age.
_ENOUGH_WORDS = 30
_AGE_OF_GRADE_0 = 5

_WORD = re.compile(r"[A-Za-zÀ-ÖØ-öø-ÿ0-9]+(?:[’'\-.,:/][A-Za-zÀ-ÖØ-öø-ÿ0-9]+)*")
_BREAK = re.compile(r"(?<=[.!?…])[\"”’)]*\s+(?=[\"“‘(]?[A-Z0-9À-Ö])")
_ABBREVIATIONS = re.compile(r"\b(?:Dr|Mr|Ms|Mrs|St|vs|etc|e\.g|i\.e|No|approx|a\.m|p\.m)\.$")
_GROUPS = re.compile(r"[aeiouyà-öø-ÿ]+")


def words(text: str) -> list[str]:
    """The words, numbers among them: "5:30pm" and "deep-tissue" are one each."""
    return _WORD.findall(text)


def sentences(pieces: Iterable[str]) -> list[str]:
    """The sentences of paragraphs and list items; a piece ends a sentence whether or not it has a full stop."""
    found: list[str] = []
    for piece in pieces:
        goes_on = ""
        for part in _BREAK.split(piece.strip()):
            sentence = f"{goes_on} {part}".strip()
            if _ABBREVIATIONS.search(sentence):
                goes_on = sentence
                continue
            goes_on = ""
            if words(sentence):
                found.append(sentence)
        if goes_on:
            found.append(goes_on)
    return found


def long_sentences(pieces: Iterable[str], longest: int = LONGEST_SENTENCE) -> list[tuple[int, str]]:
    """Sentences of more than `longest` words, each with its number of words."""
    counted = [(len(words(sentence)), sentence) for sentence in sentences(pieces)]
    return [(count, sentence) for count, sentence in counted if count > longest]


def syllables(word: str) -> int:
    """About how many syllables an English word has; at least one."""
    word = word.lower()
    if not any(letter.isalpha() for letter in word):
        return 1
    groups = len(_GROUPS.findall(word))
    if groups > 1 and re.search(r"[^aeiouyl]e$|[^aeiouytd]ed$|[^aeiouyscxzg]es$", word):
        groups -= 1
    return max(1, groups)


def reading_age(pieces: Iterable[str]) -> float | None:
    """The age in years from which the text reads with ease; None for a text that is too short to tell."""
    said = sentences(pieces)
    counted = [word for sentence in said for word in words(sentence)]
    if len(counted) < _ENOUGH_WORDS:
        return None
    per_sentence = len(counted) / len(said)
    per_word = sum(map(syllables, counted)) / len(counted)
    grade = 0.39 * per_sentence + 11.8 * per_word - 15.59
    return max(0.0, grade) + _AGE_OF_GRADE_0
