from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from booking import lifecycle
from booking.enums import Actor
from booking.models import Appointment
from services.models import ServiceOption, Therapist
from tests.booking.admin.pages import errors_of, messages_of, text_of
from tests.factories.booking import make_appointment, make_weekly_hours
from tests.factories.services import make_room, make_therapist

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.django_db]

At = Callable[..., datetime]


@pytest.fixture
def page(appointment: Appointment) -> str:
    """Where the appointment is moved."""
    return f"/admin/booking/appointment/{appointment.pk}/move/"


@pytest.fixture
def form(appointment: Appointment) -> dict[str, Any]:
    """What the desk sends: from Tuesday at 10 to Tuesday at 2."""
    return {
        "date": "2026-11-24",
        "time": "2pm",
        "therapist": appointment.therapist_id,
        "room": "",
        "version": "1",
    }


def test_to_another_time(
    desk: Client, appointment: Appointment, page: str, form: dict[str, Any], at: At
) -> None:
    shown = desk.get(page).content.decode()
    assert 'value="2026-11-24"' in shown
    assert 'value="10:00"' in shown
    response = desk.post(page, form, follow=True)
    assert messages_of(response) == [
        "Pat Example was moved to Tuesday 24 November, 2pm to 3pm."
        " You can undo it until 9:03am. Then a message goes out."
    ]
    appointment.refresh_from_db()
    assert (appointment.starts_at, appointment.occupied_until) == (at(24, 14), at(24, 15, 15))
    assert (appointment.status, appointment.version) == ("requested", 2)
    assert [told.kind for told in appointment.notifications.all()] == ["moved_by_us"]


def test_to_another_therapist_and_room(
    desk: Client, appointment: Appointment, page: str, form: dict[str, Any], option: ServiceOption, at: At
) -> None:
    ben, room = make_therapist(options=[option]), make_room()
    make_weekly_hours(therapist=ben)
    option.rooms.add(room)
    desk.post(page, {**form, "time": "10", "therapist": ben.pk, "room": room.pk})
    appointment.refresh_from_db()
    assert (appointment.therapist, appointment.room, appointment.starts_at) == (ben, room, at(24, 10))


def test_onto_another_visit(
    desk: Client, appointment: Appointment, page: str, form: dict[str, Any], therapist: Therapist, at: At
) -> None:
    there = make_appointment(therapist=therapist, option=appointment.option, start=at(24, 13, 30))
    response = desk.post(page, form)
    assert there.reference in errors_of(response)["time"][0]
    assert 'value="2pm"' in response.content.decode()
    [chosen] = [each for each in response.context["suggestions"] if "at 2:45pm" in each.text]
    desk.post(page, {**form, "take": chosen.value})
    appointment.refresh_from_db()
    assert appointment.starts_at == at(24, 14, 45)


def test_its_own_time_is_not_in_its_way(
    desk: Client, appointment: Appointment, page: str, form: dict[str, Any], at: At
) -> None:
    desk.post(page, {**form, "time": "10:30"})
    appointment.refresh_from_db()
    assert appointment.starts_at == at(24, 10, 30)


def test_a_lost_race_is_an_error_of_the_form(
    desk: Client,
    appointment: Appointment,
    page: str,
    form: dict[str, Any],
    therapist: Therapist,
    at: At,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    move = lifecycle.move

    def then_lose(**kwargs: Any) -> Appointment:
        make_appointment(therapist=therapist, option=appointment.option, start=at(24, 14))
        return move(**kwargs)

    monkeypatch.setattr(lifecycle, "move", then_lose)
    response = desk.post(page, form)
    assert "then." in errors_of(response)["time"][0]
    appointment.refresh_from_db()
    assert appointment.version == 1


def test_nowhere_else_is_no_move(
    desk: Client, appointment: Appointment, page: str, form: dict[str, Any]
) -> None:
    response = desk.post(page, {**form, "time": "10"})
    assert "already" in errors_of(response)["time"][0]
    assert not appointment.notifications.exists()


def test_a_page_that_is_out_of_date_moves_nothing(
    desk: Client, appointment: Appointment, page: str, form: dict[str, Any], at: At
) -> None:
    lifecycle.move(appointment=appointment, start=at(26, 10), actor=Actor.PATIENT)
    response = desk.post(page, form)
    assert "has changed in the meantime" in errors_of(response)["__all__"][0]
    appointment.refresh_from_db()
    assert appointment.starts_at == at(26, 10)


def test_a_therapist_who_does_not_give_the_option(
    desk: Client, appointment: Appointment, page: str, form: dict[str, Any], therapist: Therapist
) -> None:
    response = desk.post(page, {**form, "therapist": make_therapist(name="Ben").pk})
    assert f"Those who do: {therapist.name}." in errors_of(response)["therapist"][0]


@pytest.mark.parametrize("status", ["completed", "cancelled", "declined", "arrived", "no_show"])
def test_what_is_over_stays_where_it_was(desk: Client, at: At, status: str) -> None:
    over = make_appointment(start=at(20, 9), status=status)
    for ask in (desk.get, desk.post):
        response = ask(f"/admin/booking/appointment/{over.pk}/move/", follow=True)
        assert "cannot be moved" in messages_of(response)[0]


def test_the_time_kept_free_is_given_up_with_a_tick_and_comes_back_with_undo(
    desk: Client, appointment: Appointment, page: str, form: dict[str, Any], at: At
) -> None:
    make_appointment(
        therapist=appointment.therapist, option=appointment.option, start=at(24, 15), status="confirmed"
    )
    lifecycle.confirm(appointment=appointment, user=None)
    form["version"] = "2"
    refused = desk.post(page, form | {"time": "14:30"})
    assert "set the tick below" not in text_of(refused)  # the visits themselves would overlap
    refused = desk.post(page, form)
    assert "It would fit without the time that this visit keeps free" in text_of(refused)
    assert "set the tick below" in text_of(refused)
    desk.post(page, form | {"bare": "on"})
    appointment.refresh_from_db()
    assert (appointment.starts_at, appointment.occupied_until) == (at(24, 14), at(24, 15))
    lifecycle.undo(appointment=appointment, user=None)
    appointment.refresh_from_db()
    assert (appointment.starts_at, appointment.occupied_until) == (at(24, 10), at(24, 11, 15))


def test_two_visits_never_overlap_whatever_is_ticked(
    desk: Client, appointment: Appointment, page: str, form: dict[str, Any], at: At
) -> None:
    make_appointment(
        therapist=appointment.therapist, option=appointment.option, start=at(24, 14, 30), status="confirmed"
    )
    refused = desk.post(page, form | {"bare": "on"})
    assert "time" in errors_of(refused)
    assert "would fit without" not in text_of(refused)
    appointment.refresh_from_db()
    assert appointment.starts_at == at(24, 10)


def test_a_visit_that_keeps_nothing_free_has_no_such_tick(
    desk: Client, appointment: Appointment, page: str
) -> None:
    assert 'name="bare"' in desk.get(page).content.decode()
    Appointment.objects.filter(pk=appointment.pk).update(occupied=appointment.visit)
    assert 'name="bare"' not in desk.get(page).content.decode()
