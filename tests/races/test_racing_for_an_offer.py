"""A freed time and many who wait for it: it is offered to one at a time, in their order, however many workers offer."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import connection

from booking import offering, waitlist
from booking.enums import BLOCKING, OfferState
from booking.models import Appointment, Offer, WaitingPlace
from services.models import ServiceOption, Therapist
from tests.conftest import MONDAY_NINE
from tests.factories.booking import make_override_hours
from tests.factories.services import make_option, make_therapist
from tests.factories.waiting import make_place
from tests.jobrunner import forget_jobs
from tests.races.diary import overlaps, without_exclusion
from tests.races.waiting_workers import at_once

pytestmark = [pytest.mark.django_db(transaction=True)]

LATER = MONDAY_NINE + timedelta(hours=2)


def waiting_for_one_time(*, people: int, therapists: int = 1) -> ServiceOption:
    """So many people, and Tuesday at 10 with each of the therapists."""
    forget_jobs()
    option = make_option()
    for _ in range(therapists):
        open_hour(make_therapist(options=[option]))
    for _ in range(people):
        make_place(option=option)
    return option


def open_hour(therapist: Therapist) -> None:
    make_override_hours(therapist=therapist, on=date(2026, 11, 24), stretches=[("10:00", "11:00")])


def offer_at_once(
    *, processes: int = 2, threads: int = 4, lock: bool = True, now: datetime = MONDAY_NINE
) -> int:
    said = at_once(
        processes=processes,
        threads=threads,
        database=connection.settings_dict["NAME"],
        now=now,
        lock=lock,
    )
    assert all(one.isdigit() for one in said), said
    return sum(map(int, said))


def asked() -> list[int]:
    """The places that have a live offer, in the order of the list."""
    live = Offer.objects.filter(state=OfferState.OPEN, appointment__status="offered")
    return list(live.order_by("place__joined_at").values_list("place_id", flat=True))


def in_order(count: int) -> list[int]:
    return list(WaitingPlace.objects.order_by("joined_at").values_list("pk", flat=True)[:count])


def round_after_round(*, people: int, rounds: int) -> None:
    """Whom the time is offered to lets it pass, again and again: the next one is asked, and nobody twice."""
    with time_machine.travel(MONDAY_NINE, tick=False):
        waiting_for_one_time(people=people)
    everybody = in_order(people)
    for number in range(rounds):
        assert offer_at_once() == 1
        assert asked() == [everybody[number]]
        assert Offer.objects.count() == number + 1
        assert overlaps() == []
        with time_machine.travel(MONDAY_NINE, tick=False):
            waitlist.pass_on(offer=Offer.objects.get(state=OfferState.OPEN))
    forget_jobs()


def test_a_freed_time_is_offered_to_one_at_a_time() -> None:
    round_after_round(people=30, rounds=2)


@pytest.mark.long
def test_a_freed_time_is_offered_to_one_of_500_at_a_time() -> None:
    round_after_round(people=500, rounds=8)


def test_many_freed_times_go_to_the_first_in_the_order() -> None:
    with time_machine.travel(MONDAY_NINE, tick=False):
        waiting_for_one_time(people=20, therapists=6)
    assert offer_at_once() == 6
    assert asked() == in_order(6)
    forget_jobs()


def test_without_any_protection_one_time_is_offered_to_two() -> None:
    """The control: neither the lock, nor the constraint of the diary."""
    with without_exclusion():
        with time_machine.travel(MONDAY_NINE, tick=False):
            waiting_for_one_time(people=30)
        offer_at_once(lock=False)
        kept = Appointment.objects.filter(status__in=BLOCKING).count()
        forget_jobs()
    assert kept > 1


@pytest.mark.parametrize("lock", [True, False])
def test_one_person_with_many_places_is_asked_about_one_time(lock: bool) -> None:
    """What only the lock keeps: without it, the control, workers do not see whom the others are just asking."""
    with time_machine.travel(MONDAY_NINE, tick=False):
        option = waiting_for_one_time(people=0, therapists=8)
        for _ in range(8):
            make_place(option=option, email="sam@example.test", phone="2125550100")
    made = offer_at_once(lock=lock)
    assert (made == 1) == lock
    forget_jobs()


# Two answers at the same moment


@pytest.mark.parametrize(
    "other",
    ["expire", "withdraw", *(pytest.param(one, marks=pytest.mark.long) for one in ("leave", "accept"))],
)
def test_two_answers_at_once_have_one_outcome(other: str) -> None:
    """Ten offers, each answered in two ways at the same moment: what the row lock lets in first is what holds."""
    with time_machine.travel(MONDAY_NINE, tick=False):
        waiting_for_one_time(people=10, therapists=10)
        offers = offering.offer_freed()
    # An offer that is due cannot be accepted: this race is at the last moment.
    now = offers[0].expires_at - timedelta(milliseconds=2) if other == "expire" else MONDAY_NINE
    acts = [{"do": do, "offer": offer.pk} for offer in offers for do in ("accept", other)]
    said = at_once(
        processes=2, threads=10, database=connection.settings_dict["NAME"], now=now.astimezone(UTC), acts=acts
    )
    assert set(said) <= {"accept", other, "expired", "nothing", "OfferOverError"}, said
    for offer in Offer.objects.select_related("appointment", "place"):
        assert (offer.state, offer.appointment.status, offer.place.state) in {
            ("accepted", "requested", "taken"),  # the option is on request
            ("open", "offered", "offered"),
            ("expired", "expired", "waiting"),
            ("withdrawn", "cancelled", "waiting"),
            ("declined", "cancelled", "left"),
        }
        assert offer.appointment.version == offer.appointment.events.count()
        assert offer.appointment.version == (1 if offer.state == "open" else 2)
    forget_jobs()
