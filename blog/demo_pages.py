"""The demo's pages about the clinic, loaded from files that an editor could write: `demo_content/pages/`."""

import datetime
import tomllib
from typing import Any

from django.db import transaction

from blog.addresses import FormerAddress
from blog.demo import FOLDER, write_blocks
from blog.models import PAGE_BLOCKS, Author, Page
from blog.publishing import State


def page_files() -> list[dict[str, Any]]:
    """What the files say, in the order of their names."""
    files = sorted((FOLDER / "pages").glob("*.toml"))
    return [tomllib.loads(file.read_text(encoding="utf-8")) for file in files]


@transaction.atomic
def seed(*, at: datetime.datetime) -> int:
    """Create the pages that are missing, and give their number. Their authors must be there.

    A page that has been renamed is known by its former address. Dates count back from the aware instant `at`.
    """
    new = 0
    for place, data in enumerate(page_files(), start=1):
        if not _is_there(data["slug"]):
            _create(data, position=10 * place, at=at)
            new += 1
    return new


def _is_there(slug: str) -> bool:
    path = Page(slug=slug).get_absolute_url()
    return Page.objects.filter(slug=slug).exists() or FormerAddress.objects.filter(path=path).exists()


def _create(data: dict[str, Any], *, position: int, at: datetime.datetime) -> None:
    page = Page(
        slug=data["slug"],
        title=data["title"],
        summary=data["summary"],
        author=Author.objects.get(slug=data["author"]),
        sources=data.get("sources", []),
        position=position,
        state=State.LIVE,
        publish_at=at - datetime.timedelta(days=data["days_ago"]),
    )
    page.full_clean()
    page.save()
    write_blocks(page, data["blocks"], kinds=PAGE_BLOCKS)
