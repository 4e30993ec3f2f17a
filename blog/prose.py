"""What an editor may write in running text, and the cleaning that leaves nothing else."""

from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django_prose_editor.fields import create_sanitizer

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

_sanitizer = create_sanitizer(EXTENSIONS)


def sanitized(html: str) -> str:
    """Give the HTML without what the editor does not offer; an empty paragraph becomes ""."""
    return str(_sanitizer(html))


def shown(html: str) -> SafeString:
    """The HTML as markup for the page, cleaned again: a row may have been written by other means."""
    return mark_safe(sanitized(html))  # noqa: S308 - this is where it becomes safe
