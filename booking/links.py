"""The patient's links: 32 random bytes in an address, of which the database keeps only the SHA-256."""

import hashlib
import secrets
from datetime import datetime, time, timedelta

from django.db.models import Q

from booking.enums import LinkPurpose
from booking.models import Appointment, AppointmentLink, WaitingLink, WaitingPlace
from flexclinic.lib import clock

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


def look_up(
    token: str, *, purpose: LinkPurpose = LinkPurpose.APPOINTMENT, at: datetime | None = None
) -> Appointment | None:
    """The appointment that a link opens; None alike where it is unknown, expired, revoked or for another purpose."""
    link = (
        AppointmentLink.objects.filter(digest=_digest(token), purpose=purpose)
        .filter(Q(revoked_at__isnull=True), expires_at__gt=at or clock.now())
        .select_related("appointment__option__service", "appointment__therapist", "appointment__room")
        .first()
    )
    return link.appointment if link else None


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


def look_up_place(token: str) -> WaitingPlace | None:
    """The place that a link opens; None alike where it is unknown or expired."""
    link = (
        WaitingLink.objects.filter(digest=_digest(token), expires_at__gt=clock.now())
        .select_related(
            "place__option__service", "place__appointment__therapist", "place__appointment__option__service"
        )
        .first()
    )
    return link.place if link else None
