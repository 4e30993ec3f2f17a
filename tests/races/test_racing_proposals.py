"""Proposed times are not held: patients take them while others book, and two desks act on the same visits meanwhile.

One of them has the time, one thing happens to each visit that everybody had seen, and nobody waits in a circle.
"""

import uuid

import pytest
import time_machine
from django.db import connection

from booking import proposals
from booking.enums import BLOCKING
from booking.models import Appointment, AppointmentEvent, Proposal
from booking.proposals import Time
from tests.conftest import MONDAY_NINE
from tests.races.clients import DONE, Ask, Result, race
from tests.races.conftest import Clinic
from tests.races.diary import deadlocks, overlaps, slow_motion, without_exclusion
from tests.races.test_racing_bookings import report
from tests.races.test_racing_moves import SIZES, apart, booked

#: Somebody else has the time, or has done something with the visit.
REFUSED = {
    "TimeJustGoneError",
    "TimeNotOfferedError",
    "StateHasChangedError",
    "ProposalOverError",
    "NotPossibleNowError",
}


def asked_to_choose(clinic: Clinic, count: int, *, same: bool) -> list[tuple[Appointment, Time]]:
    """So many visits, and the time that is proposed to each: the same to each two of them, or to each its own."""
    starts = apart(clinic, 2 * count)
    visits = booked(clinic, starts[:count])
    found = []
    with time_machine.travel(MONDAY_NINE, tick=False):
        for number, visit in enumerate(visits):
            time = Time(starts[count + (number // 2 if same else number)], clinic.therapists[2])
            proposals.propose(appointment=visit, times=[time], user=None)
            found.append((visit, time))
    return found


def take(visit: Appointment, time: Time) -> Ask:
    return Ask(act="take", appointment=visit.pk, start=time.start.isoformat(), therapist=time.therapist.pk)


def run(clients: list[list[Ask]], *, locks: bool = True) -> Result:
    return race(
        clients,
        processes=1,
        database=connection.settings_dict["NAME"],
        now=MONDAY_NINE,
        locks=locks,
        together=True,
    )


def for_the_same_time(clinic: Clinic, count: int) -> list[list[Ask]]:
    """Two patients want each time at the same moment, and one of them presses twice. For every other time somebody on
    the website does, too.
    """
    pairs = asked_to_choose(clinic, 2 * count, same=True)
    one, other = pairs[::2], pairs[1::2]
    with time_machine.travel(MONDAY_NINE, tick=False):
        elsewhere = apart(clinic, 5 * count)[-count:]
    booking = [
        Ask(
            act="request",
            option=clinic.options[0].pk,
            therapist=time.therapist.pk,
            start=(time.start if number % 2 else free).isoformat(),
            request_key=str(uuid.uuid4()),
        )
        for number, ((_, time), free) in enumerate(zip(one, elsewhere, strict=True))
    ]
    taking = [take(*pair) for pair in one]
    return [taking, taking, [take(*pair) for pair in other], booking]


@pytest.mark.parametrize("size", SIZES)
def test_a_time_that_was_proposed_to_several_goes_to_one(clinic: Clinic, size: int) -> None:
    clients = for_the_same_time(clinic, min(size, 20))
    before = deadlocks()
    with slow_motion():
        result = run(clients)
    report("taking proposed times", result)
    assert result.outcomes.keys() - REFUSED == {DONE}
    assert (deadlocks() - before, result.gave_way) == (0, 0)
    assert overlaps() == []
    for ask in clients[0]:
        there = Appointment.objects.filter(
            starts_at=ask.start, therapist=ask.therapist, status__in=BLOCKING
        ).count()
        assert there == 1
    chosen = AppointmentEvent.objects.filter(action="choose")
    assert chosen.count() == Proposal.objects.filter(answer="taken").count()
    assert chosen.count() == len({event.appointment_id for event in chosen})  # pressed twice is once


def test_without_the_constraints_several_have_the_same_time(clinic: Clinic) -> None:
    """The control: nothing holds a proposed time but the constraints."""
    with without_exclusion():
        result = run(for_the_same_time(clinic, 8), locks=False)
        report("taking proposed times without constraints and locks", result)
        assert overlaps()


def on_the_same_visit(clinic: Clinic, count: int) -> list[list[Ask]]:
    """Each visit is taken elsewhere and turned down by its patient, moved by one desk and cancelled by another: all of
    them have seen its newest version.
    """
    pairs = asked_to_choose(clinic, count, same=False)
    return [
        [take(*pair) for pair in pairs],
        [Ask(act="turn down", appointment=visit.pk) for visit, _ in pairs],
        moving(clinic, pairs, act="desk moves", nth=1),
        [Ask(act="desk cancels", appointment=visit.pk, version=2) for visit, _ in pairs],
    ]


def moving(clinic: Clinic, pairs: list[tuple[Appointment, Time]], *, act: str, nth: int) -> list[Ask]:
    """Each visit to a free time of its own; the `nth` such list goes to other times than those before it."""
    count = len(pairs)
    with time_machine.travel(MONDAY_NINE, tick=False):
        free = apart(clinic, (2 + nth) * count)[-count:]
    return [
        Ask(
            act=act,
            appointment=visit.pk,
            start=start.isoformat(),
            # Who stays in the diary that was looked at is kept from nothing but by the version.
            therapist=clinic.therapists[2].pk if act == "desk moves" else None,
            version=2,
        )
        for (visit, _), start in zip(pairs, free, strict=True)
    ]


def happened(clients: list[list[Ask]]) -> list[int]:
    """How many things have happened to each visit since it was proposed another time."""
    return [
        AppointmentEvent.objects.filter(appointment=ask.appointment, version__gt=2).count()
        for ask in clients[0]
    ]


@pytest.mark.parametrize("size", SIZES)
def test_two_desks_and_a_patient_never_overwrite_each_other(clinic: Clinic, size: int) -> None:
    clients = on_the_same_visit(clinic, min(size, 20))
    before = deadlocks()
    with slow_motion():
        result = run(clients)
    report("a patient and two desks on the same visits", result)
    assert result.outcomes.keys() - REFUSED == {DONE}
    assert (deadlocks() - before, result.gave_way) == (0, 0)
    assert overlaps() == []
    assert set(happened(clients)) == {1}
    for proposal in Proposal.objects.all():
        chose = proposal.appointment.events.filter(action="choose").exists()
        assert (proposal.answer == "taken") == chose
    # Whoever was told "done" is who did it: nobody believes that they have done what somebody else undid.
    done = [answer for answer in result.of(DONE) if answer.ask.act != "turn down"]
    assert len(done) == len(clients[0])


def test_desks_that_send_no_version_do_overwrite_each_other(clinic: Clinic) -> None:
    """The control: only the version that was seen keeps one from changing what another has just done."""
    pairs = asked_to_choose(clinic, 12, same=False)
    # The older act of a race, "move", sends none.
    clients = [moving(clinic, pairs, act="move", nth=nth) for nth in (1, 2)]
    result = run(clients)
    report("two desks without versions", result)
    assert max(happened(clients)) > 1
