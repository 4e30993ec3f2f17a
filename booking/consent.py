"""What a patient agrees to, by the version of its words.

A text that was published stays as it is: other words are a new version, added below. `NEWEST` is the one that is asked.
"""

#: Version → the words beside the box that the patient ticks.
TEXTS: dict[str, str] = {
    "2026-11": "The clinic may keep these details to arrange my visit.",
}

NEWEST = max(TEXTS)


def text_of(version: str) -> str:
    """The very words that were agreed to; empty for a version that the website never showed."""
    return TEXTS.get(version, "")
