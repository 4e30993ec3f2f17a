"""Where what a page says comes from: an ordered list that is checked here, whoever wrote it.

It is stored on the page as a list of `{"title", "publisher", "year", "url"}`; only the title must be there.
"""

from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from flexclinic.lib import clock

MOST = 60
LONGEST = {"title": 300, "publisher": 200, "url": 500}
EARLIEST_YEAR = 1800
_is_url = URLValidator(schemes=["http", "https"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A paper, a guideline or a page; what is not known is empty."""

    title: str
    publisher: str = ""
    year: int | None = None
    url: str = ""

    @property
    def host(self) -> str:
        """Where its address leads, as people read it."""
        return urlsplit(self.url).hostname or ""

    @property
    def line(self) -> str:
        """All of it in one line."""
        parts = (self.title, self.publisher, str(self.year or ""), self.url)
        return " · ".join(part for part in parts if part)


def as_stored(sources: list[Source]) -> list[dict[str, Any]]:
    """The sources as the page keeps them."""
    return [asdict(source) for source in sources]


def read(stored: Any) -> list[Source]:
    """The sources of a page, in order. Raises ValidationError that names the entry and says what to do."""
    if not isinstance(stored, list):
        raise ValidationError("Sources are a list.")
    if len(stored) > MOST:
        raise ValidationError(f"A page has at most {MOST} sources.")
    return [_read_one(entry, number) for number, entry in enumerate(stored, start=1)]


def validate(stored: Any) -> None:
    """Model validator of `PublishedPage.sources`."""
    read(stored)


def _read_one(entry: Any, number: int) -> Source:
    if not isinstance(entry, dict) or set(entry) - {"title", "publisher", "year", "url"}:
        raise ValidationError(f"Source {number}: enter a title, publisher, year and address.")
    texts = {name: str(entry.get(name) or "").strip() for name in LONGEST}
    for name, longest in LONGEST.items():
        if len(texts[name]) > longest:
            raise ValidationError(f"Source {number}: its {name} is longer than {longest} characters.")
    if not texts["title"]:
        raise ValidationError(f"Source {number}: enter its title.")
    if texts["url"]:
        try:
            _is_url(texts["url"])
        except ValidationError as error:
            raise ValidationError(
                f"Source {number}: enter an address that begins with https://, such as https://doi.org/10.1000/1."
            ) from error
    return Source(**texts, year=_year(entry.get("year"), number))


def _year(value: Any, number: int) -> int | None:
    text = str(value if value is not None else "").strip()
    if not text:
        return None
    latest = clock.today().year + 1
    if not (text.isascii() and text.isdigit() and EARLIEST_YEAR <= int(text[:5]) <= latest):
        raise ValidationError(f"Source {number}: enter its year with four digits, such as {latest - 1}.")
    return int(text)
