"""Likely duplicates: what is the same or similar, and what the desk has said is not."""

import pytest

from booking import duplicates, merging
from booking.models import Patient

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.django_db]


def make(name: str, *, phone: str = "", email: str = "") -> Patient:
    return Patient.objects.create(name=name, phone=phone, email=email)


def found() -> dict[tuple[str, str], set[str]]:
    pairs, total = duplicates.find()
    assert total == len(pairs)
    return {(pair.first.name, pair.second.name): set(pair.why) for pair in pairs}


def test_number_address_and_name() -> None:
    make("Dana Brooks", phone="+12125550142", email="dana@example.test")
    make("D. Brooks-Hall", phone="+12125550142")
    make("Ms Hall", email="DANA@example.test")
    make("Jörg Weiß")
    make("jorg weiss")
    make("Jon Smith")
    make("John Smith")
    make("Somebody Else", phone="+12125559999", email="else@example.test")
    assert found() == {
        ("Dana Brooks", "D. Brooks-Hall"): {"same phone number"},
        ("Dana Brooks", "Ms Hall"): {"same email"},
        ("Jörg Weiß", "jorg weiss"): {"similar name"},
        ("Jon Smith", "John Smith"): {"similar name"},
    }


def test_the_surest_pair_comes_first_and_empty_fields_are_not_the_same() -> None:
    make("Ann One")
    make("Ann One")
    make("Bea Two", phone="+12125550111", email="bea@example.test")
    make("Bea Two", phone="+12125550111", email="bea@example.test")
    pairs, _ = duplicates.find()
    assert [pair.first.name for pair in pairs] == ["Bea Two", "Ann One"]
    assert pairs[0].reasons == "same email, same name and same phone number"
    assert pairs[1].why == ("same name",)


def test_two_people_are_not_named_again() -> None:
    one, other = make("Ann One"), make("Ann One")
    third = make("Ann One")
    assert len(found()) == 1  # by name; three pairs
    merging.tell_apart(one_id=other.pk, other_id=one.pk, user=None)
    pairs, total = duplicates.find()
    assert total == 2
    assert {(pair.first.pk, pair.second.pk) for pair in pairs} == {
        (one.pk, third.pk),
        (other.pk, third.pk),
    }
    assert [pair.first.pk for pair in duplicates.of_one(one)] == [one.pk]


def test_of_one_record_says_the_same() -> None:
    one = make("Dana Brooks", phone="+12125550142", email="dana@example.test")
    tail = make("Nobody Alike", phone="+442125550142")
    address = make("Zoe", email="Dana@Example.test")
    name = make("Dana Brook")
    make("Nobody")
    why = {(pair.second if pair.first == one else pair.first).pk: pair.why for pair in duplicates.of_one(one)}
    assert why == {
        tail.pk: ("same phone number",),
        address.pk: ("same email",),
        name.pk: ("similar name",),
    }
    assert duplicates.of_one(Patient.objects.get(name="Nobody")) == []


def test_a_number_of_many_says_nothing() -> None:
    for number in range(12):
        make(f"{'abcdefghijkl'[number] * 6} {number}", phone="+12125550100")
    assert found() == {}


def test_pages(django_assert_num_queries: object) -> None:
    for _ in range(4):
        make("Ann One")
    pairs, total = duplicates.find(offset=4, limit=4)
    assert (len(pairs), total) == (2, 6)
