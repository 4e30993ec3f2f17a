"""A therapist sees their own diary and their own patients: another's are answered exactly like what does not exist."""

import uuid
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import Client

from booking import lifecycle, roles, series, sight
from booking.models import Appointment, AppointmentEvent, Patient
from services.models import ServiceOption, Therapist
from tests.booking.admin.pages import text_of
from tests.factories.booking import make_appointment
from tests.who_may.clinic import NOTHING, Asker, make_rows
from tests.who_may.routes import KINDS, MODELS, PAGES, USUAL

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.django_db]

OWN = {
    "appointment",
    "patient",
    "merge",
    "place",
    "message",
    "hours",
    "override",
    "time_off",
    "hold",
    "working_day",
    "calendar",
}
#: What belongs to nobody, where an address needs it.
BESIDES = dict.fromkeys(
    ("somebody", "service", "service_type", *(kind.rpartition("/")[2] for kind in KINDS)), NOTHING
)
#: Of these the id is a therapist's: the pages of the services show therapists to everybody.
BY_THERAPIST = "admin/booking/weeklyhours/week/<int:therapist_id>/"


def addresses_of_rows() -> Iterator[tuple[str, str, str]]:
    """Method, address and the row in it, for every route of the desk that names a row of somebody's."""
    for pages in PAGES.values():
        for route, line in pages.items():
            methods, _, address = line.partition(" ")
            for name in OWN | ({"therapist"} if route == BY_THERAPIST else set()):
                if f"{{{name}}}" in address and address.startswith("/admin/"):
                    yield from ((method, address, name) for method in methods.split("+"))
    for model, name in MODELS.items():
        if name in OWN:
            base = f"/admin/{model.replace('.', '/')}/"
            for route, method in USUAL.values():
                if "object_id" in route:
                    yield method, base + route.replace("<path:object_id>", f"{{{name}}}"), name


@pytest.fixture
def therapist_user(db: None) -> User:
    """Signs in as a therapist."""
    user = User.objects.create_user("the-therapist", is_staff=True)
    user.groups.add(Group.objects.get(name=roles.THERAPIST))
    return user


@pytest.fixture
def generous(therapist_user: User) -> User:
    """A therapist to whom somebody gave every permission of the desk, but that of seeing everybody."""
    every = Permission.objects.filter(content_type__app_label="booking").exclude(
        codename__startswith="see_every"
    )
    therapist_user.user_permissions.add(*every)
    return therapist_user


def rows_of(
    user: User, option: ServiceOption, at: Callable[..., datetime]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The therapist's own rows, and another therapist's."""
    own = make_rows(option=option, name="Pat Own", start=at(26, 10), user=user)
    return own, make_rows(option=option, name="Zelda Other", start=at(26, 10))


def answer(asker: Asker, method: str, address: str, key: object) -> tuple[int, str, str]:
    """What an answer says, without the row that was asked for."""
    response = asker.ask(method, address)
    to = response.get("Location", "").replace(f"/{key}/", "/KEY/")
    text = text_of(response) if response.status_code == 404 else ""
    return response.status_code, to, text


@pytest.mark.parametrize("may_much", [False, True])
def test_anothers_row_is_like_none(
    request: pytest.FixtureRequest, may_much: bool, option: ServiceOption, at: Callable[..., datetime]
) -> None:
    user = request.getfixturevalue("generous" if may_much else "therapist_user")
    _, other = rows_of(user, option, at)
    asker = Asker(user)
    found = list(addresses_of_rows())
    assert len(found) > 40
    for method, address, name in found:
        theirs = answer(asker, method, address.format(**other), other[name])
        none = answer(asker, method, address.format(**dict.fromkeys(other, NOTHING)), NOTHING)
        assert theirs == none, (method, address)
        assert theirs[0] != 200, (method, address)
    still = Appointment.objects.get(pk=other["appointment"])
    assert (still.status, still.version) == ("confirmed", 1)


def test_the_same_rows_open_for_who_sees_everybody(
    generous: User, option: ServiceOption, at: Callable[..., datetime]
) -> None:
    """The control: it is the sight that keeps them closed, and nothing else."""
    _, other = rows_of(generous, option, at)
    generous.user_permissions.add(Permission.objects.get(codename="see_every_appointment"))
    asker = Asker(generous)
    opened = [
        address
        for method, address, _ in addresses_of_rows()
        if method == "GET" and asker.ask(method, address.format(**other)).status_code == 200
    ]
    assert len(opened) > 20


def test_no_list_board_search_or_choice_names_anothers_patient(
    generous: User, option: ServiceOption, at: Callable[..., datetime]
) -> None:
    own, _ = rows_of(generous, option, at)
    asker = Asker(generous)
    lists = [f"/admin/{model.replace('.', '/')}/" for model in MODELS if model.startswith("booking.")]
    desk = [
        line.partition(" ")[2].format(**own | BESIDES)
        for line in PAGES["The desk’s own pages"].values()
        if "GET" in line
    ]
    searches = ["appointment/?q=Zelda", "appointment/?show=all", "patient/?q=Zelda", "waitingplace/?q=Zelda"]
    searches += [
        "notification/?q=Zelda",
        "waitingplace/?state=all",
        "appointment/?show=all&patient__id__exact=1",
    ]
    own_seen = 0
    for address in [*lists, *desk, *(f"/admin/booking/{search}" for search in searches), "/admin/"]:
        response = asker.ask("GET", address)
        words = response.content.decode(errors="replace")  # a workbook is no text
        assert "Zelda Other" not in words, address
        own_seen += "Pat Own" in words
    assert own_seen > 5
    completed = asker.ask(
        "GET", "/admin/autocomplete/?app_label=booking&model_name=appointment&field_name=patient&term=Zelda"
    )
    assert "Zelda" not in completed.content.decode()


def test_their_own_day_board_and_patients(
    therapist_user: User, option: ServiceOption, at: Callable[..., datetime]
) -> None:
    own, other = rows_of(therapist_user, option, at)
    client = Client()
    client.force_login(therapist_user)
    board = client.get("/admin/board/?date=2026-11-26")
    assert [column.who for column in board.context["board"].columns] == [f"t{own['therapist']}"]
    assert "Pat Own" in text_of(board)
    assert "/admin/why/" not in board.content.decode()
    for query in (
        "view=month&",
        "view=week&",
        "by=room&",
        "view=week&therapist=" + str(other["therapist_slug"]) + "&",
    ):
        words = text_of(client.get(f"/admin/board/?{query}date=2026-11-26"))
        assert "Pat Own" in words or "1 visit" in words, query
        assert "Zelda Other" not in words, query
        assert "2 visits" not in words, query
    assert text_of(client.get("/admin/booking/patient/")).count("Pat Own") >= 1
    page = client.get(f"/admin/booking/patient/{own['patient']}/change/")
    assert page.status_code == 200
    assert 'name="_save"' not in page.content.decode()
    # A patient of another becomes theirs with an appointment.
    assert client.get(f"/admin/booking/patient/{other['patient']}/change/").status_code == 302
    Appointment.objects.filter(pk=own["appointment"]).update(patient=other["patient"])
    assert client.get(f"/admin/booking/patient/{other['patient']}/change/").status_code == 200


def test_marks_own_visits_and_no_more(
    therapist_user: User, option: ServiceOption, at: Callable[..., datetime], clock: Any
) -> None:
    own, other = rows_of(therapist_user, option, at)
    clock.move_to(at(26, 10, 5))
    client = Client()
    client.force_login(therapist_user)
    page = client.get(f"/admin/booking/appointment/{own['appointment']}/change/").content.decode()
    for action, offered in {
        "arrive": True,
        "in_room": True,
        "complete": True,
        "no_show": True,
        "cancel": False,
    }.items():
        assert (f"/do/{action}/" in page) is offered, action
    assert "/move/" not in page
    assert "/do/arrive/" in client.get("/admin/").content.decode()
    assert "/do/arrive/" in client.get("/admin/booking/appointment/?show=all").content.decode()
    for action in ("cancel", "confirm", "decline", "undo", "accept", "refuse"):
        address = f"/admin/booking/appointment/{own['appointment']}/do/{action}/"
        assert client.post(address, {"version": 1}).status_code == 403
    assert (
        client.post(f"/admin/booking/appointment/{own['appointment']}/do/arrive/", {"version": 1}).status_code
        == 302
    )
    client.post(f"/admin/booking/appointment/{other['appointment']}/do/arrive/", {"version": 1})
    assert Appointment.objects.get(pk=own["appointment"]).status == "arrived"
    assert Appointment.objects.get(pk=other["appointment"]).status == "confirmed"
    [event] = AppointmentEvent.objects.filter(appointment=own["appointment"])
    assert event.user == therapist_user


def test_who_is_linked_to_no_therapist_sees_nobody(therapist_user: User, option: ServiceOption) -> None:
    appointment = make_appointment(option=option, patient=Patient.objects.create(name="Pat"))
    for rows in (Appointment.objects.all(), Patient.objects.all()):
        assert not sight.seen(therapist_user, rows).exists()
    client = Client()
    client.force_login(therapist_user)
    assert client.get("/admin/board/").status_code == 403
    assert appointment.name not in client.get("/admin/").content.decode()


def test_a_series_shows_only_the_visits_that_are_theirs(
    therapist_user: User, option: ServiceOption, at: Callable[..., datetime]
) -> None:
    own, other = rows_of(therapist_user, option, at)
    theirs = Therapist.objects.get(pk=own["therapist"])
    first, second, _ = series.book_series(
        option=option,
        therapist=theirs,
        room=None,
        starts=[at(27, hour) for hour in (9, 11, 14)],
        contact=lifecycle.Contact(name="Pat Own"),
        user=None,
        request_key=uuid.uuid4(),
    )
    Appointment.objects.filter(pk=second.pk).update(therapist=other["therapist"])
    client = Client()
    client.force_login(therapist_user)
    page = client.get(f"/admin/booking/appointment/{first.pk}/change/")
    assert "Visit 1 of 2" in text_of(page)
    assert f"/appointment/{second.pk}/" not in page.content.decode()


# The manager and the accounts


@pytest.fixture
def manager(db: None) -> Client:
    """The manager, signed in."""
    user = User.objects.create_user("boss", first_name="Robin", last_name="Boss", is_staff=True)
    user.groups.add(Group.objects.get(name=roles.MANAGER))
    client = Client()
    client.force_login(user)
    return client


def test_the_manager_makes_accounts_and_no_superuser(manager: Client) -> None:
    password = {"password1": "long and winding", "password2": "long and winding", "usable_password": "true"}
    assert manager.post("/admin/auth/user/add/", {"username": "new", **password}).status_code == 302
    new = User.objects.get(username="new")
    assert new.is_staff
    page = manager.get(f"/admin/auth/user/{new.pk}/change/").content.decode()
    assert "is_superuser" not in page
    assert "user_permissions" not in page
    strange = Group.objects.create(name="Anything")
    sent = {"username": "new", "is_active": "on", "is_superuser": "on", "user_permissions": ["1"]}
    refused = manager.post(f"/admin/auth/user/{new.pk}/change/", {**sent, "groups": [strange.pk]})
    assert refused.status_code == 200
    role = Group.objects.get(name=roles.THERAPIST)
    assert (
        manager.post(f"/admin/auth/user/{new.pk}/change/", {**sent, "groups": [role.pk]}).status_code == 302
    )
    new.refresh_from_db()
    assert not new.is_superuser
    assert not new.user_permissions.exists()
    assert list(new.groups.all()) == [role]


def test_no_way_of_the_manager_leads_to_a_superuser(manager: Client) -> None:
    root = User.objects.create_superuser("root", password="the one")
    assert "root" not in text_of(manager.get("/admin/auth/user/"))
    for page in ("change", "history", "password"):
        address = f"/admin/auth/user/{root.pk}/{page}/"
        assert manager.get(address).status_code in {302, 404}
        assert manager.post(address, {"password1": "mine", "password2": "mine"}).status_code in {
            302,
            403,
            404,
        }
    root.refresh_from_db()
    assert root.check_password("the one")


def test_a_refusal_says_whom_to_ask(manager: Client, therapist_user: User) -> None:
    client = Client()
    client.force_login(therapist_user)
    refused = client.get("/admin/why/")
    assert refused.status_code == 403
    assert "ask Robin Boss , who looks after the accounts" in text_of(refused)
