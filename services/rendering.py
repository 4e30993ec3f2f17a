"""What an editor wrote, as markup for a page."""

from django.utils.safestring import SafeString

from blog.prose import shown
from services.models import clean_prose


def prose(html: str) -> SafeString:
    """The text with everything taken out that the editor does not offer: a row may have been written by other means."""
    return shown(html, clean_prose)
