"""Appointment → calendar bytes (RFC 5545, with the methods of RFC 5546).

The entry keeps one UID for its whole life and counts its SEQUENCE with the appointment's version, so that a
calendar that has it changes or deletes it when the next file comes. Times are UTC instants: every calendar
shows them on its own clock, and an hour that the wall clock shows twice stays the one that was booked.

What goes out by mail is an invitation (REQUEST) once the visit is agreed, because mail programs change and
delete only those without anybody's hand. A request that the desk has not answered is PUBLISHed: it enters a
calendar only if the patient puts it there. The same goes for the
file that the patient's page gives.

Nothing that a patient typed is in it but the address of an invitation. No word tells what the visit is for.
"""

import unicodedata
from collections.abc import Iterable
from email.utils import parseaddr
from enum import StrEnum
from urllib.parse import quote

from django.conf import settings
from icalendar import Calendar, Event, vCalAddress

from booking.enums import AppointmentStatus as Status
from booking.models import Appointment
from flexclinic.lib import clock

_TENTATIVE = frozenset({Status.REQUESTED, Status.OFFERED})
_CANCELLED = frozenset({Status.DECLINED, Status.CANCELLED, Status.EXPIRED})


class Method(StrEnum):
    """What a calendar is to do with the entry."""

    PUBLISH = "PUBLISH"
    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


def file_method(appointment: Appointment) -> Method:
    """The method of the file that the patient's page gives."""
    return Method.CANCEL if appointment.status in _CANCELLED else Method.PUBLISH


def message_method(appointment: Appointment) -> Method:
    """The method of the file that goes with a message."""
    if appointment.status in _CANCELLED:
        return Method.CANCEL
    return Method.PUBLISH if appointment.status in _TENTATIVE else Method.REQUEST


def appointment_calendar(appointment: Appointment, *, method: Method | None = None) -> bytes:
    """The calendar file of an appointment as it is now; without a method, as the patient's page gives it."""
    method = method or file_method(appointment)
    return _written([appointment], method=method)


def series_calendar(appointments: Iterable[Appointment]) -> bytes:
    """One calendar file for several appointments. An invitation holds only one entry, so these are PUBLISHed."""
    return _written(appointments, method=Method.PUBLISH)


def _written(appointments: Iterable[Appointment], *, method: Method) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", "-//FlexClinic//Appointments//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method.value)
    for appointment in appointments:
        calendar.add_component(_event(appointment, invite=method is not Method.PUBLISH))
    written: bytes = calendar.to_ical()
    return written


def _event(appointment: Appointment, *, invite: bool) -> Event:
    now = clock.now()
    event = Event()
    event.add("uid", str(appointment.uid))
    event.add("sequence", appointment.version - 1)
    event.add("dtstamp", now)
    event.add("created", appointment.created_at)
    event.add("dtstart", appointment.starts_at)
    event.add("dtend", appointment.ends_at)
    event.add("status", _status(appointment))
    event.add("summary", _summary(appointment))
    event.add("location", one_line(place()))
    event.add("description", _description(appointment))
    event.add("class", "PRIVATE")
    event.add("transp", "TRANSPARENT" if appointment.status in _CANCELLED else "OPAQUE")
    event.add(
        "organizer", _address(parseaddr(settings.DEFAULT_FROM_EMAIL)[1], CN=one_line(settings.CLINIC["name"]))
    )
    if invite and appointment.email:
        # RSVP is off: an answer in a calendar reaches no one who would act on it.
        event.add(
            "attendee", _address(appointment.email, ROLE="REQ-PARTICIPANT", PARTSTAT="ACCEPTED", RSVP="FALSE")
        )
    return event


def _status(appointment: Appointment) -> str:
    if appointment.status in _CANCELLED:
        return "CANCELLED"
    return "TENTATIVE" if appointment.status in _TENTATIVE else "CONFIRMED"


def _summary(appointment: Appointment) -> str:
    title = one_line(f"Appointment at {settings.CLINIC['name']}")
    return f"{title} (not confirmed yet)" if appointment.status in _TENTATIVE else title


def place() -> str:
    """The clinic's address in one line."""
    clinic = settings.CLINIC
    return (
        f"{clinic['name']}, {clinic['street']}, {clinic['city']}, {clinic['region']} {clinic['postal_code']}"
    )


def _description(appointment: Appointment) -> str:
    lines = [f"Reference: {appointment.reference}", f"Phone: {settings.CLINIC['phone']}"]
    if appointment.status not in _CANCELLED:
        lines.append("To change it, use the page in our email, or call us.")
        lines.append("An answer in your calendar does not reach us.")
    return "\n".join(one_line(line) for line in lines)


def _address(email: str, **parameters: str) -> vCalAddress:
    return vCalAddress(f"mailto:{quote(one_line(email), safe='@+.-_')}", params=parameters)


def one_line(text: str) -> str:
    """The text without control characters and line breaks, each run of white space one space."""
    kept = "".join(" " if unicodedata.category(letter) in {"Cc", "Zl", "Zp"} else letter for letter in text)
    return " ".join(kept.split())
