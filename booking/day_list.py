"""The list of a therapist's day, by email in the morning.

A list is a row, written once for a therapist and a date together with its job, and sent by the worker: like the
messages to patients it is neither lost nor, but for a worker killed in the wrong moment, said twice. It shows the day
as it is when it is sent. It names people by first name and initial, and not what they come for.
"""

import logging
import uuid
from datetime import UTC, date, datetime, timedelta
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import connection, transaction
from django.template.loader import render_to_string
from django.urls import reverse

from booking import notifications, walltime
from booking.enums import BLOCKING, AppointmentStatus, NotificationStatus
from booking.models import Appointment, DayList
from flexclinic.lib import clock, when

logger = logging.getLogger(__name__)

#: The worker's task, by name, since nothing below the edges imports the jobs.
DELIVER = "booking.jobs.deliver_day_list"
#: A list that waits for longer than this and has no job is given a new one.
LOST_AFTER = timedelta(minutes=5)

_DUE_SQL = """
INSERT INTO booking_daylist (calendar_id, date, status, created_at, last_error)
SELECT calendar.id, %(today)s, 'waiting', %(now)s, ''
  FROM booking_therapistcalendar AS calendar
 WHERE calendar.email <> '' AND calendar.send_at <= %(minute)s
   AND EXISTS (
        SELECT FROM booking_appointment AS visit
         WHERE visit.therapist_id = calendar.therapist_id AND visit.status = ANY(%(blocking)s)
           AND visit.starts_at >= %(first)s AND visit.starts_at < %(after)s AND visit.ends_at > %(now)s
       )
ON CONFLICT (calendar_id, date) DO NOTHING
RETURNING id
"""
_LOST_SQL = """
SELECT list.id FROM booking_daylist AS list
 WHERE list.status = 'waiting' AND list.created_at < %(before)s
   AND NOT EXISTS (
        SELECT FROM procrastinate_jobs AS job
         WHERE job.task_name = %(task)s AND job.status IN ('todo', 'doing')
           AND (job.args ->> 'day_list_id')::bigint = list.id
       )
"""


@transaction.atomic
def write_due() -> list[int]:
    """Write the lists that are due today, each with its job; give their ids. A list without a job gets a new one.

    Due is a list from its time on, as long as one of the day's visits is not over. Two workers at once write one.
    """
    now = when.in_clinic_zone(clock.now())
    first, after = _ends_of(now.date())
    with connection.cursor() as cursor:
        cursor.execute(
            _DUE_SQL,
            {
                "today": now.date(),
                "now": now,
                "minute": now.hour * 60 + now.minute,
                "blocking": list(BLOCKING),
                "first": first,
                "after": after,
            },
        )
        due = [pk for (pk,) in cursor.fetchall()]
        cursor.execute(_LOST_SQL, {"before": now - LOST_AFTER, "task": DELIVER})
        due += [pk for (pk,) in cursor.fetchall()]
    for pk in due:
        notifications.job(DELIVER).defer(day_list_id=pk)
    return due


def _ends_of(day: date) -> tuple[datetime, datetime]:
    """The first instant of a local date and the first after it."""
    segments = walltime.local_days(clock.clinic_zone(), day, 1)[0].segments
    return datetime.fromtimestamp(segments[0].start, UTC), datetime.fromtimestamp(segments[-1].end, UTC)


def visits_of(day_list: DayList) -> list[Appointment]:
    """The visits of the day as they stand now, by time."""
    first, after = _ends_of(day_list.date)
    return list(
        Appointment.objects.filter(
            therapist=day_list.calendar.therapist_id,
            status__in=BLOCKING,
            starts_at__gte=first,
            starts_at__lt=after,
        )
        .exclude(status=AppointmentStatus.OFFERED)
        .select_related("room")
        .order_by("starts_at")
    )


def deliver(*, day_list_id: int) -> NotificationStatus | None:
    """Send a list that is still waiting and whose day is not over; None where there is nothing to do.

    What the mail server raises comes out, so that the worker tries again; the row says what went wrong.
    """
    try:
        with transaction.atomic():
            row = (
                DayList.objects.select_for_update(skip_locked=True, of=("self",))
                .select_related("calendar__therapist")
                .filter(pk=day_list_id, status=NotificationStatus.WAITING)
                .first()
            )
            if row is None:
                return None
            visits = visits_of(row)
            if clock.today() > row.date:
                return _settle(row, NotificationStatus.FAILED, row.last_error or "The day was over.")
            if not row.calendar.email or not visits:
                return _settle(
                    row, NotificationStatus.NOT_NEEDED, "There was nothing to tell, or no address."
                )
            compose(row, visits).send()
            return _settle(row, NotificationStatus.SENT)
    except Exception as error:
        said = f"The mail server did not take it ({type(error).__name__})."
        DayList.objects.filter(pk=day_list_id, status=NotificationStatus.WAITING).update(last_error=said)
        logger.warning("day's list %d was not sent this time: %s", day_list_id, said)
        raise


def _settle(row: DayList, status: NotificationStatus, error: str = "") -> NotificationStatus:
    row.status, row.last_error = status, error
    row.sent_at = clock.now() if status is NotificationStatus.SENT else None
    row.save(update_fields=["status", "last_error", "sent_at"])
    return status


def compose(row: DayList, visits: list[Appointment]) -> EmailMultiAlternatives:
    """The message. Every repeat of it has the same Message-ID."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    own = uuid.uuid5(uuid.NAMESPACE_URL, f"{settings.SITE_URL}/day-list/{row.calendar_id}/{row.date}")
    subject = f"Your visits on {when.format_date(row.date, year=False)}"
    context = {
        "subject": subject,
        "therapist": row.calendar.therapist,
        "lines": [line(visit) for visit in visits],
        "board_url": f"{settings.SITE_URL}{reverse('admin:board')}?date={row.date.isoformat()}",
        "clinic": settings.CLINIC,
    }
    message = EmailMultiAlternatives(
        subject=subject,
        body=render_to_string("emails/day_list.txt", context).strip() + "\n",
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[row.calendar.email],
        headers={"Message-ID": f"<{own.hex}@{domain}>", "Auto-Submitted": "auto-generated"},
    )
    message.attach_alternative(render_to_string("emails/day_list.html", context), "text/html")
    return message


def line(visit: Appointment) -> dict[str, str]:
    """A visit as the list has it."""
    notes = [
        visit.room.name if visit.room else "",
        "first visit" if visit.first_visit else "",
        "not confirmed yet" if visit.status == AppointmentStatus.REQUESTED else "",
        visit.reference,
    ]
    return {
        "time": when.format_range(visit.starts_at, visit.ends_at),
        "who": first_name_and_initial(visit.name),
        "notes": ", ".join(note for note in notes if note),
    }


def first_name_and_initial(name: str) -> str:
    """As in "Ana R."."""
    words = name.split()
    return f"{words[0]} {words[-1][0]}." if len(words) > 1 else name
