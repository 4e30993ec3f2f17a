"""A change that leaves visits behind is not saved before somebody has seen which: the form lists them and asks.

The answer names the visits that were listed. If others have come meanwhile it does not count, and the form asks again.
"""

import hashlib
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.html import format_html, format_html_join

from booking.models import Appointment
from flexclinic.lib import when

#: So many are listed; of the others only the number is said.
LISTED = 20
BOX = "anyway"


class _Tick(forms.CheckboxInput):
    """A box that is never ticked by itself, and sends which visits were listed."""

    def __init__(self, stamp: str) -> None:
        super().__init__(check_test=lambda value: False)
        self.stamp = stamp

    def format_value(self, value: Any) -> str:
        return self.stamp


def anyway_field() -> forms.CharField:
    """The answer. Hidden until there is something to ask."""
    return forms.CharField(label="Yes, save it anyway", required=False, widget=forms.HiddenInput)


def ask(form: forms.BaseForm, visits: Sequence[Appointment], *, said: str) -> None:
    """Add an error that lists the visits, and show the tick, unless just these have been agreed to.

    `said` follows the number of visits, as in "will lie outside the hours".
    """
    if not visits:
        return
    stamp = stamp_of(visits)
    if form.cleaned_data.get(BOX) == stamp:
        return
    form.fields[BOX].widget = _Tick(stamp)
    form.add_error(None, ValidationError(listed(visits, said), code="affected"))


def asks(form: forms.BaseForm) -> bool:
    """Whether the form waits for the answer."""
    return isinstance(form.fields[BOX].widget, _Tick)


def stamp_of(visits: Sequence[Appointment]) -> str:
    """Which visits were listed, and in which version."""
    text = " ".join(f"{visit.pk}.{visit.version}" for visit in sorted(visits, key=lambda each: each.pk))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def listed(
    visits: Sequence[Appointment], said: str, *, saved: str = "saved", tick: str = "Yes, save it anyway"
) -> Any:
    """The question: how many visits and which, and what to tick."""
    count = len(visits)
    rows = format_html_join(
        "",
        '<li><a href="{}">{}</a></li>',
        (
            (
                reverse("admin:booking_appointment_change", args=[visit.pk]),
                f"{when.format_date_time(visit.starts_at)}, {visit.name}, {visit.reference}",
            )
            for visit in visits[:LISTED]
        ),
    )
    return format_html(
        "{} {}. Nothing is {} yet, and nobody is told. Tick “{}” if it is meant: "
        'the booked visits stay booked, and are yours to move.<ul class="desk-affected">{}{}</ul>',
        "1 visit" if count == 1 else f"{count} visits",
        said,
        saved,
        tick,
        rows,
        format_html("<li>and {} more</li>", count - LISTED) if count > LISTED else "",
    )
