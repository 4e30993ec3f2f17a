"""The audit: every change of a patient's record and every look at it is written down, with who it was."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from booking import comfort, lifecycle, links
from booking.models import Appointment, AuditEntry, ComfortPreferences, Patient
from flexclinic import embedded
from flexclinic.database import roles
from flexclinic.lib import actors
from flexclinic.lib import clock as now
from services.models import ServiceOption, Therapist
from tests.booking.admin.pages import text_of
from tests.factories.booking import make_appointment
from tests.factories.waiting import make_place

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.django_db]


newest = 0


@pytest.fixture(autouse=True)
def before(db: None) -> None:
    """The newest entry before the test: tests that commit leave theirs behind."""
    global newest
    latest = AuditEntry.objects.first()
    newest = latest.pk if latest else 0


def entries(**fields: Any) -> list[AuditEntry]:
    """What was written down since the test began, oldest first."""
    return list(AuditEntry.objects.filter(pk__gt=newest, **fields).order_by("pk"))


# Changes


def test_a_change_by_the_desk_names_the_account_and_the_page(desk: Client, appointment: Appointment) -> None:
    address = f"/admin/booking/appointment/{appointment.pk}/do/confirm/"
    desk.post(address, {"version": 1})
    [entry] = entries(what="changed", about="booking_appointment")
    assert entry.actor == f"staff {entry.user_id}"
    assert entry.page == address
    assert entry.row_id == appointment.pk
    assert entry.appointment_ids == [appointment.pk]
    assert entry.changes == {"status": ["requested", "confirmed"], "version": [1, 2]}


def test_two_people_in_turn_are_told_apart(
    desk: Client, admin_client: Client, appointment: Appointment
) -> None:
    for client, action in ((desk, "confirm"), (admin_client, "cancel")):
        version = Appointment.objects.get(pk=appointment.pk).version
        client.post(f"/admin/booking/appointment/{appointment.pk}/do/{action}/", {"version": version})
    Appointment.objects.filter(pk=appointment.pk).update(note="by nobody in particular")
    first, second, third = entries(what="changed", about="booking_appointment")
    assert None not in {first.user_id, second.user_id}
    assert first.user_id != second.user_id
    assert third.user_id is None


def test_a_savepoint_that_was_rolled_back_does_not_take_the_actor_along(appointment: Appointment) -> None:
    rows = Appointment.objects.filter(pk=appointment.pk)
    with actors.acting(lambda: actors.Acting("staff 7", "/here/")):
        with transaction.atomic():
            rows.update(note="one")
            transaction.set_rollback(True)
        rows.update(note="two")
    [entry] = entries(what="changed")
    assert (entry.user_id, entry.page) == (7, "/here/")


def test_a_change_by_a_patients_link_names_the_reference_and_hides_the_link(visit: Appointment) -> None:
    token = links.mint(appointment=visit)
    Client().post(f"/appointment/{token}/cancel/", {"version": visit.version})
    [entry] = entries(what="changed", about="booking_appointment")
    assert entry.actor == f"patient {visit.reference}"
    assert token not in entry.page
    assert entry.changes["status"] == ["confirmed", "cancelled"]


def test_bulk_and_sql_are_attributed_too(appointment: Appointment) -> None:
    other = make_appointment(option=appointment.option)
    Appointment.objects.filter(pk__in=[appointment.pk, other.pk]).update(name="Somebody Else")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE booking_appointment SET phone = '1' WHERE id = %s", [appointment.pk])
    bulk = entries(what="changed")
    assert {entry.row_id for entry in bulk[:2]} == {appointment.pk, other.pk}  # one statement, in any order
    assert bulk[2].changes == {"phone": ["(212) 555-0199", "1"]}
    assert {entry.actor for entry in bulk} == {actors.program_name().removeprefix("flexclinic ")}


def test_what_stays_as_it_was_is_no_change(appointment: Appointment) -> None:
    Appointment.objects.filter(pk=appointment.pk).update(name=appointment.name)
    assert not entries(what="changed")


def test_a_new_row_is_named_and_a_removed_one_kept(appointment: Appointment) -> None:
    patient = Patient.objects.create(name="Pat", note="Careful with the left knee")
    [added] = entries(about="booking_patient")
    assert (added.what, added.patient_ids, added.changes) == ("added", [patient.pk], {})
    patient.delete()
    [removed] = entries(about="booking_patient", what="removed")
    assert removed.changes["note"] == ["Careful with the left knee"]


def test_preferences_and_places_are_watched(appointment: Appointment) -> None:
    told = ComfortPreferences.objects.create(appointment=appointment, quiet=True, updated_at=now.now())
    assert comfort.of(appointment) == told
    place = make_place(appointment=appointment, therapists=[appointment.therapist])
    place.delete()
    about = {(entry.about, entry.what) for entry in entries()}
    assert {
        ("booking_comfortpreferences", "added"),
        ("booking_waitingplace", "added"),
        ("booking_waitingplace_therapists", "added"),
        ("booking_waitingplace", "removed"),
    } <= about
    assert entries(about="booking_waitingplace")[0].place_ids


def test_the_booking_of_a_visitor_costs_no_statement_more(
    option: ServiceOption, therapist: Therapist, at: Callable[..., datetime]
) -> None:
    """The actor is told beside Django's own statements, so those of the connection itself are counted."""
    told: list[str] = []
    with actors.acting(lambda: actors.Acting("", "/book/")), transaction.atomic():
        raw = connection.connection
        execute = raw.execute

        def noted(*args: Any, **more: Any) -> Any:
            told.append(str(args[0]))
            return execute(*args, **more)

        raw.execute = noted
        try:
            lifecycle.book(
                option=option,
                therapist=therapist,
                room=None,
                start=at(24, 10),
                contact=lifecycle.Contact(name="Pat"),
                user=None,
            )
            assert not told
            with actors.acting(lambda: actors.Acting("staff 7", "")):  # the control
                Appointment.objects.update(note="x")
            assert len(told) == 1
        finally:
            del raw.execute


def test_reading_tells_nothing(desk: Client, appointment: Appointment) -> None:
    with CaptureQueriesContext(connection) as queries:
        Client().get("/services/")
    assert not [query for query in queries if "looked_at" in query["sql"] or "set_config" in query["sql"]]


# Looks


def test_pages_lists_searches_and_the_board_say_who_looked_at_whom(
    desk: Client, appointment: Appointment, at: Callable[..., datetime]
) -> None:
    patient = Patient.objects.create(name="Pat Example")
    place = make_place(option=appointment.option)
    one = appointment.pk
    for address, about in {
        f"/admin/booking/appointment/{one}/change/": ("appointment_ids", one),
        f"/admin/booking/appointment/{one}/history/": ("appointment_ids", one),
        "/admin/booking/appointment/?q=Pat": ("appointment_ids", one),
        "/admin/board/?date=2026-11-24": ("appointment_ids", one),
        f"/admin/booking/patient/{patient.pk}/change/": ("patient_ids", patient.pk),
        "/admin/booking/patient/?q=Pat": ("patient_ids", patient.pk),
        f"/admin/booking/waitingplace/{place.pk}/change/": ("place_ids", place.pk),
    }.items():
        assert desk.get(address).status_code == 200
        entry = entries(what="looked")[-1]
        assert entry.page == address.partition("?")[0], "without what was searched for"
        assert getattr(entry, about[0]) == [about[1]]
        assert entry.user_id
    seen = len(entries(what="looked"))
    desk.get("/admin/board/?date=2026-11-24")
    desk.get("/admin/booking/appointment/?q=Nobody")
    assert len(entries(what="looked")) == seen, "said already, and nobody was seen"


# Who cannot alter it


def test_what_is_written_stays_even_for_the_owner(appointment: Appointment) -> None:
    """Where there is only one database role, the triggers are all that protects it."""
    for statement in (
        "UPDATE booking_auditentry SET actor = 'nobody'",
        "DELETE FROM booking_auditentry",
        "TRUNCATE booking_auditentry",
    ):
        with (
            pytest.raises(Exception, match="only ever added to"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
    assert entries()


WAYS = (
    "UPDATE booking_auditentry SET actor = 'nobody'",
    "DELETE FROM booking_auditentry",
    "TRUNCATE booking_auditentry",
    "INSERT INTO booking_auditentry (what, about, actor, page) VALUES ('looked', '', 'somebody', '')",
    "DROP TABLE booking_auditentry",
    "ALTER TABLE booking_auditentry DROP COLUMN actor",
    "ALTER TABLE booking_auditentry DISABLE TRIGGER ALL",
    "ALTER TABLE booking_appointment DISABLE TRIGGER audit_changed",
    "DROP TRIGGER audit_changed ON booking_appointment",
    "DROP TRIGGER only_added_to ON booking_auditentry",
    "TRUNCATE booking_appointment CASCADE",
    "CREATE OR REPLACE FUNCTION flexclinic_refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
    "DROP FUNCTION audit_booking_appointment() CASCADE",
    "ALTER TABLE booking_auditentry OWNER TO CURRENT_USER",
    "SET session_replication_role = replica",
    "CREATE RULE quiet AS ON UPDATE TO booking_appointment DO INSTEAD NOTHING",
    "SET ROLE flexclinic",
    "GRANT ALL ON booking_auditentry TO CURRENT_USER",
)


@pytest.fixture
def application(transactional_db: None) -> Iterator["psycopg.Connection[Any]"]:
    """A connection to the test database as the role that serves."""
    roles.grant(role=embedded.APPLICATION)
    with psycopg.connect(
        host=connection.settings_dict["HOST"],
        port=connection.settings_dict["PORT"],
        dbname=connection.settings_dict["NAME"],
        user=embedded.APPLICATION,
        autocommit=True,
    ) as opened:
        yield opened


@pytest.mark.skipif(
    "DATABASE_URL" in __import__("os").environ, reason="it needs the embedded server's two roles"
)
def test_the_application_works_and_can_alter_nothing(application: "psycopg.Connection[Any]") -> None:
    pk = make_appointment().pk
    application.execute("UPDATE booking_appointment SET name = 'Straight in' WHERE id = %s", [pk])
    entry = AuditEntry.objects.first()
    assert entry
    assert entry.actor == f"outside the application: role {embedded.APPLICATION}"
    assert entry.changes == {"name": ["Pat Example", "Straight in"]}
    assert application.execute("SELECT count(*) FROM booking_auditentry").fetchone()
    for way in WAYS:
        refused = False
        with application.transaction(force_rollback=True):
            before = application.execute("SELECT count(*) FROM booking_auditentry").fetchone()
            try:
                with application.transaction():
                    application.execute(way.encode())
            except psycopg.errors.InsufficientPrivilege:
                refused = True
            unchanged = application.execute("SELECT count(*) FROM booking_auditentry").fetchone() == before
        assert way.startswith("GRANT") or refused, way
        assert unchanged, way
    # GRANT of somebody who owns nothing is only warned about: it gave nothing.
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        application.execute("DELETE FROM booking_auditentry")


@pytest.mark.skipif(
    "DATABASE_URL" in __import__("os").environ, reason="it needs the embedded server's two roles"
)
@pytest.mark.parametrize("way", [way for way in WAYS if way.startswith(("ALTER", "DROP", "CREATE", "SET s"))])
def test_the_owner_could(way: str) -> None:
    """The control: it is the role that is refused, and not the statement that is wrong."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(way)
        transaction.set_rollback(True)


def test_the_check_tells_who_owns_the_audit(settings: Any) -> None:
    from flexclinic.checks import check_who_owns_the_audit

    settings.AS_OWNER = False
    [found] = check_who_owns_the_audit(None, databases=["default"])
    assert found.id == "flexclinic.W007"
    assert roles.owns_the_audit()


# Erasure


def test_a_person_is_forgotten_and_that_something_happened_is_not(visit: Appointment) -> None:
    patient = Patient.objects.create(name="Pat Example")
    Patient.objects.filter(pk=patient.pk).update(note="secret")
    Client().post(f"/appointment/{links.mint(appointment=visit)}/cancel/", {"version": visit.version})
    other = make_appointment(option=visit.option)
    Appointment.objects.filter(pk=other.pk).update(note="stays")
    with connection.cursor() as cursor:
        cursor.execute("SELECT forget_person(%s, %s, %s)", [[patient.pk], [visit.pk], []])
        [blanked] = cursor.fetchone()
    assert blanked == 2
    found = entries()
    assert not [entry for entry in found if "secret" in str(entry.changes) or visit.reference in entry.actor]
    [noted] = entries(about="booking_patient", what="changed")
    assert noted.changes == {"note": []}
    assert [entry.changes for entry in found if entry.row_id == other.pk][-1] == {"note": ["", "stays"]}
    with pytest.raises(Exception, match="only ever added to"), transaction.atomic():
        AuditEntry.objects.update(actor="x")


# The manager's page


def test_the_manager_reads_who_looked_and_who_changed(
    desk: Client, admin_client: Client, appointment: Appointment
) -> None:
    desk.get(f"/admin/booking/appointment/{appointment.pk}/change/")
    desk.post(f"/admin/booking/appointment/{appointment.pk}/do/confirm/", {"version": 1})
    page = admin_client.get("/admin/booking/auditentry/?q=Pat")
    words = text_of(page)
    assert "frontdesk Looked Pat Example" in words
    assert "frontdesk Changed: Appointment Pat Example status from requested to confirmed" in words
    assert "frontdesk" not in text_of(admin_client.get("/admin/booking/auditentry/?q=Nobody")).replace(
        "By who it was All admin frontdesk", ""
    )
    assert desk.get("/admin/booking/auditentry/").status_code == 403
    user = AuditEntry.objects.filter(what="changed").latest("pk").user_id
    assert admin_client.get(f"/admin/booking/auditentry/?by={user}&what__exact=changed").status_code == 200
    assert admin_client.get("/admin/booking/auditentry/?by=none&day=nonsense").status_code == 200
