"""Addresses that pages had before: they lead to where the page is now, however often it moved."""

import datetime
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from blog.addresses import FormerAddress
from blog.models import Post
from blog.publishing import PublishedPage, State
from tests.factories.blog import make_page, make_post
from tests.factories.services import make_service, make_therapist

pytestmark = pytest.mark.django_db

KINDS: dict[str, Callable[..., PublishedPage]] = {
    "post": make_post,
    "page": make_page,
    "service": make_service,
    "therapist": make_therapist,
}


def rename(page: PublishedPage, slug: str) -> PublishedPage:
    """Move the page as a form does: loaded anew, changed, saved."""
    found = type(page)._base_manager.get(pk=page.pk)
    found.slug = slug
    found.save()
    return found


def leads_to(client: Client, path: str) -> str | None:
    """Where a path leads for good; None when it does not."""
    response = client.get(path)
    return response["Location"] if response.status_code == 301 else None


@pytest.mark.parametrize("make", KINDS.values(), ids=KINDS)
def test_the_old_address_leads_to_the_new_one_for_good(
    client: Client, make: Callable[..., PublishedPage]
) -> None:
    page = make(slug="before")
    old = page.get_absolute_url()
    new = rename(page, "after").get_absolute_url()

    assert leads_to(client, f"{old}?from=newsletter&x=%20") == f"{new}?from=newsletter&x=%20"
    assert client.head(old).status_code == 301
    assert client.get(new).status_code == 200


def test_chains_collapse(client: Client) -> None:
    post = make_post(slug="a")
    rename(post, "b")
    rename(post, "c")

    assert [leads_to(client, f"/blog/{slug}/") for slug in "ab"] == ["/blog/c/", "/blog/c/"]


def test_going_back_removes_the_redirect_of_the_address(client: Client) -> None:
    post = make_post(slug="a")
    rename(post, "b")
    rename(post, "a")

    assert client.get("/blog/a/").status_code == 200
    assert leads_to(client, "/blog/b/") == "/blog/a/"
    assert list(FormerAddress.objects.values_list("path", flat=True)) == ["/blog/b/"]


@pytest.mark.parametrize(
    "unseen",
    [
        {"state": State.DRAFT},
        {"publish_at": datetime.datetime(2999, 1, 1, tzinfo=datetime.UTC)},
    ],
    ids=["draft", "scheduled"],
)
def test_an_address_that_nobody_saw_leaves_nothing(unseen: dict[str, Any]) -> None:
    rename(make_post(slug="a", **unseen), "b")

    assert not FormerAddress.objects.exists()


def test_the_old_address_of_a_page_that_was_taken_off_leads_nowhere(client: Client) -> None:
    post = rename(make_post(slug="a"), "b")
    post.state = State.DRAFT
    post.save()

    assert client.get("/blog/a/").status_code == 404


def test_a_page_that_stands_at_a_former_address_wins_and_leaves_it_to_itself(client: Client) -> None:
    first = make_post(slug="a")
    rename(first, "b")
    second = make_post(slug="a", title="Second")
    assert client.get("/blog/a/").context["post"] == second

    rename(second, "c")
    assert leads_to(client, "/blog/a/") == "/blog/c/"


def test_a_deleted_page_leads_nowhere(client: Client) -> None:
    rename(make_post(slug="a"), "b").delete()

    assert client.get("/blog/a/").status_code == 404


@pytest.mark.parametrize(
    "path", ["/blog/a%00b/", "/" + "a" * 600 + "/", "/blog/%F0%9F%92%A9/", "/blog/never/"]
)
def test_what_was_never_an_address_is_404(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_only_what_is_not_found_costs_a_query(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        client.get("/robots.txt")
    # One for the address; the page that answers then looks for what may have been meant.
    with django_assert_num_queries(1 + 3):
        client.get("/nothing/")


@pytest.mark.django_db(transaction=True)
def test_two_who_rename_at_once_leave_every_address_leading_to_the_page(client: Client) -> None:
    post = make_post(slug="start")
    slugs = [f"name-{n}" for n in range(8)]
    ready = threading.Barrier(len(slugs))

    def work(slug: str) -> None:
        found = Post.objects.get(pk=post.pk)
        found.slug = slug
        ready.wait()
        try:
            found.save()
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(slug,)) for slug in slugs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    now = Post.objects.get(pk=post.pk)
    gone = {"start", *slugs} - {now.slug}
    assert {leads_to(client, f"/blog/{slug}/") for slug in gone} == {now.get_absolute_url()}
    assert now.edition == 1 + len(slugs)
