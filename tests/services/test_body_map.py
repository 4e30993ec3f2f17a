"""Where does it hurt? What the map, its places and the sheet show, in how many queries, and where they lead."""

import re

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from blog.publishing import State
from services import demo
from services.models import Likelihood, ServiceOption, Therapist, Zone
from tests.factories.booking import make_weekly_hours
from tests.factories.figures import make_zone
from tests.factories.services import make_condition, make_muscle, make_option, make_therapist
from tests.services.test_demo import NOW
from tests.services.test_views import booking_links, shown

pytestmark = pytest.mark.django_db

COMMON, SOMETIMES, SELDOM = Likelihood.COMMON, Likelihood.SOMETIMES, Likelihood.SELDOM


def drawn(html: str) -> list[tuple[str, str]]:
    """Each link on the drawings as (address, name)."""
    return re.findall(r'<a class="zone" href="([^"]+)" aria-label="([^"]+)"', html)


def listed(html: str) -> list[tuple[str, str]]:
    """Each link of the list as (address, words)."""
    return re.findall(r'<a class="place" href="([^"]+)"[^>]*>([^<]+)</a>', html)


def test_the_figure_and_the_list_lead_to_the_same_places(patient: Client) -> None:
    calf = make_zone(slug="calf", title="Calf", region="foot")
    make_zone(slug="chest", title="Chest", state=State.DRAFT)
    html = shown(patient, "/where-does-it-hurt/")
    assert set(drawn(html)) == set(listed(html)) == {(calf.get_absolute_url(), "Calf")}
    assert 'aria-current="true"' not in html.split("<main")[1]


def test_a_place_shows_its_muscles_the_likeliest_first(patient: Client) -> None:
    often, sometimes, seldom = (make_muscle(title=title) for title in ("Often", "Now and then", "Rarely"))
    hidden = make_muscle(title="Not yet", state=State.DRAFT)
    felt = [(seldom, SELDOM), (hidden, COMMON), (often, COMMON), (sometimes, SOMETIMES)]
    zone = make_zone(slug="calf", title="Calf", felt=felt)
    html = shown(patient, zone.get_absolute_url())
    assert re.findall(r'zone-muscles__likelihood">([^<]+)<', html) == ["Common", "Sometimes", "Less often"]
    assert re.findall(r'zone-muscle__name"><a href="([^"]+)">([^<]+)<', html) == [
        (muscle.get_absolute_url(), muscle.title) for muscle in (often, sometimes, seldom)
    ]
    assert "Not yet" not in html
    assert html.count('aria-current="true"') == 2  # on the one drawing that has it, and in the list


def test_a_place_without_muscles_says_so(patient: Client) -> None:
    assert "We name no muscle for this place." in shown(patient, make_zone().get_absolute_url())


def test_a_muscles_figure_is_named_and_told_in_words(patient: Client) -> None:
    muscle = make_muscle(
        slug="soleus", title="Deep calf muscle", point="Low in the calf.", referral="The heel."
    )
    html = shown(patient, make_zone(felt=[(muscle, COMMON)]).get_absolute_url())
    assert 'role="img" aria-labelledby="figure-soleus-title figure-soleus-desc"' in html
    assert '<title id="figure-soleus-title">Deep calf muscle' in html
    assert re.search(r'<desc id="figure-soleus-desc">[^<]*Low in the calf\.[^<]*The heel\.', html)
    assert html.count("Low in the calf.") == 2
    ids = re.findall(r' id="([^"]+)"', html)
    assert len(ids) == len(set(ids))


def test_red_flags_come_by_urgency_and_the_emergency_before_the_muscles(patient: Client) -> None:
    zone = make_zone(
        felt=[(make_muscle(), COMMON)],
        emergency_signs="you cannot breathe\n\n",
        urgent_signs="it is hot",
        ask_signs="it tingles",
        else_could_be="A clot",
    )
    html = shown(patient, zone.get_absolute_url())
    order = [
        "Call 911 if:",
        "you cannot breathe",
        "Muscles whose pain",
        "A clot",
        "help today if:",
        "it is hot",
    ]
    places = [html.index(words) for words in [*order, "first if:", "it tingles"]]
    assert places == sorted(places)
    for urgency in ("emergency", "urgent", "ask"):
        assert html.count(f'id="care-card-{urgency}"') == 1
        assert html.count(f'aria-labelledby="care-card-{urgency}"') == 1
    assert "Call 911 if:" not in shown(patient, make_zone().get_absolute_url()).split("<footer")[0]


def test_related_conditions_are_those_of_the_muscles_once_each(patient: Client) -> None:
    heel, draft = make_condition(title="Heel pain"), make_condition(state=State.DRAFT)
    muscles = [make_muscle(conditions=[heel, draft]) for _ in range(2)]
    html = shown(patient, make_zone(felt=[(muscle, COMMON) for muscle in muscles]).get_absolute_url())
    related = html.split('class="related"')[1].split("</ul>")[0]
    assert re.findall(r">([^<]+)</a>", related) == ["Heel pain"]


def test_from_the_map_to_a_bookable_time_in_three_steps(
    patient: Client, therapist: Therapist, option: ServiceOption, clock: time_machine.Traveller
) -> None:
    make_zone()
    [(zone, _), *_] = drawn(shown(patient, "/where-does-it-hurt/"))  # 1: the place
    first, *_ = booking_links(shown(patient, zone))  # 2: the time
    assert 'name="request_key"' in shown(patient, first)  # the form that books: 3


def test_a_place_offers_what_the_clinic_chose_else_a_first_visit(
    patient: Client, clock: time_machine.Traveller
) -> None:
    usual, chosen = make_option(slug="usual"), make_option(slug="chosen")
    new = make_option(slug="new", clientele=ServiceOption.Clientele.NEW)
    returning = make_option(slug="again", clientele=ServiceOption.Clientele.RETURNING)
    make_weekly_hours(therapist=make_therapist(options=[usual, chosen, new, returning]))
    zone = make_zone(option=chosen)

    def offered() -> set[str]:
        return {link.split("/")[2] for link in booking_links(shown(patient, zone.get_absolute_url()))}

    assert offered() == {"chosen"}
    ServiceOption.objects.filter(slug="chosen").update(bookable=False)
    assert offered() == {"new"}
    ServiceOption.objects.filter(slug="new").update(bookable=False)
    assert offered() == {"usual"}
    ServiceOption.objects.filter(slug="usual").update(bookable=False)
    assert offered() == set()
    assert "You cannot book this online right now." in shown(patient, zone.get_absolute_url())


def test_whoever_may_change_a_place_sees_it_before_its_hour(patient: Client, admin_client: Client) -> None:
    draft = make_zone(state=State.DRAFT)
    assert patient.get(draft.get_absolute_url()).status_code == 404
    response = admin_client.get(draft.get_absolute_url())
    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store"
    assert response["X-Robots-Tag"] == "noindex, nofollow"


def test_nothing_of_the_sheet_can_be_sent(patient: Client) -> None:
    zone = make_zone(slug="calf", title="Calf")
    html = shown(patient, "/where-does-it-hurt/sheet/")
    main = html.split("<main")[1].split("</main>")[0]
    assert "<form" not in main
    assert " name=" not in main
    assert re.findall(r'<input type="checkbox" id="zone-calf" data-zone="calf">', main)
    assert main.count("<textarea") == main.count('autocomplete="off"></textarea>') == 4
    assert f'href="/where-does-it-hurt/sheet/#zone-{zone.slug}"' in shown(patient, zone.get_absolute_url())


@pytest.mark.parametrize("path", ["/where-does-it-hurt/", "/where-does-it-hurt/sheet/"])
def test_the_map_takes_one_query_however_many_places(
    patient: Client, path: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for times in (1, 9):
        for _ in range(times):
            make_zone()
        with django_assert_num_queries(1):
            patient.get(path)


def test_a_place_takes_as_many_queries_for_1_muscle_as_for_10(
    patient: Client, therapist: Therapist, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    few = make_zone(felt=[(make_muscle(), COMMON)])
    many = make_zone(felt=[(make_muscle(), COMMON) for _ in range(10)])
    for zone in (few, many):
        with django_assert_num_queries(
            7
        ):  # page, places; muscles, conditions; what is offered; free times: 2
            patient.get(zone.get_absolute_url())


def test_every_place_of_the_demo_answers_and_leads_on(patient: Client, clock: time_machine.Traveller) -> None:
    demo.seed(at=NOW)
    for person in Therapist.objects.all():
        make_weekly_hours(therapist=person)
    html = shown(patient, "/where-does-it-hurt/")
    assert {address for address, _ in drawn(html)} == {zone.get_absolute_url() for zone in Zone.objects.all()}
    for zone in Zone.objects.all():
        html = shown(patient, zone.get_absolute_url())
        assert html.count('class="muscle-figure"') == zone.felt.count() > 0, zone
        assert len(booking_links(html)) == 3, zone
        ids = re.findall(r' id="([^"]+)"', html)
        assert len(ids) == len(set(ids)), zone
    assert "Call 911 if:" in shown(patient, "/where-does-it-hurt/chest/").split("Muscles whose pain")[0]
