"""What the demo site's pages say to machines keeps to schema.org's words."""

import json
from typing import Any

import pytest
from django.conf import settings

from tests.site import vocabulary
from tests.site.conftest import DemoSite

pytestmark = pytest.mark.django_db

#: What each kind of page must speak of, by the beginning of its address.
SPOKEN = {
    "/services/": {"BreadcrumbList"},
    "/services/first-visit/": {
        "Service",
        "Offer",
        "MedicalTherapy",
        "MedicalWebPage",
        "ReserveAction",
        "BreadcrumbList",
    },
    "/therapists/ana-rivera/": {"Person", "BreadcrumbList"},
    "/blog/": {"Blog", "BreadcrumbList"},
    "/blog/category/your-visit/": {"CollectionPage", "BreadcrumbList"},
    "/blog/your-first-visit-step-by-step/": {"BlogPosting", "Person", "BreadcrumbList"},
    "/glossary/": {"DefinedTermSet", "DefinedTerm", "BreadcrumbList"},
}


def checked(site: DemoSite) -> dict[str, list[vocabulary.Checked]]:
    """Every page's data, checked."""
    return {
        page.address: [vocabulary.check(text, site=settings.SITE_URL) for text in page.json_ld]
        for page in site.html
        if page.json_ld
    }


def test_every_pages_data_keeps_to_the_vocabulary(demo_site: DemoSite) -> None:
    found = {
        address: said
        for address, parts in checked(demo_site).items()
        if (said := [complaint for part in parts for complaint in part.complaints])
    }
    assert found == {}


def test_every_name_that_is_referred_to_is_described_somewhere(demo_site: DemoSite) -> None:
    parts = [part for parts in checked(demo_site).values() for part in parts]
    described = set().union(*(part.described for part in parts))
    referred = set().union(*(part.referred for part in parts))

    assert len(described) > 40
    assert referred - described == set()


def test_the_home_page_describes_the_clinic_its_search_and_how_to_book(demo_site: DemoSite) -> None:
    types = set().union(*(part.types for part in checked(demo_site)["/"]))

    assert {
        "MedicalClinic",
        "PostalAddress",
        "WebSite",
        "SearchAction",
        "ReserveAction",
        "EntryPoint",
    } <= types


@pytest.mark.parametrize("address", SPOKEN)
def test_each_kind_of_page_says_what_it_is_about(address: str, demo_site: DemoSite) -> None:
    types = set().union(*(part.types for part in checked(demo_site)[address]))

    assert SPOKEN[address] - types == set()


def test_every_breadcrumb_of_a_page_is_in_its_data(demo_site: DemoSite) -> None:
    silent = [
        page.address
        for page in demo_site.html
        if page.may_be_found
        and 'class="breadcrumbs"' in page.text
        and not any("BreadcrumbList" in text for text in page.json_ld)
    ]
    assert silent == []


GOOD: dict[str, Any] = {
    "@context": "https://schema.org",
    "@type": "Offer",
    "price": "95.00",
    "priceCurrency": "USD",
    "url": "http://a/b/",
}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"@context": "http://schema.org"}, "the context"),
        ({"@type": "Ofer"}, "no type Ofer"),
        ({"price": 95}, "cannot be 95"),
        ({"price": None}, "cannot be null"),
        ({"url": "/b/"}, "no full address"),
        ({"url": "http://b/b/"}, "not on our address"),
        ({"colour": "red"}, "no property colour"),
        ({"itemOffered": {"@type": "Person", "name": "x"}}, "itemOffered cannot be"),
        ({"itemOffered": {"name": "x"}}, "no type"),
        ({"@id": "x"}, "no name of ours"),
    ],
)
def test_the_checks_find_what_is_wrong(change: dict[str, Any], said: str) -> None:
    assert vocabulary.check(json.dumps(GOOD), site="http://a").complaints == []
    assert said in " ".join(vocabulary.check(json.dumps({**GOOD, **change}), site="http://a").complaints)
    lacking = {key: value for key, value in GOOD.items() if key != "url"}
    assert vocabulary.check(json.dumps(lacking), site="http://a").complaints == ["Offer lacks url"]
    assert "end the script" in vocabulary.check('"</script>"', site="http://a").complaints[0]
