"""Sources: what is no source is refused with what to do, whoever wrote it."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from blog import sources
from tests.factories.blog import make_post

GOOD = {
    "title": "Massage for neck pain",
    "publisher": "Cochrane",
    "year": 2024,
    "url": "https://example.org/1",
}


def test_a_source_is_read_with_what_is_known_of_it() -> None:
    [full, bare] = sources.read([GOOD, {"title": " A talk "}])

    assert (full.year, full.host, full.publisher) == (2024, "example.org", "Cochrane")
    assert bare == sources.Source(title="A talk")


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"publisher": "Cochrane"}, "Source 1: enter its title"),
        ({**GOOD, "url": "javascript:alert(1)"}, "Source 1: enter an address that begins with https://"),
        ({**GOOD, "url": "example.org"}, "Source 1: enter an address"),
        ({**GOOD, "year": "soon"}, "Source 1: enter its year"),
        ({**GOOD, "year": 24}, "Source 1: enter its year"),
        ({**GOOD, "year": "9" * 5000}, "Source 1: enter its year"),
        ({**GOOD, "title": "a" * 301}, "Source 1: its title is longer than 300"),
        ({**GOOD, "script": "x"}, "Source 1: enter a title"),
        ("Cochrane", "Source 1: enter a title"),
    ],
)
def test_what_is_no_source_is_refused(entry: Any, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        sources.read([entry])


@pytest.mark.parametrize("stored", ["text", {"title": "x"}, [GOOD] * 61])
def test_what_is_no_list_of_sources_is_refused(stored: Any) -> None:
    with pytest.raises(ValidationError):
        sources.validate(stored)


@pytest.mark.django_db
def test_a_page_with_a_row_that_is_no_list_still_answers() -> None:
    assert make_post(sources="nonsense").listed_sources == []
    assert [source.title for source in make_post(sources=[GOOD]).listed_sources] == [GOOD["title"]]
