"""The front desk's place of work in Django's admin."""

from booking.admin.appointment import AppointmentAdmin
from booking.admin.audit import AuditEntryAdmin
from booking.admin.hours import OverrideHoursAdmin, WeeklyHoursAdmin
from booking.admin.limits import OfferedHoursAdmin, WorkingDayAdmin
from booking.admin.messages import NotificationAdmin
from booking.admin.patient import PatientAdmin, PatientErasureAdmin
from booking.admin.periods import ClosureAdmin, HoldAdmin, TimeOffAdmin
from booking.admin.policy import ClinicPolicyAdmin
from booking.admin.therapist_calendar import TherapistCalendarAdmin
from booking.admin.waiting import WaitingPlaceAdmin

__all__ = [
    "AppointmentAdmin",
    "AuditEntryAdmin",
    "ClinicPolicyAdmin",
    "ClosureAdmin",
    "HoldAdmin",
    "NotificationAdmin",
    "OfferedHoursAdmin",
    "OverrideHoursAdmin",
    "PatientAdmin",
    "PatientErasureAdmin",
    "TherapistCalendarAdmin",
    "TimeOffAdmin",
    "WaitingPlaceAdmin",
    "WeeklyHoursAdmin",
    "WorkingDayAdmin",
]
