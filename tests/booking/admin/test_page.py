from collections.abc import Callable
from datetime import datetime

import pytest
from django.contrib.auth.models import User
from django.test import Client

from booking import lifecycle
from booking.enums import Actor, NotificationKind, NotificationStatus
from booking.models import Appointment, Patient
from services.models import Therapist
from tests.booking.admin.pages import text_of
from tests.factories.booking import make_appointment, make_notification
from tests.factories.services import make_room, make_therapist

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.django_db]

LIST = "/admin/booking/appointment/"
At = Callable[..., datetime]
CONTACT = {
    "name": "Pat Other",
    "phone": "212 555 0100",
    "email": "other@example.test",
    "note": "Rings twice.",
}
CORE = (
    "status",
    "version",
    "visit",
    "occupied",
    "therapist_id",
    "room_id",
    "option_id",
    "price",
    "reference",
    "uid",
)
KEPT = (*CORE, "request_key", "source", "created_at")


def test_the_details_are_changed_by_hand(desk: Client, appointment: Appointment) -> None:
    patient = Patient.objects.create(name="Pat Other")
    response = desk.post(
        f"{LIST}{appointment.pk}/change/", {**CONTACT, "patient": patient.pk, "first_visit": "on"}
    )
    assert response["Location"] == f"{LIST}{appointment.pk}/change/"
    appointment.refresh_from_db()
    assert (appointment.name, appointment.phone, appointment.email) == (
        "Pat Other",
        "212 555 0100",
        "other@example.test",
    )
    assert (appointment.note, appointment.first_visit, appointment.patient) == ("Rings twice.", True, patient)


def test_a_forged_form_changes_nothing_that_is_the_lifecycles(
    desk: Client, appointment: Appointment, at: At
) -> None:
    before = {name: getattr(appointment, name) for name in KEPT}
    forged = {
        **CONTACT,
        "status": "completed",
        "version": "9",
        "therapist": make_therapist().pk,
        "room": make_room().pk,
        "option": "1",
        "price": "0",
        "reference": "AAAA-2222",
        "source": "desk",
        "visit_0": "2026-11-25 10:00",
        "visit_1": "2026-11-25 11:00",
        "occupied_0": "2026-11-25 10:00",
        "occupied_1": "2026-11-25 11:00",
        "starts_at": "2026-11-25 10:00",
        "_save": "Save",
    }
    assert desk.post(f"{LIST}{appointment.pk}/change/", forged).status_code == 302
    appointment.refresh_from_db()
    assert {name: getattr(appointment, name) for name in KEPT} == before
    assert appointment.name == "Pat Other"
    assert not appointment.events.exists()


def test_the_details_are_written_alone(
    desk: Client, appointment: Appointment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A status that changes while the form is handled stays changed."""
    from booking.admin.appointment import AppointmentAdmin

    save = AppointmentAdmin.save_model

    def meanwhile(self: AppointmentAdmin, request: object, obj: Appointment, *rest: object) -> None:
        lifecycle.confirm(appointment=Appointment.objects.get(pk=obj.pk), user=None)
        save(self, request, obj, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(AppointmentAdmin, "save_model", meanwhile)
    desk.post(f"{LIST}{appointment.pk}/change/", CONTACT)
    appointment.refresh_from_db()
    assert (appointment.status, appointment.version, appointment.name) == ("confirmed", 2, "Pat Other")


@pytest.mark.parametrize(
    ("field", "value"), [("phone", "none"), ("email", "x"), ("name", ""), ("patient", "77")]
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    desk: Client, appointment: Appointment, field: str, value: str
) -> None:
    response = desk.post(f"{LIST}{appointment.pk}/change/", {**CONTACT, field: value})
    assert response.status_code == 200
    assert field in response.context["adminform"].form.errors
    assert "Rings twice." in response.content.decode()
    appointment.refresh_from_db()
    assert appointment.note == ""


def test_the_page_shows_what_happened_and_what_was_told(
    desk: Client, appointment: Appointment, therapist: Therapist, at: At
) -> None:
    user = User.objects.get(username="frontdesk")
    moved = lifecycle.move(
        appointment=appointment, start=at(25, 14), room=make_room(name="Harbor"), actor=Actor.DESK, user=user
    )
    lifecycle.confirm(appointment=moved, user=user)
    make_notification(
        appointment=appointment,
        kind=NotificationKind.RECEIVED,
        version=1,
        status=NotificationStatus.FAILED,
        last_error="The mail server does not take the address (550).",
    )
    text = text_of(desk.get(f"{LIST}{appointment.pk}/change/"))
    assert "Confirmed by frontdesk" in text
    assert "Could not be sent" in text
    assert "does not take the address (550)" in text
    assert "Wednesday 25 November 2026 2pm to 3pm" in text
    assert "Kept free 2pm to 3:15pm" in text


def test_what_a_patient_typed_is_only_text(desk: Client, at: At) -> None:
    nasty = make_appointment(name="<script>alert(1)</script>", note="</textarea><img src=x>", start=at(24, 9))
    for page in (f"{LIST}{nasty.pk}/change/", f"{LIST}{nasty.pk}/move/", LIST, "/admin/"):
        body = desk.get(page).content.decode()
        assert "<script>alert" not in body
        assert "<img src=x" not in body


@pytest.mark.parametrize("key", ["0", "999999", "x", "99999999999999999999999999", "_5F"])
@pytest.mark.parametrize("page", ["change/", "move/", "do/confirm/"])
def test_an_appointment_that_is_not_there(desk: Client, key: str, page: str) -> None:
    ask = desk.post if page.startswith("do") else desk.get
    response = ask(f"{LIST}{key}/{page}", follow=True)
    assert response.status_code == 200
    assert "doesn’t exist" in text_of(response)


def test_the_records_that_may_be_of_this_person_are_offered(desk: Client, at: At) -> None:
    same_number = Patient.objects.create(name="Patricia", phone="+12125550199")
    same_address = Patient.objects.create(name="P. E.", email="PAT@example.test")
    same_name = Patient.objects.create(name="Ann Example")
    stranger = Patient.objects.create(name="Somebody Else", phone="+16465550111", email="else@example.test")
    asked = make_appointment(start=at(24, 9), phone="1 (212) 555 0199")
    page = f"{LIST}{asked.pk}/change/"
    offered = desk.get(page).context["adminform"].form.fields["patient"].widget.choices
    assert {key for key, _ in offered} == {"", same_number.pk, same_address.pk, same_name.pk}
    desk.post(page, {**CONTACT, "patient": stranger.pk})
    asked.refresh_from_db()
    assert asked.patient == stranger
    assert (stranger.pk, "Somebody Else (+16465550111, else@example.test)") in desk.get(page).context[
        "adminform"
    ].form.fields["patient"].widget.choices
