from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from booking.enums import NotificationStatus
from booking.models import FirstSteps
from services.models import ServiceOption
from tests.booking.admin.pages import text_of
from tests.factories.booking import make_appointment, make_notification
from tests.factories.services import make_therapist

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.django_db]

At = Callable[..., datetime]


def test_the_desk_sees_the_day_first(desk: Client, at: At) -> None:
    make_appointment(name="Last", start=at(23, 23), status="confirmed")
    make_appointment(name="Called Off", start=at(23, 12), status="cancelled")
    make_appointment(name="First", start=at(23, 8), status="arrived", first_visit=True)
    make_appointment(name="Yesterday", start=at(22, 23), status="confirmed")
    make_appointment(name="Tomorrow", start=at(24, 0), status="requested")
    make_notification(appointment=make_appointment(start=at(30, 9)), status=NotificationStatus.FAILED)
    text = text_of(desk.get("/admin/"))
    assert "Today Monday 23 November 2026" in text
    assert "2 requests waiting" in text
    assert "1 message not sent" in text
    assert "2 appointments today" in text
    assert text.index("8am First First visit") < text.index("11pm Last")
    for absent in ("Called Off", "Yesterday", "Tomorrow"):
        assert absent not in text


def test_a_button_of_the_day_leads_back_to_it(desk: Client, at: At) -> None:
    here = make_appointment(start=at(23, 9), status="confirmed")
    assert f"/admin/booking/appointment/{here.pk}/do/arrive/" in desk.get("/admin/").content.decode()
    response = desk.post(
        f"/admin/booking/appointment/{here.pk}/do/arrive/", {"version": "1", "from": "today"}
    )
    assert response["Location"] == "/admin/"
    here.refresh_from_db()
    assert here.status == "arrived"


def test_who_may_not_see_appointments_sees_none(client: Client, at: At) -> None:
    make_appointment(name="Secret Name", start=at(23, 9), status="confirmed")
    client.force_login(User.objects.create_user("editor", is_staff=True))
    text = text_of(client.get("/admin/"))
    assert "Secret Name" not in text
    assert "requests waiting" not in text


@pytest.mark.parametrize("rows", [1, 30])
def test_the_number_of_queries_does_not_depend_on_the_day(
    desk: Client, at: At, option: ServiceOption, django_assert_num_queries: DjangoAssertNumQueries, rows: int
) -> None:
    for number in range(rows):
        therapist = make_therapist(options=[option])
        make_appointment(
            option=option,
            therapist=therapist,
            start=at(23, 9) + timedelta(minutes=5 * number),
            status="confirmed",
        )
    FirstSteps.objects.create(hidden_at=at(20))
    # Session, user, permissions of the user and the group; the hidden first steps; what was just done, the day, what
    # of it can be undone, what waits, what failed, whom to call; who looked.
    with django_assert_num_queries(12):
        desk.get("/admin/")
