"""How our messages read: every kind, by the code that sends, and in a sandbox."""

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.template.loader import get_template
from django.test import Client
from django.test.utils import CaptureQueriesContext

from booking import previews
from booking.enums import NotificationKind
from booking.models import Appointment, ClinicPolicy, Notification
from tests.booking.admin.pages import text_of

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.django_db]

PAGE = "/admin/booking/notification/previews/"


@pytest.mark.parametrize("kind", NotificationKind)
def test_every_kind_has_a_preview_and_both_templates(desk: Client, kind: NotificationKind) -> None:
    get_template(f"emails/{kind}.txt")
    get_template(f"emails/{kind}.html")
    assert previews.sent_when(kind, ClinicPolicy())
    page = desk.get(f"{PAGE}{kind}/")
    assert page.context["subject"] in text_of(desk.get(PAGE))
    assert page.context["text"].splitlines()[0] in text_of(page)
    html = desk.get(f"{PAGE}{kind}/html/").content.decode()
    assert page.context["text"].splitlines()[0] in html
    assert "EXAM-PLE2" in html


def test_only_the_policy_is_read_and_nothing_is_written() -> None:
    with CaptureQueriesContext(connection) as queries:
        for kind in NotificationKind:
            previews.preview(kind)
    assert all("booking_clinicpolicy" in query["sql"] for query in queries)
    assert not Appointment.objects.exists()
    assert not Notification.objects.exists()


def test_the_html_is_shown_under_a_policy_that_lets_it_do_nothing(desk: Client) -> None:
    shown = desk.get(f"{PAGE}confirmed/")
    assert 'sandbox=""' in shown.content.decode()
    assert "frame-src 'self'" in shown["Content-Security-Policy"]
    assert "unsafe" not in shown["Content-Security-Policy"]
    html = desk.get(f"{PAGE}confirmed/html/")
    policy = html["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "sandbox" in policy
    assert "frame-ancestors 'self'" in policy
    assert html["X-Frame-Options"] == "SAMEORIGIN"
    assert "<script" not in html.content.decode()


def test_a_reminder_that_is_off_says_so(desk: Client) -> None:
    ClinicPolicy.objects.create(second_reminder_hours=None)
    assert "Never: it is switched off" in text_of(desk.get(f"{PAGE}second_reminder/"))
    assert "48 hours before the visit" in text_of(desk.get(f"{PAGE}first_reminder/"))


def test_only_who_may_see_messages(client: Client, desk: Client) -> None:
    assert desk.get(f"{PAGE}nothing/").status_code == 404
    assert f'href="{PAGE}"' in desk.get("/admin/booking/notification/").content.decode()
    client.force_login(User.objects.create_user("looker", is_staff=True))
    for page in (PAGE, f"{PAGE}confirmed/", f"{PAGE}confirmed/html/"):
        assert client.get(page).status_code == 403
