"""A person is erased for good: from the record to the outbox, the history and the audit.

What stays is a nameless row for each visit, so that the diary and the numbers stay right, and one row that says that
somebody was erased, when and by whom. What was sent out, and the backups, are out of reach: see docs/operations.md.
"""

import hashlib
import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.db.models import Model, Q

from booking import belonging, composing, lifecycle, undoing, waitlist
from booking.belonging import Belongings
from booking.enums import OPEN, Actor, NotificationStatus, WaitingState
from booking.exceptions import NotPossibleNowError, RecordHasChangedError
from booking.models import (
    Appointment,
    AppointmentEvent,
    AppointmentLink,
    ComfortPreferences,
    Notification,
    Patient,
    PatientErasure,
    PatientMerge,
    PatientNote,
    WaitingLink,
    WaitingPlace,
)
from booking.models.appointment import new_reference
from booking.models.searching import ERASED
from booking.models.waitlist import new_place_reference
from flexclinic.lib import clock, mail

#: Why a message that was still waiting is not sent.
_NOBODY_TO_TELL = "The person was erased."


@dataclass(frozen=True, slots=True, kw_only=True)
class Going:
    """What an erasure would reach. `seen` stands for it as it was shown.

    `open` are appointments that have to be cancelled first; until `undoable_until` something may still come back.
    """

    patient: Patient
    belongings: Belongings
    alike: tuple[Appointment, ...]
    open: tuple[Appointment, ...]
    undoable_until: datetime | None
    notes: int
    comfort: int
    messages: int
    waiting_messages: int
    open_places: int
    seen: str

    @property
    def is_possible(self) -> bool:
        """Whether nothing has to be done before."""
        return not self.open and self.undoable_until is None


def look(patient: Patient) -> Going:
    """What an erasure would reach now. Changes nothing."""
    theirs = belonging.of_patient(patient.pk)
    visits = list(
        Appointment.objects.filter(pk__in=theirs.appointments)
        .select_related("option__service", "therapist")
        .order_by("starts_at")
    )
    messages = _messages(theirs)
    facts = {
        "record": [patient.name, patient.email, str(patient.phone), patient.note],
        "visits": [[visit.pk, visit.status] for visit in visits],
        "places": list(theirs.places),
    }
    return Going(
        patient=patient,
        belongings=theirs,
        alike=tuple(visit for visit in visits if visit.pk in theirs.alike),
        open=tuple(visit for visit in visits if visit.status in OPEN),
        undoable_until=max(undoing.undoable(visits).values(), default=None),
        notes=patient.notes.count() + bool(patient.note),
        comfort=ComfortPreferences.objects.filter(appointment__in=theirs.appointments).count(),
        messages=len(messages),
        waiting_messages=sum(one.status == NotificationStatus.WAITING for one in messages),
        open_places=WaitingPlace.objects.filter(pk__in=theirs.places, state=WaitingState.WAITING).count(),
        seen=hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:32],
    )


@lifecycle.one_transaction
def erase(*, patient_id: int, seen: str, user: User) -> PatientErasure:
    """Erase a person and all that belongs to their record.

    Raises NotPossibleNowError while an appointment is open or can still be undone, and RecordHasChangedError where
    something has changed since it was shown as `seen`, or the record is not there any more.
    """
    patient = Patient.objects.select_for_update().filter(pk=patient_id).first()
    if patient is None:
        raise RecordHasChangedError("This record is not there any more.")
    going = look(patient)
    if not going.is_possible:
        raise NotPossibleNowError("Something is still open: nothing was erased.")
    if going.seen != seen:
        raise RecordHasChangedError
    theirs = going.belongings
    for place in WaitingPlace.objects.filter(pk__in=theirs.places, state=WaitingState.WAITING).order_by("pk"):
        waitlist.leave(place=place, actor=Actor.DESK, user=user)
    visits = list(Appointment.objects.select_for_update().filter(pk__in=theirs.appointments).order_by("pk"))
    places = list(WaitingPlace.objects.select_for_update().filter(pk__in=theirs.places).order_by("pk"))
    messages = _messages(theirs)
    kept = [composing.message_id(message) for message in messages]
    _empty_messages(messages)
    _remove_jobs(messages, [visit.reference for visit in visits])
    _empty_history(patients=theirs.patients, visits=visits, places=places, messages=messages)
    AppointmentEvent.objects.filter(appointment__in=visits, undo_until__isnull=False).update(undo_until=None)
    _make_nameless(visits, places)
    PatientNote.objects.filter(patient=patient).delete()
    PatientMerge.objects.filter(Q(kept_id__in=theirs.patients) | Q(gone_id__in=theirs.patients)).delete()
    patient.delete()
    # At the end, because each of these changes was written down with what had been there.
    _forget(theirs)
    transaction.on_commit(lambda: mail.remove_kept(kept))
    return PatientErasure.objects.create(
        at=clock.now(), user=user, by=user.get_username(), appointments=len(visits), messages=len(messages)
    )


def _messages(theirs: Belongings) -> list[Notification]:
    about = Q(appointment__in=theirs.appointments) | Q(place__in=theirs.places)
    return list(Notification.objects.filter(about).select_related("appointment", "place").order_by("pk"))


def _empty_messages(messages: Iterable[Notification]) -> None:
    """What a mail server said of an address goes; what nobody was told yet is told to nobody."""
    rows = Notification.objects.filter(pk__in=[message.pk for message in messages])
    rows.filter(status=NotificationStatus.WAITING).update(
        status=NotificationStatus.NOT_NEEDED, last_error=_NOBODY_TO_TELL
    )
    rows.exclude(last_error=_NOBODY_TO_TELL).update(last_error="")


def _remove_jobs(messages: Iterable[Notification], references: list[str]) -> None:
    """The jobs of these messages, and those that name a reference; one that runs just now finds nothing to tell."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            DELETE FROM procrastinate_jobs
            WHERE (args ->> 'reference' = ANY(%(references)s)
                OR args ->> 'notification_id' = ANY(%(messages)s)) AND status <> 'doing'
            """,
            {"references": references, "messages": [str(message.pk) for message in messages]},
        )
        cursor.execute(
            "UPDATE procrastinate_jobs SET args = args - 'proof' || '{\"reference\": \"\"}' "
            "WHERE args ->> 'reference' = ANY(%s)",
            [references],
        )


def _empty_history(
    *,
    patients: Iterable[int],
    visits: Iterable[Model],
    places: Iterable[Model],
    messages: Iterable[Model],
) -> None:
    """The admin's own history names rows by the words of then."""
    named: tuple[tuple[type[Model], list[int]], ...] = (
        (Patient, list(patients)),
        (Appointment, [row.pk for row in visits]),
        (WaitingPlace, [row.pk for row in places]),
        (Notification, [row.pk for row in messages]),
    )
    for model, ids in named:
        LogEntry.objects.filter(
            content_type=ContentType.objects.get_for_model(model), object_id__in=[str(pk) for pk in ids]
        ).update(object_repr=ERASED, change_message="")


def _make_nameless(visits: list[Appointment], places: list[WaitingPlace]) -> None:
    """Everything that tells who it was, from rows that stay. The references were in messages: they are new ones."""
    ComfortPreferences.objects.filter(appointment__in=visits).delete()
    AppointmentLink.objects.filter(appointment__in=visits).delete()
    WaitingLink.objects.filter(place__in=places).delete()
    nothing = {
        "email": "",
        "consented_at": None,
        "consent_version": "",
        "safety_outcome": "",
        "safety_version": "",
        "safety_at": None,
    }
    for visit in visits:
        _set(visit, name=ERASED, phone="", note="", patient=None, uid=uuid.uuid4(), reference=new_reference())
        _set(visit, **nothing)
    for place in places:
        # A place of its own has to have a name and a number: the database holds it.
        own = place.appointment_id is None
        _set(
            place, name=ERASED if own else "", phone="erased" if own else "", reference=new_place_reference()
        )
        _set(place, **nothing)
    told = ["name", "phone", "reference", *nothing]
    Appointment.objects.bulk_update(visits, [*told, "note", "patient", "uid"], batch_size=500)
    WaitingPlace.objects.bulk_update(places, told, batch_size=500)


def _set(row: Model, **values: object) -> None:
    for name, value in values.items():
        setattr(row, name, value)


def _forget(theirs: Belongings) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT forget_person(%s, %s, %s)",
            [list(theirs.patients), list(theirs.appointments), list(theirs.places)],
        )
