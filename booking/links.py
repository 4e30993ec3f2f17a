"""The patient's links: 32 random bytes in an address, of which the database keeps only the SHA-256."""

import hashlib
import secrets
from datetime import datetime, time, timedelta
from typing import Any

from django.db import connection

from booking.enums import LinkPurpose
from booking.models import Appointment, AppointmentLink, WaitingLink, WaitingPlace
from flexclinic.lib import actors, clock

#: A link lives this long after the visit.
LIFE_AFTER_VISIT = timedelta(days=90)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def mint(*, appointment: Appointment, purpose: LinkPurpose = LinkPurpose.APPOINTMENT) -> str:
    """Make a new link to an appointment and give its token, the only time that anybody can read it."""
    token = secrets.token_urlsafe(32)
    now = clock.now()
    AppointmentLink.objects.create(
        appointment=appointment,
        purpose=purpose,
        digest=_digest(token),
        created_at=now,
        expires_at=max(now, appointment.ends_at) + LIFE_AFTER_VISIT,
    )
    return token


_OPENED_SQL = """
SELECT appointment_id FROM booking_appointmentlink
WHERE digest = %s AND purpose = %s AND revoked_at IS NULL AND expires_at > %s
"""


def look_up(
    token: str, *, purpose: LinkPurpose = LinkPurpose.APPOINTMENT, at: datetime | None = None
) -> Appointment | None:
    """The appointment that a link opens; None alike where it is unknown, expired, revoked or for another purpose."""
    opened = _opened(_OPENED_SQL, _digest(token), purpose, at or clock.now())
    if opened is None:
        return None
    appointment = Appointment.objects.select_related("option__service", "therapist", "room").get(pk=opened)
    actors.as_patient(appointment.reference)
    return appointment


def _opened(sql: str, *parameters: Any) -> int | None:
    """The key of what a link opens: a guess costs one short statement."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        found = cursor.fetchone()
    return found[0] if found else None


def revoke_all(*, appointment: Appointment) -> int:
    """End every link to an appointment. Gives how many there were."""
    return appointment.links.filter(revoked_at__isnull=True).update(revoked_at=clock.now())


def take_back(*, token: str) -> None:
    """Forget a link that reached nobody: the message that was to carry it was not sent."""
    AppointmentLink.objects.filter(digest=_digest(token)).delete()
    WaitingLink.objects.filter(digest=_digest(token)).delete()


#: A link to a place on the waiting list lives this long after the last date that the place waits for.
LIFE_AFTER_WAITING = timedelta(days=30)


def mint_for_place(*, place: WaitingPlace) -> str:
    """Make a new link to a place on the waiting list and give its token."""
    token = secrets.token_urlsafe(32)
    now = clock.now()
    last = datetime.combine(place.until_date, time(), clock.clinic_zone())
    WaitingLink.objects.create(
        place=place, digest=_digest(token), created_at=now, expires_at=max(now, last) + LIFE_AFTER_WAITING
    )
    return token


_OPENED_PLACE_SQL = "SELECT place_id FROM booking_waitinglink WHERE digest = %s AND expires_at > %s"


def look_up_place(token: str) -> WaitingPlace | None:
    """The place that a link opens; None alike where it is unknown or expired."""
    opened = _opened(_OPENED_PLACE_SQL, _digest(token), clock.now())
    if opened is None:
        return None
    place = WaitingPlace.objects.select_related(
        "option__service", "appointment__therapist", "appointment__option__service"
    ).get(pk=opened)
    actors.as_patient(place.reference)
    return place
