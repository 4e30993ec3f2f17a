"""What happens to appointments, one fact at a time."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from booking import lifecycle
from booking.enums import Actor, AppointmentStatus, NotificationKind
from booking.exceptions import (
    BookingError,
    NotPossibleNowError,
    StateHasChangedError,
    TherapistNotOfferedError,
    TimeJustGoneError,
    TimeNotOfferedError,
)
from booking.models import Appointment, AppointmentEvent, Notification
from booking.transitions import TRANSITIONS, Action
from services.models import Room, ServiceOption, Therapist
from tests.factories.booking import make_appointment, make_weekly_hours
from tests.factories.services import make_option, make_room, make_therapist

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

At = Callable[..., datetime]
SOMEBODY = lifecycle.Contact(
    name="Sam Sample", email="sam@example.com", phone="212 555 0100", consent_version="1"
)


def ask(
    option: ServiceOption,
    therapist: Therapist | None,
    start: datetime,
    *,
    contact: lifecycle.Contact = SOMEBODY,
    key: uuid.UUID | None = None,
) -> Appointment:
    return lifecycle.request(
        option=option, therapist=therapist, start=start, contact=contact, request_key=key or uuid.uuid4()
    )


def test_a_request_keeps_its_time(option: ServiceOption, therapist: Therapist, at: At) -> None:
    appointment = ask(option, therapist, at(24, 10))
    assert (appointment.status, appointment.starts_at, appointment.ends_at) == (
        AppointmentStatus.REQUESTED,
        at(24, 10),
        at(24, 11),
    )
    with pytest.raises(TimeJustGoneError):
        ask(option, therapist, at(24, 10))


def test_buffers_are_occupied_and_not_visited(therapist: Therapist, at: At) -> None:
    option = make_option(buffer_before=10, buffer_after=20)
    therapist.options.add(option)
    appointment = ask(option, therapist, at(24, 10))
    assert (appointment.occupied_from, appointment.occupied_until) == (at(24, 9, 50), at(24, 11, 20))


def test_an_instant_option_is_confirmed_at_once(therapist: Therapist, at: At) -> None:
    option = make_option(booking=ServiceOption.Booking.INSTANT)
    therapist.options.add(option)
    assert ask(option, therapist, at(24, 10)).status == AppointmentStatus.CONFIRMED
    assert Notification.objects.get().kind == NotificationKind.CONFIRMED


def test_a_request_writes_its_event_its_message_and_its_job(
    option: ServiceOption, therapist: Therapist, at: At
) -> None:
    appointment = ask(option, therapist, at(24, 10))
    event = AppointmentEvent.objects.get()
    assert (event.action, event.from_status, event.to_status, event.version, event.actor) == (
        Action.REQUEST,
        "",
        AppointmentStatus.REQUESTED,
        1,
        Actor.PATIENT,
    )
    message = Notification.objects.get()
    assert (message.appointment, message.kind, message.version) == (appointment, NotificationKind.RECEIVED, 1)
    assert ProcrastinateJob.objects.get().args == {"notification_id": message.pk}


def test_without_an_address_there_is_no_message(option: ServiceOption, therapist: Therapist, at: At) -> None:
    ask(option, therapist, at(24, 10), contact=lifecycle.Contact(name="Sam Sample"))
    assert not Notification.objects.exists()


def test_what_is_rolled_back_leaves_neither_appointment_nor_message(
    option: ServiceOption, therapist: Therapist, at: At
) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        ask(option, therapist, at(24, 10))
        raise RuntimeError
    assert (Appointment.objects.count(), Notification.objects.count(), ProcrastinateJob.objects.count()) == (
        0,
        0,
        0,
    )


def test_the_same_form_twice_books_once(option: ServiceOption, therapist: Therapist, at: At) -> None:
    key = uuid.uuid4()
    first = ask(option, therapist, at(24, 10), key=key)
    assert ask(option, therapist, at(24, 10), key=key) == first
    assert (Appointment.objects.count(), Notification.objects.count()) == (1, 1)


def test_the_price_is_kept_as_agreed(option: ServiceOption, therapist: Therapist, at: At) -> None:
    appointment = ask(option, therapist, at(24, 10))
    agreed = option.price
    option.price = agreed + Decimal(10)
    option.save()
    appointment.refresh_from_db()
    assert appointment.price == agreed


@pytest.mark.parametrize(
    ("day", "hour", "minute"),
    [(24, 8, 0), (24, 11, 15), (24, 12, 0), (24, 10, 7), (28, 10, 0), (23, 10, 45), (20, 10, 0)],
    ids=["before hours", "too long for the morning", "lunch", "off the grid", "Saturday", "too soon", "past"],
)
def test_a_time_that_is_not_offered_is_refused(
    option: ServiceOption, therapist: Therapist, at: At, day: int, hour: int, minute: int
) -> None:
    with pytest.raises(TimeNotOfferedError):
        ask(option, therapist, at(day, hour, minute))
    assert not Appointment.objects.exists()


def test_a_time_beyond_the_horizon_is_refused(option: ServiceOption, therapist: Therapist, at: At) -> None:
    with pytest.raises(TimeNotOfferedError):
        ask(option, therapist, at(24, 10) + timedelta(weeks=52))


def test_another_therapist_does_not_do(option: ServiceOption, therapist: Therapist, at: At) -> None:
    with pytest.raises(TherapistNotOfferedError):
        ask(option, make_therapist(options=[]), at(24, 10))


def test_anyone_is_the_therapist_who_has_least_booked_that_day(
    option: ServiceOption, therapist: Therapist, at: At
) -> None:
    idle = make_therapist(options=[option])
    make_weekly_hours(therapist=idle)
    make_appointment(therapist=therapist, option=option, start=at(24, 14))
    assert ask(option, None, at(24, 10)).therapist == idle


def test_anyone_is_whoever_is_left(option: ServiceOption, therapist: Therapist, at: At) -> None:
    other = make_therapist(options=[option])
    make_weekly_hours(therapist=other)
    taken = {ask(option, None, at(24, 10)).therapist for _ in range(2)}
    assert taken == {therapist, other}
    with pytest.raises(TimeJustGoneError):
        ask(option, None, at(24, 10))


def test_a_full_room_refuses_a_free_therapist(
    option: ServiceOption, therapist: Therapist, room: Room, at: At
) -> None:
    other = make_therapist(options=[option])
    make_weekly_hours(therapist=other)
    assert ask(option, therapist, at(24, 10)).room == room
    with pytest.raises(TimeJustGoneError):
        ask(option, other, at(24, 10))


def test_the_second_room_is_taken_when_the_first_is_full(
    option: ServiceOption, therapist: Therapist, room: Room, at: At
) -> None:
    second = make_room()
    option.rooms.add(second)
    other = make_therapist(options=[option])
    make_weekly_hours(therapist=other)
    assert {ask(option, one, at(24, 10)).room for one in (therapist, other)} == {room, second}


def test_the_desk_may_book_outside_the_hours(option: ServiceOption, therapist: Therapist, at: At) -> None:
    appointment = lifecycle.book(
        option=option, therapist=therapist, room=None, start=at(28, 20), contact=SOMEBODY, user=None
    )
    assert appointment.status == AppointmentStatus.CONFIRMED


def test_the_desk_may_not_overlap(
    appointment: Appointment, option: ServiceOption, therapist: Therapist, at: At
) -> None:
    with pytest.raises(TimeJustGoneError):
        lifecycle.book(
            option=option, therapist=therapist, room=None, start=at(24, 10, 30), contact=SOMEBODY, user=None
        )


def test_confirming_tells_the_patient_and_names_who_did_it(appointment: Appointment) -> None:
    user = User.objects.create_user("frontdesk")
    confirmed = lifecycle.confirm(appointment=appointment, user=user)
    event = confirmed.events.latest("id")
    assert (confirmed.status, confirmed.version, event.user, event.from_status) == (
        AppointmentStatus.CONFIRMED,
        2,
        user,
        AppointmentStatus.REQUESTED,
    )
    assert confirmed.notifications.get(version=2).kind == NotificationKind.CONFIRMED


def test_what_nobody_answered_expires_by_itself_and_tells_nobody(appointment: Appointment) -> None:
    lifecycle.expire(appointment=appointment)
    event = appointment.events.get()
    assert (event.action, event.to_status, event.actor, event.user) == ("expire", "expired", "system", None)
    assert not Notification.objects.exists()


@pytest.mark.parametrize("verb", [lifecycle.decline, lambda **k: lifecycle.cancel(actor=Actor.DESK, **k)])
def test_what_is_declined_or_cancelled_frees_its_time(
    appointment: Appointment, option: ServiceOption, therapist: Therapist, at: At, verb: Callable[..., object]
) -> None:
    verb(appointment=appointment, user=None)
    assert ask(option, therapist, at(24, 10)).pk != appointment.pk


def test_a_stale_version_is_refused(appointment: Appointment) -> None:
    lifecycle.confirm(appointment=appointment, user=None, version=1)
    with pytest.raises(StateHasChangedError):
        lifecycle.decline(appointment=appointment, user=None, version=1)


VERBS: dict[Action, Callable[[Appointment], Appointment]] = {
    Action.STRETCH: lambda appointment: lifecycle.stretch(appointment=appointment, minutes=90, user=None),
    Action.CONFIRM: lambda one: lifecycle.confirm(appointment=one, user=None),
    Action.DECLINE: lambda one: lifecycle.decline(appointment=one, user=None),
    Action.CANCEL: lambda one: lifecycle.cancel(appointment=one, actor=Actor.DESK),
    Action.ARRIVE: lambda one: lifecycle.arrive(appointment=one, user=None),
    Action.IN_ROOM: lambda one: lifecycle.in_room(appointment=one, user=None),
    Action.COMPLETE: lambda one: lifecycle.complete(appointment=one, user=None),
    Action.NO_SHOW: lambda one: lifecycle.no_show(appointment=one, user=None),
    Action.EXPIRE: lambda one: lifecycle.expire(appointment=one),
    Action.MOVE: lambda one: lifecycle.move(
        appointment=one, start=one.starts_at + timedelta(hours=3), actor=Actor.DESK
    ),
    Action.PROPOSE: lambda one: lifecycle.propose(
        appointment=one, told=NotificationKind.CHOOSE_TIME, user=None
    ),
    Action.CHOOSE: lambda one: lifecycle.choose(
        appointment=one,
        option=one.option,
        therapist=one.therapist,
        start=one.starts_at + timedelta(hours=3),
        version=1,
        confirms=False,
    ),
}


@pytest.mark.parametrize("status", AppointmentStatus)
@pytest.mark.parametrize("action", VERBS)
def test_each_action_does_what_the_table_says(
    status: AppointmentStatus, action: Action, option: ServiceOption, therapist: Therapist, at: At
) -> None:
    appointment = make_appointment(therapist=therapist, option=option, start=at(24, 10), status=status)
    rule = TRANSITIONS[action]
    if status in rule.sources:
        assert VERBS[action](appointment).status == (rule.target or status)
    else:
        with pytest.raises(NotPossibleNowError):
            VERBS[action](appointment)
        appointment.refresh_from_db()
        assert (appointment.status, appointment.version, appointment.events.count()) == (status, 1, 0)


def test_a_move_keeps_the_record_and_its_lengths(appointment: Appointment, at: At) -> None:
    moved = lifecycle.move(appointment=appointment, start=at(25, 14), actor=Actor.DESK)
    assert (moved.pk, moved.version, moved.starts_at, moved.ends_at, moved.occupied_until) == (
        appointment.pk,
        2,
        at(25, 14),
        at(25, 15),
        at(25, 15, 15),
    )
    assert moved.notifications.get().kind == NotificationKind.MOVED_BY_US


def test_another_room_alone_is_no_news_to_the_patient(appointment: Appointment, at: At) -> None:
    moved = lifecycle.move(appointment=appointment, start=at(24, 10), room=make_room(), actor=Actor.DESK)
    assert (moved.version, moved.notifications.count()) == (2, 0)


def test_a_move_may_overlap_what_it_leaves(appointment: Appointment, at: At) -> None:
    moved = lifecycle.move(appointment=appointment, start=at(24, 10, 30), actor=Actor.DESK)
    assert moved.starts_at == at(24, 10, 30)


def test_a_move_onto_another_appointment_is_refused_and_changes_nothing(
    appointment: Appointment, option: ServiceOption, therapist: Therapist, at: At
) -> None:
    make_appointment(therapist=therapist, option=option, start=at(24, 14))
    with pytest.raises(TimeJustGoneError):
        lifecycle.move(appointment=appointment, start=at(24, 14, 30), actor=Actor.DESK)
    appointment.refresh_from_db()
    assert (appointment.starts_at, appointment.version, appointment.events.count()) == (at(24, 10), 1, 0)


def test_every_error_says_something_to_the_person() -> None:
    errors = [one() for one in BookingError.__subclasses__()]
    assert all(len(error.message.split()) > 5 for error in errors)
