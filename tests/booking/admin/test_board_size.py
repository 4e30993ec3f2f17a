"""The board of a large clinic: 30 therapists, 300 appointments."""

from collections.abc import Callable
from datetime import datetime, timedelta
from time import process_time

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from booking.enums import NotificationKind, NotificationStatus
from booking.models import ComfortPreferences, Notification, Patient
from flexclinic.lib import clock as clinic_clock
from tests.factories.booking import make_appointment, make_time_off, make_weekly_hours
from tests.factories.services import make_option, make_room, make_therapist

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.django_db]

At = Callable[..., datetime]

QUERIES = 12
BYTES = 800_000


def fill(at: At, therapists: int, visits: int) -> str:
    """So many therapists with so many visits each on Tuesday 24 November; gives the option's slug."""
    option = make_option(minutes=30, buffer_after=5, rooms=[make_room() for _ in range(3)])
    for number in range(therapists):
        therapist = make_therapist(name=f"Therapist {number}", options=[option])
        make_weekly_hours(therapist=therapist, stretches=[("08:00", "18:00")])
        make_time_off(therapist=therapist, start=at(24, 17), end=at(24, 18))
        for visit in range(visits):
            made = make_appointment(
                name=f"Patient {number}-{visit}",
                therapist=therapist,
                option=option,
                start=at(24, 8) + timedelta(minutes=45 * visit),
                status="requested" if visit % 5 == 0 else "confirmed",
                first_visit=visit % 3 == 0,
            )
            if visit % 2:
                made.patient = Patient.objects.create(name=made.name)
                made.save(update_fields=["patient"])
            else:
                ComfortPreferences.objects.create(
                    appointment=made, pressure="firm", quiet=True, updated_at=clinic_clock.now()
                )
            Notification.objects.create(
                appointment=made,
                kind=NotificationKind.CONFIRMED,
                version=1,
                status=NotificationStatus.SENT,
                created_at=clinic_clock.now(),
            )
    return option.slug


@pytest.mark.parametrize("view", ["", "&by=room", "&view=week", "&view=month"])
def test_few_queries_and_a_lean_page(
    desk: Client, at: At, view: str, record_property: Callable[[str, object], None]
) -> None:
    slug = fill(at, 30, 10)
    address = f"/admin/board/?date=2026-11-24&option={slug}{view}"
    desk.get(address)  # what is kept from then on
    with CaptureQueriesContext(connection) as queries:
        begun = process_time()
        response = desk.get(address)
        seconds = process_time() - begun
    record_property("seconds", seconds)
    print(
        f"{view or 'day'}: {len(queries)} queries, {len(response.content):,} bytes, {seconds * 1000:.0f} ms"
    )
    # The week asks for whose week it may be, too.
    assert len(queries) <= QUERIES + (view == "&view=week"), [query["sql"][:100] for query in queries]
    assert len(response.content) < BYTES
    if view in {"", "&by=room"}:
        assert response.content.count(b"<article") == 300


def test_asking_whether_it_has_changed_is_cheap(desk: Client, at: At) -> None:
    slug = fill(at, 30, 10)
    with CaptureQueriesContext(connection) as queries:
        begun = process_time()
        response = desk.get(f"/admin/board/stamp/?date=2026-11-24&option={slug}")
        seconds = process_time() - begun
    print(
        f"stamp: {len(queries)} queries, {len(response.content)} bytes, {seconds * 1000:.0f} ms of this process"
    )
    assert len(queries) <= 6, [query["sql"][:100] for query in queries]
    assert len(response.content) < 100
