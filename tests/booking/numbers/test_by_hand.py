"""Every number against a small clinic that is worked out by hand."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from time_machine import Traveller

from booking.enums import Actor, AppointmentStatus, OfferState, Source, WaitingState
from booking.models import Appointment, AppointmentEvent, Offer
from booking.numbers import period, report
from booking.numbers.report import Report
from flexclinic.lib import clock as clinic_clock
from flexclinic.lib.tables import Value
from services.models import ServiceOption, Therapist
from tests.factories.booking import (
    make_appointment,
    make_closure,
    make_override_hours,
    make_time_off,
    make_weekly_hours,
)
from tests.factories.services import make_option, make_room, make_therapist
from tests.factories.waiting import make_place

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.django_db]

At = Callable[..., datetime]
WEEK = period.by_hand(date(2026, 11, 16), date(2026, 11, 22))  # Monday to Sunday, before the clock's Monday


def rows_of(found: Report, key: str) -> dict[Value, list[Value]]:
    """The rows of a table by their name."""
    [table] = [table for table in found.tables() if table.key == key]
    for row in table.rows:
        assert len(row) == len(table.columns)
    return {row[0]: list(row[1:]) for row in table.rows}


def summary_of(found: Report) -> dict[Value, tuple[Any, Any]]:
    """This period and the period before, by the number's name."""
    return {name: (row[1], row[2]) for name, row in rows_of(found, "summary").items()}


def event(
    appointment: Appointment, *, at: datetime, actor: str, action: str = "cancel", version: int = 2
) -> None:
    """What `lifecycle` would have written."""
    AppointmentEvent.objects.create(
        appointment=appointment,
        action=action,
        from_status="confirmed",
        to_status=appointment.status,
        version=version,
        at=at,
        actor=actor,
        visit=appointment.visit,
        therapist=appointment.therapist,
    )


def make_offer(
    *,
    appointment: Appointment,
    state: str,
    offered_at: datetime,
    minutes: int | None,
    place: dict[str, Any] | None = None,
) -> Offer:
    """An offer with its place, answered after so many minutes."""
    return Offer.objects.create(
        appointment=appointment,
        place=make_place(option=appointment.option, **(place or {})),
        offered_at=offered_at,
        expires_at=offered_at + timedelta(hours=2),
        state=state,
        answered_at=None if minutes is None else offered_at + timedelta(minutes=minutes),
    )


@pytest.fixture
def hour(db: None) -> ServiceOption:
    """An hour for $100, with 15 minutes after it."""
    return make_option(name="Hour", price=100)


@pytest.fixture
def ana(hour: ServiceOption) -> Therapist:
    """Monday to Friday from 9 to 12 and from 1 to 5: 7 hours a day."""
    ana = make_therapist(name="Ana", options=[hour])
    make_weekly_hours(therapist=ana)
    return ana


@pytest.fixture
def ben(hour: ServiceOption) -> Therapist:
    """Mondays from 9 to 12."""
    ben = make_therapist(name="Ben", options=[hour])
    make_weekly_hours(therapist=ben, weekdays=[0], stretches=[("09:00", "12:00")])
    return ben


def test_utilization_of_a_week(ana: Therapist, ben: Therapist, hour: ServiceOption, at: At) -> None:
    # Ana: 35 hours; less Tuesday (no hours), less Wednesday 9 to 10 off, Thursday closed from 3 to 5, and on Friday two
    # more from 5 to 7: 35 - 7 - 1 - 2 + 2 = 27 hours. Ben: 3 hours.
    make_override_hours(therapist=ana, on=date(2026, 11, 17))
    make_time_off(therapist=ana, start=at(18, 8), end=at(18, 10))
    make_closure(start=at(19, 15), end=at(19, 18))
    make_override_hours(therapist=ana, on=date(2026, 11, 20), stretches=[("17:00", "19:00")], extra=True)
    harbor = make_room(name="Harbor")
    make_room(name="Unused", in_use=False)
    book: dict[str, Any] = {"option": hour, "therapist": ana}
    make_appointment(start=at(16, 9), status="completed", room=harbor, **book)
    make_appointment(start=at(16, 10, 30), status="confirmed", room=harbor, **book)
    make_appointment(start=at(18, 10), status="requested", **book)
    for status in ("cancelled", "no_show", "offered", "declined", "expired"):
        make_appointment(start=at(18, 13), status=status, **book)
    make_appointment(start=at(16, 9), status="arrived", option=hour, therapist=ben)
    make_appointment(start=at(16, 10, 15), status="completed", option=hour, therapist=ben)
    # The week before: Ben had one of his three hours.
    make_appointment(start=at(9, 9), status="completed", option=hour, therapist=ben)

    found = report.of(WEEK)

    assert rows_of(found, "by-therapist") == {
        "Ana": [27, 3, pytest.approx(3 / 27), 0],
        "Ben": [3, 2, pytest.approx(2 / 3), pytest.approx(1 / 3)],
    }
    assert summary_of(found)["Utilization"] == (pytest.approx(5 / 30), pytest.approx(1 / 38))
    # Somebody worked for Ana's 27 hours, in which Ben's lie.
    assert rows_of(found, "by-room") == {
        "Harbor": [27, 2, pytest.approx(2 / 27), 0],
        "No room": [None, 3, None, None],
    }
    assert rows_of(found, "by-weekday") == {
        "Monday": [10, 4, 0.4, pytest.approx(0.1)],
        "Wednesday": [6, 1, pytest.approx(1 / 6), 0],
        "Thursday": [5, 0, 0, 0],
        "Friday": [9, 0, 0, 0],
    }
    hours = rows_of(found, "by-hour")
    assert list(hours) == ["9am", "10am", "11am", "12 noon", "1pm", "2pm", "3pm", "4pm", "5pm", "6pm"]
    # Monday at 10, of two hours: Ana's half hour from 10:30, and Ben's 45 minutes from 10:15.
    assert hours["10am"] == [pytest.approx(1.25 / 2), None, 1, 0, 0, None, None]
    assert hours["9am"][:3] == [1, None, None]
    assert hours["12 noon"] == [None] * 7
    assert hours["6pm"] == [None, None, None, None, 0, None, None]
    days = rows_of(found, "over-time")
    assert days[date(2026, 11, 16)] == [10, 4, 0.4]
    assert date(2026, 11, 17) not in days


def test_a_visit_outside_the_hours_counts_and_is_said(ana: Therapist, hour: ServiceOption, at: At) -> None:
    make_appointment(option=hour, therapist=ana, start=at(21, 9, 30), status="completed")
    found = report.of(WEEK)
    assert rows_of(found, "by-weekday")["Saturday"] == [0, 1, None, None]
    assert rows_of(found, "by-hour")["9am"][5] == "No hours"
    assert rows_of(found, "by-therapist")["Ana"][1] == 1


def test_hours_of_who_left_count_only_where_they_had_visits(
    ana: Therapist, hour: ServiceOption, at: At
) -> None:
    ana.bookable = False
    ana.save()
    assert rows_of(report.of(WEEK), "by-therapist") == {}
    make_appointment(option=hour, therapist=ana, start=at(16, 9), status="completed")
    assert rows_of(report.of(WEEK), "by-therapist") == {"Ana": [35, 1, pytest.approx(1 / 35), None]}


def test_no_shows_outcomes_lead_time_and_value(
    ana: Therapist, ben: Therapist, hour: ServiceOption, at: At
) -> None:
    short = make_option(
        service=hour.service, name="Half hour", minutes=30, price=Decimal("49.50"), buffer_after=0
    )

    def made(start: datetime, status: str, days: int, *, first: bool = False, **more: Any) -> Appointment:
        return make_appointment(
            start=start,
            status=status,
            created_at=start - timedelta(days=days, hours=1),
            first_visit=first,
            **{"option": hour, "therapist": ana, **more},
        )

    made(at(16, 9), "completed", 0)
    made(at(16, 13), "no_show", 10, first=True)
    made(at(17, 9), "arrived", 3, first=True)
    made(at(18, 9), "confirmed", 1)  # over, and nobody said how
    made(at(19, 9), "completed", 70, option=short)
    made(at(20, 9), "cancelled", 5)
    made(at(20, 9), "declined", 5)
    made(at(20, 10), "requested", 5, therapist=ben)
    made(at(16, 9), "no_show", 40, therapist=ben)
    made(at(9, 9), "no_show", 2, therapist=ben)
    made(at(9, 10, 30), "completed", 2, therapist=ben)

    found = report.of(WEEK)

    assert rows_of(found, "no-shows-by-therapist") == {
        "Ana": [4, 1, 0.25, None],
        "Ben": [1, 1, 1, 0.5],
    }
    assert rows_of(found, "no-shows-by-lead") == {
        "Same day": [1, 0, 0, None],
        "2–3 days": [1, 0, 0, 0.5],
        "8–14 days": [1, 1, 1, None],
        "31–60 days": [1, 1, 1, None],
        "61 days or more": [1, 0, 0, None],
    }
    assert rows_of(found, "no-shows-by-first") == {
        "First visits": [2, 1, 0.5, None],
        "Returning patients": [3, 1, pytest.approx(1 / 3), 0.5],
    }
    assert rows_of(found, "outcomes") == {
        "Requested": [1, pytest.approx(1 / 9), 0],
        "Confirmed": [1, pytest.approx(1 / 9), 0],
        "Arrived": [1, pytest.approx(1 / 9), 0],
        "Completed": [2, pytest.approx(2 / 9), 1],
        "Did not come": [2, pytest.approx(2 / 9), 1],
        "Declined": [1, pytest.approx(1 / 9), 0],
        "Cancelled": [1, pytest.approx(1 / 9), 0],
    }
    # Days ahead of what took or keeps place, and of no-shows: 0, 1, 3, 5, 10, 40, 70
    leads = rows_of(found, "lead-time")
    assert {name: row[0] for name, row in leads.items() if row[0]} == {
        "Same day": 1, "1 day": 1, "2–3 days": 1, "4–7 days": 1, "8–14 days": 1, "31–60 days": 1, "61 days or more": 1,
    }  # fmt: skip
    assert leads["2–3 days"] == [1, pytest.approx(1 / 7), 2]
    short_name, hour_name = f"{short}", f"{hour}"
    assert rows_of(found, "value-by-option") == {
        hour_name: [4, 1, 200, 400, 100],
        short_name: [1, 0, Decimal("49.50"), Decimal("49.50"), 0],
    }
    numbers = summary_of(found)
    assert numbers["Visits"] == (5, 1)
    assert numbers["First visits"] == (1, 0)
    assert numbers["Value of visits"] == (Decimal("449.50"), 100)
    assert numbers["No-show rate"] == (pytest.approx(2 / 5), 0.5)
    assert numbers["Cancellation rate"] == (pytest.approx(1 / 9), 0)
    assert numbers["Lead time (median)"] == (5, 2)
    [section] = [section for section in found.sections if section.key == "no-shows"]
    assert section.note.startswith("1 visit is over and was not marked")


def test_cancellations_and_what_filled_the_time(ana: Therapist, hour: ServiceOption, at: At) -> None:
    book: dict[str, Any] = {"option": hour, "therapist": ana}
    for start, before, actor in (
        (at(16, 9), timedelta(days=8), Actor.PATIENT),
        (at(17, 9), timedelta(hours=3), Actor.PATIENT),
        (at(18, 9), timedelta(hours=1), Actor.DESK),
        (at(19, 9), timedelta(hours=24), Actor.SYSTEM),
        (at(20, 9), -timedelta(minutes=5), Actor.DESK),
    ):
        event(make_appointment(start=start, status="cancelled", **book), at=start - before, actor=actor)
    twice = make_appointment(start=at(20, 13), status="cancelled", **book)
    event(twice, at=at(12, 13), actor=Actor.DESK)
    event(twice, at=at(18, 13), actor=Actor.PATIENT, version=5)  # taken back in between: the last one counts
    make_appointment(start=at(20, 15), status="cancelled", **book)  # without history
    refused = make_appointment(start=at(20, 11), status="cancelled", source=Source.WAITING, **book)
    make_offer(appointment=refused, state=OfferState.DECLINED, offered_at=at(15, 9), minutes=5)
    # Half of Monday's hour, all of Tuesday's.
    make_appointment(start=at(16, 9, 30), status="completed", **book)
    make_appointment(start=at(17, 9), status="confirmed", **book)
    other = make_therapist(name="Other", options=[hour])
    make_appointment(start=at(18, 9), status="confirmed", option=hour, therapist=other)

    found = report.of(WEEK)

    columns = [column.title for column in next(t for t in found.tables() if t.key == "cancellations").columns]
    assert columns == [
        "Notice", "By the patient", "By the front desk", "For an earlier time", "Not recorded", "Cancelled",
        "Period before",
    ]  # fmt: skip
    assert rows_of(found, "cancellations") == {
        "After the start": [0, 1, 0, 0, 1, 0],
        "Under 2 hours before": [0, 1, 0, 0, 1, 0],
        "2 to 24 hours before": [1, 0, 0, 0, 1, 0],
        "24 to 48 hours before": [0, 0, 1, 0, 1, 0],
        "2 to 7 days before": [1, 0, 0, 0, 1, 0],
        "7 days or more before": [1, 0, 0, 0, 1, 0],
        "Not recorded": [0, 0, 0, 1, 1, 0],
    }
    assert rows_of(found, "filled-again")["This period"] == [7, 1.5, pytest.approx(1.5 / 7)]
    assert summary_of(found)["Freed time filled again"] == (pytest.approx(1.5 / 7), None)
    assert summary_of(found)["Cancellation rate"][0] == pytest.approx(7 / 10)


def test_where_bookings_come_from(ana: Therapist, hour: ServiceOption, at: At) -> None:
    book: dict[str, Any] = {"option": hour, "therapist": ana}
    make_appointment(start=at(26, 9), created_at=at(16, 0), source=Source.WEB, **book)
    make_appointment(
        start=at(26, 9), created_at=at(22, 23, 59), source=Source.WEB, status="cancelled", **book
    )
    make_appointment(start=at(26, 13), created_at=at(18, 9), source=Source.DESK, status="confirmed", **book)
    make_appointment(start=at(27, 13), created_at=at(23, 0), source=Source.DESK, status="confirmed", **book)
    make_appointment(
        start=at(30, 13), created_at=at(15, 23, 59), source=Source.DESK, status="confirmed", **book
    )
    for hours, state, status in ((9, OfferState.ACCEPTED, "confirmed"), (11, OfferState.OPEN, "offered")):
        offered = make_appointment(
            start=at(25, hours), created_at=at(20, 9), source=Source.WAITING, status=status, **book
        )
        make_offer(appointment=offered, state=state, offered_at=at(20, 9), minutes=None)

    found = report.of(WEEK)

    assert rows_of(found, "by-source") == {
        "Website": [2, 0.5, 0],
        "Front desk": [1, 0.25, 1],
        "Waiting list": [1, 0.25, 0],
    }
    assert rows_of(found, "by-option") == {f"{hour}": [2, 1, 1, 4, 1]}
    assert summary_of(found)["Bookings made"] == (4, 1)


def test_the_waiting_list(ana: Therapist, hour: ServiceOption, at: At) -> None:
    def offered(day: int, state: str, minutes: int | None, at_: datetime, status: str, place: str) -> None:
        appointment = make_appointment(
            option=hour, therapist=ana, start=at(day, 9), source=Source.WAITING, status=status
        )
        make_offer(
            appointment=appointment,
            state=state,
            offered_at=at_,
            minutes=minutes,
            place={"state": place, "joined_at": at_ - timedelta(hours=1)},
        )

    # Thursday's time: silent for two hours, then taken 30 minutes later by the next: 150 minutes to fill.
    offered(26, OfferState.EXPIRED, 120, at(16, 9), AppointmentStatus.EXPIRED, WaitingState.WAITING)
    offered(26, OfferState.ACCEPTED, 30, at(16, 11), AppointmentStatus.CONFIRMED, WaitingState.TAKEN)
    # Friday's time: taken after 50 minutes. The median of 150 and 50 is 100.
    offered(27, OfferState.ACCEPTED, 50, at(17, 9), AppointmentStatus.CONFIRMED, WaitingState.TAKEN)
    offered(30, OfferState.DECLINED, 5, at(18, 9), AppointmentStatus.CANCELLED, WaitingState.LEFT)
    # Before.
    offered(25, OfferState.DECLINED, 5, at(10, 9), AppointmentStatus.CANCELLED, WaitingState.LEFT)

    found = report.of(WEEK)

    assert {name: row for name, row in rows_of(found, "waiting-places").items() if any(row)} == {
        "Waiting": [1, 0.25, 0],
        "Took a time": [2, 0.5, 0],
        "Left the list": [1, 0.25, 1],
    }
    assert {name: row for name, row in rows_of(found, "waiting-offers").items() if any(row)} == {
        "Accepted": [2, 0.5, 0],
        "Not wanted": [1, 0.25, 1],
        "No answer in time": [1, 0.25, 0],
    }
    assert rows_of(found, "time-to-fill") == {"This period": [2, 100], "Period before": [0, None]}
    assert summary_of(found)["Waiting-list success"] == (0.5, 0)


@pytest.mark.parametrize(
    ("day", "worked", "taken"),
    [
        # 1 November 2026: the clock goes from 2am back to 1am. Hours from midnight to 3am are 4 hours.
        (date(2026, 11, 1), {"12 midnight": 1.0, "1am": 2.0, "2am": 1.0}, {"1am": 1.5, "2am": 0.5}),
        # 14 March 2027: there is no 2am. The same hours are 2 hours.
        (date(2027, 3, 14), {"12 midnight": 1.0, "1am": 1.0}, {"1am": 0.5, "3am": 1.0, "4am": 0.5}),
    ],
)
def test_nights_in_which_the_clocks_change(
    clock: Traveller, day: date, worked: dict[str, float], taken: dict[str, float]
) -> None:
    """A visit of two elapsed hours from 1:30am (the first of the two) counts in the hours that the wall shows."""
    option = make_option(minutes=120)
    therapist = make_therapist(name="Night", options=[option])
    make_weekly_hours(therapist=therapist, weekdays=[6], stretches=[("00:00", "03:00")])
    start = datetime(day.year, day.month, day.day, 1, 30, tzinfo=clinic_clock.clinic_zone()).astimezone(UTC)
    make_appointment(option=option, therapist=therapist, start=start, status="confirmed")
    clock.move_to(start)

    found = report.of(period.by_hand(day, day))

    assert rows_of(found, "by-therapist")["Night"][:2] == [sum(worked.values()), 2]
    hours = rows_of(found, "by-hour")
    for name, share in ((f"{name}", row[6]) for name, row in hours.items()):
        if name in worked:
            assert share == pytest.approx(taken.get(name, 0) / worked[name]), name
        else:
            assert share == ("No hours" if name in taken else None), name
    assert rows_of(found, "over-time")[day][:2] == [sum(worked.values()), 2]


def test_a_visit_over_midnight_counts_on_both_days(hour: ServiceOption, at: At) -> None:
    therapist = make_therapist(name="Late", options=[hour])
    make_weekly_hours(therapist=therapist, weekdays=range(7), stretches=[("22:00", "24:00")])
    make_appointment(option=hour, therapist=therapist, start=at(16, 23, 40), status="confirmed")

    before = report.of(period.by_hand(date(2026, 11, 16), date(2026, 11, 16)))
    after = report.of(period.by_hand(date(2026, 11, 17), date(2026, 11, 17)))

    assert rows_of(before, "by-therapist")["Late"] == [2, pytest.approx(1 / 3), pytest.approx(1 / 6), 0]
    assert rows_of(after, "by-therapist")["Late"] == [
        2, pytest.approx(2 / 3), pytest.approx(1 / 3), pytest.approx(1 / 6),
    ]  # fmt: skip
    assert rows_of(after, "by-hour")["12 midnight"][1] == "No hours"
    # It is one visit, on the day on which it starts.
    assert summary_of(before)["Visits"][0] == 1
    assert summary_of(after)["Visits"][0] == 0


def test_an_empty_clinic_has_nothing_to_divide_by(db: None) -> None:
    found = report.of(WEEK)
    assert found.is_empty
    numbers = summary_of(found)
    assert numbers["Utilization"] == (None, None)
    assert numbers["No-show rate"] == (None, None)
    assert numbers["Value of visits"] == (0, 0)
