"""Two people want one day each time, at hours that do not meet: whatever counts a day's visits has to count both.

No exclusion constraint sees such two. `pairs_of_days` is what a limit of visits a day is raced with.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.db import connection

from booking.enums import AppointmentStatus
from flexclinic.lib import when
from services.models import Therapist
from tests.factories.booking import make_appointment, make_working_day
from tests.races.clients import DONE, Ask, Result, race
from tests.races.conftest import Clinic
from tests.races.diary import overlaps
from tests.races.test_racing_bookings import _ask


def pairs_of_days(clinic: Clinic, days: int, *, therapist: Therapist | None) -> list[list[Ask]]:
    """Two clients: on each day the one asks for the first start, the other for the last, of the same option."""
    found: dict[date, list[datetime]] = {}
    for start in clinic.starts(30 * days):
        found.setdefault(when.in_clinic_zone(start).date(), []).append(start)
    edges = [starts for starts in found.values() if len(starts) > 8][:days]
    assert len(edges) == days
    option, who = clinic.options[0].pk, therapist.pk if therapist else None
    return [[_ask(starts[edge].isoformat(), option, who) for starts in edges] for edge in (0, -1)]


def at_the_same_moments(clients: list[list[Ask]], clinic: Clinic, *, locks: bool = True) -> Result:
    """Each pair begins at the same moment."""
    return race(
        clients,
        processes=1,
        database=connection.settings_dict["NAME"],
        now=clinic.now,
        together=True,
        locks=locks,
    )


def one_visit_a_day(clinic: Clinic) -> None:
    """The first therapist sees one patient a day."""
    make_working_day(therapist=clinic.therapists[0], most_visits=1)


def one_booking_a_day(clinic: Clinic) -> None:
    """The option is given once a day, by whomever."""
    clinic.options[0].most_a_day = 1
    clinic.options[0].save()


def a_long_break(clinic: Clinic) -> None:
    """Of the eight hours from 9 to 5, 400 minutes stay free in one piece: the first visit leaves 405, the last 420."""
    make_working_day(therapist=clinic.therapists[0], pause=("09:00", "17:00", 400))


LIMITS = pytest.mark.parametrize(
    ("limit", "named"),
    [(one_visit_a_day, True), (one_booking_a_day, False), (one_booking_a_day, True), (a_long_break, True)],
)


@LIMITS
def test_of_two_who_would_break_a_limit_together_one_is_told_that_it_has_gone(
    clinic: Clinic, limit: Callable[[Clinic], None], named: bool
) -> None:
    limit(clinic)
    therapist = clinic.therapists[0] if named else None
    result = at_the_same_moments(pairs_of_days(clinic, 20, therapist=therapist), clinic)
    assert result.outcomes == {DONE: 20, "TimeJustGoneError": 20}
    assert (overlaps(), result.gave_way) == ([], 0)


@LIMITS
def test_without_the_locks_both_get_in_and_break_it(
    clinic: Clinic, limit: Callable[[Clinic], None], named: bool
) -> None:
    limit(clinic)
    therapist = clinic.therapists[0] if named else None
    result = at_the_same_moments(pairs_of_days(clinic, 20, therapist=therapist), clinic, locks=False)
    assert result.outcomes[DONE] > 20


def moves_to_pairs_of_days(clinic: Clinic, days: int) -> list[list[Ask]]:
    """The same two clients have visits on other days, which they move there: each to its edge of a day."""
    pairs = pairs_of_days(clinic, days, therapist=clinic.therapists[0])
    last = max(datetime.fromisoformat(ask.start) for asks in pairs for ask in asks)
    return [
        [
            Ask(act="patient moves", appointment=visit.pk, start=ask.start, therapist=ask.therapist)
            for number, ask in enumerate(asks)
            for visit in [
                make_appointment(
                    option=clinic.options[0],
                    start=last + timedelta(days=2 + 2 * number + whose),
                    status=AppointmentStatus.CONFIRMED,
                )
            ]
        ]
        for whose, asks in enumerate(pairs)
    ]


def test_patients_who_move_their_visits_are_counted_too(clinic: Clinic) -> None:
    one_visit_a_day(clinic)
    result = at_the_same_moments(moves_to_pairs_of_days(clinic, 20), clinic)
    assert result.outcomes == {DONE: 20, "TimeJustGoneError": 20}
    assert (overlaps(), result.gave_way) == ([], 0)


def test_without_the_locks_their_moves_break_the_limit(clinic: Clinic) -> None:
    one_visit_a_day(clinic)
    result = at_the_same_moments(moves_to_pairs_of_days(clinic, 20), clinic, locks=False)
    assert result.outcomes[DONE] > 20


@pytest.mark.parametrize("named", [True, False])
def test_without_a_limit_both_get_their_hour(clinic: Clinic, named: bool) -> None:
    """The control of every race for a limit: nothing else keeps the two from the same day."""
    therapist = clinic.therapists[0] if named else None
    result = at_the_same_moments(pairs_of_days(clinic, 10, therapist=therapist), clinic)
    assert result.outcomes == {DONE: 20}
    assert overlaps() == []
