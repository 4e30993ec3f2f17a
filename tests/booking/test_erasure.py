"""Nothing of a person is left in the database after an erasure, and all that does not name them stays."""

import json
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.core.mail import EmailMessage
from django.db import connection

from booking import belonging, composing, erasure, fresh_link, lifecycle, links, merging, people
from booking.enums import Actor, AppointmentStatus, NotificationStatus
from booking.exceptions import NotPossibleNowError, RecordHasChangedError
from booking.models import (
    Appointment,
    AuditEntry,
    ComfortPreferences,
    Notification,
    Patient,
    PatientErasure,
    PatientNote,
    WaitingPlace,
)
from booking.models.searching import ERASED
from flexclinic.lib import clock as now
from flexclinic.lib import mail
from services.models import ServiceOption, Therapist
from tests.factories.booking import make_appointment, make_notification
from tests.factories.waiting import make_place

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.django_db]

NAME, EMAIL, PHONE, EARLIER = "Quintessa Marlowe", "quintessa@example.test", "+12125550177", "Quinta Marlow"


@pytest.fixture
def user(db: None) -> User:
    return User.objects.create_user("boss")


@pytest.fixture
def person(
    option: ServiceOption, therapist: Therapist, at: Callable[..., datetime], user: User, clock: Any
) -> Patient:
    """Somebody who is everywhere: each kind of row holds something of theirs."""
    record = Patient.objects.create(name=NAME, email=EMAIL, phone=PHONE, note=f"{NAME} likes it quiet")
    other = Patient.objects.create(name=EARLIER, email="quinta@example.test", phone="+12125550178")
    contact = lifecycle.Contact(
        name=NAME, email=EMAIL, phone="(212) 555-0177", note=f"I am {NAME}", consent_version="2026-11"
    )
    visit = lifecycle.book(
        option=option,
        therapist=therapist,
        room=None,
        start=at(24, 10),
        contact=contact,
        user=user,
        request_key=uuid.uuid4(),
        patient_id=record.pk,
    )
    lifecycle.move(
        appointment=visit, start=at(25, 10), therapist=therapist, room=None, actor=Actor.DESK, user=user
    )
    ComfortPreferences.objects.create(appointment=visit, avoid=f"{NAME}: knee", updated_at=now.now())
    ComfortPreferences.objects.update(avoid=f"{NAME}: left knee")
    unlinked = make_appointment(
        option=option,
        therapist=therapist,
        start=at(26, 9),
        name="quintessa marlowe",
        email=EMAIL.upper(),
        phone="",
        status=AppointmentStatus.COMPLETED,
    )
    theirs = make_appointment(
        option=option,
        therapist=therapist,
        start=at(27, 9),
        name=EARLIER,
        email="quinta@example.test",
        phone="212 555 0178",
        patient=other,
        status=AppointmentStatus.NO_SHOW,
    )
    make_notification(
        appointment=unlinked, status=NotificationStatus.FAILED, last_error=f"550 no mailbox {EMAIL}"
    )
    make_place(option=option, name=NAME, email=EMAIL, phone="")
    make_place(appointment=theirs)
    PatientNote.objects.create(patient=record, author=user, at=now.now(), text=f"Asked for {NAME}")
    PatientNote.objects.update(text=f"Called {PHONE}")
    LogEntry.objects.create(
        user=user,
        content_type=ContentType.objects.get_for_model(Patient),
        object_id=str(record.pk),
        object_repr=NAME,
        action_flag=CHANGE,
        change_message=json.dumps([{"changed": {"name": NAME}}]),
    )
    fresh_link.ask(reference=unlinked.reference, contact=EMAIL)
    links.mint(appointment=visit)
    seen = merging.plan(kept_id=record.pk, gone_id=other.pk).seen
    merging.merge(kept_id=record.pk, gone_id=other.pk, seen=seen, user=user)
    return record


def everywhere(*words: str) -> set[str]:
    """The columns of text or JSON, of every table of the database, in which one of these words stands."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT c.table_name, c.column_name FROM information_schema.columns AS c
            JOIN information_schema.tables AS t USING (table_schema, table_name)
            WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE' AND c.is_generated = 'NEVER'
              AND (c.data_type IN ('text', 'character varying', 'character', 'json', 'jsonb', 'ARRAY', 'uuid',
                                   'USER-DEFINED'))
            """
        )
        columns = cursor.fetchall()
        assert len(columns) > 150
        found = set()
        for table, column in columns:
            like = " OR ".join(f'"{column}"::text ILIKE %s' for _ in words)
            cursor.execute(f'SELECT count(*) FROM "{table}" WHERE {like}', [f"%{word}%" for word in words])
            if cursor.fetchone()[0]:
                found.add(f"{table}.{column}")
    return found


def cancel_all(clock: Any) -> None:
    """What is open is called off, and cannot be brought back any more."""
    for visit in Appointment.objects.filter(status=AppointmentStatus.CONFIRMED):
        lifecycle.cancel(appointment=visit, actor=Actor.DESK)
    clock.shift(timedelta(minutes=30))


def erased(person: Patient, user: User) -> PatientErasure:
    return erasure.erase(patient_id=person.pk, seen=erasure.look(person).seen, user=user)


def test_nothing_of_them_is_left_anywhere(person: Patient, user: User, clock: Any) -> None:
    cancel_all(clock)
    theirs = belonging.of_patient(person.pk)
    references = list(
        Appointment.objects.filter(pk__in=theirs.appointments).values_list("reference", flat=True)
    )
    references += WaitingPlace.objects.values_list("reference", flat=True)
    references += map(str, Appointment.objects.values_list("uid", flat=True))
    words = (
        "quint",
        "marlow",
        "5550177",
        "555-0177",
        "5550178",
        "555 0178",
        "left knee",
        *references,
    )
    # The control: what is looked for is found before, where it was put.
    before = everywhere(*words)
    assert before >= {
        "booking_patient.name", "booking_patient.email", "booking_patient.phone", "booking_patient.note",
        "booking_appointment.name", "booking_appointment.email", "booking_appointment.phone",
        "booking_appointment.note", "booking_appointment.reference", "booking_comfortpreferences.avoid",
        "booking_notification.last_error", "booking_waitingplace.name", "booking_waitingplace.email",
        "booking_patientnote.text", "booking_patientmerge.gone", "booking_auditentry.changes",
        "django_admin_log.object_repr", "django_admin_log.change_message", "procrastinate_jobs.args",
    }  # fmt: skip
    done = erased(person, user)
    assert everywhere(*words) == set()
    assert (done.by, done.appointments, done.messages) == ("boss", 3, Notification.objects.count())


def test_the_diary_and_the_numbers_stay(person: Patient, user: User, clock: Any) -> None:
    cancel_all(clock)
    columns = (
        "pk",
        "status",
        "starts_at",
        "therapist",
        "option",
        "price",
        "version",
        "source",
        "first_visit",
    )
    visits = list(Appointment.objects.order_by("pk").values_list(*columns))
    states = list(WaitingPlace.objects.order_by("pk").values_list("pk", "option", "joined_at"))
    entries = AuditEntry.objects.count()
    erased(person, user)
    assert list(Appointment.objects.order_by("pk").values_list(*columns)) == visits
    assert list(WaitingPlace.objects.order_by("pk").values_list("pk", "option", "joined_at")) == states
    assert set(Appointment.objects.values_list("name", flat=True)) == {ERASED}
    assert AuditEntry.objects.count() > entries
    assert not WaitingPlace.objects.filter(state="waiting").exists()
    assert not Notification.objects.filter(status=NotificationStatus.WAITING).exists()
    # Who is looked for by the word on the nameless rows is nobody.
    assert people.find("erased") == []
    assert people.known(f"a{visits[0][0]}") is None


def test_links_open_nothing_any_more(person: Patient, user: User, clock: Any) -> None:
    cancel_all(clock)
    visit = person.appointments.order_by("pk").first()
    assert visit
    token = links.mint(appointment=visit)
    place_token = links.mint_for_place(place=WaitingPlace.objects.earliest("pk"))
    assert links.look_up(token)
    erased(person, user)
    assert links.look_up(token) is None
    assert links.look_up_place(place_token) is None


def test_what_is_open_or_may_come_back_keeps_them(person: Patient, user: User, clock: Any) -> None:
    seen = erasure.look(person).seen
    with pytest.raises(NotPossibleNowError):
        erasure.erase(patient_id=person.pk, seen=seen, user=user)
    visit = Appointment.objects.get(status=AppointmentStatus.CONFIRMED)
    lifecycle.cancel(appointment=visit, actor=Actor.DESK)
    going = erasure.look(person)
    assert going.open == ()
    assert going.undoable_until
    with pytest.raises(NotPossibleNowError):
        erasure.erase(patient_id=person.pk, seen=going.seen, user=user)
    clock.move_to(going.undoable_until + timedelta(seconds=1))
    with pytest.raises(RecordHasChangedError):
        erasure.erase(patient_id=person.pk, seen=seen, user=user)
    person.refresh_from_db()
    assert person.name == NAME
    erased(person, user)
    with pytest.raises(RecordHasChangedError):
        erasure.erase(patient_id=person.pk, seen=going.seen, user=user)


def test_others_in_the_family_stay(
    person: Patient, user: User, clock: Any, option: ServiceOption, at: Callable[..., datetime]
) -> None:
    child = make_appointment(option=option, start=at(28, 9), name="Kit Marlowe", email=EMAIL, phone=PHONE)
    named_alike = make_appointment(option=option, start=at(29, 9), name=NAME, email="other@example.test")
    cancel_all(clock)
    theirs = belonging.of_patient(person.pk)
    assert not {child.pk, named_alike.pk} & set(theirs.appointments)
    erased(person, user)
    child.refresh_from_db()
    assert (child.name, child.email) == ("Kit Marlowe", EMAIL)


def test_who_booked_for_them_is_somebody_else(
    person: Patient, option: ServiceOption, at: Callable[..., datetime]
) -> None:
    """A mother's booking for a child, linked to the child, does not make her own bookings the child's."""
    mother: dict[str, Any] = {"name": "Olive Grey", "email": "olive@example.test"}
    make_appointment(option=option, start=at(28, 9), patient=person, **mother)
    own = make_appointment(option=option, start=at(29, 9), **mother)
    assert own.pk not in belonging.of_patient(person.pk).appointments


def test_kept_messages_go_with_them(
    person: Patient,
    user: User,
    clock: Any,
    settings: Any,
    tmp_path: Path,
    django_capture_on_commit_callbacks: Any,
) -> None:
    settings.MAIL_FOLDER = tmp_path
    settings.EMAIL_BACKEND = "flexclinic.lib.mail.FolderBackend"
    cancel_all(clock)
    ids = [composing.message_id(one) for one in Notification.objects.select_related("appointment", "place")]
    for message_id in [*ids, "<of-somebody-else@example.test>"]:
        message = EmailMessage("Hello", NAME, to=[EMAIL], headers={"Message-ID": message_id})
        mail.FolderBackend(folder=tmp_path).send_messages([message])
    assert len(list(tmp_path.glob("*.eml"))) == len(ids) + 1
    with django_capture_on_commit_callbacks(execute=True):
        erased(person, user)
    assert len(list(tmp_path.glob("*.eml"))) == 1
