"""Who may what: every page of the desk, for each of the people who may ask for it."""

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import Client

from booking import desk_group
from booking.models import Appointment, Patient, TherapistCalendar
from services.models import Therapist
from tests.booking.admin.pages import text_of
from tests.factories.booking import (
    make_closure,
    make_hold,
    make_notification,
    make_offered_hours,
    make_override_hours,
    make_time_off,
    make_working_day,
)
from tests.factories.waiting import make_place

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.django_db]

OPEN = {
    "numbers/": False,
    "booking/appointment/": True,
    "booking/appointment/add/": True,
    "booking/appointment/{appointment}/change/": True,
    "booking/appointment/{appointment}/move/": True,
    "booking/appointment/{appointment}/history/": True,
    "booking/appointment/{appointment}/delete/": False,
    "booking/patient/": True,
    "booking/patient/add/": True,
    "booking/patient/{patient}/change/": True,
    "booking/patient/{patient}/delete/": False,
    "booking/weeklyhours/": True,
    "booking/weeklyhours/add/": True,
    "booking/weeklyhours/week/{therapist}/": True,
    "booking/weeklyhours/{hours}/delete/": True,
    "booking/overridehours/": True,
    "booking/overridehours/add/": True,
    "booking/overridehours/{override}/delete/": True,
    "booking/timeoff/": True,
    "booking/timeoff/add/": True,
    "booking/timeoff/{time_off}/delete/": True,
    "booking/hold/": True,
    "booking/hold/add/": True,
    "booking/hold/{hold}/delete/": True,
    "booking/workingday/": True,
    "booking/workingday/add/": True,
    "booking/workingday/{working_day}/delete/": True,
    "booking/offeredhours/": True,
    "booking/offeredhours/add/": True,
    "booking/offeredhours/{offered}/delete/": True,
    "booking/closure/": True,
    "booking/closure/add/": True,
    "booking/closure/{closure}/delete/": True,
    "booking/clinicpolicy/1/change/": True,
    "booking/clinicpolicy/add/": False,
    "booking/therapistcalendar/": True,
    "booking/therapistcalendar/add/": True,
    "booking/therapistcalendar/{calendar}/change/": True,
    "booking/therapistcalendar/{calendar}/address/": True,
    "booking/therapistcalendar/{calendar}/delete/": True,
    "booking/notification/": True,
    "booking/notification/{message}/read/": True,
    "booking/notification/add/": False,
    "booking/waitingplace/": True,
    "booking/waitingplace/{waiting}/change/": True,
    "booking/waitingplace/add/": True,
    "booking/waitingplace/{waiting}/delete/": False,
    "services/service/": True,
    "services/service/{service}/change/": True,
    "services/service/add/": False,
    "services/service/{service}/delete/": False,
    "services/serviceoption/": True,
    "services/serviceoption/{option}/change/": True,
    "services/serviceoption/add/": False,
    "services/therapist/": True,
    "services/therapist/{therapist}/change/": True,
    "services/therapist/add/": False,
    "services/room/": True,
    "services/room/add/": False,
    "auth/user/": False,
    "auth/group/": False,
    "auth/user/add/": False,
    "blog/post/": False,
    "blog/post/add/": False,
    "blog/author/": False,
    "blog/category/": False,
}


@pytest.fixture
def places(appointment: Appointment, therapist: Therapist) -> dict[str, int]:
    """The rows that the addresses name."""
    start, end = appointment.starts_at, appointment.ends_at
    hours = therapist.weekly_hours.first()
    assert hours
    [override] = make_override_hours(therapist=therapist, on=start.date())
    return {
        "appointment": appointment.pk,
        "option": appointment.option_id,
        "service": appointment.option.service_id,
        "therapist": therapist.pk,
        "hours": hours.pk,
        "override": override.pk,
        "time_off": make_time_off(therapist=therapist, start=start, end=end).pk,
        "hold": make_hold(therapist=therapist, start=start, end=end).pk,
        "working_day": make_working_day(therapist=therapist, most_visits=6).pk,
        "offered": make_offered_hours(option=appointment.option, weekday=1, stretch=("09:00", "17:00")).pk,
        "closure": make_closure(start=start, end=end).pk,
        "calendar": TherapistCalendar.objects.create(therapist=therapist).pk,
        "message": make_notification(appointment=appointment).pk,
        "waiting": make_place(appointment=appointment).pk,
        "patient": Patient.objects.create(name="Pat").pk,
    }


@pytest.mark.parametrize(("page", "allowed"), OPEN.items())
def test_each_page_for_each_of_the_people(
    desk: Client, outsider: Client, patient: Client, places: dict[str, int], page: str, allowed: bool
) -> None:
    address = f"/admin/{page.format(**places)}"
    assert desk.get(address).status_code == (200 if allowed else 403)
    if not allowed:
        assert "<h1" in desk.get(address).content.decode()
        assert desk.post(address).status_code == 403
    # Nobody signed in: to the sign-in, and then back here.
    assert patient.get(address)["Location"].startswith(f"/admin/login/?next={address}")
    assert patient.get(address, follow=True).redirect_chain[-1][0] == f"/staff/login/?next={address}"
    # Signed in, but not of the staff, and staff who have no permission.
    refused = outsider.get(address, follow=True)
    assert refused.status_code == 403
    assert "Pat" not in text_of(refused)
    nobody = Client()
    nobody.force_login(User.objects.create_user("nobody", is_staff=True))
    assert nobody.get(address).status_code == 403


def test_the_desk_changes_nothing_of_the_services(desk: Client, places: dict[str, int]) -> None:
    for page in ("service/{service}", "serviceoption/{option}", "therapist/{therapist}"):
        assert (
            desk.post(f"/admin/services/{page.format(**places)}/change/", {"title": "x"}).status_code == 403
        )


def test_every_permission_of_the_group_exists() -> None:
    group = Group.objects.get(name=desk_group.NAME)
    assert {
        f"{app}.{codename}"
        for app, codename in group.permissions.values_list("content_type__app_label", "codename")
    } == {
        f"{model.split('.')[0]}.{verb}_{model.split('.')[1]}"
        for model, verbs in desk_group.MAY.items()
        for verb in verbs
    }


def test_the_group_is_made_once_and_keeps_what_it_was_given() -> None:
    group = Group.objects.get(name=desk_group.NAME)
    more = Permission.objects.get(codename="view_post")
    group.permissions.set([more])
    desk_group.ensure()
    desk_group.ensure()
    assert Group.objects.filter(name=desk_group.NAME).count() == 1
    assert more in group.permissions.all()
    assert group.permissions.filter(codename="change_appointment").exists()
