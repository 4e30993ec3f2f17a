"""The pages of the waiting list: join, see and leave a place, answer an offer."""

import uuid
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from booking import lifecycle, links, offering
from booking.enums import Actor, LinkPurpose
from booking.models import (
    Appointment,
    AppointmentEvent,
    AppointmentLink,
    ClinicPolicy,
    Notification,
    Offer,
    WaitingLink,
    WaitingPlace,
)
from services.models import ServiceOption, Therapist
from tests.booking.views.pages import hidden, text_of
from tests.factories.booking import make_appointment, make_override_hours
from tests.factories.services import make_option, make_therapist
from tests.factories.waiting import make_place

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

At = Callable[..., datetime]


@pytest.fixture
def option(db: None) -> ServiceOption:
    """An hour that is booked at once, with 15 minutes after it that stay free."""
    return make_option(booking=ServiceOption.Booking.INSTANT)


@pytest.fixture
def only(option: ServiceOption) -> Therapist:
    """There is no free time with her until a test adds one."""
    return make_therapist(name="Ana Demo", slug="ana-demo", options=[option])


def details(**more: Any) -> dict[str, Any]:
    return {
        "name": "Sam Sample",
        "email": "sam@example.test",
        "phone": "212 555 0100",
        "consent": "on",
        "request_key": uuid.uuid4(),
        **more,
    }


def open_hour(therapist: Therapist, day: int = 24) -> None:
    make_override_hours(therapist=therapist, on=date(2026, 11, day), stretches=[("10:00", "11:00")])


@pytest.fixture
def offer(option: ServiceOption, only: Therapist) -> Offer:
    """Tuesday at 10, kept until 10 today."""
    make_place(option=option)
    open_hour(only)
    [offer] = offering.offer_freed()
    return offer


def offer_page(offer: Offer) -> str:
    return f"/offer/{links.mint(appointment=offer.appointment, purpose=LinkPurpose.OFFER)}/"


# Joining


def test_no_times_leads_to_the_list(patient: Client, option: ServiceOption, only: Therapist) -> None:
    for page in (f"/book/{option.slug}/", f"/book/{option.slug}/anyone/2026-11-24T10:00/"):
        assert f'href="/book/{option.slug}/waiting-list/' in patient.get(page).content.decode()


def test_joining(patient: Client, option: ServiceOption, only: Therapist) -> None:
    other = make_therapist(name="Ben Demo", options=[option])
    address = f"/book/{option.slug}/waiting-list/"
    form = patient.get(address)
    assert "Ana Demo" in text_of(form)
    key = hidden(form)["request_key"]
    answers = details(
        request_key=key,
        weekdays=["1", "3"],
        parts=["evening"],
        therapists=[other.slug],
        from_date="2026-11-25",
        until_date="12/24/2026",
    )
    page = patient.post(address, answers, follow=True)
    place = WaitingPlace.objects.get()
    assert (place.weekdays, place.parts, list(place.therapists.all())) == ([1, 3], ["evening"], [other])
    assert (place.from_date, place.until_date) == (date(2026, 11, 25), date(2026, 12, 24))
    words = text_of(page)
    assert "You are on the waiting list" in words
    assert place.reference in words
    assert "Tuesday or Thursday" in words
    patient.post(address, answers)
    assert WaitingPlace.objects.count() == 1


def test_a_visit_that_was_cancelled_is_kept_no_more(
    patient: Client, option: ServiceOption, appointment: Appointment
) -> None:
    place = make_place(appointment=appointment)
    address = f"/waiting/{links.mint_for_place(place=place)}/"
    assert "You keep your appointment on Tuesday 24 November" in text_of(patient.get(address))
    Appointment.objects.update(status="cancelled")
    assert "You keep your appointment" not in text_of(patient.get(address))


@pytest.mark.parametrize("field", ["from_date", "until_date"])
def test_dates_far_away_are_asked_for_again(
    patient: Client, option: ServiceOption, appointment: Appointment, field: str
) -> None:
    token = links.mint(appointment=appointment)
    for address in (f"/book/{option.slug}/waiting-list/", f"/appointment/{token}/earlier/"):
        for day in ("9999-12-31", "2100-01-01"):
            assert patient.post(address, details(**{field: day})).status_code == 422
    assert patient.post(f"/appointment/{token}/earlier/", details(from_date="2026-11-25")).status_code == 422
    assert not WaitingPlace.objects.exists()


def test_one_person_joins_only_so_often(patient: Client, option: ServiceOption, only: Therapist) -> None:
    address = f"/book/{option.slug}/waiting-list/"
    answers = [patient.post(address, details()) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [302] * 3 + [429] * 2
    assert answers[-1]["Retry-After"]
    assert 'value="Sam Sample"' in answers[-1].content.decode()


def test_nothing_ticked_means_that_anything_suits(
    patient: Client, option: ServiceOption, only: Therapist
) -> None:
    page = patient.post(f"/book/{option.slug}/waiting-list/", details(), follow=True)
    place = WaitingPlace.objects.get()
    assert (place.from_date, place.until_date) == (date(2026, 11, 23), date(2027, 1, 22))
    assert "Any day" in text_of(page)
    assert "Anyone who offers it" in text_of(page)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"email": "x"}, "Enter an email address such as name@example.com."),
        ({"consent": ""}, "Agree that we may keep these details"),
        ({"website": "spam"}, "Leave the last box empty"),
        ({"until_date": "2026-11-22"}, "This date is over."),
        ({"until_date": "2028-11-22"}, "Choose a date within a year from now."),
        ({"from_date": "2026-12-02", "until_date": "2026-12-01"}, "This must not be before the first date."),
        ({"from_date": "soon"}, "Write a date as in 2026-08-06."),
        ({"weekdays": ["7"]}, "Choose from the days below."),
        ({"parts": ["night"]}, "Choose from the times of day below."),
        ({"therapists": ["nobody"]}, "Choose from the therapists below."),
        ({"request_key": "x"}, "Something was wrong with the form."),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(
    patient: Client, option: ServiceOption, only: Therapist, wrong: dict[str, Any], said: str
) -> None:
    make_therapist(options=[option])
    page = patient.post(f"/book/{option.slug}/waiting-list/", details(name="Kept Name", **wrong))
    assert page.status_code == 422
    assert said in text_of(page)
    assert 'value="Kept Name"' in page.content.decode()
    assert not WaitingPlace.objects.exists()


def test_there_is_no_list_for_what_is_not_there(patient: Client, db: None) -> None:
    assert patient.get("/book/nothing/waiting-list/").status_code == 404


# Something earlier than an appointment


def test_from_the_appointments_page(patient: Client, option: ServiceOption, only: Therapist, at: At) -> None:
    later = make_appointment(option=option, start=at(26, 10))
    token = links.mint(appointment=later)
    assert f'href="/appointment/{token}/earlier/"' in patient.get(f"/appointment/{token}/").content.decode()
    page = patient.get(f"/appointment/{token}/earlier/")
    assert "Thursday 26 November 2026 at 10am" in text_of(page)
    placed = patient.post(
        f"/appointment/{token}/earlier/", {**hidden(page), "parts": ["morning"]}, follow=True
    )
    place = WaitingPlace.objects.get()
    assert (place.appointment, place.until_date, place.parts) == (later, date(2026, 11, 26), ["morning"])
    assert "You keep your appointment on Thursday 26 November 2026 at 10am" in text_of(placed)
    assert "You are on the waiting list" in text_of(patient.get(f"/appointment/{token}/earlier/"))
    left = patient.post(f"/appointment/{token}/earlier/", {"leave": "1"}, follow=True)
    assert "What suits you" in text_of(left)
    place.refresh_from_db()
    assert place.state == "left"
    lifecycle.cancel(appointment=later, actor=Actor.PATIENT)
    for answer in (
        patient.get(f"/appointment/{token}/earlier/"),
        patient.post(f"/appointment/{token}/earlier/"),
    ):
        assert answer.status_code == 409
        assert "You cannot wait for an earlier time" in text_of(answer)


# The place's page


def test_leaving(patient: Client, option: ServiceOption) -> None:
    place = make_place(option=option)
    address = f"/waiting/{links.mint_for_place(place=place)}/"
    assert "You are on the waiting list" in text_of(patient.get(address))
    assert "You have left the waiting list" in text_of(patient.post(address, {"leave": "1"}, follow=True))
    assert "You have left the waiting list" in text_of(patient.post(address, {"leave": "1"}, follow=True))


# The offer


def test_taking_it_is_one_press(patient: Client, offer: Offer) -> None:
    address = offer_page(offer)
    words = text_of(patient.get(address))
    assert "We keep it for you until 10am on Monday 23 November 2026" in words
    assert "Tuesday 24 November 2026, 10am to 11am" in words
    assert "Ana Demo" in words
    first, second = (patient.post(address, {"accept": "1"}, follow=True) for _ in range(2))
    for page in (first, second):
        assert "Your appointment is booked" in text_of(page)
        assert offer.appointment.reference in text_of(page)
    assert "This time is yours" in text_of(patient.get(address))
    assert Notification.objects.filter(kind="confirmed").count() == 1


def test_no_thank_you_passes_it_on_at_once(patient: Client, option: ServiceOption, offer: Offer) -> None:
    next_one = make_place(option=option)
    page = patient.post(offer_page(offer), {"pass": "1"}, follow=True)
    assert "You have let this time go" in text_of(page)
    assert "You are still on the waiting list" in text_of(page)
    [made] = offering.offer_freed()
    assert made.place == next_one


def test_too_late_is_said_in_plain_words_and_a_free_time_can_be_booked(
    patient: Client, offer: Offer, clock: time_machine.Traveller
) -> None:
    address = offer_page(offer)
    clock.move_to(offer.expires_at)
    assert "This offer is over" in text_of(patient.get(address))
    late = patient.post(address, {"accept": "1"})
    assert late.status_code == 409
    assert "We do not keep the time for you any more." in text_of(late)
    book = f"/book/{offer.appointment.option.slug}/ana-demo/2026-11-24T10:00/"
    assert f'href="{book}"' in late.content.decode()
    assert patient.get(book).status_code == 200


def test_too_late_for_a_time_that_somebody_else_has(
    patient: Client, option: ServiceOption, offer: Offer, clock: time_machine.Traveller
) -> None:
    make_place(option=option)
    clock.move_to(offer.expires_at)
    offering.offer_freed()
    late = patient.post(offer_page(offer), {"accept": "1"})
    assert "It is still free" not in text_of(late)
    assert "See all free times" in text_of(late)


def test_it_says_which_appointment_would_be_given_up_and_looks_again(
    patient: Client, option: ServiceOption, only: Therapist, at: At
) -> None:
    later = make_appointment(option=option, start=at(26, 10), status="confirmed")
    make_place(appointment=later)
    open_hour(only)
    [offer] = offering.offer_freed()
    address = offer_page(offer)
    page = patient.get(address)
    assert "Your appointment on Thursday 26 November 2026 at 10am" in text_of(page)
    lifecycle.move(appointment=later, start=at(27, 10), actor=Actor.DESK)
    stale = patient.post(address, {**hidden(page), "accept": "1"})
    assert stale.status_code == 409
    assert "Your appointment on Friday 27 November 2026 at 10am" in text_of(stale)
    patient.post(address, {**hidden(stale), "accept": "1"})
    later.refresh_from_db()
    assert later.status == "cancelled"


# Links


def test_looking_changes_nothing(patient: Client, offer: Offer) -> None:
    place_page = f"/waiting/{links.mint_for_place(place=offer.place)}/"
    address = offer_page(offer)

    def everything() -> list[Any]:
        models = (
            Appointment,
            AppointmentEvent,
            AppointmentLink,
            Notification,
            Offer,
            WaitingLink,
            WaitingPlace,
        )
        return [list(model.objects.order_by("pk").values()) for model in models]

    before = everything()
    for page in (place_page, address, address + "?accept=1"):
        for look in (patient.get, patient.head):
            assert look(page).status_code == 200
    assert everything() == before


def test_pages_are_kept_private(patient: Client, offer: Offer) -> None:
    for page in (offer_page(offer), f"/waiting/{links.mint_for_place(place=offer.place)}/"):
        for answer in (
            patient.get(page),
            patient.post(page),
            patient.post(page, {"pass": "1", "leave": "1"}),
        ):
            assert (answer["Cache-Control"], answer["Referrer-Policy"]) == ("no-store", "no-referrer")


def test_links_open_only_what_they_are_for(
    patient: Client, offer: Offer, clock: time_machine.Traveller
) -> None:
    of_offer = links.mint(appointment=offer.appointment, purpose=LinkPurpose.OFFER)
    of_visit = links.mint(appointment=offer.appointment)
    of_place = links.mint_for_place(place=offer.place)
    wrong = [
        f"/offer/{of_visit}/",
        f"/offer/{of_place}/",
        f"/waiting/{of_offer}/",
        f"/waiting/{of_visit}/",
        f"/appointment/{of_offer}/",
        f"/appointment/{of_place}/",
        f"/appointment/{of_offer}/earlier/",
        f"/offer/{'x' * 5000}/",
        "/waiting/x/",
    ]
    pages = {text_of(patient.get(address)) for address in wrong}
    assert len(pages) == 1
    for address in wrong:
        assert patient.post(address, {"accept": "1", "leave": "1"}).status_code == 404
    offer.refresh_from_db()
    assert offer.state == "open"
    clock.shift(timedelta(days=300))
    assert patient.get(f"/waiting/{of_place}/").status_code == 404
    assert patient.get(f"/offer/{of_offer}/").status_code == 404


def test_no_link_is_in_a_log() -> None:
    from flexclinic.redaction import redact

    for page in ("offer", "waiting"):
        assert redact(f"GET /{page}/not-a-whole-token/ 404") == f"GET /{page}/…/ 404"


# The safety check before a first visit


def safety_of_all() -> list[tuple[str, str]]:
    return list(WaitingPlace.objects.values_list("safety_outcome", "safety_version"))


def test_who_says_first_visit_reads_the_lists_first(
    patient: Client, option: ServiceOption, only: Therapist
) -> None:
    times = patient.get(f"/book/{option.slug}/?visit=first").content.decode()
    address = f"/book/{option.slug}/waiting-list/?visit=first"
    assert f'href="{address}"' in times
    page = patient.get(address)
    assert "Before your first visit" in text_of(page)
    assert "Choose which is true for you." in text_of(patient.post(address, {"answer": ""}))
    assert "Call 911 now" in text_of(patient.post(address, {"answer": "emergency"}))
    assert "Please call us before you book" in text_of(patient.post(address, {"answer": "call"}))
    form = patient.post(address, {"answer": "none"}, follow=True)
    assert "What suits you" in text_of(form)
    assert "This is my first visit" not in text_of(form)
    patient.post(form.request["PATH_INFO"] + "?visit=first", {**details(), **hidden(form)})
    assert safety_of_all() == [("clear", "2026-11")]


def test_who_ticks_first_visit_reads_the_lists_before_joining(
    patient: Client, option: ServiceOption, only: Therapist
) -> None:
    address = f"/book/{option.slug}/waiting-list/"
    typed = details(first_visit="on", weekdays=["1", "3"], name="Kept Name")
    page = patient.post(address, typed)
    assert "Before your first visit" in text_of(page)
    assert not WaitingPlace.objects.exists()
    for answer, said in (
        ("", "Choose which is true for you."),
        ("emergency", "Call 911 now"),
        ("call", "Please call us before you book"),
    ):
        stopped = patient.post(address, {**typed, "answer": answer})
        assert said in text_of(stopped)
        assert 'value="Kept Name"' in stopped.content.decode()
        assert stopped.content.decode().count('name="weekdays"') == 2
    assert not WaitingPlace.objects.exists()
    for _ in range(2):
        placed = patient.post(address, {**typed, "answer": "none"}, follow=True)
        assert "You are on the waiting list" in text_of(placed)
    place = WaitingPlace.objects.get()
    assert (place.weekdays, place.first_visit) == ([1, 3], True)
    assert safety_of_all() == [("clear", "2026-11")]


def test_who_was_here_before_is_not_asked_and_a_forged_pass_is_none(
    patient: Client, option: ServiceOption, only: Therapist
) -> None:
    address = f"/book/{option.slug}/waiting-list/"
    assert "Before your first visit" not in text_of(patient.get(f"{address}?visit=returning"))
    forged = patient.post(address, details(first_visit="on", passed="2026-11:x"))
    assert "Before your first visit" in text_of(forged)
    patient.post(address, details())
    assert safety_of_all() == [("", "")]


def test_a_first_visit_is_taken_after_the_lists(
    patient: Client, option: ServiceOption, only: Therapist
) -> None:
    make_place(option=option, first_visit=True)
    open_hour(only)
    [offer] = offering.offer_freed()
    address = offer_page(offer)
    lists = patient.post(address, {"accept": "1"})
    assert "Before your first visit" in text_of(lists)
    assert lists["Cache-Control"] == "no-store"
    carried = hidden(lists)
    assert carried["accept"] == "1"
    assert "Call 911 now" in text_of(patient.post(address, {**carried, "answer": "emergency"}))
    assert "Please call us" in text_of(patient.post(address, {**carried, "answer": "call"}))
    assert "A time has come up" in text_of(patient.get(address))
    page = patient.post(address, {**carried, "answer": "none"}, follow=True)
    assert "Your appointment is booked" in text_of(page)
    assert Appointment.objects.get(pk=offer.appointment_id).safety_outcome == "clear"


# What a yes leads to, in words


def test_where_the_desk_has_a_say_the_page_says_so(patient: Client, only: Therapist, at: At) -> None:
    on_request = make_option(booking=ServiceOption.Booking.REQUEST)
    only.options.add(on_request)
    later = make_appointment(option=on_request, start=at(26, 10), status="confirmed")
    place = make_place(appointment=later)
    open_hour(only)
    [offer] = offering.offer_freed()
    address = offer_page(offer)
    page = patient.get(address)
    assert "Ask for this time" in text_of(page)
    assert "Take this time" not in text_of(page)
    assert "You keep the later appointment until we confirm this one." in text_of(page)
    asked = patient.post(address, {**hidden(page), "accept": "1"}, follow=True)
    assert "We have your request" in text_of(asked)
    assert "You asked for this time" in text_of(patient.get(address))
    place_page = f"/waiting/{links.mint_for_place(place=place)}/"
    words = text_of(patient.get(place_page))
    assert "You asked for Tuesday 24 November 2026 at 10am" in words
    assert "You keep your appointment on Thursday 26 November 2026 at 10am until we confirm" in words
    lifecycle.decline(appointment=Appointment.objects.get(pk=offer.appointment_id), user=None)
    words = text_of(patient.get(place_page))
    assert "The front desk could not confirm it. You keep your appointment on Thursday" in words


@pytest.mark.parametrize(
    ("why", "said"),
    [
        ("dates", "The days that you chose are over."),
        ("visit", "The appointment that you wanted to have earlier is over or cancelled."),
        ("silence", "You did not answer 3 offers in a row."),
        ("", "The dates that you chose are over, or you did not answer 3 offers in a row."),
    ],
)
def test_the_page_says_why_a_wait_is_over(
    patient: Client, option: ServiceOption, why: str, said: str
) -> None:
    place = make_place(option=option, state="ended", ended_why=why)
    words = text_of(patient.get(f"/waiting/{links.mint_for_place(place=place)}/"))
    assert "Your wait is over" in words
    assert said in words


def test_the_page_says_when_times_are_offered(patient: Client, option: ServiceOption) -> None:
    page = f"/waiting/{links.mint_for_place(place=make_place(option=option))}/"
    assert "We offer times from 8am to 9pm." in text_of(patient.get(page))
    ClinicPolicy.objects.create(offers_from=0, offers_until=24 * 60)
    assert "We offer times from" not in text_of(patient.get(page))
