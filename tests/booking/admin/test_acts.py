from collections.abc import Callable
from datetime import datetime

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from booking import lifecycle
from booking.admin.appointment import MOST_AT_ONCE
from booking.enums import Actor
from booking.models import Appointment, Notification
from booking.transitions import TRANSITIONS, Action
from tests.booking.admin.pages import messages_of, text_of
from tests.factories.booking import make_appointment

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.django_db]

LIST = "/admin/booking/appointment/"
At = Callable[..., datetime]


def press(client: Client, appointment: Appointment, act: str, **data: object) -> str:
    """Press a button as the page shows it, and give the status afterwards."""
    fields = {"version": appointment.version, "from": "page", **data}
    client.post(f"{LIST}{appointment.pk}/do/{act}/", fields)
    appointment.refresh_from_db()
    return appointment.status


@pytest.mark.parametrize(
    ("before", "act", "after"),
    [
        ("requested", "confirm", "confirmed"),
        ("requested", "decline", "declined"),
        ("requested", "cancel", "cancelled"),
        ("confirmed", "cancel", "cancelled"),
        ("confirmed", "arrive", "arrived"),
        ("confirmed", "in_room", "arrived"),
        ("arrived", "in_room", "arrived"),
        ("arrived", "complete", "completed"),
        ("confirmed", "no_show", "no_show"),
    ],
)
def test_each_button_goes_through_the_lifecycle(
    desk: Client, at: At, before: str, act: str, after: str
) -> None:
    appointment = make_appointment(start=at(23, 9), status=before)
    assert press(desk, appointment, act) == after
    event = appointment.events.get()
    assert (event.action, event.user, event.from_status) == (
        act,
        User.objects.get(username="frontdesk"),
        before,
    )


def test_no_get_changes_anything(desk: Client, appointment: Appointment) -> None:
    for act in Action:
        assert desk.get(f"{LIST}{appointment.pk}/do/{act}/").status_code == 405
    appointment.refresh_from_db()
    assert (appointment.status, appointment.version) == ("requested", 1)


def test_a_button_needs_the_token_of_its_form(appointment: Appointment, desk: Client) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(User.objects.get(username="frontdesk"))
    response = strict.post(f"{LIST}{appointment.pk}/do/confirm/", {"version": 1})
    assert response.status_code == 403
    appointment.refresh_from_db()
    assert appointment.status == "requested"


@pytest.mark.parametrize("version", ["1", "", "0", "-1", "x", "99999999999999999999"])
def test_a_page_that_is_out_of_date_changes_nothing(
    desk: Client, appointment: Appointment, at: At, version: str
) -> None:
    lifecycle.confirm(appointment=appointment, user=None)
    response = desk.post(f"{LIST}{appointment.pk}/do/cancel/", {"version": version}, follow=True)
    [message] = messages_of(response)
    assert "has changed in the meantime" in message
    appointment.refresh_from_db()
    assert appointment.status == "confirmed"


@pytest.mark.parametrize("act", ["move", "request", "book", "expire", "delete", "nonsense"])
def test_only_the_buttons_there_are_can_be_pressed(desk: Client, appointment: Appointment, act: str) -> None:
    assert desk.post(f"{LIST}{appointment.pk}/do/{act}/", {"version": 1}).status_code == 403


def test_who_only_looks_presses_nothing(client: Client, appointment: Appointment) -> None:
    looker = User.objects.create_user("looker", is_staff=True)
    looker.user_permissions.add(*_permissions("view_appointment", "see_every_appointment"))
    client.force_login(looker)
    page = client.get(f"{LIST}{appointment.pk}/change/")
    assert page.status_code == 200
    assert "/do/confirm/" not in page.content.decode()
    assert "/do/confirm/" not in client.get(LIST).content.decode()
    assert client.post(f"{LIST}{appointment.pk}/do/confirm/", {"version": 1}).status_code == 403
    client.post(LIST, {"action": "confirm", "_selected_action": [appointment.pk]})
    assert client.get(f"{LIST}{appointment.pk}/move/").status_code == 403
    appointment.refresh_from_db()
    assert appointment.status == "requested"


def _permissions(*names: str) -> list[Permission]:
    return list(Permission.objects.filter(codename__in=names))


def test_several_at_once_each_by_itself_and_a_word_on_each_that_failed(desk: Client, at: At) -> None:
    good = [make_appointment(name=f"Good {number}", start=at(24, 9)) for number in range(2)]
    done = make_appointment(name="Cara Done", start=at(25, 9), status="declined")
    response = desk.post(
        f"{LIST}?show=all",
        {"action": "confirm", "_selected_action": [each.pk for each in [good[0], done, good[1]]]},
        follow=True,
    )
    assert sorted(messages_of(response)) == sorted(
        [
            "2 appointments were confirmed.",
            "Cara Done, Wednesday 25 November, 9am to 10am, was not confirmed: "
            f"{done.reference} is declined: this cannot be done with it now.",
        ]
    )
    assert {each.status for each in Appointment.objects.filter(name__startswith="Good")} == {"confirmed"}
    assert Notification.objects.filter(kind="confirmed").count() == 2


def test_several_at_once_keep_to_the_versions_in_the_list(
    desk: Client, appointment: Appointment, at: At
) -> None:
    page = desk.get(LIST).content.decode()
    assert f'name="version-{appointment.pk}" value="1"' in page
    lifecycle.move(appointment=appointment, start=at(24, 13), actor=Actor.PATIENT)
    data = {"action": "confirm", "_selected_action": [appointment.pk], f"version-{appointment.pk}": "1"}
    [message] = messages_of(desk.post(LIST, data, follow=True))
    assert "has changed in the meantime" in message
    appointment.refresh_from_db()
    assert appointment.status == "requested"


def test_too_many_at_once_are_refused(desk: Client, appointment: Appointment, at: At) -> None:
    copies = []
    for _ in range(MOST_AT_ONCE):
        copy = Appointment.objects.get(pk=appointment.pk)
        copies.append(
            Appointment(
                status="cancelled",
                option=copy.option,
                therapist=copy.therapist,
                visit=copy.visit,
                occupied=copy.occupied,
                price=copy.price,
                name="Copy",
                created_at=copy.created_at,
            )
        )
    Appointment.objects.bulk_create(copies)
    data = {"action": "confirm", "_selected_action": [appointment.pk], "select_across": "1"}
    [message] = messages_of(desk.post(f"{LIST}?show=all", data, follow=True))
    assert message == "Nothing was done: choose at most 100 appointments at once."
    appointment.refresh_from_db()
    assert appointment.status == "requested"


def test_a_button_in_a_row_leads_back_to_the_list_as_it_was(desk: Client, appointment: Appointment) -> None:
    response = desk.post(
        f"{LIST}{appointment.pk}/do/confirm/",
        {f"version-{appointment.pk}": "1", "narrowed": "show=all&q=Pat&next=//evil.test"},
    )
    assert response["Location"] == f"{LIST}?show=all&q=Pat&next=%2F%2Fevil.test"


def test_the_page_offers_what_the_table_allows(desk: Client, at: At) -> None:
    shown = {}
    for status in ("requested", "confirmed", "arrived", "completed", "cancelled"):
        page = desk.get(f"{LIST}{make_appointment(start=at(23, 12), status=status).pk}/change/")
        shown[status] = {act.action for act in page.context["acts"]}
    buttons = {
        Action.CONFIRM,
        Action.DECLINE,
        Action.ARRIVE,
        Action.IN_ROOM,
        Action.COMPLETE,
        Action.NO_SHOW,
        Action.CANCEL,
    }
    assert shown == {
        status: {action for action in buttons if status in TRANSITIONS[action].sources} for status in shown
    }


def test_nobody_arrives_before_the_day_of_the_visit(desk: Client, at: At) -> None:
    tomorrow = make_appointment(start=at(24, 0), status="confirmed")
    page = desk.get(f"{LIST}{tomorrow.pk}/change/")
    assert {act.action for act in page.context["acts"]} == {Action.CANCEL}


def test_the_desk_is_told_to_call_where_there_is_no_address(desk: Client, at: At) -> None:
    silent = make_appointment(start=at(24, 9), email="")
    response = desk.post(f"{LIST}{silent.pk}/do/confirm/", {"version": "1", "from": "today"}, follow=True)
    assert response.request["PATH_INFO"] == "/admin/"
    assert "tell them by phone" in text_of(response)


@pytest.mark.parametrize("action", ["arrive", "in_room", "complete", "no_show"])
def test_what_only_the_day_tells_is_not_said_before_it(
    desk: Client, appointment: Appointment, action: str
) -> None:
    """By no button, by no address, and not in bulk."""
    lifecycle.confirm(appointment=appointment, user=None)
    response = desk.post(f"{LIST}{appointment.pk}/do/{action}/", {"version": 2}, follow=True)
    assert "Its day has not come yet." in messages_of(response)[0]
    chosen = {"action": action, "_selected_action": appointment.pk, f"version-{appointment.pk}": 2}
    response = desk.post(f"{LIST}?show=confirmed", chosen, follow=True)
    assert "Its day has not come yet." in messages_of(response)[0]
    appointment.refresh_from_db()
    assert (appointment.status, appointment.version) == ("confirmed", 2)


@pytest.mark.parametrize("key", ["", "abc", "1e9", "9" * 400, "\0"])
def test_a_row_that_cannot_be_is_an_answer_in_words(desk: Client, appointment: Appointment, key: str) -> None:
    response = desk.post(LIST, {"action": "confirm", "_selected_action": key}, follow=True)
    assert messages_of(response) == ["Nothing was done: tick the rows again."]


def test_no_text_holds_that_character(desk: Client) -> None:
    for address in (f"{LIST}?status=%00", "/admin/booking/notification/?status=%00"):
        assert desk.get(address, follow=True).status_code in {200, 404}
