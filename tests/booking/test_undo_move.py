"""A move by the desk that is undone before anybody hears of it, and what patients hear of moves."""

import smtplib
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core import mail
from django.db import connection
from django.test import Client

from booking import delivery, lifecycle
from booking.enums import Actor, AppointmentStatus, NotificationKind, NotificationStatus
from booking.exceptions import NotPossibleNowError, StateHasChangedError, TimeJustGoneError
from booking.models import Appointment, AppointmentEvent, ClinicPolicy, Notification
from booking.notifications import DELIVER
from services.models import ServiceOption, Therapist
from tests.booking.admin.pages import messages_of, text_of
from tests.factories.booking import make_appointment
from tests.factories.services import make_room, make_therapist
from tests.jobrunner import jobs

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

At = Callable[..., datetime]
Clock = time_machine.Traveller
CONTACT = lifecycle.Contact(name="Sam Sample", email="sam@example.com", phone="212 555 0100")
WAIT = timedelta(minutes=3)


@pytest.fixture
def booked(option: ServiceOption, therapist: Therapist, at: At) -> Appointment:
    """Booked by the desk for Wednesday at 10, and told of."""
    appointment = lifecycle.book(
        option=option, therapist=therapist, room=None, start=at(25, 10), contact=CONTACT, user=None
    )
    send_what_is_due()
    mail.outbox.clear()
    return appointment


def send_what_is_due() -> list[delivery.Outcome | str]:
    """Deliver every message that waits, in the order in which they were written; "later" is one that cannot yet."""
    outcomes: list[delivery.Outcome | str] = []
    for row in Notification.objects.filter(status=NotificationStatus.WAITING).order_by("pk"):
        try:
            outcomes.append(delivery.deliver(notification_id=row.pk))
        except delivery.NotSentError:
            outcomes.append("later")
    return outcomes


def move(appointment: Appointment, start: datetime, actor: Actor = Actor.DESK, **more: object) -> Appointment:
    return lifecycle.move(appointment=appointment, start=start, actor=actor, **more)  # type: ignore[arg-type]


def undo(appointment: Appointment) -> Appointment:
    return lifecycle.undo(appointment=appointment, user=None, version=appointment.version)


def said() -> list[str]:
    """The subjects of what was sent."""
    return [str(message.subject) for message in mail.outbox]


def calendar_part(message: object) -> str:
    (part,) = message.attachments  # type: ignore[attr-defined]
    return str(part.get_payload(decode=True).decode())


def test_it_is_where_it_was_with_a_new_version_and_an_event(
    booked: Appointment, option: ServiceOption, at: At
) -> None:
    user = User.objects.create_user("frontdesk")
    moved = move(booked, at(26, 14), therapist=make_therapist(options=[option]), room=make_room())
    back = lifecycle.undo(appointment=moved, user=user, version=2)
    for name in ("visit", "occupied", "therapist_id", "room_id", "status", "starts_at", "occupied_until"):
        assert getattr(back, name) == getattr(booked, name), name
    event = AppointmentEvent.objects.get(appointment=booked, version=3)
    assert (back.version, event.action, event.user, event.visit) == (3, "undo", user, booked.visit)


def test_undone_in_time_nobody_hears_of_it(booked: Appointment, clock: Clock, at: At) -> None:
    moved = move(booked, at(26, 14))
    assert send_what_is_due() == ["later"]
    undo(moved)
    assert send_what_is_due() == ["later"]
    clock.shift(WAIT)
    assert send_what_is_due() == [delivery.Outcome.NOT_NEEDED]
    assert mail.outbox == []
    assert "believes" in Notification.objects.get(version=2).last_error


def test_not_undone_the_patient_hears_after_three_minutes(booked: Appointment, clock: Clock, at: At) -> None:
    move(booked, at(26, 14))
    waiting = Notification.objects.get(version=2)
    (job,) = [job for job in jobs(DELIVER) if job["args"] == {"notification_id": waiting.pk}]
    assert waiting.not_before == at(23, 9, 3)
    with connection.cursor() as cursor:
        cursor.execute("SELECT scheduled_at FROM procrastinate_jobs WHERE id = %s", [job["id"]])
        assert cursor.fetchone() == (waiting.not_before,)
    clock.shift(WAIT)
    assert send_what_is_due() == [delivery.Outcome.SENT]
    (message,) = mail.outbox
    assert message.subject == "We had to move your appointment to Thursday 26 November at 2pm"
    assert "This is a new time. Before, it was Wednesday 25 November 2026 at 10am." in message.body
    assert "SEQUENCE:1" in calendar_part(message)


def test_a_move_that_the_patient_asked_for_says_so(booked: Appointment, clock: Clock, at: At) -> None:
    move(booked, at(26, 14), asked_for=True)
    assert send_what_is_due() == ["later"]
    clock.shift(WAIT)
    send_what_is_due()
    assert said() == ["Your new time is Thursday 26 November at 2pm"]


def test_the_patients_own_move_is_told_at_once_and_is_not_undone(booked: Appointment, at: At) -> None:
    moved = move(booked, at(26, 14), Actor.PATIENT)
    assert send_what_is_due() == [delivery.Outcome.SENT]
    assert said() == ["Your new time is Thursday 26 November at 2pm"]
    with pytest.raises(NotPossibleNowError):
        undo(moved)


def test_of_two_moves_in_a_row_the_last_is_told_once(booked: Appointment, clock: Clock, at: At) -> None:
    moved = move(booked, at(26, 14))
    clock.shift(timedelta(minutes=1))
    move(moved, at(27, 9))
    clock.shift(WAIT - timedelta(minutes=1))
    assert send_what_is_due() == [delivery.Outcome.NOT_NEEDED, "later"]
    clock.shift(timedelta(minutes=1))
    assert send_what_is_due() == [delivery.Outcome.SENT]
    assert said() == ["We had to move your appointment to Friday 27 November at 9am"]
    assert "Before, it was Wednesday 25 November 2026 at 10am." in mail.outbox[0].body


def test_of_two_moves_the_second_is_undone_the_first_is_told(
    booked: Appointment, clock: Clock, at: At
) -> None:
    first = move(booked, at(26, 14))
    back = undo(move(first, at(27, 9)))
    assert back.starts_at == at(26, 14)
    with pytest.raises(NotPossibleNowError):
        undo(back)
    clock.shift(WAIT)
    send_what_is_due()
    assert said() == ["We had to move your appointment to Thursday 26 November at 2pm"]
    assert "SEQUENCE:3" in calendar_part(mail.outbox[0])


def test_moved_back_by_hand_in_time_nobody_hears_of_it(booked: Appointment, clock: Clock, at: At) -> None:
    move(move(booked, at(26, 14)), at(25, 10))
    clock.shift(WAIT)
    assert send_what_is_due() == [delivery.Outcome.NOT_NEEDED, delivery.Outcome.NOT_NEEDED]
    assert mail.outbox == []


def test_moved_back_by_hand_after_the_message_the_patient_hears_again(
    booked: Appointment, clock: Clock, at: At
) -> None:
    moved = move(booked, at(26, 14))
    clock.shift(WAIT)
    send_what_is_due()
    move(moved, at(25, 10))
    clock.shift(WAIT)
    assert send_what_is_due() == [delivery.Outcome.SENT]
    assert said()[1] == "We had to move your appointment to Wednesday 25 November at 10am"
    assert "Before, it was Thursday 26 November 2026 at 2pm." in mail.outbox[1].body


def test_a_message_that_may_have_arrived_counts_as_heard(
    booked: Appointment, clock: Clock, at: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mail server took it and was cut off; then the desk moves the visit back by hand."""
    moved = move(booked, at(26, 14))
    clock.shift(WAIT)

    def cut_off(*arguments: object) -> None:
        raise TimeoutError

    with monkeypatch.context() as patch:
        patch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", cut_off)
        assert send_what_is_due() == ["later"]
    move(moved, at(25, 10))
    clock.shift(WAIT)
    assert send_what_is_due() == [delivery.Outcome.NOT_NEEDED, delivery.Outcome.SENT]
    assert said() == ["Your appointment on Wednesday 25 November at 10am is confirmed"]


def test_a_message_that_the_server_refused_was_not_heard(
    booked: Appointment, clock: Clock, at: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved = move(booked, at(26, 14))
    clock.shift(WAIT)

    def refuse(*arguments: object) -> None:
        raise smtplib.SMTPDataError(451, b"4.3.0 later")

    with monkeypatch.context() as patch:
        patch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refuse)
        assert send_what_is_due() == ["later"]
    move(moved, at(25, 10))
    clock.shift(WAIT)
    assert send_what_is_due() == [delivery.Outcome.NOT_NEEDED, delivery.Outcome.NOT_NEEDED]
    assert mail.outbox == []


def test_a_confirmation_that_still_waits_tells_of_no_move_that_can_be_undone(
    option: ServiceOption, therapist: Therapist, clock: Clock, at: At
) -> None:
    booked = lifecycle.book(
        option=option, therapist=therapist, room=None, start=at(25, 10), contact=CONTACT, user=None
    )
    undo(move(booked, at(26, 14)))
    assert send_what_is_due() == ["later", "later"]
    clock.shift(WAIT)
    assert send_what_is_due() == [delivery.Outcome.NOT_NEEDED, delivery.Outcome.SENT]
    assert said() == ["Your appointment on Wednesday 25 November at 10am is confirmed"]


def test_a_request_that_is_moved_and_confirmed_says_that_the_time_is_new(
    option: ServiceOption, therapist: Therapist, clock: Clock, at: At
) -> None:
    asked = lifecycle.request(
        option=option,
        therapist=therapist,
        start=at(25, 10),
        contact=CONTACT,
        request_key=uuid.uuid4(),
    )
    send_what_is_due()
    lifecycle.confirm(appointment=move(asked, at(26, 14)), user=None)
    assert send_what_is_due() == ["later", "later"]
    clock.shift(WAIT)
    assert send_what_is_due() == [delivery.Outcome.NOT_NEEDED, delivery.Outcome.SENT]
    assert said()[1] == "Your appointment on Thursday 26 November at 2pm is confirmed"
    assert "Before, it was Wednesday 25 November 2026 at 10am." in mail.outbox[1].body


def test_cancelled_while_a_move_waits_the_patient_reads_of_the_time_that_they_know(
    booked: Appointment, clock: Clock, at: At
) -> None:
    lifecycle.cancel(appointment=move(booked, at(26, 14)), actor=Actor.DESK)
    assert send_what_is_due() == ["later", "later"]
    clock.shift(WAIT)
    assert send_what_is_due() == [delivery.Outcome.NOT_NEEDED, delivery.Outcome.SENT]
    assert said() == ["Your appointment on Wednesday 25 November at 10am is cancelled"]


# What cannot be undone


def test_too_late(booked: Appointment, clock: Clock, at: At) -> None:
    moved = move(booked, at(26, 14))
    clock.shift(WAIT)
    assert lifecycle.undoable_until(moved) is None
    with pytest.raises(NotPossibleNowError, match="cannot be undone any more"):
        undo(moved)


def test_something_else_happened_since(booked: Appointment, at: At) -> None:
    moved = move(booked, at(26, 14))
    lifecycle.arrive(appointment=moved, user=None)
    with pytest.raises(StateHasChangedError):
        undo(moved)
    moved.refresh_from_db()
    assert undo(moved).status == AppointmentStatus.CONFIRMED  # what was done last, and not the move before it
    moved.refresh_from_db()
    assert moved.starts_at == at(26, 14)
    with pytest.raises(NotPossibleNowError):
        undo(moved)


def test_the_old_time_is_taken_meanwhile(
    booked: Appointment, option: ServiceOption, therapist: Therapist, at: At
) -> None:
    moved = move(booked, at(26, 14))
    make_appointment(option=option, therapist=therapist, start=at(25, 10, 30))
    with pytest.raises(TimeJustGoneError, match="The move stands"):
        undo(moved)
    moved.refresh_from_db()
    assert (moved.starts_at, moved.version, moved.events.count()) == (at(26, 14), 2, 2)


def test_without_a_move_there_is_nothing_to_undo(booked: Appointment, appointment: Appointment) -> None:
    for one in (booked, appointment):
        assert lifecycle.undoable_until(one) is None
        with pytest.raises(NotPossibleNowError):
            undo(one)


def test_without_minutes_to_undo_it_is_told_at_once(booked: Appointment, at: At) -> None:
    ClinicPolicy.objects.create(undo_minutes=0)
    moved = move(booked, at(26, 14))
    assert lifecycle.undoable_until(moved) is None
    assert send_what_is_due() == [delivery.Outcome.SENT]


def test_another_room_can_be_undone_though_nobody_is_told(booked: Appointment, at: At) -> None:
    moved = move(booked, at(25, 10), room=make_room())
    assert lifecycle.undoable_until(moved) == at(23, 9, 3)
    assert undo(moved).room_id is None
    assert Notification.objects.filter(version__gt=1).count() == 0


# At the desk


def test_the_desk_undoes_it_by_a_button(desk: Client, booked: Appointment, clock: Clock, at: At) -> None:
    page = f"/admin/booking/appointment/{booked.pk}/"
    assert "Undo the move" not in text_of(desk.get(f"{page}change/"))
    moved = move(booked, at(26, 14))
    shown = text_of(desk.get(f"{page}change/"))
    assert "Undo the move (until 9:03am)" in shown
    assert "It goes out at 9:03am, unless it is undone." in shown
    response = desk.post(f"{page}do/undo/", {"version": moved.version, "from": "page"}, follow=True)
    assert messages_of(response) == [
        "Sam Sample, Wednesday 25 November, 10am to 11am, was put back as it was."
    ]
    assert "Move undone to Wednesday 25 November 2026 at 10am by frontdesk" in text_of(response)
    assert "Undo the move" not in text_of(response)
    assert "It goes out at" not in text_of(response)
    assert "It was undone. This goes out only if the patient does not know" in text_of(response)


def test_the_desk_is_told_why_it_cannot_be_undone(
    desk: Client, booked: Appointment, clock: Clock, at: At
) -> None:
    moved = move(booked, at(26, 14))
    clock.shift(WAIT)
    page = f"/admin/booking/appointment/{booked.pk}/"
    assert desk.get(f"{page}do/undo/").status_code == 405
    response = desk.post(f"{page}do/undo/", {"version": moved.version, "from": "page"}, follow=True)
    assert "was not put back as it was: It cannot be undone any more." in messages_of(response)[0]
    moved.refresh_from_db()
    assert moved.starts_at == at(26, 14)


def test_the_kinds_of_moves(booked: Appointment, at: At) -> None:
    move(booked, at(26, 14))
    assert booked.notifications.get(version=2).kind == NotificationKind.MOVED_BY_US
    assert booked.status == AppointmentStatus.CONFIRMED
