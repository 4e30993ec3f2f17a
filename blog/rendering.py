"""A page's body, put together from its blocks in as many queries as there are kinds of block."""

from collections.abc import Sequence
from typing import Any, ClassVar, Protocol

from content_editor.contents import contents_for_item, contents_for_items


class Block(Protocol):
    """What templates/blog/_body.html needs to show a block."""

    template_name: ClassVar[str]
    in_prose: ClassVar[bool]


def regions(page: Any, kinds: Sequence[type[Any]]) -> dict[str, Sequence[Block]]:
    """The page's blocks of the kinds in the editor's order, by region: one query for each kind of block."""
    contents = contents_for_item(page, plugins=kinds)
    return {region.key: list(contents[region.key]) for region in page.regions}


def body(page: Any, kinds: Sequence[type[Any]]) -> Sequence[Block]:
    """The blocks of a page that has one region, `main`."""
    return regions(page, kinds)["main"]


def bodies(pages: Sequence[Any], kinds: Sequence[type[Any]]) -> list[Sequence[Block]]:
    """The bodies of several pages, in their order; no more queries than for one."""
    contents = contents_for_items(pages, plugins=kinds)
    return [list(contents[page]["main"]) for page in pages]
