"""New rows by one plain statement each, against what the ORM writes."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from pytest_django import DjangoAssertNumQueries

from booking.enums import AppointmentStatus
from booking.models import Appointment
from flexclinic.lib import clock as clock_module
from flexclinic.lib import rows
from services.models import ServiceOption, Therapist

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

At = Callable[..., datetime]


def appointment_at(
    start: datetime, end: datetime, option: ServiceOption, therapist: Therapist
) -> Appointment:
    return Appointment(
        status=AppointmentStatus.CONFIRMED,
        option=option,
        therapist=therapist,
        visit=DateTimeTZRange(start, end, "[)"),
        occupied=DateTimeTZRange(start, end, "[)"),
        price=option.price,
        name="Ada (demo)",
        created_at=clock_module.now(),
    )


def test_the_row_is_the_one_that_the_orm_would_write(
    option: ServiceOption, therapist: Therapist, at: At, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    row = appointment_at(at(24, 9), at(24, 10), option, therapist)
    with django_assert_num_queries(1):
        assert rows.insert(row)
    stored = Appointment.objects.get(pk=row.pk)
    saved = appointment_at(at(25, 9), at(25, 10), option, therapist)
    saved.save()
    saved.refresh_from_db()
    own = {"id", "reference", "uid", "request_key"}
    moved = {"visit", "occupied", "starts_at", "ends_at", "occupied_from", "occupied_until"}
    for field in Appointment._meta.concrete_fields:
        assert getattr(stored, field.attname) == getattr(row, field.attname), field.name
        if field.attname not in own | moved:
            assert getattr(stored, field.attname) == getattr(saved, field.attname), field.name
    row.name = "Grace (demo)"
    row.save()  # an update: the row counts as stored
    assert Appointment.objects.get(pk=row.pk).name == "Grace (demo)"


def test_a_row_in_conflict_is_left_out_or_refused(
    option: ServiceOption, therapist: Therapist, at: At
) -> None:
    assert rows.insert(appointment_at(at(24, 9), at(24, 10), option, therapist))
    second = appointment_at(at(24, 9, 30), at(24, 10, 30), option, therapist)
    assert rows.insert(second, unless_in_conflict=True) is False
    assert second.pk is None
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.insert(second)
    assert Appointment.objects.count() == 1


def test_what_no_other_row_is_to_blame_for_is_refused(
    option: ServiceOption, therapist: Therapist, at: At
) -> None:
    row = appointment_at(at(24, 9), at(24, 10), option, therapist)
    row.status = "unheard of"
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.insert(row, unless_in_conflict=True)
