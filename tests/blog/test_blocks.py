"""What is left of an editor's text, and what a figure must have."""

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from blog import pictures
from blog.blocks import sanitized
from blog.models import POST_BLOCKS, PostCareCard, PostFigure, PostRichText
from blog.rendering import body
from tests.factories.blog import make_post

HOSTILE = {
    "<p>Text<script>alert(1)</script></p>": "<p>Text</p>",
    '<p onclick="alert(1)">Text</p>': "<p>Text</p>",
    '<p><img src="x" onerror="alert(1)">Text</p>': "<p>Text</p>",
    '<p><a href="javascript:alert(1)">Text</a></p>': "<p><a>Text</a></p>",
    '<p><a href="JaVaScRiPt&#58;alert(1)">Text</a></p>': "<p><a>Text</a></p>",
    '<p><a href="data:text/html,x">Text</a></p>': "<p><a>Text</a></p>",
    '<p style="position:fixed">Text</p>': "<p>Text</p>",
    '<iframe src="https://example.com"></iframe><p>Text</p>': "<p>Text</p>",
    "<svg><style><img src=x onerror=alert(1)></style></svg><p>Text</p>": "<p>Text</p>",
    "<h1>Text</h1>": "Text",
    '<form action="/"><input name="q"></form><p>Text</p>': "<p>Text</p>",
}

OFFERED = [
    "<h2>Heading</h2><h3>Smaller</h3><p>Text with <strong>bold</strong> and <em>italic</em><br>words.</p>",
    "<ul><li><p>One</p></li></ul><ol><li><p>Two</p></li></ol><blockquote><p>Three</p></blockquote>",
    '<p><a href="/book/">here</a> <a href="https://example.com/">there</a>'
    ' <a href="mailto:a@example.com">mail</a>'
    ' <a href="tel:+12125550142">call</a></p>',
]


@pytest.mark.parametrize(("hostile", "left"), HOSTILE.items())
def test_what_the_editor_does_not_offer_is_taken_out(hostile: str, left: str) -> None:
    assert sanitized(hostile) == left


@pytest.mark.parametrize("html", OFFERED)
def test_what_the_editor_offers_stays_as_it_is(html: str) -> None:
    assert sanitized(html) == html


@pytest.mark.django_db
def test_a_text_is_cleaned_when_it_is_saved() -> None:
    post = make_post(text="<p>Text<script>alert(1)</script></p>")

    assert PostRichText.objects.get(parent=post).text == "<p>Text</p>"


@pytest.mark.django_db
def test_a_text_that_came_another_way_is_cleaned_when_it_is_shown() -> None:
    post = make_post()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE blog_postrichtext SET text = '<p>Text<script>alert(1)</script></p>'")

    (block,) = body(post, POST_BLOCKS)
    assert isinstance(block, PostRichText)
    assert block.html == "<p>Text</p>"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("words", "accepted"),
    [
        ({"alternative_text": "A muscle.", "decorative": False}, True),
        ({"alternative_text": "", "decorative": True}, True),
        ({"alternative_text": "", "decorative": False}, False),
        ({"alternative_text": "A muscle.", "decorative": True}, False),
    ],
)
def test_a_figure_has_words_or_is_decorative(words: dict[str, object], accepted: bool) -> None:
    path, _name = pictures.drawings()[0]
    figure = PostFigure(parent=make_post(), region="main", picture=path, **words)

    if accepted:
        figure.full_clean()
    else:
        with pytest.raises(ValidationError, match="Describe the picture"):
            figure.full_clean()


@pytest.mark.django_db
def test_a_figure_names_one_of_the_sites_drawings() -> None:
    figure = PostFigure(parent=make_post(), region="main", picture="img/../secrets.svg", decorative=True)

    with pytest.raises(ValidationError, match="not a valid choice"):
        figure.full_clean()


def test_every_drawing_says_how_large_it_is() -> None:
    paths = [path for path, _name in pictures.drawings()]

    assert paths
    assert [path for path in paths if pictures.size(path) is None] == []


def test_a_drawing_that_is_gone_has_no_size() -> None:
    assert pictures.size("img/figure-that-never-was.svg") is None


def test_a_care_card_has_one_sign_a_line() -> None:
    assert PostCareCard(signs="one\n\n  two \r\n").lines == ["one", "two"]
