"""A therapist is ill: the pages on which the desk looks after everybody who is met."""

import uuid
from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client

from booking import lifecycle
from booking.models import Absence, Appointment, Proposal, TimeOff
from services.models import ServiceOption, Therapist
from tests.booking.admin.pages import errors_of, messages_of, text_of
from tests.factories.booking import make_appointment, make_weekly_hours
from tests.factories.services import make_therapist

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

At = Callable[..., datetime]
DAY = {"from_date": "2026-11-25", "until_date": "2026-11-25"}


@pytest.fixture
def other(option: ServiceOption) -> Therapist:
    found = make_therapist(name="Ben Demo", options=[option])
    make_weekly_hours(therapist=found)
    return found


@pytest.fixture
def booked(option: ServiceOption, therapist: Therapist, other: Therapist, at: At) -> list[Appointment]:
    return [
        lifecycle.book(
            option=option,
            therapist=therapist,
            room=None,
            start=at(25, hour),
            contact=lifecycle.Contact(name=name, email=f"{hour}@example.com", phone="212 555 0100"),
            user=None,
            request_key=uuid.uuid4(),
        )
        for hour, name in ((9, "Nina Nine"), (13, "Owen One"), (15, "Theo Three"))
    ]


@pytest.fixture
def page(desk: Client, therapist: Therapist, booked: list[Appointment]) -> str:
    """The page of an illness on Wednesday."""
    answer = desk.post("/admin/ill/", {"therapist": therapist.pk, **DAY})
    assert answer.status_code == 302
    desk.get(answer.headers["Location"])  # which shows what is said of it
    return str(answer.headers["Location"])


def now(appointment: Appointment) -> Appointment:
    return Appointment.objects.get(pk=appointment.pk)


def test_the_first_page_takes_who_and_when_from_the_board(desk: Client, therapist: Therapist) -> None:
    body = desk.get(f"/admin/ill/?therapist={therapist.slug}&date=2026-11-26").content.decode()
    assert f'value="{therapist.pk}" selected' in body
    assert 'value="2026-11-26"' in body
    assert desk.get("/admin/ill/?therapist=%00&date=never").status_code == 200


def test_what_is_wrong_is_said_at_its_box(desk: Client, therapist: Therapist) -> None:
    answer = desk.post("/admin/ill/", {"therapist": "", **DAY, "until_date": "2026-11-24"})
    assert answer.status_code == 422
    assert errors_of(answer).keys() == {"therapist", "until_date"}
    assert not TimeOff.objects.exists()


def test_everybody_is_listed_with_what_is_free_and_nothing_was_changed(
    desk: Client, page: str, booked: list[Appointment], therapist: Therapist
) -> None:
    words = text_of(desk.get(page))
    for name in ("Nina Nine", "Owen One", "Theo Three"):
        assert name in words
    assert "Move: Same time, with Ben Demo" in words
    assert f"Move: Thursday 26 November at 9am, with {therapist}" in words
    assert TimeOff.objects.get().therapist == therapist
    assert {now(each).version for each in booked} == {1}


def test_each_choice_is_done_by_itself_and_one_that_fails_stops_nobody(
    desk: Client,
    page: str,
    booked: list[Appointment],
    other: Therapist,
    option: ServiceOption,
    therapist: Therapist,
    at: At,
) -> None:
    nine, one, three = booked
    make_appointment(
        option=option, therapist=other, start=at(25, 9), status="confirmed"
    )  # it has gone meanwhile
    stamp = {each.pk: int(each.starts_at.timestamp()) for each in booked}
    answer = desk.post(
        page,
        {
            **{f"version-{each.pk}": 1 for each in booked},
            f"do-{nine.pk}": f"move.{stamp[nine.pk]}.{other.pk}",
            f"do-{one.pk}": f"move.{stamp[one.pk]}.{other.pk}",
            f"do-{three.pk}": "ask",
            f"propose-{three.pk}": [f"{int(at(26, 9).timestamp())}.{therapist.pk}"],
        },
        follow=True,
    )
    told = messages_of(answer)
    assert "Nina Nine" in told[0]
    assert "2 visits were changed." in told[1]
    assert (now(nine).therapist, now(nine).version) == (therapist, 1)
    assert (now(one).therapist, now(one).starts_at) == (other, one.starts_at)
    assert Proposal.objects.get().appointment == three
    words = text_of(answer)
    assert "Undo all 2" in words
    assert "Asked to choose until" in words


def test_all_can_be_undone_at_once(desk: Client, page: str, booked: list[Appointment]) -> None:
    sent = {f"version-{each.pk}": 1 for each in booked} | {f"do-{each.pk}": "cancel" for each in booked}
    desk.post(page, sent)
    assert {now(each).status for each in booked} == {"cancelled"}
    number = Absence.objects.get().pk
    answer = desk.post(
        "/admin/booking/appointment/undo/",
        {"undo": [f"{each.pk}.2" for each in booked], "from": f"ill.{number}"},
        follow=True,
    )
    assert answer.redirect_chain[-1][0] == page
    assert {now(each).status for each in booked} == {"confirmed"}


def test_an_older_version_changes_nothing(desk: Client, page: str, booked: list[Appointment], at: At) -> None:
    nine = booked[0]
    lifecycle.stretch(appointment=nine, minutes=75, user=None)
    answer = desk.post(page, {f"version-{nine.pk}": 1, f"do-{nine.pk}": "cancel"}, follow=True)
    assert "has changed in the meantime" in messages_of(answer)[0]
    assert now(nine).status == "confirmed"


@pytest.mark.parametrize("do", ["", "move", "move.x", "move.1.1", "ask", "fly", "move.99999999999.1"])
def test_odd_choices_change_nothing(desk: Client, page: str, booked: list[Appointment], do: str) -> None:
    nine = booked[0]
    assert (
        desk.post(page, {f"version-{nine.pk}": 1, f"do-{nine.pk}": do, "version-x": "y"}).status_code == 302
    )
    assert now(nine).version == 1


def test_who_has_no_email_is_to_be_called(desk: Client, page: str, booked: list[Appointment]) -> None:
    Appointment.objects.filter(pk=booked[0].pk).update(email="")
    words = text_of(desk.get(page))
    assert "1 to call" in words
    assert "No email: call" in words
    assert words.count("Let them choose by link") == 2
