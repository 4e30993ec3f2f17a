"""Search: what is found, in what order, for whom, and what is said when nothing is."""

import base64
import datetime
import re
from typing import Any

import pytest
import time_machine
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from blog import search, search_index
from blog.models import Post, PostRichText, SearchEntry, SearchWord, Term
from blog.publishing import State
from services.models import Service
from tests.factories.blog import make_post
from tests.factories.services import make_service, make_therapist

pytestmark = pytest.mark.django_db

NOW = datetime.datetime(2026, 11, 23, 14, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)


def titles(typed: str, **asked: Any) -> list[str]:
    """The titles that are found, without their marks."""
    results = search.find(typed, at=NOW, **asked).results
    return [result.title.replace("<mark>", "").replace("</mark>", "") for result in results]


def test_a_word_in_the_title_counts_more_than_in_the_summary_and_there_more_than_in_the_text() -> None:
    make_post(title="In the text", summary="Other.", text="<p>The elbow.</p>")
    make_post(title="The elbow", summary="Other.", text="<p>Other.</p>")
    make_post(title="In the summary", summary="The elbow.", text="<p>Other.</p>")

    assert titles("elbow") == ["The elbow", "In the summary", "In the text"]


def test_a_word_is_found_in_its_other_forms() -> None:
    make_post(title="Running", text="<p>Sore heels of runners.</p>")

    assert titles("heel") == titles("run") == titles("HEELS") == ["Running"]


def test_all_kinds_of_pages_are_found_and_say_what_they_are() -> None:
    make_post(title="A post on necks")
    make_service(title="Neck service")
    make_therapist(name="Ana Neck")
    Term.objects.create(name="neck", slug="neck", explanation="Between head and shoulders.")

    found = search.find("neck", at=NOW).results
    assert sorted(result.label for result in found) == ["Blog", "Glossary", "Service", "Therapist"]


def test_a_service_comes_before_a_post_and_a_post_before_a_term_with_the_same_words() -> None:
    Term.objects.create(name="neck", slug="neck", explanation="Slow, firm pressure on tender spots.")
    make_post(title="Neck", summary="Slow, firm pressure on tender spots.")
    make_service(title="Neck")

    assert [result.label for result in search.find("neck", at=NOW).results] == ["Service", "Blog", "Glossary"]


def test_other_names_of_a_term_are_found_like_its_name() -> None:
    Term.objects.create(
        name="Golfer’s elbow", slug="g", other_forms="epicondylitis", explanation="Elbow pain."
    )
    make_post(title="Something else", text="<p>epicondylitis</p>")

    assert titles("epicondylitis") == ["Golfer’s elbow", "Something else"]


@pytest.mark.parametrize("typed", ["plan", "plantar fas", "fas plantar", "Plantar Fasciitis"])
def test_the_beginnings_of_words_are_enough(typed: str) -> None:
    make_post(title="Plantar fasciitis")

    assert titles(typed) == ["Plantar fasciitis"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("planter fascitis", "plantar fasciitis"),
        ("fasciitus", "fasciitis"),
        ("shuolder", "shoulder"),
        ("sholder", "shoulder"),
        ("nekc", "neck"),
        ("nek", "neck"),
        ("massge", "massage"),
        ("siatica", "sciatica"),
    ],
)
def test_typing_errors_are_forgiven_and_named(typed: str, meant: str) -> None:
    make_post(title=meant.title())
    make_post(title="Anything else", text="<p>The knee bone and the hip.</p>")

    found = search.find(typed, at=NOW)
    assert (found.looked_for, found.total) == (meant, 1)


def test_without_the_vocabulary_no_error_is_forgiven() -> None:
    make_post(title="Shoulder")
    SearchWord.objects.all().delete()

    assert search.find("sholder", at=NOW).total == 0


def test_where_no_page_has_all_words_those_with_some_are_given() -> None:
    make_post(title="Desks and necks")
    make_post(title="Runners")

    found = search.find("why does my neck hurt at my desk", at=NOW)
    assert (found.any_word, [result.address for result in found.results]) == (
        True,
        [Post.objects.get(title="Desks and necks").get_absolute_url()],
    )


def test_quotation_marks_and_minus_mean_what_they_mean_elsewhere() -> None:
    make_post(title="Frozen shoulder")
    make_post(title="Shoulder of a frozen lake")

    assert titles('"frozen shoulder"') == ["Frozen shoulder"]
    assert titles("frozen -lake") == ["Frozen shoulder"]


def test_accents_do_not_matter() -> None:
    make_post(title="Café chairs")

    assert titles("cafe") == titles("CAFÉ") == ["Café chairs"]


@pytest.mark.parametrize(
    "fields",
    [
        {"state": State.DRAFT},
        {"publish_at": NOW + DAY},
        {"publish_at": NOW - 2 * DAY, "expire_at": NOW},
    ],
    ids=["draft", "scheduled", "expired"],
)
def test_what_the_public_does_not_see_is_not_found_and_lends_no_word(fields: dict[str, Any]) -> None:
    make_post(title="Secret hypnotherapy", **fields)
    make_post(title="Public")

    for typed in ("hypnotherapy", "hypnoterapy", "hypno", "secret public"):
        found = search.find(typed, at=NOW)
        assert "hypnotherapy" not in found.looked_for
        assert "Secret" not in " ".join(result.title for result in found.results)


def test_a_scheduled_page_is_found_from_its_moment_on_and_an_expired_one_until_it() -> None:
    make_post(title="Tomorrow", publish_at=NOW + DAY, expire_at=NOW + 2 * DAY)

    found = [search.find("tomorrow", at=NOW + days * DAY).total for days in (0, 1, 2)]
    assert found == [0, 1, 0]


def test_a_page_is_found_by_what_it_says_now() -> None:
    service = make_service(title="Earlier")
    service.title, service.body = "Later", "<p>New words</p>"
    service.save()

    assert (titles("earlier"), titles("later"), titles("new words")) == ([], ["Later"], ["Later"])


@pytest.mark.parametrize("how", ["page", "query", "draft"])
def test_a_page_that_is_gone_is_not_found(how: str) -> None:
    service = make_service(title="Gone")
    if how == "page":
        service.delete()
    elif how == "query":
        Service.objects.filter(pk=service.pk).delete()
    else:
        service.state = State.DRAFT
        service.save()

    assert not SearchEntry.objects.filter(title="Gone").exists()


def test_the_row_of_a_page_is_written_in_the_transaction_that_saves_it() -> None:
    post = make_post(title="Kept")
    PostRichText.objects.filter(parent=post).update(text="<p>Bypassed</p>")
    assert titles("bypassed") == []

    search_index.put(post)
    assert titles("bypassed") == ["Kept"]


def test_rebuilding_brings_back_everything_and_nothing_else() -> None:
    make_post(title="Post")
    make_service(title="Service")
    before = list(
        SearchEntry.objects.order_by("kind", "object_id").values_list("kind", "object_id", "title", "body")
    )
    SearchEntry.objects.filter(title="Post").delete()
    SearchEntry.objects.create(
        kind="blog.post", object_id=0, label="x", address="/", title="Stray", shows_from=NOW
    )

    search_index.rebuild()
    after = list(
        SearchEntry.objects.order_by("kind", "object_id").values_list("kind", "object_id", "title", "body")
    )
    assert after == before


def test_what_was_looked_for_is_marked_and_everything_else_is_escaped() -> None:
    make_post(
        title="<script>alert(1)</script> heel",
        summary="A & B.",
        text="<p>Words before. &lt;img src=x onerror=alert(2)&gt; The heel \ue000hurts\ue001.</p>",
    )

    (result,) = search.find("heel", at=NOW).results
    assert result.title == "&lt;script&gt;alert(1)&lt;/script&gt; <mark>heel</mark>"
    assert "<mark>heel</mark>" in result.words
    assert "<img" not in result.words
    assert "\ue000" not in result.words


ODD = [
    "",
    " ",
    "\0",
    "a\0b",
    "the",
    "the of and",
    "'",
    "' OR 1=1 --",
    "!!! & | ( ) : *",
    "neck & ! |",
    '"',
    "-",
    "-neck",
    "neck:*",
    "%",
    "_",
    "\\",
    "\ud800",
    "😀",
    "شولدر",
    "x" * 10_000,
    "neck " * 2_000,
    "or or or",
    "a or b",
    "<script>",
    "\r\n",
    "\ue000\ue001",
]


@pytest.mark.parametrize("typed", ODD, ids=range(len(ODD)))
def test_odd_questions_get_an_answer(typed: str, client: Client) -> None:
    make_post(title="Neck")

    search.find(typed, at=NOW)
    for response in (
        client.post("/search/", {"q": typed.encode("utf-8", "replace").decode()}, follow=True),
        client.get("/search/", {"q": typed.encode("utf-8", "replace").decode()}),
    ):
        assert response.status_code == 200
        assert "<h1>Search</h1>" in response.content.decode()


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(typed=st.text(max_size=60))
def test_whatever_is_typed_gets_an_answer(typed: str) -> None:
    search.find(typed, at=NOW)


@pytest.mark.parametrize(("typed", "words"), [("", "nothing to look for"), ("the", "no word that says")])
def test_a_question_without_a_word_is_told_what_to_do(client: Client, typed: str, words: str) -> None:
    page = client.post("/search/", {"q": typed}, follow=True).content.decode()

    assert "Type a word or two" in page
    assert words in page


def test_nothing_found_says_what_to_do_and_keeps_what_was_typed(client: Client) -> None:
    page = client.post("/search/", {"q": "qqqq <b>"}, follow=True).content.decode()

    assert "Nothing found" in page
    assert 'value="qqqq &lt;b&gt;"' in page
    assert "Services and prices" in page


def test_results_come_10_a_page(client: Client) -> None:
    for _ in range(23):
        make_post(title="Neck")

    first = client.post("/search/", {"q": "neck"}, follow=True)
    address = first.redirect_chain[-1][0]
    pages = [client.get(f"{address}&page={page}").content.decode() for page in (1, 2, 3)]
    assert [page.count('class="found"') for page in pages] == [10, 10, 3]
    assert "Page 3 of 3" in pages[2]
    assert (
        client.get(
            re.findall(r'rel="next" href="([^"]+)"', pages[0])[0].replace("&amp;", "&")
        ).content.decode()
        == pages[1]
    )
    for odd in ("0", "99", "-1", "x", "²", "1" * 4000):
        assert client.get("/search/", {"q": "neck", "page": odd}).status_code == 200
    assert search.find("neck", at=NOW, page=50).page == 1


@pytest.mark.parametrize("size", [1, 40])
def test_the_number_of_queries_does_not_grow(
    size: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(size):
        make_post(title="Neck and shoulder")

    with django_assert_num_queries(1):
        search.find("neck", at=NOW)
    with django_assert_num_queries(3):
        search.find("nekc shuolder", at=NOW)
    with django_assert_num_queries(4):
        search.find("xxxx xxxxxx zzzzzzz nekc", at=NOW)


def test_what_is_searched_for_stands_in_no_address_title_log_or_store(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    make_post(title="Sciatica")
    sent = client.post("/search/", {"q": "sciatica"})
    address = sent["Location"]
    shown = client.get(address)
    page = shown.content.decode()

    assert (sent.status_code, page.count('class="found"')) == (303, 1)
    assert "sciatica" not in address
    assert "sciatica" not in base64.urlsafe_b64decode(address.partition("s=")[2] + "==").decode("latin-1")
    for response in (sent, shown):
        assert response["Cache-Control"] == "no-store, private"
        assert response["Referrer-Policy"] == "no-referrer"
        assert response["X-Robots-Tag"] == "noindex"
        assert not response.cookies
    assert "q=" not in page
    assert "<title>Search | " in page
    assert '<link rel="canonical" href="http://testserver/search/">' in page
    assert "sciatica" not in caplog.text


@pytest.mark.parametrize("secret", ["", "x", "é", "gAAAAA", "\0", "x" * 5000])
def test_an_address_that_nobody_can_read_is_told_what_to_do(client: Client, secret: str) -> None:
    page = client.get("/search/", {"s": secret})

    assert page.status_code == 200
    assert ("too old to be shown" in page.content.decode()) is bool(secret)


def test_the_address_of_a_search_can_be_read_for_12_hours(
    client: Client, clock: time_machine.Traveller
) -> None:
    make_post(title="Sciatica")
    address = client.post("/search/", {"q": "sciatica"})["Location"]

    clock.shift(datetime.timedelta(hours=12))
    assert "1 page found" in client.get(address).content.decode()
    clock.shift(datetime.timedelta(seconds=2))
    assert "too old to be shown" in client.get(address).content.decode()


def test_the_forms_of_the_site_send_by_post_and_need_no_cookie() -> None:
    client = Client(enforce_csrf_checks=True)
    home = client.get("/services/")

    assert '<form class="search-form" action="/search/" method="post"' in home.content.decode()
    assert not home.cookies
    assert client.post("/search/", {"q": "neck"}, follow=True).status_code == 200


def test_slips_are_counted() -> None:
    pairs = [
        ("neck", "neck"),
        ("nekc", "neck"),
        ("nek", "neck"),
        ("necks", "neck"),
        ("nack", "neck"),
        ("", "abc"),
    ]

    assert [search.slips(*pair) for pair in pairs] == [0, 1, 1, 1, 1, 3]
