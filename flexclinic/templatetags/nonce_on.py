"""One script of a template that is not ours, under the strict policy.

    {% load nonce_on %}{% nonce_on "admin/js/some.js" %}{{ block.super }}{% endnonce_on %}

Only the tag of the script that is named gets the nonce, so whatever else is in the block gets none.
"""

from django import template
from django.template.context import Context
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


@register.simple_block_tag(takes_context=True)
def nonce_on(context: Context, content: SafeString, script: str) -> SafeString:
    """The block's content with the nonce on the tag of `script`, a path below the static files."""
    tag = format_html('<script src="{}"', static(script))
    nonced = format_html('{} nonce="{}"', tag, str(context["request"].csp_nonce))
    return mark_safe(content.replace(tag, nonced))  # noqa: S308  # both parts are safe already
