"""What a clinic's database holds, read by a client of its own."""

from dataclasses import dataclass

import psycopg

_BOOKINGS = """
SELECT appointment.uid, appointment.request_key, appointment.email, appointment.status,
  (SELECT count(*) FROM booking_appointmentevent event WHERE event.appointment_id = appointment.id),
  (SELECT count(*) FROM booking_notification message WHERE message.appointment_id = appointment.id),
  (SELECT count(*) FROM booking_notification message
    WHERE message.appointment_id = appointment.id AND message.status = 'sent'),
  (SELECT count(*) FROM booking_notification message JOIN procrastinate_jobs job
     ON job.task_name = 'booking.jobs.deliver' AND (job.args ->> 'notification_id')::bigint = message.id
    WHERE message.appointment_id = appointment.id),
  ARRAY(SELECT digest FROM booking_appointmentlink link WHERE link.appointment_id = appointment.id)
FROM booking_appointment appointment
"""


@dataclass(frozen=True, slots=True)
class Booking:
    """An appointment, the numbers of its events, messages, messages sent and jobs, and its links' digests."""

    uid: str
    request_key: str
    email: str
    status: str
    events: int
    messages: int
    sent: int
    jobs: int
    links: tuple[bytes, ...]


def bookings(database_url: str) -> list[Booking]:
    """Every appointment."""
    with psycopg.connect(database_url) as connection:
        return [
            Booking(str(uid), str(key), email, status, events, messages, sent, jobs, tuple(map(bytes, links)))
            for uid, key, email, status, events, messages, sent, jobs, links in connection.execute(_BOOKINGS)
        ]


def incomplete(found: list[Booking]) -> list[Booking]:
    """Those that do not have exactly one event, one message and one job. Only before a worker has run."""
    return [one for one in found if (one.events, one.messages, one.jobs) != (1, 1, 1)]


def setting(database_url: str, name: str) -> str:
    """A setting of the server."""
    with psycopg.connect(database_url) as connection:
        [value] = connection.execute("SELECT current_setting(%s)", [name]).fetchone() or [""]
    return str(value)
