"""Series of visits are booked by many at once, among single bookings and moves: each is whole or not there."""

import uuid
from datetime import datetime, timedelta

import pytest
from django.db import connection

from booking.exceptions import StateHasChangedError, TimeJustGoneError, VisitJustGoneError
from tests.conftest import MONDAY_NINE
from tests.races.clients import DONE, Ask, Result, race
from tests.races.conftest import Clinic
from tests.races.diary import deadlocks, overlaps, rows, slow_motion, told
from tests.races.test_racing_bookings import report
from tests.races.test_racing_moves import apart, booked

VISITS = 6
WEEK = timedelta(weeks=1)
GONE = {VisitJustGoneError.__name__, TimeJustGoneError.__name__, StateHasChangedError.__name__}


def weekly(first: datetime) -> str:
    """The starts of a series."""
    return " ".join((first + WEEK * number).isoformat() for number in range(VISITS))


def asked(clinic: Clinic, starts: str, therapist: int, *, key: uuid.UUID | None = None) -> Ask:
    return Ask(
        act="series",
        starts=starts,
        option=clinic.options[0].pk,
        therapist=clinic.therapists[therapist].pk,
        request_key=str(key or uuid.uuid4()),
    )


def run(clients: list[list[Ask]], *, locks: bool = True) -> Result:
    return race(clients, processes=1, database=connection.settings_dict["NAME"], now=MONDAY_NINE, locks=locks)


def sizes() -> list[int]:
    """How many visits each series in the diary has."""
    return [
        count
        for (count,) in rows(
            "SELECT count(*) FROM booking_appointment WHERE series IS NOT NULL GROUP BY series"
        )
    ]


def test_two_for_the_same_times_and_one_gets_all_of_them(clinic: Clinic) -> None:
    first = clinic.starts(1)[0]
    # The second wants them from the third week on: the two meet where each has visits of its own already.
    clients = [[asked(clinic, weekly(first), 0)], [asked(clinic, weekly(first + 2 * WEEK), 0)]]
    with slow_motion():
        result = run(clients)
    assert result.outcomes == {DONE: 1, VisitJustGoneError.__name__: 1}
    assert (sizes(), overlaps()) == ([VISITS], [])


def test_two_that_both_fit_are_both_whole(clinic: Clinic) -> None:
    first, later = apart(clinic, 2)
    with slow_motion():
        result = run([[asked(clinic, weekly(first), 0)], [asked(clinic, weekly(later), 0)]])
    assert result.outcomes == {DONE: 2}
    assert (sizes(), overlaps()) == ([VISITS, VISITS], [])


def test_the_same_form_many_times_at_once_makes_one_series(clinic: Clinic) -> None:
    ask = asked(clinic, weekly(clinic.starts(1)[0]), 0, key=uuid.uuid4())
    result = run([[ask]] * 8)
    assert result.outcomes == {DONE: 8}
    assert len({answer.appointment for answer in result.answers}) == 1
    assert sizes() == [VISITS]
    assert all((one.events, one.messages, one.jobs) == (1, 1, 1) for one in told())


def crowd(clinic: Clinic, asks: int) -> list[list[Ask]]:
    """Series with all therapists at starts by chance, and moves of single visits to and from just those times."""
    starts = clinic.starts(12)
    moving = booked(clinic, [start + WEEK for start in apart(clinic, 4)])

    def move() -> Ask:
        return Ask(
            act="move",
            appointment=clinic.chance.choice(moving).pk,
            start=(clinic.chance.choice(starts) + WEEK * clinic.chance.randrange(VISITS)).isoformat(),
            therapist=clinic.chance.choice(clinic.therapists).pk,
            room=clinic.chance.choice(clinic.rooms).pk,
        )

    def one() -> Ask:
        return asked(clinic, weekly(clinic.chance.choice(starts)), clinic.chance.randrange(3))

    return [[(one if number % 2 else move)() for _ in range(asks)] for number in range(8)]


@pytest.mark.parametrize(
    "asks", [pytest.param(5, id="small"), pytest.param(50, id="large", marks=pytest.mark.long)]
)
def test_series_among_moves_are_whole_and_wait_for_nobody_in_a_circle(clinic: Clinic, asks: int) -> None:
    clients = crowd(clinic, asks)
    before = deadlocks()
    with slow_motion():
        result = run(clients)
    report("series and moves", result)
    assert result.outcomes.keys() - GONE == {DONE}
    assert (deadlocks() - before, result.gave_way) == (0, 0)
    assert overlaps() == []
    assert sizes()
    assert set(sizes()) == {VISITS}


def test_without_the_locks_they_wait_in_a_circle_and_are_still_whole(clinic: Clinic) -> None:
    """The control: PostgreSQL has to break deadlocks. What gave way begins again, so that even then nothing is half."""
    clients = crowd(clinic, 10)
    before = deadlocks()
    with slow_motion():
        result = run(clients, locks=False)
    found = deadlocks() - before
    report(f"series and moves without locks, {found} deadlocks", result)
    assert found
    assert found == result.gave_way
    assert result.outcomes.keys() <= {DONE, *GONE}
    assert (overlaps(), set(sizes())) == ([], {VISITS})
