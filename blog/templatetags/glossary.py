"""`{% load glossary %}{% explain html %}`: text whose terms explain themselves, each once on a page."""

from typing import cast

from django import template
from django.utils.safestring import SafeString

from blog import glossary

register = template.Library()


@register.simple_tag(takes_context=True)
def explain(context: template.Context, html: SafeString) -> SafeString:
    """The markup with its terms explained. One query for a page, however many texts it has."""
    if not isinstance(html, SafeString):
        raise TypeError("only markup that is safe already can be explained")
    request = context.get("request")
    if request is None:  # a feed: its readers know no controls of ours
        return html
    if not hasattr(request, "glossary_page"):
        request.glossary_page = glossary.new_page()
    return cast(glossary.Page, request.glossary_page).explain(html)
