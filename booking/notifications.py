"""What to tell whom: writes a row of the outbox and its job, inside the caller's transaction."""

from django.db import transaction
from procrastinate.contrib.django import app

from booking.enums import NotificationKind, NotificationStatus
from booking.exceptions import NotPossibleNowError
from booking.models import Appointment, Notification, WaitingPlace
from flexclinic.lib import clock, rows

#: The worker's task, by name, since nothing below the edges imports the jobs.
DELIVER = "booking.jobs.deliver"


def tell(*, appointment: Appointment, kind: NotificationKind) -> Notification | None:
    """Put a message to the patient into the outbox; None where the clinic has no e-mail address for them.

    The caller has just given the appointment a new version: the database refuses to say a thing about one twice.
    """
    if not appointment.email:
        return None
    notification = Notification(
        appointment=appointment, kind=kind, version=appointment.version, created_at=clock.now()
    )
    rows.insert(notification)
    app.configure_task(DELIVER, queue="messages").defer(notification_id=notification.pk)
    return notification


def tell_of_place(*, place: WaitingPlace, kind: NotificationKind) -> Notification | None:
    """The same for a place on the waiting list; of one it says each thing once."""
    if not place.contact.email:
        return None
    notification = Notification(place=place, kind=kind, version=1, created_at=clock.now())
    rows.insert(notification)
    app.configure_task(DELIVER, queue="messages").defer(notification_id=notification.pk)
    return notification


@transaction.atomic
def again(*, notification: Notification) -> Notification:
    """Try a message once more that could not be sent. Raises NotPossibleNowError for any other."""
    current = Notification.objects.select_for_update().get(pk=notification.pk)
    if current.status != NotificationStatus.FAILED:
        raise NotPossibleNowError("Only a message that could not be sent can be sent again.")
    current.status = NotificationStatus.WAITING
    current.last_error = ""
    current.save(update_fields=["status", "last_error"])
    app.configure_task(DELIVER, queue="messages").defer(notification_id=current.pk)
    return current
