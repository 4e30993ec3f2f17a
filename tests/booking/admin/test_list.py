from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from booking.enums import NotificationKind, NotificationStatus
from booking.models import Appointment
from services.models import ServiceOption
from tests.booking.admin.pages import text_of
from tests.factories.booking import make_appointment, make_notification
from tests.factories.services import make_option, make_room, make_therapist

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.django_db]

LIST = "/admin/booking/appointment/"
At = Callable[..., datetime]


def listed(client: Client, query: str = "") -> list[str]:
    """The names in the list's rows, in order."""
    return [appointment.name for appointment in client.get(LIST + query).context["cl"].result_list]


def test_the_list_opens_on_the_requests_that_wait_newest_first(desk: Client, at: At) -> None:
    make_appointment(name="Old", start=at(30, 9), created_at=at(20, 9))
    make_appointment(name="New", start=at(25, 9), created_at=at(22, 9))
    make_appointment(name="Settled", start=at(24, 9), status="confirmed")
    response = desk.get(LIST)
    assert listed(desk) == ["New", "Old"]
    assert response.context["title"] == "Requests waiting"
    assert "3 days ago" in text_of(response)


def test_what_was_agreed_comes_in_the_order_of_the_visits(desk: Client, at: At) -> None:
    make_appointment(name="Later", start=at(25, 9), status="confirmed")
    make_appointment(name="Sooner", start=at(24, 9), status="confirmed")
    assert listed(desk, "?show=confirmed") == ["Sooner", "Later"]
    assert listed(desk, "?show=all") == ["Later", "Sooner"]


def test_the_filters_narrow_by_date_therapist_and_room(desk: Client, at: At) -> None:
    option = make_option()
    ana, room = make_therapist(name="Ana", options=[option]), make_room()
    make_appointment(name="Past", start=at(20, 9), option=option)
    make_appointment(name="Today", start=at(23, 23, 30), option=option, room=room)
    make_appointment(name="Tomorrow", start=at(24, 0), option=option, therapist=ana)
    make_appointment(name="Far", start=at(30, 9), option=option)
    shown = {
        query: set(listed(desk, f"?show=all&{query}"))
        for query in (
            "when=past",
            "when=today",
            "when=tomorrow",
            "when=week",
            "when=upcoming",
            f"therapist__id__exact={ana.pk}",
            f"room__id__exact={room.pk}",
        )
    }
    assert list(shown.values()) == [
        {"Past"},
        {"Today"},
        {"Tomorrow"},
        {"Today", "Tomorrow"},
        {"Today", "Tomorrow", "Far"},
        {"Tomorrow"},
        {"Today"},
    ]


@pytest.mark.parametrize(
    ("term", "found"),
    [
        ("quill", True),
        ("Jo Quill", True),
        ("jo@example", True),
        ("K7QM-3XWP", True),
        ("k7qm3xwp", True),
        ("212 555", True),
        ("2125550142", True),
        ("+1 (212) 555-0142", True),
        ("5550143", False),
        ("Jo Other", False),
    ],
)
def test_a_search_looks_at_every_appointment(desk: Client, term: str, found: bool) -> None:
    make_appointment(
        name="Jo Quill",
        email="jo@example.test",
        phone="+1 212-555.0142",
        reference="K7QM-3XWP",
        status="completed",
    )
    make_appointment(name="Somebody", email="some@body.test", phone="(646) 111-2222", reference="AAAA-2222")
    assert listed(desk) == ["Somebody"]
    response = desk.get(LIST, {"q": term})
    names = [appointment.name for appointment in response.context["cl"].result_list]
    assert names == (["Jo Quill"] if found else [])


def test_the_date_drill_down_counts_dates_as_the_clinic_does(desk: Client, at: At) -> None:
    make_appointment(name="Late", start=at(24, 22))  # the 25th already in UTC
    make_appointment(name="Next", start=at(25, 9))
    day = "&starts_at__year=2026&starts_at__month=11&starts_at__day="
    assert listed(desk, f"?show=all{day}24") == ["Late"]
    assert listed(desk, f"?show=all{day}25") == ["Next"]
    assert "November 24 November 25" in text_of(desk.get(LIST))


def test_a_row_says_whether_its_newest_message_arrived(desk: Client, at: At) -> None:
    told = make_appointment(name="Told", start=at(24, 9))
    make_notification(appointment=told, version=1, status=NotificationStatus.SENT, created_at=at(21))
    make_notification(
        appointment=told,
        version=2,
        kind=NotificationKind.MOVED,
        status=NotificationStatus.FAILED,
        created_at=at(22),
    )
    make_appointment(name="Silent", start=at(25, 9), email="")
    text = text_of(desk.get(LIST))
    assert "Could not be sent" in text
    assert "No email address" in text


@pytest.mark.parametrize("rows", [1, 30])
def test_the_number_of_queries_does_not_depend_on_the_rows(
    desk: Client, at: At, option: ServiceOption, django_assert_num_queries: DjangoAssertNumQueries, rows: int
) -> None:
    rooms = [make_room() for _ in range(3)]
    for number in range(rows):
        therapist = make_therapist(options=[option])
        appointment = make_appointment(
            option=option,
            therapist=therapist,
            start=at(24, 9) + timedelta(hours=2 * number),
            room=rooms[number % 3],
        )
        make_notification(appointment=appointment)
    # Session, user, permissions of the user and the group; therapists and rooms to filter by; the count; the rows;
    # first and last date, the dates between them; what was just done; who looked.
    with django_assert_num_queries(12):
        assert len(desk.get(LIST).context["cl"].result_list) == rows


def test_nothing_can_be_deleted(desk: Client, appointment: Appointment, admin_client: Client) -> None:
    for client in (desk, admin_client):
        assert "delete_selected" not in client.get(LIST).content.decode()
        assert client.post(f"{LIST}{appointment.pk}/delete/", {"post": "yes"}).status_code == 403
        client.post(LIST, {"action": "delete_selected", "_selected_action": [appointment.pk], "post": "yes"})
    assert Appointment.objects.filter(pk=appointment.pk).exists()
