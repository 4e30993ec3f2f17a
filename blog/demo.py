"""The demo's posts, loaded from files that an editor could write: `demo_content/`, TOML with HTML bodies."""

import datetime
import tomllib
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.text import slugify

from blog import search_index
from blog.models import POST_BLOCKS, Author, Category, Post, Tag, Term
from blog.publishing import State

FOLDER = Path(__file__).resolve().parent / "demo_content"


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / name).read_text(encoding="utf-8"))


def post_files() -> list[dict[str, Any]]:
    """What the files of `demo_content/posts/` say, in the order of their names."""
    return [_read(f"posts/{file.name}") for file in sorted((FOLDER / "posts").glob("*.toml"))]


def glossary_entries() -> list[dict[str, Any]]:
    """What `demo_content/glossary.toml` says."""
    entries: list[dict[str, Any]] = _read("glossary.toml")["terms"]
    return entries


@transaction.atomic
def seed(*, at: datetime.datetime) -> int:
    """Create what is missing of the demo's authors, categories, terms and posts; give the number of new posts.

    What is there stays as it is, so that nothing that an editor wrote is lost. A post is known by its
    `feed_id`, whatever has become of its address. Dates count back from the aware instant `at`.
    """
    authors = {
        author["slug"]: Author.objects.get_or_create(slug=author["slug"], defaults=author)[0]
        for author in _read("authors.toml")["authors"]
    }
    categories = {
        category["slug"]: Category.objects.get_or_create(slug=category["slug"], defaults=category)[0]
        for category in _read("categories.toml")["categories"]
    }
    for term in glossary_entries():
        _seed_term(term)
    missing = [data for data in post_files() if not Post.objects.filter(feed_id=data["feed_id"]).exists()]
    for data in missing:
        _create_post(data, author=authors[data["author"]], category=categories[data["category"]], at=at)
    return len(missing)


def _seed_term(data: dict[str, Any]) -> None:
    if Term.objects.filter(slug=data["slug"]).exists():
        return
    term = Term(
        slug=data["slug"],
        name=data["name"],
        other_forms="\n".join(data["forms"]),
        explanation=data["explanation"],
        more=data.get("more", "").strip(),
        in_place=data.get("in_place", True),
    )
    term.full_clean()
    term.save()


def _create_post(data: dict[str, Any], *, author: Author, category: Category, at: datetime.datetime) -> None:
    post = Post(
        feed_id=uuid.UUID(data["feed_id"]),
        slug=data["slug"],
        title=data["title"],
        summary=data["summary"],
        seo_title=data.get("seo_title", ""),
        seo_description=data.get("seo_description", ""),
        sources=data.get("sources", []),
        state=State.LIVE,
        publish_at=at - datetime.timedelta(days=data["days_ago"]),
        author=author,
        category=category,
    )
    post.full_clean()
    post.save()
    post.tags.set([_tag(name) for name in data.get("tags", [])])
    write_blocks(post, data["blocks"], kinds=POST_BLOCKS)


def _tag(name: str) -> Tag:
    return Tag.objects.get_or_create(slug=slugify(name), defaults={"name": name})[0]


def write_blocks(
    page: Any, blocks: Sequence[dict[str, Any]], *, kinds: Sequence[type[Any]], region: str = "main"
) -> None:
    """Save what a file says of the page's blocks, in its order, each checked as the editor's form would.

    A block's `kind` is the name that the editor sees; the text of a "text" is its `html`.
    """
    by_name = {kind._meta.verbose_name: kind for kind in kinds}
    for place, block in enumerate(blocks, start=1):
        fields = {name: value.strip() if isinstance(value, str) else value for name, value in block.items()}
        name = fields.pop("kind", None)
        if name not in by_name:
            raise ValueError(f"a demo page has a block of unknown kind: {name!r}")
        if "html" in fields:
            fields["text"] = fields.pop("html")
        found = by_name[name](parent=page, region=region, ordering=10 * place, **fields)
        found.full_clean()
        found.save()
    search_index.put(page)
