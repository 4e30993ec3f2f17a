"""Quiet hours of the waiting list: what is offered in the evening, at night and in the morning; nothing is lost."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from booking import lifecycle, offering, waitlist
from booking.enums import Actor, OfferState
from booking.freed import OFFER_FREED
from booking.models import ClinicPolicy, Offer
from flexclinic.lib import clock as lib_clock
from services.models import ServiceOption, Therapist
from tests.factories.booking import make_appointment, make_override_hours
from tests.factories.services import make_option, make_therapist
from tests.factories.waiting import make_place
from tests.jobrunner import forget_jobs, jobs

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

At = Callable[..., datetime]


@pytest.fixture
def option(db: None) -> ServiceOption:
    """An hour that is booked at once; notice two hours, an hour to answer."""
    return make_option(booking=ServiceOption.Booking.INSTANT)


@pytest.fixture
def only(option: ServiceOption) -> Therapist:
    """Gives the option, and is there on no day but those that a test adds."""
    return make_therapist(name="Ana Demo", options=[option])


def open_hour(therapist: Therapist, day: date, start: str = "10:00", end: str = "11:00") -> None:
    make_override_hours(therapist=therapist, on=day, stretches=[(start, end)])


@pytest.mark.parametrize(
    ("hour", "minute", "made"), [(20, 59, 1), (21, 0, 0), (23, 30, 0), (31, 59, 0), (32, 0, 1)]
)
def test_nothing_is_offered_at_night_and_nothing_is_lost(
    option: ServiceOption,
    only: Therapist,
    at: At,
    clock: time_machine.Traveller,
    hour: int,
    minute: int,
    made: int,
) -> None:
    """Thursday at 10, from Monday evening on: hours count from Monday midnight."""
    make_place(option=option)
    open_hour(only, date(2026, 11, 26))
    clock.move_to(at(23) + timedelta(hours=hour, minutes=minute))
    assert len(offering.offer_freed()) == made


def test_an_offer_of_the_evening_is_kept_until_the_morning(
    option: ServiceOption, only: Therapist, at: At, clock: time_machine.Traveller
) -> None:
    make_place(option=option)
    open_hour(only, date(2026, 11, 26))
    clock.move_to(at(23, 20, 30))
    [offer] = offering.offer_freed()
    assert offer.expires_at == at(24, 8, 30)
    clock.move_to(at(24, 8, 29))
    assert offering.expire_due() == 0
    assert waitlist.accept(offer=offer).status == "confirmed"


@pytest.mark.parametrize(("start", "made"), [("10:45", True), ("11:00", False)])
def test_what_the_morning_would_be_too_late_for_is_offered_at_night(
    option: ServiceOption, only: Therapist, at: At, clock: time_machine.Traveller, start: str, made: bool
) -> None:
    """From 8 on an hour to answer and two hours' notice: what begins at 11 can wait, what begins before cannot.

    It is kept for as long as a yes leaves the notice: nobody else could be asked in the hours between.
    """
    make_place(option=option)
    open_hour(only, date(2026, 11, 24), start, "12:00")
    clock.move_to(at(23, 23))
    offers = offering.offer_freed()
    assert [offer.expires_at for offer in offers] == ([at(24, 8, 45)] if made else [])


def test_what_is_freed_at_night_has_a_job_in_the_morning(
    option: ServiceOption, only: Therapist, at: At, clock: time_machine.Traveller
) -> None:
    make_place(option=option)
    open_hour(only, date(2026, 11, 26))
    visits = [
        make_appointment(therapist=only, option=option, start=at(26, 10), status="confirmed"),
        make_appointment(option=option, start=at(26, 10), status="confirmed"),
    ]
    clock.move_to(at(23, 22))
    forget_jobs()
    for visit in visits:
        lifecycle.cancel(appointment=visit, actor=Actor.PATIENT)
    waiting = [job for job in jobs(OFFER_FREED) if job["seconds"] is not None]
    assert len(jobs(OFFER_FREED)) == 3  # one for each at once, and one in the morning for both
    assert len(waiting) == 1
    assert offering.offer_freed() == []
    clock.move_to(at(24, 8))
    assert [offer.appointment.starts_at for offer in offering.offer_freed()] == [at(26, 10)]


def test_what_was_free_when_they_joined_is_not_forgotten_at_night(
    option: ServiceOption, only: Therapist, at: At, clock: time_machine.Traveller
) -> None:
    place = make_place(option=option, known_free=[at(26, 10)])
    open_hour(only, date(2026, 11, 26))
    clock.move_to(at(23, 22))
    offering.offer_freed()
    place.refresh_from_db()
    assert place.known_free == [at(26, 10)]
    clock.move_to(at(24, 8))
    assert offering.offer_freed() == []


def test_somebody_with_an_offer_hears_of_what_is_taken_and_freed_meanwhile(
    option: ServiceOption, only: Therapist, at: At
) -> None:
    """While they had an offer, a time that they could have booked was taken: it may come free for them."""
    place = make_place(option=option, known_free=[at(26, 10)])
    open_hour(only, date(2026, 11, 26))
    open_hour(only, date(2026, 11, 27))
    [offer] = offering.offer_freed()
    assert offer.appointment.starts_at == at(27, 10)
    taken = make_appointment(therapist=only, option=option, start=at(26, 10), status="confirmed")
    offering.offer_freed()
    place.refresh_from_db()
    assert place.known_free == []
    lifecycle.cancel(appointment=taken, actor=Actor.PATIENT)
    waitlist.pass_on(offer=offer)
    assert [offer.appointment.starts_at for offer in offering.offer_freed()] == [at(26, 10)]


@pytest.mark.parametrize(
    ("evening", "morning"),
    [(date(2027, 3, 13), date(2027, 3, 14)), (date(2026, 10, 31), date(2026, 11, 1))],
)
def test_on_a_night_on_which_the_clocks_change(
    option: ServiceOption, only: Therapist, clock: time_machine.Traveller, evening: date, morning: date
) -> None:
    zone = lib_clock.clinic_zone()

    def wall(day: date, hour: int, minute: int = 0) -> datetime:
        return datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone)

    clock.move_to(wall(evening, 20, 30))
    first, second = make_place(option=option), make_place(option=option)
    open_hour(only, morning + timedelta(days=2))
    [offer] = offering.offer_freed()
    assert (offer.place, offer.expires_at) == (first, wall(morning, 8, 30))
    waitlist.pass_on(offer=offer)
    clock.move_to(wall(morning, 7, 59))
    assert offering.offer_freed() == []
    clock.move_to(wall(morning, 8))
    [offer] = offering.offer_freed()
    assert (offer.place, offer.expires_at) == (second, wall(morning, 9))


def test_the_clinic_says_when_or_that_there_are_no_quiet_hours(
    option: ServiceOption, only: Therapist, at: At, clock: time_machine.Traveller
) -> None:
    make_place(option=option)
    open_hour(only, date(2026, 11, 26))
    policy = ClinicPolicy.objects.create(offers_from=10 * 60, offers_until=16 * 60)
    clock.move_to(at(24, 9, 59))
    assert offering.offer_freed() == []
    ClinicPolicy.objects.update(offers_from=0, offers_until=24 * 60)
    clock.move_to(at(24, 2))
    assert [offer.expires_at for offer in offering.offer_freed()] == [at(24, 3)]
    assert Offer.objects.filter(state=OfferState.OPEN).count() == 1
    policy.offers_from, policy.offers_until = 21 * 60, 8 * 60
    with pytest.raises(ValidationError, match="later time of day"):
        policy.full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        policy.save()
