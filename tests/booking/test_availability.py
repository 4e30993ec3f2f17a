"""The bridge between rows and slots."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.test.utils import CaptureQueriesContext

from booking import availability, diaries
from booking.enums import BLOCKING, AppointmentStatus
from booking.exceptions import TimeJustGoneError, TimeNotOfferedError
from booking.models import ClinicPolicy, Closure, OverrideHours, TimeOff, WeeklyHours
from booking.question import ReasonCode
from services.models import Room, ServiceOption, Therapist
from tests.factories.booking import make_appointment, make_weekly_hours
from tests.factories.services import make_room, make_therapist

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

At = Callable[..., datetime]
TUESDAY = date(2026, 11, 24)


def free(option: ServiceOption, therapist: Therapist | None = None, day: date = TUESDAY) -> list[str]:
    """The wall times of a date's free starts."""
    found = availability.free_times(option=option, therapist=therapist, first_date=day, days=1)
    return [f"{datetime.fromtimestamp(start, found.zone):%H:%M}" for start, _ in found.starts]


@pytest.mark.parametrize("therapists", [1, 30])
@pytest.mark.parametrize("days", [1, 60])
def test_it_takes_two_queries_whatever_is_asked(option: ServiceOption, therapists: int, days: int) -> None:
    for _ in range(therapists):
        make_weekly_hours(therapist=make_therapist(options=[option]))
    with CaptureQueriesContext(
        connection,
    ) as queries:
        found = availability.free_times(option=option, first_date=TUESDAY, days=days)
    assert len(queries) == 2
    assert len(found.starts[0][1]) == therapists


def test_a_day_between_a_visit_and_its_buffer(option: ServiceOption, therapist: Therapist, at: At) -> None:
    # 09:00 |....####=|....|  12:00   # busy 10:00–11:00, = its buffer to 11:15; a visit here keeps 15 minutes after it
    # 13:00 |................|  17:00
    make_appointment(therapist=therapist, option=option, start=at(24, 10))
    afternoon = [f"{hour}:{minute:02}" for hour in (13, 14, 15) for minute in (0, 15, 30, 45)] + ["16:00"]
    assert free(option) == afternoon


@pytest.mark.parametrize("status", AppointmentStatus)
def test_only_what_blocks_is_in_the_way(
    option: ServiceOption, therapist: Therapist, at: At, status: AppointmentStatus
) -> None:
    make_appointment(therapist=therapist, option=option, start=at(24, 10), status=status)
    assert ("10:00" not in free(option)) == (status in BLOCKING)


def test_an_override_replaces_the_hours_of_its_date(option: ServiceOption, therapist: Therapist) -> None:
    OverrideHours.objects.create(therapist=therapist, date=TUESDAY, start=10 * 60, end=11 * 60)
    assert free(option) == ["10:00"]
    assert free(option, day=TUESDAY + timedelta(days=1))[0] == "09:00"


def test_an_override_without_times_is_a_day_off(option: ServiceOption, therapist: Therapist) -> None:
    OverrideHours.objects.create(therapist=therapist, date=TUESDAY)
    assert free(option) == []


def test_time_off_and_closures_take_their_part(option: ServiceOption, therapist: Therapist, at: At) -> None:
    TimeOff.objects.create(therapist=therapist, period=DateTimeTZRange(at(24, 9), at(24, 12)))
    Closure.objects.create(name="Early closing", period=DateTimeTZRange(at(24, 14), at(25)))
    assert free(option) == ["13:00"]


def test_hours_hold_from_their_first_to_their_last_date(option: ServiceOption) -> None:
    therapist = make_therapist(options=[option])
    WeeklyHours.objects.create(
        therapist=therapist, weekday=1, start=540, end=600, valid_from=TUESDAY, valid_until=TUESDAY
    )
    found = availability.free_times(option=option, first_date=TUESDAY - timedelta(days=1), days=60)
    assert [f"{day}" for day in found.by_date()] == ["2026-11-24"]


def test_every_other_week_counts_from_the_first_date(option: ServiceOption) -> None:
    therapist = make_therapist(options=[option])
    WeeklyHours.objects.create(
        therapist=therapist, weekday=1, start=540, end=600, every=2, valid_from=TUESDAY
    )
    found = availability.free_times(option=option, first_date=TUESDAY, days=35)
    assert [f"{day}" for day in found.by_date()] == ["2026-11-24", "2026-12-08", "2026-12-22"]


def test_a_room_that_is_full_takes_the_time_from_everybody(
    option: ServiceOption, therapist: Therapist, room: Room, at: At
) -> None:
    other = make_therapist(options=[option])
    make_weekly_hours(therapist=other)
    make_appointment(therapist=therapist, option=option, room=room, start=at(24, 10))
    assert "10:00" not in free(option, other)
    option.rooms.add(make_room())
    assert "10:00" in free(option, other)


def test_a_room_out_of_use_holds_nobody(option: ServiceOption, therapist: Therapist, room: Room) -> None:
    room.in_use = False
    room.save()
    assert free(option) == []


def test_an_option_has_its_own_notice_and_horizon(option: ServiceOption, therapist: Therapist) -> None:
    option.lead_minutes, option.horizon_days = 24 * 60, 2
    option.save()
    found = availability.free_times(option=option, first_date=TUESDAY - timedelta(days=1), days=30)
    assert [f"{day}" for day in found.by_date()] == ["2026-11-24", "2026-11-25"]


def test_the_desk_sets_the_step(option: ServiceOption, therapist: Therapist) -> None:
    ClinicPolicy.objects.create(step_minutes=60)
    assert free(option) == ["09:00", "10:00", "11:00", "13:00", "14:00", "15:00", "16:00"]


def test_what_cannot_be_booked_has_no_times(option: ServiceOption, therapist: Therapist) -> None:
    therapist.bookable = False
    therapist.save()
    assert free(option) == []
    therapist.bookable = True
    therapist.save()
    option.bookable = False
    assert free(option) == []


def test_all_that_is_shown_is_accepted_and_nothing_else(
    option: ServiceOption, therapist: Therapist, room: Room, at: At
) -> None:
    make_appointment(therapist=therapist, option=option, room=room, start=at(24, 14))
    found = availability.free_times(option=option, first_date=TUESDAY, days=1)
    shown = {start for start, _ in found.starts}
    accepted = set()
    for minute in range(24 * 60):
        start = at(24) + timedelta(minutes=minute)
        try:
            availability.choices_at(option=option, therapist=None, start=start)
        except (TimeJustGoneError, TimeNotOfferedError):
            continue
        accepted.add(int(start.timestamp()))
    assert accepted == shown
    assert shown


def test_why_not_this_time(option: ServiceOption, therapist: Therapist, at: At) -> None:
    taken = make_appointment(therapist=therapist, option=option, start=at(24, 10))
    [reason] = availability.explain(option=option, therapist=therapist, start=at(24, 10))
    assert reason.code == ReasonCode.BUSY
    assert reason.interval == (
        int(taken.occupied_from.timestamp()),
        int(taken.occupied_until.timestamp()),
    )
    assert availability.explain(option=option, therapist=therapist, start=at(24, 13)) == []


def test_the_nearest_are_the_nearest_in_time(option: ServiceOption, therapist: Therapist, at: At) -> None:
    # 09:00 |....|  12:00    13:00 |..####=.|  17:00    # asked for 14:00; 11:00 is 3 hours away, 15:15 is 75 minutes
    make_appointment(therapist=therapist, option=option, start=at(24, 14))
    found = availability.nearest(option=option, therapist=therapist, around=at(24, 14), count=3)
    nearest = [at(24, 15, 15), at(24, 15, 30), at(24, 15, 45)]
    assert [datetime.fromtimestamp(start, UTC) for start, _ in found] == nearest


def test_without_the_therapist_the_nearest_are_with_anyone(
    option: ServiceOption, therapist: Therapist, at: At
) -> None:
    never_there = make_therapist(options=[option])
    [(_, who)] = availability.nearest(option=option, therapist=never_there, around=at(24, 9), count=1)
    assert who == (therapist.slug,)


def test_the_window_is_read_from_the_index_alone(option: ServiceOption, therapist: Therapist, at: At) -> None:
    for hour in (9, 11, 14):
        make_appointment(therapist=therapist, option=option, start=at(24, hour))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        cursor.execute("SET LOCAL enable_indexscan = off")  # which leaves the index-only scans
        cursor.execute(f"EXPLAIN {diaries.OCCUPIED_SQL}", {"start": at(24), "end": at(25)})
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Index Only Scan using appointment_diary" in plan
