"""Whatever patients, the desk and the clock do to the diary, in any order and two at a time, it stays in order.

Hypothesis makes up the sequences. After each step all rows are read, and checked in Python against the words of the
rules: nothing overlaps, no appointment is in a state that the table does not lead to, and its events, replayed, give
exactly what it is. Controls take one protection away each, and the same machine has to find it.
"""

import threading
import uuid
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from booking import lifecycle
from booking.enums import BLOCKING, Actor, AppointmentStatus
from booking.exceptions import BookingError
from booking.lifecycle import writing
from booking.models import Appointment, AppointmentEvent, OverrideHours, TimeOff, WeeklyHours
from booking.transitions import TRANSITIONS, Action
from services.models import ServiceOption, Therapist
from tests.conftest import MONDAY_NINE
from tests.factories.booking import make_override_hours, make_time_off, make_weekly_hours
from tests.factories.services import make_option, make_room, make_therapist
from tests.races.diary import without_exclusion

pytestmark = pytest.mark.django_db(transaction=True)

QUICK = settings(
    max_examples=15, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)
LONG = settings(QUICK, max_examples=60, stateful_step_count=40)
CONTROL = settings(
    QUICK,
    max_examples=200,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    report_multiple_bugs=False,
)

TUESDAY = datetime(2026, 11, 24, 14, tzinfo=UTC)  # 9 in the morning in New York
SOMEBODY = lifecycle.Contact(name="Sam Sample", email="sam@example.test")
#: A few starts, near enough to meet each other: every half hour of a morning.
STARTS = [TUESDAY + timedelta(minutes=30 * number) for number in range(6)]

Act = Callable[[], object]


class Clinic:
    """Three therapists, two rooms, three options: with buffers and a room, with other buffers, and with neither."""

    def __init__(self) -> None:
        self.rooms = [make_room(), make_room()]
        self.options = [
            make_option(rooms=self.rooms, buffer_before=15),
            make_option(
                minutes=30, buffer_after=30, rooms=self.rooms[:1], booking=ServiceOption.Booking.INSTANT
            ),
            make_option(minutes=45, buffer_after=0),
        ]
        self.therapists = [make_therapist(options=self.options) for _ in range(3)]
        self.open()

    def open(self) -> None:
        """The hours that the clinic has at first."""
        for therapist in self.therapists:
            make_weekly_hours(therapist=therapist)

    def reset(self) -> None:
        """Take back everything that an example did. DELETE: with so few rows it takes a tenth of what TRUNCATE does."""
        with connection.cursor() as cursor:
            for table in (
                "procrastinate_events",
                "procrastinate_jobs",
                "booking_notification",
                "booking_appointmentevent",
                "booking_appointment",
                "booking_timeoff",
                "booking_overridehours",
                "booking_weeklyhours",
            ):
                cursor.execute(f"DELETE FROM {table}")
        self.open()


# What has to hold


def no_overlap(appointments: Iterable[Appointment]) -> None:
    """No therapist is in two places, and no room holds two visits."""
    blocking = [one for one in appointments if one.status in BLOCKING]
    for number, one in enumerate(blocking):
        for other in blocking[:number]:
            shares = one.therapist_id == other.therapist_id or (
                one.room_id is not None and one.room_id == other.room_id
            )
            apart = one.occupied.upper <= other.occupied.lower or other.occupied.upper <= one.occupied.lower
            assert apart or not shares, f"overlap of {one.pk} and {other.pk}"


def replays(appointment: Appointment, events: list[AppointmentEvent]) -> None:
    """The events lead, by the table and one version after the other, to what the appointment is."""
    assert [event.version for event in events] == list(range(1, appointment.version + 1)), (
        "an event is missing"
    )
    status = ""
    for number, event in enumerate(events):
        assert event.from_status == status, "the events do not follow from each other"
        if event.version == 1:
            expected = {
                Action.REQUEST: AppointmentStatus.REQUESTED,
                Action.BOOK: AppointmentStatus.CONFIRMED,
                Action.OFFER: AppointmentStatus.OFFERED,
            }[Action(event.action)]
        elif event.action == Action.UNDO:
            undone = events[number - 1]
            assert undone.undo_until is not None, "there was nothing to undo"
            assert event.at < undone.undo_until, "it was too late to undo it"
            assert status in TRANSITIONS[Action.UNDO].sources, "the table does not allow that"
            expected = AppointmentStatus(undone.from_status)
            back = events[number - 2] if number > 1 else undone
            assert (event.visit, event.therapist_id, event.room_id) == (
                back.visit,
                back.therapist_id,
                back.room_id,
            ), "it is not where it was"
        else:
            step = TRANSITIONS[Action(event.action)]
            assert status in step.sources, "the table does not allow that"
            expected = step.target or AppointmentStatus(status)
        assert event.to_status == expected, "the table leads elsewhere"
        status = event.to_status
    last = events[-1]
    assert (last.to_status, last.visit, last.therapist_id, last.room_id) == (
        appointment.status,
        appointment.visit,
        appointment.therapist_id,
        appointment.room_id,
    ), "the history does not lead to the present"
    if appointment.status in {AppointmentStatus.REQUESTED, AppointmentStatus.CONFIRMED}:
        assert (appointment.arrived_at, appointment.in_room_at) == (None, None), "nobody has come"
    option, visit, occupied = appointment.option, appointment.visit, appointment.occupied
    before, after = visit.lower - occupied.lower, occupied.upper - visit.upper
    assert visit.upper - visit.lower == timedelta(minutes=option.minutes)
    assert (before, after) in {
        (timedelta(minutes=option.buffer_before), timedelta(minutes=option.buffer_after)),
        (timedelta(), timedelta()),
    }


# The machine


class Diary(RuleBasedStateMachine):
    """What everybody may do. Whether it is possible at the moment is for the diary to say."""

    clinic: Clinic
    hands: "Hands"

    @initialize()
    def empty(self) -> None:
        self.clinic.reset()

    therapists = st.integers(0, 2)
    options = st.integers(0, 2)
    rooms = st.none() | st.integers(0, 1)
    starts = st.sampled_from(STARTS)
    which = st.integers(0, 30)
    verbs = st.sampled_from(
        [
            "confirm",
            "decline",
            "cancel",
            "desk cancels",
            "arrive",
            "in_room",
            "complete",
            "no_show",
            "expire",
            "accept",
            "refuse",
        ]
    )

    # One thing, ready to be done: how it is drawn, and what it does

    @staticmethod
    def _acts() -> st.SearchStrategy[tuple[Any, ...]]:
        cls = Diary
        return st.one_of(
            st.tuples(st.just("request"), cls.options, st.none() | cls.therapists, cls.starts),
            st.tuples(st.just("offer"), cls.options, st.none() | cls.therapists, cls.starts),
            st.tuples(st.just("book"), cls.options, cls.therapists, cls.rooms, cls.starts, st.booleans()),
            st.tuples(
                st.just("move"), cls.which, cls.starts, st.none() | cls.therapists, cls.rooms, st.booleans()
            ),
            st.tuples(st.just("patient moves"), cls.which, cls.starts, st.none() | cls.therapists),
            st.tuples(st.just("undo"), cls.which, st.booleans()),
            st.tuples(st.just("act"), cls.verbs, cls.which, st.booleans()),
        )

    def ready(self, what: tuple[Any, ...]) -> Act:
        """The call for something drawn, aimed at an appointment as it stands now."""
        clinic = self.clinic
        match what:
            case ("request", option, who, start):
                key = uuid.uuid4()
                return lambda: lifecycle.request(
                    option=clinic.options[option],
                    therapist=None if who is None else clinic.therapists[who],
                    start=start,
                    contact=replace(SOMEBODY, email=f"{key}@example.test"),
                    request_key=key,
                )
            case ("offer", option, who, start):
                return lambda: lifecycle.offer(
                    option=clinic.options[option],
                    therapists=[] if who is None else [clinic.therapists[who].pk],
                    start=start,
                    contact=SOMEBODY,
                )
            case ("book", option, who, room, start, buffers):
                return lambda: lifecycle.book(
                    option=clinic.options[option],
                    therapist=clinic.therapists[who],
                    room=None if room is None else clinic.rooms[room],
                    start=start,
                    contact=SOMEBODY,
                    user=None,
                    buffers=buffers,
                )
            case ("move", number, start, who, room, looked):
                return self._aimed(
                    number,
                    lambda appointment: lifecycle.move(
                        appointment=appointment,
                        start=start,
                        therapist=None if who is None else clinic.therapists[who],
                        room=None if room is None else clinic.rooms[room],
                        actor=Actor.DESK,
                        version=appointment.version if looked else None,
                    ),
                )
            case ("patient moves", number, start, who):
                return self._aimed(
                    number,
                    lambda appointment: lifecycle.move_as_patient(
                        appointment=appointment,
                        start=start,
                        therapist=None if who is None else clinic.therapists[who],
                        version=appointment.version,
                    ),
                )
            case ("undo", number, looked):
                return self._aimed(
                    number,
                    lambda appointment: lifecycle.undo(
                        appointment=appointment,
                        user=None,
                        version=appointment.version if looked else None,
                    ),
                )
            case ("act", verb, number, looked):
                return self._aimed(
                    number,
                    lambda appointment: _verb(verb, appointment, appointment.version if looked else None),
                )
        raise AssertionError(what)

    def _aimed(self, number: int, act: Callable[[Appointment], object]) -> Act:
        found = list(Appointment.objects.order_by("pk"))
        if not found:
            return lambda: None
        aimed_at = found[-1 - number % len(found)]  # small numbers are the newest, about which most happens
        return lambda: act(aimed_at)

    @rule(what=st.deferred(lambda: Diary._acts()))
    def one_thing(self, what: tuple[Any, ...]) -> None:
        """Somebody does something."""
        _try(self.ready(what))

    @rule(one=st.deferred(lambda: Diary._acts()), other=st.deferred(lambda: Diary._acts()))
    def two_at_once(self, one: tuple[Any, ...], other: tuple[Any, ...]) -> None:
        """Two people do something at the same moment."""
        self.hands.at_once(self.ready(one), self.ready(other))

    @rule(what=st.deferred(lambda: Diary._acts()))
    def the_same_twice(self, what: tuple[Any, ...]) -> None:
        """Two people do the same thing at the same moment."""
        act = self.ready(what)
        self.hands.at_once(act, act)

    @rule(
        who=therapists, stretch=st.sampled_from([("09:00", "12:00"), ("10:00", "11:00"), ("08:00", "18:00")])
    )
    def other_hours(self, who: int, stretch: tuple[str, str]) -> None:
        """The desk changes somebody's hours, whatever is booked in them."""
        therapist = self.clinic.therapists[who]
        WeeklyHours.objects.filter(therapist=therapist).delete()
        make_weekly_hours(therapist=therapist, stretches=[stretch])

    @rule(who=therapists, none=st.booleans())
    def other_hours_that_day(self, who: int, none: bool) -> None:
        """The desk changes somebody's hours of the day."""
        therapist = self.clinic.therapists[who]
        OverrideHours.objects.filter(therapist=therapist).delete()
        make_override_hours(
            therapist=therapist, on=TUESDAY.date(), stretches=[] if none else [("09:30", "11:30")]
        )

    @rule(who=therapists, start=starts, minutes=st.sampled_from([15, 60, 120]))
    def time_off(self, who: int, start: datetime, minutes: int) -> None:
        """Somebody is away, whatever is booked then."""
        make_time_off(
            therapist=self.clinic.therapists[who], start=start, end=start + timedelta(minutes=minutes)
        )

    @rule(who=therapists)
    def back_again(self, who: int) -> None:
        """Nobody is away after all."""
        TimeOff.objects.filter(therapist=self.clinic.therapists[who]).delete()

    @invariant()
    def in_order(self) -> None:
        """Everything that has to hold, from all rows."""
        appointments = list(Appointment.objects.select_related("option"))
        no_overlap(appointments)
        events: dict[int, list[AppointmentEvent]] = {one.pk: [] for one in appointments}
        for event in AppointmentEvent.objects.order_by("appointment_id", "version"):
            events[event.appointment_id].append(event)
        for one in appointments:
            replays(one, events[one.pk])


def _verb(verb: str, appointment: Appointment, version: int | None) -> object:
    if verb == "desk cancels":
        return lifecycle.cancel(appointment=appointment, actor=Actor.DESK, version=version)
    if verb in {"cancel", "accept", "refuse"}:
        return getattr(lifecycle, verb)(appointment=appointment, actor=Actor.PATIENT, version=version)
    if verb == "expire":
        return lifecycle.expire(appointment=appointment, version=version)
    return getattr(lifecycle, verb)(appointment=appointment, user=None, version=version)


def _try(act: Act) -> None:
    """Do it; that the diary says no is an ordinary answer."""
    with suppress(BookingError):
        act()


class Hands:
    """Two threads, each with a connection of its own that stays open: to connect takes longer than to act."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(2, initializer=connection.ensure_connection)
        self._here = threading.Barrier(2)

    def at_once(self, one: Act, other: Act) -> None:
        """Do both at the same moment. What went wrong in a thread is raised here, where hypothesis sees it."""
        for done in [self._pool.submit(self._do, act) for act in (one, other)]:
            done.result(60)

    def put_down(self) -> None:
        """Close the connections."""
        self.at_once(_hang_up, _hang_up)
        self._pool.shutdown()

    def _do(self, act: Act) -> None:
        self._here.wait(30)
        _try(act)


class OneHand(Hands):
    """One after the other, for the controls: a failure that hypothesis cannot repeat is reported as another one."""

    def at_once(self, one: Act, other: Act) -> None:
        """Do the one, then the other."""
        _try(one)
        _try(other)

    def put_down(self) -> None:
        """There is nothing to close."""


def _hang_up() -> None:
    """Close the connection of the thread that this runs in."""
    connection.close()


# The runs


@pytest.fixture(autouse=True)
def monday() -> Iterator[None]:
    """The clock stands still, the day before everything happens."""
    with time_machine.travel(MONDAY_NINE, tick=False):
        yield


def run(profile: settings, *, hands: type[Hands] = Hands) -> None:
    held = hands()

    class OfThisClinic(Diary):
        clinic = Clinic()
        hands = held

    try:
        run_state_machine_as_test(OfThisClinic, settings=profile)
    finally:
        held.put_down()


def test_the_diary_stays_in_order() -> None:
    run(QUICK)


@pytest.mark.long
def test_the_diary_stays_in_order_long() -> None:
    run(LONG)


def everything_is_free(
    *, option: ServiceOption, therapist: Therapist | None, start: datetime, moving: Appointment | None = None
) -> list[Any]:
    """A broken `choices_at`: believes whatever is wanted to be free."""
    from booking.availability import Choice

    room = option.rooms.first()
    return [Choice((therapist or option.therapists.all()[0]).pk, room.pk if room else None)]


def test_without_the_constraints_it_finds_an_overlap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("booking.availability.choices_at", everything_is_free)
    with without_exclusion(), pytest.raises(AssertionError, match="overlap of"):
        run(CONTROL, hands=OneHand)


def test_with_the_constraints_the_same_is_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """The constraints alone are enough: what is believed to be free does not matter."""
    monkeypatch.setattr("booking.availability.choices_at", everything_is_free)
    run(settings(QUICK, max_examples=5))


@pytest.mark.parametrize(
    "action",
    [Action.MOVE, *(pytest.param(rare, marks=pytest.mark.long) for rare in (Action.EXPIRE, Action.CONFIRM))],
)
def test_it_finds_an_event_that_was_left_out(monkeypatch: pytest.MonkeyPatch, action: Action) -> None:
    record = writing.record

    def forgetful(appointment: Appointment, did: Action, **more: Any) -> None:
        if did != action:
            record(appointment, did, **more)

    monkeypatch.setattr(writing, "record", forgetful)
    with pytest.raises(AssertionError, match="an event is missing"):
        run(CONTROL, hands=OneHand)


@contextmanager
def back_door(monkeypatch: pytest.MonkeyPatch, action: Action, **written: Any) -> Iterator[None]:
    """After the action something is written past `lifecycle`."""
    record = writing.record

    def record_and_write(appointment: Appointment, did: Action, **more: Any) -> None:
        record(appointment, did, **more)
        if did == action:
            Appointment.objects.filter(pk=appointment.pk).update(**written)

    with monkeypatch.context() as patched:
        patched.setattr(writing, "record", record_and_write)
        yield


def test_it_finds_a_status_that_was_written_directly(monkeypatch: pytest.MonkeyPatch) -> None:
    with (
        back_door(monkeypatch, Action.CANCEL, status=AppointmentStatus.NO_SHOW),
        pytest.raises(AssertionError, match="does not lead to the present"),
    ):
        run(CONTROL, hands=OneHand)


@pytest.mark.long
def test_it_finds_a_step_that_the_table_does_not_allow(monkeypatch: pytest.MonkeyPatch) -> None:
    """The event is written as well, so that only the table tells."""
    step = TRANSITIONS[Action.CANCEL]
    loose = type(step)(frozenset({*step.sources, AppointmentStatus.CANCELLED}), step.target)
    monkeypatch.setattr(writing, "TRANSITIONS", {**TRANSITIONS, Action.CANCEL: loose})
    with pytest.raises(AssertionError, match="the table does not allow that"):
        run(CONTROL, hands=OneHand)


def test_it_finds_a_visit_that_was_moved_directly(monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = DateTimeTZRange(TUESDAY + timedelta(days=3), TUESDAY + timedelta(days=3, hours=1), "[)")
    with (
        back_door(monkeypatch, Action.BOOK, visit=elsewhere, occupied=elsewhere),
        pytest.raises(AssertionError, match="does not lead to the present"),
    ):
        run(CONTROL, hands=OneHand)
