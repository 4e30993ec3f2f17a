"""Visits are moved, swapped and confirmed by many at once: nothing overlaps, and nobody waits in a circle."""

import uuid
from collections import Counter
from datetime import datetime
from itertools import pairwise

import pytest
import time_machine
from django.db import connection

from booking import lifecycle
from booking.exceptions import (
    StateHasChangedError,
    TimeJustGoneError,
    TimeNotOfferedError,
    TooLateToChangeError,
)
from booking.models import Appointment, AppointmentEvent
from booking.transitions import Action
from tests.conftest import MONDAY_NINE
from tests.factories.booking import make_appointment
from tests.factories.services import make_option, make_therapist
from tests.races.clients import DONE, Ask, Result, race
from tests.races.conftest import Clinic
from tests.races.diary import deadlocks, overlaps, slow_motion, told, without_exclusion
from tests.races.test_racing_bookings import report

CONNECTIONS = 8
SIZES = [
    pytest.param(10, id="small"),
    pytest.param(100, id="large", marks=pytest.mark.long),
]  # how many asks of each connection


def booked(clinic: Clinic, starts: list[datetime]) -> list[Appointment]:
    """An appointment at each of the starts, by turns with each therapist in each room."""
    with time_machine.travel(MONDAY_NINE, tick=False):
        return [
            lifecycle.book(
                option=clinic.options[0],
                therapist=clinic.therapists[number % 2],
                room=clinic.rooms[number % 2],
                start=start,
                contact=lifecycle.Contact(name="Sam Sample", email="sam@example.test"),
                user=None,
            )
            for number, start in enumerate(starts)
        ]


def apart(clinic: Clinic, count: int) -> list[datetime]:
    """Starts whose visits and buffers do not overlap."""
    return clinic.starts(count * 5)[::5]


def run(clients: list[list[Ask]], *, locks: bool = True) -> Result:
    return race(clients, processes=1, database=connection.settings_dict["NAME"], now=MONDAY_NINE, locks=locks)


def in_lockstep(clients: list[list[Ask]]) -> Result:
    """The clients begin each of their asks at the same moment."""
    return race(
        clients,
        processes=1,
        database=connection.settings_dict["NAME"],
        now=MONDAY_NINE,
        together=True,
    )


def moves_by_chance(clinic: Clinic, asks: int) -> list[list[Ask]]:
    """Each client takes appointments to times, therapists and rooms that are picked by chance."""
    appointments = booked(clinic, apart(clinic, 10))
    starts = clinic.starts(50)
    return [
        [
            Ask(
                act="move",
                appointment=clinic.chance.choice(appointments).pk,
                start=clinic.chance.choice(starts).isoformat(),
                therapist=clinic.chance.choice(clinic.therapists).pk,
                room=clinic.chance.choice(clinic.rooms).pk,
            )
            for _ in range(asks)
        ]
        for _ in range(CONNECTIONS)
    ]


def swaps(clinic: Clinic, asks: int) -> list[list[Ask]]:
    """Half of the clients take each first visit to the place of the second, the others the second to the first's."""
    appointments = booked(clinic, apart(clinic, 4))
    pairs = [(one, other) for one in appointments for other in appointments if one.pk < other.pk]
    order = [clinic.chance.choice(pairs) for _ in range(asks)]
    return [
        [
            Ask(
                act="move",
                appointment=mine.pk,
                start=its.starts_at.isoformat(),
                therapist=its.therapist_id,
                room=its.room_id,
            )
            for mine, its in (pair if number % 2 else pair[::-1] for pair in order)
        ]
        for number in range(CONNECTIONS)
    ]


def quiet_moves(appointment: int) -> int:
    """How many of an appointment's moves were to another room only, which is no news to the patient."""
    events = AppointmentEvent.objects.filter(appointment=appointment).order_by("version")
    places = list(events.values_list("action", "visit", "therapist"))
    return sum(later[0] == Action.MOVE and later[1:] == earlier[1:] for earlier, later in pairwise(places))


def in_step(result: Result) -> None:
    """Each appointment has one event for each version, one message with its job where there is news, and each yes is
    one version."""
    for one in told():
        news = one.version - quiet_moves(one.appointment)
        assert (one.events, one.messages, one.jobs) == (one.version, news, news)
    versions = {one.appointment: one.version - 1 for one in told() if one.version > 1}
    assert versions == Counter(answer.appointment for answer in result.of(DONE))


@pytest.mark.parametrize("size", SIZES)
def test_moves_by_chance(clinic: Clinic, size: int) -> None:
    clients = moves_by_chance(clinic, size)
    before = deadlocks()
    with slow_motion():
        result = run(clients)
    report("moves", result)
    # Two who move the same visit at once: the later one is asked to look again.
    assert result.outcomes.keys() - {StateHasChangedError.__name__} == {DONE, TimeJustGoneError.__name__}
    assert (deadlocks() - before, result.gave_way) == (0, 0)
    assert overlaps() == []
    in_step(result)


@pytest.mark.parametrize("size", SIZES)
def test_swaps(clinic: Clinic, size: int) -> None:
    clients = swaps(clinic, size)
    before = deadlocks()
    with slow_motion():
        result = run(clients)
    report("swaps", result)
    assert result.outcomes.keys() <= {DONE, TimeJustGoneError.__name__}
    assert (deadlocks() - before, result.gave_way) == (0, 0)
    assert overlaps() == []
    in_step(result)


@pytest.mark.parametrize("size", SIZES)
def test_patients_move_among_the_others(clinic: Clinic, size: int) -> None:
    """Patients move their visits to wherever is free, while the desk moves the same ones and others book."""
    desk = moves_by_chance(clinic, size)[:3]
    visits = list(Appointment.objects.all())
    starts = clinic.starts(50)
    moving = [
        [
            Ask(
                act="patient moves",
                appointment=clinic.chance.choice(visits).pk,
                start=clinic.chance.choice(starts).isoformat(),
                therapist=clinic.chance.choice([None, *(one.pk for one in clinic.therapists)]),
            )
            for _ in range(size)
        ]
        for _ in range(4)
    ]
    booking = [
        [
            Ask(
                act="request",
                option=clinic.options[0].pk,
                start=clinic.chance.choice(starts).isoformat(),
                request_key=str(uuid.uuid4()),
            )
            for _ in range(size)
        ]
        for _ in range(2)
    ]
    before = deadlocks()
    with slow_motion():
        result = run([*desk, *moving, *booking])
    report("moves of patients among the others", result)
    refused = {StateHasChangedError.__name__, TimeNotOfferedError.__name__, TooLateToChangeError.__name__}
    assert result.outcomes.keys() - refused == {DONE, TimeJustGoneError.__name__}
    assert any(answer.ask.act == "patient moves" for answer in result.of(DONE))
    assert (deadlocks() - before, result.gave_way) == (0, 0)
    assert overlaps() == []


def test_moves_without_the_constraints_overlap(clinic: Clinic) -> None:
    """The control: only the constraints keep a move from a time that is taken."""
    with without_exclusion():
        result = run(moves_by_chance(clinic, 10), locks=False)
        report("moves without constraints and locks", result)
        assert overlaps()


@pytest.mark.long
def test_swaps_without_the_locks_wait_in_a_circle(clinic: Clinic) -> None:
    """The control: PostgreSQL has to break deadlocks, at a second each, though nothing ever overlaps."""
    clients = swaps(clinic, 10)
    before = deadlocks()
    with slow_motion():
        result = run(clients, locks=False)
    found = deadlocks() - before
    report(f"swaps without locks, {found} deadlocks", result)
    assert found
    assert overlaps() == []


@pytest.mark.parametrize("size", SIZES)
def test_moves_against_confirmations(clinic: Clinic, size: int) -> None:
    """The desk confirms requests while others try to move visits to just those times."""
    visits = booked(clinic, apart(clinic, 1))
    starts = apart(clinic, 1 + size)[1:]
    with time_machine.travel(MONDAY_NINE, tick=False):
        requests = [
            lifecycle.request(
                option=clinic.options[0],
                therapist=clinic.therapists[0],
                start=start,
                contact=lifecycle.Contact(name="Pat Sample", email=f"pat{number}@example.test"),
                request_key=uuid.uuid4(),
            )
            for number, start in enumerate(starts)
        ]
    before = deadlocks()
    [visit] = visits
    confirming = [Ask(act="confirm", appointment=request.pk) for request in requests]
    moving = [
        Ask(
            act="move",
            appointment=visit.pk,
            start=start.isoformat(),
            therapist=clinic.therapists[0].pk,
            room=clinic.rooms[0].pk,
        )
        for start in starts
    ]
    with slow_motion():
        result = in_lockstep([confirming, moving])
    report("moves against confirmations", result)
    assert result.outcomes == {DONE: len(requests), TimeJustGoneError.__name__: len(requests)}
    assert (deadlocks() - before, result.gave_way) == (0, 0)
    assert overlaps() == []


def test_swaps_of_visits_that_have_moved_since_they_were_looked_at(clinic: Clinic) -> None:
    """Two visits change places whose therapists are not those any more that the movers saw."""
    option = make_option()
    therapists = [make_therapist(options=[option]) for _ in range(4)]
    [start] = clinic.starts(1)
    visits = [
        make_appointment(option=option, therapist=therapist, start=start) for therapist in therapists[:2]
    ]
    clients = [
        [
            Ask(
                act="move",
                appointment=mine.pk,
                start=start.isoformat(),
                therapist=its.therapist_id,
                seen_with=seen.pk,
            )
        ]
        * 10
        for mine, its, seen in zip(visits, visits[::-1], therapists[2:], strict=True)
    ]
    before = deadlocks()
    with slow_motion():
        result = in_lockstep(clients)
    report("swaps of visits that have moved", result)
    assert result.outcomes == {TimeJustGoneError.__name__: 20}
    assert (deadlocks() - before, result.gave_way) == (0, 0)
