"""The page for an address that is none: what its words may have meant, and a search."""

import pytest
from django.db import DatabaseError
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from blog import search
from tests.factories.blog import make_post

pytestmark = pytest.mark.django_db


def shown(client: Client, address: str) -> str:
    """The page, which is a 404."""
    response = client.get(address)
    assert response.status_code == 404
    return response.content.decode()


@pytest.mark.parametrize(
    "address",
    [
        "/blog/desk-neck/",
        "/desk_neck.html",
        "/conditions/desk-nekc/",
        "/blog/2024/03/desk-neck-tips/",
        "/DESK/NECK/",
    ],
)
def test_the_words_of_an_address_find_the_page_that_was_meant(client: Client, address: str) -> None:
    make_post(title="Desk neck", slug="why-the-neck-aches")

    page = shown(client, address)
    assert 'href="/blog/why-the-neck-aches/"' in page
    assert '<form class="search-form" action="/search/" method="post"' in page


def test_no_more_than_3_are_suggested(client: Client) -> None:
    for _ in range(9):
        make_post(title="Neck")

    assert shown(client, "/neck/").count('class="found"') == 3


@pytest.mark.parametrize(
    "address",
    ["/appointment/neck/", "/offer/neck/x/y/", "/media/neck.png", "/static/neck.css", "/api/neck/", "/neck/%00/",
     "/neck'or'1/", "/neck-" + "x" * 200 + "/"],
)  # fmt: skip
def test_addresses_with_a_secret_or_without_words_are_not_searched_for(
    client: Client,
    address: str,
    django_assert_num_queries: DjangoAssertNumQueries,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(search, "find", lambda *given, **named: pytest.fail("searched"))

    assert client.get(address).status_code in {404, 400}


def test_the_page_stands_without_the_database(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*given: object, **named: object) -> None:
        raise DatabaseError("gone")

    monkeypatch.setattr(search, "find", away)
    assert "We cannot find that page" in shown(client, "/desk-neck/")
