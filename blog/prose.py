"""What an editor may write in running text, and the cleaning that leaves nothing else."""

from collections.abc import Callable
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django_prose_editor.fields import create_sanitizer

from blog.word import from_word

# What the editor offers, and so all that is left of what it sends: the allowed tags follow from this list.
EXTENSIONS: dict[str, Any] = {
    "Bold": True,
    "Italic": True,
    "Heading": {"levels": [2, 3]},
    "BulletList": True,
    "OrderedList": True,
    "ListItem": True,
    "Blockquote": True,
    "HardBreak": True,
    "Link": {"enableTarget": False, "protocols": ["https", "http", "mailto", "tel"]},
    "NoSpellCheck": False,
}

#: The same within a block that has a heading of its own.
WITHIN: dict[str, Any] = {name: value for name, value in EXTENSIONS.items() if name != "Heading"}


def cleaning(extensions: dict[str, Any]) -> Callable[[str], str]:
    """The cleaning of a field that offers `extensions`: for its `sanitize`, for saving and for showing.

    It gives HTML without what the editor does not offer; an empty paragraph becomes "". What was copied from Word
    becomes paragraphs, headings and lists first.
    """
    clean = create_sanitizer(extensions)
    return lambda html: str(clean(from_word(html)))


sanitized = cleaning(EXTENSIONS)
sanitized_within = cleaning(WITHIN)


def shown(html: str, clean: Callable[[str], str] = sanitized) -> SafeString:
    """The HTML as markup for the page, cleaned again: a row may have been written by other means."""
    return mark_safe(clean(html))  # noqa: S308 - this is where it becomes safe
