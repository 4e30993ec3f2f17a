"""What a yes to an offer leads to: an appointment or a request; the safety check; what is given up, and when."""

import uuid
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine

from booking import lifecycle, offering, waiting_ends, waitlist
from booking.enums import Actor, AppointmentStatus, NotificationKind, WaitingEnd, WaitingState
from booking.exceptions import SafetyFirstError
from booking.models import Appointment, ComfortPreferences, Offer
from booking.safety import Passed
from flexclinic.lib import clock as lib_clock
from services.models import ServiceOption
from tests.factories.booking import make_appointment, make_override_hours
from tests.factories.services import make_option, make_therapist
from tests.factories.waiting import make_place

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

At = Callable[..., datetime]


def offer_for(option: ServiceOption, **place: Any) -> Offer:
    """Tuesday at 10 is free, and the place is the only one that waits."""
    therapist = make_therapist(options=[option])
    make_override_hours(therapist=therapist, on=date(2026, 11, 24), stretches=[("10:00", "11:00")])
    make_place(option=None if "appointment" in place else option, **place)
    [offer] = offering.offer_freed()
    return offer


def kinds(appointment: Appointment) -> list[str]:
    return list(appointment.notifications.order_by("pk").values_list("kind", flat=True))


@pytest.mark.parametrize(
    ("booking", "actor", "status", "told"),
    [
        ("instant", Actor.PATIENT, "confirmed", "confirmed"),
        ("request", Actor.PATIENT, "requested", "received"),
        ("request", Actor.DESK, "confirmed", "confirmed"),  # who says yes is the desk itself
    ],
)
def test_a_yes_is_a_request_where_the_desk_has_a_say(
    booking: str, actor: Actor, status: str, told: str
) -> None:
    offer = offer_for(make_option(booking=booking))
    for _ in range(2):
        taken = waitlist.accept(offer=offer, actor=actor)
        assert (taken.status, kinds(taken)) == (status, ["offered", told])
    assert taken.events.count() == 2
    offer.place.refresh_from_db()
    assert offer.place.state == WaitingState.TAKEN


def test_a_request_stays_a_request_whatever_the_option(at: At) -> None:
    option = make_option(booking="instant")
    later = make_appointment(option=option, start=at(26, 10), status="requested")
    offer = offer_for(option, appointment=later)
    assert waitlist.accept(offer=offer).status == AppointmentStatus.REQUESTED
    later.refresh_from_db()
    assert later.status == AppointmentStatus.CANCELLED  # one request in the place of another


def test_what_is_agreed_is_given_up_only_for_what_is_agreed(at: At, clock: time_machine.Traveller) -> None:
    option = make_option()
    later = make_appointment(option=option, start=at(26, 10), status="confirmed", safety_outcome="clear")
    ComfortPreferences.objects.create(appointment=later, avoid="left knee", updated_at=at(23, 9))
    offer = offer_for(option, appointment=later)
    taken = waitlist.accept(offer=offer)
    later.refresh_from_db()
    assert (taken.status, later.status) == ("requested", "confirmed")
    taken.refresh_from_db()
    assert taken.safety_outcome == "clear"
    assert waiting_ends.give_up_swapped() == 0
    lifecycle.confirm(appointment=taken, user=None)
    assert waiting_ends.give_up_swapped() == 0  # the desk may still take it back
    clock.shift(timedelta(minutes=3))
    assert [waiting_ends.give_up_swapped() for _ in range(2)] == [1, 0]
    later.refresh_from_db()
    assert (later.status, kinds(later)) == ("cancelled", [NotificationKind.GIVEN_UP])
    assert ComfortPreferences.objects.get().appointment_id == taken.pk


def test_a_no_of_the_desk_leaves_what_was_agreed(at: At, clock: time_machine.Traveller) -> None:
    option = make_option()
    later = make_appointment(option=option, start=at(26, 10), status="confirmed")
    taken = waitlist.accept(offer=offer_for(option, appointment=later))
    lifecycle.decline(appointment=taken, user=None)
    clock.shift(timedelta(hours=1))
    offering.offer_freed()
    later.refresh_from_db()
    assert later.status == "confirmed"


# The safety check


def passed() -> Passed:
    return Passed(version="2026-11", at=lib_clock.now())


def test_a_first_visit_is_taken_only_after_the_check() -> None:
    offer = offer_for(make_option(), first_visit=True)
    with pytest.raises(SafetyFirstError):
        waitlist.accept(offer=offer)
    offer.appointment.refresh_from_db()
    assert offer.appointment.status == "offered"
    taken = waitlist.accept(offer=offer, passed=passed())
    taken.refresh_from_db()
    assert (taken.safety_outcome, taken.safety_version, taken.safety_at) == (
        "clear",
        "2026-11",
        lib_clock.now(),
    )


def test_the_desk_says_yes_for_a_caller_and_asks_before_the_visit() -> None:
    taken = waitlist.accept(offer=offer_for(make_option(), first_visit=True), actor=Actor.DESK)
    assert (taken.status, taken.safety_outcome) == ("confirmed", "")


def test_what_was_passed_when_joining_goes_with_the_offer() -> None:
    option = make_option()
    place = waitlist.join(
        option=option,
        wishes=waitlist.Wishes(from_date=date(2026, 11, 23), until_date=date(2026, 12, 1)),
        request_key=uuid.uuid4(),
        contact=lifecycle.Contact(name="Sam", email="sam@example.test", first_visit=True, safety=passed()),
    )
    assert (place.safety_outcome, place.safety_version) == ("clear", "2026-11")
    therapist = make_therapist(options=[option])
    make_override_hours(therapist=therapist, on=date(2026, 11, 24), stretches=[("10:00", "11:00")])
    [offer] = offering.offer_freed()
    taken = waitlist.accept(offer=offer)
    taken.refresh_from_db()
    assert (taken.safety_outcome, taken.safety_version, taken.safety_at) == (
        "clear",
        "2026-11",
        place.safety_at,
    )


def test_what_the_desk_has_asked_since_is_not_overwritten(at: At) -> None:
    later = make_appointment(option=make_option(), start=at(26, 10), first_visit=True)
    offer = offer_for(later.option, appointment=later)
    assert waitlist.needs_safety(offer)
    Appointment.objects.filter(pk=later.pk).update(safety_outcome="asked")
    offer = Offer.objects.get(pk=offer.pk)
    assert not waitlist.needs_safety(offer)
    taken = waitlist.accept(offer=offer)
    taken.refresh_from_db()
    assert taken.safety_outcome == "asked"


# What ends


@pytest.mark.parametrize(
    ("wish", "ends"),
    [
        ({"weekdays": [0, 1], "until_date": date(2026, 11, 26)}, True),  # it is Wednesday
        ({"weekdays": [2], "until_date": date(2026, 11, 26)}, False),
        ({"weekdays": [0], "until_date": date(2026, 11, 30)}, False),
        ({"weekdays": [0], "until_date": date(2026, 11, 29)}, True),
        ({"weekdays": [], "until_date": date(2026, 11, 25)}, False),
        ({"weekdays": [], "until_date": date(2026, 11, 24)}, True),
        ({"weekdays": [0], "until_date": date(2027, 11, 24)}, False),
    ],
)
def test_a_place_ends_when_no_day_is_left_that_suits(
    option: ServiceOption, at: At, clock: time_machine.Traveller, wish: dict[str, Any], ends: bool
) -> None:
    place = make_place(option=option, from_date=date(2026, 11, 23), **wish)
    clock.move_to(at(25, 3, 17))
    assert waiting_ends.end_over() == ends
    place.refresh_from_db()
    assert (place.state, place.ended_why) == (("ended", WaitingEnd.DATES) if ends else ("waiting", ""))


def test_a_place_for_something_earlier_ends_where_nothing_can_be_earlier(
    option: ServiceOption, at: At
) -> None:
    later = make_appointment(option=option, start=at(27, 10), status="confirmed")
    place = make_place(appointment=later, from_date=date(2026, 11, 25), until_date=date(2026, 11, 27))
    assert waiting_ends.end_over() == 0
    lifecycle.move(appointment=later, start=at(24, 10), actor=Actor.PATIENT)
    assert waiting_ends.end_over() == 1
    place.refresh_from_db()
    assert place.ended_why == WaitingEnd.DATES
