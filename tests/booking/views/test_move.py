"""/appointment/<token>/move/: the same choice of times as for booking, both times beside each other, and the move."""

from collections.abc import Callable
from datetime import datetime

import pytest
import time_machine
from django.test import Client

from booking import lifecycle, links
from booking.enums import Actor, AppointmentStatus, NotificationKind
from booking.models import Appointment, Notification
from services.models import ServiceOption, Therapist
from tests.booking.views.pages import hidden, text_of
from tests.factories.booking import make_appointment, make_weekly_hours, make_working_day
from tests.factories.services import make_therapist

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

At = Callable[..., datetime]


@pytest.fixture
def page(visit: Appointment) -> str:
    return f"/appointment/{links.mint(appointment=visit)}/"


@pytest.fixture
def other(option: ServiceOption) -> Therapist:
    other = make_therapist(name="Bea Demo", options=[option])
    make_weekly_hours(therapist=other)
    return other


# The choice


def test_it_shows_the_free_times_with_the_same_therapist_first(
    patient: Client, visit: Appointment, therapist: Therapist, other: Therapist, page: str
) -> None:
    response = patient.get(f"{page}move/")
    assert response.context["therapist"] == therapist
    assert response.context["therapists"] == [therapist, other]
    assert "Thursday 26 November 2026, 10am to 11am" in text_of(response)
    html = response.content.decode()
    assert f'href="{page}move/{therapist.slug}/2026-11-24T09:00/"' in html
    assert patient.get(f"{page}move/{therapist.slug}/2026-11-24T09:00/").status_code == 200


def test_its_own_time_is_free_and_is_not_offered(
    patient: Client, visit: Appointment, therapist: Therapist, page: str
) -> None:
    html = patient.get(f"{page}move/?from=2026-11-26").content.decode()
    times = [f"2026-11-26T{time}" for time in ("09:45", "10:15", "10:30", "11:00")]
    assert all(f"move/{therapist.slug}/{time}/" in html for time in times)
    assert "2026-11-26T10:00" not in html


def test_another_therapist_is_offered_at_the_same_time(
    patient: Client, visit: Appointment, other: Therapist, page: str
) -> None:
    html = patient.get(f"{page}move/?therapist={other.slug}&from=2026-11-26").content.decode()
    assert f"move/{other.slug}/2026-11-26T10:00/" in html


def test_anyone_can_be_chosen(patient: Client, visit: Appointment, other: Therapist, page: str) -> None:
    response = patient.get(f"{page}move/?therapist=anyone&from=2026-11-26")
    html = response.content.decode()
    assert response.context["therapist"] is None
    assert "move/anyone/2026-11-26T10:15/" in html
    assert "move/anyone/2026-11-26T10:00/" not in html
    assert response.context["later_url"] == f"{page}move/?therapist=anyone&from=2026-12-03"
    assert "That therapist does not offer this" not in text_of(response)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("therapist=nobody", "That therapist does not offer this"),
        ("therapist=<b>", ""),
        ("from=someday", "We could not read that date"),
        ("from=9999-12-31", ""),
    ],
)
def test_a_wrong_address_still_shows_times(
    patient: Client, visit: Appointment, page: str, query: str, message: str
) -> None:
    response = patient.get(f"{page}move/?{query}")
    assert response.status_code == 200
    assert message in text_of(response)


def test_without_other_times_it_says_what_to_do(
    patient: Client, visit: Appointment, therapist: Therapist, page: str
) -> None:
    therapist.weekly_hours.all().delete()
    words = text_of(patient.get(f"{page}move/"))
    assert "There are no other free times right now" in words
    assert "Your appointment stays as it is." in words
    assert visit.reference in words


# The check


def test_the_old_and_the_new_time_are_side_by_side(
    patient: Client, visit: Appointment, therapist: Therapist, page: str
) -> None:
    response = patient.get(f"{page}move/anyone/2026-11-27T14:30/")
    words = text_of(response)
    assert f"Now Thursday 26 November 2026 10am to 11am With {therapist.name}" in words
    assert "New Friday 27 November 2026 2:30pm to 3:30pm With whoever is free" in words
    assert "You can move or cancel the new time online until 2:30pm on Thursday 26 November." in words
    assert hidden(response) == {"version": "1"}


def test_it_says_when_the_new_time_could_not_be_changed_any_more(
    patient: Client, visit: Appointment, page: str
) -> None:
    words = text_of(patient.get(f"{page}move/anyone/2026-11-23T15:00/"))
    assert "Once you have moved it, you can change it only by phone." in words


# The move


def test_it_moves_and_leads_back(
    patient: Client, visit: Appointment, therapist: Therapist, page: str, at: At
) -> None:
    address = f"{page}move/{therapist.slug}/2026-11-27T14:30/"
    response = patient.post(address, hidden(patient.get(address)), follow=True)
    visit.refresh_from_db()
    assert (visit.starts_at, visit.version, visit.status) == (
        at(27, 14, 30),
        2,
        AppointmentStatus.CONFIRMED,
    )
    assert response.redirect_chain == [(page, 302)]
    assert "Friday 27 November 2026, 2:30pm to 3:30pm" in text_of(response)
    assert Notification.objects.get().kind == NotificationKind.MOVED


def test_the_page_says_where_it_came_from(
    patient: Client, option: ServiceOption, therapist: Therapist, clock: time_machine.Traveller, at: At
) -> None:
    booked = lifecycle.book(
        option=option,
        therapist=therapist,
        room=None,
        start=at(26, 10),
        contact=lifecycle.Contact(name="Sam Sample"),
        user=None,
    )
    page = f"/appointment/{links.mint(appointment=booked)}/"
    response = patient.post(f"{page}move/anyone/2026-11-27T09:00/", {"version": "1"}, follow=True)
    assert "You moved it here from Thursday 26 November at 10am." in text_of(response)


def test_twice_is_fine(patient: Client, visit: Appointment, page: str) -> None:
    address = f"{page}move/anyone/2026-11-27T09:00/"
    answers = [patient.post(address, {"version": "1"}) for _ in range(2)]
    assert {(answer.status_code, answer.headers["Location"]) for answer in answers} == {(302, page)}
    assert (visit.events.count(), Notification.objects.count()) == (1, 1)
    assert patient.get(address).headers["Location"] == page


def test_a_page_that_was_open_too_long_says_what_has_changed(
    patient: Client, visit: Appointment, page: str, at: At
) -> None:
    address = f"{page}move/anyone/2026-11-27T09:00/"
    kept = hidden(patient.get(address))
    lifecycle.move(appointment=visit, start=at(26, 14), actor=Actor.DESK)
    response = patient.post(address, kept)
    words = text_of(response)
    assert response.status_code == 409
    assert "While this page was open, the appointment was moved to Thursday 26 November at 2pm." in words
    assert "What you chose was not done." in words
    visit.refresh_from_db()
    assert (visit.starts_at, visit.version) == (at(26, 14), 2)


def test_what_was_cancelled_meanwhile_is_said(patient: Client, visit: Appointment, page: str) -> None:
    lifecycle.cancel(appointment=visit, actor=Actor.DESK)
    for response in (
        patient.post(f"{page}move/anyone/2026-11-27T09:00/", {"version": "1"}),
        patient.get(f"{page}move/anyone/2026-11-27T09:00/"),
        patient.get(f"{page}move/"),
    ):
        assert response.status_code == 409
        assert "Your appointment is cancelled" in text_of(response)
        assert "The clinic cancelled it on Monday 23 November 2026 at 9am." in text_of(response)


def test_a_time_that_goes_between_the_page_and_the_post(
    patient: Client, visit: Appointment, therapist: Therapist, page: str, at: At
) -> None:
    address = f"{page}move/{therapist.slug}/2026-11-27T09:00/"
    kept = hidden(patient.get(address))
    make_appointment(therapist=therapist, option=visit.option, start=at(27, 9, 30))
    response = patient.post(address, kept)
    words = text_of(response)
    assert response.status_code == 409
    assert "That time has just gone." in words
    assert "Your appointment stays as it was: Thursday 26 November 2026 at 10am" in words
    html = response.content.decode()
    nearest = response.context["nearest"]
    assert len(nearest) > 3
    assert all(f'href="{time.url}"' in html for time in nearest)
    assert all(patient.get(time.url).status_code == 200 for time in nearest)
    visit.refresh_from_db()
    assert (visit.starts_at, visit.version) == (at(26, 10), 1)


def test_the_nearest_times_take_its_own_time_for_free_and_do_not_offer_it(
    patient: Client, visit: Appointment, therapist: Therapist, page: str, at: At
) -> None:
    make_appointment(therapist=therapist, option=visit.option, start=at(26, 11, 15))
    response = patient.get(f"{page}move/{therapist.slug}/2026-11-26T11:00/")
    labels = [(time.moment.astimezone(at(26).tzinfo).day, time.label) for time in response.context["nearest"]]
    assert (26, "9:45am") in labels
    assert (26, "10am") not in labels


@pytest.mark.parametrize(
    ("address", "status", "message"),
    [
        ("nobody/2026-11-27T09:00", 404, "That therapist does not offer this appointment."),
        ("anyone/2026-11-28T09:00", 409, "We do not offer that time."),
        ("anyone/soon", 409, "We could not read that time."),
        ("anyone/2027-03-14T02:30", 409, "The clocks go forward that night"),
    ],
)
def test_a_time_that_cannot_be_had_is_explained(
    patient: Client, visit: Appointment, page: str, address: str, status: int, message: str
) -> None:
    for response in (
        patient.get(f"{page}move/{address}/"),
        patient.post(f"{page}move/{address}/", {"version": "1"}),
    ):
        assert response.status_code == status
        assert message in text_of(response)
        assert "Error: Choose another time" in text_of(response)
    visit.refresh_from_db()
    assert visit.version == 1


def test_the_limit_of_a_day_holds(
    patient: Client, visit: Appointment, therapist: Therapist, page: str, at: At
) -> None:
    make_working_day(therapist=therapist, most_visits=1)
    make_appointment(therapist=therapist, option=visit.option, start=at(27, 9))
    html = patient.get(f"{page}move/?from=2026-11-26").content.decode()
    assert "2026-11-26T14:00" in html
    assert "2026-11-27T14:00" not in html
    assert patient.post(f"{page}move/anyone/2026-11-27T14:00/", {"version": "1"}).status_code == 409
    assert patient.post(f"{page}move/anyone/2026-11-26T14:00/", {"version": "1"}).status_code == 302


def test_inside_the_cut_off_it_is_refused(
    patient: Client, visit: Appointment, page: str, clock: time_machine.Traveller, at: At
) -> None:
    address = f"{page}move/anyone/2026-11-27T09:00/"
    clock.move_to(at(25, 9, 59))
    kept = hidden(patient.get(address))
    clock.move_to(at(25, 10))
    for response in (patient.post(address, kept), patient.get(address), patient.get(f"{page}move/")):
        assert response.status_code == 409
        assert "It is too late to change this visit online." in text_of(response)
    visit.refresh_from_db()
    assert (visit.starts_at, visit.version) == (at(26, 10), 1)


def test_without_a_version_it_asks_again(patient: Client, visit: Appointment, page: str) -> None:
    response = patient.post(f"{page}move/anyone/2026-11-27T09:00/", {"version": "none"})
    assert response.status_code == 422
    assert "Something was missing from the form." in text_of(response)
    assert "Check your new time" in text_of(response)
    visit.refresh_from_db()
    assert visit.version == 1
