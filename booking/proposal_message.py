"""What a message says that proposes other times: the times, until when to answer, and the page to choose on."""

from typing import Any

from django.conf import settings
from django.urls import reverse

from booking.models import Notification, Proposal
from flexclinic.lib import clock, when


def why_not_needed(notification: Notification) -> str:
    """Why nobody needs to hear of a proposal any more; empty where it can be answered."""
    proposal = _of(notification)
    if proposal and proposal.is_open(clock.now()):
        return ""
    return "The times are proposed no more."


def of(notification: Notification, *, token: str) -> dict[str, Any]:
    """The proposed times in words, until when they can be chosen from, and where."""
    proposal = getattr(notification, "proposed", None) or _of(notification)
    if proposal is None:
        return {}
    return {
        "times": [
            f"{when.format_date_time(time.start)} with {time.therapist.name}" for time in proposal.times.all()
        ],
        "answer_until": when.format_date_time(proposal.expires_at),
        "page_url": settings.SITE_URL + reverse("booking:proposal", args=[token]) if token else "",
    }


def _of(notification: Notification) -> Proposal | None:
    return (
        Proposal.objects.select_related("appointment")
        .prefetch_related("times__therapist")
        .filter(appointment=notification.appointment, version=notification.version)
        .first()
    )
