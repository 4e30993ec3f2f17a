"""The phone booking: find, pick, book, without a script; and what is kept when something is in the way."""

import re
import threading
import uuid
from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from unittest.mock import patch

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from booking import availability, callers, lifecycle, openings
from booking.enums import Source
from booking.exceptions import TimeJustGoneError
from booking.models import Appointment, Notification, Patient
from services.models import Room, ServiceOption, Therapist
from tests.booking.admin.pages import text_of
from tests.factories.booking import make_appointment, make_weekly_hours
from tests.factories.services import make_option, make_therapist

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.django_db]

PHONE = "/admin/phone/"
At = Callable[..., datetime]


@pytest.fixture
def record(therapist: Therapist) -> Patient:
    """Somebody with a record."""
    return Patient.objects.create(name="Pat Known", phone="+12125550142", email="pat@example.test")


def form_of(response: Any) -> dict[str, str]:
    """What a browser would send of the page's form: its boxes as they stand, and no button."""
    page = response.content.decode()
    page = page[page.index('data-phone="book"') :]
    sent = {}
    for tag in re.findall(r"<input[^>]*>", page):
        found = dict(re.findall(r'([a-z_-]+)="([^"]*)"', tag))
        if found.get("type") != "checkbox" or " checked" in tag:
            sent[found["name"]] = found.get("value", "on" if found.get("type") == "checkbox" else "")
    for name, choices in re.findall(r'(?s)<select name="(\w+)"[^>]*>(.*?)</select>', page):
        chosen = re.search(r'<option value="([^"]*)" selected', choices)
        sent[name] = chosen[1] if chosen else re.findall(r'<option value="([^"]*)"', choices)[0]
    return sent


def offers_of(response: Any) -> dict[str, tuple[str, str]]:
    """The openings by their keys: what the button sends, and its words."""
    found = re.findall(
        r'(?s)<button class="phone-offer[^"]*" name="(?:take|now)" value="([^"]*)" data-key="(\d)"[^>]*>(.*?)</button>',
        response.content.decode(),
    )
    bare = {
        key: re.sub(r"<[^>]+>", "", re.sub(r'<span class="phone-number".*?</span>', "", words))
        for _, key, words in found
    }
    return {key: (value, " ".join(bare[key].split())) for value, key, _ in found}


def pick(desk: Client, who: Patient | str, typed: str = "") -> Any:
    key = who if isinstance(who, str) else f"p{who.pk}"
    return desk.post(PHONE, {"q": typed, "pick": key})


def take(desk: Client, page: Any, key: str, **changed: str) -> Any:
    sent = {**form_of(page), **changed}
    value, _ = offers_of(page)[key]
    return desk.post(PHONE, {**sent, **({"now": "1"} if key == "0" else {"take": value})}, follow=True)


# Finding and picking


def test_a_search_is_a_post_that_changes_nothing_and_stands_in_no_address(
    desk: Client, record: Patient
) -> None:
    page = desk.get(PHONE)
    assert 'method="get"' not in page.content.decode().split('id="content"')[1]
    found = desk.post(PHONE, {"q": "knwon"})
    assert "Pat Known" in text_of(found)
    assert "+12125550142" in text_of(found)
    assert 'action="' not in found.content.decode().split('data-phone="search"')[1].split("</form>")[0]
    assert "no-store" in found["Cache-Control"]
    assert not Appointment.objects.exists()


def test_the_script_gets_the_list_alone(desk: Client, record: Patient) -> None:
    part = desk.post(PHONE, {"q": "known"}, headers={"X-Part": "people"})
    assert part.content.decode().lstrip().startswith("<ul")
    assert "1 person found." in part.content.decode()


def test_who_booked_online_is_found_and_marked(desk: Client, appointment: Appointment) -> None:
    found = desk.post(PHONE, {"q": appointment.name})
    assert "Booked online, no record yet" in text_of(found)
    assert f'value="a{appointment.pk}"' in found.content.decode()


def test_what_comes_preselected_is_the_last_visit(
    desk: Client, record: Patient, therapist: Therapist, option: ServiceOption, at: At
) -> None:
    longer = make_option(name="Longer", minutes=90)
    ben = make_therapist(name="Ben Demo", options=[option, longer])
    make_appointment(option=option, therapist=therapist, patient=record, start=at(9, 10), status="completed")
    make_appointment(option=longer, therapist=ben, patient=record, start=at(16, 10), status="completed")
    sent = form_of(pick(desk, record))
    assert (sent["option"], sent["therapist"], sent["date"]) == (str(longer.pk), str(ben.pk), "2026-11-23")
    assert "first_visit" not in sent


def test_a_first_visit_is_not_had_twice(
    desk: Client, record: Patient, therapist: Therapist, option: ServiceOption, at: At
) -> None:
    first = make_option(name="First visit", clientele="new", service=option.service)
    therapist.options.add(first)
    make_appointment(option=first, therapist=therapist, patient=record, start=at(9, 10), status="completed")
    assert form_of(pick(desk, record))["option"] == str(option.pk)


def test_somebody_new_has_what_was_typed_in_its_box(desk: Client, therapist: Therapist) -> None:
    assert form_of(pick(desk, "new", "jo quill"))["name"] == "Jo Quill"
    assert form_of(pick(desk, "new", "(212) 555-0142"))["phone"] == "(212) 555-0142"
    sent = form_of(pick(desk, "new", "jo@example.test"))
    assert (sent["email"], sent["first_visit"], sent["therapist"]) == ("jo@example.test", "on", "")


def test_somebody_who_is_gone_is_looked_for_again(desk: Client, therapist: Therapist) -> None:
    assert "This person is not there any more." in text_of(pick(desk, "p12345", "jo"))


# What is free


def test_the_next_openings_are_there_without_notice(
    desk: Client, record: Patient, therapist: Therapist, option: ServiceOption, at: At
) -> None:
    ben = make_therapist(name="Ben Demo", options=[option])
    make_weekly_hours(therapist=ben, stretches=[("09:00", "10:00")])
    make_appointment(option=option, therapist=therapist, patient=record, start=at(9, 10), status="completed")
    assert {key: words for key, (_, words) in offers_of(pick(desk, record)).items()} == {
        "1": "Monday 23 November, 9am",
        "2": "Monday 23 November, 10am",
        "3": "Monday 23 November, 11am",
        "4": f"Monday 23 November, 9am with {therapist.name} or Ben Demo",
        "5": f"Monday 23 November, 10am with {therapist.name}",
        "6": f"Monday 23 November, 11am with {therapist.name}",
        "0": f"9am today, marked as arrived with {therapist.name}",
    }


def test_other_choices_give_other_openings_and_keep_what_was_typed(
    desk: Client, therapist: Therapist, option: ServiceOption
) -> None:
    page = pick(desk, "new", "Jo Quill")
    looked = desk.post(PHONE, {**form_of(page), "date": "2026-11-27", "phone": "12", "look": "1"})
    assert offers_of(looked)["1"][1] == f"Friday 27 November, 9am with {therapist.name}"
    assert (form_of(looked)["name"], form_of(looked)["phone"]) == ("Jo Quill", "12")
    assert "Enter a phone number" not in text_of(looked)
    part = desk.post(
        PHONE, {**form_of(page), "date": "2026-11-27", "look": "1"}, headers={"X-Part": "openings"}
    )
    assert part.content.decode().lstrip().startswith('<input type="hidden" name="shown"')


def test_nothing_is_booked_that_was_not_shown(desk: Client, record: Patient, option: ServiceOption) -> None:
    page = pick(desk, record)
    refused = take(desk, page, "1", date="2026-11-27")
    assert "You have changed what to look for." in text_of(refused)
    assert not Appointment.objects.exists()
    assert take(desk, refused, "1").status_code == 200
    assert Appointment.objects.count() == 1


def test_the_queries_are_counted(
    desk: Client, record: Patient, therapist: Therapist, option: ServiceOption, at: At
) -> None:
    make_appointment(option=option, therapist=therapist, patient=record, start=at(9, 10), status="completed")
    for number in range(5):
        make_therapist(name=f"More {number}", options=[option])
    with CaptureQueriesContext(connection) as searching:
        desk.post(PHONE, {"q": "known"})
    with CaptureQueriesContext(connection) as picking:
        page = pick(desk, record)
    with CaptureQueriesContext(connection) as booking:
        value, _ = offers_of(page)["1"]
        desk.post(PHONE, {**form_of(page), "take": value})
    # Session, user and their two kinds of permissions take four; one says who was shown.
    assert [len(searching), len(picking), len(booking)] == [6, 11, 15]


# Booking


def test_a_known_patient_is_booked(desk: Client, record: Patient, therapist: Therapist, room: Room) -> None:
    booked_page = take(desk, pick(desk, record), "1")
    booked = Appointment.objects.get()
    assert booked_page.request["QUERY_STRING"] == f"booked={booked.pk}"
    assert (booked.status, booked.source, booked.patient, booked.room) == (
        "confirmed",
        Source.DESK,
        record,
        room,
    )
    assert (booked.name, booked.phone, booked.email) == ("Pat Known", "+12125550142", "pat@example.test")
    text = text_of(booked_page)
    assert "Pat Known is booked" in text
    assert booked.reference in text
    assert "A confirmation is on its way to pat@example.test." in text
    event = booked.events.get()
    assert (event.action, event.user and event.user.username) == ("book", "frontdesk")
    assert Notification.objects.get().appointment == booked


def test_a_record_with_a_number_that_nobody_would_type_today_is_booked(desk: Client, record: Patient) -> None:
    Patient.objects.update(phone="+12120000000")
    assert "Pat Known is booked" in text_of(take(desk, pick(desk, record), "1"))


def test_a_new_caller_gets_a_record(desk: Client, therapist: Therapist) -> None:
    page = take(desk, pick(desk, "new", "jo quill"), "2", phone="212 555 0142")
    record = Patient.objects.get()
    booked = Appointment.objects.get()
    assert (record.name, str(record.phone), record.email) == ("Jo Quill", "+12125550142", "")
    assert (booked.patient, booked.first_visit) == (record, True)
    assert "No email address: no confirmation is sent." in text_of(page)
    assert "ask the questions of the safety check" in text_of(page)
    [entry] = LogEntry.objects.all()
    assert (entry.object_id, entry.user.username) == (str(record.pk), "frontdesk")


def test_a_record_that_looks_alike_is_hinted_at_and_not_merged(
    desk: Client, therapist: Therapist, record: Patient
) -> None:
    page = take(desk, pick(desk, "new", "patrick known"), "1", phone="212 555 0142")
    assert "Same phone number as Pat Known’s record." in text_of(page)
    assert Patient.objects.count() == 2


def test_who_booked_online_gets_a_record_that_their_bookings_are_of(
    desk: Client, therapist: Therapist, option: ServiceOption, at: At
) -> None:
    contact: dict[str, Any] = {"name": "Wendy Webb", "email": "wendy@example.test", "phone": "(212) 555-0199"}
    earlier = [
        make_appointment(option=option, therapist=therapist, start=at(day, 10), **contact) for day in (24, 25)
    ]
    other = make_appointment(
        option=option, therapist=therapist, start=at(26, 10), **{**contact, "email": "w@example.test"}
    )
    page = pick(desk, f"a{earlier[0].pk}")
    first = take(desk, page, "1")
    again = take(desk, page, "1")
    assert first.request["QUERY_STRING"] == again.request["QUERY_STRING"]
    record = Patient.objects.get()
    assert set(record.appointments.all()) == {*earlier, Appointment.objects.latest("pk")}
    other.refresh_from_db()
    assert other.patient is None


def test_enter_twice_books_once(desk: Client, therapist: Therapist) -> None:
    page = pick(desk, "new", "jo quill")
    for _ in range(2):
        last = take(desk, page, "1", phone="212 555 0142")
    assert "Jo Quill is booked" in text_of(last)
    assert (Appointment.objects.count(), Patient.objects.count(), LogEntry.objects.count()) == (1, 1, 1)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"name": " ", "phone": "212 555 0142"}, "Enter the caller’s name."),
        ({"phone": "12"}, "Enter a phone number such as (212) 555-0142."),
        ({"phone": ""}, "Enter the caller’s phone number."),
        ({"phone": "212 555 0142", "email": "jo@"}, "Enter an email address such as name@example.com"),
        ({"phone": "212 555 0142", "date": "soon"}, "Enter a date such as 11/24/2026."),
        ({"phone": "212 555 0142", "option": "999"}, "This cannot be booked any more."),
        ({"phone": "212 555 0142", "therapist": "x"}, "This therapist cannot be booked any more."),
    ],
)
def test_what_is_missing_is_said_and_what_was_typed_is_kept(
    desk: Client, therapist: Therapist, changed: dict[str, str], said: str
) -> None:
    page = take(desk, pick(desk, "new", "Jo Quill"), "1", **changed)
    assert said in text_of(page)
    kept = form_of(page)
    assert re.sub(r"\D", "", kept["phone"]) == re.sub(r"\D", "", changed["phone"])
    assert kept["email"] == changed.get("email", "")
    assert not Appointment.objects.exists()
    assert not Patient.objects.exists()


@pytest.mark.parametrize(
    "value", ["", "1", "x.1", "1.x", "99999999999999.0", "1795528800.777777", "1." + "9" * 30]
)
def test_a_button_that_was_made_up_books_nothing(desk: Client, record: Patient, value: str) -> None:
    response = desk.post(PHONE, {**form_of(pick(desk, record)), "take": value})
    assert "Nothing was booked" in text_of(response)
    assert not Appointment.objects.exists()


# Two at the desk


def test_an_opening_that_has_gone_is_said_and_everything_is_kept(
    desk: Client, therapist: Therapist, option: ServiceOption, at: At
) -> None:
    page = pick(desk, "new", "Jo Quill")
    make_appointment(option=option, therapist=therapist, start=at(23, 9), status="confirmed")
    refused = take(desk, page, "1", phone="212 555 0142", email="jo@example.test")
    assert "That time has just gone: somebody else has booked it." in text_of(refused)
    sent = form_of(refused)
    assert (sent["name"], sent["phone"], sent["email"]) == ("Jo Quill", "(212) 555-0142", "jo@example.test")
    assert not Patient.objects.exists()
    assert offers_of(refused)["1"][1] == f"Monday 23 November, 10:15am with {therapist.name}"
    assert "Jo Quill is booked" in text_of(take(desk, refused, "1"))


def test_with_anyone_the_next_who_is_free_is_taken(
    desk: Client, record: Patient, therapist: Therapist, option: ServiceOption, at: At
) -> None:
    ben = make_therapist(name="Ben Demo", options=[option])
    make_weekly_hours(therapist=ben)
    page = pick(desk, record)
    make_appointment(option=option, therapist=therapist, start=at(23, 9), status="confirmed")
    take(desk, page, "1")
    assert record.appointments.get().therapist == ben


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("judged", [True, False], ids=["judged", "control"])
def test_the_database_judges_who_was_first(
    therapist: Therapist, option: ServiceOption, at: At, judged: bool
) -> None:
    """Both have seen the time free and insert at once. As a control, without the constraint both get it."""
    if not judged:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE booking_appointment DROP CONSTRAINT therapist_is_in_one_place")
    both_have_looked = threading.Barrier(2, timeout=20)
    choices_at = availability.choices_at
    outcomes: list[str] = []

    def look_and_wait(**asked: Any) -> Any:
        found = choices_at(**asked)
        both_have_looked.wait()
        return found

    def book(name: str) -> None:
        try:
            callers.book(
                caller=callers.Caller(contact=lifecycle.Contact(name=name)),
                option=option,
                therapist=therapist,
                start=at(24, 10),
                user=None,
                request_key=uuid.uuid4(),
            )
            outcomes.append("booked")
        except TimeJustGoneError:
            outcomes.append("gone")
        finally:
            connection.close()

    try:
        with patch.object(availability, "choices_at", look_and_wait):
            desks = [threading.Thread(target=book, args=[name]) for name in ("One", "Two")]
            for one in desks:
                one.start()
            for one in desks:
                one.join()
        assert sorted(outcomes) == (["booked", "gone"] if judged else ["booked", "booked"])
        assert Patient.objects.count() == Appointment.objects.count() == (1 if judged else 2)
    finally:
        if not judged:
            Appointment.objects.all().delete()
            with connection.schema_editor() as editor:
                [constraint] = [
                    each for each in Appointment._meta.constraints if each.name == "therapist_is_in_one_place"
                ]
                editor.add_constraint(Appointment, constraint)


# A walk-in


@pytest.mark.parametrize(
    ("moment", "start"), [((9, 0), (9, 0)), ((9, 14), (9, 0)), ((9, 15), (9, 15)), ((8, 45), (9, 0))]
)
def test_a_walk_in_is_booked_for_now_and_has_arrived(
    desk: Client,
    record: Patient,
    therapist: Therapist,
    clock: time_machine.Traveller,
    at: At,
    moment: tuple[int, int],
    start: tuple[int, int],
) -> None:
    clock.move_to(at(23, *moment).replace(second=30))
    page = take(desk, pick(desk, record), "0")
    booked = Appointment.objects.get()
    assert (booked.status, booked.starts_at) == ("arrived", at(23, *start))
    assert [event.action for event in booked.events.all()] == ["book", "arrive"]
    assert not Notification.objects.exists()
    assert "Pat Known is here" in text_of(page)


def test_a_walk_in_is_seen_by_the_therapist_who_was_chosen_or_not_now(
    desk: Client, record: Patient, therapist: Therapist, option: ServiceOption, at: At
) -> None:
    ben = make_therapist(name="Ben Demo", options=[option])
    make_weekly_hours(therapist=ben)
    page = desk.post(PHONE, {**form_of(pick(desk, record)), "therapist": str(ben.pk), "look": "1"})
    make_appointment(option=option, therapist=ben, start=at(23, 9), status="confirmed")
    refused = take(desk, page, "0")
    assert "Ben Demo is not free for this now. Nothing was booked." in text_of(refused)
    assert "0" not in offers_of(refused)
    assert "Ben Demo is not free now." in text_of(refused)


def test_a_walk_in_sent_twice_comes_once(desk: Client, record: Patient) -> None:
    page = pick(desk, record)
    for _ in range(2):
        last = take(desk, page, "0")
    assert "Pat Known is here" in text_of(last)
    assert Appointment.objects.get().version == 2


def test_nobody_walks_in_while_the_clinic_sleeps(
    desk: Client, record: Patient, clock: time_machine.Traveller, at: At
) -> None:
    hint = '<span data-phone="walk-in"'
    assert f"{hint}>" in pick(desk, record).content.decode()
    clock.move_to(at(23, 20))
    page = pick(desk, record)
    assert "0" not in offers_of(page)
    assert f"{hint} hidden>" in page.content.decode()
    assert "Nobody is free for this now." in text_of(desk.post(PHONE, {**form_of(page), "now": "1"}))


# Who may, and the ways in and out


def test_it_is_for_who_may_book(patient: Client, outsider: Client, desk: Client) -> None:
    assert patient.get(PHONE).status_code == 302
    assert outsider.get(PHONE).status_code in (302, 403)
    assert desk.get(PHONE).status_code == 200
    for address in ("/admin/", "/admin/board/", PHONE):
        assert f'href="{PHONE}" accesskey="p"' in desk.get(address).content.decode()


def test_what_was_typed_goes_along_to_the_page_for_unusual_cases_and_back(
    desk: Client, therapist: Therapist, option: ServiceOption
) -> None:
    typed = {
        **form_of(pick(desk, "new", "Jo Quill")),
        "phone": "212 555 0142",
        "therapist": str(therapist.pk),
    }
    add = "/admin/booking/appointment/add/"
    carried = desk.post(add, {**typed, "carry": ""})
    assert carried.status_code == 200
    assert not carried.context["form"].is_bound
    assert {name: carried.context["form"][name].value() for name in ("name", "phone", "option")} == {
        "name": "Jo Quill",
        "phone": "212 555 0142",
        "option": str(option.pk),
    }
    back = desk.post(
        PHONE,
        {"name": "Jo Quill", "phone": "212 555 0142", "option": str(option.pk), "time": "9", "look": "1"},
    )
    assert (form_of(back)["name"], form_of(back)["phone"]) == ("Jo Quill", "(212) 555-0142")
    assert "Jo Quill is booked" in text_of(take(desk, back, "1"))


def test_the_record_goes_along_too(
    desk: Client, record: Patient, therapist: Therapist, option: ServiceOption
) -> None:
    add = "/admin/booking/appointment/add/"
    carried = desk.post(add, {**form_of(pick(desk, record)), "carry": ""})
    form = carried.context["form"]
    assert form["patient"].value() == str(record.pk)
    sent = {name: form[name].value() or "" for name in form.fields}
    desk.post(add, {**sent, "therapist": therapist.pk, "date": "2026-11-24", "time": "10"})
    assert Appointment.objects.get().patient == record


def test_openings_do_not_lie_in_one_another(therapist: Therapist, option: ServiceOption, at: At) -> None:
    found = openings.upcoming(option=option, therapist=None, first_date=date(2026, 11, 24))
    assert [opening.start for opening in found.with_anyone] == [at(24, 9), at(24, 10), at(24, 11)]
    assert found.now is None
