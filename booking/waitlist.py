"""The waiting list: join, leave, accept, pass on. `booking.offering` makes the offers.

A freed time is offered to one person at a time, as an appointment in the state OFFERED that keeps it under the
constraints that keep every visit. Whom it is offered to, and why in that order, is in
docs/decisions/0023-waiting-list.md. Where several rows are locked it is in this order: place, offer, appointments.
"""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet

from booking import freed, lifecycle, notifications, waiting_ends, waiting_starts
from booking.day_parts import DayPart
from booking.enums import (
    Actor,
    AppointmentStatus,
    NotificationKind,
    NotificationStatus,
    OfferState,
    SafetyOutcome,
    WaitingEnd,
    WaitingState,
)
from booking.exceptions import (
    NotPossibleNowError,
    OfferOverError,
    SafetyFirstError,
    StateHasChangedError,
)
from booking.models import Appointment, Offer, WaitingPlace
from booking.safety import Passed
from booking.waiting_ends import MAY_BE_GIVEN_UP as MAY_BE_GIVEN_UP
from flexclinic.lib import clock, rows
from services.models import ServiceOption, Therapist

#: Whoever lets so many offers in a row pass without a word has lost interest, or never had the address.
MOST_UNANSWERED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What suits. Empty means that any does; weekday 0 is Monday; both dates are local and belong to it."""

    therapists: Collection[Therapist] = ()
    weekdays: Collection[int] = ()
    parts: Collection[DayPart] = ()
    from_date: date
    until_date: date


# Joining and leaving


def joined_by(request_key: uuid.UUID) -> WaitingPlace | None:
    """The place that a form with this key made before."""
    return WaitingPlace.objects.filter(request_key=request_key).first()


@lifecycle.one_transaction
def join(
    *,
    option: ServiceOption,
    wishes: Wishes,
    request_key: uuid.UUID,
    contact: lifecycle.Contact | None = None,
    appointment: Appointment | None = None,
    user: User | None = None,
    asked: bool = False,
) -> WaitingPlace:
    """Put somebody on the list, and tell them. What the website has free now they can book there: it is not offered.

    Either `contact` says who it is, or the later `appointment` does that they would give up. `user` is who does it for
    a caller at the desk, who may have `asked` about the signs of the safety check; a caller without an email address is
    called about an offer. The same `request_key`
    again gives the place that the first one made, and so does a second wish for the same appointment.
    Raises NotPossibleNowError for an appointment that cannot be given up any more.
    """
    if earlier := joined_by(request_key):
        return earlier
    if appointment:
        current = Appointment.objects.select_for_update(of=("self",)).get(pk=appointment.pk)
        if not may_be_given_up(current):
            raise NotPossibleNowError("This appointment cannot be changed for an earlier one any more.")
    now = clock.now()
    place = WaitingPlace(
        option=option,
        appointment=appointment,
        weekdays=sorted(wishes.weekdays),
        parts=sorted(wishes.parts),
        from_date=wishes.from_date,
        until_date=wishes.until_date,
        joined_at=now,
        request_key=request_key,
        added_by=user,
    )
    if contact:
        place.name, place.email, place.phone = contact.name, contact.email, contact.phone
        place.first_visit = contact.first_visit
        place.consent_version = contact.consent_version
        place.consented_at = now if contact.consent_version else None
        if asked:
            place.safety_outcome = SafetyOutcome.ASKED
        elif contact.safety:
            place.safety_outcome = SafetyOutcome.CLEAR
            place.safety_version, place.safety_at = contact.safety.version, contact.safety.at
    if not rows.insert(place, unless_in_conflict=True):
        there = Q(request_key=request_key)
        if appointment:
            there |= Q(appointment=appointment, state__in=(WaitingState.WAITING, WaitingState.OFFERED))
        return WaitingPlace.objects.get(there)
    place.therapists.set(wishes.therapists)
    place.known_free = [
        start.moment
        for start in waiting_starts.free_starts(option, not_before=now)
        if waiting_starts.suits(place, start)
    ]
    place.save(update_fields=["known_free"])
    notifications.tell_of_place(place=place, kind=NotificationKind.WAITING)
    freed.time_is_freed()
    return place


def may_be_given_up(appointment: Appointment) -> bool:
    """Whether somebody may still wait for something earlier than an appointment."""
    return appointment.status in MAY_BE_GIVEN_UP and appointment.starts_at > clock.now()


def open_place_of(appointment: Appointment) -> WaitingPlace | None:
    """The place that waits for something earlier than an appointment."""
    return WaitingPlace.objects.filter(
        appointment=appointment, state__in=(WaitingState.WAITING, WaitingState.OFFERED)
    ).first()


def offer_of(appointment: Appointment) -> Offer:
    """The offer that keeps an appointment for somebody. Raises NotPossibleNowError where there is none."""
    offer = Offer.objects.filter(appointment=appointment).first()
    if offer is None:
        raise NotPossibleNowError(f"{appointment.reference} was not offered to the waiting list.")
    return offer


def to_call() -> QuerySet[Offer]:
    """The offers to people without an email address: the desk calls them, the one that ends first before the others."""
    return Offer.objects.filter(
        state=OfferState.OPEN, expires_at__gt=clock.now(), appointment__email=""
    ).order_by("expires_at", "pk")


@lifecycle.one_transaction
def leave(*, place: WaitingPlace, actor: Actor = Actor.PATIENT, user: User | None = None) -> WaitingPlace:
    """Take a place off the list; a time that is kept for it is free again. A place that is over stays as it is."""
    current = _locked_place(place.pk)
    if not current.is_open:
        return current
    if offer := current.offers.select_for_update(of=("self",)).filter(state=OfferState.OPEN).first():
        _settle(offer, OfferState.DECLINED if actor == Actor.PATIENT else OfferState.WITHDRAWN)
        lifecycle.refuse(appointment=offer.appointment, actor=actor, user=user)
    set_state(current, WaitingState.LEFT)
    return current


# Answers


@lifecycle.one_transaction
def accept(
    *,
    offer: Offer,
    actor: Actor = Actor.PATIENT,
    user: User | None = None,
    version: int | None = None,
    later_version: int | None = None,
    passed: Passed | None = None,
) -> Appointment:
    """Take the offered time. Where the desk has a say it is only asked for: see `needs_the_desk`.

    The later appointment that the place was for is given up in the same transaction; one that is confirmed stays until
    the desk has said yes. A second time gives the same answer. `version` is the offered appointment's as somebody saw
    it, `later_version` that of the one to be given up, `passed` the safety check.
    Raises OfferOverError, StateHasChangedError, and SafetyFirstError for a first visit without the check.
    """
    place, current = _locked_offer(offer)
    if current.state == OfferState.ACCEPTED:
        return current.appointment
    if not current.is_live(clock.now()):
        raise OfferOverError
    later = place.appointment
    if later and later_version is not None and later.version != later_version:
        raise StateHasChangedError("Your appointment has changed in the meantime. Look at it again.")
    if actor == Actor.PATIENT and needs_safety(current) and not passed:
        raise SafetyFirstError
    asks = actor == Actor.PATIENT and needs_the_desk(current)
    taken = lifecycle.accept(
        appointment=current.appointment, actor=actor, user=user, version=version, asks=asks
    )
    if passed and taken.first_visit and not taken.safety_outcome:
        taken.safety_outcome = SafetyOutcome.CLEAR
        taken.safety_version, taken.safety_at = passed.version, passed.at
        taken.save(update_fields=["safety_outcome", "safety_version", "safety_at"])
    if later and later.status in MAY_BE_GIVEN_UP:
        waiting_ends.carry_safety(later, taken)
        if not (asks and later.status == AppointmentStatus.CONFIRMED):
            waiting_ends.give_up(
                later,
                for_=taken,
                version=later.version,
                user=user,
            )
    _settle(current, OfferState.ACCEPTED)
    set_state(place, WaitingState.TAKEN)
    return taken


def needs_the_desk(offer: Offer) -> bool:
    """Whether a patient's yes is a request: the option is on request, or so is the visit that would be given up."""
    later = offer.place.appointment
    asked = later is not None and later.status == AppointmentStatus.REQUESTED
    return asked or not offer.appointment.option.is_instant


def keeps_later(offer: Offer) -> bool:
    """Whether a patient who says yes keeps the later appointment until the desk has confirmed the earlier time.

    What was agreed is not given up for what is only asked for.
    """
    later = offer.place.appointment
    return later is not None and later.status == AppointmentStatus.CONFIRMED and needs_the_desk(offer)


def needs_safety(offer: Offer) -> bool:
    """Whether a patient has to pass the safety check before the yes: a first visit for which nobody has asked."""
    later = offer.place.appointment
    known = offer.appointment.safety_outcome or (later.safety_outcome if later else "")
    return offer.appointment.first_visit and not known


@lifecycle.one_transaction
def pass_on(
    *, offer: Offer, actor: Actor = Actor.PATIENT, user: User | None = None, version: int | None = None
) -> Offer:
    """Somebody does not want the time, or the desk takes it back: it goes to the next, and the place keeps waiting.

    An offer that is over stays as it is. Raises OfferOverError for one that was accepted.
    """
    place, current = _locked_offer(offer)
    if current.state == OfferState.ACCEPTED:
        raise OfferOverError(
            "You have taken this time already. To cancel it, use the link in our newest message."
        )
    if current.state != OfferState.OPEN:
        return current
    _settle(current, OfferState.DECLINED if actor == Actor.PATIENT else OfferState.WITHDRAWN)
    set_state(place, WaitingState.WAITING)  # before: whoever is woken up has to see it
    lifecycle.refuse(appointment=current.appointment, actor=actor, user=user, version=version)
    return current


@lifecycle.one_transaction
def expire(*, offer: Offer) -> bool:
    """End an offer that nobody answered in time. Gives whether it was this call that did."""
    place, current = _locked_offer(offer)
    kept = current.appointment.status == AppointmentStatus.OFFERED
    if current.state != OfferState.OPEN or (kept and clock.now() < current.expires_at):
        return False
    _settle(current, OfferState.EXPIRED)
    if _has_lost_interest(place):
        place.ended_why = WaitingEnd.SILENCE
        place.save(update_fields=["ended_why"])
        set_state(place, WaitingState.ENDED)
    else:
        set_state(place, WaitingState.WAITING)
    if kept:
        lifecycle.expire(appointment=current.appointment)
    return True


def _has_lost_interest(place: WaitingPlace) -> bool:
    """Whether the last offers passed without a word. One whose message never went out does not count."""
    heard = place.offers.filter(
        appointment__notifications__kind=NotificationKind.OFFERED,
        appointment__notifications__status=NotificationStatus.SENT,
    )
    last = heard.exclude(state=OfferState.WITHDRAWN).order_by("-offered_at", "-pk")[:MOST_UNANSWERED]
    states = list(last.values_list("state", flat=True))
    return len(states) == MOST_UNANSWERED and set(states) == {OfferState.EXPIRED}


def _locked_place(pk: int) -> WaitingPlace:
    return (
        WaitingPlace.objects.select_for_update(of=("self",))
        .select_related("appointment__option__service", "option__service")
        .get(pk=pk)
    )


def _locked_offer(offer: Offer) -> tuple[WaitingPlace, Offer]:
    place = _locked_place(offer.place_id)
    current = (
        Offer.objects.select_for_update(of=("self",))
        .select_related("appointment__option__service", "appointment__therapist")
        .get(pk=offer.pk)
    )
    return place, current


def _settle(offer: Offer, state: OfferState) -> None:
    offer.state, offer.answered_at = state, clock.now()
    offer.save(update_fields=["state", "answered_at"])


def set_state(place: WaitingPlace, state: WaitingState) -> None:
    """Save what has become of the place, which the caller has locked."""
    place.state = state
    place.save(update_fields=["state"])
