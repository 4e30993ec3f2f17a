"""Nobody gets two visits of one therapist, or in one room, to overlap: by form, by the list's actions or by SQL.

Each way is tried against a visit that is there. A form refuses in words, the database refuses everything else. The
control does the same with the constraints off, and there each way goes through.
"""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test import Client
from psycopg import errors

from booking.admin import collisions
from booking.admin.acts import ACTS
from booking.enums import BLOCKING, FINAL, AppointmentStatus
from booking.models import Appointment
from services.models import Room, ServiceOption, Therapist
from tests.booking.admin.pages import errors_of
from tests.factories.booking import make_appointment, make_weekly_hours
from tests.factories.services import make_therapist
from tests.races.diary import overlaps, without_exclusion

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.django_db]

At = Callable[..., datetime]
#: What of the visit that is there the other one wants, too.
SHARED = ["therapist", "room"]


@pytest.fixture
def there(option: ServiceOption, therapist: Therapist, room: Room, at: At) -> Appointment:
    """A visit on Tuesday from 10 to 11, with 15 minutes after it that stay free."""
    return make_appointment(
        option=option, therapist=therapist, room=room, start=at(24, 10), status="confirmed"
    )


@pytest.fixture
def other(option: ServiceOption, at: At) -> Appointment:
    """Another therapist's visit, without a room, from 2 to 3."""
    ben = make_therapist(options=[option])
    make_weekly_hours(therapist=ben)
    return make_appointment(option=option, therapist=ben, start=at(24, 14), status="confirmed")


def wanted(shared: str, there: Appointment) -> dict[str, Any]:
    """The therapist or the room of the visit that is there."""
    return {f"{shared}_id": getattr(there, f"{shared}_id")}


# Without a form: everything that Django's and PostgreSQL's own languages offer


def update(there: Appointment, other: Appointment, shared: str) -> None:
    Appointment.objects.filter(pk=other.pk).update(
        visit=there.visit, occupied=there.occupied, **wanted(shared, there)
    )


def save(there: Appointment, other: Appointment, shared: str) -> None:
    setattr(other, shared, getattr(there, shared))
    other.visit, other.occupied = there.visit, there.occupied
    other.save(update_fields=["visit", "occupied", shared])


def bulk_update(there: Appointment, other: Appointment, shared: str) -> None:
    setattr(other, shared, getattr(there, shared))
    other.visit, other.occupied = there.visit, there.occupied
    Appointment.objects.bulk_update([other], ["visit", "occupied", shared])


def bulk_create(there: Appointment, other: Appointment, shared: str) -> None:
    Appointment.objects.bulk_create([_copy(there, other, shared)])


def another_length(there: Appointment, other: Appointment, shared: str) -> None:
    """Only the buffer before it grows, until it reaches the visit that is there."""
    Appointment.objects.filter(pk=other.pk).update(**wanted(shared, there))
    _sql(
        "UPDATE booking_appointment SET occupied = tstzrange(%s, upper(occupied)) WHERE id = %s",
        there.ends_at + timedelta(minutes=14),
        other.pk,
    )


def raw_insert(there: Appointment, other: Appointment, shared: str) -> None:
    columns = [field.column for field in _written()]
    own = {
        "reference": "AAAA-BBBB",
        "uid": uuid.uuid4(),
        "request_key": uuid.uuid4(),
        "status": "confirmed",
        "therapist_id": there.therapist_id if shared == "therapist" else other.therapist_id,
        "room_id": there.room_id if shared == "room" else None,
    }
    chosen = ", ".join("%s" if column in own else column for column in columns)
    _sql(
        f"INSERT INTO booking_appointment ({', '.join(columns)})"
        f" SELECT {chosen} FROM booking_appointment WHERE id = %s",
        *[own[column] for column in columns if column in own],
        there.pk,
    )


def raw_update(there: Appointment, other: Appointment, shared: str) -> None:
    _sql(
        f"UPDATE booking_appointment mine SET visit = its.visit, occupied = its.occupied, {shared}_id = its.{shared}_id"
        " FROM booking_appointment its WHERE its.id = %s AND mine.id = %s",
        there.pk,
        other.pk,
    )


def raw_update_at_the_end(there: Appointment, other: Appointment, shared: str) -> None:
    """The constraints cannot be put off to the end of the transaction."""
    _sql("SET CONSTRAINTS ALL DEFERRED")
    raw_update(there, other, shared)


def raw_update_on_conflict(there: Appointment, other: Appointment, shared: str) -> None:
    """An upsert that meets a row of its own and takes it to the place of another."""
    own = {field.attname: getattr(other, field.attname) for field in _written()}
    Appointment.objects.bulk_create(
        [Appointment(**{**own, "visit": there.visit, "occupied": there.occupied, **wanted(shared, there)})],
        update_conflicts=True,
        unique_fields=["uid"],
        update_fields=["visit", "occupied", shared],
    )


def back_to(status: AppointmentStatus) -> Callable[[Appointment, Appointment, str], None]:
    """What was over and lies there comes back to life."""

    def revive(there: Appointment, other: Appointment, shared: str) -> None:
        Appointment.objects.filter(pk=other.pk).update(
            status="cancelled", visit=there.visit, occupied=there.occupied, **wanted(shared, there)
        )
        _sql("UPDATE booking_appointment SET status = %s WHERE id = %s", status.value, other.pk)

    revive.__name__ = f"back_to_{status}"
    return revive


def _written() -> list[Any]:
    return [
        field
        for field in Appointment._meta.local_concrete_fields
        if not field.primary_key and not getattr(field, "generated", False)
    ]


def _copy(there: Appointment, other: Appointment, shared: str) -> Appointment:
    own = {field.attname: getattr(other, field.attname) for field in _written()}
    for name in ("reference", "uid", "request_key"):
        del own[name]
    return Appointment(**{**own, "visit": there.visit, "occupied": there.occupied, **wanted(shared, there)})


def _sql(statement: str, *params: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)


WAYS = [
    update,
    save,
    bulk_update,
    bulk_create,
    another_length,
    raw_insert,
    raw_update,
    raw_update_at_the_end,
    raw_update_on_conflict,
    *map(back_to, BLOCKING),
]


@pytest.mark.parametrize("shared", SHARED)
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_the_database_refuses(
    there: Appointment, other: Appointment, way: Callable[..., None], shared: str
) -> None:
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        way(there, other, shared)
    assert isinstance(refusal.value.__cause__, errors.ExclusionViolation)
    assert overlaps() == []
    assert Appointment.objects.count() == 2


@pytest.mark.parametrize("shared", SHARED)
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_what_is_over_is_in_nobodys_way(
    there: Appointment, other: Appointment, way: Callable[..., None], shared: str
) -> None:
    """The control: with nothing there any more, each way goes through."""
    Appointment.objects.filter(pk=there.pk).update(status="declined")
    way(there, other, shared)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("shared", SHARED)
@pytest.mark.parametrize("way", [raw_insert, raw_update, bulk_create, back_to(AppointmentStatus.CONFIRMED)])
def test_without_the_constraints_it_goes_through(
    there: Appointment, other: Appointment, way: Callable[..., None], shared: str
) -> None:
    """The control: the very same statements overlap."""
    with without_exclusion():
        way(there, other, shared)
        assert overlaps()


def test_a_conflict_that_is_passed_over_leaves_no_row(there: Appointment, other: Appointment) -> None:
    Appointment.objects.bulk_create([_copy(there, other, "therapist")], ignore_conflicts=True)
    assert Appointment.objects.count() == 2


# Forms of the desk


ADD = "/admin/booking/appointment/add/"


def phone_form(there: Appointment, **typed: Any) -> dict[str, Any]:
    """What the desk types for somebody on the phone: the therapist's time that is taken."""
    return {
        "option": there.option_id,
        "therapist": there.therapist_id,
        "room": "",
        "date": "2026-11-24",
        "time": "10:30",
        "name": "Jo Quill",
        "phone": "(212) 555-0142",
        "buffers": "on",
        "anyway": "on",
        "request_key": str(uuid.uuid4()),
        **typed,
    }


@pytest.fixture(params=["seeing", "blind"])
def eyes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Whether the forms look into the diary first, or find out only from the database."""
    if request.param == "blind":
        monkeypatch.setattr(collisions, "in_the_way", lambda *args, **kwargs: [])
    return str(request.param)


@pytest.mark.parametrize("time", ["9:15", "10", "10:30", "11", "11:10am"])
def test_booking_by_phone_over_a_visit(desk: Client, there: Appointment, eyes: str, time: str) -> None:
    response = desk.post(ADD, phone_form(there, time=time))
    [said] = errors_of(response)["time"]
    assert said.endswith("then.") if eyes == "seeing" else "just gone" in said
    assert Appointment.objects.get() == there


def test_booking_by_phone_into_a_room_that_is_taken(
    desk: Client, there: Appointment, other: Appointment, eyes: str
) -> None:
    response = desk.post(ADD, phone_form(there, therapist=other.therapist_id, room=there.room_id))
    assert set(errors_of(response)) == {"room" if eyes == "seeing" else "time"}
    assert Appointment.objects.count() == 2


@pytest.mark.parametrize("buffers", ["on", ""])
def test_giving_up_the_buffers_lets_no_visits_overlap(
    desk: Client, there: Appointment, eyes: str, buffers: str
) -> None:
    response = desk.post(ADD, phone_form(there, time="9:30", buffers=buffers))
    assert errors_of(response)["time"]
    assert Appointment.objects.get() == there


def test_booking_by_phone_beside_a_visit(desk: Client, there: Appointment, eyes: str) -> None:
    """The control: the same form goes through as soon as the visit and its buffer are over."""
    desk.post(ADD, phone_form(there, time="11:15"))
    assert Appointment.objects.count() == 2
    assert overlaps() == []


@pytest.mark.parametrize("shared", SHARED)
def test_moving_onto_a_visit(
    desk: Client, there: Appointment, other: Appointment, eyes: str, shared: str
) -> None:
    typed = {
        "date": "2026-11-24",
        "time": "10:30",
        "therapist": there.therapist_id if shared == "therapist" else other.therapist_id,
        "room": there.room_id if shared == "room" else "",
        "version": "1",
        "anyway": "on",
    }
    response = desk.post(f"/admin/booking/appointment/{other.pk}/move/", typed)
    assert errors_of(response)
    assert overlaps() == []
    other.refresh_from_db()
    assert other.version == 1
    desk.post(f"/admin/booking/appointment/{other.pk}/move/", {**typed, "time": "11:15"})
    other.refresh_from_db()
    assert other.version == 2  # beside it, the same form goes through


def test_the_form_of_an_appointment_moves_nothing(
    desk: Client, there: Appointment, other: Appointment
) -> None:
    """Whatever is sent with it, it changes who comes and no more."""
    visit = f'["{there.starts_at.isoformat()}", "{there.ends_at.isoformat()}"]'
    desk.post(
        f"/admin/booking/appointment/{other.pk}/change/",
        {
            "name": "Jo Quill",
            "phone": "(212) 555-0142",
            "email": "",
            "note": "",
            "patient": "",
            "status": "confirmed",
            "therapist": there.therapist_id,
            "room": there.room_id,
            "visit_0": there.starts_at.isoformat(),
            "visit_1": there.ends_at.isoformat(),
            "visit": visit,
            "occupied": visit,
        },
    )
    before = (other.therapist_id, other.room_id, other.visit, other.occupied, other.status)
    other.refresh_from_db()
    assert other.name == "Jo Quill"
    assert (other.therapist_id, other.room_id, other.visit, other.occupied, other.status) == before
    assert overlaps() == []


@pytest.fixture
def on_the_day(clock: time_machine.Traveller, at: At) -> None:
    """Tuesday, before the visits: only the day of a visit tells who came."""
    clock.move_to(at(24, 8))


@pytest.mark.usefixtures("on_the_day")
@pytest.mark.parametrize("status", [status for status in FINAL if status not in BLOCKING])
@pytest.mark.parametrize("action", ACTS)
def test_an_action_of_the_list_revives_nothing(
    desk: Client, there: Appointment, other: Appointment, action: str, status: AppointmentStatus
) -> None:
    """Something that was over lies where the visit is: no action gets it back there."""
    Appointment.objects.filter(pk=other.pk).update(
        status=status, visit=there.visit, occupied=there.occupied, therapist=there.therapist
    )
    desk.post(
        "/admin/booking/appointment/?show=all",
        {"action": action, "_selected_action": [other.pk], f"version-{other.pk}": "1"},
    )
    other.refresh_from_db()
    assert (other.status, other.version) == (status, 1)
    assert overlaps() == []


@pytest.mark.usefixtures("on_the_day")
@pytest.mark.parametrize("action", ACTS)
def test_an_action_on_all_leaves_no_overlap(
    desk: Client, there: Appointment, other: Appointment, action: str
) -> None:
    """The control of the one before: the actions do act on what is not over."""
    desk.post(
        "/admin/booking/appointment/?show=all",
        {
            "action": action,
            "_selected_action": [there.pk, other.pk],
            f"version-{there.pk}": "1",
            f"version-{other.pk}": "1",
        },
    )
    done = set(Appointment.objects.values_list("version", flat=True))
    assert done == ({1} if action in {"confirm", "decline", "accept", "refuse"} else {2})
    assert overlaps() == []
