"""The waiting list at the desk."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from booking import waitlist
from booking.enums import OfferState
from booking.models import Appointment, Offer, WaitingPlace
from services.models import ServiceOption
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
    [offer] = waitlist.offer_freed()
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
    waitlist.offer_freed()
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
