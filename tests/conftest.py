"""The cast of the tests, the clock, and the server that they run on."""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg
import pytest
import time_machine
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.test import Client
from pytest_django import DjangoDbBlocker

from booking.enums import AppointmentStatus
from booking.models import Appointment
from flexclinic import embedded
from services.models import Room, ServiceOption, Therapist
from tests import fresh_tables
from tests.browser.chromium import REQUIRED, find_chromium
from tests.factories.booking import make_appointment, make_weekly_hours
from tests.factories.services import make_option, make_room, make_therapist

#: A Monday, 9 in the morning in New York.
MONDAY_NINE = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
NEW_YORK = ZoneInfo("America/New_York")


#: Many clients at once, or servers that are killed: what runs beside them would be slowed down, and slow them down.
ALONE = tuple(Path(__file__).parent / folder for folder in ("races", "faults"))


def pytest_configure() -> None:
    """Refuse to go on without a browser where one is required."""
    if REQUIRED and not find_chromium():
        raise pytest.UsageError("No Chromium was found, and FLEXCLINIC_REQUIRE_BROWSER asks for one.")


@pytest.hookimpl(tryfirst=True)  # before the tests are chosen by their markers
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what runs alone, and leave browser tests out where there is no browser."""
    here = find_chromium() is not None
    for item in items:
        if any(item.path.is_relative_to(folder) for folder in ALONE):
            item.add_marker(pytest.mark.alone)
        if item.get_closest_marker("browser") and not here:
            item.add_marker(pytest.mark.skip(reason="no Chromium was found"))


@pytest.hookimpl(specname="pytest_collection_modifyitems", trylast=True)
def longest_first(items: list[pytest.Item]) -> None:
    """Begin with the browser tests: begun last, they would keep one process waiting for the other."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is None)


@pytest.fixture(scope="session", autouse=True)
def database_server() -> Iterator[None]:
    """An embedded PostgreSQL of the tests' own, unless DATABASE_URL names another."""
    if "DATABASE_URL" in os.environ:
        yield
        return
    with embedded.running(settings.TESTS_DIR) as server:
        with psycopg.connect(server.url, autocommit=True) as database:
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                database.execute(f"ALTER SYSTEM SET {setting} = off")
            database.execute("SELECT pg_reload_conf()")
        yield


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    database_server: None, django_db_modify_db_settings_parallel_suffix: None
) -> None:
    """Have the server before the test database is made, which each of several processes has for itself."""


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The test database, whose tables are put back as they were after each test that commits."""
    with django_db_blocker.unblock(), fresh_tables.instead_of_flush():
        yield


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Time stands still on Monday 23 November 2026, 9am in New York, until a test moves it."""
    with time_machine.travel(MONDAY_NINE, tick=False) as traveller:
        yield traveller


@pytest.fixture
def at() -> Callable[..., datetime]:
    """`at(24, 10, 30)`: 10:30 on the clinic's wall on 24 November 2026."""

    def moment(day: int, hour: int = 0, minute: int = 0) -> datetime:
        return datetime(2026, 11, day, hour, minute, tzinfo=NEW_YORK)

    return moment


@pytest.fixture
def option(db: None) -> ServiceOption:
    """An hour on request, with 15 minutes after it that stay free."""
    return make_option()


@pytest.fixture
def room(option: ServiceOption) -> Room:
    """The one room that the option can be in."""
    room = make_room()
    option.rooms.add(room)
    return room


@pytest.fixture
def therapist(option: ServiceOption) -> Therapist:
    """Gives the option, Monday to Friday from 9 to 12 and from 1 to 5."""
    therapist = make_therapist(options=[option])
    make_weekly_hours(therapist=therapist)
    return therapist


@pytest.fixture
def appointment(therapist: Therapist, option: ServiceOption, at: Callable[..., datetime]) -> Appointment:
    """Asked for: Tuesday 24 November at 10."""
    return make_appointment(therapist=therapist, option=option, start=at(24, 10))


@pytest.fixture
def visit(therapist: Therapist, option: ServiceOption, at: Callable[..., datetime]) -> Appointment:
    """Agreed, and far enough away to be changed: Thursday 26 November at 10."""
    return make_appointment(
        therapist=therapist, option=option, start=at(26, 10), status=AppointmentStatus.CONFIRMED
    )


@pytest.fixture
def patient() -> Client:
    """Somebody's browser, without an account."""
    return Client()


@pytest.fixture
def outsider(db: None) -> Client:
    """Somebody with an account that is not staff."""
    client = Client()
    client.force_login(User.objects.create_user("outsider"))
    return client


@pytest.fixture
def desk(db: None) -> Client:
    """The front desk, signed in."""
    user = User.objects.create_user("frontdesk", is_staff=True)
    user.groups.add(*Group.objects.filter(name="Front desk"))
    client = Client()
    client.force_login(user)
    return client
