"""A page's body, put together from its blocks in as many queries as there are kinds of block."""

from collections.abc import Sequence
from typing import ClassVar, Protocol

from content_editor.contents import contents_for_item

from blog.models import POST_BLOCKS, Post


class Block(Protocol):
    """What templates/blog/_body.html needs to show a block."""

    template_name: ClassVar[str]
    in_prose: ClassVar[bool]


def body(post: Post) -> Sequence[Block]:
    """The post's blocks in the editor's order: one query for each kind of block."""
    return list(contents_for_item(post, plugins=POST_BLOCKS)["main"])
