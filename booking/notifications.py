"""What to tell whom: writes a row of the outbox and its job, inside the caller's transaction."""

from datetime import datetime

from django.db import transaction
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.jobs import JobDeferrer
from procrastinate.manager import JobManager
from procrastinate.tasks import configure_task

from booking.enums import NotificationKind, NotificationStatus
from booking.exceptions import NotPossibleNowError
from booking.models import Appointment, Notification, WaitingPlace
from flexclinic.lib import clock, rows

#: The worker's task, by name, since nothing below the edges imports the jobs.
DELIVER = "booking.jobs.deliver"
#: Django's connection, so that a job is written in the caller's transaction: in the worker, too, whose own queue
#: is on another one.
_QUEUE = JobManager(DjangoConnector())


def job(task: str, *, not_before: datetime | None = None) -> JobDeferrer:
    """A job of a task by its name, to be deferred in the caller's transaction."""
    return configure_task(name=task, job_manager=_QUEUE, queue="messages", schedule_at=not_before)


def delivery_job(*, not_before: datetime | None = None) -> JobDeferrer:
    """The job that delivers a message, to be deferred with its `notification_id`."""
    return job(DELIVER, not_before=not_before)


def tell(
    *, appointment: Appointment, kind: NotificationKind, not_before: datetime | None = None
) -> Notification | None:
    """Put a message to the patient into the outbox; None where the clinic has no email address for them.

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


def tell_of_place(*, place: WaitingPlace, kind: NotificationKind) -> Notification | None:
    """The same for a place on the waiting list; of one it says each thing once."""
    if not place.contact.email:
        return None
    notification = Notification(place=place, kind=kind, version=1, created_at=clock.now())
    rows.insert(notification)
    delivery_job().defer(notification_id=notification.pk)
    return notification


@transaction.atomic
def send_link(*, appointment: Appointment) -> Notification | None:
    """Put a message with a fresh link into the outbox, however often one was sent before.

    It tells of no change, so there is one row of it for a version, which waits again when it is asked for again; its
    new time gives it a Message-ID of its own. None where it waits already or is being sent just now, and without an
    email address.
    """
    if not appointment.email:
        return None
    row = Notification(
        appointment=appointment,
        kind=NotificationKind.LINK,
        version=appointment.version,
        created_at=clock.now(),
    )
    if not rows.insert(row, unless_in_conflict=True):
        earlier = (
            Notification.objects.select_for_update(skip_locked=True)
            .filter(appointment=appointment, kind=row.kind, version=row.version)
            .exclude(status=NotificationStatus.WAITING)
            .first()
        )
        if earlier is None:
            return None
        row.pk = earlier.pk
        row.save(force_update=True)
    delivery_job().defer(notification_id=row.pk)
    return row


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
