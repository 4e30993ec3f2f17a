"""`{% load stylesheets %}{% site_stylesheets %}`: the links to what every page has."""

from django import template
from django.templatetags.static import static
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from flexclinic import static_files

register = template.Library()


@register.simple_tag
def site_stylesheets() -> SafeString:
    """One link in production, one for each stylesheet elsewhere."""
    names = static_files.site_stylesheets()
    return format_html_join("\n  ", '<link rel="stylesheet" href="{}">', ((static(name),) for name in names))
