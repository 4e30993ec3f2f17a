"""The plain text of our messages: one blank line between paragraphs, whatever is said and left out."""

import itertools
import re

import pytest
from django.template.loader import render_to_string

from booking import previews
from booking.enums import NotificationKind

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.django_db]

#: What a message says only sometimes.
SOMETIMES = {
    "before": "Thursday 6 August 2026 at 10am",
    "change_until": "9am on Wednesday 5 August 2026",
    "is_request": True,
    "alternatives": [
        ("Friday at 10am", "https://clinic.example/1"),
        ("Friday at 11am", "https://x.example/2"),
    ],
    "kept_until": "Thursday 6 August 2026 at 10am",
    "later": "Friday 7 August 2026 at 10am",
}
FACTS = {
    "facts": [("When", "Monday"), ("With", "Ana")],
    "clinic": {"name": "The clinic", "phone": "1", "emergency_number": "911"},
    "page_url": "https://clinic.example/page",
    "book_url": "https://clinic.example/book",
    "times": ["Monday", "Tuesday"],
    "pages": [("Monday", "https://clinic.example/1"), ("Tuesday", "https://clinic.example/2")],
}


def badly_spaced(text: str) -> list[str]:
    """Blank lines beside each other, and spaces where nobody sees them."""
    return re.findall(r"[^\n]*\n\s*\n\s*\n[^\n]*|[^\n]*[ \t]+\n|[^\n]*\S  +\S[^\n]*", text)


@pytest.mark.parametrize("kind", NotificationKind)
def test_spacing_of_every_message(kind: NotificationKind) -> None:
    body = str(previews.preview(kind).body)
    assert badly_spaced(body) == []
    assert body == body.strip() + "\n"


@pytest.mark.parametrize("kind", NotificationKind)
def test_spacing_whatever_is_left_out(kind: NotificationKind) -> None:
    for number in range(len(SOMETIMES) + 1):
        for said in itertools.combinations(SOMETIMES.items(), number):
            text = render_to_string(f"emails/{kind}.txt", {**FACTS, **dict(said)}).strip()
            assert badly_spaced(text) == [], dict(said)


def test_what_is_badly_spaced() -> None:
    assert badly_spaced("One.\n\n\nTwo.\n")
    assert badly_spaced("One. \nTwo.\n")
    assert badly_spaced("One.  Two.\n")
    assert not badly_spaced("One.\n\nTwo.\nThree.\n")
