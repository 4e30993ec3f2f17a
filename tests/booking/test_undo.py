"""Whatever the desk did last is undone in time, whole, and nobody hears of it."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core import mail
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from pytest_django import DjangoAssertNumQueries

from booking import delivery, letters, lifecycle, reminders, undoing
from booking.enums import Actor, AppointmentStatus, NotificationKind, NotificationStatus
from booking.exceptions import NotPossibleNowError, StateHasChangedError, TimeJustGoneError
from booking.models import Appointment, AppointmentEvent, ClinicPolicy, Notification
from booking.transitions import Action
from services.models import ServiceOption, Therapist
from tests.booking.test_lifecycle import VERBS
from tests.booking.test_undo_move import WAIT, said, send_what_is_due
from tests.factories.booking import make_appointment
from tests.factories.services import make_therapist

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

At = Callable[..., datetime]
Clock = time_machine.Traveller
CONTACT = lifecycle.Contact(name="Sam Sample", email="sam@example.com")

#: From which state the desk does it; then the columns that it changes besides status and version.
ACTS = {
    Action.CONFIRM: "requested",
    Action.DECLINE: "requested",
    Action.MOVE: "confirmed",
    Action.STRETCH: "confirmed",
    Action.CANCEL: "confirmed",
    Action.ARRIVE: "confirmed",
    Action.IN_ROOM: "arrived",
    Action.COMPLETE: "arrived",
    Action.NO_SHOW: "confirmed",
    Action.PROPOSE: "confirmed",
}
KEPT = (
    "status",
    "visit",
    "occupied",
    "therapist_id",
    "room_id",
    "arrived_at",
    "in_room_at",
    "price",
    "name",
)


@pytest.fixture
def asked(option: ServiceOption, therapist: Therapist, at: At) -> Appointment:
    """A request for Wednesday at 10 that the patient has been told we have."""
    found = lifecycle.request(
        option=option, therapist=therapist, start=at(25, 10), contact=CONTACT, request_key=uuid.uuid4()
    )
    send_what_is_due()
    mail.outbox.clear()
    return found


def state_of(appointment: Appointment) -> dict[str, Any]:
    current = Appointment.objects.get(pk=appointment.pk)
    return {name: getattr(current, name) for name in KEPT}


def undo(appointment: Appointment) -> Appointment:
    return lifecycle.undo(appointment=appointment, user=None, version=appointment.version)


def after_a_while(clock: Clock) -> list[delivery.Outcome | str]:
    clock.shift(WAIT)
    return send_what_is_due()


@pytest.mark.parametrize("action", sorted(undoing.UNDOABLE))
def test_it_is_as_it_was(asked: Appointment, at: At, action: Action) -> None:
    user = User.objects.create_user("frontdesk")
    current = asked
    if ACTS[action] != "requested":
        current = lifecycle.confirm(appointment=current, user=None)
    if ACTS[action] == "arrived":
        current = lifecycle.arrive(appointment=current, user=None)
    before = state_of(current)
    assert before["status"] == ACTS[action]
    done = VERBS[action](current)
    assert (state_of(done) == before) == (
        action == Action.PROPOSE
    )  # which asks, and changes nothing by itself
    assert lifecycle.undoable_until(done) == at(23, 9, 3)
    back = lifecycle.undo(appointment=done, user=user, version=done.version)
    assert state_of(back) == before
    event = back.events.latest("version")
    assert (event.action, event.user, event.actor, event.from_status, event.to_status) == (
        Action.UNDO,
        user,
        Actor.DESK,
        done.status,
        back.status,
    )
    assert lifecycle.undoable_until(back) is None
    with pytest.raises(NotPossibleNowError):
        undo(back)


def test_in_the_room_at_once_and_undone_nobody_has_come(asked: Appointment) -> None:
    confirmed = lifecycle.confirm(appointment=asked, user=None)
    before = state_of(confirmed)
    inside = lifecycle.in_room(appointment=confirmed, user=None)
    assert inside.arrived_at == inside.in_room_at is not None
    with pytest.raises(NotPossibleNowError, match="in the room already"):
        lifecycle.in_room(appointment=inside, user=None)
    assert state_of(undo(inside)) == before


def test_a_move_whose_length_was_changed_gets_its_length_back(asked: Appointment, at: At) -> None:
    """However a page stretches a visit: the events say how long it was."""
    before = state_of(asked)
    moved = lifecycle.move(appointment=asked, start=at(26, 14), actor=Actor.DESK)
    longer = timedelta(minutes=30)
    visit, occupied = (
        DateTimeTZRange(span.lower, span.upper + longer, "[)") for span in (moved.visit, moved.occupied)
    )
    Appointment.objects.filter(pk=moved.pk).update(visit=visit, occupied=occupied)
    moved.events.filter(version=2).update(visit=visit)
    assert state_of(undo(moved)) == before


@pytest.mark.parametrize("undo_minutes", [0, 7])
def test_the_policy_says_how_long(asked: Appointment, at: At, undo_minutes: int) -> None:
    ClinicPolicy.objects.create(undo_minutes=undo_minutes)
    done = lifecycle.decline(appointment=asked, user=None)
    assert lifecycle.undoable_until(done) == (at(23, 9, 7) if undo_minutes else None)
    assert send_what_is_due() == (["later"] if undo_minutes else [delivery.Outcome.SENT])


# What cannot be undone


@pytest.mark.parametrize("action", [Action.CONFIRM, Action.DECLINE, Action.CANCEL])
def test_too_late(asked: Appointment, clock: Clock, action: Action) -> None:
    done = VERBS[action](asked)
    clock.shift(WAIT)
    assert lifecycle.undoable_until(done) is None
    with pytest.raises(NotPossibleNowError, match="cannot be undone any more"):
        undo(done)


def test_what_patients_do_is_not_undone_and_is_told_at_once(asked: Appointment, at: At) -> None:
    def refuses(done: Appointment) -> Appointment:
        assert lifecycle.undoable_until(done) is None
        with pytest.raises(NotPossibleNowError):
            undo(done)
        assert send_what_is_due() == [delivery.Outcome.SENT]
        return done

    moved = refuses(lifecycle.move(appointment=asked, start=at(26, 14), actor=Actor.PATIENT))
    refuses(lifecycle.cancel(appointment=moved, actor=Actor.PATIENT))


def test_what_expired_by_itself_is_not_undone(asked: Appointment) -> None:
    expired = lifecycle.expire(appointment=asked)
    assert lifecycle.undoable_until(expired) is None
    with pytest.raises(NotPossibleNowError):
        undo(expired)


def test_nobody_undoes_what_they_have_not_seen(asked: Appointment) -> None:
    lifecycle.decline(appointment=asked, user=None)
    with pytest.raises(StateHasChangedError):
        lifecycle.undo(appointment=asked, user=None, version=1)


def test_the_desks_act_that_a_patient_has_answered_stands(asked: Appointment, at: At) -> None:
    confirmed = lifecycle.confirm(appointment=asked, user=None)
    lifecycle.move(appointment=confirmed, start=at(26, 14), actor=Actor.PATIENT)
    with pytest.raises(NotPossibleNowError):
        lifecycle.undo(appointment=confirmed, user=None)


# The time that it takes again


@pytest.mark.parametrize("action", [Action.DECLINE, Action.CANCEL, Action.NO_SHOW])
def test_somebody_else_has_the_time_meanwhile(
    asked: Appointment, option: ServiceOption, therapist: Therapist, at: At, action: Action
) -> None:
    current = asked
    if action == Action.NO_SHOW:
        current = lifecycle.confirm(appointment=asked, user=None)
    done = VERBS[action](current)
    other = lifecycle.request(  # it is free on the website at once
        option=option, therapist=therapist, start=at(25, 10), contact=CONTACT, request_key=uuid.uuid4()
    )
    before = state_of(done)
    with pytest.raises(TimeJustGoneError, match="Somebody else has taken the time meanwhile"):
        undo(done)
    assert state_of(done) == before
    assert done.events.count() == done.version
    other.refresh_from_db()
    assert other.status == AppointmentStatus.REQUESTED


# What the patient hears


@pytest.mark.parametrize("action", [Action.CONFIRM, Action.DECLINE, Action.CANCEL])
def test_the_message_waits_and_then_goes_out(asked: Appointment, clock: Clock, action: Action) -> None:
    VERBS[action](asked)
    assert send_what_is_due() == ["later"]
    assert after_a_while(clock) == [delivery.Outcome.SENT]
    assert len(said()) == 1


@pytest.mark.parametrize("action", [Action.CONFIRM, Action.DECLINE, Action.CANCEL])
def test_undone_in_time_nobody_hears_of_it(asked: Appointment, clock: Clock, action: Action) -> None:
    undo(VERBS[action](asked))
    assert after_a_while(clock) == [delivery.Outcome.NOT_NEEDED]
    assert said() == []


def test_asked_confirmed_undone_and_declined_is_a_no(asked: Appointment, clock: Clock) -> None:
    back = undo(lifecycle.confirm(appointment=asked, user=None))
    clock.shift(timedelta(minutes=1))
    lifecycle.decline(appointment=back, user=None)
    clock.shift(timedelta(minutes=2))
    assert send_what_is_due() == [delivery.Outcome.NOT_NEEDED, "later"]
    assert after_a_while(clock) == [delivery.Outcome.SENT]
    assert said() == ["We cannot offer you Wednesday 25 November at 10am"]


def test_cancelled_undone_and_cancelled_again_is_told_once(asked: Appointment, clock: Clock) -> None:
    again = undo(lifecycle.cancel(appointment=asked, actor=Actor.DESK))
    lifecycle.cancel(appointment=again, actor=Actor.DESK)
    assert after_a_while(clock) == [delivery.Outcome.NOT_NEEDED, delivery.Outcome.SENT]
    assert said() == ["Your appointment on Wednesday 25 November at 10am is cancelled"]


def test_confirmed_and_moved_within_the_minutes_it_is_a_yes_that_says_that_the_time_is_new(
    asked: Appointment, clock: Clock, at: At
) -> None:
    lifecycle.move(
        appointment=lifecycle.confirm(appointment=asked, user=None), start=at(26, 14), actor=Actor.DESK
    )
    assert after_a_while(clock) == [delivery.Outcome.NOT_NEEDED, delivery.Outcome.SENT]
    assert said() == ["Your appointment on Thursday 26 November at 2pm is confirmed"]
    assert "Before, it was Wednesday 25 November 2026 at 10am." in mail.outbox[0].body


@pytest.mark.parametrize("protected", [True, False])
def test_what_was_never_told_is_told_after_the_undoing(
    option: ServiceOption,
    therapist: Therapist,
    clock: Clock,
    at: At,
    monkeypatch: pytest.MonkeyPatch,
    protected: bool,
) -> None:
    """The mail server was down when it was asked for. The control: without the rule nobody would hear anything."""
    asked = lifecycle.request(
        option=option, therapist=therapist, start=at(25, 10), contact=CONTACT, request_key=uuid.uuid4()
    )
    undo(lifecycle.decline(appointment=asked, user=None))
    if not protected:
        monkeypatch.setattr(
            letters, "standing_kind", lambda notification, appointment: NotificationKind(notification.kind)
        )
    after_a_while(clock)
    assert said() == (["We have your request for Wednesday 25 November at 10am"] if protected else [])
    if protected:
        assert "/appointment/" in str(mail.outbox[0].body)


def test_a_move_that_was_never_told_is_told_after_a_cancellation_was_undone(
    asked: Appointment, clock: Clock, at: At
) -> None:
    confirmed = lifecycle.confirm(appointment=asked, user=None)
    after_a_while(clock)
    moved = lifecycle.move(appointment=confirmed, start=at(26, 14), actor=Actor.DESK)
    undo(lifecycle.cancel(appointment=moved, actor=Actor.DESK))
    after_a_while(clock)
    assert said()[1:] == ["Your appointment on Thursday 26 November at 2pm is confirmed"]
    assert "Before, it was Wednesday 25 November 2026 at 10am." in mail.outbox[1].body


@pytest.mark.parametrize("undone", [True, False])
def test_a_move_is_told_although_the_wrong_row_was_marked_as_arrived_meanwhile(
    asked: Appointment, clock: Clock, at: At, undone: bool
) -> None:
    confirmed = lifecycle.confirm(appointment=asked, user=None)
    after_a_while(clock)
    moved = lifecycle.move(appointment=confirmed, start=at(26, 14), actor=Actor.DESK)
    clock.shift(timedelta(minutes=2))
    arrived = lifecycle.arrive(appointment=moved, user=None)
    clock.shift(timedelta(minutes=1))
    assert send_what_is_due() == ["later"]
    if undone:
        undo(arrived)
    assert after_a_while(clock) == [delivery.Outcome.SENT if undone else delivery.Outcome.NOT_NEEDED]


def test_the_message_after_a_visit_waits_for_the_undoing(asked: Appointment, clock: Clock, at: At) -> None:
    ClinicPolicy.objects.create(after_visit_hours=1)
    confirmed = lifecycle.confirm(appointment=asked, user=None)
    clock.move_to(at(25, 13))
    done = lifecycle.complete(appointment=lifecycle.arrive(appointment=confirmed, user=None), user=None)
    assert reminders.write_due() == []
    clock.shift(WAIT)
    assert len(reminders.write_due()) == 1
    assert Notification.objects.get(kind=NotificationKind.AFTER_VISIT).version == done.version


def test_a_reminder_is_due_as_if_the_cancellation_had_not_been(
    asked: Appointment, clock: Clock, at: At
) -> None:
    ClinicPolicy.objects.create(first_reminder_hours=24)
    confirmed = lifecycle.confirm(appointment=asked, user=None)
    after_a_while(clock)
    clock.move_to(at(24, 10, 1))
    undo(lifecycle.cancel(appointment=confirmed, actor=Actor.DESK))
    assert reminders.write_due() == []  # while the message of it waits
    after_a_while(clock)
    assert len(reminders.write_due()) == 1
    assert send_what_is_due() == [delivery.Outcome.SENT]


def test_a_reminder_that_waits_outlives_what_was_undone(asked: Appointment, clock: Clock, at: At) -> None:
    ClinicPolicy.objects.create(first_reminder_hours=24)
    confirmed = lifecycle.confirm(appointment=asked, user=None)
    after_a_while(clock)
    clock.move_to(at(24, 10, 1))
    [reminder] = reminders.write_due()
    undo(lifecycle.cancel(appointment=confirmed, actor=Actor.DESK))
    with pytest.raises(delivery.NotSentError):
        delivery.deliver(notification_id=reminder)
    clock.shift(WAIT)
    assert delivery.deliver(notification_id=reminder) is delivery.Outcome.SENT


# For many at once


def test_one_query_says_of_many_until_when(
    at: At, clock: Clock, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    visits = [make_appointment(therapist=make_therapist(), start=at(25, 10)) for _ in range(6)]
    done = [lifecycle.confirm(appointment=visit, user=None) for visit in visits[:3]]
    clock.shift(timedelta(minutes=2))
    done += [lifecycle.decline(appointment=visit, user=None) for visit in visits[3:5]]
    clock.shift(timedelta(minutes=1))
    stale = visits[3]
    with django_assert_num_queries(1):
        found = lifecycle.undoable([*done[:3], stale, done[4], visits[5]])
    assert found == {done[4].pk: at(23, 9, 5)}
    assert lifecycle.undoable([]) == {}


def test_what_somebody_did_last(
    at: At, clock: Clock, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    me, other = (User.objects.create_user(name) for name in ("me", "other"))
    visits = [make_appointment(therapist=make_therapist(), start=at(25, 10)) for _ in range(4)]
    for user, visit in zip((me, me, other, me), visits, strict=True):
        lifecycle.confirm(appointment=visit, user=user)
        clock.shift(timedelta(seconds=40))
    lifecycle.cancel(appointment=visits[1], actor=Actor.PATIENT)
    with django_assert_num_queries(1):
        found = undoing.just_done(user_id=me.pk, most=5)
        assert [event.appointment for event in found] == [visits[3], visits[0]]
    clock.shift(timedelta(minutes=1))
    assert [event.appointment for event in undoing.just_done(user_id=me.pk, most=5)] == [visits[3]]


def test_an_undoing_of_the_version_before_is_still_read(asked: Appointment, at: At) -> None:
    """Its word in the history was another one."""
    from booking import history

    AppointmentEvent.objects.create(
        appointment=asked,
        action="undo_move",
        from_status="requested",
        to_status="requested",
        version=2,
        at=at(23, 9),
        actor=Actor.DESK,
        visit=asked.visit,
        therapist=asked.therapist,
    )
    assert len(history.since(asked, 1)) == 1


def test_who_looks_meanwhile_reads_what_was_taken_back(asked: Appointment) -> None:
    from booking import history

    declined = lifecycle.decline(appointment=asked, user=None)
    undo(declined)
    assert history.since(asked, 1) == [
        "the clinic could not confirm your request",
        "the clinic took back its no",
    ]
    assert Notification.objects.get(version=2).status == NotificationStatus.WAITING
