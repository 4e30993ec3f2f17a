"""What the desk sees first: the requests that wait, the day's appointments, and the messages that failed."""

from dataclasses import dataclass
from datetime import date

from booking import waitlist
from booking.admin.acts import Act, acts_at_hand
from booking.admin.filters import day_bounds
from booking.enums import BLOCKING, AppointmentStatus, NotificationStatus
from booking.models import Appointment, Notification
from flexclinic.lib import clock


@dataclass(frozen=True, slots=True)
class Line:
    """An appointment of the day with its buttons, and whether it is going on now."""

    appointment: Appointment
    acts: list[Act]
    now: bool


@dataclass(frozen=True, slots=True)
class Today:
    """The day at the desk."""

    date: date
    lines: list[Line]
    waiting: int
    failed: int
    to_call: int


def today(*, may_act: bool) -> Today:
    """The clinic's present date in four queries."""
    day = clock.today()
    start, end = day_bounds(day)
    now = clock.now()
    appointments = (
        Appointment.objects.filter(
            starts_at__gte=start, starts_at__lt=end, status__in=[*BLOCKING, AppointmentStatus.NO_SHOW]
        )
        .select_related("option__service", "therapist", "room")
        .order_by("starts_at", "therapist__position", "pk")
    )
    return Today(
        day,
        [
            Line(
                appointment,
                acts_at_hand(appointment) if may_act else [],
                appointment.starts_at <= now < appointment.ends_at,
            )
            for appointment in appointments
        ],
        Appointment.objects.filter(status=AppointmentStatus.REQUESTED).count(),
        Notification.objects.filter(status=NotificationStatus.FAILED).count(),
        waitlist.to_call().count(),
    )
