"""The filter that writes prices: `{% load money %}`."""

from decimal import Decimal

from django import template

from flexclinic.lib.money import format_price

register = template.Library()


@register.filter
def price(amount: Decimal) -> str:
    """$95."""
    return format_price(amount)
