"""The feed is Atom as RFC 4287 wants it, and an entry stays the same entry."""

import datetime
from typing import Any
from xml.etree import ElementTree

import pytest
from django.test import Client

from blog import feeds
from tests.factories.blog import make_post

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"
NOW = datetime.datetime(2026, 11, 23, 14, tzinfo=datetime.UTC)


def read(text: str) -> ElementTree.Element:
    """The feed as a parser sees it."""
    return ElementTree.fromstring(text)


def feed(**asked: Any) -> str:
    """The feed at the moment of these tests."""
    return feeds.atom(feeds.newest(at=NOW, **asked), **asked)


def words(element: ElementTree.Element, name: str) -> str:
    """The text of the one child of that name."""
    (child,) = element.findall(ATOM + name)
    return child.text or ""


def test_the_feed_is_served_as_atom(client: Client) -> None:
    response = client.get("/blog/feed/")

    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert read(response.content.decode()).tag == f"{ATOM}feed"


def test_the_feed_has_what_atom_requires() -> None:
    make_post()
    found = read(feed())

    assert words(found, "id") == "http://testserver/blog/"
    assert words(found, "title") == "Flex Spine & Sport: blog"
    assert datetime.datetime.fromisoformat(words(found, "updated")).tzinfo is not None
    links = {link.get("rel"): link.get("href") for link in found.findall(f"{ATOM}link")}
    assert links == {"alternate": "http://testserver/blog/", "self": "http://testserver/blog/feed/"}


def test_an_entry_has_what_atom_requires() -> None:
    post = make_post(title="Heat & cold", summary="1 < 2 & so on.")
    (entry,) = read(feed()).findall(f"{ATOM}entry")

    assert words(entry, "id") == f"urn:uuid:{post.feed_id}"
    assert words(entry, "title") == "Heat & cold"
    assert words(entry, "summary") == "1 &lt; 2 &amp; so on."  # it says that it is HTML
    assert post.publish_at is not None
    assert datetime.datetime.fromisoformat(words(entry, "published")) == post.publish_at
    assert datetime.datetime.fromisoformat(words(entry, "updated")) == post.last_changed
    assert words(entry.findall(f"{ATOM}author")[0], "name") == post.author.name
    assert [link.get("href") for link in entry.findall(f"{ATOM}link")] == [
        f"http://testserver/blog/{post.slug}/"
    ]


def test_an_entry_keeps_its_id_when_its_address_changes() -> None:
    post = make_post()
    before = words(read(feed()).findall(f"{ATOM}entry")[0], "id")
    post.slug = "another-address"
    post.save()

    assert words(read(feed()).findall(f"{ATOM}entry")[0], "id") == before


def test_a_post_released_after_its_last_change_was_updated_at_its_release() -> None:
    post = make_post(publish_at=NOW)
    post.updated_at = NOW - datetime.timedelta(days=3)

    assert post.last_changed == NOW


def test_the_feed_has_the_newest_20() -> None:
    made = [make_post() for _ in range(21)]

    found = [words(entry, "title") for entry in read(feed()).findall(f"{ATOM}entry")]
    assert found == [post.title for post in reversed(made[1:])]
