"""Scripts and styles of forms under the strict policy.

`{% load nonced_media %}{{ media|with_nonce:request.csp_nonce }}`

The policy knows a script by its nonce alone, and Django's form media know nothing of nonces.
"""

from django import template
from django.forms import Media
from js_asset import Media as NoncedMedia

register = template.Library()


@register.filter
def with_nonce(media: Media | str, nonce: object) -> NoncedMedia | str:
    """Give the media with the nonce on every tag. An unset variable (an empty text) stays empty."""
    if not isinstance(media, Media):
        return media
    # The nonce is lazy; reading it is what puts it into the response's header.
    return NoncedMedia.from_media(media, nonce=str(nonce))
