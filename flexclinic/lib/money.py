"""Prices as people read them."""

from decimal import Decimal

from django.conf import settings

_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£", "CAD": "$", "AUD": "$"}


def format_price(amount: Decimal) -> str:
    """Give "$95" or "$95.50" in the clinic's currency; "CHF 95" where the currency has no sign of its own here."""
    text = f"{amount:,.0f}" if amount == amount.to_integral_value() else f"{amount:,.2f}"
    sign = _SIGNS.get(settings.CURRENCY)
    return f"{sign}{text}" if sign else f"{settings.CURRENCY} {text}"
