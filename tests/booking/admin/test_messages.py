from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import Permission, User
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django import DjangoAssertNumQueries

from booking import delivery
from booking.enums import NotificationStatus
from booking.models import Appointment, Notification
from tests.booking.admin.pages import messages_of, text_of
from tests.factories.booking import make_appointment, make_notification

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.django_db]

LIST = "/admin/booking/notification/"


@pytest.fixture
def kept(settings: LazySettings, tmp_path: Path) -> Path:
    """Messages become files here."""
    settings.EMAIL_BACKEND = "flexclinic.lib.mail.FolderBackend"
    settings.MAIL_FOLDER = tmp_path / "mail"
    return tmp_path / "mail"


def again(client: Client, *messages: Notification) -> Any:
    """Choose messages in the list and send them again."""
    data = {"action": "send_again", "_selected_action": [each.pk for each in messages]}
    return client.post(LIST, data, follow=True)


def test_a_message_that_failed_is_sent_again(desk: Client, appointment: Appointment) -> None:
    failed = make_notification(appointment=appointment, status=NotificationStatus.FAILED, last_error="No.")
    sent = make_notification(appointment=appointment, version=2, status=NotificationStatus.SENT)
    told = messages_of(again(desk, failed, sent))
    assert "1 message waits to be sent again." in told
    assert any("Only a message that could not be sent" in each for each in told)
    failed.refresh_from_db()
    assert (failed.status, failed.last_error) == ("waiting", "")
    jobs = ProcrastinateJob.objects.filter(task_name="booking.jobs.deliver")
    assert [job.args for job in jobs] == [{"notification_id": failed.pk}]


def test_who_only_looks_sends_nothing(client: Client) -> None:
    failed = make_notification(status=NotificationStatus.FAILED)
    looker = User.objects.create_user("looker", is_staff=True)
    looker.user_permissions.add(Permission.objects.get(codename="view_notification"))
    client.force_login(looker)
    again(client, failed)
    failed.refresh_from_db()
    assert failed.status == "failed"


def test_the_list_filters_what_failed(desk: Client) -> None:
    make_notification(appointment=make_appointment(name="Failed One"), status=NotificationStatus.FAILED)
    make_notification(appointment=make_appointment(name="Sent One"), status=NotificationStatus.SENT)
    text = text_of(desk.get(f"{LIST}?status__exact=failed"))
    assert "Failed One" in text
    assert "Sent One" not in text


def test_the_desk_is_told_where_messages_are_kept(desk: Client, kept: Path, settings: LazySettings) -> None:
    assert f"kept as files in {kept}" in text_of(desk.get(LIST))
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    assert "kept as files" not in text_of(desk.get(LIST))


def test_a_message_that_was_kept_can_be_read(desk: Client, kept: Path, appointment: Appointment) -> None:
    message = make_notification(appointment=appointment)
    delivery.deliver(notification_id=message.pk)
    [file] = kept.glob("*.eml")
    assert f"{LIST}{message.pk}/read/" in desk.get(LIST).content.decode()
    text = text_of(desk.get(f"{LIST}{message.pk}/read/"))
    assert "pat@example.test" in text
    assert appointment.reference in text
    assert "appointment.ics" in text
    file.unlink()
    assert "No file in" in text_of(desk.get(f"{LIST}{message.pk}/read/"))


def test_messages_cannot_be_written_or_changed(admin_client: Client) -> None:
    message = make_notification()
    assert admin_client.get(f"{LIST}add/").status_code == 403
    assert admin_client.post(f"{LIST}{message.pk}/change/", {"status": "sent"}).status_code == 403
    assert admin_client.post(f"{LIST}{message.pk}/delete/", {"post": "yes"}).status_code == 403
    message.refresh_from_db()
    assert message.status == "waiting"


@pytest.mark.parametrize("key", ["0", "x", "99999999999999999999"])
def test_a_message_that_is_not_there(desk: Client, key: str) -> None:
    assert desk.get(f"{LIST}{key}/read/").status_code == 404


@pytest.mark.parametrize("rows", [1, 30])
def test_the_number_of_queries_does_not_depend_on_the_rows(
    desk: Client, appointment: Appointment, django_assert_num_queries: DjangoAssertNumQueries, rows: int
) -> None:
    for version in range(rows):
        make_notification(appointment=appointment, version=version + 1)
    with django_assert_num_queries(7):  # one of them says who looked
        desk.get(LIST)
