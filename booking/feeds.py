"""A therapist's calendar to subscribe to: a private address, and what is read there (RFC 5545).

Calendars are read by others, too: a phone's lock screen, a family's shared calendar, the company that keeps it. So no
word in it tells who comes or what a visit is for: initials, the reference and the room are enough for who works there.
"""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from django.conf import settings
from django.db.models import Max
from django.urls import reverse
from icalendar import Calendar, Event

from booking import ical
from booking.enums import BLOCKING, AppointmentStatus
from booking.models import Appointment, Hold, TherapistCalendar, TimeOff
from flexclinic.lib import clock
from services.models import Therapist

#: What the calendar holds, around now.
BACK, AHEAD = timedelta(days=14), timedelta(days=180)
#: How often a program should look again.
REFRESH = timedelta(minutes=15)

_NOTES = {
    AppointmentStatus.REQUESTED: " (not confirmed yet)",
    AppointmentStatus.OFFERED: " (kept for the waiting list)",
}


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def renew(*, calendar: TherapistCalendar) -> str:
    """Give a calendar a new address and end the old one; gives the token, the only time that anybody can read it."""
    token = secrets.token_urlsafe(32)
    calendar.digest, calendar.renewed_at = _digest(token), clock.now()
    calendar.save(update_fields=["digest", "renewed_at"])
    return token


def end(*, calendar: TherapistCalendar) -> None:
    """End the address; a new one may be made later."""
    calendar.digest = None
    calendar.save(update_fields=["digest"])


def look_up(token: str) -> Therapist | None:
    """Whose calendar it is; None alike for what was renewed, ended or never there."""
    found = TherapistCalendar.objects.filter(digest=_digest(token)).select_related("therapist").first()
    return found.therapist if found else None


def calendar_of(therapist: Therapist) -> bytes:
    """The therapist's visits, time off and times on hold. The same bytes as long as nothing has changed."""
    now = clock.now()
    window = (now - BACK, now + AHEAD)
    calendar = Calendar()
    calendar.add("prodid", "-//FlexClinic//Therapists//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("name", ical.one_line(f"{settings.CLINIC['name']}: {therapist.name}"))
    calendar.add("x-wr-calname", ical.one_line(f"{settings.CLINIC['name']}: {therapist.name}"))
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", REFRESH)
    for event in [*_visits(therapist, window), *_periods(therapist, window)]:
        calendar.add_component(event)
    written: bytes = calendar.to_ical()
    return written


def _visits(therapist: Therapist, window: tuple[datetime, datetime]) -> Iterable[Event]:
    visits = (
        Appointment.objects.filter(
            therapist=therapist, status__in=BLOCKING, starts_at__gte=window[0], starts_at__lt=window[1]
        )
        .select_related("room")
        .annotate(changed_at=Max("events__at"))
        .order_by("starts_at")
    )
    for visit in visits:
        status = AppointmentStatus(visit.status)
        event = _event(
            uid=f"{visit.uid}/therapist",
            summary=f"Visit {initials(visit.name)}, {visit.reference}{_NOTES.get(status, '')}",
            start=visit.starts_at,
            end=visit.ends_at,
            stamp=visit.changed_at or visit.created_at,
        )
        event.add("sequence", visit.version - 1)
        event.add("status", "TENTATIVE" if status in _NOTES else "CONFIRMED")
        if visit.room:
            event.add("location", ical.one_line(visit.room.name))
        page = reverse("admin:booking_appointment_change", args=[visit.pk])
        event.add("url", f"{settings.SITE_URL}{page}")
        yield event


def _periods(therapist: Therapist, window: tuple[datetime, datetime]) -> Iterable[Event]:
    rows: list[tuple[str, TimeOff | Hold]] = [
        *(("Time off", row) for row in TimeOff.objects.filter(therapist=therapist, period__overlap=window)),
        *(
            ("On hold", row)
            for row in Hold.objects.filter(
                therapist=therapist, period__overlap=window, released_at__isnull=True
            )
        ),
    ]
    for summary, row in rows:
        event = _event(
            uid=f"{row._meta.model_name}/{row.pk}",
            summary=summary,
            start=row.period.lower,
            end=row.period.upper,
            stamp=row.period.lower,  # nobody keeps when it was written down
        )
        event.add("transp", "OPAQUE")
        yield event


def _event(*, uid: str, summary: str, start: datetime, end: datetime, stamp: datetime) -> Event:
    event = Event()
    event.add("uid", str(uuid5(NAMESPACE_URL, f"{settings.SITE_URL}/{uid}")))
    event.add("dtstamp", stamp)
    event.add("dtstart", start)
    event.add("dtend", end)
    event.add("summary", ical.one_line(summary))
    event.add("class", "PRIVATE")
    return event


def initials(name: str) -> str:
    """A person's initials, as in "A.R."; of more than two words the first and the last."""
    words = [word for word in ical.one_line(name).split() if word[0].isalnum()]
    kept = [words[0], words[-1]] if len(words) > 1 else words
    return "".join(f"{word[0].upper()}." for word in kept) or "?"
