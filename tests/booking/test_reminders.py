"""Reminders and the message after a visit: when they are written, and whether they are still true when they go out."""

import smtplib
import uuid
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.locmem import EmailBackend
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from booking import delivery, heard, jobs, lifecycle, reminders
from booking.enums import Actor, AppointmentStatus, NotificationKind, NotificationStatus
from booking.exceptions import BookingError
from booking.models import Appointment, ClinicPolicy, Notification
from booking.notifications import DELIVER
from flexclinic.lib import clock as the_clock
from flexclinic.lib import when
from services.models import ServiceOption, Therapist
from tests import jobrunner
from tests.factories.booking import make_appointment
from tests.factories.services import make_option, make_room, make_therapist

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

At = Callable[..., datetime]
Clock = time_machine.Traveller
CONTACT = lifecycle.Contact(name="Sam Sample", email="sam@example.com", phone="212 555 0100")
FIRST, SECOND, AFTER = (
    NotificationKind.FIRST_REMINDER,
    NotificationKind.SECOND_REMINDER,
    NotificationKind.AFTER_VISIT,
)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def book(start: datetime) -> Appointment:
    """Booked by the desk for a start, with a therapist of its own, and told of."""
    option = make_option()
    booked = lifecycle.book(
        option=option,
        therapist=make_therapist(options=[option]),
        room=None,
        start=start,
        contact=CONTACT,
        user=None,
    )
    delivery.deliver(notification_id=booked.notifications.get().pk)
    mail.outbox.clear()
    return booked


def due() -> list[tuple[str, int]]:
    """What is written now: kind and version of each, in order."""
    found = Notification.objects.filter(pk__in=reminders.write_due()).order_by("pk")
    return [(row.kind, row.version) for row in found]


def deliver(kind: NotificationKind) -> delivery.Outcome:
    return delivery.deliver(notification_id=Notification.objects.get(kind=kind).pk)


# When they are written


def test_each_once_when_its_hour_has_come(clock: Clock, at: At) -> None:
    book(at(27, 10))
    for moment, written in (
        (at(25, 9, 59), []),
        (at(25, 10), [(FIRST, 1)]),
        (at(25, 10, 1), []),
        (at(27, 7, 59), []),
        (at(27, 8), [(SECOND, 1)]),
        (at(27, 8, 1), []),
        (at(27, 10), []),
    ):
        clock.move_to(moment)
        assert due() == written, moment
    assert len(jobrunner.jobs(DELIVER)) == 3  # the confirmation, and these two


@pytest.mark.parametrize(
    ("hours", "before", "written"),
    [
        ((48, 2), 47, [FIRST]),
        ((48, 2), 1, [SECOND]),
        ((None, 2), 47, []),
        ((48, None), 1, [FIRST]),
        ((None, None), 1, []),
        ((2, 48), 47, [SECOND]),
        ((2, 48), 1, [FIRST]),
        ((24, 24), 1, [SECOND]),
    ],
)
def test_the_hours_are_the_policys(
    clock: Clock, hours: tuple[int | None, int | None], before: int, written: list[NotificationKind]
) -> None:
    """After an outage, too: of two that are due the one that is nearer to the visit."""
    visit = book(the_clock.now() + timedelta(days=9))
    ClinicPolicy.objects.create(first_reminder_hours=hours[0], second_reminder_hours=hours[1])
    clock.move_to(visit.starts_at - before * HOUR)
    assert [kind for kind, _ in due()] == written


def test_hours_that_change_hold_from_the_next_minute_on(clock: Clock, at: At) -> None:
    policy = ClinicPolicy.objects.create(first_reminder_hours=24)
    book(at(27, 10))
    clock.move_to(at(25, 12))
    assert due() == []
    policy.first_reminder_hours = 48
    policy.save()
    assert due() == [(FIRST, 1)]
    policy.first_reminder_hours = 24
    policy.save()
    clock.move_to(at(26, 10))
    assert due() == []  # it was said


@pytest.mark.parametrize(("hours_before", "written"), [(48, []), (47, []), (49, [FIRST])])
def test_who_books_inside_the_hours_has_just_heard(
    clock: Clock, at: At, hours_before: int, written: list[NotificationKind]
) -> None:
    clock.move_to(at(30, 10) - hours_before * HOUR)
    book(at(30, 10))
    clock.move_to(at(29, 10))
    assert [kind for kind, _ in due()] == written
    clock.move_to(at(30, 8))
    assert [kind for kind, _ in due()] == [SECOND]


def test_what_is_confirmed_inside_the_hours_needs_none(
    option: ServiceOption, therapist: Therapist, clock: Clock, at: At
) -> None:
    asked = lifecycle.request(
        option=option, therapist=therapist, start=at(27, 10), contact=CONTACT, request_key=uuid.uuid4()
    )
    clock.move_to(at(25, 11))
    assert due() == []  # nobody has said yes
    lifecycle.confirm(appointment=asked, user=None)
    assert due() == []
    clock.move_to(at(27, 8))
    assert due() == [(SECOND, 2)]


def test_a_visit_that_moves_is_reminded_of_anew(clock: Clock, at: At) -> None:
    ClinicPolicy.objects.update_or_create(defaults={"change_hours": 0})
    visit = book(at(27, 10))
    clock.move_to(at(25, 10))
    assert due() == [(FIRST, 1)]
    moved = lifecycle.move(appointment=visit, start=at(30, 10), actor=Actor.PATIENT)
    assert due() == []
    clock.move_to(at(28, 10))
    assert due() == [(FIRST, 2)]
    clock.move_to(at(30, 7, 30))
    lifecycle.move(appointment=moved, start=at(30, 9), actor=Actor.PATIENT)
    clock.move_to(at(30, 8))
    assert due() == []  # they heard of it half an hour ago


def test_another_room_is_no_reason_to_say_it_again(clock: Clock, at: At) -> None:
    visit = book(at(27, 10))
    clock.move_to(at(25, 9))
    moved = lifecycle.move(appointment=visit, start=at(27, 10), room=make_room(), actor=Actor.DESK)
    clock.move_to(at(25, 10))
    assert due() == [(FIRST, 2)]
    clock.move_to(at(25, 11))
    lifecycle.move(appointment=moved, start=at(27, 10), room=make_room(), actor=Actor.DESK)
    clock.shift(timedelta(minutes=3))
    assert due() == []
    assert deliver(FIRST) is delivery.Outcome.SENT


def test_another_room_while_the_worker_was_down_takes_no_reminder_away(clock: Clock, at: At) -> None:
    visit = book(at(27, 10))
    clock.move_to(at(25, 11))
    lifecycle.move(appointment=visit, start=at(27, 10), room=make_room(), actor=Actor.DESK)
    clock.shift(timedelta(minutes=3))
    assert due() == [(FIRST, 2)]


@pytest.mark.parametrize("status", AppointmentStatus)
def test_only_of_what_is_agreed(clock: Clock, at: At, status: AppointmentStatus) -> None:
    make_appointment(start=at(30, 10), status=status)
    clock.move_to(at(28, 10))
    assert [kind for kind, _ in due()] == ([FIRST] if status == "confirmed" else [])


def test_without_an_address_there_is_none(clock: Clock, at: At) -> None:
    make_appointment(start=at(30, 10), status="confirmed", email="")
    clock.move_to(at(28, 10))
    assert due() == []


def test_none_while_a_move_can_be_undone(clock: Clock, at: At) -> None:
    visit = book(at(27, 10))
    clock.move_to(at(25, 9, 59))
    lifecycle.move(appointment=visit, start=at(27, 10, 15), actor=Actor.DESK)
    clock.move_to(at(25, 10, 1))
    assert due() == []
    clock.move_to(at(25, 10, 15))
    assert due() == [(FIRST, 2)]


def test_after_a_long_outage_the_rest_comes_the_next_minute(
    clock: Clock, at: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reminders, "AT_ONCE", 2)
    for hour in (9, 10, 11):
        make_appointment(start=at(30, hour), status="confirmed")
    clock.move_to(at(29, 10))
    assert [len(due()) for _ in range(3)] == [2, 1, 0]


def test_the_job_of_every_minute_writes_them(clock: Clock, at: At) -> None:
    book(at(27, 10))
    clock.move_to(at(25, 10))
    jobs.remind(timestamp=0)
    assert Notification.objects.filter(kind=FIRST).count() == 1


# After the visit


def completed(start: datetime) -> Appointment:
    visit = make_appointment(start=start, status="confirmed")
    return lifecycle.complete(appointment=visit, user=None)


def test_after_a_visit_once(clock: Clock, at: At) -> None:
    completed(at(23, 10))
    clock.move_to(at(24, 6, 59))
    assert due() == []
    clock.move_to(at(24, 7))  # 20 hours after its end
    assert due() == [(AFTER, 2)]
    assert due() == []
    assert deliver(AFTER) is delivery.Outcome.SENT
    (message,) = mail.outbox
    assert message.subject == "Thank you for coming on Monday 23 November"
    assert message.attachments == []
    assert "/appointment/" not in message.body


def test_who_did_not_come_is_not_thanked(clock: Clock, at: At) -> None:
    lifecycle.no_show(appointment=make_appointment(start=at(23, 10), status="confirmed"), user=None)
    clock.move_to(at(24, 7))
    assert due() == []


def test_visits_of_last_week_are_not_written_to_when_it_is_switched_on(clock: Clock, at: At) -> None:
    policy = ClinicPolicy.objects.create(after_visit_hours=None)
    completed(at(23, 10))
    clock.move_to(at(24, 12))
    assert due() == []
    clock.move_to(at(27, 12))
    policy.after_visit_hours = 20
    policy.save()
    assert due() == []


# Looked at again when they go out


def written(clock: Clock, at: At) -> Appointment:
    """A visit on Friday at 10 whose first reminder waits."""
    visit = book(at(27, 10))
    clock.move_to(at(25, 10))
    assert due() == [(FIRST, 1)]
    return visit


def test_it_says_when_where_and_how_to_change(clock: Clock, at: At) -> None:
    written(clock, at)
    assert deliver(FIRST) is delivery.Outcome.SENT
    (message,) = mail.outbox
    assert message.subject == "Reminder: your appointment on Friday 27 November at 10am"
    assert "When: Friday 27 November 2026 at 10am" in message.body
    assert "page until Thursday 26 November 2026 at 10am." in message.body
    assert "/appointment/" in message.body
    assert message.attachments == []


def test_after_the_cut_off_it_says_call_us(clock: Clock, at: At) -> None:
    book(at(27, 10))
    clock.move_to(at(27, 8))
    due()
    deliver(SECOND)
    assert "It is too late to move or cancel on the website. Please call us." in mail.outbox[0].body


@pytest.mark.parametrize(
    ("since", "said"),
    [
        (lambda visit, at: lifecycle.cancel(appointment=visit, actor=Actor.PATIENT), "cancelled"),
        (lambda visit, at: lifecycle.arrive(appointment=visit, user=None), "arrived"),
        (
            lambda visit, at: lifecycle.move(appointment=visit, start=at(30, 10), actor=Actor.PATIENT),
            "A later message",
        ),
        (lambda visit, at: ClinicPolicy.objects.create(first_reminder_hours=None), "does not send"),
        (lambda visit, at: Appointment.objects.update(email=""), "no email address"),
    ],
)
def test_what_happened_since_makes_it_untrue(
    clock: Clock, at: At, since: Callable[[Appointment, At], object], said: str
) -> None:
    since(written(clock, at), at)
    clock.shift(timedelta(minutes=3))  # in which the desk may take it back
    assert deliver(FIRST) is delivery.Outcome.NOT_NEEDED
    assert said in Notification.objects.get(kind=FIRST).last_error
    assert mail.outbox == []


@pytest.mark.parametrize(
    ("moment", "outcome", "said"),
    [
        ((27, 7, 59), delivery.Outcome.SENT, ""),
        ((27, 8, 0), delivery.Outcome.NOT_NEEDED, "A later reminder is due."),
        ((27, 10, 0), delivery.Outcome.NOT_NEEDED, "The visit has begun."),
    ],
)
def test_it_came_late(
    clock: Clock, at: At, moment: tuple[int, ...], outcome: delivery.Outcome, said: str
) -> None:
    written(clock, at)
    clock.move_to(at(*moment))
    assert deliver(FIRST) is outcome
    assert Notification.objects.get(kind=FIRST).last_error == said


def test_moved_and_undone_it_is_still_true(clock: Clock, at: At) -> None:
    moved = lifecycle.move(appointment=written(clock, at), start=at(30, 10), actor=Actor.DESK)
    with pytest.raises(delivery.NotSentError):
        deliver(FIRST)
    lifecycle.undo(appointment=moved, user=None)
    clock.shift(timedelta(minutes=3))
    delivery.deliver(notification_id=Notification.objects.get(kind=NotificationKind.MOVED_BY_US).pk)
    assert deliver(FIRST) is delivery.Outcome.SENT
    assert "Friday 27 November at 10am" in mail.outbox[0].subject
    assert due() == []


# Any sequence of what may happen


class Post:
    """A mail server that works, says "later", or takes a message and is cut off; with what has arrived."""

    def __init__(self) -> None:
        self.state = "works"
        self.arrived: list[EmailMultiAlternatives] = []

    def send(self, messages: list[EmailMultiAlternatives]) -> int:
        if self.state == "later":
            raise smtplib.SMTPDataError(451, b"4.3.0 later")
        self.arrived += messages
        if self.state == "cut off":
            raise TimeoutError
        return len(messages)


STEPS = st.one_of(
    st.tuples(st.just("wait"), st.sampled_from([1, 2, 3, 30, 60 * 5, 60 * 22, 60 * 47])),
    st.tuples(st.just("work"), st.none()),
    st.tuples(st.just("post"), st.sampled_from(["works", "works", "later", "cut off"])),
    st.tuples(st.just("move"), st.tuples(st.sampled_from(Actor.values[:2]), st.integers(0, 5))),
    st.tuples(st.just("undo"), st.none()),
    st.tuples(st.just("room"), st.none()),
    st.tuples(st.just("confirm"), st.none()),
    st.tuples(st.just("decline"), st.none()),
    st.tuples(st.just("cancel"), st.sampled_from(Actor.values[:2])),
    st.tuples(st.just("policy"), st.tuples(*[st.sampled_from([None, 2, 24, 48])] * 2)),
)


OVER = {"cancelled": "is cancelled", "declined": "We cannot offer you"}


class Story:
    """One visit, what happens to it, and what its patient reads."""

    def __init__(self, post: Post, traveller: Clock, *, instant: bool) -> None:
        self.post, self.traveller = post, traveller
        self.starts = [the_clock.now() + timedelta(hours=hours) for hours in (3, 26, 50, 73, 100, 170)]
        option = make_option(booking="instant" if instant else "request")
        therapist = make_therapist(options=[option])
        self.visit = make_appointment(
            option=option,
            therapist=therapist,
            start=self.starts[4],
            status="confirmed" if instant else "requested",
        )
        kind = NotificationKind.CONFIRMED if instant else NotificationKind.RECEIVED
        self.visit.events.create(
            action="book",
            to_status=self.visit.status,
            version=1,
            at=the_clock.now(),
            actor="patient",
            visit=self.visit.visit,
            therapist=therapist,
        )
        Notification.objects.create(appointment=self.visit, kind=kind, version=1, created_at=the_clock.now())
        self.read: list[EmailMultiAlternatives] = []

    def do(self, what: str, how: Any) -> None:
        self.visit.refresh_from_db()
        match what:
            case "wait":
                self.traveller.shift(how * MINUTE)
            case "work":
                self.work()
            case "post":
                self.post.state = how
            case "move" if self.starts[how[1]] > the_clock.now():
                lifecycle.move(appointment=self.visit, start=self.starts[how[1]], actor=how[0])
            case "room":
                lifecycle.move(
                    appointment=self.visit, start=self.visit.starts_at, room=make_room(), actor=Actor.DESK
                )
            case "undo":
                lifecycle.undo(appointment=self.visit, user=None)
            case "confirm":
                lifecycle.confirm(appointment=self.visit, user=None)
            case "decline":
                lifecycle.decline(appointment=self.visit, user=None)
            case "cancel":
                lifecycle.cancel(appointment=self.visit, actor=how)
            case "policy":
                ClinicPolicy.objects.update_or_create(
                    pk=1, defaults={"first_reminder_hours": how[0], "second_reminder_hours": how[1]}
                )

    def work(self) -> None:
        """The worker comes to everything that it has to do just now."""
        reminders.write_due()
        for row in Notification.objects.filter(status=NotificationStatus.WAITING).order_by("?"):
            before, undoable = len(self.post.arrived), self.undoable()
            with suppress(delivery.NotSentError):
                delivery.deliver(notification_id=row.pk)
            for message in self.post.arrived[before:]:
                assert not undoable, "told of what can be undone"
                self.look_at(row, message)

    def look_at(self, row: Notification, message: EmailMultiAlternatives) -> None:
        """What must hold of every message that arrives, at the moment at which it does."""
        self.visit.refresh_from_db()
        now, start = the_clock.now(), self.visit.starts_at
        if self.visit.status not in OVER:
            assert f"When: {when.format_date_time(start)}" in message.body
            assert start > now
        if row.kind in (FIRST, SECOND):
            assert self.visit.status == "confirmed"
        repeats = [each for each in self.read if each.extra_headers == message.extra_headers]
        assert not repeats or row.attempts, "said twice"
        self.read.append(message)

    def undoable(self) -> bool:
        """Whether the visit is at another time, or stands otherwise, by what can be undone."""
        self.visit.refresh_from_db()
        newest = list(self.visit.events.order_by("-version")[:2])
        news = len(newest) == 2 and (
            newest[0].visit != newest[1].visit or newest[0].to_status != newest[1].to_status
        )
        return news and lifecycle.undoable_until(self.visit) is not None

    def end(self) -> None:
        """Everything works again and goes on until there is nothing left to do."""
        self.post.state = "works"
        self.traveller.shift(3 * MINUTE)
        self.work()
        self.work()
        self.visit.refresh_from_db()
        assert not Notification.objects.filter(status=NotificationStatus.WAITING).exists()
        kinds = Counter(
            (row.kind, row.version)
            for row in Notification.objects.filter(status=NotificationStatus.SENT, kind__in=(FIRST, SECOND))
        )
        assert all(count == 1 for count in kinds.values())
        if said := OVER.get(self.visit.status):
            assert said in self.read[-1].subject
        elif self.visit.starts_at > the_clock.now():  # nothing is lost: what was read last is what holds
            assert f"When: {when.format_date_time(self.visit.starts_at)}" in self.read[-1].body
            assert self.visit.status != "confirmed" or "not confirmed yet" not in self.read[-1].body


def tell_the_story(steps: list[tuple[str, Any]], *, instant: bool, clock: Clock) -> None:
    post = Post()
    begin = the_clock.now()
    patch = pytest.MonkeyPatch()
    patch.setattr(EmailBackend, "send_messages", lambda backend, messages: post.send(messages))
    try:
        with transaction.atomic():
            story = Story(post, clock, instant=instant)
            for what, how in steps:
                with suppress(BookingError):
                    story.do(what, how)
            story.end()
            transaction.set_rollback(True)
    finally:
        patch.undo()
        clock.move_to(begin)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(STEPS, max_size=20), instant=st.booleans())
def test_whatever_happens_what_is_read_is_true(
    clock: Clock, steps: list[tuple[str, Any]], instant: bool
) -> None:
    tell_the_story(steps, instant=instant, clock=clock)


TOLD = heard._told
PROTECTIONS: dict[str, tuple[object, str, Any, list[tuple[str, Any]]]] = {
    "nobody waits for the end of the undoing": (
        delivery,
        "_refuse_too_early",
        lambda notification: None,
        [("work", None), ("move", ("desk", 5)), ("work", None)],
    ),
    "what may have arrived does not count": (
        heard,
        "_told",
        lambda notification: (TOLD(notification)[0], 0),
        [
            ("work", None),
            ("move", ("desk", 5)),
            ("wait", 3),
            ("post", "cut off"),
            ("work", None),
            ("move", ("desk", 4)),
        ],
    ),
}


@pytest.mark.parametrize("protection", PROTECTIONS)
def test_without_a_protection_the_same_stories_go_wrong(
    clock: Clock, monkeypatch: pytest.MonkeyPatch, protection: str
) -> None:
    """The control: with it they end well."""
    where, name, instead, steps = PROTECTIONS[protection]
    tell_the_story(steps, instant=True, clock=clock)
    monkeypatch.setattr(where, name, instead)
    with pytest.raises(AssertionError):
        tell_the_story(steps, instant=True, clock=clock)


@pytest.mark.long
@settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(STEPS, min_size=5, max_size=40), instant=st.booleans())
def test_whatever_happens_in_many_stories(clock: Clock, steps: list[tuple[str, Any]], instant: bool) -> None:
    tell_the_story(steps, instant=instant, clock=clock)
