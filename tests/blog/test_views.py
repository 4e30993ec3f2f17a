"""The blog's pages: who sees what, and in how many queries."""

import datetime
import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from blog import pictures
from blog.models import POST_BLOCKS, PostCallToBook, PostCareCard, PostFigure, PostRichText
from blog.publishing import State
from tests.factories.blog import make_author, make_category, make_page, make_post, make_tag

pytestmark = pytest.mark.django_db

LONG_AGO = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
FAR_OFF = datetime.datetime(2999, 1, 1, tzinfo=datetime.UTC)
UNSEEN: dict[str, dict[str, Any]] = {
    "draft": {"state": State.DRAFT},
    "scheduled": {"publish_at": FAR_OFF},
    "expired": {"publish_at": LONG_AGO, "expire_at": LONG_AGO + datetime.timedelta(days=1)},
}


@pytest.fixture
def editor() -> Client:
    """Somebody on the staff who may change posts."""
    user = User.objects.create_user("editor", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="change_post"))
    client = Client()
    client.force_login(user)
    return client


def titles(client: Client, path: str) -> list[str]:
    """The titles of the posts that a list shows."""
    return [post.title for post in client.get(path).context["page"]]


def json_ld(html: str) -> dict[str, Any]:
    """The page's structured data."""
    found = re.search(r'<script type="application/ld\+json" nonce="([^"]+)">(.*?)</script>', html)
    assert found, "no structured data with a nonce"
    data: dict[str, Any] = json.loads(found[2])
    return data


@pytest.mark.parametrize("fields", UNSEEN.values(), ids=UNSEEN)
def test_the_public_gets_404_for_a_page_that_is_not_live(client: Client, fields: dict[str, Any]) -> None:
    post = make_post(**fields)

    assert client.get(post.get_absolute_url()).status_code == 404


@pytest.mark.parametrize("fields", UNSEEN.values(), ids=UNSEEN)
def test_no_list_shows_a_page_that_is_not_live(client: Client, fields: dict[str, Any]) -> None:
    category = make_category()
    make_post(title="Unseen", category=category, **fields)
    make_post(title="Seen", category=category)

    assert titles(client, "/blog/") == ["Seen"]
    assert titles(client, category.get_absolute_url()) == ["Seen"]
    assert "Unseen" not in client.get("/blog/feed/").content.decode()


@pytest.mark.parametrize(("kind", "fields"), UNSEEN.items())
def test_an_editor_sees_it_with_a_banner_and_nobody_keeps_it(
    editor: Client, kind: str, fields: dict[str, Any]
) -> None:
    response = editor.get(make_post(**fields).get_absolute_url())

    assert f"Preview: {kind}" in response.content.decode()
    assert (response["Cache-Control"], response["X-Robots-Tag"]) == ("no-store", "noindex, nofollow")
    assert "application/ld+json" not in response.content.decode()


def test_an_account_that_is_not_staff_gets_404(client: Client) -> None:
    user = User.objects.create_user("outsider")
    user.user_permissions.add(Permission.objects.get(codename="change_post"))
    client.force_login(user)

    assert client.get(make_post(state=State.DRAFT).get_absolute_url()).status_code == 404


def test_staff_who_may_not_change_posts_get_404(client: Client) -> None:
    client.force_login(User.objects.create_user("reception", is_staff=True))

    assert client.get(make_post(state=State.DRAFT).get_absolute_url()).status_code == 404


def test_a_live_page_has_no_banner_for_an_editor(editor: Client) -> None:
    assert "Preview:" not in editor.get(make_post().get_absolute_url()).content.decode()


def test_posts_come_newest_first_10_a_page(client: Client) -> None:
    made = [make_post() for _ in range(11)]

    assert titles(client, "/blog/") == [post.title for post in reversed(made[1:])]
    assert titles(client, "/blog/?page=2") == [made[0].title]
    assert titles(client, "/blog/?page=nonsense") == titles(client, "/blog/")


def test_the_second_page_is_its_own_canonical_address(client: Client) -> None:
    for _ in range(11):
        make_post()

    assert client.get("/blog/").context["canonical_url"] == "http://testserver/blog/"
    assert client.get("/blog/?page=2").context["canonical_url"] == "http://testserver/blog/?page=2"


def test_an_empty_blog_says_so(client: Client) -> None:
    assert "There is nothing here yet." in client.get("/blog/").content.decode()


def test_an_unknown_category_is_404(client: Client) -> None:
    assert client.get("/blog/category/nothing/").status_code == 404


def test_a_post_leads_to_its_neighbors(client: Client) -> None:
    older, post, newer = make_post(), make_post(), make_post()
    make_post(state=State.DRAFT)

    context = client.get(post.get_absolute_url()).context
    assert (context["older"], context["newer"]) == (older, newer)
    assert client.get(older.get_absolute_url()).context["older"] is None
    assert client.get(newer.get_absolute_url()).context["newer"] is None


def test_posts_of_the_same_moment_are_neighbors_in_the_order_of_the_list(client: Client) -> None:
    first, second = make_post(publish_at=LONG_AGO), make_post(publish_at=LONG_AGO)

    assert titles(client, "/blog/") == [second.title, first.title]
    assert client.get(first.get_absolute_url()).context["newer"] == second
    assert client.get(second.get_absolute_url()).context["older"] == first


def test_a_page_that_nobody_reviewed_says_so(client: Client) -> None:
    html = client.get(make_post().get_absolute_url()).content.decode()

    assert "A licensed clinician must review this page before a real clinic publishes it." in html


def test_a_reviewed_page_says_who_and_when(client: Client) -> None:
    post = make_post(
        reviewer=make_author(name="Ada Example", role="Physical therapist"),
        reviewed_on=datetime.date(2026, 8, 6),
        next_review_on=datetime.date(2027, 8, 6),
    )

    html = client.get(post.get_absolute_url()).content.decode()
    assert "Reviewed by Ada Example, Physical therapist, on Thursday 6 August 2026." in html
    assert "Next review: Friday 6 August 2027." in html
    assert "must review" not in html


def test_machines_get_a_blog_posting(client: Client) -> None:
    post = make_post(title="Heat & <b>cold</b></script>", summary="Which one?")

    way, data = json_ld(client.get(post.get_absolute_url()).content.decode())["@graph"]
    assert [step["name"] for step in way["itemListElement"]] == [
        "Home",
        "Blog",
        post.category.name,
        post.title,
    ]
    assert data["@type"] == "BlogPosting"
    assert data["headline"] == "Heat & <b>cold</b></script>"
    assert data["url"] == f"http://testserver/blog/{post.slug}/"
    assert data["author"] == {"@type": "Person", "name": post.author.name}
    assert post.publish_at is not None
    assert data["datePublished"] == post.publish_at.isoformat()
    assert "reviewedBy" not in data


class Outline(HTMLParser):
    """The blocks of a page, by what they begin with."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what tells the blocks apart."""
        given = dict(attrs)
        if tag == "figure" or "care-card " in (given.get("class") or "") + " ":
            self.seen.append((given.get("class") or tag).split()[-1])
        if given.get("href") == "/book/" and "button--accent" in (given.get("class") or ""):
            self.seen.append("book")
        if tag == "img" and given.get("alt") == "A taut band.":
            self.seen.append(f"{given['width']}x{given['height']}")


def test_blocks_come_in_the_editors_order(client: Client) -> None:
    post = make_post()
    path = "img/figure-taut-band.svg"
    PostCallToBook.objects.create(parent=post, region="main", ordering=40)
    PostFigure.objects.create(
        parent=post, region="main", ordering=20, picture=path, alternative_text="A taut band."
    )
    PostCareCard.objects.create(
        parent=post, region="main", ordering=30, urgency="emergency", signs="you feel faint"
    )

    outline = Outline()
    outline.feed(client.get(post.get_absolute_url()).content.decode())
    size = pictures.size(path)
    assert size
    assert outline.seen == ["figure", f"{size[0]}x{size[1]}", "care-card--emergency", "book"]


def test_a_list_takes_as_many_queries_for_1_post_as_for_10(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make_post()
    with django_assert_num_queries(3):  # count, posts, categories
        assert len(titles(client, "/blog/")) == 1

    for _ in range(9):
        make_post()
    with django_assert_num_queries(3):
        assert len(titles(client, "/blog/")) == 10


def test_a_post_takes_as_many_queries_with_1_block_as_with_200(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    post = make_post()
    queries = 6 + len(
        POST_BLOCKS
    )  # the post, its tags and neighbors, what is related, the glossary, each block
    with django_assert_num_queries(queries):
        client.get(post.get_absolute_url())

    PostRichText.objects.bulk_create(
        PostRichText(parent=post, region="main", ordering=n, text="<p>More.</p>") for n in range(199)
    )
    for _ in range(9):
        make_post()
    with django_assert_num_queries(queries):
        assert client.get(post.get_absolute_url()).content.decode().count("<p>More.</p>") == 199


def test_only_reading_is_answered(client: Client) -> None:
    post = make_post()

    paths = ["/blog/", "/blog/feed/", post.get_absolute_url(), post.category.get_absolute_url()]
    assert [client.post(path).status_code for path in paths] == [405, 405, 405, 405]
    assert [client.head(path).status_code for path in paths] == [200, 200, 200, 200]


def test_an_author_and_a_tag_have_pages_of_their_posts(client: Client) -> None:
    author, tag = make_author(name="Ada", role="Editor", bio="Writes."), make_tag(name="Warmth")
    post = make_post(title="Hers", author=author)
    post.tags.add(tag)
    make_post(title="Another")
    make_post(title="Unseen", author=author, state=State.DRAFT).tags.add(tag)

    for page in (author, tag):
        assert titles(client, page.get_absolute_url()) == ["Hers"]
    assert "Writes." in client.get(author.get_absolute_url()).content.decode()
    html = client.get(post.get_absolute_url()).content.decode()
    assert f'<a rel="author" href="/blog/author/{author.slug}/">Ada</a>' in html
    assert f'<a rel="tag" href="/blog/tag/{tag.slug}/">Warmth</a>' in html
    assert [client.get(f"/blog/{kind}/nothing/").status_code for kind in ("author", "tag")] == [404, 404]


def test_a_page_about_the_clinic_shows_its_blocks(client: Client) -> None:
    page = make_page(title="Prices", text="<p>What it costs.</p>")
    make_page(title="Unseen", state=State.DRAFT)

    assert "What it costs." in client.get(page.get_absolute_url()).content.decode()
    assert [shown.title for shown in client.get("/pages/").context["pages"]] == ["Prices"]


def test_who_shares_a_page_shows_its_own_words(client: Client) -> None:
    html = client.get(make_post(title="Heat", summary="Which helps.").get_absolute_url()).content.decode()

    assert '<meta property="og:title" content="Heat">' in html
    assert '<meta property="og:description" content="Which helps.">' in html
    assert html.count('property="og:image"') == 1
