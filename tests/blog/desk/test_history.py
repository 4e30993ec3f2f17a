"""Revisions in the admin: listed, compared, restored as a revision of their own; and deleted pages come back."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from blog import revisions
from blog.models import Author, Category, FormerAddress, Post, PostRichText
from blog.publishing import State
from booking import roles
from services.models import Therapist
from tests.blog.desk.forms import opened, text_added
from tests.factories.blog import make_post, make_tag
from tests.factories.services import make_option, make_therapist

pytestmark = pytest.mark.django_db


@pytest.fixture
def post() -> Post:
    """A live post with one text, which nobody has changed in the admin."""
    return make_post(title="Heat or cold?", slug="heat", text="<p>Both are fine.</p>")


def change(client: Client, post: Post, **fields: Any) -> None:
    """Change a post in the admin; `text` is of a block that is added."""
    path = f"/admin/blog/post/{post.pk}/change/"
    data = opened(client, path)
    if text := fields.pop("text", ""):
        data = text_added(data, text)
    response = client.post(path, {**data, **fields, "_save": "Save"})
    assert response.status_code == 302, response.content.decode()


def versions(post: Post) -> list[Any]:
    """The post's versions, the oldest first."""
    return list(revisions.versions_of(Post, post.pk).reverse())


def restore(client: Client, post: Post, version: Any) -> Any:
    """Press Restore."""
    return client.post(f"/admin/blog/post/{post.pk}/history/{version.pk}/restore/", follow=True)


def texts(post: Post) -> list[str]:
    """The post's texts in order."""
    return list(PostRichText.objects.filter(parent=post).order_by("ordering").values_list("text", flat=True))


def test_what_was_there_before_the_first_change_is_kept(ana: Client, post: Post) -> None:
    change(ana, post, title="Warm or cold?")

    html = ana.get(f"/admin/blog/post/{post.pk}/history/").content.decode()
    assert "As it was, before a change here." in html
    assert html.count("<td>Ana</td>") == 1
    assert "Both are fine." in str(revisions.rows_of(versions(post)[0]))


def test_two_versions_are_compared_word_by_word(ana: Client, post: Post) -> None:
    change(ana, post, title="Heat, or cold?", text="<p>A new block.</p>")
    first, second = versions(post)
    change(ana, post, title="Something else")
    path = f"/admin/blog/post/{post.pk}/history/compare/"
    ana.get("/admin/")  # where the messages of saving are shown
    html = ana.get(f"{path}?from={first.pk}&to={second.pk}").content.decode()

    assert "Heat<ins>,</ins> or cold?" in html
    assert "<ins>A new block.</ins>" in html
    assert "Something else" not in re.sub(r"(?s)<div class=\"breadcrumbs\">.*?</div>", "", html)
    swapped = ana.get(f"{path}?from={second.pk}&to={first.pk}").content.decode()
    assert "Heat<ins>,</ins> or cold?" in swapped
    now = ana.get(f"{path}?from={first.pk}&to=now").context["differences"]
    assert [item.after for item in now if item.label == "Title"] == ["Something else"]


@pytest.mark.parametrize("query", ["from=none&to=now", "from=99999999&to=now", "from=-1", f"from={'9' * 30}"])
def test_a_version_that_is_none_of_the_page_is_404(ana: Client, post: Post, query: str) -> None:
    assert ana.get(f"/admin/blog/post/{post.pk}/history/compare/?{query}").status_code == 404


def test_a_version_of_another_page_is_404(ana: Client, post: Post) -> None:
    other = make_post()
    revisions.keep_as_it_is(other)
    version = versions(other)[0]

    path = f"/admin/blog/post/{post.pk}/history"
    assert ana.get(f"{path}/compare/?from={version.pk}&to=now").status_code == 404
    assert ana.post(f"{path}/{version.pk}/restore/").status_code == 404


def test_the_address_of_one_version_leads_to_the_comparison(ana: Client, post: Post) -> None:
    revisions.keep_as_it_is(post)
    version = versions(post)[0]

    response = ana.get(f"/admin/blog/post/{post.pk}/history/{version.pk}/")
    assert response["Location"].endswith(f"/history/compare/?from={version.pk}&to=now")


def test_a_version_is_restored_with_its_blocks_and_is_a_new_one(
    ana: Client, client: Client, post: Post
) -> None:
    tag = make_tag()
    post.tags.add(tag)
    change(ana, post, text="<p>Second.</p>")
    data = {"title": "Wrong", "slug": "wrong", "tags": [], "sources-1-title": "A source"}
    change(ana, post, **data, **{"blog_postrichtext_set-0-DELETE": "on"})
    assert (texts(post), list(post.tags.all())) == (["<p>Second.</p>"], [])
    first = versions(post)[0]
    restore(ana, post, first)

    post.refresh_from_db()
    assert (post.title, post.slug, post.sources) == ("Heat or cold?", "heat", [])
    assert (texts(post), list(post.tags.all())) == (["<p>Both are fine.</p>"], [tag])
    assert post.edition == 4
    assert len(versions(post)) == 4
    assert client.get("/blog/heat/").status_code == 200
    assert client.get("/blog/wrong/")["Location"] == "/blog/heat/"
    assert list(FormerAddress.objects.values_list("path", flat=True)) == ["/blog/wrong/"]
    restore(ana, post, versions(post)[2])
    assert texts(post) == ["<p>Second.</p>"]


def test_restoring_puts_nothing_on_the_site_and_takes_nothing_off(ana: Client) -> None:
    post = make_post(title="Draft", state=State.DRAFT, publish_at=None)
    change(ana, post, title="Live", state="live")
    restore(ana, post, versions(post)[0])

    post.refresh_from_db()
    assert (post.title, post.state) == ("Draft", State.LIVE)
    assert post.publish_at is not None


def test_a_version_whose_address_is_taken_is_refused_and_nothing_changes(ana: Client, post: Post) -> None:
    change(ana, post, slug="cold")
    make_post(slug="heat")
    response = restore(ana, post, versions(post)[0])

    assert "It was not restored." in response.content.decode()
    post.refresh_from_db()
    assert (post.slug, post.edition, len(versions(post))) == ("cold", 2, 2)


def test_a_version_with_a_hostile_text_is_cleaned_when_it_is_restored(ana: Client, post: Post) -> None:
    revisions.keep_as_it_is(post)
    [version] = versions(post)
    for kept in version.revision.version_set.all():
        kept.serialized_data = kept.serialized_data.replace(
            "Both are fine.", "Both <script>alert(1)</script>are fine."
        )
        kept.save()
    restore(ana, post, version)

    assert texts(post) == ["<p>Both are fine.</p>"]


def test_a_version_that_cannot_be_read_is_said_to_be_so(ana: Client, post: Post) -> None:
    revisions.keep_as_it_is(post)
    [version] = versions(post)
    version.serialized_data = version.serialized_data.replace('"publish_at": "', '"publish_at": "not ')
    version.save()

    assert "too old to be read" in restore(ana, post, version).content.decode()
    page = ana.get(f"/admin/blog/post/{post.pk}/history/compare/?from={version.pk}&to=now")
    assert "too old to be read" in page.content.decode()


def test_restoring_wants_a_post_and_the_permission(ana: Client, post: Post) -> None:
    revisions.keep_as_it_is(post)
    path = f"/admin/blog/post/{post.pk}/history/{versions(post)[0].pk}/restore/"
    looker = User.objects.create_user("looker", is_staff=True)
    looker.groups.add(Group.objects.get(name=roles.DESK))
    desk = Client()
    desk.force_login(looker)

    assert ana.get(path).status_code == 405
    assert desk.post(path).status_code == 403


def test_what_is_booked_with_a_therapist_is_not_restored(ana: Client) -> None:
    option = make_option()
    user = User.objects.create_user("therapist")
    therapist = make_therapist(name="Before", options=[])
    revisions.keep_as_it_is(therapist)
    version = revisions.versions_of(Therapist, therapist.pk).get()
    therapist.title, therapist.user, therapist.bookable = "After", user, False
    therapist.save()
    therapist.options.set([option])

    path = f"/admin/services/therapist/{therapist.pk}/history/{version.pk}/restore/"
    assert ana.post(path).status_code == 302
    therapist.refresh_from_db()
    assert (therapist.title, therapist.user, therapist.bookable) == ("Before", user, False)
    assert list(therapist.options.all()) == [option]


def test_a_deleted_page_comes_back_as_a_draft(ana: Client, client: Client, post: Post) -> None:
    key = post.pk
    ana.post(f"/admin/blog/post/{key}/delete/", {"post": "yes"})
    assert not Post.objects.exists()
    html = ana.get("/admin/blog/post/recover/").content.decode()
    found = re.search(r'href="(/admin/blog/post/recover/\d+/)"', html)
    assert found
    assert "Both are fine." in ana.get(found[1]).content.decode()
    assert not Post.objects.exists()

    assert ana.post(found[1]).status_code == 302
    back = Post.objects.get(pk=key)
    assert (back.title, back.slug, back.state, texts(back)) == (
        "Heat or cold?",
        "heat",
        State.DRAFT,
        ["<p>Both are fine.</p>"],
    )
    assert client.get("/blog/heat/").status_code == 404
    assert ana.post(found[1]).status_code == 404


def test_pages_deleted_from_the_list_can_be_recovered_too(ana: Client, post: Post) -> None:
    data = {"action": "delete_selected", "_selected_action": [post.pk], "post": "yes"}
    ana.post("/admin/blog/post/", data)

    assert "Heat or cold?" in ana.get("/admin/blog/post/recover/").content.decode()


def test_a_page_whose_author_went_with_it_is_not_recovered_by_halves(ana: Client, post: Post) -> None:
    author, category = post.author, post.category
    ana.post(f"/admin/blog/post/{post.pk}/delete/", {"post": "yes"})
    Author.objects.filter(pk=author.pk).delete()
    Category.objects.filter(pk=category.pk).delete()
    found = re.search(r"/admin/blog/post/recover/\d+/", ana.get("/admin/blog/post/recover/").content.decode())
    assert found

    assert "It was not restored." in ana.post(found[0], follow=True).content.decode()
    assert not Post.objects.exists()
    assert not PostRichText.objects.exists()
