"""What the desk's templates need of the diary: `{% load desk %}`."""

from decimal import Decimal

from django import template
from django.template.context import RequestContext
from django.utils.safestring import SafeString

from booking import looks
from booking.admin import audit, first_steps, undo, wording
from booking.admin.acts import Act, acts_at_hand
from booking.admin.attendance import Attendance
from booking.admin.today import Today, today
from booking.admin.undo import JustDone
from booking.models import Appointment, AuditEntry
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
def acts_of(appointment: Appointment) -> list[Act]:
    """What is most likely to be done next with an appointment."""
    return acts_at_hand(appointment)


@register.simple_tag
def price(amount: Decimal) -> str:
    """A price as people read it."""
    return money.format_price(amount)


@register.simple_tag
def attendance_tag(known: Attendance | None) -> SafeString | str:
    """How it stands with somebody's coming, as words on a tag; nothing where there is nothing to say."""
    return wording.tag(known.words, known.tone) if known else ""


@register.simple_tag
def looked_by(entry: AuditEntry) -> str:
    """Who it was, by the name of the account."""
    return audit.by_whom(entry)


@register.simple_tag
def looked_what(entry: AuditEntry) -> str:
    """What they did, as in "Changed: Patient's record"."""
    return audit.did_what(entry)


@register.filter
def is_text(value: object) -> bool:
    """Whether a value is words, and not a list of more."""
    return isinstance(value, str)


@register.simple_tag(takes_context=True)
def just_done(context: RequestContext) -> JustDone | None:
    """What this person did in the last minutes and can undo."""
    user = context["request"].user
    return undo.just_done(user) if user.has_perm("booking.change_appointment") else None


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


@register.simple_tag(takes_context=True)
def desk_first_steps(context: RequestContext) -> first_steps.Progress | None:
    """What is left to set up; None for who may not, once all is done, and where the list is hidden."""
    return first_steps.on_first_page(context["request"].user)
