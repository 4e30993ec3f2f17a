"""One page for each person, what looks like one, and what a person can ask for."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from booking import lifecycle, merging, roles
from booking.enums import Actor, AppointmentStatus, NotificationStatus, SafetyOutcome
from booking.models import (
    Appointment,
    AuditEntry,
    ComfortPreferences,
    Patient,
    PatientErasure,
    PatientMerge,
    PatientNote,
)
from flexclinic.lib import clock as now
from services.models import ServiceOption, Therapist
from tests.booking.admin.pages import links_of, messages_of, text_of
from tests.factories.booking import make_appointment, make_notification
from tests.factories.services import make_therapist
from tests.factories.waiting import make_place

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.django_db]

LIST = "/admin/booking/patient/"


def somebody(role: str) -> Client:
    user = User.objects.create_user(f"the-{role}", is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def manager(db: None) -> Client:
    return somebody(roles.MANAGER)


@pytest.fixture
def dana(option: ServiceOption, therapist: Therapist, at: Callable[..., datetime]) -> Patient:
    """Was there once, did not come once, and comes again."""
    dana = Patient.objects.create(name="Dana Brooks", phone="+12125550142", email="dana@example.test")
    for day, status in (
        (16, AppointmentStatus.COMPLETED),
        (17, AppointmentStatus.NO_SHOW),
        (26, AppointmentStatus.CONFIRMED),
    ):
        make_appointment(
            option=option, therapist=therapist, start=at(day, 10), status=status, patient=dana, name=dana.name
        )
    return dana


def page_of(patient: Patient, query: str = "") -> str:
    return f"{LIST}{patient.pk}/change/{query}"


# The page


def test_the_page_says_how_they_stand_and_what_happened(
    desk: Client, dana: Patient, therapist: Therapist, at: Callable[..., datetime]
) -> None:
    visit = dana.appointments.get(status=AppointmentStatus.CONFIRMED)
    Appointment.objects.filter(pk=visit.pk).update(
        consent_version="2026-11",
        consented_at=at(20, 9),
        safety_outcome=SafetyOutcome.CLEAR,
        safety_version="2026-11",
        safety_at=at(20, 9),
    )
    ComfortPreferences.objects.create(appointment=visit, pressure="light", updated_at=now.now())
    user = User.objects.get(username="frontdesk")
    lifecycle.move(
        appointment=Appointment.objects.get(pk=visit.pk),
        start=at(27, 11),
        therapist=therapist,
        room=None,
        actor=Actor.DESK,
        user=user,
    )
    make_notification(
        appointment=visit, version=9, status=NotificationStatus.FAILED, last_error="No such mailbox."
    )
    place = make_place(appointment=visit)
    response = desk.get(page_of(dana))
    text = text_of(response)
    assert "Next visit: Friday 27 November 2026 at 11am" in text
    assert "Booked 3 visits Came 1 Did not come 1 Cancelled 0" in text
    assert "Light pressure" in text
    assert "Read on the website: none of the signs" in text
    assert "“The clinic may keep these details to arrange my visit.” (wording 2026-11)" in text
    assert "Moved by frontdesk" in text
    assert "Could not be sent No such mailbox." in text
    assert visit.reference in text
    assert place.reference in text
    assert links_of(response)["Book"] == f"/admin/phone/?who=p{dana.pk}"
    assert desk.get(f"/admin/phone/?who=p{dana.pk}").status_code == 200
    # Who looked is for the manager.
    assert "Who looked and who changed" not in text


def test_the_manager_sees_who_looked(desk: Client, manager: Client, dana: Patient) -> None:
    desk.get(page_of(dana))
    text = text_of(manager.get(page_of(dana)))
    assert f"frontdesk Looked {page_of(dana)}" in text


def test_a_long_history_comes_in_pages_and_costs_no_query_more(
    desk: Client, dana: Patient, therapist: Therapist, option: ServiceOption, at: Callable[..., datetime]
) -> None:
    def asked(query: str = "") -> tuple[str, int]:
        with CaptureQueriesContext(connection) as queries:
            text = text_of(desk.get(page_of(dana, query)))
        return text, len(queries)

    desk.get(page_of(dana))
    _, few = asked()
    for back in range(1, 26):
        make_appointment(
            option=option,
            therapist=therapist,
            start=at(13, 9) - timedelta(days=back),
            status=AppointmentStatus.COMPLETED,
            patient=dana,
        )
    text, many = asked()
    assert many <= few + 1  # that there are more pages is one more
    assert many <= 24
    assert "Page 1 of 3" in text
    assert "Earlier visits" in text
    assert "Page 3 of 3" in asked("?page=3")[0]
    assert "Page 3 of 3" in asked("?page=99")[0]
    assert "Page 1 of 3" in asked("?page=nonsense")[0]


def test_notes_and_who_may_read_them(desk: Client, dana: Patient, therapist: Therapist) -> None:
    Patient.objects.filter(pk=dana.pk).update(note="From long ago")
    note = f"{LIST}{dana.pk}/note/"
    for text, audience in (("For all <b>", "team"), ("Owes us a call", "desk")):
        response = desk.post(note, {"text": text, "audience": audience}, follow=True)
        assert messages_of(response) == ["The note was kept."]
    shown = text_of(desk.get(page_of(dana)))
    assert "For all <b>" in shown
    assert "Owes us a call" in shown
    assert "frontdesk. Desk only" in shown
    assert "From long ago" in shown
    their = somebody(roles.THERAPIST)
    Therapist.objects.filter(pk=therapist.pk).update(user=User.objects.get(username="the-Therapist"))
    seen = text_of(their.get(page_of(dana)))
    assert "For all <b>" in seen
    assert "From long ago" in seen
    assert "Owes us a call" not in seen
    assert "New note" not in seen
    assert their.post(note, {"text": "x", "audience": "team"}).status_code == 403
    kept = PatientNote.objects.get(audience="desk")
    assert kept.author == User.objects.get(username="frontdesk")
    desk.post(note, {"remove": kept.pk})
    assert PatientNote.objects.count() == 1
    assert (
        messages_of(desk.post(note, {"remove": "x9"}, follow=True))[-1] == "That note is not there any more."
    )


def test_a_note_that_is_not_right_keeps_what_was_typed(desk: Client, dana: Patient) -> None:
    response = desk.post(f"{LIST}{dana.pk}/note/", {"text": "a" * 2001, "audience": "desk"})
    text = text_of(response)
    assert "A note has at most 2,000 letters. Make two of it." in text
    assert "a" * 2001 in text
    assert "Write the note first." in text_of(desk.post(f"{LIST}{dana.pk}/note/", {"text": " "}))
    assert not PatientNote.objects.exists()


def test_a_therapist_counts_only_what_is_theirs(
    dana: Patient, option: ServiceOption, at: Callable[..., datetime]
) -> None:
    their = somebody(roles.THERAPIST)
    other = make_therapist(options=[option])
    Therapist.objects.filter(pk=other.pk).update(user=User.objects.get(username="the-Therapist"))
    address = page_of(dana)
    assert their.get(address).status_code == 302
    own = make_appointment(option=option, therapist=other, start=at(27, 9), patient=dana)
    text = text_of(their.get(address))
    assert own.reference in text
    assert "Booked 1 visit " in text
    for visit in dana.appointments.exclude(pk=own.pk):
        assert visit.reference not in text
    for word in ("Merge", "Erase", "All that is kept", "Likely duplicates", "/admin/phone/"):
        assert word not in their.get(address).content.decode()
    for page in ("export", "erase"):
        assert their.post(f"{LIST}{dana.pk}/{page}/").status_code == 403
    assert their.get(f"{LIST}duplicates/").status_code == 403


# Two records


def test_duplicates_lead_to_a_merge_with_a_preview_and_back(desk: Client, dana: Patient) -> None:
    twin = Patient.objects.create(name="Dana Brooks-Hall", phone="+12125550142", note="Left knee")
    shown = desk.get(f"{LIST}duplicates/")
    assert "Same phone number" in text_of(shown)
    assert links_of(desk.get(LIST))["Likely duplicates"] == f"{LIST}duplicates/"
    address = f"{LIST}{dana.pk}/merge/{twin.pk}/"
    assert address in shown.content.decode()
    assert address in desk.get(page_of(dana)).content.decode()
    preview = desk.get(address)
    assert "Dana Brooks-Hall" in text_of(preview)
    assert "0 visits" in text_of(preview)
    assert Patient.objects.count() == 2
    seen = preview.context["plan"].seen
    done = desk.post(address, {"seen": seen, "name": "gone"}, follow=True)
    assert messages_of(done) == ["The two records are one now. You can take them apart again below."]
    dana.refresh_from_db()
    assert (dana.name, dana.note) == ("Dana Brooks-Hall", "Left knee")
    merge = PatientMerge.objects.get()
    assert merge.user == User.objects.get(username="frontdesk")
    # The old address leads to the record that stays; a second press is told so.
    assert desk.get(page_of(twin))["Location"] == page_of(dana)
    again = desk.post(address, {"seen": seen}, follow=True)
    assert "somebody may have merged them just now" in messages_of(again)[-1]
    apart = desk.post(f"{LIST}unmerge/{merge.pk}/", follow=True)
    assert "two records again" in messages_of(apart)[0]
    assert Patient.objects.get(pk=twin.pk).name == "Dana Brooks-Hall"
    assert "taken apart already" in messages_of(desk.post(f"{LIST}unmerge/{merge.pk}/", follow=True))[0]
    assert "No two records" in text_of(desk.get(f"{LIST}duplicates/"))


def test_a_record_that_changed_since_the_preview_is_shown_again(desk: Client, dana: Patient) -> None:
    twin = Patient.objects.create(name="Dana Brooks")
    address = f"{LIST}{dana.pk}/merge/{twin.pk}/"
    seen = desk.get(address).context["plan"].seen
    Patient.objects.filter(pk=twin.pk).update(email="new@example.test")
    response = desk.post(address, {"seen": seen})
    assert response.status_code == 409
    assert "changed in the meantime" in text_of(response)
    assert "new@example.test" in text_of(response)
    assert Patient.objects.count() == 2


def test_two_people_are_two_people(desk: Client, dana: Patient) -> None:
    twin = Patient.objects.create(name="Dana Brooks")
    response = desk.post(f"{LIST}duplicates/", {"one": twin.pk, "other": dana.pk}, follow=True)
    assert messages_of(response) == ["Noted: they are two people."]
    assert "No two records" in text_of(response)
    for sent in ({"one": "x", "other": "9" * 30}, {}):
        assert desk.post(f"{LIST}duplicates/", sent, follow=True).status_code == 200


# What they can ask for


def test_the_export_is_a_file_and_is_written_down(desk: Client, manager: Client, dana: Patient) -> None:
    address = f"{LIST}{dana.pk}/export/"
    assert desk.get(address).status_code == 405
    machine = desk.post(address, {"format": "json"})
    assert machine["Content-Disposition"] == f'attachment; filename="patient-{dana.pk}.json"'
    assert "no-store" in machine["Cache-Control"]
    found = json.loads(machine.content)
    assert found["record"]["email"] == "dana@example.test"
    assert "who_looked_and_who_changed" not in found
    page = desk.post(address, {"format": "html"})
    assert "dana@example.test" in text_of(page)
    assert "The clinic’s manager can add that." in text_of(page)
    entries = AuditEntry.objects.filter(about="export", patient_ids=[dana.pk])
    assert entries.count() == 2
    assert len(entries[0].appointment_ids) == 3
    whole = json.loads(manager.post(address, {"format": "json"}).content)
    assert "frontdesk" in {entry["who"] for entry in whole["who_looked_and_who_changed"]}
    assert "Who looked and who changed" in text_of(manager.post(address))


def test_the_manager_erases_after_two_questions(
    manager: Client, desk: Client, dana: Patient, clock: Any
) -> None:
    address = f"{LIST}{dana.pk}/erase/"
    assert desk.get(address).status_code == 403
    assert desk.post(address, {"step": "erase", "sure": "yes"}).status_code == 403
    blocked = manager.get(address)
    assert "Cancel these first" in text_of(blocked)
    assert "Go on" not in text_of(blocked)
    assert "nothing was erased" in text_of(manager.post(address, {"step": "erase", "sure": "yes"}))
    visit = dana.appointments.get(status=AppointmentStatus.CONFIRMED)
    lifecycle.cancel(appointment=visit, actor=Actor.DESK)
    assert "can be undone until" in text_of(manager.get(address))
    clock.shift(timedelta(hours=1))
    assert "of 3 visits" in text_of(manager.get(address))
    second = manager.post(address, {"step": "ask"})
    seen = second.context["going"].seen
    assert "This cannot be undone." in text_of(second)
    unsure = manager.post(address, {"step": "erase", "seen": seen})
    assert "Tick that you are sure" in text_of(unsure)
    assert Patient.objects.filter(pk=dana.pk).exists()
    done = manager.post(address, {"step": "erase", "seen": seen, "sure": "yes"}, follow=True)
    assert "The person was erased." in messages_of(done)[0]
    assert not Patient.objects.exists()
    assert PatientErasure.objects.get().by == "the-Manager"
    erasures = text_of(manager.get("/admin/booking/patienterasure/"))
    assert "Monday 23 November 2026 at 10am the-Manager 3" in erasures
    assert "Erased person" in text_of(manager.get(f"/admin/booking/appointment/{visit.pk}/change/"))
    assert manager.get(address).status_code == 404
    assert desk.get("/admin/booking/patienterasure/").status_code == 403


def test_merging_from_a_page_that_is_old(desk: Client, dana: Patient) -> None:
    twin = Patient.objects.create(name="Dana Brooks")
    seen = merging.plan(kept_id=dana.pk, gone_id=twin.pk).seen
    merging.merge(kept_id=dana.pk, gone_id=twin.pk, seen=seen, user=None)
    response = desk.get(f"{LIST}{twin.pk}/merge/{dana.pk}/", follow=True)
    assert response.redirect_chain[-1][0] == page_of(dana)
