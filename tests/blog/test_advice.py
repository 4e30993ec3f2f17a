"""The checker at the desk: it advises in the form, on its own page and when a page goes live, and stops one thing."""

import datetime
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from blog import advice, demo, outside_links, pictures
from blog.checking import Subject
from blog.models import POST_BLOCKS, Post, PostEvidence, PostFigure, PostFreeTimes, PostRichText
from blog.publishing import State
from services.models import ServiceOption, Therapist
from tests.blog.test_admin import form
from tests.factories.blog import make_author, make_category, make_post
from tests.factories.uploads import make_picture

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor() -> Client:
    """Somebody in the group of editors."""
    client = Client()
    user = User.objects.create_user("editor", is_staff=True)
    user.groups.add(Group.objects.get(name="Editor"))
    client.force_login(user)
    return client


def links(post: Post) -> list[str]:
    """What is said of the post's links."""
    return [one.words for one in advice.report(post, POST_BLOCKS).advice if one.subject is Subject.LINKS]


@pytest.mark.parametrize(
    ("href", "said"),
    [
        ("/book/", []),
        ("/blog/", []),
        ("/blog/seen/", []),
        ("/blog/category/feet/", []),
        ("/services/", []),
        ("/#main", []),
        ("https://example.com/", []),
        ("mailto:desk@example.com", []),
        ("tel:+12125550142", []),
        ("/blog/unseen/", ["Visitors do not see this page yet, or no longer."]),
        ("/blog/never/", ["There is no such page."]),
        ("/blog/category/never/", ["There is no such page."]),
        ("/services/never/", ["There is no such page."]),
        ("/nowhere/", ["There is no such page."]),
        ("/blog/seen", ["The address ends with a slash: /blog/seen/"]),
        ("/book/never/", ["This cannot be booked."]),
        ("blog/seen/", ["Begin with a slash, as in /book/."]),
        ("#nowhere", ["Nothing on this page is called “#nowhere”."]),
        ("mailto:desk", ["This is no email address."]),
        ("tel:us", ["This is no phone number."]),
    ],
)
def test_links_within_the_site_lead_somewhere(href: str, said: list[str]) -> None:
    make_post(slug="seen")
    make_post(slug="unseen", state=State.DRAFT)
    category = make_category(slug="feet")
    post = make_post(text=f'<p>See <a href="{href}">our own words</a>.</p>', category=category)

    assert links(post) == said


def test_a_link_with_the_sites_own_address_is_looked_up(settings: Any) -> None:
    settings.SITE_URL = "https://clinic.example"
    post = make_post(text='<p><a href="https://clinic.example/nowhere/">Our words</a></p>')

    assert links(post) == ["There is no such page."]


def test_sources_lead_to_something() -> None:
    post = make_post()
    PostEvidence.objects.create(
        parent=post, region="main", about="Heel pain", certainty="low", found="Little.", sources="7"
    )

    assert links(post) == ["Nothing on this page is called “#source-7”."]


def test_an_option_that_is_gone_is_told_to_the_editor_alone(
    editor: Client, client: Client, option: ServiceOption, therapist: Therapist
) -> None:
    post = make_post()
    PostFreeTimes.objects.create(parent=post, region="main", option=option.slug)
    assert advice.report(post, POST_BLOCKS).advice == []

    ServiceOption.objects.update(bookable=False)
    [one] = advice.report(post, POST_BLOCKS).advice
    assert (one.subject, one.quote) == (Subject.BLOCKS, f"free times: {option.slug}")
    assert option.slug not in client.get(post.get_absolute_url()).content.decode()
    assert "Only you see this" in editor.get(post.get_absolute_url()).content.decode()
    html = editor.get(f"/admin/blog/post/{post.pk}/change/").content.decode()
    assert f'<option value="{option.slug}" selected>{option.slug} (no longer there)</option>' in html


def with_figure(**fields: Any) -> dict[str, object]:
    """A post with one figure, as a browser sends it."""
    data = form(
        "<p>Text.</p>", author=make_author().pk, category=make_category().pk, **fields.pop("post", {})
    )
    prefix = "blog_postfigure_set"
    figure = {"region": "main", "ordering": 20, "picture": "", "upload": "", "alternative_text": "", **fields}
    return {
        **data,
        f"{prefix}-TOTAL_FORMS": 1,
        **{f"{prefix}-0-{name}": value for name, value in figure.items()},
    }


def test_a_picture_without_words_is_kept_in_a_draft_but_does_not_go_live(editor: Client) -> None:
    picture = make_picture(alternative_text="")
    refused = editor.post("/admin/blog/post/add/", with_figure(upload=picture.pk, post={"state": "live"}))
    assert refused.status_code == 200
    assert "the page is to go live" in refused.content.decode()
    assert not Post.objects.exists()

    assert editor.post("/admin/blog/post/add/", with_figure(upload=picture.pk)).status_code == 302
    report = advice.report(Post.objects.get(), POST_BLOCKS)
    assert report.blocked
    assert advice.missing_text(Post.objects.get(), POST_BLOCKS)
    assert (
        "Before it goes live:"
        in editor.get(f"/admin/blog/post/{Post.objects.get().pk}/change/").content.decode()
    )


@pytest.mark.parametrize("words", [{"alternative_text": "A foot."}, {"decorative": "on"}])
def test_words_of_the_figures_own_or_none_on_purpose_are_enough(
    editor: Client, words: dict[str, str]
) -> None:
    picture = make_picture(alternative_text="")
    data = with_figure(upload=picture.pk, post={"state": "live"}, **words)

    assert editor.post("/admin/blog/post/add/", data).status_code == 302


def test_a_figure_that_is_taken_out_does_not_stop_the_page(editor: Client) -> None:
    post = make_post(state=State.DRAFT)
    figure = PostFigure.objects.create(parent=post, region="main", upload=make_picture(alternative_text=""))
    prefix = "blog_postfigure_set"
    data = with_figure(
        upload=figure.upload_id, post={"state": "live"}, id=figure.pk, parent=post.pk, DELETE="on"
    ) | {f"{prefix}-INITIAL_FORMS": 1}
    data |= {"slug": post.slug, "_edition": post.edition}

    assert editor.post(f"/admin/blog/post/{post.pk}/change/", data).status_code == 302
    assert not PostFigure.objects.exists()


def test_advice_never_keeps_a_page_from_going_live(editor: Client) -> None:
    text = "<h3>Toxins</h3><p>" + "very long words " * 30 + '<a href="/nowhere/">here</a></p>'
    data = form(text, author=make_author().pk, category=make_category().pk, state="live")
    response = editor.post("/admin/blog/post/add/", data, follow=True)

    assert Post.objects.get().state == State.LIVE
    html = response.content.decode()
    assert "to look at in “Heat or cold?”, which is set live." in html
    assert "/check/" in html


def test_a_page_in_order_goes_live_without_a_word(editor: Client) -> None:
    data = form("<p>Short words.</p>", author=make_author().pk, category=make_category().pk, state="live")

    assert "to look at" not in editor.post("/admin/blog/post/add/", data, follow=True).content.decode()


def test_the_page_of_its_own_shows_everything_and_asks_other_sites_only_when_told(
    editor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[str]] = []

    def problems(urls: list[str]) -> dict[str, str]:
        asked.append(urls)
        return {"https://gone.example/": "Not there."}

    monkeypatch.setattr(outside_links, "problems", problems)
    text = '<h3>Deep</h3><p>Toxins. <a href="https://gone.example/">Our words</a></p>'
    post = make_post(text=text)
    address = f"/admin/blog/post/{post.pk}/check/"

    html = editor.get(address).content.decode()
    for part in ("Headings", "Words to avoid", "https://gone.example/", "Ask the other sites"):
        assert part in html
    assert asked == []
    assert "https://gone.example/: Not there." in editor.post(address).content.decode()
    assert asked == [["https://gone.example/"]]


def test_the_check_changes_nothing(editor: Client) -> None:
    post = make_post(text="<h3>Toxins</h3>")
    before = Post.objects.values().get()
    editor.get(f"/admin/blog/post/{post.pk}/check/")

    assert Post.objects.values().get() == before


def test_a_check_of_no_page_is_no_error(editor: Client) -> None:
    assert editor.get("/admin/blog/post/99999999/check/").status_code == 302
    assert editor.get("/admin/blog/post/nonsense/check/").status_code == 302


def test_who_may_not_see_pages_of_the_blog_may_not_check_them(desk: Client, outsider: Client) -> None:
    address = f"/admin/blog/post/{make_post().pk}/check/"

    assert [client.get(address).status_code for client in (desk, outsider, Client())] == [403, 302, 302]


def test_the_check_takes_as_many_queries_with_200_blocks(django_assert_max_num_queries: Any) -> None:
    post = make_post()
    PostRichText.objects.bulk_create(
        PostRichText(parent=post, region="main", ordering=n, text="<p>More words.</p>") for n in range(199)
    )
    PostFigure.objects.bulk_create(
        PostFigure(parent=post, region="main", ordering=n, picture=pictures.drawings()[0][0], decorative=True)
        for n in range(50)
    )
    with django_assert_max_num_queries(len(POST_BLOCKS)):
        advice.report(post, POST_BLOCKS)


def test_demo_posts_of_the_site_give_no_reason_for_advice() -> None:
    demo.seed(at=datetime.datetime(2026, 11, 23, 14, tzinfo=datetime.UTC))
    found = {
        post.slug: [
            one for one in advice.report(post, POST_BLOCKS).advice if one.subject is not Subject.LINKS
        ]
        for post in Post.objects.all()
    }
    assert {slug: said for slug, said in found.items() if said} == {}
