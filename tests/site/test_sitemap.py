"""The demo site's sitemap is one as sitemaps.org wants it."""

import datetime
from xml.etree import ElementTree

import pytest
from django.conf import settings

from flexclinic.lib import clock
from tests.site import sitemap
from tests.site.conftest import DemoSite

pytestmark = pytest.mark.django_db


def test_the_sitemap_is_as_it_should_be(demo_site: DemoSite) -> None:
    page = demo_site.pages["/sitemap.xml"]
    today = clock.now().astimezone(datetime.UTC).date()

    assert page.content_type.startswith("application/xml")
    assert sitemap.complaints(page.text, site=settings.SITE_URL, today=today) == []


def test_every_page_that_an_editor_publishes_says_when_it_last_changed(demo_site: DemoSite) -> None:
    urls = ElementTree.fromstring(demo_site.pages["/sitemap.xml"].text)
    dated = {
        (url.findtext(f"{sitemap.SPACE}loc") or "").removeprefix(settings.SITE_URL)
        for url in urls
        if url.find(f"{sitemap.SPACE}lastmod") is not None
    }
    pages = {address for address in demo_site.published if "#" not in address}

    assert pages - dated == set()


GOOD = f"""<urlset xmlns="{sitemap.SPACE[1:-1]}"><url><loc>http://a/b/</loc><lastmod>2026-01-01</lastmod></url></urlset>"""


@pytest.mark.parametrize(
    ("good", "bad", "said"),
    [
        ("http://a/b/", "http://b/b/", "no address of"),
        ("http://a/b/", "/b/", "no address of"),
        ("2026-01-01", "yesterday", "is no date"),
        ("2026-01-01", "2027-01-01", "in the future"),
        ("<lastmod>", "<date>x</date><lastmod>", "is not known"),
        ("</url>", "<changefreq>often</changefreq></url>", "no such frequency"),
        ("</url>", "<priority>2</priority></url>", "no such priority"),
        ("</urlset>", "<url><loc>http://a/b/</loc></url></urlset>", "listed twice"),
    ],
)
def test_the_checks_find_what_is_wrong(good: str, bad: str, said: str) -> None:
    today = datetime.date(2026, 11, 23)
    assert sitemap.complaints(GOOD, site="http://a", today=today) == []
    assert said in " ".join(sitemap.complaints(GOOD.replace(good, bad), site="http://a", today=today))
