"""Who is here, since when, and who is late, in words for the desk: all worked out from the appointment's row."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from booking.enums import AppointmentStatus
from booking.models import Appointment

#: Somebody is late from so long after the start on. Before, they are on the stairs.
LATE_AFTER = timedelta(minutes=5)
#: Who sits there for so long after their time has begun was forgotten.
LONG_WAIT = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Attendance:
    """What is known of somebody's coming. `tone` is that of a tag: bad, wait, good or over."""

    words: str
    tone: str


def attendance(appointment: Appointment, *, now: datetime) -> Attendance | None:
    """How it stands with somebody's coming at an instant; None where there is nothing to say."""
    match appointment.status:
        case AppointmentStatus.CONFIRMED:
            return _awaited(appointment, now)
        case AppointmentStatus.ARRIVED if appointment.in_room_at:
            return Attendance(f"In the room for {_length(now - appointment.in_room_at)}", "good")
        case AppointmentStatus.ARRIVED if appointment.arrived_at:
            came = _came(appointment)
            begun = now - max(appointment.starts_at, appointment.arrived_at)
            words = f"Here for {_length(now - appointment.arrived_at)}"
            return Attendance(f"{words}, {came}" if came else words, "bad" if begun >= LONG_WAIT else "good")
        case AppointmentStatus.COMPLETED:
            came = _came(appointment)
            return Attendance(came[:1].upper() + came[1:], "over") if came else None
    return None


def _awaited(appointment: Appointment, now: datetime) -> Attendance | None:
    if now >= appointment.ends_at:
        return Attendance("Did they come?", "wait")
    late = now - appointment.starts_at
    return Attendance(f"{_length(late)} late", "bad") if late >= LATE_AFTER else None


def _came(appointment: Appointment) -> str:
    if appointment.arrived_at is None:
        return ""
    late = appointment.arrived_at - appointment.starts_at
    return f"came {_length(late)} late" if late >= LATE_AFTER else ""


def _length(span: timedelta) -> str:
    """Whole minutes, rounded down: "12 min", "1 h 5 min"."""
    hours, minutes = divmod(max(0, int(span.total_seconds()) // 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"
