"""Outbox row → message with its calendar file, sent by the worker.

While the mail server is spoken to, only the row of the outbox is locked, so that a server that hangs keeps
nobody from booking, confirming or cancelling. The link is minted just before, in a transaction of its own: it
must work from the moment that the message may have arrived. With it is written down what the message tells, so that
a later one knows what the patient may have heard. Both are taken back when the server said no.

A worker that dies between the server's yes and the commit leaves the row waiting, and the message goes out
again with the same Message-ID. The same happens when the server took it and was cut off before it said so.
These are the only ways in which something is said twice; nothing is lost.
"""

import contextlib
import logging
import re
import smtplib
from collections.abc import Iterator
from datetime import timedelta
from enum import Enum

from django.core.exceptions import ValidationError
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import F

from booking import (
    composing,
    heard,
    letters,
    links,
    proposal_message,
    reminders,
    undoing,
    waiting_message,
)
from booking.enums import (
    PROPOSALS,
    REMINDERS,
    NotificationKind,
    NotificationStatus,
)
from booking.models import Appointment, Notification, WaitingPlace
from booking.transitions import UNDOINGS
from flexclinic.lib import clock

logger = logging.getLogger(__name__)

#: How long a message is tried. After that it has failed, and the desk sees it.
GIVE_UP_AFTER = timedelta(days=2)


#: The mail server has said that it does not take the message.
_ANSWERED_NO = (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused)
_ENHANCED_CODE = re.compile(rb"\d\.\d{1,3}\.\d{1,3}\b")


class Outcome(Enum):
    """What became of a message."""

    SENT = "sent"
    NOT_NEEDED = "not needed"
    FAILED = "failed"
    SETTLED_BEFORE = "settled before"


class NotSentError(Exception):
    """The message was not sent this time. Try again later. Never names the patient's address."""


def deliver(*, notification_id: int) -> Outcome:
    """Send a message of the outbox if it is still waiting and still true, and write down what became of it.

    Raises NotSentError when it should be tried again: the mail server cannot be reached, hangs or answers
    "later", or another worker has the message in hand. Any other exception means the same to a worker that
    retries. Two days after the message was written (`GIVE_UP_AFTER`) it fails instead. An address or a
    message that the server refuses for good fails at once.
    """
    with transaction.atomic():
        notification = _claim(notification_id)
        if notification is None:
            return Outcome.SETTLED_BEFORE
        _refuse_too_early(notification)
        if reason := _why_not_needed(notification):
            _settle(notification, NotificationStatus.NOT_NEEDED, reason)
            return Outcome.NOT_NEEDED
    try:
        return _send(notification)
    except NotSentError:
        raise
    except Exception as error:
        failure = error
    # Outside the handler: what the mail server said may name the address, and must not follow into a log.
    if _note_failure(notification_id, failure):
        return Outcome.FAILED
    if isinstance(failure, OSError):
        raise NotSentError(_describe(failure))
    raise failure


#: What a message names besides its appointment.
_NAMED = ("appointment__option__service", "appointment__therapist", "appointment__room")


def _claim(notification_id: int, *, named: bool = False) -> Notification | None:
    """The row, locked, with its appointment as it is now; None if it waits no longer. Raises NotSentError.

    `named` fetches what is needed to write the message, too: eight tables, which cost more than the rest of a try.
    """
    rows = Notification.objects.filter(pk=notification_id, status=NotificationStatus.WAITING)
    claimed = (
        rows.select_for_update(skip_locked=True, of=("self",))
        .select_related("appointment", "place__appointment", *(_NAMED if named else ()))
        .first()
    )
    if claimed is None and rows.exists():
        raise NotSentError("another worker has this message in hand")
    return claimed


def _place_offered_to(notification: Notification) -> WaitingPlace | None:
    """The place that can be left by a link in the message of an offer."""
    if notification.kind != NotificationKind.OFFERED or notification.appointment is None:
        return None
    return waiting_message.place_offered_to(notification.appointment)


def _refuse_too_early(notification: Notification) -> None:
    """Raise NotSentError while what the desk did can still be undone, of which this message tells or would tell."""
    now = clock.now()
    if notification.not_before is not None:
        if now < notification.not_before:
            raise NotSentError("what it tells of can still be undone")
        return
    held = Notification.objects.filter(
        appointment__in=composing.told_of(notification), status=NotificationStatus.WAITING, not_before__gt=now
    ).exclude(appointment=notification.appointment_id, version__lt=notification.version)
    if held.exists():
        raise NotSentError("what was done since can still be undone")


def _refuse_if_it_may_come_back(notification: Notification, appointment: Appointment) -> None:
    """Raise NotSentError while something can be undone that has no message of its own, such as an arrival: what this
    message tells may then be true again, and nothing else would tell of it."""
    act = undoing.last_act(appointment)
    if act is None or act.version <= notification.version:
        return
    if not appointment.notifications.filter(version=act.version).exists():
        raise NotSentError("what was done since can still be undone")


def _why_not_needed(notification: Notification) -> str:
    """Why the message would not be true any more, or would tell nobody; empty when it is to be sent.

    Raises NotSentError where that cannot be said yet.
    """
    appointment = notification.appointment
    if not notification.contact.email:
        return "There is no email address any more."
    if appointment is None:
        return waiting_message.why_not_needed(notification)
    rule = composing.RULES[letters.standing_kind(notification, appointment)]
    if notification.kind == NotificationKind.SERIES:
        return "" if composing.told_of(notification) else "None of the visits is to come any more."
    if appointment.status not in rule.states:
        _refuse_if_it_may_come_back(notification, appointment)
        return f"The appointment is {appointment.get_status_display().lower()} now."
    later = appointment.notifications.filter(version__gt=notification.version)
    overtaken = later.exclude(kind__in=composing.NO_NEWS).exclude(status=NotificationStatus.NOT_NEEDED)
    if notification.kind in REMINDERS:  # of what was undone there is nothing to tell that it does not
        undone = appointment.events.filter(action__in=UNDOINGS).values(before=F("version") - 1)
        overtaken = overtaken.exclude(version__in=undone)
    if notification.kind != NotificationKind.LINK and overtaken.exists():
        return "A later message tells what holds now."
    now = clock.now()
    if rule.upcoming and appointment.starts_at <= now:
        return "The visit has begun."
    if notification.kind in REMINDERS:
        return reminders.why_not(
            appointment=appointment, kind=notification.kind, version=notification.version, now=now
        )
    if notification.kind in PROPOSALS:
        return proposal_message.why_not_needed(notification)
    if notification.not_before is not None and heard.knows_already(notification):
        return "The visit stands as the patient believes it to."
    return ""


def _settle(notification: Notification, status: NotificationStatus, error: str = "") -> None:
    notification.status = status
    notification.last_error = error
    notification.sent_at = clock.now() if status == NotificationStatus.SENT else None
    notification.save(update_fields=["status", "last_error", "sent_at", "attempts"])


def _send(seen: Notification) -> Outcome:
    with _mail_server() as server:
        with transaction.atomic():
            notification = _claim(seen.pk)
            if notification is None:
                return Outcome.SETTLED_BEFORE
            visits = composing.told_of(notification)
            kind = NotificationKind(notification.kind)
            rule = composing.RULES[letters.standing_kind(notification, visits[0]) if visits else kind]
            tokens = {
                visit.pk: links.mint(appointment=visit, purpose=rule.purpose)
                for visit in visits
                if rule.linked
            }
            if place := notification.place or _place_offered_to(notification):
                tokens[waiting_message.key_of(place.pk)] = links.mint_for_place(place=place)
            before, notification.told = notification.told, heard.versions_of(visits)
            told = notification.told
            notification.save(update_fields=["told"])
        may_have_arrived = False
        try:
            with transaction.atomic():
                notification = _claim(seen.pk, named=True)
                if notification is None:
                    return Outcome.SETTLED_BEFORE
                if reason := _why_not_needed(notification):
                    _settle(notification, NotificationStatus.NOT_NEEDED, reason)
                    return Outcome.NOT_NEEDED
                visits = composing.told_of(notification)
                if heard.versions_of(visits) != told:
                    raise NotSentError("the appointment has changed just now")
                validate_email(notification.contact.email)
                message = composing.compose(notification, tokens=tokens, visits=visits)
                may_have_arrived = True
                try:
                    server.send_messages([message])
                except _ANSWERED_NO:
                    may_have_arrived = False
                    raise
                notification.attempts += 1
                _settle(notification, NotificationStatus.SENT)
                return Outcome.SENT
        finally:
            if not may_have_arrived:
                Notification.objects.filter(pk=seen.pk, told=told).exclude(
                    status=NotificationStatus.SENT
                ).update(told=before)
                for token in tokens.values():
                    links.take_back(token=token)


@contextlib.contextmanager
def _mail_server() -> Iterator[BaseEmailBackend]:
    """A connection to the mail server, open before anything is minted or locked."""
    server: BaseEmailBackend = get_connection()
    server.open()
    try:
        yield server
    finally:
        # It has said what it had to say: whether it also says good-bye changes nothing.
        with contextlib.suppress(OSError):
            server.close()


def _note_failure(notification_id: int, error: Exception) -> bool:
    """Count a try that went wrong; say whether it was the last."""
    with transaction.atomic():
        notification = _claim(notification_id)
        if notification is None:
            return False
        notification.attempts += 1
        too_old = clock.now() - notification.created_at >= GIVE_UP_AFTER
        failed = too_old or _is_for_good(error)
        _settle(
            notification,
            NotificationStatus.FAILED if failed else NotificationStatus.WAITING,
            _describe(error),
        )
    if failed:
        logger.error("message %d could not be sent: %s", notification_id, notification.last_error)
    else:
        logger.warning("message %d was not sent this time: %s", notification_id, notification.last_error)
    return failed


def _is_for_good(error: Exception) -> bool:
    """Whether the answer is about this address or this message, and final.

    A final answer to anything before (greeting, sign-in, sender) is about the clinic's own set-up, which
    somebody will mend: the message waits for that.
    """
    if isinstance(error, smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError):
        return _answer(error)[0] >= 500
    return isinstance(error, ValidationError)


def _answer(error: smtplib.SMTPRecipientsRefused | smtplib.SMTPResponseException) -> tuple[int, bytes]:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return next(iter(error.recipients.values()))
    text = error.smtp_error
    return error.smtp_code, text if isinstance(text, bytes) else text.encode()


def _describe(error: Exception) -> str:
    """What went wrong, for the desk and the log, in our words: the server's may repeat the address."""
    match error:
        case smtplib.SMTPRecipientsRefused() | smtplib.SMTPResponseException():
            code, text = _answer(error)
            more = _ENHANCED_CODE.match(text)
            numbers = f"{code} {more[0].decode()}" if more else str(code)
            if isinstance(error, smtplib.SMTPRecipientsRefused):
                return f"The mail server does not take the address ({numbers})."
            return f"The mail server answered {numbers}."
        case ValidationError():
            return "The email address cannot be used."
        case OSError():
            return f"No mail server takes messages just now ({type(error).__name__})."
        case _:
            return f"The message could not be made ({type(error).__name__})."
