"""Visits that are booked in a time that was just closed: nobody moves them but the desk, so it is told at once."""

from django.contrib import messages
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from booking import sight
from booking.enums import OPEN
from booking.models import Appointment
from flexclinic.lib import clock, when
from services.models import Therapist

#: So many are named; of the others only the number is said.
NAMED = 10


def visits_in(*, period: DateTimeTZRange, therapist: Therapist | None) -> QuerySet[Appointment]:
    """The visits still to come in a period, of one therapist or (None) of all, by time."""
    visits = Appointment.objects.filter(status__in=OPEN, visit__overlap=period, ends_at__gt=clock.now())
    return (visits.filter(therapist=therapist) if therapist else visits).order_by("starts_at", "pk")


def warn_of_visits(request: HttpRequest, *, period: DateTimeTZRange, therapist: Therapist | None) -> None:
    """Tell the desk which visits still to come are in a period, of one therapist or (None) of all."""
    visits = sight.seen(request.user, visits_in(period=period, therapist=therapist))
    count = visits.count()
    if not count:
        return
    named = format_html_join(", ", "{}", ((_link(visit),) for visit in visits[:NAMED]))
    more = f" and {count - NAMED} more" if count > NAMED else ""
    said = "1 visit is booked" if count == 1 else f"{count} visits are booked"
    text = "{} in that time: {}{}. Nothing was changed about it: move it, or call it off, and the patient is told."
    messages.warning(request, format_html(text, said, named, more))


def _link(visit: Appointment) -> SafeString:
    """The visit's page, by its time and name."""
    address = reverse("admin:booking_appointment_change", args=[visit.pk])
    words = f"{when.format_date_time(visit.starts_at)}, {visit.name}"
    return format_html('<a href="{}">{}</a>', address, words)
