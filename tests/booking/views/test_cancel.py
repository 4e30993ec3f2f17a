"""/appointment/<token>/cancel/: asks once more, cancels, and frees the time at once."""

from collections.abc import Callable
from datetime import datetime

import pytest
import time_machine
from django.test import Client

from booking import availability, lifecycle, links
from booking.enums import Actor, AppointmentStatus, NotificationKind
from booking.models import Appointment, Notification
from services.models import Therapist
from tests.booking.views.pages import hidden, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

At = Callable[..., datetime]


@pytest.fixture
def page(visit: Appointment) -> str:
    return f"/appointment/{links.mint(appointment=visit)}/"


def test_it_asks_once_more_and_for_no_reason(patient: Client, visit: Appointment, page: str) -> None:
    response = patient.get(f"{page}cancel/")
    words = text_of(response)
    assert "Cancel this appointment?" in words
    assert "Thursday 26 November 2026, 10am to 11am" in words
    assert "Keep my appointment" in words
    assert "Cancel my appointment" in words
    assert hidden(response) == {"version": "1"}
    assert "<textarea" not in response.content.decode()


def test_it_cancels_frees_the_time_and_leads_back(
    patient: Client, visit: Appointment, therapist: Therapist, page: str, at: At
) -> None:
    response = patient.post(f"{page}cancel/", hidden(patient.get(f"{page}cancel/")), follow=True)
    visit.refresh_from_db()
    event = visit.events.get()
    assert (visit.status, event.actor, event.user) == (AppointmentStatus.CANCELLED, Actor.PATIENT, None)
    assert Notification.objects.get().kind == NotificationKind.CANCELLED
    assert response.redirect_chain == [(page, 302)]
    words = text_of(response)
    assert "Your appointment is cancelled" in words
    assert "You cancelled it on Monday 23 November 2026 at 9am." in words
    assert "Book another time" in words
    assert availability.choices_at(option=visit.option, therapist=therapist, start=at(26, 10))


def test_twice_is_fine(patient: Client, visit: Appointment, page: str) -> None:
    answers = [patient.post(f"{page}cancel/", {"version": "1"}) for _ in range(2)]
    assert {(answer.status_code, answer.headers["Location"]) for answer in answers} == {(302, page)}
    assert (visit.events.count(), Notification.objects.count()) == (1, 1)
    assert patient.get(f"{page}cancel/").headers["Location"] == page


def test_a_request_is_cancelled_in_its_own_words(patient: Client, visit: Appointment, page: str) -> None:
    Appointment.objects.update(status=AppointmentStatus.REQUESTED)
    assert "Cancel my request" in text_of(patient.get(f"{page}cancel/"))
    patient.post(f"{page}cancel/", {"version": "1"})
    visit.refresh_from_db()
    assert visit.status == AppointmentStatus.CANCELLED


def test_a_page_that_was_open_too_long_says_what_has_changed(
    patient: Client, visit: Appointment, page: str, at: At
) -> None:
    kept = hidden(patient.get(f"{page}cancel/"))
    lifecycle.move(appointment=visit, start=at(26, 14), actor=Actor.DESK)
    lifecycle.move(appointment=visit, start=at(27, 9), actor=Actor.DESK)
    response = patient.post(f"{page}cancel/", kept)
    words = text_of(response)
    assert response.status_code == 409
    assert "While this page was open, the appointment was moved to Thursday 26 November at 2pm." in words
    assert (
        "Then the appointment was moved from Thursday 26 November at 2pm to Friday 27 November at 9am."
        in words
    )
    assert "Friday 27 November 2026, 9am to 10am" in words
    visit.refresh_from_db()
    assert visit.status == AppointmentStatus.CONFIRMED


def test_what_came_to_its_end_meanwhile_is_not_cancelled(
    patient: Client, visit: Appointment, page: str
) -> None:
    Appointment.objects.update(status=AppointmentStatus.REQUESTED)
    lifecycle.decline(appointment=visit, user=None)
    response = patient.post(f"{page}cancel/", {"version": "1"})
    words = text_of(response)
    assert response.status_code == 409
    assert "While this page was open, the clinic could not confirm your request." in words
    assert "We could not confirm your request" in words
    assert patient.get(f"{page}cancel/").status_code == 409


def test_inside_the_cut_off_a_page_that_was_open_too_long_is_refused(
    patient: Client, visit: Appointment, page: str, clock: time_machine.Traveller, at: At
) -> None:
    clock.move_to(at(25, 9, 59))
    kept = hidden(patient.get(f"{page}cancel/"))
    clock.move_to(at(25, 10))
    for response in (patient.post(f"{page}cancel/", kept), patient.get(f"{page}cancel/")):
        words = text_of(response)
        assert response.status_code == 409
        assert "It is too late to change this visit online." in words
        assert "(212) 555-0142" in words
        assert visit.reference in words
    visit.refresh_from_db()
    assert (visit.status, visit.version) == (AppointmentStatus.CONFIRMED, 1)


@pytest.mark.parametrize(
    "sent", [{}, {"version": ""}, {"version": "x"}, {"version": "-1"}, {"version": "9" * 40}]
)
def test_without_a_version_it_asks_again(
    patient: Client, visit: Appointment, page: str, sent: dict[str, str]
) -> None:
    response = patient.post(f"{page}cancel/", sent)
    assert response.status_code == 422
    assert "There is a problem" in text_of(response)
    assert "Something was missing from the form." in text_of(response)
    assert hidden(response) == {"version": "1"}
    visit.refresh_from_db()
    assert visit.status == AppointmentStatus.CONFIRMED
