"""Who is calling, found by what is typed: names with slips, numbers, addresses; and the index that finds them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from booking import people
from booking.models import Appointment, Patient
from services.models import ServiceOption, Therapist
from tests.factories.booking import make_appointment
from tests.factories.services import make_option, make_therapist

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.django_db]

At = Callable[..., datetime]


def names(typed: str) -> list[str]:
    return [person.name for person in people.find(typed)]


@pytest.fixture
def records(db: None) -> dict[str, Patient]:
    """People who are easily mixed up, and some who are not."""
    made = [
        Patient(name="Mary Johnson", phone="+12125550142", email="mary.johnson@example.test"),
        Patient(name="Peter Johnston", phone="+12125550143"),
        Patient(name="Zoë Ångström", phone="+12125550144", email="zoe@example.test"),
        Patient(name="Søren Łukasz", email="under_score@example.test"),
        Patient(name="Anne-Marie O'Brien"),
        Patient(name="Tom Smith"),
        Patient(name="Ivy Brown"),
    ]
    Patient.objects.bulk_create(made)
    return {patient.name: patient for patient in made}


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("Jonson", "Mary Johnson"),
        ("mary johnson", "Mary Johnson"),
        ("johnson mary", "Mary Johnson"),
        ("Jonson  Marry", "Mary Johnson"),
        ("joh", "Mary Johnson"),
        ("zoe angstrom", "Zoë Ångström"),
        ("ZOË", "Zoë Ångström"),
        ("Soren Lukasz", "Søren Łukasz"),
        ("obrien", "Anne-Marie O'Brien"),
        ("O'Brien", "Anne-Marie O'Brien"),
        ("marie anne", "Anne-Marie O'Brien"),
        ("Smyth", "Tom Smith"),
        ("(212) 555-0143", "Peter Johnston"),
        ("+1 212 555 0143", "Peter Johnston"),
        ("550143", "Peter Johnston"),
        ("johnson 0142", "Mary Johnson"),
        ("mary.j", "Mary Johnson"),
        ("MARY.JOHNSON@ex", "Mary Johnson"),
        ("under_", "Søren Łukasz"),
    ],
)
def test_somebody_is_found_as_they_are_typed(records: dict[str, Patient], typed: str, first: str) -> None:
    assert names(typed)[:1] == [first]


@pytest.mark.parametrize(
    "typed", ["", " ", "j", "55", "Quuxly", "@", "%", "__@", "a' OR 1=1 --", "\0", "99999", "😀", "x" * 5000]
)
def test_nobody_is_found(records: dict[str, Patient], typed: str) -> None:
    assert names(typed) == []


def test_a_whole_name_leaves_out_what_only_sounds_like_it(records: dict[str, Patient]) -> None:
    assert names("Johnson") == ["Mary Johnson", "Peter Johnston"]
    assert names("Mary Johnson") == ["Mary Johnson"]


def test_at_most_eight_are_shown_in_one_query(therapist: Therapist, option: ServiceOption) -> None:
    Patient.objects.bulk_create(Patient(name=f"Pat Many {number}") for number in range(30))
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert len(people.find("pat many")) == people.MOST
    assert len(queries) == 1


def test_what_tells_two_people_apart(therapist: Therapist, option: ServiceOption, at: At) -> None:
    other = make_therapist(name="Ben Demo", options=[option])
    record = Patient.objects.create(name="Pat Known", phone="+12125550142")
    rare = make_option(name="Long")

    def visit(moment: datetime, **values: Any) -> Appointment:
        return make_appointment(
            **{
                "option": option,
                "therapist": therapist,
                "patient": record,
                "status": "completed",
                "start": moment,
                **values,
            }
        )

    visit(at(2, 10))
    visit(at(9, 10))
    visit(at(16, 10), option=rare, therapist=other)
    visit(at(17, 10), status="cancelled")
    visit(at(26, 10), status="confirmed")
    visit(at(27, 10), status="confirmed")
    [person] = people.find("known")
    assert (person.key, person.patient_id, person.last, person.next) == (
        f"p{record.pk}",
        record.pk,
        at(16, 10),
        at(26, 10),
    )
    assert (person.usual_option, person.usual_therapist) == (str(option), therapist.name)
    assert (person.last_option_id, person.last_therapist_id) == (option.pk, therapist.pk)
    assert people.known(person.key) == person


def test_who_booked_on_the_website_is_one_person_without_a_record(
    therapist: Therapist, option: ServiceOption, at: At
) -> None:
    contact: dict[str, Any] = {"name": "Wendy Webb", "email": "wendy@example.test", "phone": "(212) 555-0199"}
    first = make_appointment(option=option, therapist=therapist, start=at(24, 10), **contact)
    second = make_appointment(
        option=option,
        therapist=therapist,
        start=at(25, 10),
        **{**contact, "name": "wendy webb", "phone": "+1 212 555 0199"},
    )
    make_appointment(
        option=option, therapist=therapist, start=at(26, 10), **{**contact, "phone": "212 555 0111"}
    )
    with_record = make_appointment(option=option, therapist=therapist, start=at(27, 10), **contact)
    with_record.patient = Patient.objects.create(name="Somebody Else")
    with_record.save(update_fields=["patient"])
    found = people.find("webb")
    assert [(person.has_record, person.visits) for person in found if second.pk in person.visits] == [
        (False, (second.pk, first.pk))
    ]
    assert len(found) == 2
    one = next(person for person in found if second.pk in person.visits)
    assert people.known(one.key) == replace(one, alike=())
    assert people.known(f"a{with_record.pk}") is None


def test_what_looks_alike_is_named_and_nothing_is_merged(
    therapist: Therapist, option: ServiceOption, at: At
) -> None:
    Patient.objects.create(name="Bob Stone", phone="+12125550142")
    Patient.objects.create(name="Robert Stone", phone="+12125550142", email="rob@example.test")
    Patient.objects.create(name="Robért Stone", email="other@example.test")
    make_appointment(
        option=option,
        therapist=therapist,
        start=at(24, 10),
        name="R. Stone",
        email="ROB@example.test",
        phone="",
    )
    alike = {(person.name, person.email): person.alike for person in people.find("stone")}
    assert alike["Bob Stone", ""] == ("Same phone number as Robert Stone’s record",)
    assert alike["Robert Stone", "rob@example.test"] == (
        "Same phone number as Bob Stone’s record",
        "Somebody else here has the very same name",
    )
    assert alike["Robért Stone", "other@example.test"] == ("Somebody else here has the very same name",)
    assert alike["R. Stone", "ROB@example.test"] == ("Same email as Robert Stone’s record",)
    assert Patient.objects.count() == 3


@pytest.mark.parametrize("key", ["", "p", "x1", "p0", "a0", "p99999999999999999999", "p1 OR 1=1", "new"])
def test_an_unknown_key_is_nobody(key: str, db: None) -> None:
    assert people.known(key) is None


@pytest.mark.parametrize("typed", ["jonson", "mary.q", "mary.q@", "555 0142"])
def test_many_people_are_searched_through_the_index(db: None, typed: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO booking_patient (name, email, phone, note, created_at) "
            "SELECT 'Pat ' || md5(n::text), md5(n::text) || '@example.test', '+1' || (2120000000 + n), '', now() "
            "FROM generate_series(1, 5000) AS n"
        )
        cursor.execute("ANALYZE booking_patient")
        with CaptureQueriesContext(connection) as queries:
            people.find(typed)
        cursor.execute("EXPLAIN " + queries[0]["sql"])
        plan = "\n".join(line for [line] in cursor.fetchall())
    assert "patient_trigrams" in plan
    assert "Seq Scan on booking_patient" not in plan
