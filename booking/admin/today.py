"""What the desk sees first: the requests that wait, the day's appointments, and the messages that failed."""

from dataclasses import dataclass
from datetime import date, datetime

from booking import lifecycle, sight, waitlist
from booking.admin.acts import Act, acts_at_hand
from booking.admin.attendance import Attendance, attendance
from booking.admin.filters import day_bounds
from booking.enums import BLOCKING, AppointmentStatus, NotificationStatus
from booking.models import Appointment, Notification
from flexclinic.lib import clock


@dataclass(frozen=True, slots=True)
class Line:
    """An appointment of the day with its buttons, whether it is going on now, and how it stands with their coming.

    `undo_until` is the moment until which what was done last with it can be undone.
    """

    appointment: Appointment
    acts: list[Act]
    now: bool
    attendance: Attendance | None
    undo_until: datetime | None


@dataclass(frozen=True, slots=True)
class Today:
    """The day at the desk."""

    date: date
    lines: list[Line]
    waiting: int
    failed: int
    to_call: int


def today(*, user: sight.Staff) -> Today:
    """The clinic's present date as this user may see it, in five queries."""
    day = clock.today()
    start, end = day_bounds(day)
    now = clock.now()
    appointments = list(
        sight.seen(user, Appointment.objects.all())
        .filter(starts_at__gte=start, starts_at__lt=end, status__in=[*BLOCKING, AppointmentStatus.NO_SHOW])
        .select_related("option__service", "therapist", "room")
        .order_by("starts_at", "therapist__position", "pk")
    )
    undoable = lifecycle.undoable(appointments) if user.has_perm("booking.change_appointment") else {}
    return Today(
        day,
        [
            Line(
                appointment,
                [act for act in acts_at_hand(appointment) if sight.may_do(user, act.action)],
                appointment.starts_at <= now < appointment.ends_at,
                attendance(appointment, now=now),
                undoable.get(appointment.pk),
            )
            for appointment in appointments
        ],
        sight.seen(user, Appointment.objects.filter(status=AppointmentStatus.REQUESTED)).count(),
        sight.seen(user, Notification.objects.filter(status=NotificationStatus.FAILED)).count(),
        sight.seen(user, waitlist.to_call()).count(),
    )
