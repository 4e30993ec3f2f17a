"""What the desk's templates need of the diary: `{% load desk %}`."""

from decimal import Decimal

from django import template
from django.template.context import RequestContext
from django.utils.safestring import SafeString

from booking import looks
from booking.admin import wording
from booking.admin.today import Today, today
from flexclinic.lib import money

register = template.Library()


@register.simple_tag
def status_tag(status: str) -> SafeString:
    """An appointment's state as a word on a tag."""
    return wording.status_tag(status)


@register.simple_tag
def message_tag(status: str) -> SafeString:
    """A message's state as words on a tag."""
    return wording.message_tag(status)


@register.simple_tag
def price(amount: Decimal) -> str:
    """A price as people read it."""
    return money.format_price(amount)


@register.simple_tag(takes_context=True)
def desk_today(context: RequestContext) -> Today | None:
    """The day at the desk; None for who may not see appointments."""
    request = context["request"]
    user = request.user
    if not user.has_perm("booking.view_appointment"):
        return None
    found = today(user=user)
    looks.record(request, appointments=[line.appointment.pk for line in found.lines])
    return found
