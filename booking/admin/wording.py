"""How the desk's pages say things: times in few letters, states as tags."""

import datetime as dt
from datetime import datetime

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince

from booking.enums import AppointmentStatus, NotificationStatus
from booking.models import Appointment
from flexclinic.lib import clock, when

_TAGS = {
    AppointmentStatus.REQUESTED: "wait",
    AppointmentStatus.OFFERED: "wait",
    AppointmentStatus.CONFIRMED: "good",
    AppointmentStatus.ARRIVED: "good",
    AppointmentStatus.COMPLETED: "over",
    AppointmentStatus.NO_SHOW: "over",
    AppointmentStatus.DECLINED: "over",
    AppointmentStatus.CANCELLED: "over",
    AppointmentStatus.EXPIRED: "over",
}
_MESSAGE_TAGS = {
    NotificationStatus.WAITING: "wait",
    NotificationStatus.SENT: "good",
    NotificationStatus.FAILED: "bad",
    NotificationStatus.NOT_NEEDED: "over",
}


def tag(words: str, tone: str) -> SafeString:
    """Words on a tag; the tone is bad, wait, good or over."""
    return format_html('<strong class="tag tag--{}">{}</strong>', tone, words)


def status_tag(status: str) -> SafeString:
    """An appointment's state as a word on a tag."""
    known = AppointmentStatus(status)
    return tag(known.label, _TAGS[known])


def message_tag(status: str) -> SafeString:
    """A message's state as words on a tag."""
    known = NotificationStatus(status)
    return tag(known.label, _MESSAGE_TAGS[known])


def day(moment: datetime) -> str:
    """The date; the year only where it is not this one: "Tuesday 24 November"."""
    local = when.in_clinic_zone(moment)
    return when.format_date(moment, year=local.year != clock.today().year)


def date(day: dt.date) -> str:
    """The same of a date."""
    return when.format_date(day, year=day.year != clock.today().year)


def visit(appointment: Appointment) -> str:
    """The date and the time of a visit: "Tuesday 24 November, 10am to 11am"."""
    return f"{day(appointment.starts_at)}, {when.format_range(appointment.starts_at, appointment.ends_at)}"


def ago(moment: datetime) -> str:
    """How long ago an instant was, in its largest unit: "3 hours ago"."""
    now = clock.now()
    if (now - moment).total_seconds() < 60:
        return "just now"
    return f"{timesince(moment, now, depth=1)} ago"


def listed(words: list[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 2 else words)
