"""The page of proposed times: GET changes nothing, POST takes one or none."""

import re
import uuid
from collections.abc import Callable
from datetime import datetime

import pytest
import time_machine
from django.core import mail
from django.test import Client

from booking import lifecycle, links, proposals
from booking.enums import LinkPurpose
from booking.models import Appointment, Proposal
from booking.proposals import Time
from services.models import ServiceOption, Therapist
from tests.booking.test_undo_move import WAIT, send_what_is_due
from tests.booking.views.pages import text_of
from tests.factories.booking import make_appointment, make_time_off

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

At = Callable[..., datetime]
CONTACT = lifecycle.Contact(name="Sam <i>Sample</i>", email="sam@example.com", note="Call me")


@pytest.fixture
def proposal(option: ServiceOption, therapist: Therapist, at: At) -> Proposal:
    """A request for Wednesday at 10; Thursday at 9 and at 2 are proposed."""
    asked = lifecycle.request(
        option=option, therapist=therapist, start=at(25, 10), contact=CONTACT, request_key=uuid.uuid4()
    )
    times = [Time(at(26, 9), therapist), Time(at(26, 14), therapist)]
    return proposals.propose(appointment=asked, times=times, user=None)


@pytest.fixture
def page(proposal: Proposal, clock: time_machine.Traveller) -> str:
    """The address in the message that was sent."""
    clock.shift(WAIT)
    send_what_is_due()
    found = re.search(r"/choose/[\w-]+/", str(mail.outbox[-1].body))
    assert found
    return found[0]


def value(proposal: Proposal, number: int) -> str:
    time = proposal.times.all()[number]
    return Time(time.start, time.therapist).value


def test_get_shows_the_times_and_changes_nothing(patient: Client, page: str, proposal: Proposal) -> None:
    for _ in range(2):
        words = text_of(patient.get(page))
    assert "Thursday 26 November 2026 at 9am" in words
    assert "We do not keep these times for you." in words
    assert "Sample" not in words
    patient.head(page)
    assert Proposal.objects.get().answer == ""
    assert Appointment.objects.get().version == 2


def test_it_is_private(patient: Client, page: str) -> None:
    answer = patient.get(page)
    assert answer["Cache-Control"] == "no-store"
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "noindex" in answer["X-Robots-Tag"]


def test_a_press_takes_the_time_and_leads_to_the_visit(
    patient: Client, page: str, proposal: Proposal
) -> None:
    answer = patient.post(page, {"take": value(proposal, 1)}, follow=True)
    assert answer.status_code == 200
    assert "Thursday 26 November 2026" in text_of(answer)
    assert Appointment.objects.get().status == "confirmed"
    assert "You have chosen a time" in text_of(patient.get(page))
    assert patient.post(page, {"take": value(proposal, 0)}).status_code == 409


def test_none_of_these(patient: Client, page: str) -> None:
    words = text_of(patient.post(page, {"none": "1"}, follow=True))
    assert "None of the times suits you" in words
    assert Appointment.objects.get().status == "requested"


def test_what_has_gone_is_said_and_what_is_left_is_shown(
    patient: Client, page: str, proposal: Proposal, therapist: Therapist, option: ServiceOption, at: At
) -> None:
    make_appointment(therapist=therapist, option=option, start=at(26, 9), status="confirmed")
    answer = patient.post(page, {"take": value(proposal, 0)})
    assert answer.status_code == 409
    words = text_of(answer)
    assert "That time has just gone. Nothing was changed." in words
    assert "1 of the times has gone" in words
    assert "Thursday 26 November 2026 at 2pm" in words


def test_when_all_have_gone_the_nearest_are_shown(
    patient: Client, page: str, therapist: Therapist, at: At
) -> None:
    make_time_off(therapist=therapist, start=at(26), end=at(27))
    answer = patient.get(page)
    assert "The times that we proposed have gone" in text_of(answer)
    found = re.search(r'name="take" value="([0-9.]+)"', answer.content.decode())
    assert found
    patient.post(page, {"take": found[1]})
    current = Appointment.objects.get()
    assert (current.status, current.version) == ("requested", 3)  # the desk has not proposed it


@pytest.mark.parametrize("take", ["", "1", "x.y", "9999999999999.1", "99999999999.1", "1.99999999", "²³.1"])
def test_what_cannot_be_read_is_answered(patient: Client, page: str, take: str) -> None:
    assert patient.post(page, {"take": take}).status_code in (409, 422)
    assert Appointment.objects.get().version == 2


def test_no_other_link_opens_it_and_it_opens_nothing_else(
    patient: Client, page: str, proposal: Proposal
) -> None:
    token = page.split("/")[2]
    assert patient.get(f"/appointment/{token}/").status_code == 404
    for purpose in (LinkPurpose.APPOINTMENT, LinkPurpose.OFFER):
        other = links.mint(appointment=proposal.appointment, purpose=purpose)
        assert patient.get(f"/choose/{other}/").status_code == 404
    unknown = patient.get(f"/choose/{'x' * 43}/").content
    assert patient.get(f"/choose/{'y' * 200}/").content == unknown
