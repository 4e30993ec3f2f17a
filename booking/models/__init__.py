"""The diary's tables."""

from booking.models.absence import Absence, AbsenceVisit
from booking.models.appointment import Appointment, AppointmentEvent
from booking.models.audit import AuditEntry
from booking.models.first_steps import FirstSteps
from booking.models.hours import (
    Closure,
    Hold,
    OfferedHours,
    OverrideHours,
    TimeOff,
    WeeklyHours,
    WorkingDay,
)
from booking.models.link import AppointmentLink, WaitingLink
from booking.models.notification import Notification
from booking.models.patient import Patient
from booking.models.patient_file import DistinctPatients, PatientErasure, PatientMerge, PatientNote
from booking.models.policy import ClinicPolicy
from booking.models.preferences import ComfortPreferences
from booking.models.proposal import Proposal, ProposedTime
from booking.models.therapist_calendar import DayList, TherapistCalendar
from booking.models.waitlist import Offer, WaitingPlace

__all__ = [
    "Absence",
    "AbsenceVisit",
    "Appointment",
    "AppointmentEvent",
    "AppointmentLink",
    "AuditEntry",
    "ClinicPolicy",
    "Closure",
    "ComfortPreferences",
    "DayList",
    "DistinctPatients",
    "FirstSteps",
    "Hold",
    "Notification",
    "Offer",
    "OfferedHours",
    "OverrideHours",
    "Patient",
    "PatientErasure",
    "PatientMerge",
    "PatientNote",
    "Proposal",
    "ProposedTime",
    "TherapistCalendar",
    "TimeOff",
    "WaitingLink",
    "WaitingPlace",
    "WeeklyHours",
    "WorkingDay",
]
