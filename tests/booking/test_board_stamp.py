"""The board's stamp: another one after whatever changes what the board shows, in whatever order it is committed."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from threading import Event, Thread

import pytest
from django.db import connection, connections, transaction
from time_machine import Traveller

from booking import lifecycle
from booking.admin.start import whole_day
from booking.board import stamp
from booking.enums import Actor, NotificationKind, NotificationStatus
from booking.models import (
    Appointment,
    ClinicPolicy,
    ComfortPreferences,
    Hold,
    Notification,
    OverrideHours,
    TimeOff,
    WeeklyHours,
)
from services.models import Room, ServiceOption, Therapist
from tests.factories.booking import make_appointment, make_closure, make_override_hours, make_time_off

At = Callable[..., datetime]
TUESDAY = date(2026, 11, 24)


def now() -> str:
    period = whole_day(TUESDAY)
    found = stamp.of(first=TUESDAY, last=TUESDAY, low=period.lower, high=period.upper)
    return found.split(".")[0]


@pytest.mark.django_db
@pytest.mark.usefixtures("clock")
def test_everything_that_the_board_shows_is_in_it(
    appointment: Appointment,
    option: ServiceOption,
    therapist: Therapist,
    room: Room,
    at: At,
    clock: Traveller,
) -> None:
    told = Notification.objects.create(
        appointment=appointment, kind=NotificationKind.RECEIVED, version=1, created_at=at(23)
    )

    def hold() -> None:
        Hold.objects.create(therapist=therapist, period=(at(24, 15), at(24, 16)), released_at=at(23, 10))

    changes: list[Callable[[], object]] = [
        lambda: make_appointment(option=option, therapist=therapist, start=at(24, 14)),
        lambda: lifecycle.confirm(appointment=appointment, user=None),
        lambda: lifecycle.move(appointment=appointment, start=at(24, 11), actor=Actor.DESK),
        lambda: lifecycle.stretch(appointment=appointment, minutes=30, user=None),
        lambda: Appointment.objects.filter(pk=appointment.pk).update(name="Another Name"),
        lambda: Notification.objects.filter(pk=told.pk).update(status=NotificationStatus.FAILED),
        lambda: ComfortPreferences.objects.create(appointment=appointment, quiet=True, updated_at=at(23)),
        lambda: ComfortPreferences.objects.update(quiet=False),
        lambda: lifecycle.cancel(appointment=appointment, actor=Actor.DESK),
        lambda: WeeklyHours.objects.filter(weekday=1).update(start=600),
        lambda: make_override_hours(therapist=therapist, on=TUESDAY, stretches=[("09:00", "10:00")]),
        lambda: OverrideHours.objects.all().delete(),
        lambda: make_time_off(therapist=therapist, start=at(24, 9), end=at(24, 10)),
        lambda: TimeOff.objects.update(note="Dentist"),
        hold,
        lambda: clock.move_to(at(23, 10)),  # the hold is released
        lambda: make_closure(start=at(24, 16), end=at(25)),
        lambda: ClinicPolicy.objects.create(step_minutes=30),
        lambda: Therapist.objects.update(bookable=False),
        lambda: Room.objects.update(in_use=False),
        lambda: ServiceOption.objects.update(minutes=45),
        lambda: therapist.options.clear(),
    ]
    before = now()
    for number, change in enumerate(changes):
        assert now() == before, f"it changed by itself before {number}"
        with transaction.atomic():  # as if it were a transaction of its own: it writes with an id of its own
            change()
        after = now()
        assert after != before, f"change {number} is not in it"
        before = after
    make_appointment(option=option, therapist=therapist, start=at(26, 10))
    assert now() == before  # another day's


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("clock")
def test_who_commits_late_is_not_missed(option: ServiceOption, therapist: Therapist, at: At) -> None:
    """The first to insert is the last to commit: a largest key, seen before, would not show it."""
    inserted, go_on = Event(), Event()

    def slow() -> None:
        try:
            with transaction.atomic():
                make_appointment(option=option, therapist=therapist, start=at(24, 10))
                inserted.set()
                go_on.wait(10)
        finally:
            connections.close_all()

    thread = Thread(target=slow)
    thread.start()
    assert inserted.wait(10)
    make_appointment(option=option, therapist=therapist, start=at(24, 10) + timedelta(hours=4))
    between, largest = now(), _largest()
    go_on.set()
    thread.join()
    assert _largest() == largest  # the control: this one misses it
    assert now() != between


def _largest() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM booking_appointment")
        return int(cursor.fetchone()[0])
