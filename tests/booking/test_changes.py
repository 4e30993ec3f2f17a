"""Until when patients may change a visit by themselves, and what they read of what has changed."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from booking import changes, history, lifecycle
from booking.enums import Actor, AppointmentStatus
from booking.exceptions import NotPossibleNowError, TooLateToChangeError
from booking.models import Appointment, ClinicPolicy
from booking.transitions import Action
from services.models import ServiceOption, Therapist
from tests.conftest import NEW_YORK
from tests.factories.booking import make_appointment, make_weekly_hours
from tests.factories.services import make_room, make_therapist

pytestmark = pytest.mark.django_db

At = Callable[..., datetime]


def test_the_cut_off_is_the_policys_hours_before_the_start(
    clock: time_machine.Traveller, appointment: Appointment, at: At
) -> None:
    assert changes.of(appointment).until == at(23, 10)
    ClinicPolicy.objects.create(change_hours=3)
    assert changes.of(appointment).until == at(24, 7)


@pytest.mark.parametrize(
    ("now", "in_time"),
    [((23, 9, 59), True), ((23, 10), False), ((23, 10, 1), False)],
    ids=["a minute before", "at it", "a minute after"],
)
def test_both_sides_of_the_cut_off(
    clock: time_machine.Traveller, appointment: Appointment, at: At, now: tuple[int, ...], in_time: bool
) -> None:
    clock.move_to(at(*now))
    found = changes.of(appointment)
    assert (found.move, found.cancel, found.too_late) == (in_time, in_time, not in_time)


@pytest.mark.parametrize(
    ("start", "until"),
    [
        (datetime(2026, 11, 1, 10, tzinfo=NEW_YORK), datetime(2026, 10, 31, 15, tzinfo=UTC)),
        (datetime(2027, 3, 14, 10, tzinfo=NEW_YORK), datetime(2027, 3, 13, 14, tzinfo=UTC)),
    ],
    ids=["the clock goes back: from 11am", "the clock goes forward: from 9am"],
)
def test_hours_are_elapsed_hours_when_the_clocks_change(db: None, start: datetime, until: datetime) -> None:
    assert changes.until(start, policy=ClinicPolicy(change_hours=24)) == until


def test_the_cut_off_holds_to_the_minute_over_a_change_of_the_clocks(
    clock: time_machine.Traveller, therapist: Therapist, option: ServiceOption
) -> None:
    sunday = make_appointment(
        therapist=therapist, option=option, start=datetime(2027, 3, 14, 10, tzinfo=NEW_YORK)
    )
    clock.move_to(datetime(2027, 3, 13, 8, 59, tzinfo=NEW_YORK))
    assert changes.of(sunday).cancel
    clock.move_to(datetime(2027, 3, 13, 9, tzinfo=NEW_YORK))
    assert changes.of(sunday).too_late


def test_zero_hours_is_until_the_visit_begins(
    clock: time_machine.Traveller, appointment: Appointment, at: At
) -> None:
    ClinicPolicy.objects.create(change_hours=0)
    clock.move_to(at(24, 9, 59))
    assert changes.of(appointment).cancel
    clock.move_to(at(24, 10))
    assert not changes.of(appointment).cancel


@pytest.mark.parametrize("status", AppointmentStatus)
def test_each_state_allows_what_lifecycle_allows(
    clock: time_machine.Traveller,
    therapist: Therapist,
    option: ServiceOption,
    at: At,
    status: AppointmentStatus,
) -> None:
    one = make_appointment(therapist=therapist, option=option, start=at(26, 10), status=status)
    agreed = status in {AppointmentStatus.REQUESTED, AppointmentStatus.CONFIRMED}
    found = changes.of(one)
    assert (found.move, found.cancel, found.too_late) == (agreed, agreed, False)


def test_refusing_tells_too_late_from_not_possible(
    clock: time_machine.Traveller, appointment: Appointment, at: At
) -> None:
    changes.refuse(appointment, Action.MOVE)
    clock.move_to(at(23, 10))
    with pytest.raises(TooLateToChangeError):
        changes.refuse(appointment, Action.MOVE)
    lifecycle.cancel(appointment=appointment, actor=Actor.DESK)
    appointment.refresh_from_db()
    with pytest.raises(NotPossibleNowError):
        changes.refuse(appointment, Action.CANCEL)


def test_another_time_is_looked_for_with_the_length_that_was_agreed(
    clock: time_machine.Traveller, appointment: Appointment, option: ServiceOption
) -> None:
    option.minutes = 30
    option.save()
    appointment.refresh_from_db()
    assert changes.option_as_agreed(appointment).minutes == 60
    assert appointment.option.minutes == 30


# What has changed


def test_what_has_changed_is_told_from_the_version_that_was_seen(
    clock: time_machine.Traveller, option: ServiceOption, therapist: Therapist, at: At
) -> None:
    other = make_therapist(name="Bea Demo", options=[option])
    make_weekly_hours(therapist=other)
    contact = lifecycle.Contact(name="Sam Sample")
    booked = lifecycle.book(
        option=option, therapist=therapist, room=None, start=at(25, 10), contact=contact, user=None
    )
    lifecycle.move(appointment=booked, start=at(26, 14, 30), actor=Actor.DESK)
    lifecycle.move(appointment=booked, start=at(26, 14, 30), therapist=other, actor=Actor.DESK)
    lifecycle.move(appointment=booked, start=at(26, 14, 30), room=make_room(), actor=Actor.DESK)
    lifecycle.cancel(appointment=booked, actor=Actor.DESK)
    every = [
        "the appointment was moved from Wednesday 25 November at 10am to Thursday 26 November at 2:30pm",
        "the appointment was given to Bea Demo",
        "the appointment was given another room",
        "the appointment was cancelled",
    ]
    for version in range(1, 6):
        assert history.since(booked, version) == every[version - 1 :]


def test_a_move_with_another_therapist_names_them(
    clock: time_machine.Traveller, appointment: Appointment, option: ServiceOption, at: At
) -> None:
    other = make_therapist(name="Bea Demo", options=[option])
    lifecycle.confirm(appointment=appointment, user=None)
    lifecycle.move(appointment=appointment, start=at(25, 9), therapist=other, actor=Actor.DESK)
    assert history.since(appointment, 1) == [
        "the appointment was confirmed",
        "the appointment was moved from Tuesday 24 November at 10am to Wednesday 25 November at 9am, with Bea Demo",
    ]


@pytest.mark.parametrize(("actor", "who"), [(Actor.PATIENT, "You"), (Actor.DESK, "The clinic")])
def test_the_last_thing_that_happened(
    clock: time_machine.Traveller, appointment: Appointment, at: At, actor: Actor, who: str
) -> None:
    assert history.latest(appointment) == ""
    lifecycle.confirm(appointment=appointment, user=None)
    assert history.latest(appointment) == ""
    lifecycle.move(appointment=appointment, start=at(27, 9), actor=actor)
    assert history.latest(appointment) == f"{who} moved it here from Tuesday 24 November at 10am."
    clock.shift(timedelta(minutes=5))
    lifecycle.cancel(appointment=appointment, actor=actor)
    assert history.latest(appointment) == f"{who} cancelled it on Monday 23 November 2026 at 9:05am."


def test_without_an_event_of_what_was_seen_the_new_time_is_told(
    clock: time_machine.Traveller, appointment: Appointment, at: At
) -> None:
    lifecycle.move(appointment=appointment, start=at(25, 9), actor=Actor.DESK)
    assert history.since(appointment, 1) == ["the appointment was moved to Wednesday 25 November at 9am"]
    assert history.latest(appointment) == ""
