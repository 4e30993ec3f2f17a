"""Why a start is not free, in words for the desk. Names appointments by their reference, so it is not for strangers."""

from datetime import UTC, datetime

from booking import availability
from booking.enums import BLOCKING
from booking.intervals import Interval
from booking.models import Appointment
from booking.slots import Reason, ReasonCode
from flexclinic.lib import when
from services.models import ServiceOption, Therapist

_SAID: dict[ReasonCode, str] = {
    ReasonCode.UNKNOWN_THERAPIST: "The therapist does not give this option, or cannot be booked.",
    ReasonCode.OUTSIDE_WINDOW: "The date is outside what can be looked at.",
    ReasonCode.MISSING_HOUR: "The clocks go forward and skip that time.",
    ReasonCode.OFF_GRID: "Visits do not start at that minute (see the booking policy).",
    ReasonCode.OUTSIDE_HOURS: "The visit does not fit into the therapist's weekly hours.",
    ReasonCode.OVERRIDE: "The visit does not fit into the therapist's other hours of that date.",
    ReasonCode.PAST: "That time is over.",
    ReasonCode.LEAD_TIME: "It is too soon: the notice for online bookings has not passed.",
    ReasonCode.HORIZON: "It is further ahead than the clinic offers online.",
    ReasonCode.CLOSED: "The clinic is closed.",
    ReasonCode.NO_ROOM: "No room that suits is free.",
    ReasonCode.TIME_OFF: "The therapist has time off.",
    ReasonCode.BUSY: "The therapist has another appointment.",
    ReasonCode.BUFFER: "The time kept free before or after it runs into another appointment.",
}


def sentences(
    *, option: ServiceOption, therapist: Therapist, start: datetime, now: datetime | None = None
) -> list[str]:
    """One sentence for each reason why a start is not free with a therapist; none when it is free."""
    reasons = availability.explain(option=option, therapist=therapist, start=start, now=now)
    return [say(reason, therapist=therapist) for reason in reasons]


def say(reason: Reason, *, therapist: Therapist) -> str:
    """One reason against a therapist's start, as a sentence."""
    words = _SAID[reason.code]
    if reason.interval is None:
        return words
    low, high = (datetime.fromtimestamp(instant, UTC) for instant in reason.interval)
    same_day = when.format_date(low) == when.format_date(high)
    until = when.format_time(high) if same_day else when.format_date_time(high)
    span = f"{when.format_date_time(low)} to {until}"
    named = _references(reason.interval, therapist) if reason.code in _TAKEN else ""
    return f"{words.removesuffix('.')}: {span}{named}."


_TAKEN = frozenset({ReasonCode.BUSY, ReasonCode.BUFFER})


def _references(interval: Interval, therapist: Therapist) -> str:
    """The therapist's appointments in an interval of instants, as in " (K7QM-3XWP)"."""
    low, high = (datetime.fromtimestamp(instant, UTC) for instant in interval)
    found = Appointment.objects.filter(
        therapist=therapist, status__in=BLOCKING, occupied_from__lt=high, occupied_until__gt=low
    )
    references = ", ".join(found.order_by("starts_at").values_list("reference", flat=True))
    return f" ({references})" if references else ""
