"""What pages show of other rooms of the house: looked up at once, and nothing when it is gone."""

from collections.abc import Collection, Iterator
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from blog import embeds, pictures
from blog.embed_blocks import FreeTimesBlock
from blog.models import (
    POST_BLOCKS,
    Post,
    PostCallToBook,
    PostCareCard,
    PostDoDont,
    PostEvidence,
    PostFigure,
    PostFreeTimes,
    PostMuscleFigure,
    PostQuestion,
    PostRichText,
    PostVideo,
)
from blog.rendering import body
from services.models import ServiceOption, Therapist
from tests.factories.blog import make_post
from tests.factories.services import make_option, make_therapist
from tests.factories.uploads import make_picture, make_video

pytestmark = pytest.mark.django_db


@pytest.fixture
def muscles() -> Iterator[list[Collection[str]]]:
    """A room that shows the calf and nothing else; what it was asked for."""
    asked: list[Collection[str]] = []

    def load(keys: Collection[str]) -> dict[str, Any]:
        asked.append(keys)
        return {key: {"name": "Calf"} for key in keys if key == "calf"}

    before = dict(embeds._registered)
    embeds.register(
        embeds.MUSCLE,
        choices=lambda: [("calf", "Calf")],
        load=load,
        template_name="blog/blocks/_rich_text.html",
    )
    yield asked
    embeds._registered.clear()
    embeds._registered.update(before)


def test_things_of_a_kind_are_looked_up_at_once(muscles: list[Collection[str]]) -> None:
    post = make_post()
    for key in ("calf", "calf", "gone"):
        PostMuscleFigure.objects.create(parent=post, region="main", muscle=key)

    blocks = [block for block in body(post, POST_BLOCKS) if isinstance(block, PostMuscleFigure)]
    assert muscles == [{"calf", "gone"}]
    assert [block.embedded for block in blocks] == [{"name": "Calf"}, {"name": "Calf"}, None]


def test_a_kind_that_nobody_offers_shows_nothing(client: Client) -> None:
    embeds._registered.pop(embeds.MUSCLE, None)
    post = make_post()
    PostMuscleFigure.objects.create(parent=post, region="main", muscle="calf")

    response = client.get(post.get_absolute_url())
    assert response.status_code == 200
    assert "calf" not in response.content.decode()


def test_the_editor_chooses_from_what_is_there(muscles: list[Collection[str]]) -> None:
    field = PostMuscleFigure._meta.get_field("muscle").formfield()

    assert list(field.choices) == [("", "Choose…"), ("calf", "Calf")]
    assert field.clean("calf") == "calf"
    assert 'value="gone" selected' in field.widget.render("muscle", "gone")
    assert "gone" not in field.widget.render("muscle", "calf")


def test_a_block_whose_thing_is_gone_can_still_be_saved(muscles: list[Collection[str]]) -> None:
    block = PostMuscleFigure(parent=make_post(), region="main", muscle="gone")

    block.full_clean()
    assert block._meta.get_field("muscle").formfield().clean("gone") == "gone"


def test_free_times_lead_to_the_booking(
    client: Client, option: ServiceOption, therapist: Therapist, clock: object
) -> None:
    post = make_post()
    PostFreeTimes.objects.create(parent=post, region="main", option=option.slug, heading="Come this week")

    html = client.get(post.get_absolute_url()).content.decode()
    assert "Come this week" in html
    assert html.count(f'class="time" href="/book/{option.slug}/anyone/') == 3


def test_thirty_blocks_of_one_option_cost_what_one_costs(
    client: Client,
    option: ServiceOption,
    therapist: Therapist,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    post = make_post()
    PostFreeTimes.objects.create(parent=post, region="main", option=option.slug)
    queries = 6 + len(POST_BLOCKS) + 1 + 2  # the option, its two of free times
    with django_assert_num_queries(queries):
        client.get(post.get_absolute_url())

    PostFreeTimes.objects.bulk_create(
        PostFreeTimes(parent=post, region="main", option=option.slug) for _ in range(29)
    )
    with django_assert_num_queries(queries):
        assert client.get(post.get_absolute_url()).content.decode().count('class="free-times"') == 30


def test_each_further_option_costs_two_queries(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    post = make_post()
    therapist = make_therapist()
    for _ in range(5):
        option = make_option()
        therapist.options.add(option)
        PostFreeTimes.objects.create(parent=post, region="main", option=option.slug)

    with django_assert_num_queries(6 + len(POST_BLOCKS) + 1 + 2 * 5):
        client.get(post.get_absolute_url())


def mixed(post: Post, number: int, option: ServiceOption, shared: dict[str, Any]) -> None:
    """So many blocks of every kind."""
    at: dict[str, Any] = {"parent": post, "region": "main"}
    rows: list[tuple[Any, dict[str, Any]]] = [
        (PostRichText, {"text": "<p>More.</p>"}),
        (PostFigure, {"picture": pictures.drawings()[0][0], "decorative": True}),
        (PostFigure, {"upload": shared["picture"], "alternative_text": "A foot."}),
        (PostCareCard, {"urgency": "urgent", "signs": "a\nb"}),
        (PostCallToBook, {}),
        (PostDoDont, {"do": "a\nb", "dont": "c"}),
        (PostQuestion, {"question": "Why?", "answer": "<p>So.</p>"}),
        (
            PostEvidence,
            {"about": "Heels", "certainty": "low", "found": "Little.", "sources": "1\nA https://a.example"},
        ),
        (PostVideo, {"video": shared["video"]}),
        (PostFreeTimes, {"option": option.slug}),
        (PostMuscleFigure, {"muscle": "gone"}),
    ]
    for model, fields in rows:
        model.objects.bulk_create(model(**at, ordering=10 * n, **fields) for n in range(number))


def test_a_page_takes_as_many_queries_with_200_blocks_of_every_kind(
    client: Client,
    option: ServiceOption,
    therapist: Therapist,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    shared = {"picture": make_picture(), "video": make_video(still=make_picture())}
    few, many = make_post(slug="few"), make_post(slug="many")
    mixed(few, 1, option, shared)
    mixed(many, 19, option, shared)

    queries = 6 + len(POST_BLOCKS) + 1 + 2
    with django_assert_num_queries(queries):
        client.get(few.get_absolute_url())
    with django_assert_num_queries(queries):
        html = client.get(many.get_absolute_url()).content.decode()
    for part in ("<video", 'class="evidence"', 'class="do-dont"', 'class="free-times"', "care-card--urgent"):
        assert html.count(part) == 19


def test_a_block_finds_its_key() -> None:
    assert PostFreeTimes(option="heel-pain").key == "heel-pain"
    assert issubclass(PostFreeTimes, FreeTimesBlock)


def test_a_page_that_was_never_saved_shows_free_times_too(
    option: ServiceOption, therapist: Therapist
) -> None:
    post: Any = make_post()
    block = PostFreeTimes(parent=post, region="main", option=option.slug)
    post.unsaved_blocks = [block]
    assert list(body(post, POST_BLOCKS)) == [block]
    assert block.embedded.option == option
