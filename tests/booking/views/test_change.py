"""/change-my-booking/: the same answer for everybody, and mistakes explained."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from booking import fresh_link
from booking.models import Appointment, Notification
from booking.views.change import PER_NETWORK
from tests.booking.views.pages import text_of
from tests.jobrunner import jobs, run_jobs

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

ADDRESS = "/change-my-booking/"


def ask(patient: Client, reference: str, contact: str) -> tuple[int, str, list[str]]:
    """Status, words, and the shape of every statement that the database got."""
    with CaptureQueriesContext(
        connection,
    ) as queries:
        response = patient.post(ADDRESS, {"reference": reference, "contact": contact})
    shapes = [query["sql"].split("'")[0] for query in queries]
    return response.status_code, text_of(response), shapes


def test_known_and_unknown_get_the_same_answer_by_the_same_way(
    patient: Client, appointment: Appointment
) -> None:
    without_email = Appointment.objects.create(
        **{
            field.attname: getattr(appointment, field.attname)
            for field in Appointment._meta.concrete_fields
            if not field.primary_key and not field.generated and field.attname not in _OWN
        },
        status="cancelled",
        email="",
    )
    asked = [
        (appointment.reference, appointment.email),
        (appointment.reference, appointment.phone),
        (appointment.reference, "wrong@example.test"),
        ("AAAA-AAAA", appointment.email),
        ("0000-0000", "(212) 555-0111"),
        (without_email.reference, without_email.phone),
    ]
    ask(patient, "BBBB-BBBB", "first@example.test")  # the first try of a network makes its counter
    answers = [ask(patient, *each) for each in asked]
    assert len({(status, words) for status, words, _ in answers}) == 1
    assert answers[0][0] == 200
    assert "If we know this booking, a message is on its way" in answers[0][1]
    assert len({tuple(shapes) for *_, shapes in answers}) == 1
    assert not Notification.objects.exists()  # whether it is known is found out by the worker


_OWN = {"reference", "uid", "request_key", "status", "email"}


@pytest.mark.django_db(transaction=True)
def test_the_worker_sends_it(patient: Client, appointment: Appointment) -> None:
    ask(patient, appointment.reference, appointment.email)
    ask(patient, appointment.reference, "wrong@example.test")
    run_jobs()
    assert [row.kind for row in Notification.objects.all()] == ["link"]
    assert jobs(fresh_link.ANSWER) == []


@pytest.mark.parametrize("written", ["{}", " {} ", "low {}", "no dash {}", "spaces {}"])
def test_a_reference_may_be_typed_in_any_way(patient: Client, appointment: Appointment, written: str) -> None:
    how, _, _ = written.rpartition(" ")
    typed = {
        "low": appointment.reference.lower(),
        "no dash": appointment.reference.replace("-", ""),
        "spaces": " ".join(appointment.reference.replace("-", "")),
    }.get(how, written.format(appointment.reference))
    assert ask(patient, typed, appointment.email)[0] == 200
    [job] = jobs(fresh_link.ANSWER)
    assert job["args"]["reference"] == appointment.reference


@pytest.mark.parametrize(
    ("reference", "contact", "said"),
    [
        ("", "pat@example.test", "Enter your reference."),
        ("K7QM", "pat@example.test", "Enter a reference such as K7QM-3XWP. It has 8 letters and numbers."),
        ("K7QM-3XWP-9", "pat@example.test", "Enter a reference such as K7QM-3XWP."),
        ("ÄÖÜM-3XWP", "pat@example.test", "Enter a reference such as K7QM-3XWP."),
        ("x" * 100, "pat@example.test", "Enter a reference such as K7QM-3XWP."),
        ("w-K7QM-3XWP", "pat@example.test", "This is a reference of the waiting list."),
        ("K7QM-3XWP", "", "Enter the email address or the phone number that you booked with."),
        ("K7QM-3XWP", "pat@", "Enter an email address such as name@example.com, or a phone number"),
        ("K7QM-3XWP", "Pat Example", "Enter an email address such as name@example.com, or a phone number"),
        ("K7QM-3XWP", "12345", "Enter an email address such as name@example.com, or a phone number"),
        ("K7QM-3\0WP", "pat@example.test", "Enter a reference such as K7QM-3XWP."),
    ],
)
def test_a_mistake_is_explained_and_what_was_typed_is_kept(
    patient: Client, db: None, reference: str, contact: str, said: str
) -> None:
    response = patient.post(ADDRESS, {"reference": reference, "contact": contact})
    assert response.status_code == 422
    assert "There is a problem" in text_of(response)
    assert said in text_of(response)
    assert "Error: Change my booking" in text_of(response)
    assert response.context["form"]["reference"].value() == reference
    if contact:
        assert f'value="{contact}"' in response.content.decode()
    assert jobs(fresh_link.ANSWER) == []


def test_many_tries_from_one_network_are_slowed_down(patient: Client, appointment: Appointment) -> None:
    for _ in range(PER_NETWORK.tries):
        assert ask(patient, "AAAA-AAAA", "a@example.test")[0] == 200
    response = patient.post(ADDRESS, {"reference": appointment.reference, "contact": appointment.email})
    assert (response.status_code, response.headers["Retry-After"]) == (429, "900")
    assert "There were many tries from here. Try again at 9:15am, or call us." in text_of(response)
    assert f'value="{appointment.reference}"' in response.content.decode()
    assert len(jobs(fresh_link.ANSWER)) == PER_NETWORK.tries
    elsewhere = Client(REMOTE_ADDR="198.51.100.7")
    assert ask(elsewhere, appointment.reference, appointment.email)[0] == 200


def test_looking_asks_for_nothing(patient: Client, db: None) -> None:
    query = {"reference": "K7QM-3XWP", "contact": "pat@example.test"}
    assert patient.get(ADDRESS, query).status_code == 200
    assert patient.head(ADDRESS, query).status_code == 200
    assert jobs(fresh_link.ANSWER) == []


def test_a_form_that_we_cannot_tell_to_be_ours_keeps_what_was_typed(db: None) -> None:
    response = Client(enforce_csrf_checks=True).post(
        ADDRESS, {"reference": "K7QM-3XWP", "contact": "a@b.example"}
    )
    assert response.status_code == 403
    assert "One more tap, please" in text_of(response)
    assert "K7QM-3XWP" in text_of(response)
    assert jobs(fresh_link.ANSWER) == []


@pytest.mark.parametrize("address", ["/", "/services/", "/book/", "/blog/", ADDRESS])
def test_every_page_leads_here(patient: Client, db: None, address: str) -> None:
    assert f'href="{ADDRESS}"' in patient.get(address).content.decode()
