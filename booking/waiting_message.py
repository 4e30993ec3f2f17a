"""What the messages of the waiting list say: that somebody is on it, and that a time has come up for them."""

import uuid
from typing import Any

from django.conf import settings
from django.urls import reverse

from booking import waitlist, wishes
from booking.enums import Source
from booking.models import Appointment, Notification, Offer, WaitingPlace
from flexclinic.lib import when

SUBJECT = "You are on our waiting list"


def uid(notification: Notification) -> uuid.UUID:
    """What the Message-ID of a place's message is made from."""
    assert notification.place
    return notification.place.request_key


def why_not_needed(notification: Notification) -> str:
    """Why nobody needs to hear that a place is on the list."""
    assert notification.place
    return "" if notification.place.is_open else "The place is on the list no more."


def of_place(place: WaitingPlace, *, token: str) -> dict[str, Any]:
    """What a place waits for, and the page to see and leave it."""
    later = place.appointment
    return {
        "facts": [*wishes.in_words(place), ("Reference", place.reference)],
        "later": when.format_date_time(later.starts_at) if later else "",
        "page_url": settings.SITE_URL + reverse("booking:place", args=[token]) if token else "",
    }


def key_of(place_id: int) -> int:
    """A place's key among the tokens of a message: beside the ids of appointments, which are positive."""
    return -place_id


def place_offered_to(appointment: Appointment) -> WaitingPlace | None:
    """The place that an offered time is kept for."""
    offer: Offer | None = getattr(appointment, "offer", None)
    return offer.place if offer else None


def of_offer(appointment: Appointment, *, token: str) -> dict[str, Any]:
    """Until when a time is kept, what a yes leads to, what it would take the place of, and the way off the list."""
    offer: Offer | None = getattr(appointment, "offer", None)
    if offer is None:
        return {}
    later = offer.place.appointment
    return {
        "kept_until": when.format_date_time(offer.expires_at),
        "later": when.format_date_time(later.starts_at) if later else "",
        "asks": waitlist.needs_the_desk(offer),
        "keeps_later": waitlist.keeps_later(offer),
        "leave_url": settings.SITE_URL + reverse("booking:place", args=[token]) if token else "",
    }


def of_request(appointment: Appointment) -> dict[str, Any]:
    """Which appointment stays until an offered time that was asked for is confirmed."""
    if appointment.source != Source.WAITING:
        return {}
    offer = Offer.objects.filter(appointment=appointment).select_related("place__appointment").first()
    if offer is None or not waitlist.keeps_later(offer) or not offer.place.appointment:
        return {}
    return {"kept": when.format_date_time(offer.place.appointment.starts_at)}
