"""Do and don't, questions, evidence, pictures: what each says on the page."""

import re

import pytest
from django.template import Context, Template
from django.test import Client

from blog.models import PostDoDont, PostEvidence, PostFigure, PostQuestion, PostRichText
from blog.source_lines import Source, parse_sources
from tests.factories.blog import make_post
from tests.factories.uploads import make_picture


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["3"], [Source("3", "#source-3", 3)]),
        (
            ["1, 3; 12"],
            [Source("1", "#source-1", 1), Source("3", "#source-3", 3), Source("12", "#source-12", 12)],
        ),
        (["Mak 2024 https://a.example/x"], [Source("Mak 2024", "https://a.example/x")]),
        (["Mak 2024 (https://a.example/x)."], [Source("Mak 2024", "https://a.example/x")]),
        (["https://a.example/x"], [Source("a.example/x", "https://a.example/x")]),
        (["A book of 2019"], [Source("A book of 2019")]),
        (["A javascript:ran()"], [Source("A javascript:ran()")]),
        (['A https://a.example/"onclick=ran'], [Source('A "onclick=ran', "https://a.example/")]),
        ([], []),
    ],
)
def test_sources_are_read_one_a_line(lines: list[str], expected: list[Source]) -> None:
    assert parse_sources(lines) == expected


@pytest.mark.django_db
def test_evidence_says_its_level_in_words(client: Client) -> None:
    post = make_post()
    PostEvidence.objects.create(
        parent=post,
        region="main",
        about="Massage for heel pain",
        certainty="very_low",
        found="Two small trials.\n\nThey differ.",
        what_else_works="Stretching\n\nGood shoes",
        sources="2\nCochrane 2024 https://a.example/",
    )

    html = client.get(post.get_absolute_url()).content.decode()
    assert "<strong>Very low certainty.</strong> Nobody can be sure." in html
    assert html.count("evidence__mark--filled") == 1
    assert "<p>Two small trials.</p>" in html
    assert "<li>Stretching</li><li>Good shoes</li>" in html
    assert '<a href="#source-2">Source 2</a>' in html
    assert '<a href="https://a.example/">Cochrane 2024</a>' in html


@pytest.mark.django_db
def test_a_question_is_folded_or_a_heading(client: Client) -> None:
    post = make_post()
    PostQuestion.objects.create(
        parent=post, region="main", question="Does it hurt?", answer="<p>A little.</p>"
    )
    PostQuestion.objects.create(
        parent=post, region="main", question="How long?", answer="<h2>x</h2><p>An hour.</p>", folded=False
    )

    html = client.get(post.get_absolute_url()).content.decode()
    assert '<summary class="question__summary">Does it hurt?</summary>' in html
    assert "<h3>How long?</h3>" in html
    assert "<h2>x</h2>" not in html


@pytest.mark.django_db
def test_do_and_dont_are_two_named_lists(client: Client) -> None:
    post = make_post()
    block = PostDoDont.objects.create(parent=post, region="main", do="Rest\nStretch", dont="Run")

    html = client.get(post.get_absolute_url()).content.decode()
    assert f'<ul aria-labelledby="do-{block.pk}"><li>Rest</li><li>Stretch</li></ul>' in html
    assert f'<ul aria-labelledby="dont-{block.pk}"><li>Run</li></ul>' in html


@pytest.mark.django_db
def test_an_uploaded_picture_comes_in_sizes_with_its_width_and_height(client: Client) -> None:
    picture = make_picture(size=(700, 500), focal_x=24, focal_y=100, credit="Ada")
    post = make_post()
    PostFigure.objects.create(parent=post, region="main", upload=picture, alternative_text="A heel.")

    html = client.get(post.get_absolute_url()).content.decode()
    [figure] = re.findall(r"<figure>.*?</figure>", html, re.DOTALL)
    at = f"/media/library/{picture.folder}"
    assert (
        f'type="image/avif" srcset="{at}/w320.avif 320w, {at}/w640.avif 640w, {at}/w700.avif 700w"' in figure
    )
    assert f'type="image/webp" srcset="{at}/w320.webp 320w' in figure
    assert f'src="{at}/w700.jpg" alt="A heel." width="700" height="500" loading="lazy"' in figure
    assert 'class="picture focus-x-2 focus-y-10"' in figure
    assert "Ada" in figure
    for address in re.findall(r"/media/[\w/.-]+", figure):
        response = client.get(address)
        assert response.status_code == 200
        assert response["X-Content-Type-Options"] == "nosniff"
        assert (
            response["Content-Type"]
            == {
                "avif": "image/avif",
                "webp": "image/webp",
                "jpg": "image/jpeg",
            }[address.rpartition(".")[2]]
        )
        response.close()


@pytest.mark.django_db
def test_a_crop_is_named_after_its_focus_and_is_there(client: Client) -> None:
    picture = make_picture(focal_x=10, focal_y=90)
    html = Template(
        '{% load uploaded %}{% uploaded picture alt="" shape="card" %} {% uploaded_address picture "social" %}'
    ).render(Context({"picture": picture}))

    assert 'width="960" height="720"' in html
    addresses = re.findall(r"/media/[\w/.-]+", html)
    assert len(addresses) == 8
    for address in addresses:
        response = client.get(address)
        assert response.status_code == 200, address
        response.close()


@pytest.mark.django_db
def test_a_figure_without_words_of_its_own_takes_the_pictures(client: Client) -> None:
    post = make_post()
    PostFigure.objects.create(parent=post, region="main", upload=make_picture(alternative_text="A <b> foot."))

    assert 'alt="A &lt;b&gt; foot."' in client.get(post.get_absolute_url()).content.decode()


def test_the_editors_list_shows_the_first_words_of_a_block() -> None:
    assert str(PostQuestion(question="Does it hurt?", answer="<p>No.</p>")) == "Does it hurt?"
    assert str(PostRichText(text="<h2>Heel</h2> <p>" + "word " * 40)) == "Heel " + "word " * 10 + "word…"
    assert str(PostFigure()) == "figure"
