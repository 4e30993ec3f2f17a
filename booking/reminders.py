"""Reminders and the message after a visit: written into the outbox when they are due, by a job of every minute.

Nothing is scheduled ahead, so whatever changes in between, the policy, the visit or the worker, is seen when the
moment comes. See docs/decisions/0022-reminders.md.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from procrastinate.types import JSONDict

from booking.enums import REMINDERS, AppointmentStatus, NotificationKind, NotificationStatus
from booking.models import Appointment, ClinicPolicy, Proposal
from booking.notifications import delivery_job
from booking.transitions import Action
from flexclinic.lib import clock

#: So many of each sort are written at once; the next minute goes on.
AT_ONCE = 1000
#: Who was here longer ago than this, and the hours of the policy, is not written to any more: the clinic may just have
#: switched the message on.
LATEST_AFTER_VISIT = timedelta(days=2)
_LONGEST_VISIT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Window:
    """When a reminder is due: from `lead` before a visit until the next one is due (`until` before it)."""

    kind: NotificationKind
    lead: timedelta
    until: timedelta


def windows(policy: ClinicPolicy) -> list[Window]:
    """The reminders that the clinic sends, the earliest first. Of two that are due at once only one is sent."""
    hours = (policy.first_reminder_hours, policy.second_reminder_hours)
    leads = sorted(
        ((timedelta(hours=given), kind) for kind, given in zip(REMINDERS, hours, strict=True) if given),
        key=lambda each: -each[0],
    )
    nearer = [lead for lead, _ in leads[1:]] + [timedelta(0)]
    return [
        Window(kind, lead, until) for (lead, kind), until in zip(leads, nearer, strict=False) if lead > until
    ]


# An appointment is reminded of once for a time: moved away and back, it is the same time again only if nothing was
# said of it before. What was agreed when the reminder was due already needs none: it has just been told. What was
# undone was told to nobody.
_REMINDERS_SQL = """
INSERT INTO booking_notification (appointment_id, kind, version, status, created_at, attempts, last_error)
SELECT visit.id, due.kind, visit.version, %(waiting)s::text, %(now)s::timestamptz, 0, ''
  FROM unnest(%(kinds)s::text[], %(leads)s::interval[], %(untils)s::interval[]) AS due (kind, lead, until)
  JOIN booking_appointment AS visit
    ON visit.starts_at > %(now)s::timestamptz + due.until AND visit.starts_at <= %(now)s::timestamptz + due.lead
 WHERE visit.status = %(confirmed)s::text
   AND visit.email <> ''
   AND visit.created_at < visit.starts_at - due.lead
   AND NOT EXISTS (
        SELECT FROM booking_appointmentevent AS event
         WHERE event.appointment_id = visit.id
           AND event.at >= visit.starts_at - due.lead
           AND NOT (
                event.action <> ALL(%(moves)s::text[])
                AND EXISTS (
                    SELECT FROM booking_appointmentevent AS undoing
                     WHERE undoing.appointment_id = visit.id
                       AND undoing.version = event.version + 1
                       AND undoing.action = %(undo)s::text
                   )
               )
           AND (
                event.action <> ALL(%(moves)s::text[])
                OR NOT EXISTS (
                    SELECT FROM booking_appointmentevent AS before
                     WHERE before.appointment_id = visit.id
                       AND before.version = event.version - 1
                       AND before.visit = event.visit
                   )
               )
       )
   AND NOT EXISTS (
        SELECT FROM booking_notification AS said
         WHERE said.appointment_id = visit.id
           AND said.kind = due.kind
           AND said.version > coalesce(
                (
                    SELECT max(event.version)
                      FROM booking_appointmentevent AS event
                     WHERE event.appointment_id = visit.id AND event.visit <> visit.visit
                ),
                0
               )
       )
   AND NOT EXISTS (
        SELECT FROM booking_notification AS held
         WHERE held.appointment_id = visit.id
           AND held.status = %(waiting)s::text
           AND held.not_before > %(now)s::timestamptz
       )
 ORDER BY visit.starts_at
 LIMIT %(at_once)s::int
ON CONFLICT (appointment_id, kind, version) DO NOTHING
RETURNING id
"""

_AFTER_VISIT_SQL = """
INSERT INTO booking_notification (appointment_id, kind, version, status, created_at, attempts, last_error)
SELECT visit.id, %(kind)s::text, visit.version, %(waiting)s::text, %(now)s::timestamptz, 0, ''
  FROM booking_appointment AS visit
 WHERE visit.starts_at > %(since)s::timestamptz - %(longest)s::interval AND visit.starts_at < %(until)s::timestamptz
   AND visit.ends_at > %(since)s::timestamptz AND visit.ends_at <= %(until)s::timestamptz
   AND visit.status = %(completed)s::text
   AND visit.email <> ''
   AND NOT EXISTS (
        SELECT FROM booking_notification AS said WHERE said.appointment_id = visit.id AND said.kind = %(kind)s::text
       )
   AND NOT EXISTS (
        SELECT FROM booking_appointmentevent AS held
         WHERE held.appointment_id = visit.id AND held.undo_until > %(now)s::timestamptz
       )
 ORDER BY visit.starts_at
 LIMIT %(at_once)s::int
ON CONFLICT (appointment_id, kind, version) DO NOTHING
RETURNING id
"""


@transaction.atomic
def write_due() -> list[int]:
    """Write the reminders and the messages after a visit that are due, with their jobs. Gives the rows' keys.

    Two workers at once write each message once: the second waits for the first one's rows, and leaves them.
    """
    now, policy = clock.now(), ClinicPolicy.in_force()
    due = windows(policy)
    written: list[int] = []
    if due:
        written += _run(
            _REMINDERS_SQL,
            {
                "now": now,
                "kinds": [window.kind.value for window in due],
                "leads": [window.lead for window in due],
                "untils": [window.until for window in due],
                "waiting": NotificationStatus.WAITING,
                "confirmed": AppointmentStatus.CONFIRMED,
                "moves": [
                    Action.MOVE.value,
                    Action.STRETCH.value,
                    Action.UNDO.value,
                    Action.UNDO_MOVE.value,
                    Action.CHOOSE.value,
                ],
                "undo": Action.UNDO.value,
                "at_once": AT_ONCE,
            },
        )
    if policy.after_visit_hours:
        until = now - timedelta(hours=policy.after_visit_hours)
        written += _run(
            _AFTER_VISIT_SQL,
            {
                "now": now,
                "kind": NotificationKind.AFTER_VISIT,
                "since": until - LATEST_AFTER_VISIT,
                "until": until,
                "longest": _LONGEST_VISIT,
                "waiting": NotificationStatus.WAITING,
                "completed": AppointmentStatus.COMPLETED,
                "at_once": AT_ONCE,
            },
        )
    if written:
        jobs: list[JSONDict] = [{"notification_id": pk} for pk in written]
        delivery_job().batch_defer(*jobs)
    return written


def _run(sql: str, values: dict[str, Any]) -> Iterable[int]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [pk for (pk,) in cursor.fetchall()]


def why_not(*, appointment: Appointment, kind: str, version: int, now: datetime) -> str:
    """Why a reminder that waits is not to be sent any more; empty when it is."""
    window = next((each for each in windows(ClinicPolicy.in_force()) if each.kind == kind), None)
    if window is None:
        return "The clinic does not send this reminder any more."
    if Proposal.objects.filter(appointment=appointment, version=appointment.version, must_move=True).exists():
        return "They were asked to choose another time."
    then = appointment.events.filter(version=version).first()
    same_time = then.visit == appointment.visit if then else version == appointment.version
    if not same_time:
        return "The visit was moved since."
    if window.until and now >= appointment.starts_at - window.until:
        return "A later reminder is due."
    return ""
