"""Previews: a link shows a page to whoever has it, saved or not, until it ends; and nothing is saved by looking."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from blog import previews
from blog.models import PAGE_BLOCKS, Post, PostRichText, Snapshot
from blog.publishing import PublishedPage, State
from flexclinic.lib import stamps
from flexclinic.redaction import redact
from tests.blog.desk.forms import opened, read, text_added
from tests.factories.blog import make_page, make_post, make_tag
from tests.factories.services import make_service, make_therapist

pytestmark = pytest.mark.django_db

DRAFT: dict[str, Any] = {"state": State.DRAFT, "publish_at": None}
KINDS: dict[str, Callable[..., PublishedPage]] = {
    "post": make_post,
    "page": make_page,
    "service": make_service,
    "therapist": make_therapist,
}


def unsaved(client: Client, path: str, data: dict[str, Any]) -> str:
    """The path of the preview of what a form holds."""
    response = client.post(path, {**data, "_preview": "1"})
    assert response.status_code == 302, response.content.decode()
    return str(response["Location"])


@pytest.mark.parametrize("make", KINDS.values(), ids=KINDS)
def test_a_colleague_without_a_login_sees_a_draft_of_any_kind(
    client: Client, make: Callable[..., PublishedPage]
) -> None:
    page = make(**DRAFT)
    assert client.get(page.get_absolute_url()).status_code == 404

    response = client.get(previews.link_to(page))
    html = response.content.decode()
    assert page.title in html
    assert "Preview: draft" in html
    assert "/admin/" not in html
    headers = (response["Cache-Control"], response["X-Robots-Tag"], response["Referrer-Policy"])
    assert headers == ("no-store", "noindex, nofollow", "no-referrer")
    assert "application/ld+json" not in html


def test_the_link_shows_the_page_as_it_is_saved_now(client: Client) -> None:
    post = make_post(**DRAFT)
    link = previews.link_to(post)
    post.title = "Written anew"
    post.save()

    assert "Written anew" in client.get(link).content.decode()


def test_a_live_page_has_a_preview_too(client: Client) -> None:
    response = client.get(previews.link_to(make_post()))

    assert "Patients see this page." in response.content.decode()
    assert response["Cache-Control"] == "no-store"


def test_made_up_altered_expired_and_void_links_look_alike(client: Client, clock: Any, at: Any) -> None:
    post = make_post(**DRAFT)
    link = previews.link_to(post)
    token = link.split("/")[2]
    elsewhere = stamps.make(purpose="something else", says=f"page:blog.post:{post.pk}:0")
    gone = previews.link_to(make_post(**DRAFT))
    Post.objects.exclude(pk=post.pk).delete()
    void = previews.link_to(make_post(**DRAFT))
    previews.end_all(Post.objects.exclude(pk=post.pk).get())
    clock.move_to(at(23, 9) + previews.LASTS)
    assert client.get(link).status_code == 200
    clock.move_to(at(23, 9) + previews.LASTS + datetime.timedelta(seconds=1))

    paths = [
        link,
        void,
        gone,
        f"/preview/{elsewhere}/",
        f"/preview/{token[:-1]}x/",
        f"/preview/x{token}/",
        "/preview/none/",
        f"/preview/{'a' * 2000}/",
    ]
    answers = [client.get(path) for path in paths]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1


def test_the_editor_shares_and_stops_sharing(ana: Client, client: Client) -> None:
    post = make_post(**DRAFT)
    page = f"/admin/blog/post/{post.pk}/share/"
    link = ana.get(page).context["path"]
    snapshot = unsaved(
        ana, f"/admin/blog/post/{post.pk}/change/", opened(ana, f"/admin/blog/post/{post.pk}/change/")
    )
    assert [client.get(path).status_code for path in (link, snapshot)] == [200, 200]

    ana.post(page)
    assert [client.get(path).status_code for path in (link, snapshot)] == [404, 404]
    assert client.get(ana.get(page).context["path"]).status_code == 200


def test_unsaved_changes_are_shown_and_nothing_is_saved(ana: Client, client: Client) -> None:
    post = make_post(title="Before", text="<p>Old text.</p>")
    tag = make_tag(name="Warmth")
    path = f"/admin/blog/post/{post.pk}/change/"
    data = text_added(opened(ana, path), "<p>New text.</p><script>alert(1)</script>")
    data |= {"title": "After", "tags": str(tag.pk), "sources-1-title": "A source"}
    data["blog_postrichtext_set-0-text"] = "<p>Changed text.</p>"
    preview = unsaved(ana, path, data)

    html = client.get(preview).content.decode()
    for text in ("<h1>After</h1>", "New text.", "Changed text.", "Warmth", "A source", "Preview: not saved"):
        assert text in html
    assert "alert(1)" not in html
    assert "Old text." not in html
    post.refresh_from_db()
    assert (post.title, post.edition) == ("Before", 1)
    assert [block.text for block in PostRichText.objects.all()] == ["<p>Old text.</p>"]
    assert "Before" in client.get(post.get_absolute_url()).content.decode()


def test_a_page_that_was_never_saved_is_shown(ana: Client, client: Client) -> None:
    path = "/admin/blog/page/add/"
    data = opened(ana, path, "page_form") | {"title": "Prices", "slug": "prices", "summary": "What it costs."}
    data = text_added(data, "<p>A lot.</p>", prefix="blog_pagerichtext_set")
    preview = unsaved(ana, path, data)

    html = client.get(preview).content.decode()
    assert "<h1>Prices</h1>" in html
    assert "A lot." in html
    assert not PAGE_BLOCKS[0].objects.exists()
    assert client.get("/pages/prices/").status_code == 404


def test_what_is_wrong_is_said_in_place_of_a_preview(ana: Client) -> None:
    path = f"/admin/blog/post/{make_post().pk}/change/"
    response = ana.post(path, {**opened(ana, path), "title": "", "summary": "Kept.", "_preview": "1"})

    html = response.content.decode()
    assert "This field is required." in html
    assert read(html, "post_form")["summary"] == "Kept."
    assert not Snapshot.objects.exists()


def test_a_snapshot_goes_when_it_has_expired(ana: Client, client: Client, clock: Any, at: Any) -> None:
    post = make_post()
    path = f"/admin/blog/post/{post.pk}/change/"
    preview = unsaved(ana, path, opened(ana, path))
    clock.move_to(at(23, 9) + previews.LASTS)

    assert client.get(preview).status_code == 404
    previews.link_to_unsaved(kind=Post, pk=post.pk, rows=[])
    assert Snapshot.objects.count() == 1


def test_looking_answers_to_get_alone(client: Client) -> None:
    link = previews.link_to(make_post(**DRAFT))

    assert client.post(link).status_code == 405
    assert client.head(link).status_code == 200


def test_no_log_holds_a_link() -> None:
    link = previews.link_to(make_post())
    token = link.rstrip("/").rpartition("/")[2]

    assert token not in redact(f"GET {link} 200")
