"""The demo's pages about the clinic: loaded once, also after a rename, and written as the clinic writes."""

import datetime
import re

import pytest
from django.test import Client

from blog import demo, demo_pages
from blog.models import Page
from tests.blog.test_demo import FORBIDDEN, LONGEST_SENTENCE, sentences, texts

AT = datetime.datetime(2026, 11, 23, 14, tzinfo=datetime.UTC)
FILES = demo_pages.page_files()


@pytest.mark.django_db
def test_seeding_twice_leaves_one_of_each_also_after_a_rename(client: Client) -> None:
    demo.seed(at=AT)
    assert demo_pages.seed(at=AT) == len(FILES)
    page = Page.objects.get(slug="about-the-clinic")
    page.slug = "who-we-are"
    page.save()

    assert demo_pages.seed(at=AT) == 0
    assert client.get("/pages/about-the-clinic/").status_code == 301
    html = client.get("/pages/").content.decode()
    assert re.findall(r'href="/pages/([a-z-]+)/"', html) == ["who-we-are", "prices-and-policies"]
    assert 'href="/pages/"' in client.get("/").content.decode()


@pytest.mark.parametrize("page", FILES, ids=[page["slug"] for page in FILES])
def test_the_pages_are_plain(page: dict[str, object]) -> None:
    for text in texts(page):
        assert not re.search(FORBIDDEN, text, re.IGNORECASE), text
        for sentence in sentences(text):
            assert len(sentence.split()) <= LONGEST_SENTENCE, sentence
