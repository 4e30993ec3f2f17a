"""A hundred forms at the same moment, against two web processes: the limits hold, and people get through."""

import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from booking.models import Appointment, ClinicPolicy
from booking.views import tries
from flexclinic.lib import clock
from tests.jobrunner import forget_jobs
from tests.races.browsers import Browser, Form, post_all
from tests.races.conftest import Clinic, open_clinic
from tests.races.test_racing_forms import address, apart
from tests.races.web import serving

TWENTY = "tests.attacks.twenty_web:application"
FORGETFUL = "tests.attacks.forgetful_web:application"
BOOKED, REFUSED, TOO_MANY = 302, 409, 429

pytestmark = pytest.mark.alone


@pytest.fixture
def clinic_today(transactional_db: None) -> Iterator[Clinic]:
    """A clinic with an empty diary, on the day on which the tests run."""
    forget_jobs()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM flexclinic_tries")  # no model's, so it stays after a test
    yield open_clinic(clock.now())
    forget_jobs()


def forms(clinic: Clinic, *, contacts: int, forged: bool = False) -> list[Form]:
    """A hundred bookings of times that are not in each other's way, by so many people."""
    return [
        Form(
            path=address(clinic.options[0], None, start),
            kept=f"Sam {number}",
            fields={
                "name": f"Sam {number}",
                "email": f"sam{number % contacts}@example.test",
                "phone": f"212555{number % contacts:04}",
                "consent": "on",
                "website": "",
                "request_key": str(uuid.uuid4()),
            },
            headers={"X-Forwarded-For": f"203.0.113.{number}"} if forged else {},
        )
        for number, start in enumerate(apart(clinic, 100))
    ]


def sent_at_once(clinic: Clinic, port: int, sent: list[Form]) -> Counter[int]:
    """How often each status was answered when everybody sends at the same moment."""
    browsers = [Browser(opens=sent[-1].path, forms=[form]) for form in sent]
    replies = post_all(browsers, port=port, together=True)
    print(f"\n{replies}")
    assert all(reply.kept for reply in replies.all if reply.status != BOOKED)
    assert Appointment.objects.count() == replies.statuses[BOOKED]
    return replies.statuses


@pytest.mark.parametrize("forged", [False, True], ids=["plain", "forged X-Forwarded-For"])
def test_exactly_the_limit_of_a_network_passes(clinic_today: Clinic, tmp_path: Path, forged: bool) -> None:
    with serving(tmp_path, application=TWENTY, limits=True) as port:
        found = sent_at_once(clinic_today, port, forms(clinic_today, contacts=100, forged=forged))
    assert found == {BOOKED: 20, TOO_MANY: 80}


def test_one_contact_gets_as_many_as_the_policy_says(clinic_today: Clinic, tmp_path: Path) -> None:
    """The first ten are counted in; the policy's most open holds among them; the rest are too many an hour."""
    most = ClinicPolicy.in_force().most_open
    assert most == 6
    with serving(tmp_path, limits=True) as port:
        found = sent_at_once(clinic_today, port, forms(clinic_today, contacts=1))
    assert found == {BOOKED: most, REFUSED: tries.CONTACT.tries - most, TOO_MANY: 100 - tries.CONTACT.tries}


def test_counters_of_their_own_let_more_through(clinic_today: Clinic, tmp_path: Path) -> None:
    """The control: each process counts for itself."""
    with serving(tmp_path, application=FORGETFUL, limits=True) as port:
        found = sent_at_once(clinic_today, port, forms(clinic_today, contacts=100))
    assert found[BOOKED] > 20


def test_a_hundred_people_of_one_network_get_through(clinic_today: Clinic, tmp_path: Path) -> None:
    """One after the other, with the limits of production and without a stamp."""
    sent = forms(clinic_today, contacts=100)
    with serving(tmp_path, limits=True) as port:
        replies = post_all([Browser(opens=sent[-1].path, forms=sent)], port=port, processes=1)
    print(f"\n{replies}")
    assert replies.statuses == {BOOKED: 100}
