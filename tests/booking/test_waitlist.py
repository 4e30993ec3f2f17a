"""The waiting list: who is offered which time, in which order, and what becomes of it."""

import uuid
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction

from booking import lifecycle, offering, waiting_ends, waitlist
from booking.day_parts import DayPart
from booking.enums import (
    Actor,
    AppointmentStatus,
    NotificationKind,
    NotificationStatus,
    OfferState,
    WaitingState,
)
from booking.exceptions import BookingError, NotPossibleNowError, OfferOverError, StateHasChangedError
from booking.freed import OFFER_FREED
from booking.models import (
    Appointment,
    ClinicPolicy,
    ComfortPreferences,
    Notification,
    Offer,
    WaitingPlace,
)
from services.models import ServiceOption, Therapist
from tests.factories.booking import make_appointment, make_override_hours, make_time_off, make_weekly_hours
from tests.factories.services import make_option, make_room, make_therapist
from tests.factories.waiting import make_place
from tests.jobrunner import forget_jobs, jobs

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

At = Callable[..., datetime]
SOMEBODY = lifecycle.Contact(
    name="Sam Sample", email="sam@example.test", phone="2125550100", consent_version="1"
)


@pytest.fixture
def option(db: None) -> ServiceOption:
    """An hour that is booked at once, with 15 minutes after it that stay free."""
    return make_option(booking=ServiceOption.Booking.INSTANT)


@pytest.fixture
def only(option: ServiceOption, at: At) -> Therapist:
    """Gives the option, and is there on no day but those that a test adds."""
    return make_therapist(name="Ana Demo", options=[option])


def open_hour(therapist: Therapist, day: int, start: str = "10:00", end: str = "11:00") -> None:
    """One time comes free on that day of November."""
    make_override_hours(therapist=therapist, on=date(2026, 11, day), stretches=[(start, end)])


def offered() -> list[tuple[WaitingPlace, datetime]]:
    """What is offered now: to which place, which start."""
    live = Offer.objects.filter(state=OfferState.OPEN).order_by("offered_at", "pk")
    return [(offer.place, offer.appointment.starts_at) for offer in live]


def state_of(place: WaitingPlace) -> str:
    place.refresh_from_db()
    return place.state


# Joining


def wishes(**more: Any) -> waitlist.Wishes:
    return waitlist.Wishes(**{"from_date": date(2026, 11, 23), "until_date": date(2026, 12, 31), **more})


def test_joining_is_told_once_however_often_the_form_is_sent(option: ServiceOption, only: Therapist) -> None:
    key = uuid.uuid4()
    first, second = (
        waitlist.join(
            option=option,
            wishes=wishes(weekdays=[3, 1], parts=[DayPart.EVENING], therapists=[only]),
            request_key=key,
            contact=SOMEBODY,
        )
        for _ in range(2)
    )
    assert first == second
    place = WaitingPlace.objects.get()
    assert (place.weekdays, place.parts, list(place.therapists.all())) == ([1, 3], ["evening"], [only])
    assert (place.name, place.consent_version, place.consented_at is not None) == ("Sam Sample", "1", True)
    assert [(told.place, told.kind) for told in Notification.objects.all()] == [
        (place, NotificationKind.WAITING)
    ]


def test_for_one_appointment_there_is_one_place(appointment: Appointment) -> None:
    first, second = (
        waitlist.join(
            option=appointment.option, wishes=wishes(), request_key=uuid.uuid4(), appointment=appointment
        )
        for _ in range(2)
    )
    assert first == second
    assert waitlist.open_place_of(appointment) == first
    lifecycle.cancel(appointment=appointment, actor=Actor.PATIENT)
    with pytest.raises(NotPossibleNowError):
        waitlist.join(
            option=appointment.option, wishes=wishes(), request_key=uuid.uuid4(), appointment=appointment
        )


def test_what_the_website_has_free_is_not_offered_until_it_comes_free_again(
    option: ServiceOption, only: Therapist, at: At, clock: time_machine.Traveller
) -> None:
    open_hour(only, 24)
    open_hour(only, 25)
    place = waitlist.join(
        option=option, wishes=wishes(weekdays=[1]), request_key=uuid.uuid4(), contact=SOMEBODY
    )
    assert place.known_free == [at(24, 10)]
    assert offering.offer_freed() == []
    taken = make_appointment(therapist=only, option=option, start=at(24, 10), status="confirmed")
    assert offering.offer_freed() == []
    lifecycle.cancel(appointment=taken, actor=Actor.DESK)
    clock.shift(timedelta(minutes=3))
    offering.offer_freed()
    assert offered() == [(place, at(24, 10))]


# Whom a time suits


@pytest.mark.parametrize(
    ("wish", "suits"),
    [
        ({}, True),
        ({"weekdays": [1]}, True),  # a Tuesday
        ({"weekdays": [0, 2, 3, 4, 5, 6]}, False),
        ({"parts": ["morning"]}, True),
        ({"parts": ["afternoon", "evening"]}, False),
        ({"until_date": date(2026, 11, 24)}, True),
        ({"until_date": date(2026, 11, 23)}, False),
        ({"from_date": date(2026, 11, 24)}, True),
        ({"from_date": date(2026, 11, 25)}, False),
    ],
)
def test_a_time_is_offered_only_to_whom_it_suits(
    option: ServiceOption, only: Therapist, at: At, wish: dict[str, Any], suits: bool
) -> None:
    open_hour(only, 24)
    place = make_place(option=option, **wish)
    offering.offer_freed()
    assert offered() == ([(place, at(24, 10))] if suits else [])


@pytest.mark.parametrize(
    ("start", "part"),
    [("11:45", "morning"), ("12:00", "afternoon"), ("16:45", "afternoon"), ("17:00", "evening")],
)
def test_the_parts_of_the_day_are_of_the_clinics_wall(
    option: ServiceOption, only: Therapist, start: str, part: str
) -> None:
    hour, minute = start.split(":")
    open_hour(only, 24, start, f"{int(hour) + 1}:{minute}")
    places = {name: make_place(option=option, parts=[name]) for name in ("morning", "afternoon", "evening")}
    offering.offer_freed()
    assert [place for place, _ in offered()] == [places[part]]


def test_only_with_the_therapists_that_suit(option: ServiceOption, only: Therapist, at: At) -> None:
    other = make_therapist(options=[option])
    make_place(option=option, therapists=[other])
    open_hour(only, 24)
    offering.offer_freed()
    assert offered() == []
    open_hour(other, 24)
    offering.offer_freed()
    assert Appointment.objects.get(status="offered").therapist == other


def test_only_before_the_appointment_that_would_be_given_up(
    option: ServiceOption, only: Therapist, at: At
) -> None:
    later = make_appointment(option=option, start=at(25, 10))
    place = make_place(appointment=later)
    open_hour(only, 26)
    open_hour(only, 25)  # at the same time: no gain
    offering.offer_freed()
    assert offered() == []
    open_hour(only, 24)
    offering.offer_freed()
    assert offered() == [(place, at(24, 10))]


def test_nobody_is_offered_a_time_that_leaves_no_time_to_answer(
    option: ServiceOption, only: Therapist, at: At, clock: time_machine.Traveller
) -> None:
    """Notice two hours, an hour to answer: at 7 a visit at 10 can be offered, a minute later it cannot."""
    make_place(option=option)
    open_hour(only, 24)
    clock.move_to(at(24, 7, 1))
    offering.offer_freed()
    assert offered() == []
    clock.move_to(at(24, 7))
    offering.offer_freed()
    assert len(offered()) == 1


# In fair order


def test_first_come_first_served_one_time_for_one_person(
    option: ServiceOption, only: Therapist, at: At
) -> None:
    first, second, third = (make_place(option=option) for _ in range(3))
    open_hour(only, 24, "10:00", "12:15")
    offering.offer_freed()
    assert offered() == [(first, at(24, 10)), (second, at(24, 11, 15))]
    assert state_of(third) == WaitingState.WAITING
    assert offering.offer_freed() == []


def test_the_order_holds_across_options(only: Therapist, option: ServiceOption) -> None:
    """An hour of a therapist suits who waits for another option, too, and who came first is asked first."""
    short = make_option(minutes=30)
    only.options.add(short)
    first = make_place(option=short)
    make_place(option=option)
    open_hour(only, 24, "10:00", "11:00")
    offering.offer_freed()
    assert [place for place, _ in offered()] == [first]


def test_two_places_of_one_person_are_asked_as_one(option: ServiceOption, only: Therapist) -> None:
    same: dict[str, Any] = {"email": "Sam@example.test", "phone": "(212) 555-0100"}
    one = make_place(option=option, **same)
    make_place(option=option, email="other@example.test", phone="212-555-0100")
    make_place(option=option, email="sam@example.test", phone="2125550111")
    somebody = make_place(option=option)
    open_hour(only, 24, "10:00", "16:00")
    offering.offer_freed()
    assert [place for place, _ in offered()] == [one, somebody]
    waitlist.pass_on(offer=one.offers.get())
    start = one.offers.get().appointment.starts_at
    offering.offer_freed()
    again = Offer.objects.filter(appointment__starts_at=start).exclude(place=one)
    assert not again.filter(place__phone__contains="0100").exists()


def test_who_lets_a_time_pass_is_next_again_but_for_another_time(
    option: ServiceOption, only: Therapist, at: At
) -> None:
    first, second = make_place(option=option), make_place(option=option)
    open_hour(only, 24)
    offering.offer_freed()
    waitlist.pass_on(offer=first.offers.get())
    assert state_of(first) == WaitingState.WAITING
    offering.offer_freed()
    assert offered() == [(second, at(24, 10))]
    open_hour(only, 25)
    offering.offer_freed()
    assert offered() == [(second, at(24, 10)), (first, at(25, 10))]


def test_a_no_holds_for_the_part_of_the_day(option: ServiceOption, only: Therapist, at: At) -> None:
    first, second = make_place(option=option), make_place(option=option)
    open_hour(only, 24, "09:00", "12:00")
    offering.offer_freed()
    assert offered() == [(first, at(24, 9)), (second, at(24, 10, 15))]
    waitlist.pass_on(offer=first.offers.get())
    offering.offer_freed()
    assert offered() == [(second, at(24, 10, 15))]  # 9:15am and the rest are for others now


def test_only_so_many_times_are_kept_at_once(
    option: ServiceOption, only: Therapist, monkeypatch: pytest.MonkeyPatch
) -> None:
    for day in (24, 25, 26):
        open_hour(only, day)
        make_place(option=option)
    monkeypatch.setattr(offering, "MOST_HELD", 2)
    assert len(offering.offer_freed()) == 2
    waitlist.accept(offer=Offer.objects.earliest("pk"))
    assert len(offering.offer_freed()) == 1


def test_the_database_keeps_a_place_from_having_two_live_offers(
    option: ServiceOption, only: Therapist, at: At
) -> None:
    place = make_place(option=option)
    open_hour(only, 24)
    [offer] = offering.offer_freed()
    other = make_appointment(option=option, start=at(26, 10), status=AppointmentStatus.OFFERED)
    with pytest.raises(IntegrityError, match="one_live_offer_a_place"), transaction.atomic():
        Offer.objects.create(
            appointment=other, place=place, offered_at=offer.offered_at, expires_at=offer.expires_at
        )


def test_an_offer_keeps_the_time_and_is_told(option: ServiceOption, only: Therapist, at: At) -> None:
    place = make_place(option=option, first_visit=True)
    open_hour(only, 24)
    [offer] = offering.offer_freed()
    kept = offer.appointment
    assert (kept.status, kept.source, kept.name, kept.email, kept.first_visit) == (
        "offered",
        "waiting",
        place.name,
        place.email,
        True,
    )
    assert offer.expires_at == at(23, 10)
    assert kept.notifications.get().kind == NotificationKind.OFFERED
    with pytest.raises(BookingError):
        lifecycle.request(
            option=option, therapist=None, start=at(24, 10), contact=SOMEBODY, request_key=uuid.uuid4()
        )


# Any way in which a time comes free


@pytest.mark.parametrize("how", ["cancel", "decline", "no_show", "expire", "move"])
def test_whatever_frees_a_time_wakes_the_list(
    option: ServiceOption, only: Therapist, at: At, how: str, clock: time_machine.Traveller
) -> None:
    open_hour(only, 24)
    status = AppointmentStatus.REQUESTED if how in {"decline", "expire"} else AppointmentStatus.CONFIRMED
    visit = make_appointment(option=option, therapist=only, start=at(24, 10), status=status)
    visit.events.create(
        action="book",
        to_status=status,
        version=1,
        at=at(20, 9),
        actor=Actor.DESK,
        visit=visit.visit,
        therapist=only,
    )
    forget_jobs()

    def free(visit: Appointment) -> None:
        match how:
            case "cancel":
                lifecycle.cancel(appointment=visit, actor=Actor.DESK)
            case "move":
                lifecycle.move(appointment=visit, start=at(27, 10), actor=Actor.DESK)
            case "expire":
                lifecycle.expire(appointment=visit)
            case _:
                getattr(lifecycle, how)(appointment=visit, user=None)

    with transaction.atomic():
        free(visit)
        assert jobs(OFFER_FREED) == []  # nobody waits: it costs nothing
        transaction.set_rollback(True)
    place = make_place(option=option)
    visit.refresh_from_db()
    free(visit)
    [job] = jobs(OFFER_FREED)
    offering.offer_freed()
    if how != "expire":  # what the desk did it may still take back
        with connection.cursor() as cursor:
            cursor.execute("SELECT scheduled_at FROM procrastinate_jobs WHERE id = %s", [job["id"]])
            assert cursor.fetchone() == (at(23, 9, 3),)
        assert offered() == []
        clock.shift(timedelta(minutes=3))
        offering.offer_freed()
    assert offered() == [(place, at(24, 10))]


def test_a_time_that_comes_back_was_offered_to_nobody(
    option: ServiceOption, only: Therapist, at: At, clock: time_machine.Traveller
) -> None:
    open_hour(only, 24)
    visit = make_appointment(option=option, therapist=only, start=at(24, 10), status="confirmed")
    make_place(option=option)
    lifecycle.cancel(appointment=visit, actor=Actor.DESK)
    clock.shift(timedelta(minutes=2))
    assert offering.offer_freed() == []
    lifecycle.undo(appointment=visit, user=None)
    clock.shift(timedelta(minutes=2))
    assert offering.offer_freed() == []
    assert Appointment.objects.get().status == AppointmentStatus.CONFIRMED


def test_a_room_that_may_be_taken_back_is_offered_to_nobody_either(at: At) -> None:
    room = make_room()
    option = make_option(rooms=[room])
    one, other = (make_therapist(options=[option]) for _ in range(2))
    open_hour(one, 24)
    open_hour(other, 24)
    visit = make_appointment(option=option, therapist=one, room=room, start=at(24, 10), status="confirmed")
    make_place(option=option)
    assert offering.offer_freed() == []
    lifecycle.cancel(appointment=visit, actor=Actor.DESK)
    assert offering.offer_freed() == []


def test_a_place_outlives_a_cancellation_that_is_undone(
    option: ServiceOption, only: Therapist, at: At, clock: time_machine.Traveller
) -> None:
    later = make_appointment(option=option, therapist=only, start=at(27, 10), status="confirmed")
    place = make_place(option=option, appointment=later)
    lifecycle.cancel(appointment=later, actor=Actor.DESK)
    assert waiting_ends.end_over() == 0
    lifecycle.undo(appointment=later, user=None)
    clock.shift(timedelta(minutes=3))
    assert waiting_ends.end_over() == 0
    place.refresh_from_db()
    assert place.state == "waiting"
    lifecycle.cancel(appointment=later, actor=Actor.DESK)
    clock.shift(timedelta(minutes=3))
    assert waiting_ends.end_over() == 1


def test_hours_that_are_added_are_offered_too(option: ServiceOption, only: Therapist, at: At) -> None:
    place = make_place(option=option)
    off = make_time_off(therapist=only, start=at(24), end=at(25))
    make_weekly_hours(
        therapist=only, weekdays=[1], stretches=[("10:00", "11:00")], valid_until=date(2026, 11, 30)
    )
    offering.offer_freed()
    assert offered() == []
    off.delete()
    offering.offer_freed()
    assert offered() == [(place, at(24, 10))]


# Answers


def test_accepting_confirms_at_once_and_twice_gives_the_same(
    option: ServiceOption, only: Therapist, clock: time_machine.Traveller
) -> None:
    place = make_place(option=option)
    open_hour(only, 24)
    [offer] = offering.offer_freed()
    taken = waitlist.accept(offer=offer)
    assert (taken.status, state_of(place)) == (AppointmentStatus.CONFIRMED, WaitingState.TAKEN)
    clock.shift(timedelta(hours=5))
    assert waitlist.accept(offer=offer) == taken
    assert taken.notifications.filter(kind=NotificationKind.CONFIRMED).count() == 1
    with pytest.raises(OfferOverError):
        waitlist.pass_on(offer=offer)
    assert not waitlist.expire(offer=offer)


def test_a_later_appointment_is_given_up_in_the_same_transaction(
    option: ServiceOption, only: Therapist, at: At
) -> None:
    later = make_appointment(
        option=option, start=at(26, 10), status=AppointmentStatus.CONFIRMED, note="Stairs"
    )
    make_place(appointment=later)
    open_hour(only, 24)
    [offer] = offering.offer_freed()
    assert offer.appointment.note == "Stairs"
    waitlist.accept(offer=offer, later_version=later.version)
    later.refresh_from_db()
    assert later.status == AppointmentStatus.CANCELLED
    assert [told.kind for told in later.notifications.all()] == [NotificationKind.GIVEN_UP]


def test_what_was_told_about_the_later_visit_holds_for_the_earlier_one(
    option: ServiceOption, only: Therapist, at: At
) -> None:
    later = make_appointment(
        option=option, start=at(26, 10), status=AppointmentStatus.CONFIRMED, safety_outcome="clear"
    )
    ComfortPreferences.objects.create(appointment=later, avoid="left knee", updated_at=at(23, 9))
    make_place(appointment=later)
    open_hour(only, 24)
    [offer] = offering.offer_freed()
    taken = waitlist.accept(offer=offer)
    taken.refresh_from_db()
    assert taken.safety_outcome == "clear"
    assert ComfortPreferences.objects.get().appointment == taken


class CrashError(Exception):
    pass


@pytest.mark.parametrize("together", [True, False])
def test_a_crash_in_between_leaves_the_one_or_the_other(
    option: ServiceOption, only: Therapist, at: At, monkeypatch: pytest.MonkeyPatch, together: bool
) -> None:
    """The control is the swap in two transactions: a crash in between leaves somebody with two appointments."""
    later = make_appointment(option=option, start=at(26, 10), status=AppointmentStatus.CONFIRMED)
    make_place(appointment=later)
    open_hour(only, 24)
    [offer] = offering.offer_freed()

    def crash(**called: object) -> None:
        raise CrashError

    monkeypatch.setattr(lifecycle, "cancel", crash)
    with pytest.raises(CrashError):
        if together:
            waitlist.accept(offer=offer)
        else:
            lifecycle.accept(appointment=offer.appointment, actor=Actor.PATIENT)
            lifecycle.cancel(appointment=later, actor=Actor.PATIENT)
    confirmed = Appointment.objects.filter(status=AppointmentStatus.CONFIRMED).count()
    assert confirmed == (1 if together else 2)
    assert (Appointment.objects.get(pk=offer.appointment_id).status == "offered") == together


def test_a_later_appointment_that_has_changed_is_not_given_up_unseen(
    option: ServiceOption, only: Therapist, at: At
) -> None:
    later = make_appointment(option=option, start=at(26, 10), status=AppointmentStatus.CONFIRMED)
    make_place(appointment=later)
    open_hour(only, 24)
    [offer] = offering.offer_freed()
    seen = later.version
    lifecycle.move(appointment=later, start=at(27, 10), actor=Actor.DESK)
    with pytest.raises(StateHasChangedError):
        waitlist.accept(offer=offer, later_version=seen)
    offer.appointment.refresh_from_db()
    assert offer.appointment.status == AppointmentStatus.OFFERED


def test_an_appointment_that_was_cancelled_meanwhile_is_no_hindrance(
    option: ServiceOption, only: Therapist, at: At
) -> None:
    later = make_appointment(option=option, start=at(26, 10), status=AppointmentStatus.CONFIRMED)
    make_place(appointment=later)
    open_hour(only, 24)
    [offer] = offering.offer_freed()
    lifecycle.cancel(appointment=later, actor=Actor.PATIENT)
    assert waitlist.accept(offer=offer).status == AppointmentStatus.CONFIRMED


def test_silence_passes_it_on(
    option: ServiceOption, only: Therapist, at: At, clock: time_machine.Traveller
) -> None:
    first, second = make_place(option=option), make_place(option=option)
    open_hour(only, 24)
    [offer] = offering.offer_freed()
    clock.move_to(offer.expires_at - timedelta(seconds=1))
    assert not waitlist.expire(offer=offer)
    clock.move_to(offer.expires_at)
    with pytest.raises(OfferOverError):
        waitlist.accept(offer=offer)
    offering.offer_freed()
    offer.refresh_from_db()
    offer.appointment.refresh_from_db()
    assert (offer.state, offer.appointment.status) == (OfferState.EXPIRED, AppointmentStatus.EXPIRED)
    assert (state_of(first), offered()) == (WaitingState.WAITING, [(second, at(24, 10))])


@pytest.mark.parametrize("sent", [True, False])
def test_three_offers_without_a_word_end_a_place_if_they_were_sent(
    option: ServiceOption, only: Therapist, clock: time_machine.Traveller, sent: bool
) -> None:
    place = make_place(option=option)
    for day in (24, 25, 26):
        open_hour(only, day)
        [offer] = offering.offer_freed()
        if sent:
            offer.appointment.notifications.update(status=NotificationStatus.SENT)
        clock.move_to(offer.expires_at)
        offering.expire_due()
    assert state_of(place) == (WaitingState.ENDED if sent else WaitingState.WAITING)


def test_leaving_frees_what_was_kept(option: ServiceOption, only: Therapist, at: At) -> None:
    first, second = make_place(option=option), make_place(option=option)
    open_hour(only, 24)
    offering.offer_freed()
    for _ in range(2):
        assert waitlist.leave(place=first).state == WaitingState.LEFT
    offering.offer_freed()
    assert offered() == [(second, at(24, 10))]


def test_the_desk_takes_an_offer_back(option: ServiceOption, only: Therapist) -> None:
    place = make_place(option=option)
    open_hour(only, 24)
    [offer] = offering.offer_freed()
    assert waitlist.pass_on(offer=offer, actor=Actor.DESK).state == OfferState.WITHDRAWN
    assert waitlist.pass_on(offer=offer, actor=Actor.DESK).state == OfferState.WITHDRAWN
    assert state_of(place) == WaitingState.WAITING
    with pytest.raises(OfferOverError):
        waitlist.accept(offer=offer)


# Places end by themselves


def test_places_end_with_their_dates_and_their_appointments(
    option: ServiceOption, only: Therapist, at: At, clock: time_machine.Traveller
) -> None:
    long, short = make_place(option=option), make_place(option=option, until_date=date(2026, 11, 24))
    cancelled, over = (make_appointment(option=option, start=at(day, 10)) for day in (26, 24))
    places = [long, short, make_place(appointment=cancelled), make_place(appointment=over)]
    waiting_ends.end_over()
    assert {state_of(place) for place in places} == {WaitingState.WAITING}
    lifecycle.cancel(appointment=cancelled, actor=Actor.PATIENT)
    clock.move_to(at(25))
    waiting_ends.end_over()
    assert [state_of(place) for place in places] == ["waiting", "ended", "ended", "ended"]


def test_an_offer_whose_time_was_freed_past_the_list_is_settled(
    option: ServiceOption, only: Therapist
) -> None:
    place = make_place(option=option)
    open_hour(only, 24)
    [offer] = offering.offer_freed()
    lifecycle.expire(appointment=offer.appointment)
    assert offering.expire_due() == 1
    assert state_of(place) == WaitingState.WAITING


def test_the_time_to_answer_is_the_policys(option: ServiceOption, only: Therapist, at: At) -> None:
    ClinicPolicy.objects.create(offer_minutes=30)
    make_place(option=option)
    open_hour(only, 24)
    [offer] = offering.offer_freed()
    assert offer.expires_at == at(23, 9, 30)
    [job] = jobs(offering.EXPIRE_OFFER)
    assert job["args"] == {"offer_id": offer.pk}
