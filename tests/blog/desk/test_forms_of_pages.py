"""What a page's form in the admin shows and takes: sources, the search result, a warning about addresses."""

import re

import pytest
from django.test import Client

from blog.models import Post
from tests.blog.desk.forms import opened, read
from tests.factories.blog import make_post
from tests.factories.services import make_service, make_therapist

pytestmark = pytest.mark.django_db


def path_of(post: Post) -> str:
    """The page on which it is changed."""
    return f"/admin/blog/post/{post.pk}/change/"


def test_sources_are_typed_in_rows_and_put_in_order_by_their_numbers(ana: Client, client: Client) -> None:
    post = make_post()
    data = opened(ana, path_of(post)) | {
        "sources-1-title": "Second",
        "sources-1-number": "2",
        "sources-2-title": "First",
        "sources-2-number": "1",
        "sources-2-year": "2024",
        "sources-2-url": "https://example.org/",
        "sources-2-publisher": "A journal",
    }
    assert ana.post(path_of(post), {**data, "_save": "Save"}).status_code == 302

    post.refresh_from_db()
    assert [entry["title"] for entry in post.sources] == ["First", "Second"]
    html = client.get(post.get_absolute_url()).content.decode()
    assert re.search(
        r'<li id="source-1"><a href="https://example.org/"[^>]*>First</a>. A journal, 2024</li>', html
    )
    kept = opened(ana, path_of(post))
    assert (kept["sources-2-title"], kept["sources-5-title"]) == ("Second", "")
    ana.post(
        path_of(post),
        {
            **kept,
            "sources-1-title": "",
            "sources-1-publisher": "",
            "sources-1-year": "",
            "sources-1-url": "",
            "_save": "Save",
        },
    )
    post.refresh_from_db()
    assert [entry["title"] for entry in post.sources] == ["Second"]


def test_a_source_that_is_none_is_said_and_kept_as_typed(ana: Client) -> None:
    post = make_post()
    data = opened(ana, path_of(post)) | {"sources-1-title": "x", "sources-1-url": "javascript:alert(1)"}
    html = ana.post(path_of(post), {**data, "_save": "Save"}).content.decode()

    assert "Source 1: enter an address that begins with https://" in html
    assert read(html, "post_form")["sources-1-url"] == "javascript:alert(1)"


@pytest.mark.parametrize("make", [make_service, make_therapist], ids=["service", "therapist"])
def test_services_and_therapists_have_all_of_it(ana: Client, make: object) -> None:
    page = make()  # type: ignore[operator]
    name = page._meta.model_name
    html = ana.get(f"/admin/services/{name}/{page.pk}/change/").content.decode()

    for part in (
        'name="_edition"',
        "Share a preview",
        'name="_preview"',
        "sources-1-title",
        "data-search-result",
    ):
        assert part in html
    assert ana.get(f"/admin/services/{name}/{page.pk}/history/").status_code == 200


def test_the_search_result_is_there_without_scripts(ana: Client) -> None:
    post = make_post(title="T" * 61, summary="S" * 155, slug="heat")
    html = ana.get(path_of(post)).content.decode()

    assert "/blog/heat/</p>" in html
    assert '<li class="search-result__long">Title: <span data-count="title" data-shown="60">61</span>' in html
    assert '<li>Description: <span data-count="description" data-shown="155">155</span>' in html
    assert "/blog/new/" in ana.get("/admin/blog/post/add/").content.decode()


def test_whoever_takes_the_old_address_of_another_page_is_told(ana: Client) -> None:
    first = make_post(title="First", slug="heat")
    first.slug = "cold"
    first.save()
    post = make_post()
    data = opened(ana, path_of(post)) | {"slug": "heat"}
    response = ana.post(path_of(post), {**data, "_continue": "Save"}, follow=True)

    assert "/blog/heat/ was the old address of “First”" in response.content.decode()
