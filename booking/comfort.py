"""What makes a patient comfortable: kept with an appointment, and worded for who treats them."""

from booking.enums import AppointmentStatus
from booking.models import Appointment, ComfortPreferences
from flexclinic.lib import clock

_TOLD_UNTIL = (AppointmentStatus.REQUESTED, AppointmentStatus.OFFERED, AppointmentStatus.CONFIRMED)


def may_tell(appointment: Appointment) -> bool:
    """Whether the patient may still say something about it: until the visit begins."""
    return appointment.status in _TOLD_UNTIL and appointment.starts_at > clock.now()


def of(appointment: Appointment) -> ComfortPreferences | None:
    """What was told about this very appointment."""
    return ComfortPreferences.objects.filter(appointment=appointment).first()


def latest_for(appointment: Appointment) -> ComfortPreferences | None:
    """What was told about this appointment, or else last about another one of the same patient's record.

    For the desk and the therapist only: whoever has the link to one appointment sees what was told about that one.
    """
    if (own := of(appointment)) or appointment.patient_id is None:
        return own
    others = ComfortPreferences.objects.filter(appointment__patient_id=appointment.patient_id)
    return others.select_related("appointment").order_by("-updated_at", "-pk").first()


def in_words(told: ComfortPreferences | None) -> str:
    """Everything that was told, in one line; empty where nothing was."""
    if told is None:
        return ""
    said = [
        f"{told.get_pressure_display()} pressure" if told.pressure else "",
        f"avoid: {told.avoid}" if told.avoid else "",
        f"would rather have {told.get_therapist_gender_display().lower()}" if told.therapist_gender else "",
        "wants a chaperone" if told.chaperone else "",
        "little talk" if told.quiet else "",
        f"clothing: {told.clothing}" if told.clothing else "",
    ]
    line = "; ".join(part for part in said if part)
    return line[:1].upper() + line[1:]
