"""First or returning, and the safety check: stop, call us, or go on. Only that somebody went on is kept."""

import logging
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.conf import settings
from django.test import Client

from booking import safety
from booking.models import Appointment, AppointmentEvent
from services.models import ServiceOption, Therapist
from tests.booking.views.pages import hidden, text_of
from tests.booking.views.test_details import answers, url
from tests.factories.services import make_option

pytestmark = [pytest.mark.django_db]

SIGNS = [*safety.EMERGENCY, *safety.TODAY, *safety.ASK_FIRST, *safety.NOT_NOW]
NEW, RETURNING = ServiceOption.Clientele.NEW, ServiceOption.Clientele.RETURNING


def before(option: ServiceOption) -> str:
    return f"{url(option)}before/"


def outcome(appointment: Appointment) -> tuple[str, str, bool]:
    return appointment.safety_outcome, appointment.safety_version, appointment.safety_at is not None


@pytest.fixture
def option_for(therapist: Therapist) -> dict[str, ServiceOption]:
    """An option for each: everyone, new and returning patients."""
    found = {kind: make_option(name=f"For {kind}", clientele=kind) for kind in ServiceOption.Clientele.values}
    therapist.options.add(*found.values())
    return found


# First or returning


@pytest.mark.parametrize(
    ("visit", "shown"),
    [
        ("", {"everyone", "new", "returning"}),
        ("first", {"everyone", "new"}),
        ("returning", {"everyone", "returning"}),
        ("<script>", {"everyone", "new", "returning"}),
    ],
)
def test_the_answer_decides_which_options_are_offered(
    patient: Client, option_for: dict[str, ServiceOption], visit: str, shown: set[str]
) -> None:
    response = patient.get("/book/", {"visit": visit} if visit else {})
    page = response.content.decode()
    assert {kind for kind, one in option_for.items() if f"/book/{one.slug}/" in page} == shown
    assert "Is this your first visit here?" in page
    assert not response.cookies
    for kind in shown:
        assert (f'/book/{option_for[kind].slug}/?visit={visit}"' in page) is (visit in ("first", "returning"))


@pytest.mark.parametrize(("kind", "visit"), [(NEW, "returning"), (RETURNING, "first")])
def test_an_option_for_others_says_so(
    patient: Client, option_for: dict[str, ServiceOption], kind: str, visit: str
) -> None:
    response = patient.get(f"/book/{option_for[kind].slug}/?visit={visit}")
    assert f"This appointment is for {kind} patients" in text_of(response)
    assert f"/book/?visit={visit}" in response.content.decode()
    assert "Choose a time" in text_of(patient.get(f"/book/{option_for[kind].slug}/"))


@pytest.mark.usefixtures("clock")
def test_the_answer_goes_along_with_the_times(
    patient: Client, option: ServiceOption, therapist: Therapist
) -> None:
    page = patient.get(f"/book/{option.slug}/?visit=first").content.decode()
    assert f"{url(option)}?visit=first" in page
    assert f"/book/{option.slug}/?visit=first&amp;therapist={therapist.slug}" in page
    assert f'{url(option)}"' in patient.get(f"/book/{option.slug}/").content.decode()


# The safety check


@pytest.mark.usefixtures("clock", "therapist")
def test_who_comes_first_passes_the_check_before_the_details(patient: Client, option: ServiceOption) -> None:
    led = patient.get(f"{url(option)}?visit=first")
    assert (led.status_code, led["Location"]) == (302, before(option))
    page = patient.get(before(option))
    assert page.status_code == 200
    words = text_of(page)
    assert all(sign in words for sign in SIGNS)
    assert f"Call {settings.CLINIC['emergency_number']} now if:" in words

    passed = patient.post(before(option), {"answer": "none"})
    assert passed.status_code == 302
    address = urlsplit(passed["Location"])
    assert address.path == url(option)
    assert set(parse_qs(address.query)) == {"visit", "check"}

    details = patient.get(passed["Location"])
    assert details.status_code == 200
    assert "Is this your first visit?" not in text_of(details)
    carried = hidden(details)
    checked = patient.post(passed["Location"], answers(check="1", **carried))
    assert "Check your answers" in text_of(checked)
    assert safety.EMERGENCY[0] not in text_of(checked)
    patient.post(passed["Location"], hidden(checked))
    appointment = Appointment.objects.get()
    assert appointment.first_visit
    assert outcome(appointment) == ("clear", safety.VERSION, True)


@pytest.mark.usefixtures("clock", "therapist")
def test_an_emergency_stops_with_the_number(patient: Client, option: ServiceOption) -> None:
    response = patient.post(before(option), {"answer": "emergency"})
    number = settings.CLINIC["emergency_number"]
    assert response.status_code == 200
    assert f"<h1>Stop. Call {number} now</h1>" in response.content.decode()
    assert f'href="tel:{number}"' in response.content.decode()
    assert url(option) + "?" not in response.content.decode()


@pytest.mark.usefixtures("clock", "therapist")
def test_another_sign_asks_for_a_call(patient: Client, option: ServiceOption) -> None:
    response = patient.post(before(option), {"answer": "call"})
    assert response.status_code == 200
    assert "Please call us before you book" in text_of(response)
    assert "Call a doctor today" in text_of(response)
    assert 'href="tel:' in response.content.decode()


@pytest.mark.usefixtures("clock", "therapist")
@pytest.mark.parametrize("answer", [{}, {"answer": ""}, {"answer": "maybe"}])
def test_no_answer_is_asked_again(patient: Client, option: ServiceOption, answer: dict[str, str]) -> None:
    response = patient.post(before(option), answer)
    assert response.status_code == 422
    assert text_of(response).startswith("Error: Before your first visit")
    assert "Choose which is true for you." in text_of(response)


@pytest.mark.usefixtures("clock", "therapist")
def test_no_answer_is_kept_and_looking_changes_nothing(
    patient: Client, option: ServiceOption, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        patient.get(before(option))
        patient.head(before(option))
        for answer in ("emergency", "call", "none"):
            response = patient.post(before(option), {"answer": answer})
            assert "no-store" in response["Cache-Control"]
            assert not set(response.cookies) - {"csrf"}
    assert not Appointment.objects.exists()
    assert not AppointmentEvent.objects.exists()
    assert "emergency" not in caplog.text


@pytest.mark.usefixtures("clock", "therapist")
def test_a_deep_link_shows_the_form_with_a_way_to_the_check(patient: Client, option: ServiceOption) -> None:
    response = patient.get(url(option))
    assert response.status_code == 200
    assert "Is this your first visit?" in text_of(response)
    assert before(option) in response.content.decode()
    assert "Is this your first visit?" not in text_of(patient.get(f"{url(option)}?visit=returning"))


@pytest.mark.usefixtures("clock", "therapist")
def test_who_ticks_first_visit_reads_the_lists_before_sending(patient: Client, option: ServiceOption) -> None:
    checked = patient.post(url(option), answers(check="1"))
    assert all(sign in text_of(checked) for sign in SIGNS)
    page = checked.content.decode()
    assert "None of these is true. Send my request" in page
    new_pass = page.split('name="passed" value="')[1].split('"')[0]
    patient.post(url(option), {**hidden(checked), "passed": new_pass})
    assert outcome(Appointment.objects.get()) == ("clear", safety.VERSION, True)


@pytest.mark.usefixtures("clock", "therapist")
def test_a_first_visit_without_the_check_is_booked_and_marked(patient: Client, option: ServiceOption) -> None:
    assert patient.post(url(option), answers()).status_code == 302
    assert outcome(Appointment.objects.get()) == ("", "", False)


@pytest.mark.usefixtures("therapist")
@pytest.mark.parametrize("forged", ["", "1", "clear", "old", "other"])
def test_a_pass_that_is_not_good_counts_for_nothing(
    patient: Client, option: ServiceOption, clock: time_machine.Traveller, forged: str
) -> None:
    if forged == "old":
        forged = safety.make_pass()
        clock.shift(safety.GOOD_FOR + timedelta(seconds=1))
        address = url(option, start="2026-11-25T10:00")
    else:
        address = url(option)
    if forged == "other":
        from booking.views import tries

        forged = tries.new_stamp()
    assert patient.post(address, answers(passed=forged)).status_code == 302
    assert outcome(Appointment.objects.get()) == ("", "", False)
    assert patient.get(f"{address}?visit=first&check={forged}").status_code in (302, 409)


@pytest.mark.usefixtures("clock", "therapist")
def test_somebody_who_has_been_here_has_no_outcome(patient: Client, option: ServiceOption) -> None:
    patient.post(url(option), answers(first_visit="", passed=safety.make_pass()))
    assert outcome(Appointment.objects.get()) == ("", "", False)


@pytest.mark.usefixtures("clock")
def test_an_unknown_option_shows_what_there_is(patient: Client, option: ServiceOption) -> None:
    assert patient.get("/book/nothing/anyone/2026-11-24T10:00/before/").status_code == 404
