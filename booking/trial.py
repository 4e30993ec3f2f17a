"""A test booking: made as a patient makes one, heard of as a patient hears of it, and called off again.

It takes the last free time there is, where it is in nobody's way, for the few seconds that it lasts. It goes through
`lifecycle`, the outbox and the worker like any other, to the address of who tries it.
"""

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection
from icalendar import Calendar

from booking import availability, composing, contacts, lifecycle
from booking.enums import BLOCKING, OPEN, Actor, NotificationStatus, Source
from booking.exceptions import BookingError
from booking.models import Appointment, ClinicPolicy, Notification
from flexclinic.lib import clock, when
from services.models import ServiceOption, Therapist

#: Whose visit it is. Numbers leave appointments of this name out.
NAME = contacts.TRIAL

#: So long the worker is waited for, in seconds; it takes a message up within one.
PATIENCE = 8.0
_LOOK_EVERY = 0.2
#: A worker that was not heard of for so long (seconds) is not there. It is heard of every 10.
_SILENT = 30
#: So many options are looked at for a free time.
_OPTIONS = 12


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was tried: whether it went well, and what to do where it did not."""

    good: bool
    words: str
    remedy: str = ""


@dataclass(slots=True)
class Report:
    """What a test booking found, in order."""

    findings: list[Finding] = field(default_factory=list)
    reference: str = ""

    @property
    def good(self) -> bool:
        """Whether everything went well."""
        return all(finding.good for finding in self.findings)

    def note(self, good: bool, words: str, remedy: str = "") -> None:
        """Add what was found."""
        self.findings.append(Finding(good, words, "" if good else remedy))


def run(*, email: str, user: User | None, wait: Callable[[], None] | None = None) -> Report:
    """Book, wait for the message, look at the calendar file, and call it off. Never raises a BookingError.

    Not within a transaction: the worker must see the booking. `wait` is called until the message is settled, for at
    most `PATIENCE` seconds. Whatever goes wrong, no test booking is left that keeps a time.
    """
    report = Report()
    _clear(user)
    report.note(
        worker_is_there(),
        "The worker that sends messages is running.",
        "Start it: it runs beside the web server (see “Operations”).",
    )
    if not settings.EMAIL_BACKEND.startswith("flexclinic.lib.mail"):
        report.note(True, "A mail server is set.")
    else:
        report.note(True, "There is no mail server: messages are kept as files (EMAIL_URL names a server).")
    found = _last_free_time()
    if found is None:
        report.note(
            False,
            "There is no free time to book.",
            "It takes an option that can be booked, a therapist who gives it and has hours, and a free room.",
        )
        return report
    option, therapist, start = found
    try:
        appointment = lifecycle.request(
            option=option,
            therapist=therapist,
            start=start,
            contact=lifecycle.Contact(name=NAME, email=email),
            request_key=uuid.uuid4(),
        )
    except BookingError as error:
        report.note(False, "The time could not be booked.", str(error))
        return report
    report.reference = appointment.reference
    report.note(
        True, f"Booked as {appointment.reference}: {option} with {therapist}, {when.format_date_time(start)}."
    )
    try:
        _hear(report, appointment, wait or _pause)
    finally:
        _clear(user)
    current = Appointment.objects.get(pk=appointment.pk)
    free_again = not availability.explain(option=option, therapist=therapist, start=start)
    report.note(
        current.status not in BLOCKING and free_again,
        "Cancelled again: the time is free as before. A message tells you that, too.",
        "Look at the appointment’s page, and cancel it there.",
    )
    return report


def worker_is_there() -> bool:
    """Whether a worker was heard of just now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM procrastinate_workers WHERE last_heartbeat > now() - %s * interval '1s')",
            [_SILENT],
        )
        return bool(cursor.fetchone()[0])


def left_over() -> list[Appointment]:
    """Test bookings that still keep a time: a server was stopped in the middle of one."""
    return list(Appointment.objects.filter(name=NAME, source=Source.WEB, status__in=OPEN))


def went_well() -> bool:
    """Whether some test booking was told of and called off."""
    return Notification.objects.filter(
        appointment__name=NAME, appointment__source=Source.WEB, status=NotificationStatus.SENT
    ).exists()


def _clear(user: User | None) -> None:
    for appointment in left_over():
        lifecycle.cancel(appointment=appointment, actor=Actor.SYSTEM, user=user)  # nobody undoes it


def _last_free_time() -> tuple[ServiceOption, Therapist, datetime] | None:
    """The last free start of the first option that has any, options that are confirmed at once first."""
    options = list(ServiceOption.objects.bookable().select_related("service").order_by("position", "pk"))
    options.sort(key=lambda option: not option.is_instant)
    for option in options[:_OPTIONS]:
        horizon = option.horizon_days
        days = (ClinicPolicy.in_force().horizon_days if horizon is None else horizon) + 1
        found = availability.free_times(option=option, first_date=clock.today(), days=days)
        if found.starts:
            start, slugs = found.starts[-1]
            return option, Therapist.objects.get(slug=slugs[0]), datetime.fromtimestamp(start, UTC)
    return None


def _hear(report: Report, appointment: Appointment, wait: Callable[[], None]) -> None:
    """Wait for the message of the booking, and look at its calendar file."""
    message = appointment.notifications.order_by("pk").first()
    if message is None:
        report.note(False, "No message was written.", "Your account needs an email address.")
        return
    until = time.monotonic() + PATIENCE
    while message.status == NotificationStatus.WAITING and time.monotonic() < until:
        wait()
        message.refresh_from_db()
    sent = message.status == NotificationStatus.SENT
    why = message.last_error or "Nobody took it up. Look whether the worker is running, then try again."
    report.note(
        sent,
        f"The message “{message.get_kind_display()}” went out to {appointment.email}."
        if sent
        else f"The message did not go out within {PATIENCE:.0f} seconds.",
        why,
    )
    report.note(
        _calendar_is_good(message),
        "Its calendar file is good: it has the time, the place and the reference.",
        "The calendar file does not say what was booked. Tell who looks after the server.",
    )


def _pause() -> None:
    time.sleep(_LOOK_EVERY)


def _calendar_is_good(message: Notification) -> bool:
    """Whether a calendar program reads from the message's file what was booked."""
    appointment = message.appointment
    assert appointment
    composed = composing.compose(message, tokens={})
    files = [
        bytes(part.get_payload(decode=True))
        for part in composed.message().walk()
        if part.get_content_type() == "text/calendar"
    ]
    if len(files) != 1:
        return False
    events = Calendar.from_ical(files[0]).walk("VEVENT")
    return len(events) == 1 and (
        events[0].decoded("DTSTART", None) == appointment.starts_at
        and events[0].decoded("DTEND", None) == appointment.ends_at
        and str(events[0].get("UID")).startswith(str(appointment.uid))
        and bool(events[0].get("LOCATION"))
    )
