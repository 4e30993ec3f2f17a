"""What to tell whom: writes a row of the outbox and its job, inside the caller's transaction."""

from datetime import datetime

from django.db import transaction
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.jobs import JobDeferrer
from procrastinate.manager import JobManager
from procrastinate.tasks import configure_task

from booking.enums import NotificationKind, NotificationStatus
from booking.exceptions import NotPossibleNowError
from booking.models import Appointment, Notification
from flexclinic.lib import clock, rows

#: The worker's task, by name, since nothing below the edges imports the jobs.
DELIVER = "booking.jobs.deliver"
#: Django's connection, so that a job is written in the caller's transaction: in the worker, too, whose own queue
#: is on another one.
_QUEUE = JobManager(DjangoConnector())


def delivery_job(*, not_before: datetime | None = None) -> JobDeferrer:
    """The job that delivers a message, to be deferred with its `notification_id`."""
    return configure_task(name=DELIVER, job_manager=_QUEUE, queue="messages", schedule_at=not_before)


def tell(
    *, appointment: Appointment, kind: NotificationKind, not_before: datetime | None = None
) -> Notification | None:
    """Put a message to the patient into the outbox; None where the clinic has no e-mail address for them.

    The caller has just given the appointment a new version: the database refuses to say a thing about one twice.
    It is sent as soon as it can be, but `not_before` an instant.
    """
    if not appointment.email:
        return None
    notification = Notification(
        appointment=appointment,
        kind=kind,
        version=appointment.version,
        created_at=clock.now(),
        not_before=not_before,
    )
    rows.insert(notification)
    delivery_job(not_before=not_before).defer(notification_id=notification.pk)
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
    delivery_job().defer(notification_id=current.pk)
    return current
