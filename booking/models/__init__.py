"""The diary's tables."""

from booking.models.appointment import Appointment, AppointmentEvent
from booking.models.hours import Closure, OverrideHours, TimeOff, WeeklyHours
from booking.models.link import AppointmentLink
from booking.models.notification import Notification
from booking.models.patient import Patient
from booking.models.policy import ClinicPolicy

__all__ = [
    "Appointment",
    "AppointmentEvent",
    "AppointmentLink",
    "ClinicPolicy",
    "Closure",
    "Notification",
    "OverrideHours",
    "Patient",
    "TimeOff",
    "WeeklyHours",
]
