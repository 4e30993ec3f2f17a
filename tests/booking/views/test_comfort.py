"""The comfort page: GET shows, POST keeps, and it is for who has the link."""

from collections.abc import Callable
from datetime import datetime

import pytest
import time_machine
from django.test import Client

from booking import consent, links
from booking.models import Appointment, ComfortPreferences
from flexclinic.lib import clock as now
from tests.booking.views.pages import text_of

pytestmark = [pytest.mark.django_db]

At = Callable[..., datetime]
SAID = {
    "pressure": "light",
    "avoid": " my\u2028 feet ",
    "therapist_gender": "woman",
    "clothing": "a T-shirt",
    "quiet": "on",
}


def page_of(appointment: Appointment) -> str:
    return f"/appointment/{links.mint(appointment=appointment)}/comfort/"


@pytest.mark.usefixtures("clock")
def test_telling_and_changing(patient: Client, appointment: Appointment) -> None:
    page = page_of(appointment)
    assert page in patient.get(page.removesuffix("comfort/")).content.decode()
    response = patient.post(page, SAID, follow=True)
    assert "Saved" in text_of(response)
    told = ComfortPreferences.objects.get()
    assert (told.appointment, told.pressure, told.avoid, told.therapist_gender, told.clothing) == (
        appointment,
        "light",
        "my feet",
        "woman",
        "a T-shirt",
    )
    assert (told.quiet, told.chaperone) == (True, False)
    assert 'value="my feet"' in patient.get(page).content.decode()
    patient.post(page, {"chaperone": "on"})
    told = ComfortPreferences.objects.get()
    assert (told.pressure, told.avoid, told.quiet, told.chaperone) == ("", "", False, True)


@pytest.mark.usefixtures("clock")
def test_looking_changes_nothing_and_the_page_is_private(patient: Client, appointment: Appointment) -> None:
    page = page_of(appointment)
    for response in (patient.get(page), patient.head(page), patient.post(page, SAID)):
        assert (response["Cache-Control"], response["Referrer-Policy"], response["X-Robots-Tag"]) == (
            "no-store",
            "no-referrer",
            "noindex, nofollow",
        )
    ComfortPreferences.objects.all().delete()
    patient.get(f"{page}?saved=yes")
    patient.get(page, SAID)
    assert not ComfortPreferences.objects.exists()


@pytest.mark.usefixtures("clock")
def test_a_wrong_answer_is_named_and_the_others_stay(patient: Client, appointment: Appointment) -> None:
    response = patient.post(page_of(appointment), {**SAID, "avoid": "x" * 301, "pressure": "crushing"})
    assert response.status_code == 422
    assert text_of(response).startswith("Error: What makes you comfortable")
    assert "a T-shirt" in response.content.decode()
    assert not ComfortPreferences.objects.exists()


def test_from_the_visit_on_it_stays_as_it_is(
    patient: Client, appointment: Appointment, at: At, clock: time_machine.Traveller
) -> None:
    page = page_of(appointment)
    patient.post(page, SAID)
    clock.move_to(at(24, 10))
    assert patient.post(page, {"pressure": "firm"}).status_code == 409
    assert ComfortPreferences.objects.get().pressure == "light"
    assert "You told us: Light pressure; avoid: my feet" in text_of(patient.get(page))


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("status", ["cancelled", "declined", "completed", "expired", "no_show"])
def test_a_visit_that_is_over_asks_nothing(patient: Client, appointment: Appointment, status: str) -> None:
    Appointment.objects.update(status=status)
    page = page_of(appointment)
    assert patient.post(page, SAID).status_code == 409
    assert not ComfortPreferences.objects.exists()


@pytest.mark.usefixtures("clock")
def test_it_says_what_was_agreed_to_and_when(patient: Client, appointment: Appointment) -> None:
    page = page_of(appointment)
    assert "you agreed to this" not in text_of(patient.get(page))
    Appointment.objects.update(consent_version=consent.NEWEST, consented_at=now.now())
    words = text_of(patient.get(page))
    assert consent.TEXTS[consent.NEWEST] in words
    assert "on Monday 23 November 2026" in words


@pytest.mark.usefixtures("clock")
def test_no_other_link_opens_it(patient: Client, appointment: Appointment) -> None:
    page = page_of(appointment)
    links.revoke_all(appointment=appointment)
    for address in (page, "/appointment/nothing/comfort/", f"/appointment/{'x' * 500}/comfort/"):
        assert patient.get(address).status_code == 404
        assert patient.post(address, SAID).status_code == 404
    assert not ComfortPreferences.objects.exists()


@pytest.mark.usefixtures("clock")
def test_what_is_optional_is_said_in_one_way(patient: Client, visit: Appointment) -> None:
    page = patient.get(f"/appointment/{links.mint(appointment=visit)}/comfort/").content.decode()
    assert page.count("(optional)") == 4
    assert page.count('<span class="field__optional">(optional)</span>') == 4
