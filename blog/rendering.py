"""A page's body, put together from its blocks in as many queries as there are kinds of block."""

from collections.abc import Sequence
from typing import Any, ClassVar, Protocol

from content_editor.contents import contents_for_item, contents_for_items

from blog import embeds


class Block(Protocol):
    """What templates/blog/_body.html needs to show a block."""

    template_name: ClassVar[str]
    in_prose: ClassVar[bool]


def regions(page: Any, kinds: Sequence[type[Any]]) -> dict[str, Sequence[Block]]:
    """The page's blocks of the kinds in the editor's order, by region.

    One query for each kind of block, and as many for each kind of thing that they embed as its room needs. A page that
    was never saved like this answers for its blocks itself; see `blog.previews`.
    """
    unsaved = getattr(page, "unsaved_blocks", None)
    if unsaved is not None:
        embeds.load_all(unsaved)
        return {
            region.key: [block for block in unsaved if block.region == region.key] for region in page.regions
        }
    contents = contents_for_item(page, plugins=kinds)
    embeds.load_all(contents)
    return {region.key: list(contents[region.key]) for region in page.regions}


def body(page: Any, kinds: Sequence[type[Any]]) -> Sequence[Block]:
    """The blocks of a page that has one region, `main`."""
    return regions(page, kinds)["main"]


def bodies(pages: Sequence[Any], kinds: Sequence[type[Any]]) -> list[Sequence[Block]]:
    """The bodies of several pages, in their order; no more queries than for one."""
    contents = contents_for_items(pages, plugins=kinds)
    return [list(contents[page]["main"]) for page in pages]
