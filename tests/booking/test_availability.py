"""The bridge between rows and slots."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.test.utils import CaptureQueriesContext

from booking import availability, diaries
from booking.enums import BLOCKING, AppointmentStatus
from booking.exceptions import TimeJustGoneError, TimeNotOfferedError
from booking.models import ClinicPolicy, Closure, OverrideHours, TimeOff, WeeklyHours
from booking.question import ReasonCode
from services.models import Room, ServiceOption, Therapist
from tests.factories.booking import (
    make_appointment,
    make_hold,
    make_offered_hours,
    make_override_hours,
    make_weekly_hours,
    make_working_day,
)
from tests.factories.services import make_option, make_room, make_therapist

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

At = Callable[..., datetime]
TUESDAY = date(2026, 11, 24)


def free(option: ServiceOption, therapist: Therapist | None = None, day: date = TUESDAY) -> list[str]:
    """The wall times of a date's free starts."""
    found = availability.free_times(option=option, therapist=therapist, first_date=day, days=1)
    return [f"{datetime.fromtimestamp(start, found.zone):%H:%M}" for start, _ in found.starts]


def codes(option: ServiceOption, therapist: Therapist, start: datetime) -> list[ReasonCode]:
    """Why the start is not free."""
    reasons = availability.explain(option=option, therapist=therapist, start=start)
    return [reason.code for reason in reasons]


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


# Every rule that the desk can set, read from its rows. The day is 9 to 12 and 1 to 5; a visit has 60 + 15 minutes.


def test_extra_hours_come_on_top(option: ServiceOption, therapist: Therapist) -> None:
    make_override_hours(therapist=therapist, on=TUESDAY, stretches=[("17:00", "18:00")], extra=True)
    assert free(option)[-4:] == ["16:15", "16:30", "16:45", "17:00"]
    assert "09:00" in free(option)


def test_a_hold_takes_its_time_until_it_is_released(
    option: ServiceOption, therapist: Therapist, at: At, clock: time_machine.Traveller
) -> None:
    make_hold(therapist=therapist, start=at(24, 9), end=at(24, 17), released_at=at(23, 15))
    assert codes(option, therapist, at(24, 10)) == [ReasonCode.ON_HOLD]
    with pytest.raises(TimeNotOfferedError):
        availability.choices_at(option=option, therapist=therapist, start=at(24, 10))
    assert free(option) == []
    clock.move_to(at(23, 15))
    assert "10:00" in free(option)


def test_an_option_is_offered_in_its_own_hours(option: ServiceOption, therapist: Therapist, at: At) -> None:
    make_offered_hours(option=option, weekday=1, stretch=("13:00", "14:15"))
    assert free(option) == ["13:00", "13:15"]
    assert free(option, day=TUESDAY + timedelta(days=1)) == []
    assert codes(option, therapist, at(24, 10)) == [ReasonCode.NOT_OFFERED]


def test_an_option_has_a_most_a_day_with_everybody_together(
    option: ServiceOption, therapist: Therapist, at: At
) -> None:
    option.most_a_day = 2
    option.save()
    other = make_therapist(options=[option])
    make_weekly_hours(therapist=other)
    make_appointment(therapist=therapist, option=option, start=at(24, 9))
    make_appointment(therapist=therapist, option=make_option(), start=at(24, 14))  # is another option
    make_appointment(therapist=other, option=option, start=at(24, 16), status=AppointmentStatus.CANCELLED)
    assert "11:00" in free(option, other)
    make_appointment(therapist=other, option=option, start=at(24, 13))
    assert free(option) == []
    assert codes(option, therapist, at(24, 11)) == [ReasonCode.OPTION_FULL]
    with pytest.raises(TimeJustGoneError):
        availability.choices_at(option=option, therapist=therapist, start=at(24, 11))


def test_a_therapist_has_a_most_a_day(option: ServiceOption, therapist: Therapist, at: At) -> None:
    make_working_day(therapist=therapist, most_visits=1)
    make_appointment(therapist=therapist, option=make_option(), start=at(24, 14))
    assert free(option) == []
    assert codes(option, therapist, at(24, 9)) == [ReasonCode.DAY_FULL]
    assert "09:00" in free(option, day=TUESDAY + timedelta(days=1))


def test_a_break_floats_between_its_times(option: ServiceOption, therapist: Therapist, at: At) -> None:
    # Half an hour between 2 and 4: a visit from 2:15 leaves 15 minutes before it and 30 after it.
    make_working_day(therapist=therapist, pause=("14:00", "16:00", 30))
    assert "14:15" in free(option)
    make_appointment(therapist=therapist, option=option, start=at(24, 14, 30))  # until 3:45 with its buffer
    assert codes(option, therapist, at(24, 13)) == [ReasonCode.BREAK]
    assert free(option)[-3:] == ["11:00", "15:45", "16:00"]


def test_the_policy_leaves_no_gap_that_nobody_can_book(
    option: ServiceOption, therapist: Therapist, at: At
) -> None:
    # 09:00 |............| 12:00 13:00 |................| 17:00: 75 minutes are the shortest that can be sold.
    ClinicPolicy.objects.create(offers=ClinicPolicy.Offers.NO_GAPS)
    assert free(option) == ["09:00", "10:45", "11:00", "13:00", "14:15", "14:30", "15:45", "16:00"]
    assert codes(option, therapist, at(24, 9, 15)) == [ReasonCode.GAP]
    ClinicPolicy.objects.update(shortest_gap=15)
    assert len(free(option)) == 22


def test_anyone_is_whose_day_loses_least(option: ServiceOption, therapist: Therapist, at: At) -> None:
    # From 9:45 on, 60 minutes before noon are lost with both. With the one who is free since 9, 45 minutes more are.
    other = make_therapist(options=[option])
    make_weekly_hours(therapist=other)
    make_appointment(therapist=other, option=make_option(minutes=30), start=at(24, 9))
    ClinicPolicy.objects.create(shortest_gap=75)
    [first, second] = availability.choices_at(option=option, therapist=None, start=at(24, 9, 45))
    assert (first.therapist_id, second.therapist_id) == (other.pk, therapist.pk)


def test_an_appointment_that_moves_is_not_in_its_own_way(
    option: ServiceOption, therapist: Therapist, at: At
) -> None:
    option.most_a_day = 1
    option.save()
    make_working_day(therapist=therapist, most_visits=1)
    moving = make_appointment(therapist=therapist, option=option, start=at(24, 10))
    assert free(option) == []
    found = availability.free_times(option=option, first_date=TUESDAY, days=1, moving=moving)
    assert len(found.starts) == 22
    start = at(24, 10, 15)
    assert availability.explain(option=option, therapist=therapist, start=start, moving=moving) == []
    assert availability.choices_at(option=option, therapist=therapist, start=start, moving=moving)
    around = availability.nearest(option=option, therapist=therapist, around=start, count=1, moving=moving)
    assert around == [(int(start.timestamp()), (therapist.slug,))]


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
    with connection.cursor() as cursor:
        for day in range(300):  # so that a window is a small part of the diary
            make_appointment(therapist=therapist, option=option, start=at(24, 9) - timedelta(days=day))
        cursor.execute("ANALYZE booking_appointment")
        cursor.execute(f"EXPLAIN {diaries.OCCUPIED_SQL}", {"start": at(24), "end": at(25)})
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Index Only Scan using appointment_diary" in plan


@pytest.mark.parametrize("lead", [0, 60])
def test_what_is_remembered_is_what_would_be_worked_out(
    option: ServiceOption, therapist: Therapist, at: At, clock: time_machine.Traveller, lead: int
) -> None:
    # 09:00 |..!....  # the clock goes over a start; what was listed a moment before must not be listed after it
    ClinicPolicy.objects.update_or_create(defaults={"step_minutes": 15, "lead_minutes": lead})
    seen = set()
    for second in (-61, -60, -59, -1, 0, 0.000001, 1, 59, 60, 61):
        clock.move_to(at(24, 9) + timedelta(seconds=second))
        for _ in range(2):
            named = availability.free_times_named(
                option=option.slug, therapist=None, first_date=TUESDAY, days=2
            )
            worked_out = availability.free_times(option=option, first_date=TUESDAY, days=2)
            assert named == worked_out
        seen.add(named.starts[0][0])
    assert len(seen) > 1
    listed = len(named.starts)
    make_appointment(therapist=therapist, option=option, start=at(24, 15))
    named = availability.free_times_named(option=option.slug, therapist=None, first_date=TUESDAY, days=2)
    assert named == availability.free_times(option=option, first_date=TUESDAY, days=2)
    assert len(named.starts) < listed
