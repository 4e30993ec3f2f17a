"""Series of visits are booked by many at once, among single bookings and moves: each is whole or not there."""

import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection

from booking import lifecycle, series
from booking.enums import Actor
from booking.exceptions import StateHasChangedError, TimeJustGoneError, VisitJustGoneError
from booking.lifecycle import locking
from booking.models import Appointment
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


def run(clients: list[list[Ask]]) -> Result:
    return race(clients, processes=1, database=connection.settings_dict["NAME"], now=MONDAY_NINE)


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
    assert sorted((one.events, one.messages, one.jobs) for one in told()) == [*[(1, 0, 0)] * 5, (1, 1, 1)]


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


def until_somebody_waits() -> None:
    """Until a session of this database waits for another one's lock."""
    deadline = time.monotonic() + 30
    waiting = """
        SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
    """
    while rows(waiting) == [(0,)]:
        assert time.monotonic() < deadline, "nobody waits"
        rows("SELECT pg_sleep(0.01)")


@pytest.mark.parametrize("locks", [True, False], ids=["with locks", "the control, without"])
def test_a_series_whose_second_time_holds_a_visit_that_moves_to_its_first(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, locks: bool
) -> None:
    """Each then has what the other waits for. PostgreSQL breaks that up after a second; with the locks nothing does.

    Either way the series is not there in part: what gave way begins again as a whole.
    """
    first = clinic.starts(1)[0]
    [visit] = booked(clinic, [first + WEEK])
    one_is_in, go_on = threading.Event(), threading.Event()
    book_one = series._book_one

    def and_rest(*, number: int, **fields: Any) -> Appointment:
        appointment = book_one(number=number, **fields)
        one_is_in.set()
        assert go_on.wait(30)
        return appointment

    monkeypatch.setattr(series, "_book_one", and_rest)
    if not locks:
        for module in (lifecycle, locking):  # the series' own, and those of the visits
            monkeypatch.setattr(module, "lock_diaries", lambda therapist_ids, room_ids: None)
    before = deadlocks()
    with time_machine.travel(MONDAY_NINE, tick=False), ThreadPoolExecutor(2) as threads:

        def book() -> str:
            with closing(connection):
                try:
                    series.book_series(
                        option=clinic.options[0],
                        therapist=clinic.therapists[0],
                        room=clinic.rooms[0],
                        starts=[first, first + WEEK],
                        contact=lifecycle.Contact(name="Sam Sample"),
                        user=None,
                        request_key=uuid.uuid4(),
                    )
                except VisitJustGoneError as gone:
                    return f"gone: {gone.start:%d}"
                return DONE

        def move() -> str:
            with closing(connection):
                try:
                    lifecycle.move(appointment=visit, start=first, actor=Actor.DESK)
                except TimeJustGoneError:
                    return "gone"
                return DONE

        booking = threads.submit(book)
        assert one_is_in.wait(30)
        moving = threads.submit(move)
        until_somebody_waits()
        go_on.set()
        said = (booking.result(60), moving.result(60))
    found = deadlocks() - before
    if locks:
        assert (said, found) == ((f"gone: {first + WEEK:%d}", DONE), 0)
    else:
        assert found == 1
    assert overlaps() == []
    assert set(sizes()) <= {2}
