"""Everybody wants the same times at once: the diary takes exactly those that fit, and says "just gone" to the rest."""

import uuid
from dataclasses import dataclass

import pytest
from django.db import connection

from booking import availability
from booking.exceptions import TimeJustGoneError
from tests.conftest import MONDAY_NINE
from tests.races.clients import DONE, Ask, Result, race
from tests.races.conftest import Clinic
from tests.races.diary import deadlocks, overlaps, rows, told, without_exclusion


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How big a race is. Each process has `connections // processes` clients, each with a connection."""

    asks: int
    starts: int
    connections: int
    processes: int


SMALL = Size(asks=400, starts=20, connections=8, processes=1)
FIFTY = Size(asks=50, starts=1, connections=50, processes=2)
LARGE = Size(asks=10_000, starts=200, connections=32, processes=4)
SIZES = [pytest.param(SMALL, id="small"), pytest.param(LARGE, id="large", marks=pytest.mark.long)]


def plan(clinic: Clinic, size: Size) -> list[list[Ask]]:
    """What each client asks for: starts by chance, but each of them with anyone once oftener than it can be booked."""
    starts = clinic.starts(size.starts)
    most = len(clinic.therapists) + 1
    asks = [
        _ask(start.isoformat(), option.pk, None)
        for start in starts
        for option in clinic.options
        for _ in range(most)
    ]
    while len(asks) < size.asks:
        therapist = clinic.chance.choice([None, *clinic.therapists])
        asks.append(
            _ask(
                clinic.chance.choice(starts).isoformat(),
                clinic.chance.choice(clinic.options).pk,
                therapist.pk if therapist else None,
            )
        )
    assert len(asks) == size.asks
    clinic.chance.shuffle(asks)
    return [asks[number :: size.connections] for number in range(size.connections)]


def _ask(start: str, option: int, therapist: int | None) -> Ask:
    return Ask(act="request", start=start, option=option, therapist=therapist, request_key=str(uuid.uuid4()))


def run(clients: list[list[Ask]], size: Size) -> Result:
    return race(
        clients,
        processes=size.processes,
        database=connection.settings_dict["NAME"],
        now=MONDAY_NINE,
    )


def report(name: str, result: Result) -> None:
    waits = sorted(answer.seconds for answer in result.answers)
    print(
        f"\n{name}: {len(waits)} asks in {result.seconds:.1f} s, {result.outcomes}, begun again {result.gave_way},"
        f" median wait {waits[len(waits) // 2] * 1000:.0f} ms, longest {waits[-1] * 1000:.0f} ms"
    )


@pytest.mark.parametrize("size", SIZES)
def test_exactly_the_bookable_ones_are_booked(clinic: Clinic, size: Size) -> None:
    starts = clinic.starts(size.starts)
    before = deadlocks()
    result = run(plan(clinic, size), size)
    report("bookings", result)

    assert set(result.outcomes) == {DONE, TimeJustGoneError.__name__}
    assert len(result.answers) == size.asks
    assert (deadlocks() - before, result.gave_way) == (0, 0)
    assert overlaps() == []

    # Every yes has its row, just as it was asked for, and every row was said yes to.
    stored = {
        (pk, str(key), start.isoformat(), option)
        for pk, key, start, option in rows(
            "SELECT id, request_key, starts_at, option_id FROM booking_appointment"
        )
    }
    accepted = {
        (answer.appointment, answer.ask.request_key, answer.ask.start, answer.ask.option)
        for answer in result.of(DONE)
    }
    assert stored == accepted
    assert len(stored) == len(result.of(DONE))

    # Nothing else fits in any more.
    for start in starts:
        for option in clinic.options:
            with pytest.raises(TimeJustGoneError):
                availability.choices_at(option=option, therapist=None, start=start, now=MONDAY_NINE)

    # Each booking was told of once.
    assert {(one.version, one.events, one.messages, one.jobs) for one in told()} == {(1, 1, 1, 1)}


@pytest.mark.parametrize("size", SIZES)
def test_without_the_constraints_the_same_race_books_twice(clinic: Clinic, size: Size) -> None:
    """The control: what the clients do is enough to overlap, and the check above sees it."""
    clients = plan(clinic, size)
    with without_exclusion():
        result = run(clients, size)
        report("bookings without constraints", result)
        assert overlaps()


@pytest.mark.parametrize("therapist", ["anyone", "named"])
def test_a_form_sent_by_all_at_once_books_once(clinic: Clinic, therapist: str) -> None:
    """Eight sends of each form at the same moment: all get the same answer, also where the time was the last."""
    starts = clinic.starts(100)[::5]  # they do not overlap: each form can be had
    named = clinic.therapists[0].pk if therapist == "named" else None
    forms = [_ask(start.isoformat(), clinic.options[0].pk, named) for start in starts]
    result = run([forms] * SMALL.connections, SMALL)
    assert result.outcomes == {DONE: len(forms) * SMALL.connections}
    stored = {str(key): pk for pk, key in rows("SELECT id, request_key FROM booking_appointment")}
    assert stored.keys() == {form.request_key for form in forms}
    assert all(answer.appointment == stored[answer.ask.request_key] for answer in result.answers)
    assert {(one.events, one.messages, one.jobs) for one in told()} == {(1, 1, 1)}


@pytest.mark.long
def test_fifty_sends_of_one_form_book_once(clinic: Clinic) -> None:
    [start] = clinic.starts(1)
    form = _ask(start.isoformat(), clinic.options[0].pk, None)
    result = run([[form]] * 50, FIFTY)
    assert result.outcomes == {DONE: 50}
    assert len({answer.appointment for answer in result.answers}) == 1
    assert [(one.events, one.messages, one.jobs) for one in told()] == [(1, 1, 1)]


@pytest.mark.long
def test_fifty_forms_at_once_fill_both_rooms(clinic: Clinic) -> None:
    """The control of the one before: only the key keeps fifty sends from booking twice."""
    [start] = clinic.starts(1)
    result = run([[_ask(start.isoformat(), clinic.options[0].pk, None)] for _ in range(50)], FIFTY)
    assert result.outcomes == {DONE: 2, TimeJustGoneError.__name__: 48}
