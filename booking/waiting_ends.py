"""What ends by itself on the waiting list: places with nothing to wait for, appointments whose swap is confirmed."""

import contextlib
from collections.abc import Iterable
from datetime import date, timedelta

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, Q

from booking import lifecycle
from booking.enums import Actor, AppointmentStatus, NotificationKind, OfferState, WaitingEnd, WaitingState
from booking.exceptions import BookingError
from booking.models import (
    Appointment,
    AppointmentEvent,
    ComfortPreferences,
    Offer,
    WaitingPlace,
)
from booking.transitions import Action
from flexclinic.lib import clock, when

#: An appointment that somebody would give up for an earlier one.
MAY_BE_GIVEN_UP = (AppointmentStatus.REQUESTED, AppointmentStatus.CONFIRMED)
#: The earlier time is theirs.
_AGREED = (AppointmentStatus.CONFIRMED, AppointmentStatus.ARRIVED, AppointmentStatus.COMPLETED)


@lifecycle.one_transaction
def end_over() -> int:
    """End the places whose dates are over, or whose appointment is. Gives how many."""
    today, now = clock.today(), clock.now()
    nothing_to_give_up = Q(appointment__isnull=False) & (
        ~Q(appointment__status__in=MAY_BE_GIVEN_UP) | Q(appointment__starts_at__lte=now)
    )
    # What the desk may still take back has not ended anything yet.
    undoable = AppointmentEvent.objects.filter(appointment=OuterRef("appointment"), undo_until__gt=now)
    waiting = WaitingPlace.objects.filter(~Exists(undoable), state=WaitingState.WAITING)
    ended = _end(waiting.filter(nothing_to_give_up), WaitingEnd.VISIT)
    near = waiting.filter(Q(until_date__lt=today + timedelta(days=7)) | Q(appointment__isnull=False))
    over = [place.pk for place in near.select_related("appointment") if not _has_day_left(place, today)]
    return ended + _end(waiting.filter(pk__in=over), WaitingEnd.DATES)


def _end(places: Iterable[WaitingPlace], why: WaitingEnd) -> int:
    """End those that nobody else is just working on: their turn comes within a minute."""
    wanted = [place.pk for place in places]
    locked = WaitingPlace.objects.select_for_update(of=("self",), skip_locked=True).filter(
        pk__in=wanted, state=WaitingState.WAITING
    )
    keys = list(locked.values_list("pk", flat=True))
    return WaitingPlace.objects.filter(pk__in=keys).update(state=WaitingState.ENDED, ended_why=why)


def _has_day_left(place: WaitingPlace, today: date) -> bool:
    """Whether a day is to come that suits: of "Tuesdays until Thursday" none is left on Wednesday."""
    first, last = max(today, place.from_date), place.until_date
    if place.appointment:
        last = min(last, when.in_clinic_zone(place.appointment.starts_at).date())
    days = range(min((last - first).days + 1, 7))
    return any(
        not place.weekdays or (first + timedelta(days=ahead)).weekday() in place.weekdays for ahead in days
    )


def give_up_swapped() -> int:
    """Give up the later appointments that were kept until the desk has confirmed the earlier time. Gives how many.

    Not while the desk may still take its yes back.
    """
    now = clock.now()
    fresh = AppointmentEvent.objects.filter(
        appointment=OuterRef("appointment"), action=Action.CONFIRM, undo_until__gt=now
    )
    due = Offer.objects.filter(
        ~Exists(fresh),
        state=OfferState.ACCEPTED,
        appointment__status__in=_AGREED,
        place__appointment__status__in=MAY_BE_GIVEN_UP,
        place__appointment__starts_at__gt=now,
    )
    return sum(_give_up(offer) for offer in due.select_related("appointment", "place__appointment"))


def _give_up(offer: Offer) -> bool:
    later = offer.place.appointment
    assert later
    with contextlib.suppress(BookingError):  # it was changed just now: the next turn looks again
        give_up(later, for_=offer.appointment, version=later.version)
        return True
    return False


@lifecycle.one_transaction
def give_up(
    later: Appointment,
    *,
    for_: Appointment,
    version: int,
    user: User | None = None,
) -> Appointment:
    """Cancel an appointment for the earlier one that was taken; what was told about it holds for that one.

    The clinic offered the swap, so its cut-off does not stand in the way, and by itself it is not undone.
    """
    carry_safety(later, for_)
    if not ComfortPreferences.objects.filter(appointment=for_).exists():
        ComfortPreferences.objects.filter(appointment=later).update(appointment=for_)
    return lifecycle.cancel(
        appointment=later,
        actor=Actor.SYSTEM,
        user=user,
        version=version,
        told=NotificationKind.GIVEN_UP,
    )


def carry_safety(told: WaitingPlace | Appointment, to: Appointment) -> None:
    """What is known about the safety check holds for the time that was offered, where nothing newer is known of it."""
    if not told.safety_outcome:
        return
    changed = Appointment.objects.filter(pk=to.pk, safety_outcome="").update(
        safety_outcome=told.safety_outcome, safety_version=told.safety_version, safety_at=told.safety_at
    )
    if changed:
        to.safety_outcome = told.safety_outcome
