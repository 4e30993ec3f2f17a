"""What a message says: its subject, its words in text and HTML, and its calendar file. Nothing is sent from here."""

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from email import encoders
from email.mime.base import MIMEBase
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

from booking import ical, letters, proposal_message, series, waiting_message
from booking.enums import (
    PROPOSALS,
    REMINDERS,
    AppointmentStatus,
    LinkPurpose,
    NotificationKind,
)
from booking.models import Appointment, Notification
from flexclinic.lib import clock, money, when


@dataclass(frozen=True, slots=True)
class Rule:
    """When a message is still true, and what it is called."""

    states: frozenset[AppointmentStatus]
    subject: str
    upcoming: bool = True  # it tells of a visit that is still to come
    linked: bool = True  # it leads to the appointment's page
    news: bool = True  # it tells of a change, and so what every earlier message told is over
    purpose: LinkPurpose = LinkPurpose.APPOINTMENT  # or to the page of the offer


RULES = {
    NotificationKind.RECEIVED: Rule(
        frozenset({AppointmentStatus.REQUESTED}), "We have your request for {time}"
    ),
    NotificationKind.CONFIRMED: Rule(
        frozenset({AppointmentStatus.CONFIRMED}), "Your appointment on {time} is confirmed"
    ),
    NotificationKind.SERIES: Rule(
        frozenset({AppointmentStatus.CONFIRMED}), "Your {count} appointments are confirmed"
    ),
    NotificationKind.DECLINED: Rule(
        frozenset({AppointmentStatus.DECLINED}),
        "We cannot offer you {time}",
        upcoming=False,
        linked=False,
    ),
    NotificationKind.MOVED: Rule(
        frozenset({AppointmentStatus.REQUESTED, AppointmentStatus.CONFIRMED}),
        "Your new time is {time}",
    ),
    NotificationKind.MOVED_BY_US: Rule(
        frozenset({AppointmentStatus.REQUESTED, AppointmentStatus.CONFIRMED}),
        "We had to move your appointment to {time}",
    ),
    NotificationKind.CANCELLED: Rule(
        frozenset({AppointmentStatus.CANCELLED}),
        "Your appointment on {time} is cancelled",
        upcoming=False,
        linked=False,
    ),
    NotificationKind.LINK: Rule(
        frozenset(AppointmentStatus), "Your link to your appointment", upcoming=False, news=False
    ),
    NotificationKind.FIRST_REMINDER: Rule(
        frozenset({AppointmentStatus.CONFIRMED}), "Reminder: your appointment on {time}", news=False
    ),
    NotificationKind.SECOND_REMINDER: Rule(
        frozenset({AppointmentStatus.CONFIRMED}), "Soon: your appointment on {time}", news=False
    ),
    NotificationKind.AFTER_VISIT: Rule(
        frozenset({AppointmentStatus.COMPLETED}),
        "Thank you for coming on {day}",
        upcoming=False,
        linked=False,
        news=False,
    ),
    NotificationKind.OFFERED: Rule(
        frozenset({AppointmentStatus.OFFERED}), "A time has come up: {time}", purpose=LinkPurpose.OFFER
    ),
    NotificationKind.GIVEN_UP: Rule(
        frozenset({AppointmentStatus.CANCELLED}),
        "Your earlier time takes the place of {time}",
        upcoming=False,
        linked=False,
    ),
    NotificationKind.PROPOSED: Rule(
        frozenset({AppointmentStatus.REQUESTED}),
        "Another time for your request of {day}?",
        news=False,
        purpose=LinkPurpose.PROPOSAL,
    ),
    NotificationKind.CHOOSE_TIME: Rule(
        frozenset({AppointmentStatus.REQUESTED, AppointmentStatus.CONFIRMED}),
        "We have to move your visit on {day}: choose a time",
        upcoming=False,  # they need a new time even where the old one has come
        news=False,
        purpose=LinkPurpose.PROPOSAL,
    ),
    # Of a place, not of an appointment: see `waiting_message`.
    NotificationKind.WAITING: Rule(frozenset(), "", upcoming=False),
}


NO_NEWS = [kind for kind, rule in RULES.items() if not rule.news]


def message_id(notification: Notification) -> str:
    """The same for every repeat of a message, and for no other message.

    Short, because a header that is folded over two lines keeps some mail programs from seeing the repeat.
    """
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    told = f"{notification.kind}.{notification.version}"
    if notification.kind == NotificationKind.LINK:  # asked for again it is another message, in the same row
        told += f".{notification.created_at.timestamp()}"
    told_of = notification.appointment.uid if notification.appointment else waiting_message.uid(notification)
    own = uuid.uuid5(told_of, told)
    return f"<{own.hex}@{domain}>"


def compose(
    notification: Notification,
    *,
    tokens: Mapping[int, str],
    visits: list[Appointment] | None = None,
    besides: letters.Besides | None = None,
) -> EmailMultiAlternatives:
    """The message, with a text and an HTML part that say the same, and the calendar file where it has one.

    `tokens` open the pages of the appointments with those ids. Of a series that only one visit is left of, the message
    is that of one visit. Nothing that a patient typed is in it but the address, which may belong to somebody else.
    What is told, and what is said `besides`, come from the database where they are not given.
    """
    if notification.place:
        return _of_place(notification, token=tokens.get(waiting_message.key_of(notification.place.pk), ""))
    visits = visits or told_of(notification)
    appointment = visits[0]
    besides = besides or letters.besides(notification, appointment)
    kind = letters.fitting_kind(notification, visits, besides)
    rule = RULES[kind]
    start = besides.start
    day = when.format_date(start, year=False)
    words = _OTHER_LENGTH if besides.other_length and kind in _MOVES else rule.subject
    subject = ical.one_line(
        words.format(time=f"{day} at {when.format_time(start)}", day=day, count=len(visits))
    )
    context = _context(appointment, besides, subject=subject, token=tokens.get(appointment.pk))
    if kind is NotificationKind.SERIES:
        context.update(_of_all(visits, tokens))
    if kind is NotificationKind.OFFERED:
        place = waiting_message.place_offered_to(appointment)
        token = tokens.get(waiting_message.key_of(place.pk), "") if place else ""
        context.update(waiting_message.of_offer(appointment, token=token))
    if kind is NotificationKind.RECEIVED:
        context.update(waiting_message.of_request(appointment))
    if kind in PROPOSALS:
        context.update(proposal_message.of(notification, token=tokens.get(appointment.pk, "")))
    message = _message(notification, kind=kind, subject=subject, context=context)
    # The calendar has the entry already where there is no news: to send it again would bring back one that the patient
    # has deleted. And nothing would take an offer out again when it passes.
    if (rule.news and kind is not NotificationKind.OFFERED) or (kind in REMINDERS and besides.before):
        message.attach(_calendar_part(visits))
    return message


def _of_place(notification: Notification, *, token: str) -> EmailMultiAlternatives:
    assert notification.place
    subject = waiting_message.SUBJECT
    context = {
        **_clinic_context(subject=subject),
        **waiting_message.of_place(notification.place, token=token),
    }
    return _message(notification, kind=NotificationKind.WAITING, subject=subject, context=context)


def _message(
    notification: Notification, *, kind: NotificationKind, subject: str, context: dict[str, Any]
) -> EmailMultiAlternatives:
    message = EmailMultiAlternatives(
        subject=subject,
        body=render_to_string(f"emails/{kind}.txt", context).strip() + "\n",
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[notification.contact.email],
        reply_to=[settings.CLINIC["email"]],
        headers={
            "Message-ID": message_id(notification),
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "OOF, AutoReply",
        },
    )
    message.attach_alternative(render_to_string(f"emails/{kind}.html", context), "text/html")
    return message


#: Messages of a move, and their subject where only the end is another one.
_MOVES = frozenset({NotificationKind.MOVED, NotificationKind.MOVED_BY_US})


_OTHER_LENGTH = "Your visit on {time} has another length"


def told_of(notification: Notification) -> list[Appointment]:
    """What a message tells of: its appointment; or those visits of its series that stand now, by time.

    A visit that was given to somebody else (another name and another address) is left out.
    """
    appointment = notification.appointment
    if appointment is None:
        return []
    if notification.kind != NotificationKind.SERIES:
        return [appointment]
    together = series.members(appointment.series) if appointment.series else [appointment]
    return [
        visit
        for visit in together
        if visit.status in RULES[NotificationKind.SERIES].states
        and visit.starts_at > clock.now()
        and (visit.name == appointment.name or visit.email == appointment.email)
    ]


def _context(
    appointment: Appointment, besides: letters.Besides, *, subject: str, token: str | None
) -> dict[str, Any]:
    opens = "booking:offer" if appointment.status == AppointmentStatus.OFFERED else "booking:appointment"
    page = reverse(opens, args=[token]) if token else ""
    return {
        **_clinic_context(subject=subject),
        "facts": [
            ("When", when.format_date_time(besides.start)),
            ("With", besides.therapist),
            ("What", f"{appointment.option.service.title}: {appointment.option.name}"),
            ("Where", ical.place()),
            ("Price", money.format_price(appointment.price)),
            ("Reference", appointment.reference),
        ],
        "is_request": appointment.status == AppointmentStatus.REQUESTED,
        "before": besides.before,
        "other_length": besides.other_length,
        "change_until": besides.change_until,
        "alternatives": besides.alternatives,
        "page_url": settings.SITE_URL + page if page else "",
        "book_url": settings.SITE_URL + reverse("booking:book"),
    }


def _clinic_context(*, subject: str) -> dict[str, Any]:
    clinic = settings.CLINIC
    return {
        "subject": subject,
        "clinic": clinic,
        "phone_href": "tel:" + re.sub(r"[^0-9+]", "", clinic["phone"]),
    }


def _of_all(visits: list[Appointment], tokens: Mapping[int, str]) -> dict[str, Any]:
    """What the message of a series says instead of what is said of one visit."""
    first = visits[0]
    return {
        "facts": [
            *(
                (f"Visit {number}", f"{when.format_date_time(visit.starts_at)}, {visit.reference}")
                for number, visit in enumerate(visits, 1)
            ),
            ("With", ", ".join(dict.fromkeys(visit.therapist.name for visit in visits))),
            ("What", f"{first.option.service.title}: {first.option.name}"),
            ("Where", ical.place()),
            ("Price", f"{money.format_price(first.price)} for each visit"),
        ],
        "pages": [
            (
                when.format_date_time(visit.starts_at),
                settings.SITE_URL + reverse("booking:appointment", args=[token]),
            )
            for visit in visits
            if (token := tokens.get(visit.pk))
        ],
    }


def _calendar_part(visits: list[Appointment]) -> MIMEBase:
    if len(visits) == 1:
        method = ical.message_method(visits[0])
        written = ical.appointment_calendar(visits[0], method=method)
    else:
        method = ical.Method.PUBLISH
        written = ical.series_calendar(visits)
    part = MIMEBase("text", "calendar", charset="utf-8", method=method.value)
    part.set_payload(written)
    encoders.encode_base64(part)
    part.add_header("Content-Disposition", "attachment", filename="appointment.ics")
    return part
