"""What the desk did just now is on top of its pages, with buttons that undo it."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client

from booking import lifecycle
from booking.enums import Actor
from booking.models import Appointment
from tests.booking.admin.pages import messages_of, text_of
from tests.factories.booking import make_appointment
from tests.factories.services import make_therapist

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

LIST = "/admin/booking/appointment/"
At = Callable[..., datetime]
Clock = time_machine.Traveller


def do(client: Client, appointment: Appointment, act: str, **more: str) -> None:
    appointment.refresh_from_db()
    client.post(f"{LIST}{appointment.pk}/do/{act}/", {"version": appointment.version, **more})


def forms_of(client: Client, address: str, action: str) -> list[dict[str, list[str]]]:
    """The hidden fields of each form of a page that goes to an address."""
    body = client.get(address).content.decode()
    found = []
    for form in re.findall(rf'(?s)<form [^>]*action="{re.escape(action)}".*?</form>', body):
        fields: dict[str, list[str]] = {}
        for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form):
            fields.setdefault(name, []).append(value)
        assert 'method="post"' in form
        assert "csrfmiddlewaretoken" in fields
        found.append(fields)
    return found


@pytest.mark.parametrize("act", ["confirm", "decline", "cancel"])
def test_the_first_page_the_list_and_the_page_each_have_the_button(
    desk: Client, appointment: Appointment, act: str
) -> None:
    page = f"{LIST}{appointment.pk}/change/"
    undo = f"{LIST}{appointment.pk}/do/undo/"
    before = appointment.status
    for address in ("/admin/", f"{LIST}?show=all", page):
        assert forms_of(desk, address, undo) == []
        do(desk, appointment, act)
        text = text_of(desk.get(address))
        assert "until 9:03am" in text
        [fields] = forms_of(desk, address, undo)
        response = desk.post(undo, fields, follow=True)
        assert response.request["PATH_INFO"] == address.partition("?")[0]
        assert "was put back as it was." in messages_of(response)[0]
        appointment.refresh_from_db()
        assert appointment.status == before


def test_a_row_of_the_day_has_its_own(desk: Client, at: At, clock: Clock) -> None:
    here = make_appointment(start=at(23, 9), status="confirmed")
    do(desk, here, "no_show")
    undo = f"{LIST}{here.pk}/do/undo/"
    assert len(forms_of(desk, "/admin/", undo)) == 2  # just done, and the row
    desk.post(undo, forms_of(desk, "/admin/", undo)[1])
    here.refresh_from_db()
    assert here.status == "confirmed"
    do(desk, here, "arrive")
    clock.shift(timedelta(minutes=3))
    assert forms_of(desk, "/admin/", undo) == []


def test_only_what_one_did_oneself_is_on_top_and_the_row_is_for_all(desk: Client, at: At) -> None:
    here = make_appointment(start=at(23, 9), status="confirmed")
    lifecycle.arrive(appointment=here, user=User.objects.create_user("other"))
    text = text_of(desk.get("/admin/"))
    assert "Just done" not in text
    assert len(forms_of(desk, "/admin/", f"{LIST}{here.pk}/do/undo/")) == 1


def test_the_top_line_says_when_the_message_goes_out(desk: Client, appointment: Appointment) -> None:
    response = desk.post(f"{LIST}{appointment.pk}/do/confirm/", {"version": 1, "from": "page"}, follow=True)
    assert messages_of(response)[0].endswith("was confirmed. A message goes out at 9:03am.")
    assert "It was just confirmed, and nobody has been told yet." in text_of(response)
    assert "It goes out at 9:03am, unless it is undone." in text_of(response)


def test_what_one_press_did_is_undone_by_one_press(desk: Client, at: At, clock: Clock) -> None:
    first = make_appointment(name="Before That", start=at(24, 9))
    do(desk, first, "confirm")
    clock.shift(timedelta(minutes=1))
    several = [make_appointment(therapist=make_therapist(), start=at(25, 9)) for _ in range(7)]
    desk.post(f"{LIST}?show=all", {"action": "decline", "_selected_action": [one.pk for one in several]})
    text = text_of(desk.get(f"{LIST}?show=all"))
    assert "and 4 more" in text
    assert "Undo all 7 that were declined" in text
    make_appointment(therapist=several[0].therapist, start=at(25, 9))
    [fields] = forms_of(desk, f"{LIST}?show=all", f"{LIST}undo/")
    response = desk.post(f"{LIST}undo/", fields, follow=True)
    said = messages_of(response)
    assert "Somebody else has taken the time meanwhile" in said[0]
    assert said[1] == "6 appointments were put back as before."
    assert {one.status for one in Appointment.objects.filter(pk__in=[one.pk for one in several[1:]])} == {
        "requested"
    }
    first.refresh_from_db()
    assert first.status == "confirmed"
    assert response.request["QUERY_STRING"] == "show=all"


@pytest.mark.parametrize(("count", "hidden"), [(5, 0), (6, 2)])
def test_what_was_done_before_the_newest_can_be_undone_too(
    desk: Client, at: At, count: int, hidden: int
) -> None:
    for number in range(count):
        do(
            desk,
            make_appointment(therapist=make_therapist(), start=at(25, 9), name=f"Pat {number}"),
            "confirm",
        )
    body = desk.get(LIST).content.decode()
    assert body.count('aria-label="Undo: Pat') == count
    said = f"<summary>and {hidden} more</summary>"
    assert (said in body) is bool(hidden)
    assert "<summary>and 1 more" not in body


@pytest.mark.parametrize("sent", [[], ["x"], ["1"], ["1."], ["-1.2"], ["²."], ["9" * 30 + ".1"], ["999.1"]])
def test_nonsense_undoes_nothing(desk: Client, appointment: Appointment, sent: list[str]) -> None:
    do(desk, appointment, "confirm")
    assert desk.get(f"{LIST}undo/").status_code == 405
    assert desk.post(f"{LIST}undo/", {"undo": sent, "from": "today"})["Location"] == "/admin/"
    appointment.refresh_from_db()
    assert appointment.status == "confirmed"


def test_who_only_looks_undoes_nothing(client: Client, appointment: Appointment) -> None:
    from tests.booking.admin.test_acts import _permissions

    looker = User.objects.create_user("looker", is_staff=True)
    looker.user_permissions.add(*_permissions("view_appointment", "see_every_appointment"))
    client.force_login(looker)
    lifecycle.confirm(appointment=appointment, user=looker)
    for address in ("/admin/", LIST, f"{LIST}{appointment.pk}/change/"):
        assert "/do/undo/" not in client.get(address).content.decode()
    assert client.post(f"{LIST}{appointment.pk}/do/undo/", {"version": 2}).status_code == 403
    assert client.post(f"{LIST}undo/", {"undo": f"{appointment.pk}.2"}).status_code == 403


def test_the_history_names_what_was_undone(desk: Client, appointment: Appointment) -> None:
    do(desk, appointment, "decline")
    do(desk, appointment, "undo")
    assert "“Declined” undone by frontdesk" in text_of(desk.get(f"{LIST}{appointment.pk}/change/"))


def test_a_patients_own_cancellation_has_no_button(desk: Client, appointment: Appointment) -> None:
    lifecycle.cancel(appointment=appointment, actor=Actor.PATIENT)
    assert "/do/undo/" not in desk.get(f"{LIST}{appointment.pk}/change/").content.decode()
