"""Conditions and muscles: who sees what, in which order, and in how many queries."""

import datetime
import json
import re
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from blog.demo import write_blocks
from blog.publishing import State
from services.models import CONDITION_BLOCKS, Condition, Muscle, ServiceOption, Therapist
from tests.factories.blog import make_author, make_post
from tests.factories.booking import make_weekly_hours
from tests.factories.services import make_condition, make_muscle, make_option, make_service, make_therapist

pytestmark = pytest.mark.django_db

LONG_AGO = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
UNSEEN: dict[str, dict[str, Any]] = {
    "draft": {"state": State.DRAFT},
    "scheduled": {"publish_at": datetime.datetime(2999, 1, 1, tzinfo=datetime.UTC)},
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


def write(condition: Condition) -> None:
    """One text in each part of the page, written from the last part to the first, and a care card."""
    for region in reversed(Condition.regions):
        html = f"<p>Words of {region.key}.</p>"
        write_blocks(condition, [{"kind": "text", "html": html}], kinds=CONDITION_BLOCKS, region=region.key)
    write_blocks(
        condition,
        [{"kind": "care card", "urgency": "emergency", "signs": "you have chest pain"}],
        kinds=CONDITION_BLOCKS,
        region="care",
    )


@pytest.mark.parametrize("fields", UNSEEN.values(), ids=UNSEEN)
def test_the_public_does_not_see_a_condition_before_or_after_its_time(
    patient: Client, fields: dict[str, Any]
) -> None:
    hidden = make_condition(title="Hidden ache", **fields)
    seen = make_condition()
    seen.related.add(hidden)
    muscle = make_muscle(conditions=[hidden])
    assert patient.get(hidden.get_absolute_url()).status_code == 404
    for path in ("/", "/conditions/", seen.get_absolute_url(), muscle.get_absolute_url()):
        assert "Hidden ache" not in shown(patient, path)


@pytest.mark.parametrize("fields", UNSEEN.values(), ids=UNSEEN)
def test_the_public_does_not_see_a_muscle_before_or_after_its_time(
    patient: Client, fields: dict[str, Any]
) -> None:
    condition = make_condition()
    hidden = make_muscle(title="Hidden muscle", conditions=[condition], **fields)
    assert patient.get(hidden.get_absolute_url()).status_code == 404
    for path in ("/muscles/", condition.get_absolute_url(), make_muscle().get_absolute_url()):
        assert "Hidden muscle" not in shown(patient, path)


@pytest.mark.parametrize("make", [make_condition, make_muscle])
def test_an_editor_previews_a_draft_that_nobody_keeps_or_finds(make: Any) -> None:
    page: Condition | Muscle = make(state=State.DRAFT)
    user = User.objects.create_user("editor", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=["change_condition", "change_muscle"]))
    editor = Client()
    editor.force_login(user)
    response = editor.get(page.get_absolute_url())
    html = response.content.decode()
    assert "Preview: draft" in html
    assert "application/ld+json" not in html
    assert response["Cache-Control"] == "no-store"
    assert response["X-Robots-Tag"] == "noindex, nofollow"


def test_the_parts_of_a_condition_stand_in_the_order_that_readers_need(
    patient: Client, therapist: Therapist, option: ServiceOption, clock: time_machine.Traveller
) -> None:
    condition = make_condition(
        title="Frozen shoulder",
        medical_term="adhesive capsulitis",
        summary="It hurts, then stiffens: see a doctor early.",
        certainty="low",
        finding="An injection did better.",
        option=option,
        sources=[{"title": "A review", "publisher": "Cochrane", "year": 2014, "url": "https://example.org/"}],
    )
    write(condition)
    html = shown(patient, condition.get_absolute_url())
    main = html[html.index("<main") :]
    order = [
        'Frozen shoulder <span class="term">(adhesive capsulitis)</span></h1>',
        "It hurts, then stiffens: see a doctor early.",
        "Words of now.",
        "How to tell</h2>",
        "Words of signs.",
        "What you can do yourself</h2>",
        "Words of yourself.",
        "Call 911 if:",
        "you have chest pain",
        "What usually helps</h2>",
        "Words of helps.",
        "What causes it</h2>",
        "Words of causes.",
        "How massage may help, and what nobody knows</h2>",
        "Words of massage.",
        "What studies found</h2>",
        "Low certainty.",
        "An injection did better.",
        "Words of evidence.",
        '<a href="https://example.org/">A review</a>. Cochrane, 2014.',
        "First free times</h4>",
        f"/book/{option.slug}/anyone/2026-11-23T",
        UNREVIEWED,
    ]
    places = [main.find(text) for text in order]
    assert -1 not in places, order[places.index(-1)]
    assert places == sorted(places)


def test_a_part_that_is_empty_has_no_heading_and_no_link_to_it(patient: Client) -> None:
    condition = make_condition()
    html = shown(patient, condition.get_absolute_url())
    for key in ("signs", "yourself", "care", "helps", "causes", "massage"):
        assert f'id="{key}"' not in html
        assert f'href="#{key}"' not in html


def test_the_links_of_the_contents_lead_to_parts_of_the_page(patient: Client) -> None:
    condition = make_condition()
    write(condition)
    html = shown(patient, condition.get_absolute_url())
    targets = [one for one in re.findall(r'href="#([^"]+)"', html) if one != "main"]
    assert len(targets) == 8
    assert [one for one in targets if f'id="{one}"' not in html] == []


def test_a_condition_that_was_reviewed_says_by_whom_and_when_next(patient: Client) -> None:
    condition = make_condition(
        reviewer=make_author(name="Dr. Example"),
        reviewed_on=datetime.date(2026, 8, 5),
        next_review_on=datetime.date(2027, 8, 5),
    )
    html = shown(patient, condition.get_absolute_url())
    assert "Reviewed by Dr. Example" in html
    assert "Wednesday 5 August 2026" in html
    assert "Next review: Thursday 5 August 2027" in html
    assert UNREVIEWED not in html


def test_somebody_new_is_led_to_a_first_visit(
    patient: Client, therapist: Therapist, option: ServiceOption
) -> None:
    first = make_option(slug="first-visit", minutes=75, price=Decimal(125), clientele="new")
    therapist.options.add(first)
    html = shown(patient, make_condition(option=option).get_absolute_url())
    assert 'New here? Then start with <a href="/book/first-visit/">' in html
    assert "New here?" not in shown(patient, make_condition(option=first).get_absolute_url())


def test_an_option_that_the_website_does_not_offer_is_not_shown(patient: Client) -> None:
    nobody_gives_it = make_option(name="Given by nobody")
    html = shown(patient, make_condition(option=nobody_gives_it).get_absolute_url())
    assert "Given by nobody" not in html
    assert "You cannot book this online right now." in html


def test_a_service_that_is_hidden_is_not_linked_to(patient: Client) -> None:
    option = make_option(service=make_service(slug="hidden", state=State.DRAFT))
    make_weekly_hours(therapist=make_therapist(options=[option]))
    assert "/services/hidden/" not in shown(patient, make_condition(option=option).get_absolute_url())


def test_what_an_editor_typed_is_no_markup(patient: Client) -> None:
    bad = "<script>alert(1)</script>"
    condition = make_condition(
        title=bad,
        medical_term=bad,
        other_names=bad,
        finding=bad,
        sources=[{"title": bad, "publisher": bad, "year": 2020, "url": ""}],
    )
    muscle = make_muscle(title=bad, point=bad, yourself=bad, emergency_signs=bad, conditions=[condition])
    for path in ("/", "/conditions/", "/muscles/", condition.get_absolute_url(), muscle.get_absolute_url()):
        html = patient.get(path).content.decode()
        assert "<script>alert" not in html
        assert "alert(1)" in html


def test_the_list_goes_from_a_to_z_and_says_how_much_is_known(patient: Client) -> None:
    make_condition(title="Sore tendon", position=1, certainty="very_low", finding="Very uncertain.")
    make_condition(title="aches", position=2, certainty="none")
    make_condition(title="Heel pain", position=3, certainty="low")
    html = shown(patient, "/conditions/")
    names = re.findall(r'library__name"><a href="[^"]+">([^<]+)<', html)
    assert names == ["aches", "Heel pain", "Sore tendon"]
    assert re.findall(r"<strong>([^<]+\.)</strong>", html) == [
        "No good studies.",
        "Low certainty.",
        "Very low certainty.",
    ]
    assert "Very uncertain." in html


def test_a_list_without_rows_stands(patient: Client) -> None:
    assert "There is no condition here right now." in shown(patient, "/conditions/")
    assert "There is no muscle here right now." in shown(patient, "/muscles/")


def test_muscles_are_listed_by_the_part_of_the_body(patient: Client) -> None:
    make_muscle(title="Sole", region="calf", position=2)
    make_muscle(title="Neck", region="neck", position=1)
    html = shown(patient, "/muscles/")
    assert re.findall(r'muscles__part" id="[^"]+">([^<]+)<', html) == [
        "Neck and top of the shoulders",
        "Calf and foot",
    ]


def test_a_muscle_shows_what_the_list_of_signs_says_by_urgency(patient: Client) -> None:
    condition = make_condition(title="Heel pain")
    muscle = make_muscle(
        urgent_signs="one calf is hot\n\none calf is swollen",
        ask_signs="you had a clot before",
        yourself="stretch",
        else_could_be="A clot",
        caution="Veins lie under it.",
        conditions=[condition],
    )
    neighbor = make_muscle(title="Deep calf muscle")
    elsewhere = make_muscle(title="Neck muscle", region="neck")
    html = shown(patient, muscle.get_absolute_url())
    assert "Call 911 if:" not in html
    assert "Get medical help today if:" in html
    assert "<li>one calf is hot</li><li>one calf is swollen</li></ul>" in html
    assert html.index("Get medical help today if:") < html.index("Ask your doctor first if:")
    assert condition.get_absolute_url() in html
    assert neighbor.get_absolute_url() in html
    assert elsewhere.get_absolute_url() not in html
    assert "Veins lie under it." in html
    assert UNREVIEWED in html


def test_pages_say_to_machines_what_they_are_about(patient: Client) -> None:
    condition = make_condition(
        title="Heel pain",
        slug="heel",
        medical_term="plantar fasciitis",
        other_names="sore heel\n",
        reviewer=make_author(name="Dr. Example"),
        reviewed_on=datetime.date(2026, 8, 5),
    )
    crumbs, page = described(shown(patient, condition.get_absolute_url()))
    assert [item["item"] for item in crumbs["itemListElement"]] == [
        "http://testserver/",
        "http://testserver/conditions/",
        "http://testserver/conditions/heel/",
    ]
    assert page["@type"] == "MedicalWebPage"
    assert page["about"] == {
        "@type": "MedicalCondition",
        "name": "Heel pain",
        "url": "http://testserver/conditions/heel/",
        "alternateName": ["plantar fasciitis", "sore heel"],
    }
    assert (page["lastReviewed"], page["reviewedBy"]["name"]) == ("2026-08-05", "Dr. Example")
    _, page = described(shown(patient, make_muscle().get_absolute_url()))
    assert page["about"] == {"@type": "Muscle", "name": "Calf muscle", "alternateName": "gastrocnemius"}
    assert "lastReviewed" not in page


@pytest.mark.parametrize("path", ["/conditions/", "/muscles/"])
def test_a_page_that_shows_refuses_to_act(patient: Client, path: str) -> None:
    assert patient.post(path).status_code == 405


def test_lists_take_1_query_for_1_as_for_10(
    patient: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for rows in (1, 9):
        for _ in range(rows):
            make_muscle(conditions=[make_condition()])
        for path in ("/conditions/", "/muscles/"):
            with django_assert_num_queries(1):
                patient.get(path)


def test_a_page_takes_as_many_queries_however_much_belongs_to_it(
    patient: Client, option: ServiceOption, clock: time_machine.Traveller
) -> None:
    condition = make_condition(option=option)
    muscle = make_muscle(conditions=[condition])

    def asked() -> list[int]:
        found = []
        for page in (condition, muscle):
            with CaptureQueriesContext(connection) as queries:
                shown(patient, page.get_absolute_url())
            found.append(len(queries))
        return found

    def add() -> None:
        write(condition)
        other = make_condition()
        condition.related.add(other)
        condition.posts.add(make_post())
        make_muscle(conditions=[condition])
        muscle.conditions.add(other)

    add()
    before = asked()
    for _ in range(9):
        add()
    assert asked() == before
    assert before[1] == 3
