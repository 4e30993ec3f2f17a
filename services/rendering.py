"""What an editor wrote, as markup for a page."""

from django.utils.safestring import SafeString, mark_safe
from django_prose_editor.fields import create_sanitizer

from services.models import PROSE

_sanitizer = create_sanitizer(PROSE)


def prose(html: str) -> SafeString:
    """The text with everything taken out that the editor does not offer: a row may have been written by other means."""
    return mark_safe(str(_sanitizer(html)))  # noqa: S308 - this is where it becomes safe
