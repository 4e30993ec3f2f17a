"""The pages of a person: with the keyboard alone and without scripts, on a phone, and for a screen reader."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import Group, User
from django.test import Client
from playwright.sync_api import BrowserContext, expect
from pytest_django.live_server_helper import LiveServer

from booking import desk_group, merging, roles
from booking.models import Patient, PatientNote
from flexclinic.lib import clock
from tests.browser.conftest import DESK, PHONE, tab_to
from tests.browser.test_desk import at
from tests.factories.booking import make_appointment, make_notification
from tests.factories.services import make_option, make_therapist
from tests.factories.waiting import make_place

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LIST = "/admin/booking/patient/"


@pytest.fixture
def cookie(live_server: LiveServer) -> dict[str, str]:
    """The session of the manager."""
    desk_group.ensure()
    roles.ensure()
    user = User.objects.create_user("boss", is_staff=True)
    user.groups.add(Group.objects.get(name=roles.MANAGER))
    client = Client()
    client.force_login(user)
    return {"name": "session", "value": client.cookies["session"].value, "url": live_server.url}


@pytest.fixture
def dana() -> Patient:
    """With something in every part of the page, and a twin."""
    option = make_option()
    therapist = make_therapist(options=[option])
    dana = Patient.objects.create(name="Dana Brooks", phone="+12125550142", note="Prefers mornings")
    visit = make_appointment(
        option=option, therapist=therapist, start=at(2, 10), patient=dana, status="confirmed"
    )
    make_appointment(option=option, therapist=therapist, start=at(-9, 10), patient=dana, status="no_show")
    make_notification(appointment=visit, status="failed", last_error="No such mailbox.")
    make_place(appointment=visit)
    for audience in ("team", "desk"):
        PatientNote.objects.create(patient=dana, at=clock.now(), audience=audience, text="Left knee")
    gone = Patient.objects.create(name="D. Brooks", email="dana@example.test")
    seen = merging.plan(kept_id=dana.pk, gone_id=gone.pk).seen
    merging.merge(kept_id=dana.pk, gone_id=gone.pk, seen=seen, user=None)
    Patient.objects.create(name="Dana Brooks-Hall", phone="+12125550142")
    return dana


def pages(dana: Patient) -> list[str]:
    twin = Patient.objects.get(name="Dana Brooks-Hall")
    return [
        f"{LIST}",
        f"{LIST}{dana.pk}/change/",
        f"{LIST}duplicates/",
        f"{LIST}{dana.pk}/merge/{twin.pk}/",
        f"{LIST}{dana.pk}/erase/",
        f"{LIST}{twin.pk}/erase/",
        "/admin/booking/patienterasure/",
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_known_barriers_and_nothing_too_wide(
    live_server: LiveServer,
    open_context: Callable[..., BrowserContext],
    cookie: dict[str, str],
    dana: Patient,
    scheme: str,
) -> None:
    # axe is put into the page by the test, which the policy would refuse.
    context = open_context(color_scheme=scheme, bypass_csp=True)
    context.add_cookies([cookie])  # type: ignore[list-item]
    page = context.new_page()
    found = {}
    for address in pages(dana):
        page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        page.goto(live_server.url + address, wait_until="networkidle")
        assert not page.evaluate(
            "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        ), address
        page.set_viewport_size(DESK)  # type: ignore[arg-type]
        if violations := Axe().run(page).response["violations"]:
            found[address] = [
                (each["id"], [node["html"][:160] for node in each["nodes"]][:4]) for each in violations
            ]
    assert found == {}


def test_by_keyboard_alone_without_scripts(
    live_server: LiveServer,
    open_context: Callable[..., BrowserContext],
    complaints: list[str],
    cookie: dict[str, str],
    dana: Patient,
) -> None:
    context = open_context(java_script_enabled=False)
    context.add_cookies([cookie])  # type: ignore[list-item]
    page = context.new_page()
    page.goto(f"{live_server.url}{LIST}duplicates/")
    tab_to(page, "Merge…")
    page.keyboard.press("Enter")
    page.wait_for_url("**/merge/**")
    tab_to(page, "Merge the two")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The two records are one now.")).to_be_visible()
    tab_to(page, "Take apart… Dana Brooks-Hall")
    page.keyboard.press("Enter")
    tab_to(page, "Make them two records again")
    page.keyboard.press("Enter")
    expect(page.get_by_text("They are two records again.")).to_be_visible()
    tab_to(page, "id_text")
    page.keyboard.type("Careful with the left knee")
    tab_to(page, "Keep the note")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Careful with the left knee")).to_be_visible()
    # The twin has no visits: it can be erased at once.
    tab_to(page, "Erase this person…")
    page.keyboard.press("Enter")
    page.wait_for_url("**/erase/")
    expect(page.get_by_role("heading", name="What goes for good")).to_be_visible()
    tab_to(page, "Go on…")
    page.keyboard.press("Enter")
    expect(page.get_by_text("This cannot be undone.")).to_be_visible()
    page.get_by_label("I am sure").focus()
    page.keyboard.press("Space")
    tab_to(page, "Erase for good")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The person was erased.")).to_be_visible()
    assert not Patient.objects.filter(name="Dana Brooks-Hall").exists()
    assert complaints == []
