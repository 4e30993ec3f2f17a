"""What a patient agreed to stays as it was."""

import hashlib

import pytest
from django.test import Client

from booking import consent
from booking.forms import CONSENT_VERSION
from booking.models import Appointment
from services.models import ServiceOption, Therapist
from tests.booking.views.pages import text_of
from tests.booking.views.test_details import answers, url

#: SHA-256 of every text that was published. A line is added with a version, and never changed.
PUBLISHED = {
    "2026-11": "10fecf3bc500033d1f321104ebee239dabd48f97f4df8a3cc0751931df689885",
}


def digests(texts: dict[str, str]) -> dict[str, str]:
    return {version: hashlib.sha256(text.encode()).hexdigest() for version, text in texts.items()}


def test_no_published_text_has_changed() -> None:
    assert digests(consent.TEXTS) == PUBLISHED


def test_a_changed_text_would_be_noticed() -> None:
    """The control: one letter."""
    changed = {version: text.replace("keep", "Keep") for version, text in consent.TEXTS.items()}
    assert digests(changed) != PUBLISHED


def test_the_newest_is_asked() -> None:
    assert max(consent.TEXTS) == consent.NEWEST == CONSENT_VERSION
    assert consent.text_of("never") == ""


@pytest.mark.django_db
@pytest.mark.usefixtures("clock")
def test_what_is_shown_is_what_is_kept(patient: Client, option: ServiceOption, therapist: Therapist) -> None:
    assert consent.text_of(consent.NEWEST) in text_of(patient.get(url(option)))
    patient.post(url(option), answers())
    assert Appointment.objects.get().consent_version == consent.NEWEST
