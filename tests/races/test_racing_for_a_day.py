"""Two people want one day each time, at hours that do not meet: whatever counts a day's visits has to count both.

No exclusion constraint sees such two. `pairs_of_days` is what a limit of visits a day is raced with.
"""

from datetime import date, datetime

import pytest
from django.db import connection

from flexclinic.lib import when
from services.models import Therapist
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


def at_the_same_moments(clients: list[list[Ask]], clinic: Clinic) -> Result:
    """Each pair begins at the same moment."""
    return race(
        clients, processes=1, database=connection.settings_dict["NAME"], now=clinic.now, together=True
    )


@pytest.mark.parametrize("named", [True, False])
def test_without_a_limit_both_get_their_hour(clinic: Clinic, named: bool) -> None:
    """The control of every race for a limit: nothing else keeps the two from the same day."""
    therapist = clinic.therapists[0] if named else None
    result = at_the_same_moments(pairs_of_days(clinic, 10, therapist=therapist), clinic)
    assert result.outcomes == {DONE: 20}
    assert overlaps() == []
