"""What whoever prepares a visit needs to know: the safety check, what makes the patient comfortable, the consent."""

from dataclasses import dataclass
from datetime import datetime

from booking import comfort, consent
from booking.enums import SafetyOutcome
from booking.models import Appointment
from flexclinic.lib import when


@dataclass(frozen=True, slots=True, kw_only=True)
class ForTheVisit:
    """Words for the appointment's page; empty where there is nothing to say."""

    safety: str
    ask_by_phone: bool
    comfort: str
    comfort_from: str
    consent_text: str
    consented_at: datetime | None
    consent_version: str


def for_the_visit(appointment: Appointment) -> ForTheVisit:
    """Everything about one appointment. At most two queries."""
    told = comfort.latest_for(appointment)
    other = told is not None and told.appointment_id != appointment.pk
    return ForTheVisit(
        safety=safety_in_words(appointment),
        ask_by_phone=safety_is_open(appointment),
        comfort=comfort.in_words(told),
        comfort_from=f"told for {when.format_date(told.appointment.starts_at)}" if told and other else "",
        consent_text=consent.text_of(appointment.consent_version),
        consented_at=appointment.consented_at,
        consent_version=appointment.consent_version,
    )


def safety_is_open(appointment: Appointment) -> bool:
    """Whether it is a first visit for which nobody has looked at the signs yet."""
    return appointment.first_visit and not appointment.safety_outcome


def safety_in_words(appointment: Appointment) -> str:
    """How the safety check stands; empty where none is needed."""
    if safety_is_open(appointment):
        return "Not done. Ask by phone before the visit."
    if appointment.safety_outcome == SafetyOutcome.CLEAR and appointment.safety_at:
        read = when.format_date_time(appointment.safety_at)
        return f"{appointment.get_safety_outcome_display()}, {read} (wording {appointment.safety_version})."
    return f"{appointment.get_safety_outcome_display()}." if appointment.safety_outcome else ""
