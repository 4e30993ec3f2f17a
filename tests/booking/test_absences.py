"""A therapist cannot come: hours closed first, each visit looked after by itself, and how it stands afterwards."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import time_machine
from django.core import mail
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from pytest_django import DjangoAssertNumQueries

from booking import absences, availability, lifecycle, proposals
from booking.absences import Choice, Stands
from booking.enums import Actor
from booking.exceptions import BookingError, StateHasChangedError, TimeJustGoneError
from booking.models import Absence, Appointment, TimeOff
from booking.proposals import Time
from services.models import Room, ServiceOption, Therapist
from tests.booking.test_undo_move import WAIT, said, send_what_is_due
from tests.factories.booking import make_appointment, make_weekly_hours
from tests.factories.services import make_therapist

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

At = Callable[..., datetime]
Clock = time_machine.Traveller


@pytest.fixture
def other(option: ServiceOption, room: Room) -> Therapist:
    """Gives the same, in the same hours, in the one room."""
    found = make_therapist(name="Ben Demo", options=[option])
    make_weekly_hours(therapist=found)
    return found


@pytest.fixture
def booked(
    option: ServiceOption, therapist: Therapist, other: Therapist, room: Room, at: At
) -> list[Appointment]:
    """Two visits and a request on Wednesday, at 9, at 1 and at 3, of which the patients have been told."""
    made = [
        lifecycle.book(
            option=option,
            therapist=therapist,
            room=room,
            start=at(25, hour),
            contact=contact(name),
            user=None,
        )
        for hour, name in ((9, "Nina Nine"), (13, "Owen One"))
    ]
    made.append(
        lifecycle.request(
            option=option,
            therapist=therapist,
            start=at(25, 15),
            contact=contact("Theo Three"),
            request_key=uuid.uuid4(),
        )
    )
    send_what_is_due()
    mail.outbox.clear()
    return [Appointment.objects.select_related("option", "therapist").get(pk=each.pk) for each in made]


def contact(name: str) -> lifecycle.Contact:
    return lifecycle.Contact(name=name, email=f"{name.split()[0].lower()}@example.com", phone="212 555 0100")


@pytest.fixture
def absence(therapist: Therapist, booked: list[Appointment], at: At) -> Absence:
    return absences.note(therapist=therapist, period=DateTimeTZRange(at(25), at(26), "[)"), user=None)


def standing(absence: Absence) -> dict[str, Stands]:
    return {each.appointment.name: each.stands for each in absences.met(absence)}


def look_after(visit: Appointment, choice: Choice, **more: object) -> Appointment:
    return absences.look_after(visit=visit, choice=choice, user=None, version=visit.version, **more)  # type: ignore[arg-type]


def test_the_hours_are_closed_first_and_no_visit_is_touched(
    absence: Absence, booked: list[Appointment], therapist: Therapist, option: ServiceOption, at: At
) -> None:
    assert TimeOff.objects.get() == absence.time_off
    assert (
        availability.free_times(option=option, therapist=therapist, first_date=at(25).date(), days=1).starts
        == []
    )
    assert standing(absence) == dict.fromkeys(["Nina Nine", "Owen One", "Theo Three"], Stands.TO_DO)
    assert [Appointment.objects.get(pk=each.pk).version for each in booked] == [1, 1, 1]


def test_noted_twice_it_is_noted_once(absence: Absence, therapist: Therapist) -> None:
    again = absences.note(therapist=therapist, period=absence.period, user=None)
    assert again == absence
    assert TimeOff.objects.count() == 1


def test_its_own_time_with_somebody_else_in_the_room_that_it_leaves(
    absence: Absence, booked: list[Appointment], other: Therapist, therapist: Therapist, at: At
) -> None:
    free = absences.instead(booked)[booked[0].pk]
    assert free.same_time == [Time(at(25, 9), other)]
    assert {time.therapist for time in free.with_anyone} == {other}
    assert [time.start.date() for time in free.with_therapist] == [at(26).date()] * 3
    assert {time.therapist for time in free.with_therapist} == {therapist}


def test_looking_costs_two_queries_a_visit_and_three_for_all_of_a_sort(
    absence: Absence, booked: list[Appointment], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    visits = list(absences.in_it(therapist=absence.therapist, period=absence.period))
    with django_assert_num_queries(3 + 2 * len(visits)):
        absences.instead(visits)


def test_each_is_looked_after_and_the_page_says_how_it_stands(
    absence: Absence, booked: list[Appointment], other: Therapist, therapist: Therapist, at: At, clock: Clock
) -> None:
    nine, one, three = booked
    look_after(nine, Choice.MOVE, to=Time(nine.starts_at, other))
    look_after(one, Choice.ASK, proposed=[Time(at(26, 9), therapist)])
    look_after(three, Choice.CANCEL)
    assert standing(absence) == {
        "Nina Nine": Stands.MOVED,
        "Owen One": Stands.ASKED,
        "Theo Three": Stands.CALLED_OFF,
    }
    assert Appointment.objects.get(pk=three.pk).status == "declined"
    assert send_what_is_due() == ["later"] * 3  # everything can be undone
    clock.shift(WAIT)
    send_what_is_due()
    assert sorted(said()) == [
        "We cannot offer you Wednesday 25 November at 3pm",
        "We had to move your appointment to Wednesday 25 November at 9am",
        "We have to move your visit on Wednesday 25 November: choose a time",
    ]
    [made] = proposals.standing()
    proposals.take(proposal=made, time=Time(at(26, 9), therapist))
    assert standing(absence)["Owen One"] == Stands.CHOSEN


def test_undone_each_is_to_do_again_and_nobody_hears(
    absence: Absence, booked: list[Appointment], other: Therapist, therapist: Therapist, at: At, clock: Clock
) -> None:
    look_after(booked[0], Choice.MOVE, to=Time(booked[0].starts_at, other))
    look_after(booked[1], Choice.ASK, proposed=[Time(at(26, 9), therapist)])
    for each in booked[:2]:
        lifecycle.undo(appointment=each, user=None, version=2)
    clock.shift(WAIT)
    send_what_is_due()
    assert mail.outbox == []
    assert set(standing(absence).values()) == {Stands.TO_DO}


def test_whom_to_call(
    absence: Absence, booked: list[Appointment], other: Therapist, therapist: Therapist, at: At, clock: Clock
) -> None:
    nine, one, three = booked
    Appointment.objects.filter(pk=nine.pk).update(email="")
    look_after(nine, Choice.MOVE, to=Time(nine.starts_at, other))
    look_after(one, Choice.ASK, proposed=[Time(at(26, 9), therapist)], answer_within=timedelta(hours=4))
    look_after(three, Choice.ASK, proposed=[Time(at(26, 13), therapist)])
    assert [each.appointment for each in absences.met(absence) if each.call] == [nine]
    proposals.turn_down(proposal=proposals.standing().get(appointment=three))
    clock.shift(timedelta(hours=4))
    assert [each.appointment for each in absences.met(absence) if each.call] == [nine, one, three]
    assert standing(absence) == {
        "Nina Nine": Stands.MOVED,
        "Owen One": Stands.NO_ANSWER,
        "Theo Three": Stands.NONE,
    }


def test_what_has_gone_or_changed_is_refused(
    absence: Absence, booked: list[Appointment], other: Therapist, option: ServiceOption
) -> None:
    nine = booked[0]
    make_appointment(option=option, therapist=other, start=nine.starts_at, status="confirmed")
    with pytest.raises(TimeJustGoneError):
        look_after(nine, Choice.MOVE, to=Time(nine.starts_at, other))
    lifecycle.cancel(appointment=booked[1], actor=Actor.PATIENT)
    with pytest.raises(StateHasChangedError):
        look_after(booked[1], Choice.CANCEL)
    with pytest.raises(BookingError):
        look_after(booked[2], Choice.MOVE)
    assert Appointment.objects.get(pk=nine.pk).version == 1


def test_a_visit_that_the_desk_books_there_since_is_shown_too(
    absence: Absence, option: ServiceOption, therapist: Therapist, at: At
) -> None:
    make_appointment(
        option=option, therapist=therapist, start=at(25, 10, 30), status="confirmed", name="Late Lee"
    )
    assert standing(absence)["Late Lee"] == Stands.TO_DO
