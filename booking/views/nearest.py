"""What somebody gets in place of a time that cannot be had: the nearest free ones."""

from datetime import datetime

from booking import availability
from booking.addresses import ANYONE
from booking.exceptions import BookingError, DiaryIsBusyError, TherapistNotOfferedError
from booking.models import Appointment
from booking.views.shown import Time, shown_times
from services.models import ServiceOption, Therapist


def nearest_times(
    *,
    option: ServiceOption,
    therapist: Therapist | None,
    around: datetime,
    moving: Appointment | None = None,
    moved_by: str = "",
    query: str = "",
) -> tuple[Therapist | None, list[Time]]:
    """Free times, with the therapist (who is given back) or, where there are none, with anyone (None).

    For a visit that is `moving` its own time is no other one; `moved_by` is the token that moves it. `query` is what
    the addresses pass on, with its question mark.
    """
    found = availability.nearest(option=option, therapist=therapist, around=around, moving=moving)
    offered = therapist if therapist and any(therapist.slug in slugs for _, slugs in found) else None
    own = int(moving.starts_at.timestamp()) if moving else None
    starts = [start for start, _ in found if start != own]
    who = offered.slug if offered else ANYONE
    return offered, shown_times(starts, option=option, who=who, query=query, moved_by=moved_by)


def status_of(error: BookingError) -> int:
    """The HTTP status of the page that offers other times."""
    return {TherapistNotOfferedError: 404, DiaryIsBusyError: 503}.get(type(error), 409)
