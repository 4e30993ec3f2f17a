"""Everything that is kept about a person is in their export."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import User

from booking import patient_export
from booking.models import AuditEntry, Patient
from tests.booking.test_erasure import EARLIER, EMAIL, NAME, person, user

__all__ = ["person", "user"]

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.django_db]


def test_all_that_is_kept(person: Patient, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(14):
        found = patient_export.collect(person, with_audit=True)
    json.dumps(found)
    assert found["record"]["name"] == NAME
    assert found["record"]["email"] == EMAIL
    [note] = found["notes"]
    assert note["written_by"] == "boss"
    assert found["merged_records"][0]["name"] == EARLIER
    assert len(found["visits"]) == 3
    first = next(visit for visit in found["visits"] if visit["linked_to_the_record"] == "yes")
    assert first["comfort_preferences"].endswith("left knee")
    assert first["agreed_to"] == "The clinic may keep these details to arrange my visit."
    assert [event["what"] for event in first["what_happened"]] == ["book", "move"]
    assert {message["to"].lower() for message in found["messages"]} >= {EMAIL}
    assert any("no mailbox" in message.get("problem", "") for message in found["messages"])
    assert len(found["waiting_list"]) == 2
    looked = found["who_looked_and_who_changed"]
    assert len(looked) >= AuditEntry.objects.filter(patient_ids__overlap=[person.pk]).count() > 5
    assert {"booking_patientnote", "booking_comfortpreferences", "booking_waitingplace"} <= {
        entry["about"] for entry in looked
    }


def test_without_the_audit(person: Patient) -> None:
    assert "who_looked_and_who_changed" not in patient_export.collect(person, with_audit=False)


def test_every_value_is_words_for_the_page(person: Patient, user: User) -> None:
    def check(value: Any) -> None:
        if isinstance(value, str):
            return
        for part in value:
            for name, inner in part:
                assert isinstance(name, str)
                check(inner)

    lines = patient_export.as_lines(patient_export.collect(person, with_audit=True))
    assert lines[0] == ("Made at", "Monday 23 November 2026 at 9am")
    check([lines])
