"""How each message reads, made by what sends them, of a visit that is in no database."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, time, timedelta
from decimal import Decimal
from email.mime.base import MIMEBase

from django.core.mail import EmailMultiAlternatives
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from booking import composing, letters, waiting_message
from booking.day_parts import DayPart
from booking.enums import PROPOSALS, AppointmentStatus, NotificationKind
from booking.models import (
    Appointment,
    ClinicPolicy,
    Notification,
    Offer,
    Proposal,
    ProposedTime,
    WaitingPlace,
)
from flexclinic.lib import clock, when
from services.models import Service, ServiceOption, Therapist

_TOKEN = "only-an-example"  # noqa: S105  (it opens nothing)

_STATUS = {
    NotificationKind.RECEIVED: AppointmentStatus.REQUESTED,
    NotificationKind.PROPOSED: AppointmentStatus.REQUESTED,
    NotificationKind.DECLINED: AppointmentStatus.DECLINED,
    NotificationKind.CANCELLED: AppointmentStatus.CANCELLED,
    NotificationKind.OFFERED: AppointmentStatus.OFFERED,
    NotificationKind.GIVEN_UP: AppointmentStatus.CANCELLED,
    NotificationKind.AFTER_VISIT: AppointmentStatus.COMPLETED,
}


def preview(kind: NotificationKind) -> EmailMultiAlternatives:
    """The message of a kind, as somebody would get it now."""
    days = -1 if kind is NotificationKind.AFTER_VISIT else 8
    start = datetime.combine(clock.today() + timedelta(days=days), time(10), clock.clinic_zone())
    visits = [_visit(kind, start + timedelta(weeks=week), number=week + 1) for week in range(3)]
    visits = visits if kind is NotificationKind.SERIES else visits[:1]
    if kind is NotificationKind.WAITING:
        place = _place(visits[0])
        written = Notification(place=place, kind=kind, version=1, created_at=clock.now())
        return composing.compose(written, tokens={waiting_message.key_of(place.pk): _TOKEN})
    leave: dict[int, str] = {}
    if kind is NotificationKind.OFFERED:
        until = clock.now() + timedelta(minutes=ClinicPolicy.in_force().offer_minutes)
        Offer(appointment=visits[0], place=_place(visits[0]), expires_at=until)  # the visit then has it
        leave = {waiting_message.key_of(0): _TOKEN}
    notification = Notification(
        pk=1, appointment=visits[0], kind=kind, version=visits[0].version, created_at=clock.now()
    )
    if kind in PROPOSALS:
        notification.proposed = _proposal(visits[0])  # type: ignore[attr-defined]  # else the database is asked
    return composing.compose(
        notification,
        tokens={visit.pk: _TOKEN for visit in visits} | leave,
        visits=visits,
        besides=_besides(kind, visits[0]),
    )


def html_of(message: EmailMultiAlternatives) -> str:
    """The HTML part of a message."""
    return next(str(content) for content, mimetype in message.alternatives if mimetype == "text/html")


def files_of(message: EmailMultiAlternatives) -> list[str]:
    """The names of the files that come with a message."""
    return [str(part.get_filename()) for part in message.attachments if isinstance(part, MIMEBase)]


def sent_when(kind: NotificationKind, policy: ClinicPolicy) -> str:
    """When the clinic sends it."""
    return _WHEN[kind](policy)


def _hours(hours: int | None, what: str) -> str:
    if hours is None:
        return "Never: it is switched off in the booking policy."
    return f"{hours} {'hour' if hours == 1 else 'hours'} {what} (booking policy)."


def _not_before(policy: ClinicPolicy) -> str:
    return f"after the {policy.undo_minutes} minutes in which it can be undone."


_WHEN: dict[NotificationKind, Callable[[ClinicPolicy], str]] = {
    NotificationKind.RECEIVED: lambda policy: "At once, when somebody asks for a time on the website.",
    NotificationKind.CONFIRMED: lambda policy: (
        "At once, when a visit is booked. When the desk confirms a request, " + _not_before(policy)
    ),
    NotificationKind.SERIES: lambda policy: "At once, when the desk books several visits.",
    NotificationKind.DECLINED: lambda policy: "When the desk declines a request, " + _not_before(policy),
    NotificationKind.MOVED: lambda policy: "When a patient moves a visit, or asked the desk to move it.",
    NotificationKind.MOVED_BY_US: lambda policy: "When the desk moves a visit, " + _not_before(policy),
    NotificationKind.CANCELLED: lambda policy: (
        "At once, when a patient cancels a visit. When the desk cancels it, " + _not_before(policy)
    ),
    NotificationKind.FIRST_REMINDER: lambda policy: _hours(policy.first_reminder_hours, "before the visit"),
    NotificationKind.SECOND_REMINDER: lambda policy: _hours(policy.second_reminder_hours, "before the visit"),
    NotificationKind.OFFERED: lambda policy: (
        "When a time comes free that suits somebody on the waiting list; at night only if the visit is soon."
    ),
    NotificationKind.GIVEN_UP: lambda policy: "When somebody takes an earlier time from the waiting list.",
    NotificationKind.WAITING: lambda policy: "At once, when somebody joins the waiting list.",
    NotificationKind.PROPOSED: lambda policy: (
        "When the desk proposes other times for a request, " + _not_before(policy)
    ),
    NotificationKind.CHOOSE_TIME: lambda policy: (
        "When a visit cannot stay where it is and the desk lets the patient choose, " + _not_before(policy)
    ),
    NotificationKind.LINK: lambda policy: "When somebody who has lost the link asks for it on the website.",
    NotificationKind.AFTER_VISIT: lambda policy: _hours(
        policy.after_visit_hours, "after the end of a completed visit"
    ),
}


def _visit(kind: NotificationKind, start: datetime, *, number: int) -> Appointment:
    service = Service(title="Massage", slug="example")
    option = ServiceOption(
        service=service, name="60 minutes", slug="example-60", minutes=60, price=Decimal(95)
    )
    end = start + timedelta(minutes=option.minutes)
    visit = Appointment(
        pk=number,
        reference=f"EXAM-PLE{number + 1}",
        version=2,
        status=_STATUS.get(kind, AppointmentStatus.CONFIRMED),
        option=option,
        therapist=Therapist(title="Ana Example", slug="ana-example"),
        visit=DateTimeTZRange(start, end, "[)"),
        occupied=DateTimeTZRange(start, end, "[)"),
        price=option.price,
        name="Pat Example",
        email="pat@example.com",
        created_at=clock.now(),
    )
    visit.starts_at, visit.ends_at = start, end
    return visit


def _proposal(visit: Appointment) -> Proposal:
    proposal = Proposal(
        pk=0, appointment=visit, version=visit.version, expires_at=clock.now() + timedelta(days=1)
    )
    times = ProposedTime.objects.none()
    times._result_cache = [
        ProposedTime(start=visit.starts_at + timedelta(hours=hours), therapist=visit.therapist)
        for hours in (3, 24, 27)
    ]
    proposal._prefetched_objects_cache = {"times": times}  # type: ignore[attr-defined]
    return proposal


def _place(visit: Appointment) -> WaitingPlace:
    place = WaitingPlace(
        pk=0,
        reference=f"W-{visit.reference}",
        option=visit.option,
        weekdays=[1, 3],
        parts=[DayPart.MORNING],
        from_date=clock.today(),
        until_date=clock.today() + timedelta(days=30),
        name=visit.name,
        email=visit.email,
    )
    # Anyone suits: without this the database would be asked for whom.
    place._prefetched_objects_cache = {"therapists": Therapist.objects.none()}  # type: ignore[attr-defined]
    return place


def _besides(kind: NotificationKind, visit: Appointment) -> letters.Besides:
    start = visit.starts_at
    said = letters.Besides(
        start=start,
        therapist=visit.therapist.name,
        change_until=letters.change_until(start, ClinicPolicy.in_force()),
    )
    if kind in (NotificationKind.MOVED, NotificationKind.MOVED_BY_US):
        return replace(said, before=when.format_date_time(start - timedelta(hours=19)))
    if kind is NotificationKind.DECLINED:
        others = [start + timedelta(hours=hours) for hours in (1, 4, 24)]
        return replace(
            said,
            alternatives=[
                letters.as_alternative(visit.option, visit.therapist, int(each.timestamp()))
                for each in others
            ],
        )
    return said
