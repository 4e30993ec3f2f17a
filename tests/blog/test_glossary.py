"""Terms explain themselves: the first of each on a page, in the text only, and never in place of the text."""

import re
from html.parser import HTMLParser

import pytest
from django.core.exceptions import ValidationError
from django.template import Context, Template
from django.test import Client, RequestFactory
from django.utils.safestring import mark_safe
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from blog import demo
from blog.blocks import sanitized
from blog.glossary import Page, _vocabulary
from blog.models import PostRichText, Term
from tests.blog.test_demo import FORBIDDEN, LONGEST_SENTENCE, sentences
from tests.factories.blog import make_post
from tests.factories.services import make_service

ROWS = (
    ("tendon", "Tendon", "Joins a muscle to a bone.", "tendons"),
    ("trigger-point", "Trigger point", "A tender <spot> & more.", "trigger points\nTrP"),
    ("point", "Point", "Something else.", ""),
)


def page() -> Page:
    return Page(_vocabulary(ROWS))


class Words(HTMLParser):
    """The text that stands outside of explanations, and the controls."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text, self.controls, self._in_popover = "", list[str](), 0
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if self._in_popover or "popover" in found:
            self._in_popover += 1
        if "popovertarget" in found:
            self.controls.append(found["popovertarget"] or "")

    def handle_endtag(self, tag: str) -> None:
        self._in_popover = max(0, self._in_popover - 1)

    def handle_data(self, data: str) -> None:
        self.text += "" if self._in_popover else data


def controls(html: str) -> list[str]:
    return Words(page().explain(html)).controls


def test_the_first_of_each_term_explains_itself_and_no_other() -> None:
    shown = page()

    assert Words(shown.explain("<p>Tendons, a tendon.</p>")).controls == ["term-tendon"]
    assert Words(shown.explain("<p>A tendon and a trigger point.</p>")).controls == ["term-trigger-point"]


def test_the_longest_term_is_taken_whatever_its_capitals_and_spaces() -> None:
    assert controls("<p>TRIGGER\n points</p>") == ["term-trigger-point"]
    assert controls("<p>trp</p>") == ["term-trigger-point"]


@pytest.mark.parametrize(
    "html", ["<p>tendonitis</p>", "<p>pre-tendon</p>", "<p>tendon-like</p>", "<p>pointing</p>"]
)
def test_a_part_of_a_word_is_no_term(html: str) -> None:
    assert page().explain(html) == html


@pytest.mark.parametrize(
    "html",
    [
        '<a href="/x/">a tendon</a>',
        '<a href="/x/"><strong>a tendon</strong></a>',
        "<h2>A tendon</h2>",
        "<h3>A <em>tendon</em></h3>",
        "<code>tendon</code>",
        '<img alt="tendon">',
        '<a title="tendon" href="/tendon/">x</a>',
        "<!-- tendon -->",
    ],
)
def test_links_headings_code_and_attributes_stay_as_they_are(html: str) -> None:
    assert page().explain(html) == html


def test_what_follows_a_heading_is_explained_again() -> None:
    assert controls("<h2>The tendon</h2><p>The tendon</p>") == ["term-tendon"]


def test_an_explanation_is_escaped_and_named_for_a_screen_reader() -> None:
    html = page().explain("<p>a trigger point</p>")

    assert "A tender &lt;spot&gt; &amp; more." in html
    assert 'aria-label="trigger point: what it means">trigger point</button>' in html
    assert 'href="/glossary/#trigger-point"' in html


@given(
    parts=st.lists(
        st.sampled_from(
            ["tendon", " ", "trigger points", "point", "&amp;", "&#x3C;", "<b>", "</b>", "<br>", "<h2>", "</h2>", "é",
             '<a href="/">', "</a>", "<p>", "</p>", "&lt;b&gt;", "'", '"']
        ),
        max_size=25,
    )
)  # fmt: skip
def test_the_text_of_a_page_stays_what_it_was(parts: list[str]) -> None:
    html = sanitized("".join(parts))

    assert Words(page().explain(html)).text == Words(html).text


@pytest.mark.django_db
def test_a_page_explains_in_one_query_however_many_texts_it_has(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(30):
        Term.objects.create(name=f"term{number}", slug=f"term{number}", explanation="Means something.")
    template = Template("{% load glossary %}{% for text in texts %}{% explain text %}{% endfor %}")
    texts = [mark_safe(f"<p>term{number} term0</p>") for number in range(30)]

    with django_assert_num_queries(1):
        html = template.render(Context({"texts": texts, "request": RequestFactory().get("/")}))
    assert html.count("popovertarget") == 30


@pytest.mark.django_db
def test_without_a_request_as_in_a_feed_nothing_is_added() -> None:
    Term.objects.create(name="tendon", slug="tendon", explanation="Joins.")
    template = Template("{% load glossary %}{% explain text %}")

    assert template.render(Context({"text": mark_safe("<p>tendon</p>")})) == "<p>tendon</p>"
    with pytest.raises(TypeError):
        template.render(Context({"text": "<p>not safe</p>"}))


@pytest.mark.django_db
def test_posts_and_services_explain_their_terms(client: Client) -> None:
    Term.objects.create(name="tendon", slug="tendon", explanation="Joins a muscle to a bone.")
    Term.objects.create(name="muscle", slug="muscle", explanation="Pulls.", in_place=False)
    post = make_post(text="<p>A tendon.</p>")
    PostRichText.objects.create(parent=post, region="main", ordering=20, text="<p>A tendon of a muscle.</p>")
    service = make_service(body="<p>A tendon.</p>")

    for address in (post.get_absolute_url(), service.get_absolute_url()):
        html = client.get(address).content.decode()
        assert html.count('popovertarget="term-tendon"') == 1
        assert 'popovertarget="term-muscle"' not in html


@pytest.mark.django_db
def test_the_glossary_lists_every_term_at_an_address_of_its_own(client: Client) -> None:
    term = Term.objects.create(
        name="Tendon", slug="tendon", explanation="Joins <b>.", more="<p>More.</p><script>alert(1)</script>"
    )
    html = client.get("/glossary/").content.decode()

    assert term.get_absolute_url() == "/glossary/#tendon"
    assert 'id="tendon"' in html
    assert "Joins &lt;b&gt;." in html
    assert "<p>More.</p>" in html
    assert "alert(1)" not in html


@pytest.mark.django_db
def test_an_empty_glossary_says_so(client: Client) -> None:
    assert "There is nothing here yet." in client.get("/glossary/").content.decode()


@pytest.mark.django_db
def test_a_form_belongs_to_one_term_only() -> None:
    Term.objects.create(name="Tendon", slug="tendon", other_forms="sinew", explanation="Joins.")
    with pytest.raises(ValidationError, match="stands under “Tendon” already"):
        Term(name="Sinews", slug="sinews", other_forms="Sinew", explanation="Joins.").full_clean()


TERMS = demo.glossary_entries()


def test_the_demo_has_about_30_terms_each_form_once() -> None:
    forms = [form.lower() for term in TERMS for form in (term["name"], *term["forms"])]

    assert 30 <= len(TERMS) <= 40
    assert sorted(forms) == sorted(set(forms))


@pytest.mark.parametrize("term", TERMS, ids=lambda term: term["slug"])
def test_a_term_of_the_demo_is_explained_in_plain_words(term: dict[str, str]) -> None:
    assert len(term["explanation"]) <= 160 + 40
    assert [each for each in sentences(term["explanation"]) if len(each.split()) > LONGEST_SENTENCE] == []
    assert not re.search(FORBIDDEN, f"{term['explanation']} {term.get('more', '')}".lower())


def test_no_term_means_no_pattern() -> None:
    assert Page(_vocabulary(())).explain("<p>tendon</p>") == "<p>tendon</p>"
