"""What a message says besides its visit: what was before, until when it can be changed, what is free instead."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.urls import reverse

from booking import addresses, availability, heard
from booking.enums import PROPOSALS, AppointmentStatus, NotificationKind
from booking.models import Appointment, ClinicPolicy, Notification
from flexclinic.lib import clock, when
from services.models import ServiceOption, Therapist

#: So many other times are offered with a no.
ALTERNATIVES = 3

#: What tells how a visit stands, where there is nothing else to tell of it.
_SAYS_HOW_IT_STANDS = {
    AppointmentStatus.REQUESTED: NotificationKind.RECEIVED,
    AppointmentStatus.CONFIRMED: NotificationKind.CONFIRMED,
}
#: They are true of a request and of a visit that is agreed.
_MOVES = frozenset({NotificationKind.MOVED, NotificationKind.MOVED_BY_US})

#: The patient knows such a visit by when it was, whatever has become of it since.
_OVER = frozenset({NotificationKind.CANCELLED, NotificationKind.DECLINED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Besides:
    """`start` and `therapist` are those that the message names. The words can be read as they are."""

    start: datetime
    therapist: str
    #: Where the patient believes the visit to be, if it is not there: "Tuesday 24 November 2026 at 10am with Ana".
    before: str = ""
    #: It begins when the patient believes, with the same therapist, and only ends at another time.
    other_length: bool = False
    #: The patient has heard of this time already.
    known: bool = False
    #: As far as the patient knows, they only asked for it.
    only_asked: bool = False
    #: Until when the patient can move or cancel on the page.
    change_until: str = ""
    #: Free times and the pages that book them.
    alternatives: list[tuple[str, str]] = field(default_factory=list)


def besides(notification: Notification, appointment: Appointment) -> Besides:
    """What holds at this moment. Reads the policy and what was told; for a no also the diary."""
    kind = standing_kind(notification, appointment)
    if appointment.pk != notification.appointment_id or kind is NotificationKind.SERIES:
        then = None
    else:
        then = heard.believed(notification)
    known = then is not None and heard.holds(then, appointment)
    start, therapist, before, other_length = appointment.starts_at, appointment.therapist, "", False
    if then and not known:
        if kind in _OVER:
            start, therapist = then.visit.lower, then.therapist
        else:
            before = when.format_date_time(then.visit.lower)
            if then.visit.lower == appointment.starts_at:  # only its length is another one
                hours = when.format_range(then.visit.lower, then.visit.upper)
                now = when.format_time(appointment.ends_at)
                before = f"{when.format_date(then.visit.lower)}, {hours}. It now ends at {now}"
                other_length = then.therapist_id == appointment.therapist_id
            if then.therapist_id != appointment.therapist_id:
                before = f"{before} with {then.therapist.name}"
    return Besides(
        start=start,
        therapist=therapist.name,
        before=before,
        other_length=other_length,
        known=known,
        only_asked=then is not None and then.to_status == AppointmentStatus.REQUESTED,
        change_until=change_until(appointment.starts_at, ClinicPolicy.in_force()),
        alternatives=alternatives(appointment, start, therapist) if kind is NotificationKind.DECLINED else [],
    )


def change_until(start: datetime, policy: ClinicPolicy) -> str:
    """Until when a patient moves or cancels by themselves; empty where that is over."""
    until = start - timedelta(hours=policy.change_hours)
    return when.format_date_time(until) if clock.now() < until else ""


def alternatives(appointment: Appointment, start: datetime, therapist: Therapist) -> list[tuple[str, str]]:
    """The free times nearest to a start, first those with the same therapist, and the pages that book them."""
    option = appointment.option
    found: list[tuple[int, Therapist]] = []
    therapists = {one.slug: one for one in option.therapists.filter(bookable=True)}
    for who in (therapist, None):
        near = availability.nearest(option=option, therapist=who, around=start, count=ALTERNATIVES)
        by_distance = sorted(near, key=lambda each: abs(each[0] - start.timestamp()))
        for instant, slugs in by_distance:
            with_whom = therapist if therapist.slug in slugs else therapists[slugs[0]]
            if len(found) < ALTERNATIVES and instant not in {each for each, _ in found}:
                found.append((instant, with_whom))
        if len(found) == ALTERNATIVES:
            break
    return [as_alternative(option, with_whom, instant) for instant, with_whom in sorted(found, key=_by_time)]


def _by_time(found: tuple[int, Therapist]) -> int:
    return found[0]


def as_alternative(option: ServiceOption, therapist: Therapist, instant: int) -> tuple[str, str]:
    """A free start (whole seconds since the epoch) in words, and the page that books it."""
    start = addresses.write_start(clock.clinic_zone(), instant)
    page = reverse("booking:details", args=[option.slug, therapist.slug, start])
    time = when.format_date_time(datetime.fromtimestamp(instant, UTC))
    return f"{time} with {therapist.name}", settings.SITE_URL + page


def standing_kind(notification: Notification, appointment: Appointment) -> NotificationKind:
    """The kind that is true of how the visit stands: what the desk has undone is not told of, but may leave something
    to tell that an earlier message did not."""
    kind = NotificationKind(notification.kind)
    if notification.not_before is None or kind in _MOVES or kind in PROPOSALS:
        return kind
    return _SAYS_HOW_IT_STANDS.get(AppointmentStatus(appointment.status), kind)


def fitting_kind(notification: Notification, visits: list[Appointment], said: Besides) -> NotificationKind:
    """The kind whose words fit what is told: a series of one visit is one visit, a move to where it was is none, and
    of a request that was confirmed and moved the yes is told."""
    kind = standing_kind(notification, visits[0])
    if kind is NotificationKind.SERIES and len(visits) == 1:
        return NotificationKind.CONFIRMED
    status = AppointmentStatus(visits[0].status)
    if kind in PROPOSALS:
        return kind
    yes = said.only_asked and status == AppointmentStatus.CONFIRMED
    if notification.not_before is not None and (said.known or yes):
        return _SAYS_HOW_IT_STANDS.get(status, kind)
    return kind
