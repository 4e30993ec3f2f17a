"""Every feed that the demo site offers is a feed as RFC 4287 wants it."""

import pytest
from django.conf import settings

from tests.site import atom
from tests.site.conftest import DemoSite

pytestmark = pytest.mark.django_db


def test_every_feed_is_as_it_should_be(demo_site: DemoSite) -> None:
    feeds = [
        page for page in demo_site.pages.values() if page.content_type.startswith("application/atom+xml")
    ]

    assert {"/blog/feed/", "/blog/category/your-visit/feed/"} <= {page.address for page in feeds}
    assert {page.address: found for page in feeds if (found := atom.complaints(page.text))} == {}


def test_every_feed_gives_the_whole_text_with_links_that_work_elsewhere(demo_site: DemoSite) -> None:
    text = demo_site.pages["/blog/feed/"].text

    assert f'href="{settings.SITE_URL}/services/first-visit/"' in text
    assert "What you can change today" in text
    assert "popovertarget" not in text


GOOD = """<feed xmlns="http://www.w3.org/2005/Atom"><id>http://a/</id><title>A</title>
<updated>2026-01-01T00:00:00Z</updated><link rel="self" href="http://a/f"/><author><name>A</name></author>
<entry><id>urn:x:1</id><title>B</title><updated>2026-01-01T00:00:00Z</updated><link href="http://a/1"/></entry></feed>"""


@pytest.mark.parametrize(
    ("good", "bad", "said"),
    [
        ("<id>http://a/</id>", "", "<feed> has 0 <id>"),
        ("<id>urn:x:1</id>", "<id>1</id>", "no full address"),
        (
            "<updated>2026-01-01T00:00:00Z</updated><link href",
            "<updated>today</updated><link href",
            "no moment",
        ),
        ('<link href="http://a/1"/>', '<link href="/1"/>', "leads to"),
        ('<link href="http://a/1"/>', "", "without content and without a link"),
        ("<author><name>A</name></author>", "", "without an author"),
        ("<title>B</title>", "<title>B</title><title>C</title>", "<entry> has 2 <title>"),
        ("<title>B</title>", "<title>B</title><pubDate>x</pubDate>", "may not stand"),
        ('rel="self"', 'rel="alternate"', "no link to itself"),
    ],
)
def test_the_checks_find_what_is_wrong(good: str, bad: str, said: str) -> None:
    assert atom.complaints(GOOD) == []
    assert good in GOOD
    assert said in " ".join(atom.complaints(GOOD.replace(good, bad)))
