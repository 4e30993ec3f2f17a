"""The patient's page of an appointment."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import icalendar
import pytest
import time_machine
from django.test import Client
from pytest_django import Settings

from booking import lifecycle, links, waitlist
from booking.enums import Actor, AppointmentStatus
from booking.models import Appointment, AppointmentLink, Offer
from flexclinic.lib import clock as clock_module
from services.models import ServiceOption, Therapist
from tests.booking.views.pages import text_of
from tests.factories.booking import make_appointment
from tests.factories.waiting import make_place

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

At = Callable[..., datetime]


def test_it_says_what_when_and_what_happens_next(patient: Client, appointment: Appointment) -> None:
    words = text_of(patient.get(f"/appointment/{links.mint(appointment=appointment)}/"))
    assert "We have your request" in words
    assert appointment.reference in words
    assert "Tuesday 24 November 2026, 10am to 11am" in words
    assert "The front desk looks at your request and answers by email." in words


def test_it_follows_the_state(patient: Client, appointment: Appointment) -> None:
    address = f"/appointment/{links.mint(appointment=appointment)}/"
    lifecycle.confirm(appointment=appointment, user=None)
    assert "Your appointment is booked" in text_of(patient.get(address))
    lifecycle.cancel(appointment=appointment, actor=Actor.DESK)
    assert "Your appointment is cancelled" in text_of(patient.get(address))


def test_the_calendar_file_is_the_appointment(patient: Client, appointment: Appointment) -> None:
    response = patient.get(f"/appointment/{links.mint(appointment=appointment)}/calendar.ics")
    assert response.headers["Content-Type"].startswith("text/calendar")
    event: Any
    [event] = icalendar.Calendar.from_ical(response.content).walk("VEVENT")
    assert event.start == appointment.starts_at
    assert event.end == appointment.ends_at
    assert str(appointment.uid) in event["UID"]


def test_it_is_kept_private(patient: Client, appointment: Appointment) -> None:
    headers = patient.get(f"/appointment/{links.mint(appointment=appointment)}/").headers
    assert (headers["Cache-Control"], headers["Referrer-Policy"]) == ("no-store", "no-referrer")
    assert "noindex" in headers["X-Robots-Tag"]


def test_the_database_holds_no_link(appointment: Appointment) -> None:
    token = links.mint(appointment=appointment)
    [row] = AppointmentLink.objects.values()
    assert token.encode() not in bytes(row["digest"])
    assert not any(token in str(value) for value in row.values())


def test_unknown_expired_revoked_and_altered_links_look_the_same(
    patient: Client, appointment: Appointment
) -> None:
    expired, revoked, altered = (links.mint(appointment=appointment) for _ in range(3))
    every = AppointmentLink.objects.order_by("pk")
    AppointmentLink.objects.filter(pk=every[0].pk).update(expires_at=clock_module.now())
    AppointmentLink.objects.filter(pk=every[1].pk).update(revoked_at=clock_module.now() - timedelta(hours=1))
    tokens = [expired, revoked, altered[:-1] + ("a" if altered[-1] != "a" else "b"), "x", "y" * 5000]
    pages = {text_of(response) for response in (patient.get(f"/appointment/{token}/") for token in tokens)}
    statuses = {patient.get(f"/appointment/{token}/calendar.ics").status_code for token in tokens}
    assert len(pages) == 1
    assert "This link does not open anything" in pages.pop()
    assert statuses == {404}


# How it stands, in every state, and what may be done


STATES = {
    AppointmentStatus.REQUESTED: "We have your request",
    AppointmentStatus.OFFERED: "We keep this time for you",
    AppointmentStatus.CONFIRMED: "Your appointment is booked",
    AppointmentStatus.ARRIVED: "You are here",
    AppointmentStatus.COMPLETED: "Your visit took place",
    AppointmentStatus.NO_SHOW: "You did not come",
    AppointmentStatus.DECLINED: "We could not confirm your request",
    AppointmentStatus.CANCELLED: "Your appointment is cancelled",
    AppointmentStatus.EXPIRED: "This request has expired",
}


def actions(html: str) -> set[str]:
    """The addresses below the page that it leads to."""
    return set(re.findall(r'href="/appointment/[\w-]+/([a-z./]+)"', html))


@pytest.mark.parametrize("status", AppointmentStatus)
def test_every_state_is_said_in_words(patient: Client, visit: Appointment, status: AppointmentStatus) -> None:
    Appointment.objects.update(status=status)
    response = patient.get(f"/appointment/{links.mint(appointment=visit)}/")
    words = text_of(response)
    assert STATES[status] in words
    for fact in ("Thursday 26 November 2026, 10am to 11am", visit.therapist.name, "$95", visit.reference):
        assert fact in words
    agreed = status in {AppointmentStatus.REQUESTED, AppointmentStatus.CONFIRMED}
    assert actions(response.content.decode()) == (
        {"move/", "cancel/", "calendar.ics", "earlier/", "comfort/"} if agreed else set()
    )
    ended = {AppointmentStatus.DECLINED, AppointmentStatus.CANCELLED, AppointmentStatus.EXPIRED}
    assert ("Book another time" in words) == (status in ended)


def test_the_cut_off_is_said_before_it_matters(patient: Client, visit: Appointment) -> None:
    words = text_of(patient.get(f"/appointment/{links.mint(appointment=visit)}/"))
    assert "You can move or cancel online until 10am on Wednesday 25 November." in words


@pytest.mark.parametrize(("minute", "open_"), [(59, True), (60, False)])
def test_inside_the_cut_off_the_desk_is_asked(
    patient: Client,
    visit: Appointment,
    clock: time_machine.Traveller,
    at: At,
    minute: int,
    open_: bool,
) -> None:
    clock.move_to(at(25, 9) + timedelta(minutes=minute))
    response = patient.get(f"/appointment/{links.mint(appointment=visit)}/")
    words = text_of(response)
    assert ("move/" in actions(response.content.decode())) == open_
    assert ("cancel/" in actions(response.content.decode())) == open_
    assert ("ask the front desk" in words) != open_
    if not open_:
        assert "Online you can move or cancel until 24 hours before a visit." in words
        assert "That was 10am on Wednesday 25 November." in words
        assert f"call us on (212) 555-0142 and say your reference, {visit.reference}" in words
        assert "calendar.ics" in actions(response.content.decode())


@pytest.mark.parametrize(
    ("status", "now", "state"),
    [
        (AppointmentStatus.CONFIRMED, (26, 10), "Your visit has begun"),
        (AppointmentStatus.CONFIRMED, (26, 11), "This visit is over"),
        (AppointmentStatus.ARRIVED, (26, 10, 30), "You are here"),
        (AppointmentStatus.ARRIVED, (26, 12), "This visit is over"),
        (AppointmentStatus.REQUESTED, (26, 10), "We did not answer your request in time"),
        (AppointmentStatus.COMPLETED, (27, 9), "Your visit took place"),
    ],
)
def test_when_it_has_begun_nothing_can_be_changed(
    patient: Client,
    visit: Appointment,
    clock: time_machine.Traveller,
    at: At,
    status: AppointmentStatus,
    now: tuple[int, ...],
    state: str,
) -> None:
    Appointment.objects.update(status=status)
    clock.move_to(at(*now))
    response = patient.get(f"/appointment/{links.mint(appointment=visit)}/")
    assert state in text_of(response)
    assert actions(response.content.decode()) == set()
    assert ("Book again" in text_of(response)) == (now >= (26, 11))


@pytest.mark.parametrize(
    ("own", "shown"),
    [
        (
            "",
            "https://www.openstreetmap.org/search?query=240+Harbor+Street%2C+Floor+2%2C+New+York%2C+NY+10004",
        ),
        ("https://maps.example/us", "https://maps.example/us"),
    ],
)
def test_the_place_has_a_map(
    patient: Client, visit: Appointment, settings: Settings, own: str, shown: str
) -> None:
    settings.CLINIC = {**settings.CLINIC, "map_url": own}
    html = patient.get(f"/appointment/{links.mint(appointment=visit)}/").content.decode()
    assert f'<a href="{shown}" rel="noreferrer">See the map</a>' in html


def test_no_health_term_is_in_the_address_of_the_map(patient: Client, visit: Appointment) -> None:
    html = patient.get(f"/appointment/{links.mint(appointment=visit)}/").content.decode()
    [query] = re.findall(r"openstreetmap.org/search\?([^\"]+)", html)
    assert "massage" not in query.lower()


def test_a_visit_that_was_booked_too_near_says_so_and_names_no_moment_before_it(
    patient: Client, option: ServiceOption, therapist: Therapist, clock: time_machine.Traveller, at: At
) -> None:
    clock.move_to(at(23, 18))
    near = make_appointment(
        therapist=therapist, option=option, start=at(24, 10), status=AppointmentStatus.CONFIRMED
    )
    words = text_of(patient.get(f"/appointment/{links.mint(appointment=near)}/"))
    assert (
        "Online you can move or cancel until 24 hours before a visit. This visit is too near for that."
        in words
    )
    assert "To change this visit, ask the front desk: call us on (212) 555-0142" in words
    assert "That was" not in words


def test_a_visit_that_was_moved_too_near_says_so(
    patient: Client, visit: Appointment, clock: time_machine.Traveller, at: At
) -> None:
    clock.move_to(at(25, 9))
    lifecycle.move(appointment=visit, start=at(25, 15), actor=Actor.DESK)
    words = text_of(patient.get(f"/appointment/{links.mint(appointment=visit)}/"))
    assert "This visit is too near for that." in words
    assert "That was" not in words


@pytest.mark.parametrize(("way", "done"), [("move", "moved"), ("cancel", "cancelled")])
def test_a_look_at_what_cannot_be_done_does_not_say_that_something_was_not_done(
    patient: Client, visit: Appointment, clock: time_machine.Traveller, at: At, way: str, done: str
) -> None:
    page = f"/appointment/{links.mint(appointment=visit)}/"
    clock.move_to(at(25, 11))
    words = text_of(patient.get(f"{page}{way}/"))
    assert f"This appointment cannot be {done} online It is too late to change this visit online." in words
    assert "This was not done" not in words
    assert "This was not done" in text_of(patient.post(f"{page}cancel/", {"version": visit.version}))
    Appointment.objects.update(status=AppointmentStatus.DECLINED)
    words = text_of(patient.get(f"{page}{way}/"))
    assert (
        f"This appointment cannot be {done} This cannot be done with the appointment as it stands." in words
    )
    assert "This was not done" not in words


def test_what_was_given_up_for_an_earlier_time_says_where_that_is(
    patient: Client, visit: Appointment, at: At
) -> None:
    ServiceOption.objects.update(booking=ServiceOption.Booking.INSTANT)
    place = make_place(appointment=visit)
    earlier = make_appointment(
        therapist=visit.therapist, option=visit.option, start=at(25, 9), status=AppointmentStatus.OFFERED
    )
    offer = Offer.objects.create(
        place=place, appointment=earlier, expires_at=at(24, 12), offered_at=at(23, 9)
    )
    waitlist.accept(offer=offer)
    opened = patient.get(f"/appointment/{links.mint(appointment=visit)}/")
    assert "The link to that one is in the message that we sent." in text_of(opened)
    # A page shows one appointment to whoever has its link: of the other one it shows nothing.
    assert earlier.reference not in opened.content.decode()
    assert AppointmentLink.objects.filter(appointment=earlier).count() == 0
