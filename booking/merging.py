"""Two records of one person become one, and two again if that was wrong. See docs/decisions/0034-patients.md.

The record that is kept gets what was linked to the other one: appointments and notes. What the desk did not choose of
the fields, and the whole record that goes, is written into a `PatientMerge`, from which it comes back exactly. What
was booked since then stays where it is.
"""

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db.models import QuerySet

from booking import lifecycle
from booking.exceptions import BookingError, NotPossibleNowError, RecordHasChangedError
from booking.models import Appointment, DistinctPatients, Patient, PatientMerge, PatientNote
from flexclinic.lib import clock

#: The fields of which one value wins. Notes are put together, the kept record's first.
FIELDS = ("name", "phone", "email")


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of the two records. `chosen` is "kept" or "gone" where they differ, empty where they do not."""

    name: str
    kept: str
    gone: str
    chosen: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a merge would do. `seen` stands for the two records as they were shown."""

    kept: Patient
    gone: Patient
    fields: tuple[Field, ...]
    note: str
    appointments: tuple[int, ...]
    notes: tuple[int, ...]
    seen: str


def plan(*, kept_id: int, gone_id: int) -> Plan:
    """What would go where. Raises RecordHasChangedError where one of them is not there any more."""
    return _plan(_both(Patient.objects.all(), kept_id, gone_id), kept_id, gone_id)


@lifecycle.one_transaction
def merge(
    *, kept_id: int, gone_id: int, seen: str, user: User | None, take: Collection[str] = ()
) -> PatientMerge:
    """Merge one record into another; of the fields in `take` the value of the one that goes wins.

    Raises RecordHasChangedError where one of them has changed since it was shown as `seen`, or is not there any more.
    Of two who merge the same two records at once, one is told so.
    """
    locked = Patient.objects.select_for_update().order_by("pk")
    found = _plan(_both(locked, kept_id, gone_id), kept_id, gone_id)
    if found.seen != seen:
        raise RecordHasChangedError
    kept, gone = found.kept, found.gone
    after = {"note": found.note} | {
        field.name: field.gone
        for field in found.fields
        if field.gone and (field.name in take or not field.kept)
    }
    before = {name: str(getattr(kept, name)) for name in after}
    changed = [name for name in after if before[name] != after[name]]
    done = PatientMerge(
        kept_id=kept.pk,
        gone_id=gone.pk,
        at=clock.now(),
        user=user,
        gone=_written(gone),
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
        moved={"appointments": list(found.appointments), "notes": list(found.notes)},
    )
    done.save()
    Appointment.objects.filter(pk__in=found.appointments).update(patient=kept)
    PatientNote.objects.filter(pk__in=found.notes).update(patient=kept)
    for name in changed:
        setattr(kept, name, after[name])
    kept.save(update_fields=changed)
    gone.delete()
    return done


@lifecycle.one_transaction
def unmerge(*, merge_id: int, user: User | None) -> PatientMerge:
    """Put two records back as they were before a merge: each field that nobody has changed since, and what had moved.

    Raises NotPossibleNowError where it was taken back already, or the kept record is not there any more. Both are
    then known to be of two people.
    """
    done = PatientMerge.objects.select_for_update().filter(pk=merge_id).first()
    if done is None or done.undone_at:
        raise NotPossibleNowError("These records have been taken apart already.")
    kept = Patient.objects.select_for_update().filter(pk=done.kept_id).first()
    if kept is None:
        raise NotPossibleNowError("The record is not there any more: take the later merge apart first.")
    made_at = done.gone.pop("created_at")
    gone = Patient(pk=done.gone_id, **done.gone)
    gone.save(force_insert=True)
    Patient.objects.filter(pk=gone.pk).update(created_at=made_at)
    put_back = [name for name, value in done.after.items() if str(getattr(kept, name)) == value]
    for name in put_back:
        setattr(kept, name, done.before[name])
    kept.save(update_fields=put_back)
    Appointment.objects.filter(pk__in=done.moved["appointments"], patient=kept).update(patient=gone)
    PatientNote.objects.filter(pk__in=done.moved["notes"], patient=kept).update(patient=gone)
    # What was written down of the two is theirs again, and not ours to keep.
    done.gone, done.before, done.after, done.moved = {}, {}, {}, {}
    done.undone_at, done.undone_by = clock.now(), user
    done.save()
    tell_apart(one_id=kept.pk, other_id=gone.pk, user=user)
    return done


@lifecycle.one_transaction
def tell_apart(*, one_id: int, other_id: int, user: User | None) -> None:
    """Note that two records are of two people: they are not taken for one again."""
    first, second = sorted((one_id, other_id))
    if first == second or Patient.objects.filter(pk__in=(first, second)).count() < 2:
        raise RecordHasChangedError
    DistinctPatients.objects.get_or_create(
        first_id=first, second_id=second, defaults={"at": clock.now(), "user": user}
    )


def merged_into(patient_id: int) -> int | None:
    """The id of the record that one was merged into, through later merges; None where it was not merged."""
    found, seen = None, {patient_id}
    while True:
        after = PatientMerge.objects.filter(gone_id=patient_id, undone_at=None).first()
        if after is None or after.kept_id in seen:
            return found
        found = patient_id = after.kept_id
        seen.add(patient_id)


def _both(rows: QuerySet[Patient], kept_id: int, gone_id: int) -> dict[int, Patient]:
    if kept_id == gone_id:
        raise BookingError("These are one record already.")
    found = {patient.pk: patient for patient in rows.filter(pk__in=(kept_id, gone_id))}
    if len(found) < 2:
        raise RecordHasChangedError(
            "One of these records is not there any more: somebody may have merged them just now."
        )
    return found


def _plan(found: dict[int, Patient], kept_id: int, gone_id: int) -> Plan:
    kept, gone = found[kept_id], found[gone_id]
    return Plan(
        kept=kept,
        gone=gone,
        fields=tuple(_field(name, str(getattr(kept, name)), str(getattr(gone, name))) for name in FIELDS),
        note=_together(kept.note, gone.note),
        appointments=tuple(gone.appointments.order_by("pk").values_list("pk", flat=True)),
        notes=tuple(gone.notes.order_by("pk").values_list("pk", flat=True)),
        seen=hashlib.sha256(json.dumps([_written(kept), _written(gone)]).encode()).hexdigest()[:32],
    )


def _field(name: str, kept: str, gone: str) -> Field:
    differs = gone and gone != kept
    return Field(name=name, kept=kept, gone=gone, chosen=("kept" if kept else "gone") if differs else "")


def _together(kept: str, gone: str) -> str:
    """Both notes, and none of them twice."""
    return kept if gone.strip() in kept else f"{kept}\n\n{gone}" if kept.strip() else gone


def _written(patient: Patient) -> dict[str, str]:
    """A record as JSON keeps it."""
    fields = {name: str(getattr(patient, name)) for name in (*FIELDS, "note")}
    return {**fields, "created_at": patient.created_at.isoformat()}
