"""The editor's desk: saved as written but clean, found by what it is now, and back to an earlier version."""

import datetime
import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from reversion.models import Version

from blog import search
from blog.desk.lists import review_state
from blog.models import POST_BLOCKS, Post, PostRichText
from blog.publishing import State
from flexclinic.lib import clock
from tests.factories.blog import make_author, make_category, make_post

pytestmark = pytest.mark.django_db

FAR_OFF = datetime.datetime(2999, 1, 1, tzinfo=datetime.UTC)


@pytest.fixture
def editor() -> Client:
    """Somebody who may do everything in the admin."""
    client = Client()
    client.force_login(User.objects.create_superuser("editor"))
    return client


def form(*texts: str, **fields: object) -> dict[str, object]:
    """What the browser sends for a new post with these texts."""
    data: dict[str, object] = {
        "title": "Heat or cold?",
        "slug": "heat-or-cold",
        "summary": "Which one helps.",
        "state": "draft",
        **fields,
    }
    for kind in (block._meta.model_name for block in POST_BLOCKS):
        data |= {f"blog_{kind}_set-TOTAL_FORMS": 0, f"blog_{kind}_set-INITIAL_FORMS": 0}
    data["blog_postrichtext_set-TOTAL_FORMS"] = len(texts)
    for n, text in enumerate(texts):
        prefix = f"blog_postrichtext_set-{n}"
        data |= {f"{prefix}-text": text, f"{prefix}-region": "main", f"{prefix}-ordering": 10 * n + 10}
    return data


def listed(client: Client, query: str) -> list[str]:
    """The titles in the list of posts."""
    response = client.get(f"/admin/blog/post/?{query}")
    return [post.title for post in response.context["cl"].result_list]


def test_an_editor_writes_a_post_and_only_clean_text_is_kept(editor: Client) -> None:
    texts = ["<p>Both are <strong>fine</strong>.</p><script>alert(1)</script>", "<p>Second.</p>"]
    data = form(*texts, author=make_author().pk, category=make_category().pk)

    assert editor.post("/admin/blog/post/add/", data).status_code == 302
    assert [block.text for block in PostRichText.objects.all()] == [
        "<p>Both are <strong>fine</strong>.</p>",
        "<p>Second.</p>",
    ]


def test_a_post_set_live_without_a_moment_is_on_the_site_at_once(editor: Client, client: Client) -> None:
    data = form("<p>Text.</p>", author=make_author().pk, category=make_category().pk, state="live")
    editor.post("/admin/blog/post/add/", data)

    assert client.get("/blog/heat-or-cold/").status_code == 200


def test_saving_keeps_a_version_with_its_blocks(editor: Client) -> None:
    data = form("<p>Text.</p>", author=make_author().pk, category=make_category().pk)
    editor.post("/admin/blog/post/add/", data)

    version = Version.objects.get_for_object(Post.objects.get()).get()
    kept = {found.content_type.model for found in version.revision.version_set.all()}
    assert kept == {"post", "postrichtext"}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("publication=draft", ["Draft"]),
        ("publication=scheduled", ["Scheduled"]),
        ("publication=live", ["Live"]),
        ("publication=expired", ["Expired"]),
        ("review=due", ["Live"]),
        ("review=missing", ["Draft", "Expired", "Scheduled"]),
        ("q=whiplash", ["Scheduled"]),
    ],
)
def test_posts_are_found_by_what_they_are(editor: Client, query: str, expected: list[str]) -> None:
    long_ago = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    reviewed: dict[str, Any] = {
        "reviewer": make_author(),
        "reviewed_on": datetime.date(2020, 1, 1),
        "next_review_on": datetime.date(2021, 1, 1),
    }
    make_post(title="Draft", state=State.DRAFT)
    make_post(title="Scheduled", publish_at=FAR_OFF, text="<p>On whiplash.</p>")
    make_post(title="Live", **reviewed)
    make_post(title="Expired", publish_at=long_ago, expire_at=long_ago + datetime.timedelta(days=1))

    assert sorted(listed(editor, query)) == expected


def test_the_list_says_what_a_review_needs() -> None:
    today = datetime.date(2026, 11, 23)
    post = make_post()
    assert review_state(post, on=today) == "Never reviewed"

    post.reviewed_on = datetime.date(2026, 5, 1)
    assert review_state(post, on=today) == "Reviewed Friday 1 May 2026"
    post.next_review_on = datetime.date(2027, 5, 1)
    assert review_state(post, on=today) == "Next Saturday 1 May 2027"
    assert review_state(post, on=post.next_review_on) == "Due since Saturday 1 May 2027"


def test_the_list_leads_to_the_page_or_its_preview(editor: Client) -> None:
    make_post(slug="seen")
    make_post(slug="unseen", state=State.DRAFT)

    html = editor.get("/admin/blog/post/").content.decode()
    links = re.findall(r'<a href="/blog/([a-z]+)/" aria-label="[^"]*">(View|Preview)</a>', html)
    assert sorted(links) == [("seen", "View"), ("unseen", "Preview")]


@pytest.mark.parametrize(
    "page", ["", "add/", "{pk}/change/", "{pk}/delete/", "{pk}/history/", "recover/"], ids=lambda page: page
)
def test_every_script_of_the_admin_has_the_nonce_of_the_policy(editor: Client, page: str) -> None:
    response = editor.get("/admin/blog/post/" + page.format(pk=make_post().pk))
    html = response.content.decode()
    nonce = "".join(set(re.findall(r"'nonce-([^']+)'", response["Content-Security-Policy"])))
    tags = re.findall(r"<(?:script|style)\b[^>]*>", html)

    assert bool(tags) == bool(nonce)
    assert [tag for tag in tags if f'nonce="{nonce}"' not in tag] == []
    assert re.findall(r'\sstyle="|\son[a-z]+="|javascript:', html) == []


def test_what_an_editor_saves_is_found_with_its_blocks(editor: Client) -> None:
    data = form(
        "<p>A sore lumbrical.</p>", author=make_author().pk, category=make_category().pk, state="live"
    )
    editor.post("/admin/blog/post/add/", data)
    at = clock.now()

    assert [result.title for result in search.find("lumbrical", at=at).results] == ["Heat or cold?"]
    post = Post.objects.get()
    editor.post(
        "/admin/blog/post/", {"action": "delete_selected", "_selected_action": post.pk, "post": "yes"}
    )
    assert search.find("lumbrical", at=at).total == 0


def test_an_editor_writes_a_term(editor: Client) -> None:
    data = {
        "name": "Tendon",
        "slug": "tendon",
        "explanation": "Joins.",
        "other_forms": "",
        "more": "",
        "in_place": "on",
    }
    response = editor.post("/admin/blog/term/add/", data)

    assert response.status_code == 302, response.context["errors"]
    assert search.find("tendon", at=clock.now()).results[0].address == "/glossary/#tendon"
