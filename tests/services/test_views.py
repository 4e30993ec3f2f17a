"""The home page, services and therapists: who sees what, and in how many queries."""

import datetime
import json
import re
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Permission, User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from blog.publishing import State
from services.models import Service, ServiceOption, Therapist
from tests.factories.blog import make_author, make_post
from tests.factories.booking import make_weekly_hours
from tests.factories.services import make_option, make_service, make_therapist

pytestmark = pytest.mark.django_db

LONG_AGO = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
FAR_OFF = datetime.datetime(2999, 1, 1, tzinfo=datetime.UTC)
UNSEEN: dict[str, dict[str, Any]] = {
    "draft": {"state": State.DRAFT},
    "scheduled": {"publish_at": FAR_OFF},
    "expired": {"publish_at": LONG_AGO, "expire_at": LONG_AGO + datetime.timedelta(days=1)},
}
UNREVIEWED = "A licensed clinician must review this page before a real clinic publishes it."


def shown(client: Client, path: str) -> str:
    """The page's HTML with each run of spaces as one."""
    response = client.get(path)
    assert response.status_code == 200
    return re.sub(r"\s+", " ", response.content.decode())


def described(html: str) -> list[dict[str, Any]]:
    """What the page says to machines."""
    [text] = re.findall(r'<script type="application/ld\+json" nonce="[^"]+">(.*?)</script>', html)
    found: list[dict[str, Any]] = json.loads(text)["@graph"]
    return found


def booking_links(html: str) -> list[str]:
    """The addresses of free times on the page, in order."""
    return re.findall(r'<a class="time" href="([^"]+)"', html)


@pytest.fixture
def editor() -> Client:
    """Somebody on the staff who may change services and therapists."""
    user = User.objects.create_user("editor", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=["change_service", "change_therapist"]))
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize("fields", UNSEEN.values(), ids=UNSEEN)
def test_the_public_does_not_see_a_service_before_or_after_its_time(
    patient: Client, fields: dict[str, Any]
) -> None:
    service = make_service(title="Hidden treatment", **fields)
    make_option(service=service)
    assert patient.get(service.get_absolute_url()).status_code == 404
    for path in ("/", "/services/"):
        assert "Hidden treatment" not in shown(patient, path)


@pytest.mark.parametrize("fields", UNSEEN.values(), ids=UNSEEN)
def test_the_public_does_not_see_a_therapist_before_or_after_their_time(
    patient: Client, fields: dict[str, Any]
) -> None:
    therapist = make_therapist(name="Hidden person", **fields)
    assert patient.get(therapist.get_absolute_url()).status_code == 404
    for path in ("/", "/therapists/"):
        assert "Hidden person" not in shown(patient, path)


def test_a_service_does_not_name_a_hidden_therapist(patient: Client, option: ServiceOption) -> None:
    make_therapist(name="Hidden person", options=[option], state=State.DRAFT)
    make_therapist(name="Visible person", options=[option])
    html = shown(patient, option.service.get_absolute_url())
    assert "Visible person" in html
    assert "Hidden person" not in html


def test_a_therapist_does_not_link_to_a_hidden_service(patient: Client) -> None:
    hidden = make_option(service=make_service(slug="hidden", state=State.DRAFT))
    visible = make_option(service=make_service(slug="visible"))
    html = shown(patient, make_therapist(options=[hidden, visible]).get_absolute_url())
    assert "/services/visible/" in html
    assert "/services/hidden/" not in html


@pytest.mark.parametrize("make", [make_service, make_therapist])
def test_an_editor_previews_a_draft_that_nobody_keeps_or_finds(editor: Client, make: Any) -> None:
    page: Service | Therapist = make(state=State.DRAFT)
    response = editor.get(page.get_absolute_url())
    html = response.content.decode()
    assert "Preview: draft" in html
    assert "application/ld+json" not in html
    assert '<meta name="robots" content="noindex, nofollow">' in html
    assert response["Cache-Control"] == "no-store"
    assert response["X-Robots-Tag"] == "noindex, nofollow"


def test_staff_without_the_permission_do_not_preview(desk: Client) -> None:
    desk_user = User.objects.get()
    desk_user.groups.clear()
    assert desk.get(make_service(state=State.DRAFT).get_absolute_url()).status_code == 404


def test_a_service_shows_each_option_with_its_first_free_times(
    patient: Client, clock: time_machine.Traveller
) -> None:
    service = make_service(body="<h2>What it is</h2><p>Slow.</p><script>alert(1)</script>")
    at_once = make_option(
        service=service, name="Short", minutes=45, price=80, booking=ServiceOption.Booking.INSTANT
    )
    asked_for = make_option(service=service, name="Long", minutes=90, price=Decimal("135.50"), position=1)
    make_weekly_hours(therapist=make_therapist(options=[at_once, asked_for]))

    html = shown(patient, service.get_absolute_url())
    main = html[html.index("<main") :]
    assert [main.count(text) for text in ("Booked at once", "We confirm")] == [1, 1]
    assert re.findall(r'price__amount">([^<]+)<.*?price__for">([^<]+)<', main) == [
        ("$80", "45 minutes"),
        ("$135.50", "90 minutes"),
    ]
    assert booking_links(main) == [
        f"/book/{option.slug}/anyone/2026-11-{day}/"
        for option, days in (
            (at_once, ("23T11:00", "24T09:00", "25T09:00")),
            (asked_for, ("23T13:00", "24T09:00", "25T09:00")),
        )
        for day in days
    ]
    assert "<h2>What it is</h2>" in main
    assert "alert(1)" not in main
    assert UNREVIEWED in main


def test_a_free_time_leads_to_the_details_form(
    patient: Client, therapist: Therapist, option: ServiceOption, clock: time_machine.Traveller
) -> None:
    first, *_ = booking_links(shown(patient, option.service.get_absolute_url()))
    html = shown(patient, first)
    assert 'name="request_key"' in html
    assert "Monday 23 November 2026" in html


def test_a_service_that_was_reviewed_names_the_reviewer(patient: Client) -> None:
    service = make_service(reviewer=make_author(name="Dr. Example"), reviewed_on=datetime.date(2026, 8, 5))
    html = shown(patient, service.get_absolute_url())
    assert "Reviewed by Dr. Example" in html
    assert "Wednesday 5 August 2026" in html
    assert UNREVIEWED not in html


def test_a_service_says_to_machines_where_it_is_and_what_it_costs(patient: Client) -> None:
    service = make_service(title="Massage </script>", slug="massage", summary="Slow & firm.")
    option = make_option(service=service, name="Standard", slug="nmt-60", minutes=60, price=95)
    make_therapist(options=[option])
    crumbs, offered = described(shown(patient, "/services/massage/"))
    assert [item["item"] for item in crumbs["itemListElement"]] == [
        "http://testserver/",
        "http://testserver/services/",
        "http://testserver/services/massage/",
    ]
    assert (offered["@type"], offered["name"], offered["description"]) == (
        "Service",
        "Massage </script>",
        "Slow & firm.",
    )
    assert offered["provider"]["@id"] == "http://testserver/#clinic"
    assert offered["offers"] == [
        {
            "@type": "Offer",
            "name": "Standard, 60 minutes",
            "price": "95.00",
            "priceCurrency": "USD",
            "url": "http://testserver/book/nmt-60/",
        }
    ]


def test_the_home_page_describes_the_clinic_that_the_other_pages_refer_to(patient: Client) -> None:
    [clinic] = described(shown(patient, "/"))
    assert (clinic["@type"], clinic["@id"]) == ("MedicalClinic", "http://testserver/#clinic")
    assert clinic["address"]["addressLocality"] == "New York"


def test_home_offers_the_first_free_times_of_a_first_visit(
    patient: Client, therapist: Therapist, clock: time_machine.Traveller
) -> None:
    first = make_option(slug="first-visit", clientele=ServiceOption.Clientele.NEW)
    therapist.options.add(first)
    html = shown(patient, "/")
    assert "Next free" in html
    assert booking_links(html) == [
        "/book/first-visit/anyone/2026-11-23T11:00/?visit=first",
        "/book/first-visit/anyone/2026-11-24T09:00/?visit=first",
        "/book/first-visit/anyone/2026-11-25T09:00/?visit=first",
    ]
    assert "Monday 23 November, 11am" in html


def test_home_offers_nobody_new_an_option_for_returning_patients(patient: Client) -> None:
    option = make_option(clientele=ServiceOption.Clientele.RETURNING)
    make_weekly_hours(therapist=make_therapist(options=[option]))
    assert booking_links(shown(patient, "/")) == []


def test_home_shows_the_3_newest_posts(patient: Client) -> None:
    for days in range(4):
        make_post(title=f"Post {days}", publish_at=LONG_AGO + datetime.timedelta(days=days))
    assert re.findall(r"Post \d", shown(patient, "/")) == ["Post 3", "Post 2", "Post 1"]


def test_home_stands_without_a_single_row(patient: Client) -> None:
    html = shown(patient, "/")
    assert html.count("<h1") == 1
    assert "Call 911 if you have:" in html


def test_an_option_that_nobody_gives_is_not_offered(patient: Client) -> None:
    option = make_option(name="Given by nobody")
    html = shown(patient, "/services/") + shown(patient, option.service.get_absolute_url())
    assert "Given by nobody" not in html
    assert "Call us" in html


def test_a_therapist_who_cannot_be_booked_has_no_free_times(
    patient: Client, therapist: Therapist, clock: time_machine.Traveller
) -> None:
    assert len(booking_links(shown(patient, therapist.get_absolute_url()))) == 3
    Therapist.objects.update(bookable=False)
    html = shown(patient, therapist.get_absolute_url())
    assert booking_links(html) == []
    assert "You cannot book this person online right now." in html


def test_a_drawing_that_is_not_of_the_site_is_left_out(patient: Client) -> None:
    for drawing in ("https://elsewhere.test/a.svg", "../settings.py", "img/../x.svg"):
        html = shown(patient, make_service(drawing=drawing).get_absolute_url())
        assert "service-head__picture" not in html
    html = shown(patient, make_service(drawing="img/service-fan.svg").get_absolute_url())
    assert '<img class="service-head__picture" src="/static/img/service-fan.svg" alt=""' in html


@pytest.mark.parametrize("path", ["/", "/services/", "/therapists/"])
def test_a_page_that_shows_refuses_to_act(patient: Client, path: str) -> None:
    assert patient.post(path).status_code == 405


def test_pages_take_as_many_queries_for_1_as_for_10(
    patient: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    def add() -> None:
        make_weekly_hours(therapist=make_therapist(options=[make_option()]))
        make_post()

    # The first free times take 2; then services, options, therapists, conditions, posts.
    expected = {"/": 7, "/services/": 4, "/therapists/": 2}
    add()
    for path, queries in expected.items():
        with django_assert_num_queries(queries):
            patient.get(path)
    for _ in range(9):
        add()
    for path, queries in expected.items():
        with django_assert_num_queries(queries):
            html = shown(patient, path)
    assert html.count('class="person"') == 10


def test_a_service_takes_5_queries_whoever_gives_it_and_2_for_each_more_option(
    patient: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    service = make_service()
    options = [make_option(service=service)]
    make_therapist(options=options)
    with django_assert_num_queries(5):  # the service, its options, who gives them; the free times
        patient.get(service.get_absolute_url())
    for _ in range(9):
        make_therapist(options=options)
        make_therapist(options=[make_option()])
    with django_assert_num_queries(5):
        patient.get(service.get_absolute_url())
    make_therapist(options=[make_option(service=service)])
    with django_assert_num_queries(7):
        patient.get(service.get_absolute_url())


def test_a_therapist_takes_4_queries_and_2_for_each_more_option(
    patient: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    therapist = make_therapist(options=[make_option()])
    with django_assert_num_queries(4):  # the person, what they give; the free times
        patient.get(therapist.get_absolute_url())
    for _ in range(9):
        make_therapist(options=[make_option()])
    with django_assert_num_queries(4):
        patient.get(therapist.get_absolute_url())
    therapist.options.add(make_option())
    with django_assert_num_queries(6):
        patient.get(therapist.get_absolute_url())
