"""Two editors on one page: the second is warned, is refused, is shown what changed, and loses nothing."""

import threading
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

from blog import revisions
from blog.desk import conflicts
from blog.models import OpenPage, Post, PostRichText
from blog.states import rows_now
from tests.blog.desk.forms import opened, read, text_added
from tests.factories.blog import make_post
from tests.factories.services import make_service

pytestmark = pytest.mark.django_db


@pytest.fixture
def post() -> Post:
    """A post with one text."""
    return make_post(title="Heat or cold?", text="<p>Both are fine.</p>")


def path_of(post: Post) -> str:
    """The page on which it is changed."""
    return f"/admin/blog/post/{post.pk}/change/"


def texts(post: Post) -> list[str]:
    """The post's texts in order."""
    return list(PostRichText.objects.filter(parent=post).order_by("ordering").values_list("text", flat=True))


@pytest.mark.usefixtures("clock")
def test_the_second_is_warned_when_they_open_the_page(ana: Client, ben: Client, post: Post) -> None:
    assert "page open since" not in ana.get(path_of(post)).content.decode()
    html = ben.get(path_of(post)).content.decode()

    assert "Ana has had this page open since 9am." in html
    assert "page open since" not in ben.get(f"/admin/blog/post/{make_post().pk}/change/").content.decode()


@pytest.mark.usefixtures("clock")
def test_who_has_saved_and_gone_is_not_named(ana: Client, ben: Client, post: Post) -> None:
    ana.post(path_of(post), {**opened(ana, path_of(post)), "_save": "Save"})

    assert "page open since" not in ben.get(path_of(post)).content.decode()


def test_who_opened_it_hours_ago_is_not_named(
    ana: Client, ben: Client, post: Post, clock: Any, at: Any
) -> None:
    ana.get(path_of(post))
    clock.move_to(at(23, 11, 1))

    assert "page open since" not in ben.get(path_of(post)).content.decode()
    assert OpenPage.objects.count() == 1


def test_the_second_to_save_is_refused_and_keeps_what_they_typed(
    ana: Client, ben: Client, post: Post
) -> None:
    hers, his = opened(ana, path_of(post)), opened(ben, path_of(post))
    ana.post(path_of(post), {**hers, "title": "Heat, or cold?", "_save": "Save"})
    response = ben.post(
        path_of(post), text_added({**his, "summary": "His summary."}, "<p>His text.</p>") | {"_save": "Save"}
    )

    assert response.status_code == 409
    html = response.content.decode()
    assert "Ana saved this page at" in html
    post.refresh_from_db()
    assert (post.title, post.edition, texts(post)) == ("Heat, or cold?", 2, ["<p>Both are fine.</p>"])
    kept = read(html, "post_form")
    assert kept["summary"] == "His summary."
    assert kept["blog_postrichtext_set-1-text"] == "<p>His text.</p>"
    conflict = response.context["conflict"]
    assert [(item.label, item.before, item.after) for item in conflict.since] == [
        ("Title", "Heat or cold?", "Heat, or cold?")
    ]
    assert {item.label for item in conflict.mine} == {"Title", "Summary", "Text"}


def test_saving_again_without_a_choice_is_refused_again(ana: Client, ben: Client, post: Post) -> None:
    his = opened(ben, path_of(post))
    ana.post(path_of(post), {**opened(ana, path_of(post)), "title": "Hers", "_save": "Save"})
    shown = ben.post(path_of(post), {**his, "_save": "Save"}).content.decode()

    assert ben.post(path_of(post), {**read(shown, "post_form"), "_save": "Save"}).status_code == 409


def test_mine_anyway_makes_the_page_what_they_have_and_keeps_the_other_in_the_history(
    ana: Client, ben: Client, post: Post
) -> None:
    his = text_added(opened(ben, path_of(post)), "<p>His text.</p>")
    ana.post(path_of(post), text_added(opened(ana, path_of(post)), "<p>Hers.</p>") | {"title": "Hers"})
    shown = ben.post(path_of(post), {**his, "title": "His", "_save": "Save"})
    mine = {**read(shown.content.decode(), "post_form"), "_mine": str(shown.context["conflict"].edition)}

    assert ben.post(path_of(post), mine).status_code == 302
    post.refresh_from_db()
    assert (post.title, texts(post)) == ("His", ["<p>Both are fine.</p>", "<p>His text.</p>"])
    [his_version, her_version, *_] = revisions.versions_of(Post, post.pk)
    assert "<p>Hers.</p>" in str(revisions.rows_of(her_version))
    assert "<p>His text.</p>" in str(revisions.rows_of(his_version))


def test_mine_anyway_brings_back_a_block_that_the_other_deleted(ana: Client, ben: Client, post: Post) -> None:
    his = opened(ben, path_of(post))
    hers = opened(ana, path_of(post))
    ana.post(path_of(post), {**hers, "blog_postrichtext_set-0-DELETE": "on", "_save": "Save"})
    assert texts(post) == []

    shown = ben.post(path_of(post), {**his, "blog_postrichtext_set-0-text": "<p>Better.</p>"})
    assert shown.status_code == 409
    assert "Select a valid choice" not in shown.content.decode()
    mine = {**read(shown.content.decode(), "post_form"), "_mine": str(shown.context["conflict"].edition)}
    ben.post(path_of(post), mine)
    assert texts(post) == ["<p>Better.</p>"]


def test_mine_anyway_is_refused_when_a_third_has_saved_meanwhile(
    ana: Client, ben: Client, post: Post
) -> None:
    his = opened(ben, path_of(post))
    ana.post(path_of(post), {**opened(ana, path_of(post)), "title": "One", "_save": "Save"})
    shown = ben.post(path_of(post), {**his, "_save": "Save"})
    mine = {**read(shown.content.decode(), "post_form"), "_mine": str(shown.context["conflict"].edition)}
    ana.post(path_of(post), {**opened(ana, path_of(post)), "title": "Two", "_save": "Save"})

    assert ben.post(path_of(post), mine).status_code == 409
    post.refresh_from_db()
    assert post.title == "Two"


def test_a_form_without_an_edition_is_refused(ana: Client, post: Post) -> None:
    data = opened(ana, path_of(post))
    del data["_edition"]

    assert ana.post(path_of(post), data).status_code == 409


def test_with_something_wrong_in_it_the_form_shows_both(ana: Client, ben: Client, post: Post) -> None:
    his = opened(ben, path_of(post))
    ana.post(path_of(post), {**opened(ana, path_of(post)), "title": "Hers", "_save": "Save"})
    response = ben.post(path_of(post), {**his, "title": "", "summary": "Kept.", "_save": "Save"})

    html = response.content.decode()
    assert response.status_code == 409
    assert "This field is required." in html
    assert read(html, "post_form")["summary"] == "Kept."


def test_without_the_check_the_second_overwrites_the_first(
    ana: Client, ben: Client, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conflicts, "check", lambda page, sent: None)
    his = opened(ben, path_of(post))
    ana.post(path_of(post), {**opened(ana, path_of(post)), "title": "Hers", "_save": "Save"})

    assert ben.post(path_of(post), {**his, "_save": "Save"}).status_code == 302
    post.refresh_from_db()
    assert post.title == "Heat or cold?"  # hers is lost: this is what the check is for


def test_a_service_is_kept_from_it_too(ana: Client, ben: Client) -> None:
    service = make_service(title="Massage")
    path = f"/admin/services/service/{service.pk}/change/"
    his = opened(ben, path, "service_form")
    ana.post(path, {**opened(ana, path, "service_form"), "title": "Hers", "_save": "Save"})

    assert ben.post(path, {**his, "title": "His", "_save": "Save"}).status_code == 409
    service.refresh_from_db()
    assert service.title == "Hers"


def at_once(clients: list[Client], post: Post) -> list[int]:
    """The answers to all of them saving a title of their own at the same moment."""
    forms = [opened(client, path_of(post)) for client in clients]
    ready = threading.Barrier(len(clients))
    answers: list[int] = []

    def work(client: Client, data: dict[str, Any], n: int) -> None:
        ready.wait()
        try:
            answers.append(client.post(path_of(post), {**data, "title": f"Title {n}"}).status_code)
        finally:
            connection.close()

    threads = [
        threading.Thread(target=work, args=(client, data, n))
        for n, (client, data) in enumerate(zip(clients, forms, strict=True))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(answers)


def browsers(count: int) -> list[Client]:
    """So many people who may change posts."""
    clients = [Client() for _ in range(count)]
    for n, client in enumerate(clients):
        client.force_login(User.objects.create_superuser(f"editor-{n}"))
    return clients


@pytest.mark.django_db(transaction=True)
def test_of_four_who_save_at_the_same_moment_one_does(post: Post) -> None:
    assert at_once(browsers(4), post) == [302, 409, 409, 409]
    assert Post.objects.get().edition == 2


@pytest.mark.django_db(transaction=True)
def test_without_the_check_all_four_do(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conflicts, "check", lambda page, sent: None)

    assert at_once(browsers(4), post) == [302, 302, 302, 302]


def test_rows_are_read_without_being_changed(post: Post) -> None:
    assert rows_now(post) == rows_now(Post.objects.get(pk=post.pk))
