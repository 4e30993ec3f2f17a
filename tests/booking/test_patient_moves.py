"""A patient moves their own visit: everything that the website keeps to holds for the new time as well."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import time_machine

from booking import availability, lifecycle
from booking.enums import Actor, AppointmentStatus, NotificationKind
from booking.exceptions import (
    NotPossibleNowError,
    StateHasChangedError,
    TherapistNotOfferedError,
    TimeJustGoneError,
    TimeNotOfferedError,
    TooLateToChangeError,
)
from booking.models import Appointment, ClinicPolicy, Notification
from booking.transitions import Action
from services.models import Room, ServiceOption, Therapist
from tests.factories.booking import make_appointment, make_weekly_hours, make_working_day
from tests.factories.services import make_room, make_therapist

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

At = Callable[..., datetime]


@pytest.fixture
def other(option: ServiceOption) -> Therapist:
    """Gives the option too, at the same hours."""
    other = make_therapist(options=[option])
    make_weekly_hours(therapist=other)
    return other


def move(
    visit: Appointment, start: datetime, therapist: Therapist | None, *, version: int = 1
) -> Appointment:
    return lifecycle.move_as_patient(appointment=visit, start=start, therapist=therapist, version=version)


def unchanged(visit: Appointment) -> bool:
    now = Appointment.objects.get(pk=visit.pk)
    same = (now.starts_at, now.therapist_id, now.room_id, now.status, now.version)
    return (
        same == (visit.starts_at, visit.therapist_id, visit.room_id, visit.status, visit.version)
        and not now.events.exists()
        and not now.notifications.exists()
    )


def test_it_is_the_same_record_at_another_time(visit: Appointment, therapist: Therapist, at: At) -> None:
    moved = move(visit, at(27, 14, 30), therapist)
    assert (moved.pk, moved.reference, moved.status, moved.version, moved.price) == (
        visit.pk,
        visit.reference,
        AppointmentStatus.CONFIRMED,
        2,
        visit.price,
    )
    assert (moved.starts_at, moved.ends_at, moved.occupied_until) == (
        at(27, 14, 30),
        at(27, 15, 30),
        at(27, 15, 45),
    )
    event = moved.events.get()
    assert (event.action, event.actor, event.user, event.version) == (Action.MOVE, Actor.PATIENT, None, 2)
    assert Notification.objects.get().kind == NotificationKind.MOVED


def test_a_request_stays_a_request(visit: Appointment, therapist: Therapist, at: At) -> None:
    Appointment.objects.update(status=AppointmentStatus.REQUESTED)
    assert move(visit, at(27, 9), therapist).status == AppointmentStatus.REQUESTED


@pytest.mark.parametrize("minutes", [15, -15, 45])
def test_it_may_overlap_its_own_old_time(
    visit: Appointment, therapist: Therapist, room: Room, at: At, minutes: int
) -> None:
    Appointment.objects.update(room=room)
    start = at(26, 10) + timedelta(minutes=minutes)
    assert move(visit, start, therapist).starts_at == start


def test_what_is_offered_can_be_had(visit: Appointment, therapist: Therapist, at: At) -> None:
    """Every start of the day that is shown while it moves is one that it can move to."""
    make_appointment(therapist=therapist, option=visit.option, start=at(26, 14))
    shown = availability.free_times(
        option=visit.option, therapist=therapist, first_date=at(26).date(), days=1, moving=visit
    )
    starts = [datetime.fromtimestamp(start, at(26).tzinfo) for start, _ in shown.starts]
    version = 1
    for start in starts:
        if start != Appointment.objects.get(pk=visit.pk).starts_at:
            version = move(visit, start, therapist, version=version).version
    assert version == len(starts) + 1 - (starts[0] == visit.starts_at)
    assert len(starts) > 5


def test_to_another_therapist(visit: Appointment, other: Therapist, at: At) -> None:
    moved = move(visit, at(26, 10), other)
    assert (moved.therapist, moved.starts_at) == (other, at(26, 10))


def test_with_anyone_it_is_who_is_free(
    visit: Appointment, therapist: Therapist, other: Therapist, at: At
) -> None:
    make_appointment(therapist=therapist, option=visit.option, start=at(27, 10))
    assert move(visit, at(27, 10), None).therapist == other


def test_a_room_is_found_for_it(visit: Appointment, therapist: Therapist, room: Room, at: At) -> None:
    second = make_room()
    visit.option.rooms.add(second)
    Appointment.objects.update(room=room)
    elsewhere = make_therapist(options=[visit.option])
    make_appointment(therapist=elsewhere, option=visit.option, start=at(27, 10), room=room)
    assert move(visit, at(27, 10), therapist).room == second


def test_without_a_free_room_it_stays(visit: Appointment, therapist: Therapist, room: Room, at: At) -> None:
    elsewhere = make_therapist(options=[visit.option])
    make_appointment(therapist=elsewhere, option=visit.option, start=at(27, 10), room=room)
    with pytest.raises(TimeJustGoneError):
        move(visit, at(27, 10), therapist)
    assert unchanged(visit)


@pytest.mark.parametrize(
    ("day", "hour", "minute"),
    [(27, 8, 0), (27, 12, 0), (27, 10, 7), (28, 10, 0), (23, 10, 45)],
    ids=["before hours", "lunch", "off the grid", "Saturday", "too soon"],
)
def test_a_time_that_the_website_does_not_offer_is_refused(
    visit: Appointment, therapist: Therapist, at: At, day: int, hour: int, minute: int
) -> None:
    with pytest.raises(TimeNotOfferedError):
        move(visit, at(day, hour, minute), therapist)
    assert unchanged(visit)


def test_a_time_that_is_taken_is_refused(visit: Appointment, therapist: Therapist, at: At) -> None:
    make_appointment(therapist=therapist, option=visit.option, start=at(27, 10))
    with pytest.raises(TimeJustGoneError):
        move(visit, at(27, 10, 30), therapist)
    assert unchanged(visit)


def test_a_therapist_who_does_not_give_it_is_refused(visit: Appointment, at: At) -> None:
    with pytest.raises(TherapistNotOfferedError):
        move(visit, at(27, 10), make_therapist(options=[]))
    assert unchanged(visit)


def test_an_option_that_is_switched_off_is_not_moved(
    visit: Appointment, therapist: Therapist, option: ServiceOption, at: At
) -> None:
    option.bookable = False
    option.save()
    with pytest.raises(TimeNotOfferedError):
        move(visit, at(27, 10), therapist)
    assert unchanged(visit)


def test_the_most_visits_of_a_day_are_counted_without_itself(
    visit: Appointment, therapist: Therapist, at: At
) -> None:
    make_working_day(therapist=therapist, most_visits=1)
    make_appointment(therapist=therapist, option=visit.option, start=at(27, 9))
    with pytest.raises(TimeJustGoneError):
        move(visit, at(27, 14), therapist)
    assert move(visit, at(26, 14), therapist).starts_at == at(26, 14)


def test_the_most_of_an_option_a_day_is_counted_without_itself(
    visit: Appointment, therapist: Therapist, option: ServiceOption, at: At
) -> None:
    option.most_a_day = 1
    option.save()
    make_appointment(therapist=therapist, option=option, start=at(27, 9))
    with pytest.raises(TimeJustGoneError):
        move(visit, at(27, 14), therapist)
    assert move(visit, at(26, 14), therapist).starts_at == at(26, 14)


def test_it_stays_as_long_as_it_was_agreed(
    visit: Appointment, therapist: Therapist, option: ServiceOption, at: At
) -> None:
    """An hour was agreed; since then the option became shorter. At 11:15 only the shorter one would fit."""
    option.minutes = 45
    option.save()
    moved = move(visit, at(27, 11), therapist)
    assert moved.ends_at - moved.starts_at == timedelta(hours=1)
    with pytest.raises(TimeNotOfferedError):
        move(visit, at(27, 11, 15), therapist, version=2)


def test_the_same_move_twice_moves_once(visit: Appointment, therapist: Therapist, at: At) -> None:
    first, second = (move(visit, at(27, 10), therapist) for _ in range(2))
    assert (second.pk, second.version, second.starts_at) == (first.pk, 2, at(27, 10))
    assert (visit.events.count(), Notification.objects.count()) == (1, 1)


def test_to_where_it_is_changes_nothing(visit: Appointment, at: At) -> None:
    assert move(visit, at(26, 10), None).version == 1
    assert unchanged(visit)


def test_a_stale_version_is_refused_before_the_time_is_looked_at(
    visit: Appointment, therapist: Therapist, at: At
) -> None:
    lifecycle.move(appointment=visit, start=at(27, 9), actor=Actor.DESK)
    with pytest.raises(StateHasChangedError):
        move(visit, at(28, 10), therapist)  # no such time either


def test_what_was_cancelled_is_not_moved(visit: Appointment, therapist: Therapist, at: At) -> None:
    lifecycle.cancel(appointment=visit, actor=Actor.DESK)
    with pytest.raises(NotPossibleNowError):
        move(visit, at(27, 10), therapist, version=2)


@pytest.mark.parametrize(("minute", "allowed"), [(59, True), (60, False)])
@pytest.mark.parametrize("act", ["move", "cancel", "move by hand"])
def test_the_cut_off_holds_for_the_patient(
    visit: Appointment,
    therapist: Therapist,
    clock: time_machine.Traveller,
    at: At,
    act: str,
    minute: int,
    allowed: bool,
) -> None:
    clock.move_to(at(25, 9) + timedelta(minutes=minute))

    def do() -> Appointment:
        if act == "cancel":
            return lifecycle.cancel(appointment=visit, actor=Actor.PATIENT, version=1)
        if act == "move":
            return move(visit, at(27, 10), therapist)
        return lifecycle.move(appointment=visit, start=at(27, 10), actor=Actor.PATIENT)

    if allowed:
        assert do().version == 2
    else:
        with pytest.raises(TooLateToChangeError):
            do()
        assert unchanged(visit)


def test_the_cut_off_does_not_hold_for_the_desk(
    visit: Appointment, clock: time_machine.Traveller, at: At
) -> None:
    clock.move_to(at(26, 9, 59))
    lifecycle.move(appointment=visit, start=at(26, 14), actor=Actor.DESK)
    assert lifecycle.cancel(appointment=visit, actor=Actor.DESK).status == AppointmentStatus.CANCELLED


def test_the_cut_off_is_the_policys(
    visit: Appointment, therapist: Therapist, clock: time_machine.Traveller, at: At
) -> None:
    ClinicPolicy.objects.create(change_hours=1)
    clock.move_to(at(26, 8, 59))
    assert move(visit, at(27, 10), therapist).version == 2


def test_a_lost_race_goes_on_to_the_next_choice(
    visit: Appointment,
    therapist: Therapist,
    other: Therapist,
    at: At,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Between the question who is free and the move, somebody books the best choice."""
    asked = availability.choices_at
    lost: list[int] = []

    def and_then_somebody_books(**question: object) -> list[availability.Choice]:
        choices = asked(**question)  # type: ignore[arg-type]
        best = Therapist.objects.get(pk=choices[0].therapist_id)
        make_appointment(therapist=best, option=visit.option, start=at(27, 10, 15))
        lost.append(best.pk)
        return choices

    monkeypatch.setattr(availability, "choices_at", and_then_somebody_books)
    moved = move(visit, at(27, 10), None)
    assert moved.therapist_id not in lost
    assert (moved.starts_at, moved.version, moved.events.count()) == (at(27, 10), 2, 1)


def test_a_race_that_is_lost_for_all_leaves_the_visit_as_it_was(
    visit: Appointment, therapist: Therapist, at: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = availability.choices_at

    def and_then_somebody_books(**question: object) -> list[availability.Choice]:
        choices = asked(**question)  # type: ignore[arg-type]
        make_appointment(therapist=therapist, option=visit.option, start=at(27, 10, 15))
        return choices

    monkeypatch.setattr(availability, "choices_at", and_then_somebody_books)
    with pytest.raises(TimeJustGoneError):
        move(visit, at(27, 10), None)
    assert unchanged(visit)
