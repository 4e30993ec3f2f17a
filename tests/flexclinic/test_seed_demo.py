"""`seed_demo`: the whole demo clinic, once."""

from pathlib import Path

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db.models import Max
from django.test import Client
from pytest_django import Settings

from blog.models import Post
from booking import offering
from booking.enums import AppointmentStatus
from booking.models import (
    Appointment,
    ClinicPolicy,
    Closure,
    Notification,
    TimeOff,
    WaitingPlace,
    WeeklyHours,
)
from flexclinic.lib import clock as wall_clock
from services.models import Room, Service, ServiceOption, Therapist
from tests.factories.services import make_service

pytestmark = pytest.mark.django_db

MODELS = (
    Appointment,
    ClinicPolicy,
    Closure,
    Notification,
    Post,
    Room,
    Service,
    ServiceOption,
    Therapist,
    TimeOff,
    User,
    WaitingPlace,
    WeeklyHours,
)


@pytest.fixture(autouse=True)
def password(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A folder of its own for the generated password."""
    monkeypatch.delenv("DEMO_STAFF_PASSWORD", raising=False)
    monkeypatch.setattr("flexclinic.demo.data_folder", lambda: tmp_path)


def seed(**options: bool) -> None:
    call_command("seed_demo", verbosity=0, **options)


def rows() -> dict[str, tuple[int, int]]:
    """How many rows each model has, and its highest key."""
    return {
        model.__name__: (
            model._default_manager.count(),
            model._default_manager.aggregate(top=Max("pk"))["top"],
        )
        for model in MODELS
    }


def by_status() -> dict[str, int]:
    found: dict[str, int] = {}
    for status in Appointment.objects.values_list("status", flat=True):
        found[status] = found.get(status, 0) + 1
    return found


def test_a_second_run_changes_no_row(clock: time_machine.Traveller) -> None:
    seed()
    before = rows()
    assert all(count for count, _ in before.values())
    seed()
    assert rows() == before


def test_a_run_on_another_day_adds_nothing(clock: time_machine.Traveller) -> None:
    seed()
    before = rows()
    clock.shift(8 * 24 * 60 * 60)
    seed()
    assert rows() == before


@pytest.mark.parametrize(
    "moment",
    [
        "2026-11-22T10:52-05:00",  # a Sunday
        "2026-11-27T23:30-05:00",  # late on the day after Thanksgiving
        "2027-03-12T12:00-05:00",  # before the clocks go forward
        "2026-12-31T08:00-05:00",
        "2028-02-29T00:00-05:00",
    ],
)
def test_the_desk_has_something_to_do_whenever_the_demo_starts(moment: str) -> None:
    with time_machine.travel(moment, tick=False):
        seed()
        assert by_status() == {
            AppointmentStatus.REQUESTED: 3,
            AppointmentStatus.CONFIRMED: 5,
            AppointmentStatus.CANCELLED: 1,
            AppointmentStatus.COMPLETED: 3,
            AppointmentStatus.NO_SHOW: 1,
        }
        upcoming = Appointment.objects.filter(starts_at__gt=wall_clock.now())
        assert set(upcoming.values_list("status", flat=True)) == {"requested", "confirmed", "cancelled"}
        assert Closure.objects.filter(period__endswith__lte=wall_clock.now()).count() == 0


def test_the_closures_are_the_next_holidays(clock: time_machine.Traveller) -> None:
    seed()
    found = [
        (closure.name, closure.period.lower.astimezone(wall_clock.clinic_zone()).isoformat())
        for closure in Closure.objects.all()
    ]
    assert found == [
        ("Thanksgiving", "2026-11-26T00:00:00-05:00"),
        ("Christmas Day", "2026-12-25T00:00:00-05:00"),
        ("New Year’s Day", "2027-01-01T00:00:00-05:00"),
    ]


def test_a_run_writes_few_messages(clock: time_machine.Traveller) -> None:
    seed()
    told = {(one.kind, one.contact.email) for one in Notification.objects.all()}
    assert told == {
        ("received", "demo.patient.nine@example.com"),
        ("waiting", "demo.patient.nine@example.com"),
        ("waiting", "demo.patient.eleven@example.com"),
        ("waiting", "demo.patient.twelve@example.com"),
    }


def test_the_waiting_list_of_the_demo_keeps_no_time_from_visitors(clock: time_machine.Traveller) -> None:
    """Nobody works at the times that its people wait for."""
    seed()
    assert WaitingPlace.objects.filter(state="waiting").count() == 3
    assert offering.offer_freed() == []


def test_what_people_changed_stays(clock: time_machine.Traveller) -> None:
    seed()
    ClinicPolicy.objects.update(lead_minutes=45)
    Closure.objects.filter(name="Thanksgiving").delete()
    WeeklyHours.objects.filter(therapist__slug="ana-rivera", weekday=4).delete()
    hours = WeeklyHours.objects.count()
    seed()
    assert ClinicPolicy.objects.get().lead_minutes == 45
    assert not Closure.objects.filter(name="Thanksgiving").exists()
    assert WeeklyHours.objects.count() == hours


def test_if_empty_leaves_a_clinic_alone() -> None:
    make_service()
    before = rows()
    seed(if_empty=True)
    assert rows() == before


def test_if_empty_fills_an_empty_database(clock: time_machine.Traveller) -> None:
    seed(if_empty=True)
    assert Service.objects.count() == 4


def test_outside_the_demo_it_refuses_and_writes_nothing(settings: Settings) -> None:
    settings.DEMO = False
    with pytest.raises(CommandError, match="seed_demo is for the demo only"):
        seed()
    assert not Service.objects.exists()
    assert not User.objects.exists()


def test_the_front_desk_signs_in_with_the_password_that_the_demo_announces(
    clock: time_machine.Traveller, tmp_path: Path
) -> None:
    seed()
    desk = User.objects.get(username="desk")
    assert desk.check_password((tmp_path / "demo_staff_password").read_text())
    assert (desk.is_staff, desk.is_superuser) == (True, False)
    assert [group.name for group in desk.groups.all()] == ["Front desk"]


def test_the_editor_may_change_pages_and_not_the_diary(clock: time_machine.Traveller) -> None:
    seed()
    editor = User.objects.get(username="editor")
    assert editor.has_perms(["blog.change_post", "services.change_service"])
    assert not editor.has_perm("booking.view_appointment")


@pytest.mark.parametrize("if_empty", [False, True])
def test_another_password_in_the_environment_takes_over(
    clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch, if_empty: bool
) -> None:
    seed()
    monkeypatch.setenv("DEMO_STAFF_PASSWORD", "another-long-password")
    seed(if_empty=if_empty)
    assert User.objects.get(username="desk").check_password("another-long-password")


def test_the_demo_clinic_can_be_read_and_booked(clock: time_machine.Traveller) -> None:
    seed()
    client = Client()
    for path in ("/", "/services/", "/therapists/", "/blog/", "/book/", "/book/first-visit-75/"):
        assert client.get(path).status_code == 200
    for page in (*Service.objects.all(), *Therapist.objects.all()):
        html = client.get(page.get_absolute_url()).content.decode()
        assert 'class="time"' in html
