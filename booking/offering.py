"""Freed times offered to the waiting list, one by one in fair order: see docs/decisions/0023-waiting-list.md."""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta

from django.db import connection
from django.db.models import Prefetch, Q

from booking import lifecycle, notifications, undoing, waiting_ends, waiting_starts, waitlist
from booking.day_parts import DayPart, part_of
from booking.enums import (
    AppointmentStatus,
    OfferState,
    WaitingState,
)
from booking.exceptions import (
    BookingError,
)
from booking.models import Appointment, ClinicPolicy, Offer, WaitingPlace
from booking.offer_hours import OfferHours
from booking.waiting_ends import MAY_BE_GIVEN_UP
from flexclinic.lib import clock, when
from services.models import ServiceOption, Therapist

#: The worker's task, by name, since nothing below the edges imports the jobs.
EXPIRE_OFFER = "booking.jobs.expire_offer"


#: At most so many times are kept for the list at once: the rest of what is free stays on the website.
MOST_HELD = 12


_LOCK = 0x666C6578  # of everybody who makes offers: one at a time, or the order would not hold


def offer_freed() -> list[Offer]:
    """Offer every free time that suits somebody who waits, one by one in fair order. Gives the new offers.

    First it ends the offers that nobody answered in time, the appointments that were kept until the desk confirmed an
    earlier time, and the places that have nothing to wait for.
    """
    expire_due()
    waiting_ends.give_up_swapped()
    waiting_ends.end_over()
    made = []
    while offer := _offer_next():
        made.append(offer)
    return made


def expire_due() -> int:
    """End every offer that nobody answered in time, or whose time is kept no more. Gives how many."""
    over = Q(expires_at__lte=clock.now()) | ~Q(appointment__status=AppointmentStatus.OFFERED)
    due = Offer.objects.filter(over, state=OfferState.OPEN).order_by("expires_at", "pk")
    return sum(waitlist.expire(offer=offer) for offer in due)


@lifecycle.one_transaction
def _offer_next() -> Offer | None:
    """Make the one offer that is next, if there is any.

    All who offer do so one after the other: each sees what those before have kept.
    """
    _lock_offering()
    policy, now = ClinicPolicy.in_force(), clock.now()
    hours = OfferHours(policy.offers_from, policy.offers_until, clock.clinic_zone())
    to_answer = timedelta(minutes=policy.offer_minutes)
    opens, usual_end = hours.next_open(now), hours.kept_until(now, to_answer)
    asked, live = _asked_before(now)
    full = Offer.objects.filter(state=OfferState.OPEN).count() >= MOST_HELD
    starts: dict[int, list[waiting_starts.Start]] = {}
    returning = undoing.returning()
    for place in _waiting(now):
        person = _person(place.contact)
        option = place.option
        lead = timedelta(minutes=policy.lead_minutes if option.lead_minutes is None else option.lead_minutes)
        if option.pk not in starts:
            free = waiting_starts.free_starts(option, not_before=now + to_answer + lead)
            starts[option.pk] = list(_free_for_good(free, option, returning))
        _forget_taken(place, starts[option.pk])
        if full or person & live or not person or place.state == WaitingState.OFFERED:
            continue
        never_taken = set(place.known_free)
        known = set().union(*(asked.get(one, set()) for one in person))
        for start in starts[option.pk]:
            last = start.moment - lead  # a yes must not be later
            if opens > now and last >= opens + to_answer:
                break  # night: what can be offered in the morning waits, as do all that are later
            if start.moment in never_taken or (start.day, start.part) in known:
                continue
            if waiting_starts.suits(place, start):
                offer = _offer_to(place, start, now=now, until=min(usual_end, last))
                if offer:
                    return offer
    return None


def _forget_taken(place: WaitingPlace, free: Iterable[waiting_starts.Start]) -> None:
    """Of what was free when they joined, forget what has been taken since: it may come free for them."""
    if place.known_free:
        still = {start.moment for start in free}.intersection(place.known_free)
        if len(still) < len(place.known_free):
            place.known_free = sorted(still)
            place.save(update_fields=["known_free"])


def _lock_offering() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _waiting(now: datetime) -> Iterable[WaitingPlace]:
    """Who waits, in the order in which they joined; and who has an offer, for what is taken meanwhile."""
    own = Q(appointment__isnull=True)
    earlier = Q(appointment__status__in=MAY_BE_GIVEN_UP, appointment__starts_at__gt=now)
    return (
        WaitingPlace.objects.filter(
            own | earlier,
            Q(state=WaitingState.WAITING) | Q(state=WaitingState.OFFERED, known_free__len__gt=0),
            until_date__gte=clock.today(),
        )
        .select_related("option", "appointment")
        .prefetch_related(Prefetch("therapists", Therapist.objects.only("slug")))
        .order_by("joined_at", "pk")
    )


def _person(contact: WaitingPlace | Appointment) -> set[str]:
    """What somebody is known again by: two places of one person are not asked as if they were two people."""
    digits = re.sub(r"[^0-9]", "", contact.phone)
    return {key for key in (contact.email.strip().lower(), digits) if key}


def _asked_before(now: datetime) -> tuple[dict[str, set[tuple[date, DayPart]]], set[str]]:
    """The parts of days to come that each person was asked about, and the people who have not answered yet.

    Who lets 5pm pass is not asked about 5:15pm: the next person is.
    """
    asked: dict[str, set[tuple[date, DayPart]]] = {}
    live: set[str] = set()
    offers = Offer.objects.filter(appointment__starts_at__gt=now).select_related("appointment")
    for offer in offers:
        wall = when.in_clinic_zone(offer.appointment.starts_at)
        for key in _person(offer.appointment):
            asked.setdefault(key, set()).add((wall.date(), part_of(wall.hour)))
            if offer.state == OfferState.OPEN:
                live.add(key)
    return asked, live


def _free_for_good(
    starts: Iterable[waiting_starts.Start], option: ServiceOption, returning: Iterable[undoing.Returning]
) -> Iterable[waiting_starts.Start]:
    """The starts without those that the desk may still take back. Of rooms `lifecycle.offer` looks at that."""
    slugs = dict(Therapist.objects.values_list("pk", "slug")) if returning else {}
    for start in starts:
        low = start.moment - timedelta(minutes=option.buffer_before)
        high = start.moment + timedelta(minutes=option.minutes + option.buffer_after)
        gone = {slugs[time.therapist_id] for time in returning if low < time.high and time.low < high}
        left = tuple(slug for slug in start.slugs if slug not in gone)
        if left:
            yield replace(start, slugs=left)


def _offer_to(
    place: WaitingPlace, start: waiting_starts.Start, *, now: datetime, until: datetime
) -> Offer | None:
    """Keep the start for the place; None where the place or the time has gone in the meantime."""
    current = (
        WaitingPlace.objects.select_for_update(of=("self",), skip_locked=True)
        .filter(pk=place.pk, state=WaitingState.WAITING)
        .first()
    )
    if current is None:
        return None
    who = place.contact
    later = place.appointment
    try:
        appointment = lifecycle.offer(
            option=place.option,
            therapists=[therapist.pk for therapist in place.therapists.all()],
            start=start.moment,
            contact=lifecycle.Contact(
                name=who.name,
                email=who.email,
                phone=who.phone,
                first_visit=who.first_visit,
                note=later.note if later else "",
                consent_version=who.consent_version,
            ),
            patient_id=later.patient_id if later else None,
        )
    except BookingError:
        return None
    waiting_ends.carry_safety(who, appointment)
    offer = Offer.objects.create(appointment=appointment, place=place, offered_at=now, expires_at=until)
    waitlist.set_state(current, WaitingState.OFFERED)
    notifications.job(EXPIRE_OFFER, not_before=until).defer(offer_id=offer.pk)
    return offer
