"""Other times: proposed by the desk, told of when it cannot be undone any more, taken, turned down or left alone."""

import re
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import time_machine
from django.core import mail

from booking import lifecycle, proposals, reminders
from booking.enums import Actor, AppointmentStatus, NotificationKind, NotificationStatus
from booking.exceptions import (
    NotPossibleNowError,
    ProposalOverError,
    StateHasChangedError,
    TimeJustGoneError,
)
from booking.models import Appointment, ClinicPolicy, Notification, Proposal
from booking.proposals import Time
from services.models import ServiceOption, Therapist
from tests.booking.test_undo_move import WAIT, said, send_what_is_due
from tests.factories.booking import make_appointment, make_time_off, make_weekly_hours
from tests.factories.services import make_therapist

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

At = Callable[..., datetime]
Clock = time_machine.Traveller
CONTACT = lifecycle.Contact(name="Sam Sample", email="sam@example.com", note="<b>Call me</b> at evil.example")


@pytest.fixture
def asked(option: ServiceOption, therapist: Therapist, at: At) -> Appointment:
    """A request for Wednesday at 10 that the patient has been told we have."""
    found = lifecycle.request(
        option=option, therapist=therapist, start=at(25, 10), contact=CONTACT, request_key=uuid.uuid4()
    )
    send_what_is_due()
    mail.outbox.clear()
    return found


@pytest.fixture
def times(therapist: Therapist, at: At) -> list[Time]:
    """Thursday at 9 and at 2."""
    return [Time(at(26, 9), therapist), Time(at(26, 14), therapist)]


def propose(appointment: Appointment, times: list[Time], **more: object) -> Proposal:
    return proposals.propose(appointment=appointment, times=times, user=None, **more)  # type: ignore[arg-type]


def now(appointment: Appointment) -> Appointment:
    return Appointment.objects.get(pk=appointment.pk)


def test_the_request_stays_and_the_message_waits_for_the_undoing(
    asked: Appointment, times: list[Time], clock: Clock
) -> None:
    propose(asked, times)
    current = now(asked)
    assert (current.status, current.starts_at, current.version) == ("requested", asked.starts_at, 2)
    assert send_what_is_due() == ["later"]
    clock.shift(WAIT)
    send_what_is_due()
    assert said() == ["Another time for your request of Wednesday 25 November?"]
    body = str(mail.outbox[0].body)
    assert "Thursday 26 November 2026 at 2pm" in body
    assert "We do not keep these times for you." in body
    assert re.search(r"/choose/[\w-]{43}/", body)
    assert "evil.example" not in body
    assert mail.outbox[0].attachments == []  # nothing of the calendar has changed


def test_undone_in_time_nobody_hears_of_it_and_nothing_can_be_taken(
    asked: Appointment, times: list[Time], clock: Clock
) -> None:
    made = propose(asked, times)
    lifecycle.undo(appointment=asked, user=None, version=2)
    clock.shift(WAIT)
    send_what_is_due()
    assert said() == []
    with pytest.raises(ProposalOverError):
        proposals.take(proposal=made, time=times[0])


def test_a_time_that_is_taken_confirms_the_request_there(
    asked: Appointment, times: list[Time], clock: Clock
) -> None:
    made = propose(asked, times)
    clock.shift(WAIT)
    send_what_is_due()
    mail.outbox.clear()
    taken = proposals.take(proposal=made, time=times[1])
    assert (taken.status, taken.starts_at) == ("confirmed", times[1].start)
    assert proposals.take(proposal=made, time=times[1]).version == taken.version  # twice is once
    event = taken.events.get(version=taken.version)
    assert (event.action, event.actor, event.from_status) == ("choose", "patient", "requested")
    send_what_is_due()
    assert said() == ["Your appointment on Thursday 26 November at 2pm is confirmed"]
    with pytest.raises(ProposalOverError):
        proposals.take(proposal=made, time=times[0])


def test_a_time_that_has_gone_is_refused_and_the_request_is_as_it_was(
    asked: Appointment, times: list[Time], therapist: Therapist, option: ServiceOption
) -> None:
    made = propose(asked, times)
    make_appointment(therapist=therapist, option=option, start=times[0].start, status="confirmed")
    with pytest.raises(TimeJustGoneError):
        proposals.take(proposal=made, time=times[0])
    assert (now(asked).status, now(asked).starts_at) == ("requested", asked.starts_at)
    again = Proposal.objects.get(pk=made.pk)
    assert again.answer == ""
    assert [time.start for time in proposals.still_free(again)] == [times[1].start]


def test_another_time_of_the_website_stays_a_request(
    asked: Appointment, times: list[Time], therapist: Therapist, at: At
) -> None:
    made = propose(asked, times)
    taken = proposals.take(proposal=made, time=Time(at(27, 10), therapist))
    assert (taken.status, taken.starts_at) == ("requested", at(27, 10))


def test_none_of_these_leaves_the_request(asked: Appointment, times: list[Time]) -> None:
    made = propose(asked, times)
    proposals.turn_down(proposal=made)
    assert proposals.turn_down(proposal=made).answer == "none"
    assert now(asked).status == "requested"
    with pytest.raises(ProposalOverError):
        proposals.take(proposal=made, time=times[0])
    lifecycle.confirm(appointment=asked, user=None, version=2)  # the desk can still say yes


def test_after_the_deadline_it_is_over(asked: Appointment, times: list[Time], clock: Clock) -> None:
    made = propose(asked, times, answer_within=timedelta(hours=4))
    clock.shift(timedelta(hours=4))
    with pytest.raises(ProposalOverError):
        proposals.take(proposal=made, time=times[0])
    assert now(asked).status == "requested"


def test_whatever_happens_to_the_appointment_ends_it(asked: Appointment, times: list[Time]) -> None:
    made = propose(asked, times)
    lifecycle.confirm(appointment=asked, user=None, version=2)
    with pytest.raises(ProposalOverError):
        proposals.take(proposal=made, time=times[0])
    assert now(asked).starts_at == asked.starts_at


@pytest.mark.parametrize("count", [0, 4])
def test_between_one_and_three_times(asked: Appointment, therapist: Therapist, at: At, count: int) -> None:
    with pytest.raises(NotPossibleNowError, match="between 1 and 3"):
        propose(asked, [Time(at(26, 9 + hour), therapist) for hour in range(count)])


def test_only_free_times_and_only_what_was_seen(asked: Appointment, therapist: Therapist, at: At) -> None:
    with pytest.raises(TimeJustGoneError):
        propose(asked, [Time(at(26, 12), therapist)])
    with pytest.raises(StateHasChangedError):
        propose(asked, [Time(at(26, 9), therapist)], version=7)
    assert not Proposal.objects.exists()
    assert now(asked).version == 1


def test_who_has_no_email_is_called(
    option: ServiceOption, therapist: Therapist, times: list[Time], at: At
) -> None:
    silent = make_appointment(therapist=therapist, option=option, start=at(25, 10), email="")
    with pytest.raises(NotPossibleNowError, match="call"):
        propose(silent, times)


def test_a_visit_that_must_move_is_agreed_wherever_it_goes(
    option: ServiceOption, therapist: Therapist, times: list[Time], at: At, clock: Clock
) -> None:
    booked = lifecycle.book(
        option=option, therapist=therapist, room=None, start=at(25, 10), contact=CONTACT, user=None
    )
    other = make_therapist(name="Ben Demo", options=[option])
    make_weekly_hours(therapist=other)
    make_time_off(therapist=therapist, start=at(25), end=at(26))
    send_what_is_due()
    mail.outbox.clear()
    made = propose(booked, [*times, Time(at(25, 10), other)])
    assert made.must_move
    clock.shift(WAIT)
    send_what_is_due()
    assert said() == ["We have to move your visit on Wednesday 25 November: choose a time"]
    mail.outbox.clear()
    taken = proposals.take(proposal=made, time=Time(at(25, 10), other))
    assert (taken.status, taken.therapist, taken.starts_at) == ("confirmed", other, at(25, 10))
    send_what_is_due()
    assert said() == ["Your new time is Wednesday 25 November at 10am"]


def test_who_was_asked_to_choose_gets_no_reminder_of_the_old_time(
    visit: Appointment, times: list[Time], therapist: Therapist, at: At, clock: Clock
) -> None:
    lifecycle.move(appointment=visit, start=at(30, 10), actor=Actor.PATIENT)
    ClinicPolicy(first_reminder_hours=48, second_reminder_hours=None).save()
    propose(visit, times, answer_within=timedelta(days=2))
    clock.move_to(at(28, 10, 1))
    reminders.write_due()
    send_what_is_due()
    rows = Notification.objects.filter(kind=NotificationKind.FIRST_REMINDER)
    assert [(row.status, row.last_error) for row in rows] == [
        (NotificationStatus.NOT_NEEDED, "They were asked to choose another time.")
    ]


def test_near_has_both_kinds_and_never_its_own_time(
    asked: Appointment, option: ServiceOption, therapist: Therapist
) -> None:
    other = make_therapist(name="Ben Demo", options=[option])
    make_weekly_hours(therapist=other)
    near = proposals.near(asked)
    assert {time.therapist for time in near.with_therapist} == {therapist}
    assert {time.therapist for time in near.with_anyone} == {other}
    assert len(near.with_therapist) == len(near.with_anyone) == proposals.SHOWN
    assert asked.starts_at not in {time.start for time in near.with_therapist}
    assert AppointmentStatus(now(asked).status) == AppointmentStatus.REQUESTED
