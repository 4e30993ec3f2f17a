"""The waiting list at the desk."""

import uuid
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import Permission, User
from django.test import Client

from booking import lifecycle, offering, waitlist
from booking.enums import Actor, OfferState
from booking.models import Appointment, Offer, WaitingPlace
from services.models import ServiceOption, Therapist
from tests.booking.admin.pages import text_of
from tests.factories.booking import make_appointment, make_override_hours
from tests.factories.services import make_therapist
from tests.factories.waiting import make_place

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.django_db]

At = Callable[..., datetime]
LIST = "/admin/booking/waitingplace/"


@pytest.fixture
def offer(option: ServiceOption) -> Offer:
    """Tuesday at 10, kept for the first of two until 10 today."""
    therapist = make_therapist(name="Ana Demo", options=[option])
    make_override_hours(therapist=therapist, on=date(2026, 11, 24), stretches=[("10:00", "11:00")])
    make_place(option=option, name="First Inline")
    make_place(option=option, name="Second Inline", weekdays=[1, 3], parts=["morning"])
    [offer] = offering.offer_freed()
    return offer


def press(desk: Client, appointment: Appointment, action: str) -> str:
    return text_of(
        desk.post(
            f"/admin/booking/appointment/{appointment.pk}/do/{action}/",
            {"version": appointment.version, "from": "page"},
            follow=True,
        )
    )


def test_the_list_says_who_waits_for_what_in_their_order(desk: Client, offer: Offer) -> None:
    words = text_of(desk.get(LIST))
    assert words.index("First Inline") < words.index("Second Inline")
    assert "once; waiting for an answer until 10am" in words
    assert "Tuesday or Thursday. Morning. Anyone who offers it. From" in words
    assert "until Friday 22 January 2027" in words
    assert "not yet" in words


def test_it_shows_who_still_waits_and_finds_all(desk: Client, option: ServiceOption, at: At) -> None:
    make_place(option=option, name="Gone Away", state="left")
    later = make_appointment(option=option, start=at(26, 10), name="Later Linda")
    make_place(appointment=later)
    assert "Gone Away" not in text_of(desk.get(LIST))
    assert "Earlier than Thursday 26 November, 10am to 11am" in text_of(desk.get(LIST))
    for address in ("?state=left", "?state=all", "?q=gone"):
        assert "Gone Away" in text_of(desk.get(LIST + address))
    assert "Later Linda" in text_of(desk.get(LIST + "?q=linda"))
    assert "Later Linda" not in text_of(desk.get(LIST + "?q=gone"))


def test_the_place_says_which_times_were_offered_and_what_became_of_each(
    desk: Client, offer: Offer, clock: time_machine.Traveller
) -> None:
    page = f"{LIST}{offer.place_id}/change/"
    words = text_of(desk.get(page))
    assert "Tuesday 24 November 2026 at 10am Ana Demo" in words
    assert "Waiting for an answer until 10am, Monday 23 November" in words
    clock.shift(timedelta(hours=1))
    offering.offer_freed()
    assert "No answer in time" in text_of(desk.get(page))


def test_the_appointment_says_for_whom_and_until_when(desk: Client, offer: Offer) -> None:
    words = text_of(desk.get(f"/admin/booking/appointment/{offer.appointment_id}/change/"))
    assert f"{offer.place.reference} : kept for First Inline until Monday 23 November 2026 at 10am" in words
    assert "Offered to the waiting list" in words


def test_somebody_says_yes_on_the_phone(desk: Client, offer: Offer) -> None:
    assert "was confirmed for them" in press(desk, offer.appointment, "accept")
    assert Appointment.objects.get(pk=offer.appointment_id).status == "confirmed"
    assert WaitingPlace.objects.get(pk=offer.place_id).state == "taken"
    assert "was confirmed for them" in press(desk, offer.appointment, "accept")  # pressed twice
    assert "was not taken back" in press(desk, offer.appointment, "refuse")


def test_an_offer_is_taken_back(desk: Client, offer: Offer) -> None:
    assert "was taken back" in press(desk, offer.appointment, "refuse")
    offer.refresh_from_db()
    assert offer.state == OfferState.WITHDRAWN
    assert Appointment.objects.get(pk=offer.appointment_id).status == "cancelled"


def test_a_button_for_another_appointment_is_an_ordinary_answer(
    desk: Client, appointment: Appointment
) -> None:
    for action in ("accept", "refuse"):
        assert "was not" in press(desk, appointment, action)


def test_the_desk_takes_somebody_off_the_list(desk: Client, offer: Offer) -> None:
    page = f"{LIST}{offer.place_id}/change/"
    assert "Take off the list" in text_of(desk.get(page))
    assert "First Inline is on the waiting list no more" in text_of(desk.post(page, {"take_off": "1"}))
    assert WaitingPlace.objects.get(pk=offer.place_id).state == "left"
    second = WaitingPlace.objects.get(name="Second Inline")
    desk.post(LIST, {"action": "take_off", "_selected_action": [second.pk]})
    second.refresh_from_db()
    assert second.state == "left"


# The desk puts a caller on the list


def front_desk() -> User:
    return User.objects.get(username="frontdesk")


def caller(option: ServiceOption, /, **more: object) -> dict[str, object]:
    return {
        "option": option.pk,
        "weekdays": ["1"],
        "parts": ["morning"],
        "name": " Cal  Caller",
        "phone": "(212) 555-0177",
        "email": "",
        "request_key": uuid.uuid4(),
        **more,
    }


def test_a_caller_without_an_address_is_put_on_the_list_and_called(
    desk: Client, option: ServiceOption, therapist: Therapist, at: At
) -> None:
    make_override_hours(therapist=therapist, on=date(2026, 11, 24), stretches=[("10:00", "11:00")])
    taken = make_appointment(option=option, therapist=therapist, start=at(24, 10), status="confirmed")
    assert "Put on the waiting list" in text_of(desk.get(f"{LIST}add/"))
    answers = caller(option, first_visit="on", asked="on")
    page = desk.post(f"{LIST}add/", answers, follow=True)
    place = WaitingPlace.objects.get()
    assert (place.name, place.added_by, place.safety_outcome) == ("Cal Caller", front_desk(), "asked")
    assert "put on the list by frontdesk" in text_of(page)
    assert "the first page says to call them" in text_of(page)
    desk.post(f"{LIST}add/", answers)
    assert WaitingPlace.objects.count() == 1
    assert "to call about a free time" not in text_of(desk.get("/admin/"))

    lifecycle.cancel(appointment=taken, actor=Actor.PATIENT)
    [offer] = offering.offer_freed()
    assert offer.appointment.notifications.count() == 0
    assert "1 to call about a free time" in text_of(desk.get("/admin/"))
    assert "call them on (212) 555-0177: kept until 10am" in text_of(desk.get(f"{LIST}?state=call"))
    assert "Call Cal Caller on (212) 555-0177" in text_of(desk.get(f"{LIST}{place.pk}/change/"))
    visit = desk.get(f"/admin/booking/appointment/{offer.appointment_id}/change/")
    assert "Call them on (212) 555-0177" in text_of(visit)
    press(desk, offer.appointment, "accept")
    offer.appointment.refresh_from_db()
    assert (offer.appointment.status, offer.appointment.safety_outcome) == ("confirmed", "asked")
    assert "to call about a free time" not in text_of(desk.get("/admin/"))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"option": ""}, "Choose what they wait for."),
        ({"name": "  "}, "Enter the patient’s name."),
        ({"phone": ""}, "Enter a phone number or an email address, or nobody can tell them about a time."),
        ({"phone": "12"}, "Enter a phone number such as (212) 555-0142."),
        ({"email": "x"}, "Enter an email address such as name@example.com, or leave it empty."),
        ({"until_date": "2026-11-01"}, "This date is over."),
        ({"therapists": ["nobody-gives"]}, "Nora Nobody would not give"),
    ],
)
def test_what_is_wrong_with_a_caller_is_said(
    desk: Client, option: ServiceOption, therapist: Therapist, wrong: dict[str, object], said: str
) -> None:
    make_therapist(name="Nora Nobody", slug="nobody-gives", options=[])
    page = desk.post(f"{LIST}add/", caller(option, note="", **wrong))
    assert said in text_of(page)
    assert not WaitingPlace.objects.exists()
    assert "Error:" in page.content.decode()


def test_from_an_appointment_for_something_earlier(
    desk: Client, option: ServiceOption, therapist: Therapist, at: At
) -> None:
    later = make_appointment(option=option, start=at(26, 10), status="confirmed", name="Later Linda")
    page = f"/admin/booking/appointment/{later.pk}/change/"
    address = f"{LIST}add/?appointment={later.pk}"
    assert f'href="{address}"' in desk.get(page).content.decode()
    assert "Later Linda keeps Thursday 26 November 2026 at 10am" in text_of(desk.get(address))
    assert "Choose a date before" in text_of(desk.post(address, {"from_date": "2026-12-01"}))
    desk.post(address, {"parts": ["morning"]})
    place = WaitingPlace.objects.get()
    assert (place.appointment, place.until_date, place.added_by) == (later, date(2026, 11, 26), front_desk())
    assert "On the waiting list for something earlier" in text_of(desk.get(page))
    assert "is on the waiting list already" in text_of(desk.get(address, follow=True))
    waitlist.leave(place=place)
    Appointment.objects.update(email="", phone="")
    assert "Add a phone number or an email address to the appointment first" in text_of(
        desk.post(address, {})
    )
    lifecycle.cancel(appointment=later, actor=Actor.DESK)
    assert "Nobody can wait for an earlier time" in text_of(desk.get(address, follow=True))
    assert "Nobody can wait for an earlier time" in text_of(
        desk.post(f"{LIST}add/?appointment=x", follow=True)
    )
    assert address not in desk.get(page).content.decode()


def test_who_may_only_look_puts_nobody_on_the_list(client: Client, option: ServiceOption) -> None:
    user = User.objects.create_user("looker", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="view_waitingplace"))
    client.force_login(user)
    assert client.get(f"{LIST}add/").status_code == 403
    assert client.post(f"{LIST}add/", caller(option)).status_code == 403
    assert not WaitingPlace.objects.exists()
