"""The desk takes back what freed times while others book just those: nothing overlaps, and nobody waits in a circle."""

import uuid

import pytest
import time_machine
from django.db import connection

from booking import lifecycle
from booking.enums import BLOCKING, Actor
from booking.exceptions import NotPossibleNowError, TimeJustGoneError, TimeNotOfferedError
from booking.models import Appointment, AppointmentEvent
from tests.conftest import MONDAY_NINE
from tests.races.clients import DONE, Ask, Result, race
from tests.races.conftest import Clinic
from tests.races.diary import deadlocks, overlaps, slow_motion, without_exclusion
from tests.races.test_racing_bookings import report
from tests.races.test_racing_moves import SIZES, apart, booked

#: Somebody else has it, or has already undone it.
REFUSED = {TimeJustGoneError.__name__, NotPossibleNowError.__name__, "StateHasChangedError"}


def called_off(clinic: Clinic, count: int) -> list[Appointment]:
    """Visits that the desk has just cancelled: their times are free, and may come back."""
    visits = booked(clinic, apart(clinic, count))
    with time_machine.travel(MONDAY_NINE, tick=False):
        return [lifecycle.cancel(appointment=visit, actor=Actor.DESK) for visit in visits]


def asks(clinic: Clinic, visits: list[Appointment]) -> list[list[Ask]]:
    """For each visit, at the same moment: two undo it, two patients ask for its time, and another is moved there."""
    with time_machine.travel(MONDAY_NINE, tick=False):
        others = booked(clinic, apart(clinic, 2 * len(visits))[len(visits) :])
    undoing = [Ask(act="undo", appointment=visit.pk) for visit in visits]
    moving = [
        Ask(
            act="move",
            appointment=other.pk,
            start=visit.starts_at.isoformat(),
            therapist=visit.therapist_id,
            room=visit.room_id,
        )
        for visit, other in zip(visits, others, strict=True)
    ]

    def booking(anybody: bool) -> list[Ask]:
        return [
            Ask(
                act="request",
                option=clinic.options[0].pk,
                therapist=None if anybody else visit.therapist_id,
                start=visit.starts_at.isoformat(),
                request_key=str(uuid.uuid4()),
            )
            for visit in visits
        ]

    return [undoing, undoing, booking(False), booking(True), moving]


def run(clients: list[list[Ask]], *, locks: bool = True) -> Result:
    return race(
        clients,
        processes=1,
        database=connection.settings_dict["NAME"],
        now=MONDAY_NINE,
        locks=locks,
        together=True,
    )


@pytest.mark.parametrize("size", SIZES)
def test_undoing_against_whoever_wants_the_time(clinic: Clinic, size: int) -> None:
    visits = called_off(clinic, min(size, 20))
    clients = asks(clinic, visits)
    before = deadlocks()
    with slow_motion():
        result = run(clients)
    report("undoing against bookings and moves", result)
    assert result.outcomes.keys() - REFUSED - {TimeNotOfferedError.__name__} == {DONE}
    assert (deadlocks() - before, result.gave_way) == (0, 0)
    assert overlaps() == []
    undone = {answer.appointment for answer in result.of(DONE) if answer.ask.act == "undo"}
    for visit in visits:
        visit.refresh_from_db()
        assert (visit.status in BLOCKING) == (visit.pk in undone)
        # Twice undone is once undone; refused it has changed nothing.
        actions = list(
            AppointmentEvent.objects.filter(appointment=visit)
            .order_by("version")
            .values_list("action", flat=True)
        )
        assert actions == ["book", "cancel", *(["undo"] if visit.pk in undone else [])]


def test_without_the_constraints_what_comes_back_overlaps(clinic: Clinic) -> None:
    """The control: only the constraints keep an undoing from a time that is taken."""
    with without_exclusion():
        visits = called_off(clinic, 6)
        result = run(asks(clinic, visits), locks=False)
        report("undoing without constraints and locks", result)
        assert overlaps()
