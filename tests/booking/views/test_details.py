"""The details page: what is asked, what is checked, what is booked, and what a time that is not free gets."""

import uuid
from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client

from booking.enums import AppointmentStatus
from booking.models import Appointment, Notification
from services.models import ServiceOption, Therapist
from tests.booking.views.pages import hidden, text_of
from tests.factories.booking import make_appointment, make_weekly_hours
from tests.factories.services import make_option, make_therapist

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

At = Callable[..., datetime]


def answers(**changes: str) -> dict[str, str]:
    return {
        "name": "Sam Sample",
        "email": "sam@example.com",
        "phone": "(212) 555-0100",
        "first_visit": "on",
        "note": "I come by bicycle.",
        "consent": "on",
        "request_key": str(uuid.uuid4()),
        **changes,
    }


def url(option: ServiceOption, who: str = "anyone", start: str = "2026-11-24T10:00") -> str:
    return f"/book/{option.slug}/{who}/{start}/"


def test_the_page_says_what_is_booked_and_asks_who(
    patient: Client, option: ServiceOption, therapist: Therapist
) -> None:
    response = patient.get(url(option, therapist.slug))
    words = text_of(response)
    assert response.status_code == 200
    assert "Tuesday 24 November 2026, 10am to 11am" in words
    assert therapist.name in words
    assert set(response.context["form"].fields) == {
        "name",
        "email",
        "phone",
        "first_visit",
        "note",
        "consent",
        "website",
        "request_key",
    }


def test_looking_books_nothing(patient: Client, option: ServiceOption, therapist: Therapist) -> None:
    patient.get(url(option))
    patient.head(url(option))
    patient.post(url(option), answers(check="1"))
    patient.post(url(option), answers(edit="1"))
    assert not Appointment.objects.exists()


def test_posting_books_and_leads_to_the_appointment(
    patient: Client, option: ServiceOption, therapist: Therapist, at: At
) -> None:
    response = patient.post(url(option), answers(), follow=True)
    appointment = Appointment.objects.get()
    assert (appointment.name, appointment.email, appointment.phone, appointment.note) == (
        "Sam Sample",
        "sam@example.com",
        "(212) 555-0100",
        "I come by bicycle.",
    )
    assert (appointment.first_visit, appointment.status, appointment.starts_at) == (
        True,
        AppointmentStatus.REQUESTED,
        at(24, 10),
    )
    assert appointment.consent_version
    assert response.redirect_chain[0][0].startswith("/appointment/")
    assert appointment.reference in text_of(response)


def test_the_answers_can_be_checked_before_they_are_sent(
    patient: Client, option: ServiceOption, therapist: Therapist
) -> None:
    response = patient.post(url(option), answers(check="1"))
    assert "Check your answers" in text_of(response)
    assert "I come by bicycle." in text_of(response)
    patient.post(url(option), hidden(response))
    appointment = Appointment.objects.get()
    assert (appointment.name, appointment.note, appointment.first_visit) == (
        "Sam Sample",
        "I come by bicycle.",
        True,
    )


def test_going_back_to_edit_keeps_the_answers(
    patient: Client, option: ServiceOption, therapist: Therapist
) -> None:
    checked = patient.post(url(option), answers(check="1", first_visit=""))
    response = patient.post(url(option), hidden(checked) | {"edit": "1"})
    form = response.context["form"]
    assert (form["name"].value(), form["note"].value(), form["first_visit"].value()) == (
        "Sam Sample",
        "I come by bicycle.",
        False,
    )


def test_the_same_form_sent_twice_books_once(
    patient: Client, option: ServiceOption, therapist: Therapist
) -> None:
    once = answers()
    first, second = (patient.post(url(option), once, follow=True) for _ in range(2))
    reference = Appointment.objects.get().reference
    assert reference in text_of(first)
    assert reference in text_of(second)
    assert Notification.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("name", "", "Enter your full name."),
        ("name", "\u2028 \t", "Enter your full name."),
        ("email", "", "Enter your email address."),
        ("email", "sam@", "Enter an email address such as name@example.com."),
        ("phone", "", "Enter a phone number that we can reach you on."),
        ("phone", "none", "Enter a phone number such as (212) 555-0142."),
        ("phone", "٠١٢٣٤٥٦٧٨٩", "Enter a phone number such as (212) 555-0142."),
        ("phone", "xxxxxxx1234567", "Enter a phone number such as (212) 555-0142."),
        ("consent", "", "Agree that we may keep these details, or call us to book instead."),
        ("website", "https://spam.example", "Leave the last box empty and send the form again."),
        ("request_key", "", "Something was missing from the form. Check your details and send it again."),
        ("request_key", "1", "Something was wrong with the form. Check your details and send it again."),
        ("note", "x" * 1001, "Write your note in 1000 characters or fewer. It has 1001 now."),
    ],
)
def test_a_wrong_answer_is_named_and_the_others_stay(
    patient: Client, option: ServiceOption, therapist: Therapist, field: str, value: str, message: str
) -> None:
    response = patient.post(url(option), answers(**{field: value}))
    words = text_of(response)
    assert response.status_code == 422
    assert words.startswith("Error: Your details")
    assert "There is a problem" in words
    assert message in words
    kept = {"name": "Sam Sample", "email": "sam@example.com", "note": "I come by bicycle."}
    kept.pop(field, None)
    assert {name: response.context["form"][name].value() for name in kept} == kept
    assert not Appointment.objects.exists()


def test_a_missing_key_is_replaced_so_that_sending_again_works(
    patient: Client, option: ServiceOption, therapist: Therapist
) -> None:
    response = patient.post(url(option), answers(request_key=""))
    patient.post(url(option), answers(request_key=hidden(response)["request_key"]))
    assert Appointment.objects.count() == 1


def test_any_way_to_write_a_phone_number_does(
    patient: Client, option: ServiceOption, therapist: Therapist
) -> None:
    for number in ("2125550100", "+1 212-555-0100", "212.555.0100 ext. 12", "00 44 20 7946 0000"):
        assert patient.post(url(option), answers(phone=number, check="1")).status_code == 200


def test_an_option_for_new_patients_is_their_first_visit(patient: Client, therapist: Therapist) -> None:
    option = make_option(clientele=ServiceOption.Clientele.NEW)
    therapist.options.add(option)
    patient.post(url(option), answers(first_visit=""))
    assert Appointment.objects.get().first_visit is True


@pytest.mark.parametrize(
    ("start", "status", "message"),
    [
        ("2026-11-24T14:00", 409, "That time has just gone."),
        ("2026-11-20T10:00", 409, "We do not offer that time."),
        ("2026-11-24T10:07", 409, "We do not offer that time."),
        ("2026-11-24T20:00", 409, "We do not offer that time."),
        ("2027-03-14T02:30", 409, "The clocks go forward that night and skip that time"),
        ("2025-11-02T01:30", 409, "The clocks go back that night and show that time twice."),
        ("next-week", 409, "We could not read that time."),
        ("2026-11-24T99:00", 409, "We could not read that time."),
    ],
)
@pytest.mark.parametrize("send", [False, True], ids=["looked at", "sent"])
def test_a_time_that_cannot_be_booked_shows_the_nearest(
    patient: Client,
    option: ServiceOption,
    therapist: Therapist,
    at: At,
    start: str,
    status: int,
    message: str,
    send: bool,
) -> None:
    make_appointment(therapist=therapist, option=option, start=at(24, 14))
    address = url(option, therapist.slug, start)
    response = patient.post(address, answers()) if send else patient.get(address)
    words = text_of(response)
    assert response.status_code == status
    assert "There is a problem" in words
    assert message in words
    assert len(response.context["nearest"]) == 6
    assert Appointment.objects.count() == 1


def test_what_was_typed_goes_along_to_the_nearest_time(
    patient: Client, option: ServiceOption, therapist: Therapist, at: At
) -> None:
    make_appointment(therapist=therapist, option=option, start=at(24, 10))
    gone = patient.post(url(option, therapist.slug), answers())
    next_best = gone.context["nearest"][0]
    assert f'formaction="{next_best.url}"' in gone.content.decode()
    checked = patient.post(next_best.url, hidden(gone) | {"check": "1"})
    patient.post(next_best.url, hidden(checked))
    booked = Appointment.objects.get(name="Sam Sample")
    assert (booked.starts_at, booked.note) == (next_best.moment, "I come by bicycle.")


def test_an_unknown_option_shows_what_there_is(
    patient: Client, option: ServiceOption, therapist: Therapist
) -> None:
    for address in ("/book/nothing/", "/book/nothing/anyone/2026-11-24T10:00/"):
        response = patient.get(address)
        assert response.status_code == 404
        assert "We do not offer that appointment" in text_of(response)
        assert option.name in text_of(response)


def test_the_wrong_therapist_shows_times_with_anyone(
    patient: Client, option: ServiceOption, therapist: Therapist
) -> None:
    other = make_therapist(options=[])
    make_weekly_hours(therapist=other)
    for who in (other.slug, "nobody"):
        response = patient.post(url(option, who), answers())
        assert response.status_code == 404
        assert "That therapist does not offer this appointment." in text_of(response)
        assert "/anyone/" in response.context["nearest"][0].url


def test_what_a_stranger_typed_stays_text(
    patient: Client, option: ServiceOption, therapist: Therapist
) -> None:
    evil = '"><script>alert(1)</script>'
    for extra in ({"check": "1"}, {"email": "wrong"}):
        page = patient.post(url(option), answers(name=evil, note=evil, **extra)).content.decode()
        assert "<script>alert" not in page


def test_details_are_never_kept_by_a_cache(
    patient: Client, option: ServiceOption, therapist: Therapist
) -> None:
    assert "no-store" in patient.get(url(option)).headers["Cache-Control"]
