"""Series of visits: what a plan says of each, and that booking takes all of them or none."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from booking import availability, lifecycle, series
from booking.enums import AppointmentStatus, NotificationKind
from booking.exceptions import TherapistNotOfferedError, VisitJustGoneError
from booking.models import Appointment, AppointmentEvent, ClinicPolicy, Notification
from services.models import Room, ServiceOption, Therapist
from tests.conftest import NEW_YORK
from tests.factories.booking import make_appointment, make_closure, make_time_off, make_weekly_hours
from tests.factories.services import make_option, make_room, make_therapist
from tests.jobrunner import forget_jobs

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

At = Callable[..., datetime]
SOMEBODY = lifecycle.Contact(name="Sam Sample", email="sam@example.test")
WEEK = timedelta(weeks=1)


def planned(
    option: ServiceOption,
    therapist: Therapist,
    first: datetime,
    visits: int = 4,
    every: int = 1,
    **more: object,
) -> list[series.PlannedVisit]:
    return series.plan(
        option=option,
        therapist=therapist,
        first_start=first,
        visits=visits,
        every_weeks=every,
        **more,  # type: ignore[arg-type]
    )


def book(
    option: ServiceOption,
    therapist: Therapist,
    starts: list[datetime],
    *,
    room: Room | None = None,
    key: uuid.UUID | None = None,
    user: User | None = None,
) -> list[Appointment]:
    return series.book_series(
        option=option,
        therapist=therapist,
        room=room,
        starts=starts,
        contact=SOMEBODY,
        user=user,
        request_key=key or uuid.uuid4(),
    )


def clocks_of(visits: list[series.PlannedVisit]) -> list[str]:
    """What the clinic's wall shows at each start."""
    return [f"{visit.start.astimezone(NEW_YORK):%d %b %H:%M %Z}" if visit.start else "" for visit in visits]


def numbers_in_the_way(visits: list[series.PlannedVisit]) -> list[int]:
    return [visit.number for visit in visits if not visit.free]


# The plan


@pytest.mark.parametrize(
    ("first", "every", "shown"),
    [
        (
            datetime(2027, 3, 2, 10, tzinfo=NEW_YORK),
            1,
            ["02 Mar 10:00 EST", "09 Mar 10:00 EST", "16 Mar 10:00 EDT", "23 Mar 10:00 EDT"],
        ),
        (
            datetime(2027, 10, 26, 10, tzinfo=NEW_YORK),
            2,
            ["26 Oct 10:00 EDT", "09 Nov 10:00 EST", "23 Nov 10:00 EST", "07 Dec 10:00 EST"],
        ),
    ],
    ids=["forward", "back"],
)
def test_the_wall_time_stays_when_the_clocks_change(
    option: ServiceOption, therapist: Therapist, first: datetime, every: int, shown: list[str]
) -> None:
    visits = planned(option, therapist, first, every=every)
    assert clocks_of(visits) == shown
    assert all(visit.free for visit in visits)


def test_a_time_that_the_clocks_skip_is_in_conflict_and_one_shown_twice_is_the_first(
    option: ServiceOption,
) -> None:
    therapist = make_therapist(options=[option])
    make_weekly_hours(therapist=therapist, weekdays=[6], stretches=[("00:00", "06:00")])
    skipped = planned(option, therapist, datetime(2027, 3, 7, 2, 30, tzinfo=NEW_YORK), visits=2)[1]
    assert skipped.start is None
    assert not skipped.may_stay
    assert skipped.reasons == ("The clocks go forward that night and skip this time: it does not exist.",)
    assert [f"{each.astimezone(NEW_YORK):%d %H:%M %Z}" for each in skipped.alternatives] == [
        "14 01:45 EST",
        "14 03:00 EDT",
    ]
    twice = planned(option, therapist, datetime(2027, 10, 31, 1, 30, tzinfo=NEW_YORK), visits=3)
    assert clocks_of(twice) == ["31 Oct 01:30 EDT", "07 Nov 01:30 EDT", "14 Nov 01:30 EST"]


def test_what_is_in_the_way_is_named_with_times_near_it(
    option: ServiceOption, therapist: Therapist, at: At
) -> None:
    there = make_appointment(therapist=therapist, option=option, start=at(24, 10) + 2 * WEEK)
    visits = planned(option, therapist, at(24, 10))
    assert numbers_in_the_way(visits) == [3]
    third = visits[2]
    assert f"({there.reference})" in third.reasons[0]
    assert not third.may_stay
    # On the 8th nothing fits before the visit at 10, nor before the break; then 10 on the days around.
    assert [f"{each.astimezone(NEW_YORK):%a %d %H:%M}" for each in third.alternatives] == [
        "Mon 07 10:00",
        "Tue 08 13:00",
        "Wed 09 10:00",
        "Thu 10 10:00",
        "Fri 11 10:00",
    ]


def test_the_alternatives_are_free_and_stay_in_the_week(
    option: ServiceOption, therapist: Therapist, at: At
) -> None:
    wanted = at(24, 10) + WEEK
    make_appointment(therapist=therapist, option=option, start=wanted)
    make_time_off(therapist=therapist, start=wanted - timedelta(days=3), end=wanted - timedelta(hours=1))
    second = planned(option, therapist, at(24, 10), visits=2)[1]
    assert second.alternatives
    for start in second.alternatives:
        assert abs(start - wanted) < timedelta(days=4)
        assert availability.explain(option=option, therapist=therapist, start=start) == []


def test_one_that_was_chosen_before_is_offered_while_it_is_free(
    option: ServiceOption, therapist: Therapist, at: At
) -> None:
    make_appointment(therapist=therapist, option=option, start=at(24, 10) + WEEK)
    chosen = at(24, 15, 45) + WEEK

    def offered() -> bool:
        [_, second] = planned(option, therapist, at(24, 10), visits=2, chosen={2: chosen})
        return chosen in second.alternatives

    assert chosen not in planned(option, therapist, at(24, 10), visits=2)[1].alternatives
    assert offered()
    make_appointment(therapist=therapist, option=option, start=chosen)
    assert not offered()


def test_closures_and_hours_may_be_overridden_and_appointments_not(
    option: ServiceOption, therapist: Therapist, at: At
) -> None:
    make_closure(start=at(24) + WEEK, end=at(25) + WEEK)
    make_appointment(therapist=therapist, option=option, start=at(24, 10) + 2 * WEEK)
    visits = planned(option, therapist, at(24, 10), visits=3)
    assert [(visit.free, visit.may_stay) for visit in visits] == [
        (True, False),
        (False, True),
        (False, False),
    ]
    assert visits[1].reasons[0].startswith("The clinic is closed: ")
    assert numbers_in_the_way(planned(option, therapist, at(24, 18), visits=2)) == [1, 2]


def test_the_websites_limits_do_not_bind_the_desk(
    option: ServiceOption, therapist: Therapist, at: At
) -> None:
    ClinicPolicy.objects.create(step_minutes=30, lead_minutes=7 * 24 * 60, horizon_days=10)
    ServiceOption.objects.filter(pk=option.pk).update(bookable=False)
    option.refresh_from_db()
    assert numbers_in_the_way(planned(option, therapist, at(23, 10, 5), visits=20, every=4)) == []
    option.refresh_from_db()
    assert (option.bookable, option.lead_minutes, option.horizon_days) == (False, None, None)


def test_a_room_that_is_taken_is_in_the_way_only_where_it_is_wanted(
    option: ServiceOption, therapist: Therapist, room: Room, at: At
) -> None:
    other = make_room()
    option.rooms.add(other)
    taken = make_appointment(option=option, room=room, start=at(24, 10) + WEEK)
    assert numbers_in_the_way(planned(option, therapist, at(24, 10), visits=2)) == []
    [_, second] = planned(option, therapist, at(24, 10), visits=2, room=room)
    assert second.reasons == (
        f"{room} is taken: Tuesday 1 December 2026 at 10am to 11:15am ({taken.reference}).",
    )
    assert not second.may_stay
    assert at(24, 10, 30) + WEEK not in second.alternatives
    assert at(24, 11, 15) + WEEK not in second.alternatives  # it would end in the break at noon


def test_a_plan_takes_few_queries(option: ServiceOption, therapist: Therapist, room: Room, at: At) -> None:
    def queries(visits: int) -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            planned(option, therapist, at(24, 10), visits=visits, room=room)
        return len(captured)

    assert queries(4) == queries(26) == 3
    make_appointment(therapist=therapist, option=option, start=at(24, 10) + WEEK)
    assert queries(4) == 7


@pytest.mark.parametrize(("visits", "every"), [(1, 1), (27, 1), (2, 0), (2, 9)])
def test_a_plan_has_its_limits(
    option: ServiceOption, therapist: Therapist, at: At, visits: int, every: int
) -> None:
    with pytest.raises(ValueError, match="2 to 26 visits"):
        planned(option, therapist, at(24, 10), visits=visits, every=every)


# Booking


def test_every_visit_is_booked_with_its_event_and_one_message_for_all(
    option: ServiceOption, therapist: Therapist, room: Room, at: At
) -> None:
    user = User.objects.create_user("frontdesk")
    starts = [at(24, 10) + WEEK * number for number in range(6)]
    key = uuid.uuid4()
    booked = book(option, therapist, starts[::-1], key=key, user=user)
    assert [visit.starts_at for visit in booked] == starts
    assert {(visit.status, visit.series, visit.room) for visit in booked} == {
        (AppointmentStatus.CONFIRMED, key, room)
    }
    assert AppointmentEvent.objects.filter(action="book", user=user).count() == 6
    assert [(told.appointment, told.kind, told.version) for told in Notification.objects.all()] == [
        (booked[0], NotificationKind.SERIES, 1)
    ]
    assert series.members(key) == booked


def test_the_one_visit_that_was_not_left_out_is_told_of_as_any_other(
    option: ServiceOption, therapist: Therapist, at: At
) -> None:
    book(option, therapist, [at(24, 10)])
    assert Notification.objects.get().kind == NotificationKind.CONFIRMED


def test_each_visit_gets_the_first_room_that_is_free(
    option: ServiceOption, therapist: Therapist, room: Room, at: At
) -> None:
    other = make_room()
    option.rooms.add(other)
    make_appointment(option=option, room=room, start=at(24, 10) + WEEK)
    booked = book(option, therapist, [at(24, 10) + WEEK * number for number in range(3)])
    assert [visit.room for visit in booked] == [room, other, room]


def test_one_visit_that_has_gone_takes_all_back_and_is_named(
    option: ServiceOption, therapist: Therapist, at: At
) -> None:
    starts = [at(24, 10) + WEEK * number for number in range(4)]
    make_appointment(therapist=therapist, option=option, start=starts[2])
    with pytest.raises(VisitJustGoneError, match=r"^Tuesday 8 December 2026 at 10am has just gone\.") as gone:
        book(option, therapist, starts)
    assert gone.value.start == starts[2]
    assert Appointment.objects.count() == 1
    assert not AppointmentEvent.objects.exists()
    assert not Notification.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_without_the_one_transaction_some_would_be_left(at: At) -> None:
    """The control of the test above."""
    option = make_option()
    therapist = make_therapist(options=[option])
    starts = [at(24, 10) + WEEK * number for number in range(4)]
    make_appointment(therapist=therapist, option=option, start=starts[2])
    in_pieces = series.book_series.__wrapped__  # type: ignore[attr-defined]
    with pytest.raises(VisitJustGoneError):
        in_pieces(
            option=option,
            therapist=therapist,
            room=None,
            starts=starts,
            contact=SOMEBODY,
            user=None,
            request_key=uuid.uuid4(),
        )
    assert Appointment.objects.count() == 3
    forget_jobs()


def test_the_same_form_twice_makes_one_series(option: ServiceOption, therapist: Therapist, at: At) -> None:
    key = uuid.uuid4()
    starts = [at(24, 10), at(24, 10) + WEEK]
    first = book(option, therapist, starts, key=key)
    assert book(option, therapist, starts, key=key) == first
    assert book(option, make_therapist(options=[option]), [at(25, 10)], key=key) == first
    assert Appointment.objects.count() == 2


def test_who_does_not_give_the_option_gives_no_series(option: ServiceOption, at: At) -> None:
    with pytest.raises(TherapistNotOfferedError):
        book(option, make_therapist(), [at(24, 10)])


def test_an_option_whose_rooms_are_out_of_use_is_not_booked(
    option: ServiceOption, therapist: Therapist, room: Room, at: At
) -> None:
    Room.objects.update(in_use=False)
    with pytest.raises(VisitJustGoneError):
        book(option, therapist, [at(24, 10)])
