"""The demo's services: what is created, what is left alone, and what the texts may not say."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from services import demo
from services.models import Room, Service, ServiceOption, Therapist

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
NEVER_SAID = ("toxin", "lactic acid", "adhesion", "proven", "cortisol", "adrenal", "scar tissue", "pain-free")


def texts() -> list[str]:
    """Every text of the demo's files that a patient reads, without markup."""

    def strings(value: Any) -> list[str]:
        if isinstance(value, str):
            return [value]
        if isinstance(value, list):
            return [text for item in value for text in strings(item)]
        return [text for item in value.values() for text in strings(item)] if isinstance(value, dict) else []

    return [
        re.sub(r"<[^>]+>", "\n", text) for text in strings(demo.service_files() + demo.therapist_entries())
    ]


@pytest.mark.django_db
def test_a_second_run_creates_nothing() -> None:
    assert demo.seed(at=NOW) == 2 + 4 + 6 + 3 + 12 + 20 + 32 + 6
    assert demo.seed(at=NOW) == 0


@pytest.mark.django_db
def test_the_pages_show_at_once() -> None:
    demo.seed(at=NOW)
    assert Service.objects.published(NOW).count() == 4
    assert Therapist.objects.published(NOW).count() == 3
    assert ServiceOption.objects.bookable().count() == 6


@pytest.mark.django_db
def test_a_second_run_leaves_what_people_changed() -> None:
    demo.seed(at=NOW)
    service = Service.objects.get(slug="sports-maintenance")
    service.title, service.slug = "Runners", "runners"
    service.save()
    ServiceOption.objects.filter(slug="nmt-60").update(price=101)
    Therapist.objects.get(slug="ana-rivera").options.clear()
    Room.objects.filter(slug="garden-room").update(name="Blue room")

    assert demo.seed(at=NOW) == 0
    assert Service.objects.get(slug="runners").title == "Runners"
    assert Service.objects.count() == 4
    assert ServiceOption.objects.get(slug="nmt-60").price == 101
    assert not Therapist.objects.get(slug="ana-rivera").options.exists()
    assert Room.objects.get(slug="garden-room").name == "Blue room"


@pytest.mark.django_db
def test_every_therapist_is_marked_as_made_up() -> None:
    demo.seed(at=NOW)
    people = Therapist.objects.all()
    assert [person.name.endswith(" (demo)") for person in people] == [True] * 3
    assert ["made up for this demo" in person.bio for person in people] == [True] * 3


def test_the_texts_make_no_claim_that_the_clinic_cannot_stand_behind() -> None:
    said = [word for text in texts() for word in NEVER_SAID if word in text.lower()]
    assert said == []


def test_no_sentence_has_more_than_20_words() -> None:
    sentences = [part for text in texts() for part in re.split(r"[.!?:]\s|\n", text)]
    assert [one for one in sentences if len(one.split()) > 20] == []
