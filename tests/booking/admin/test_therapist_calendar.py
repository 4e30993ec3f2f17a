"""The desk gives a therapist a calendar address and says where the day's list goes."""

import re

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.test import Client

from booking.models import TherapistCalendar
from services.models import Therapist
from tests.booking.admin.pages import messages_of, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

LIST = "/admin/booking/therapistcalendar/"


def test_the_address_is_shown_once_when_it_is_made(
    desk: Client, patient: Client, therapist: Therapist
) -> None:
    assert 'value="07:00"' in desk.get(f"{LIST}add/").content.decode()
    added = desk.post(f"{LIST}add/", {"therapist": therapist.pk, "email": "", "send_at": "7:30am"})
    assert added.status_code == 302
    row = TherapistCalendar.objects.get()
    assert row.send_at == 450
    page = f"{LIST}{row.pk}/address/"
    assert page in desk.get(f"{LIST}{row.pk}/change/").content.decode()
    assert "There is no address yet" in text_of(desk.get(page))
    shown = desk.post(page, {"renew": "1"}, follow=True)
    [address] = re.findall(r"http://testserver(/calendar/[\w-]{43}\.ics)", shown.content.decode())
    assert patient.get(address).status_code == 200
    assert "no-store" in shown["Cache-Control"]
    later = desk.get(page)
    assert "It cannot be shown again" in text_of(later)
    assert "/calendar/" not in later.content.decode()
    [again] = re.findall(
        r"(/calendar/[\w-]{43}\.ics)", desk.post(page, {"renew": "1"}, follow=True).content.decode()
    )
    assert patient.get(address).status_code == 404
    assert patient.get(again).status_code == 200
    ended = desk.post(page, {"end": "1"}, follow=True)
    assert messages_of(ended) == ["The calendar address was ended."]
    assert patient.get(again).status_code == 404
    assert not LogEntry.objects.filter(change_message__contains=address[10:]).exists()


def test_what_is_wrong_is_said(desk: Client, therapist: Therapist) -> None:
    answer = desk.post(f"{LIST}add/", {"therapist": therapist.pk, "email": "ana", "send_at": "24:00"})
    assert answer.status_code == 200
    form = answer.context["adminform"].form
    assert set(form.errors) >= {"email"}
    assert desk.get(f"{LIST}999/address/").status_code == 404


def test_who_may_only_look_changes_nothing(therapist: Therapist) -> None:
    row = TherapistCalendar.objects.create(therapist=therapist)
    looker = User.objects.create_user("looker", is_staff=True)
    looker.user_permissions.add(
        *Permission.objects.filter(codename__in=["view_therapistcalendar", "see_every_appointment"])
    )
    client = Client()
    client.force_login(looker)
    page = f"{LIST}{row.pk}/address/"
    assert "Make an address" not in text_of(client.get(page))
    assert client.post(page, {"renew": "1"}).status_code == 403
    row.refresh_from_db()
    assert row.digest is None
