"""No link of the demo site is broken, and no page is an orphan."""

import re
from collections import Counter
from xml.etree import ElementTree

import pytest
from django.conf import settings

from tests.site.conftest import DemoSite
from tests.site.crawl import Site, ours
from tests.site.page import Page, read

pytestmark = pytest.mark.django_db

LOC = "{http://www.sitemaps.org/schemas/sitemap/0.9}loc"


def test_the_walk_has_seen_the_site(demo_site: DemoSite) -> None:
    assert len(demo_site.html) > 30
    assert all(
        f"/{part}/" in demo_site.pages for part in ("services", "therapists", "blog", "book", "glossary")
    )


def test_no_link_is_broken(demo_site: DemoSite) -> None:
    assert broken(demo_site) == []


def test_every_place_within_a_page_that_is_linked_to_is_there(demo_site: DemoSite) -> None:
    assert lost(demo_site) == []


def test_every_picture_answers_with_a_picture(demo_site: DemoSite) -> None:
    pictures = {
        found[0]
        for page in demo_site.html
        for link in page.links
        if link.tag == "img" and (found := ours(link.address, page.address))
    }
    pictures |= {
        found[0]
        for page in demo_site.html
        if (found := ours(page.metas.get("og:image", "data:"), page.address)) is not None
    }
    assert len(pictures) > 5
    wrong = [
        address
        for address in pictures
        if address in demo_site.pages and not demo_site.pages[address].content_type.startswith("image/")
    ]
    assert wrong == []


def test_every_published_page_and_every_term_is_reached(demo_site: DemoSite) -> None:
    reached = {f"{to}#{fragment}" if fragment else to for _, to, fragment in demo_site.links}
    ids = {f"/glossary/#{each}" for each in demo_site.pages["/glossary/"].ids}

    assert len(demo_site.published) > 40
    assert [address for address in demo_site.published if address not in reached | ids] == []


def test_every_address_of_the_sitemap_is_reached_and_may_be_found(demo_site: DemoSite) -> None:
    listed = sitemap(demo_site)

    assert len(listed) > 20
    assert [path for path in listed if path not in demo_site.pages] == []
    assert [path for path in listed if not demo_site.pages[path].may_be_found] == []


def test_the_sitemap_lists_every_page_that_may_be_found(demo_site: DemoSite) -> None:
    listed = set(sitemap(demo_site))
    assert sorted({page.address for page in shown(demo_site)} - listed) == []


def test_a_page_gives_itself_as_its_own_address(demo_site: DemoSite) -> None:
    wrong = {
        page.address: page.canonical
        for page in demo_site.html
        if page.may_be_found and page.canonical.removeprefix(settings.SITE_URL) not in _same(page.address)
    }
    assert wrong == {}


def test_every_page_has_a_title_a_description_and_one_first_heading(demo_site: DemoSite) -> None:
    wrong = [
        page.address
        for page in demo_site.html
        if page.status != 302
        if not page.title.strip() or page.headings.count("h1") != 1 or not page.metas.get("description")
    ]
    assert wrong == []


def test_no_id_stands_twice_on_a_page(demo_site: DemoSite) -> None:
    assert twice(demo_site) == []


def test_no_two_pages_that_may_be_found_have_the_same_title(demo_site: DemoSite) -> None:
    titles = Counter(page.title for page in shown(demo_site))

    assert [title for title, count in titles.items() if count > 1] == []


def test_no_page_of_the_public_leads_to_the_desk(demo_site: DemoSite) -> None:
    assert [link for link in demo_site.links if link[1].startswith(("/admin/", "/staff/"))] == []


def test_the_checks_find_what_they_look_for() -> None:
    page = read(
        Page(
            address="/",
            status=200,
            content_type="text/html",
            headers={},
            body=b'<a href="/gone/">x</a><a href="#here">x</a><a href="#lost">x</a>'
            b'<p id="here"><p id="two"><p id="two">',
        )
    )
    gone = Page(address="/gone/", status=404, content_type="text/html", headers={}, body=b"")
    site = Site(pages={"/": page, "/gone/": gone})
    site.links = [("/", *found) for link in page.links if (found := ours(link.address, "/"))]

    assert broken(site) == ["/gone/ from / answers 404"]
    assert lost(site) == ["/#lost from /"]
    assert twice(site) == ["#two on /"]


def shown(site: DemoSite) -> list[Page]:
    """The pages that search engines may show: open to robots, and more than a choice within another page."""
    closed = re.findall(r"^Disallow: (\S+)$", site.pages["/robots.txt"].text, re.MULTILINE)
    return [
        page
        for page in site.html
        if page.may_be_found
        and "?" not in page.address
        and not any(page.address.startswith(below) and page.address != below for below in closed)
    ]


def broken(site: Site) -> list[str]:
    """Links that do not answer, or are to an address that has moved."""
    return sorted(
        {
            f"{to} from {on} answers {site.pages[to].status}"
            for on, to, _ in site.links
            if to in site.pages and site.pages[to].status not in {200, 302}
        }
    )


def twice(site: Site) -> list[str]:
    """Ids that a page has more than once."""
    return sorted(
        f"#{name} on {page.address}"
        for page in site.pages.values()
        for name, count in Counter(page.ids).items()
        if count > 1
    )


def lost(site: Site) -> list[str]:
    """Links to a place within a page that is not there."""
    return sorted(
        {
            f"{to}#{fragment} from {on}"
            for on, to, fragment in site.links
            if fragment and to in site.pages and site.pages[to].is_html and fragment not in site.pages[to].ids
        }
    )


def sitemap(site: DemoSite) -> list[str]:
    """The paths that the sitemap lists."""
    listed = ElementTree.fromstring(site.pages["/sitemap.xml"].text).iter(LOC)
    return [(loc.text or "").removeprefix(settings.SITE_URL) for loc in listed]


def _same(address: str) -> set[str]:
    """The addresses that a page at this one may give as its own: without a query that only chooses what is shown."""
    return {address, address.split("?")[0]}
