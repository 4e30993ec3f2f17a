"""Two records become one and two again: nothing is lost, and only one of two who do it at once does it."""

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction

from booking import belonging, lifecycle, merging
from booking.exceptions import BookingError, NotPossibleNowError, RecordHasChangedError
from booking.models import Appointment, AuditEntry, DistinctPatients, Patient, PatientMerge, PatientNote
from flexclinic.lib import clock as now
from services.models import ServiceOption, Therapist
from tests.factories.booking import make_appointment

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.django_db]


@pytest.fixture
def two() -> tuple[Patient, Patient]:
    """Two records of one person."""
    return (
        Patient.objects.create(name="Dana Brooks", phone="+12125550142", note="Prefers mornings."),
        Patient.objects.create(name="Dana Brooks-Hall", email="dana@example.test", note="Left knee."),
    )


def merged(kept: Patient, gone: Patient, **more: Any) -> PatientMerge:
    seen = merging.plan(kept_id=kept.pk, gone_id=gone.pk).seen
    return merging.merge(kept_id=kept.pk, gone_id=gone.pk, seen=seen, user=None, **more)


def test_everything_comes_along_and_goes_back(
    two: tuple[Patient, Patient], option: ServiceOption, therapist: Therapist, at: Callable[..., datetime]
) -> None:
    kept, gone = two
    made_at = gone.created_at
    own = make_appointment(option=option, therapist=therapist, start=at(24, 9), patient=kept)
    theirs = make_appointment(option=option, therapist=therapist, start=at(25, 9), patient=gone)
    note = PatientNote.objects.create(patient=gone, text="Careful.", at=now.now(), audience="desk")
    done = merged(kept, gone, take=["name"])
    kept.refresh_from_db()
    assert (kept.name, str(kept.phone), kept.email) == (
        "Dana Brooks-Hall",
        "+12125550142",
        "dana@example.test",
    )
    assert kept.note == "Prefers mornings.\n\nLeft knee."
    assert not Patient.objects.filter(pk=gone.pk).exists()
    assert set(kept.appointments.values_list("pk", flat=True)) == {own.pk, theirs.pk}
    assert list(kept.notes.all()) == [note]
    assert merging.merged_into(gone.pk) == kept.pk
    assert belonging.of_patient(kept.pk).patients == (kept.pk, gone.pk)

    since = make_appointment(option=option, therapist=therapist, start=at(26, 9), patient=kept)
    Patient.objects.filter(pk=kept.pk).update(name="Dana B.")
    merging.unmerge(merge_id=done.pk, user=None)
    kept.refresh_from_db()
    gone = Patient.objects.get(pk=gone.pk)
    assert (gone.name, gone.email, gone.note, gone.created_at) == (
        "Dana Brooks-Hall",
        "dana@example.test",
        "Left knee.",
        made_at,
    )
    # What somebody has corrected since then stays; the rest is as it was.
    assert (kept.name, str(kept.phone), kept.email, kept.note) == (
        "Dana B.",
        "+12125550142",
        "",
        "Prefers mornings.",
    )
    assert set(kept.appointments.values_list("pk", flat=True)) == {own.pk, since.pk}
    assert list(gone.appointments.all()) == [theirs]
    assert list(gone.notes.all()) == [note]
    assert DistinctPatients.objects.filter(first=kept, second=gone).exists()
    done.refresh_from_db()
    assert (done.gone, done.moved, done.undone_at) == ({}, {}, now.now())
    with pytest.raises(NotPossibleNowError):
        merging.unmerge(merge_id=done.pk, user=None)


def test_a_visit_that_was_linked_elsewhere_since_stays_there(
    two: tuple[Patient, Patient], appointment: Appointment
) -> None:
    kept, gone = two
    other = Patient.objects.create(name="Other")
    Appointment.objects.filter(pk=appointment.pk).update(patient=gone)
    done = merged(kept, gone)
    Appointment.objects.filter(pk=appointment.pk).update(patient=other)
    merging.unmerge(merge_id=done.pk, user=None)
    appointment.refresh_from_db()
    assert appointment.patient == other


def test_a_value_that_was_not_shown_is_not_overwritten(two: tuple[Patient, Patient]) -> None:
    kept, gone = two
    seen = merging.plan(kept_id=kept.pk, gone_id=gone.pk).seen
    Patient.objects.filter(pk=gone.pk).update(phone="+12125550199")
    with pytest.raises(RecordHasChangedError):
        merging.merge(kept_id=kept.pk, gone_id=gone.pk, seen=seen, user=None)
    assert Patient.objects.count() == 2
    assert not PatientMerge.objects.exists()


def test_empty_never_wins_and_one_record_is_no_pair(two: tuple[Patient, Patient]) -> None:
    kept, gone = two
    merged(kept, gone, take=["name", "phone", "email"])
    kept.refresh_from_db()
    assert str(kept.phone) == "+12125550142"
    with pytest.raises(BookingError, match="one record already"):
        merging.plan(kept_id=kept.pk, gone_id=kept.pk)


def test_merges_of_merges_come_apart_in_turn(two: tuple[Patient, Patient], appointment: Appointment) -> None:
    kept, gone = two
    last = Patient.objects.create(name="D Brooks")
    Appointment.objects.filter(pk=appointment.pk).update(patient=gone)
    first = merged(kept, gone)
    second = merged(last, kept)
    assert merging.merged_into(gone.pk) == last.pk
    assert belonging.of_patient(last.pk).patients == (kept.pk, gone.pk, last.pk)
    with pytest.raises(NotPossibleNowError, match="later merge"):
        merging.unmerge(merge_id=first.pk, user=None)
    merging.unmerge(merge_id=second.pk, user=None)
    merging.unmerge(merge_id=first.pk, user=None)
    assert Patient.objects.get(pk=gone.pk).appointments.get() == appointment


def test_who_did_it_is_written_down(two: tuple[Patient, Patient], appointment: Appointment) -> None:
    kept, gone = two
    Appointment.objects.filter(pk=appointment.pk).update(patient=gone)
    user = User.objects.create_user("desk")
    before = AuditEntry.objects.count()
    seen = merging.plan(kept_id=kept.pk, gone_id=gone.pk).seen
    done = merging.merge(kept_id=kept.pk, gone_id=gone.pk, seen=seen, user=user)
    assert done.user == user
    entries = AuditEntry.objects.order_by("pk")[before:]
    said = {(entry.about, entry.what) for entry in entries}
    assert said == {
        ("booking_appointment", "changed"),
        ("booking_patient", "changed"),
        ("booking_patient", "removed"),
    }


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("locked", [True, False])
def test_of_two_desks_at_once_one_wins(locked: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: without the look at the locked rows both believe that they did it."""
    one = Patient.objects.create(name="Dana Brooks")
    other = Patient.objects.create(name="Dana Brooks")
    ways = [(one.pk, other.pk), (other.pk, one.pk)]
    seen = [merging.plan(kept_id=kept, gone_id=gone).seen for kept, gone in ways]
    if not locked:
        both = {one.pk: one, other.pk: other}
        monkeypatch.setattr(merging, "_both", lambda rows, kept, gone: both)
    together = threading.Barrier(2)
    outcomes: list[str] = []

    def press(kept: int, gone: int, shown: str) -> None:
        try:
            together.wait()
            merging.merge(kept_id=kept, gone_id=gone, seen=shown, user=None)
            outcomes.append("done")
        except BookingError as error:
            outcomes.append(type(error).__name__)
        except Exception as error:
            outcomes.append(f"broken: {type(error).__name__}")
        finally:
            connection.close()

    threads = [
        threading.Thread(target=press, args=(*way, shown)) for way, shown in zip(ways, seen, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if locked:
        assert sorted(outcomes) == ["RecordHasChangedError", "done"]
        assert Patient.objects.count() == 1
    else:
        assert sorted(outcomes) != ["RecordHasChangedError", "done"]


@pytest.mark.django_db(transaction=True)
def test_a_booking_for_a_record_that_went_meanwhile_is_told_so(
    option: ServiceOption, therapist: Therapist, at: Callable[..., datetime]
) -> None:
    gone = Patient.objects.create(name="Dana Brooks")
    appointment = make_appointment(option=option, therapist=therapist, start=at(24, 10))

    @lifecycle.one_transaction
    def link() -> None:
        Appointment.objects.filter(pk=appointment.pk).update(patient_id=gone.pk)

    Patient.objects.filter(pk=gone.pk).delete()
    with pytest.raises(RecordHasChangedError):
        link()
    assert not transaction.get_connection().in_atomic_block
