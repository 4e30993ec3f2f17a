"""The inbox: what waits in order, with what helps to answer it, and the buttons."""

import uuid
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from booking import inbox, lifecycle, offering
from booking.enums import NotificationKind
from booking.models import Appointment, ComfortPreferences, Notification, Offer, Proposal
from services.models import Room, ServiceOption, Therapist
from tests.booking.admin.pages import messages_of, text_of
from tests.factories.booking import make_appointment, make_notification, make_override_hours, make_time_off
from tests.factories.services import make_therapist
from tests.factories.waiting import make_place

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

At = Callable[..., datetime]
INBOX = "/admin/inbox/"


def ask(
    option: ServiceOption, therapist: Therapist, start: datetime, name: str = "Sam Sample", **more: str
) -> Appointment:
    contact = lifecycle.Contact(name=name, email=more.pop("email", "sam@example.com"), **more)  # type: ignore[arg-type]
    return lifecycle.request(
        option=option, therapist=therapist, start=start, contact=contact, request_key=uuid.uuid4()
    )


@pytest.fixture
def asked(option: ServiceOption, therapist: Therapist, at: At) -> Appointment:
    return ask(option, therapist, at(25, 10))


def value(appointment: Appointment) -> str:
    return f"{appointment.pk}.{appointment.version}"


def press(desk: Client, do: str, **more: object) -> list[str]:
    return messages_of(desk.post(INBOX, {"do": do, **more}, follow=True))


def now(appointment: Appointment) -> Appointment:
    return Appointment.objects.get(pk=appointment.pk)


def test_who_has_waited_longest_comes_first_with_all_that_is_known(
    desk: Client, option: ServiceOption, therapist: Therapist, at: At, clock: time_machine.Traveller
) -> None:
    first = ask(option, therapist, at(26, 10), name="First Asker", note="<script>alert(1)</script>")
    ComfortPreferences.objects.create(appointment=first, pressure="light", quiet=True, updated_at=at(23, 9))
    make_place(appointment=first)
    make_appointment(
        option=option, name="First Asker", email="SAM@example.com", start=at(27, 15), status="confirmed"
    )
    clock.shift(timedelta(hours=2))
    ask(option, therapist, at(25, 10), name="Second Asker", email="second@example.com")
    answer = desk.get(INBOX)
    words = text_of(answer)
    assert words.index("First Asker") < words.index("Second Asker")
    assert "asked 2 hours ago" in words
    assert "&lt;script&gt;alert(1)" in answer.content.decode()
    assert "Friday 27 November 2026 at 3pm" in words
    assert "Waits for earlier" in words
    assert "Light pressure; little talk" in words


@pytest.mark.parametrize(("action", "status"), [("confirm", "confirmed"), ("decline", "declined")])
def test_one_press_answers_and_can_be_undone(
    desk: Client, asked: Appointment, action: str, status: str
) -> None:
    told = press(desk, f"{action}.{value(asked)}")
    assert now(asked).status == status
    assert "The email goes out at 9:03am." in told[0]
    assert "Just done" in text_of(desk.get(INBOX))


def test_several_at_once_each_by_itself(
    desk: Client, asked: Appointment, option: ServiceOption, therapist: Therapist, at: At
) -> None:
    others = [ask(option, therapist, at(26, hour), email=f"{hour}@example.com") for hour in (9, 13)]
    lifecycle.confirm(appointment=others[0], user=None)  # somebody else was quicker
    told = press(desk, "confirm", pick=[value(each) for each in [asked, *others]])
    assert [now(each).status for each in [asked, *others]] == ["confirmed"] * 3
    assert any("2 requests were confirmed" in line for line in told)
    assert any("has changed in the meantime" in line for line in told)


def test_what_was_seen_before_a_change_is_not_answered(desk: Client, asked: Appointment, at: At) -> None:
    lifecycle.move_as_patient(appointment=asked, start=at(26, 10), therapist=None, version=1)
    told = press(desk, f"confirm.{value(asked)}")
    assert "has changed in the meantime" in told[0]
    assert now(asked).status == "requested"


@pytest.mark.parametrize(
    "do", ["", "confirm", "nothing.1.1", "confirm.x.y", "again.x", "confirm.1.1.1", "undo.1.1"]
)
def test_odd_presses_change_nothing(desk: Client, asked: Appointment, do: str) -> None:
    assert desk.post(INBOX, {"do": do}).status_code == 302
    assert now(asked).version == 1


def test_what_has_become_doubtful_is_said(
    desk: Client, option: ServiceOption, therapist: Therapist, room: Room, at: At
) -> None:
    asked = ask(option, therapist, at(25, 10))
    assert inbox.doubts(asked) == []
    make_time_off(therapist=therapist, start=at(25), end=at(26))
    Room.objects.update(in_use=False)
    option.therapists.remove(therapist)
    found = Appointment.objects.select_related("option", "therapist", "room").get(pk=asked.pk)
    words = " ".join(inbox.doubts(found))
    assert "does not give this option" in words
    assert "is out of use" in words
    assert "does not give this option" in text_of(desk.get(INBOX))


def test_closed_hours_are_a_doubt_and_notice_is_none(
    option: ServiceOption, therapist: Therapist, at: At, clock: time_machine.Traveller
) -> None:
    asked = ask(option, therapist, at(25, 10))
    clock.move_to(at(25, 9, 30))  # too late for the website, and no doubt about what is kept
    assert inbox.doubts(asked) == []
    make_time_off(therapist=therapist, start=at(25), end=at(26))
    assert inbox.doubts(asked) == ["The therapist has time off: Wednesday 25 November 2026."]


def test_a_message_that_failed_is_sent_again(desk: Client, asked: Appointment) -> None:
    failed = make_notification(
        appointment=asked,
        kind=NotificationKind.DECLINED,
        status="failed",
        last_error="The mail server answered 550.",
    )
    assert "The mail server answered 550." in text_of(desk.get(INBOX))
    assert "waits to be sent again" in press(desk, f"again.{failed.pk}")[0]
    assert Notification.objects.get(pk=failed.pk).status == "waiting"
    assert "Only a message that could not be sent" in press(desk, f"again.{failed.pk}")[0]


def test_offers_under_way_say_whom_to_call(desk: Client, option: ServiceOption) -> None:
    therapist = make_therapist(name="Ana Demo", options=[option])
    make_override_hours(therapist=therapist, on=date(2026, 11, 24), stretches=[("10:00", "11:00")])
    make_place(option=option, name="No Mail", email="", phone="212 555 0142")
    offering.offer_freed()
    words = text_of(desk.get(INBOX))
    assert "No Mail kept until 10am" in words
    assert "Call them 212 555 0142" in words
    appointment = Offer.objects.get().appointment
    desk.post(
        f"/admin/booking/appointment/{appointment.pk}/do/accept/",
        {"version": appointment.version, "from": "inbox"},
    )
    assert now(appointment).status == "confirmed"


def test_other_times_are_proposed_and_seen(
    desk: Client, asked: Appointment, therapist: Therapist, at: At
) -> None:
    page = f"{INBOX}{asked.pk}/propose/"
    assert "Wednesday 25 November at 9:45am" in text_of(desk.get(page))
    times = [f"{int(at(26, hour).timestamp())}.{therapist.pk}" for hour in (9, 13)]
    answer = desk.post(page, {"version": 1, "time": times, "answer": "4"}, follow=True)
    assert messages_of(answer) == [
        "Sam Sample is asked to choose another time. The email goes out at 9:03am."
    ]
    assert Proposal.objects.get().expires_at == at(23, 13)
    assert "Asked to choose until 1pm" in text_of(answer)
    assert "Undo" in text_of(answer)
    undone = desk.post(
        f"/admin/booking/appointment/{asked.pk}/do/undo/", {"version": 2, "from": "inbox"}, follow=True
    )
    assert "Asked to choose" not in text_of(undone)


@pytest.mark.parametrize("sent", [{}, {"version": "1"}, {"version": "9", "time": "ok"}, {"time": "ok"}])
def test_a_proposal_that_cannot_be_made_says_so_and_keeps_the_ticks(
    desk: Client, asked: Appointment, therapist: Therapist, at: At, sent: dict[str, str]
) -> None:
    time = f"{int(at(25, 9).timestamp())}.{therapist.pk}"
    sent = {name: time if text == "ok" else text for name, text in sent.items()}
    answer = desk.post(f"{INBOX}{asked.pk}/propose/", sent)
    assert answer.status_code == 409
    assert not Proposal.objects.exists()
    assert ("checked" in answer.content.decode()) == ("time" in sent)


def test_the_queries_depend_on_the_requests_of_a_page_alone(
    desk: Client, option: ServiceOption, therapist: Therapist, at: At
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            desk.get(INBOX)
        return len(captured)

    hours = [(25, 9), (25, 10, 15), (26, 9), (26, 10, 15), (27, 9)]
    first = ask(option, therapist, at(24, 13), email="first@example.com")
    one = queries()
    for number, hour in enumerate(hours):
        make_place(appointment=ask(option, therapist, at(*hour), email=f"{number}@example.com"))
    many = queries()
    assert many <= one + 2 * len(hours) + 3, (one, many)
    assert first.pk


def test_only_the_desk(client: Client) -> None:
    therapist = User.objects.create_user("ana", is_staff=True)
    therapist.groups.add(Group.objects.get(name="Therapist"))
    client.force_login(therapist)
    assert client.get(INBOX).status_code == 403
    assert client.get("/admin/ill/").status_code == 403
