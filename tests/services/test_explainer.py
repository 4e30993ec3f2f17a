"""How trigger points work: pages in a row, the first one at an address of its own."""

import re

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from blog.publishing import State
from services import map_demo
from tests.factories.figures import make_explainer
from tests.services.test_demo import NOW
from tests.services.test_views import shown

pytestmark = pytest.mark.django_db


def steps(html: str) -> dict[str, str]:
    """Where the page before and the page after are."""
    return dict(re.findall(r'<a rel="(prev|next)" href="([^"]+)"', html))


def test_there_is_nothing_before_the_first_page_is_published(patient: Client) -> None:
    make_explainer(state=State.DRAFT)
    assert patient.get("/trigger-points/").status_code == 404


def test_the_pages_lead_to_each_other(patient: Client) -> None:
    first, second, third = (make_explainer() for _ in range(3))
    make_explainer(state=State.DRAFT)
    html = shown(patient, "/trigger-points/")
    assert first.title in html
    assert steps(html) == {"next": second.get_absolute_url()}
    assert steps(shown(patient, second.get_absolute_url())) == {
        "prev": "/trigger-points/",
        "next": third.get_absolute_url(),
    }
    assert steps(shown(patient, third.get_absolute_url())) == {"prev": second.get_absolute_url()}


def test_the_first_page_has_one_address(patient: Client) -> None:
    first = make_explainer()
    assert patient.get(first.get_absolute_url())["Location"] == "/trigger-points/"
    assert re.findall(r'rel="canonical" href="[^"/]*//[^/]+([^"]+)"', shown(patient, "/trigger-points/")) == [
        "/trigger-points/"
    ]


def test_a_draft_is_seen_by_whoever_may_change_it(patient: Client, admin_client: Client) -> None:
    make_explainer()
    draft = make_explainer(state=State.DRAFT, text="<p>Not yet.</p>")
    assert patient.get(draft.get_absolute_url()).status_code == 404
    response = admin_client.get(draft.get_absolute_url())
    assert "Not yet." in response.content.decode()
    assert response["Cache-Control"] == "no-store"
    assert steps(response.content.decode()) == {}


def test_a_page_takes_as_many_queries_in_a_guide_of_2_as_of_10(
    patient: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make_explainer()
    page = make_explainer()
    for pages in (0, 8):
        for _ in range(pages):
            make_explainer()
        # The page, the first one, all of them, the glossary; then a query for each of the ten kinds of block.
        with django_assert_num_queries(14):
            patient.get(page.get_absolute_url())


def test_each_figure_of_the_demo_is_told_in_words_that_everybody_sees(patient: Client) -> None:
    map_demo.seed(published=NOW)
    figures = [
        block for page in map_demo.explainer_files() for block in page["blocks"] if block["kind"] == "figure"
    ]
    assert len(figures) >= 4
    html = "".join(
        shown(patient, "/trigger-points/" if place == 0 else f"/trigger-points/{page['slug']}/")
        for place, page in enumerate(map_demo.explainer_files())
    )
    for figure in figures:
        assert figure["caption"].startswith("What you see")
        assert f"<figcaption>{figure['caption']}</figcaption>" in html
