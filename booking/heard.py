"""What a patient knows of an appointment: from messages, and from what they did themselves.

A message tells what holds when it is sent. Each row of the outbox keeps the versions that it told of. They are written
down before the mail server is spoken to, and taken back only when it said no: a message that may have arrived counts
as one that may have told.
"""

from collections.abc import Iterable

from django.db.models import Q

from booking import series
from booking.enums import Actor, NotificationKind, NotificationStatus
from booking.models import Appointment, AppointmentEvent, Notification


def versions_of(visits: Iterable[Appointment]) -> dict[str, int]:
    """What a message that tells of these visits, as they are now, keeps in `told`."""
    return {str(visit.pk): visit.version for visit in visits}


def knows_already(notification: Notification) -> bool:
    """Whether the patient has heard of the appointment as it stands, and of nothing else since."""
    appointment = notification.appointment
    assert appointment
    surely, perhaps = _told(notification)
    if surely is None or perhaps > surely:
        return False
    if appointment.events.filter(actor=Actor.PATIENT, version__gt=surely).exists():
        return False
    then = appointment.events.filter(version=surely).first()
    return then is not None and holds(then, appointment) and then.to_status == appointment.status


def believed(notification: Notification) -> AppointmentEvent | None:
    """When and with whom the patient believes the visit to be, before this message comes; None where nothing tells."""
    appointment = notification.appointment
    assert appointment
    surely, _ = _told(notification)
    own = (
        appointment.events.filter(actor=Actor.PATIENT, version__lt=notification.version)
        .order_by("-version")
        .values_list("version", flat=True)
        .first()
    )
    # Who has heard nothing yet was there, or on the phone, when it was booked.
    version = max(surely or 0, own or 0, 1)
    return appointment.events.filter(version=version).select_related("therapist").first()


def holds(event: AppointmentEvent, appointment: Appointment) -> bool:
    """Whether the visit is still when and with whom it was then. The room is of no interest to the patient."""
    return (event.visit, event.therapist_id) == (appointment.visit, appointment.therapist_id)


def _told(notification: Notification) -> tuple[int | None, int]:
    """The newest version that other messages told of, and the newest that they may have told of (0: none)."""
    appointment = notification.appointment
    assert appointment
    about = Q(appointment=appointment)
    if appointment.series:
        about |= Q(kind=NotificationKind.SERIES, appointment__in=series.members(appointment.series))
    surely, perhaps = 0, 0
    for other in Notification.objects.filter(about).exclude(pk=notification.pk):
        sent = other.status == NotificationStatus.SENT
        told = other.told
        if told is None and sent:  # a row of the version before
            told = {str(other.appointment_id): other.version}
            if other.kind == NotificationKind.SERIES:
                told.setdefault(str(appointment.pk), 1)
        version = (told or {}).get(str(appointment.pk), 0)
        perhaps = max(perhaps, version)
        surely = max(surely, version if sent else 0)
    return surely or None, perhaps
