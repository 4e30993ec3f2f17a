"""The clinic in which the races are run."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from booking import availability
from flexclinic.lib import clock
from services.models import Room, ServiceOption, Therapist
from tests.conftest import MONDAY_NINE
from tests.factories.booking import make_weekly_hours
from tests.factories.services import make_option, make_room, make_therapist
from tests.jobrunner import forget_jobs

HORIZON = 300  # days, so that there are times enough for many rounds


@dataclass(frozen=True, slots=True, kw_only=True)
class Clinic:
    """Two options of different length and buffers, three therapists and two rooms for both of them."""

    options: list[ServiceOption]
    therapists: list[Therapist]
    rooms: list[Room]
    chance: random.Random
    now: datetime = MONDAY_NINE

    def starts(self, count: int) -> list[datetime]:
        """The first starts from tomorrow on: every 15 minutes, so that each overlaps its neighbors."""
        found = availability.free_times(
            option=self.options[0],
            first_date=self.now.date() + timedelta(days=1),
            days=HORIZON,
            now=self.now,
        )
        starts = [datetime.fromtimestamp(start, UTC) for start, _ in found.starts]
        assert len(starts) >= count
        return starts[:count]


def open_clinic(now: datetime) -> Clinic:
    """Make the rows of a clinic with an empty diary."""
    rooms = [make_room(), make_room()]
    options = [
        make_option(rooms=rooms, horizon_days=HORIZON),
        make_option(minutes=45, buffer_before=15, buffer_after=0, rooms=rooms, horizon_days=HORIZON),
    ]
    therapists = [make_therapist(options=options) for _ in range(3)]
    for therapist in therapists:
        make_weekly_hours(therapist=therapist)
    return Clinic(
        options=options, therapists=therapists, rooms=rooms, chance=random.Random(20261123), now=now
    )


@pytest.fixture
def clinic(transactional_db: None) -> Iterator[Clinic]:
    """Made on the Monday of all tests, at 9, with an empty diary and no jobs."""
    forget_jobs()
    with time_machine.travel(MONDAY_NINE, tick=False):
        made = open_clinic(MONDAY_NINE)
    yield made
    forget_jobs()


@pytest.fixture
def clinic_today(transactional_db: None) -> Iterator[Clinic]:
    """The same on the day on which the tests run: a web server's clock cannot be set."""
    forget_jobs()
    yield open_clinic(clock.now())
    forget_jobs()
