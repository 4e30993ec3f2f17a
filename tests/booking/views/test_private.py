"""Every address behind a patient's link: who has no link sees one page, and looking changes nothing."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from booking import links
from booking.enums import LinkPurpose
from booking.models import Appointment, AppointmentLink
from flexclinic.lib import clock as clock_module
from services.models import ServiceOption, Therapist
from tests.booking.views.pages import text_of
from tests.factories.booking import make_appointment

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

At = Callable[..., datetime]
PAGES = ["", "calendar.ics", "move/", "move/anyone/2026-11-27T10:00/", "cancel/"]
#: Everything that an act of a patient could write.
TABLES = [
    "booking_appointment",
    "booking_appointmentevent",
    "booking_notification",
    "booking_appointmentlink",
    "booking_patient",
    "procrastinate_jobs",
    "django_session",
]


def snapshot() -> dict[str, list[tuple[Any, ...]]]:
    found = {}
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"SELECT * FROM {table} ORDER BY 1")
            found[table] = cursor.fetchall()
    return found


@pytest.fixture
def visit(therapist: Therapist, option: ServiceOption, at: At) -> Appointment:
    return make_appointment(therapist=therapist, option=option, start=at(26, 10))


def useless_tokens(visit: Appointment, therapist: Therapist, at: At) -> dict[str, str]:
    names = ["expired", "revoked", "altered", "other purpose"]
    tokens = {name: links.mint(appointment=visit) for name in names}
    every = dict(zip(names, AppointmentLink.objects.order_by("pk"), strict=True))
    now = clock_module.now()
    AppointmentLink.objects.filter(pk=every["expired"].pk).update(expires_at=now)
    AppointmentLink.objects.filter(pk=every["revoked"].pk).update(revoked_at=now - timedelta(hours=1))
    AppointmentLink.objects.filter(pk=every["other purpose"].pk).update(purpose="something else")
    tokens["altered"] = tokens["altered"][:-1] + ("a" if tokens["altered"][-1] != "a" else "b")
    return {**tokens, "short": "x", "long": "y" * 5000, "reference": visit.reference}


@pytest.mark.parametrize("page", PAGES)
def test_what_opens_nothing_looks_the_same_and_does_nothing(
    patient: Client, visit: Appointment, therapist: Therapist, at: At, page: str
) -> None:
    tokens = useless_tokens(visit, therapist, at)
    before = snapshot()
    answers = []
    for token in tokens.values():
        address = f"/appointment/{token}/{page}"
        answers += [patient.get(address), patient.post(address, {"version": "1"})]
    assert {answer.status_code for answer in answers} == {404}
    assert len({text_of(answer) for answer in answers}) == 1
    assert "This link does not open anything" in text_of(answers[0])
    assert {answer.headers["Cache-Control"] for answer in answers} == {"no-store"}
    assert snapshot() == before


def test_a_link_for_another_purpose_would_open_with_its_own(visit: Appointment) -> None:
    """The control of the test above: such a link is a good one in every other way."""
    token = links.mint(appointment=visit, purpose=LinkPurpose.APPOINTMENT)
    assert links.look_up(token) == visit
    AppointmentLink.objects.update(purpose="something else")
    assert links.look_up(token) is None


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("method", ["get", "head", "options", "put", "delete"])
def test_looking_changes_nothing(patient: Client, visit: Appointment, page: str, method: str) -> None:
    token = links.mint(appointment=visit)
    before = snapshot()
    response = getattr(patient, method)(f"/appointment/{token}/{page}")
    assert response.status_code == 200
    assert snapshot() == before


@pytest.mark.parametrize("page", PAGES)
def test_every_page_is_kept_private(patient: Client, visit: Appointment, page: str) -> None:
    address = f"/appointment/{links.mint(appointment=visit)}/{page}"
    for response in (patient.get(address), patient.post(address, {"version": "0"})):
        headers = response.headers
        assert (headers["Cache-Control"], headers["Referrer-Policy"]) == ("no-store", "no-referrer")
        assert "noindex" in headers["X-Robots-Tag"]
        assert visit.name not in response.content.decode()


@pytest.mark.parametrize("page", ["move/anyone/2026-11-27T10:00/", "cancel/"])
def test_a_form_that_we_cannot_tell_to_be_ours_acts_only_after_one_more_tap(
    visit: Appointment, page: str
) -> None:
    strict = Client(enforce_csrf_checks=True)
    before = snapshot()
    address = f"/appointment/{links.mint(appointment=visit)}/{page}"
    response = strict.post(address, {"version": "1"})
    assert response.status_code == 403
    assert "One more tap, please" in text_of(response)
    assert 'name="version" value="1"' in response.content.decode()
    assert {**snapshot(), "booking_appointmentlink": []} == {**before, "booking_appointmentlink": []}
