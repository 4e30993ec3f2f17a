"""`{% load glossary %}{% explain html %}`: text whose terms explain themselves, each once on a page."""

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
    page = getattr(request, "glossary_page", None) or glossary.new_page()
    if request is not None:
        request.glossary_page = page
    return page.explain(html)
