"""The demo's body map and guide: what is created, what is left alone, and what the texts may not say."""

import re
from typing import Any

import pytest

from services import demo, map_demo
from services.models import Explainer, Muscle, Zone
from tests.services.test_demo import NEVER_SAID, NOW


def texts() -> list[str]:
    """Every text of the files that a patient reads, without markup."""

    def strings(value: Any) -> list[str]:
        if isinstance(value, str):
            return [value]
        if isinstance(value, list):
            return [text for item in value for text in strings(item)]
        return [text for item in value.values() for text in strings(item)] if isinstance(value, dict) else []

    found = strings(map_demo.zone_entries()) + strings(map_demo.explainer_files())
    return [re.sub(r"<[^>]+>", "\n", text) for text in found]


@pytest.mark.django_db
def test_a_second_run_creates_nothing_and_leaves_what_people_changed() -> None:
    demo.seed(at=NOW)
    assert (Zone.objects.published(NOW).count(), Explainer.objects.published(NOW).count()) == (32, 6)
    zone = Zone.objects.get(slug="calf")
    zone.title = "Lower leg"
    zone.save()
    zone.felt.all().delete()
    assert map_demo.seed(published=NOW) == 0
    assert Zone.objects.get(slug="calf").title == "Lower leg"
    assert not zone.felt.exists()


@pytest.mark.django_db
def test_every_muscle_of_the_demo_is_felt_in_a_place() -> None:
    demo.seed(at=NOW)
    assert Muscle.objects.count() == 20
    assert not Muscle.objects.filter(felt_in=None).exists()


def test_the_texts_make_no_claim_that_the_clinic_cannot_stand_behind() -> None:
    assert [word for text in texts() for word in NEVER_SAID if word in text.lower()] == []


def test_no_sentence_has_more_than_20_words() -> None:
    sentences = [part for text in texts() for part in re.split(r"[.!?:]\s|\n", text)]
    assert [one for one in sentences if len(one.split()) > 20] == []


def test_every_link_in_the_texts_is_to_a_page_of_ours() -> None:
    raw = [block.get("html", "") for page in map_demo.explainer_files() for block in page["blocks"]]
    assert set(re.findall(r'href="([^"]+)"', "".join(raw))) == {"/where-does-it-hurt/"}
