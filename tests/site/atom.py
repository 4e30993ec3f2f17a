"""What RFC 4287 asks of a feed, as checks. Gives the complaints in words."""

import datetime
import re
from collections import Counter
from urllib.parse import urlsplit
from xml.etree import ElementTree

ATOM = "{http://www.w3.org/2005/Atom}"
LANG, BASE = "{http://www.w3.org/XML/1998/namespace}lang", "{http://www.w3.org/XML/1998/namespace}base"

#: Elements by where they may stand, with the fewest and the most of them (4.1.1, 4.1.2).
FEED = {
    "author": (0, 99),
    "category": (0, 99),
    "contributor": (0, 99),
    "generator": (0, 1),
    "icon": (0, 1),
    "id": (1, 1),
    "link": (1, 99),
    "logo": (0, 1),
    "rights": (0, 1),
    "subtitle": (0, 1),
    "title": (1, 1),
    "updated": (1, 1),
    "entry": (0, 10_000),
}
ENTRY = {
    "author": (0, 99),
    "category": (0, 99),
    "content": (0, 1),
    "contributor": (0, 99),
    "id": (1, 1),
    "link": (0, 99),
    "published": (0, 1),
    "rights": (0, 1),
    "source": (0, 1),
    "summary": (0, 1),
    "title": (1, 1),
    "updated": (1, 1),
}
PERSON = {"name": (1, 1), "uri": (0, 1), "email": (0, 1)}
TEXTS = {"title", "subtitle", "summary", "rights", "content"}
DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


def complaints(text: str) -> list[str]:
    """What is wrong with the feed; nothing, where it is as the RFC wants it."""
    feed = ElementTree.fromstring(text)
    if feed.tag != f"{ATOM}feed":
        return [f"the root is {feed.tag}"]
    found = [*_contents(feed, FEED, "feed"), *_whole_feed(feed)]
    for entry in feed.findall(f"{ATOM}entry"):
        found += _contents(entry, ENTRY, "entry")
        found += _entry(entry, has_author=feed.find(f"{ATOM}author") is not None)
    return found


def _whole_feed(feed: ElementTree.Element) -> list[str]:
    found = []
    ids = Counter(entry.findtext(f"{ATOM}id") for entry in feed.findall(f"{ATOM}entry"))
    found += [f"two entries with the id {one}" for one, count in ids.items() if count > 1]
    if not any(link.get("rel") == "self" for link in feed.findall(f"{ATOM}link")):
        found.append("the feed has no link to itself")
    return found


def _entry(entry: ElementTree.Element, *, has_author: bool) -> list[str]:
    found = []
    links = entry.findall(f"{ATOM}link")
    alternate = [link for link in links if link.get("rel", "alternate") == "alternate"]
    if entry.find(f"{ATOM}content") is None and not alternate:
        found.append("an entry without content and without a link to its page")
    if entry.find(f"{ATOM}author") is None and not has_author:
        found.append("an entry without an author")
    kinds = Counter((link.get("type"), link.get("hreflang")) for link in alternate)
    if any(count > 1 for count in kinds.values()):
        found.append("an entry with two links to the same kind of page")
    published, updated = (entry.findtext(f"{ATOM}{name}", "") for name in ("published", "updated"))
    if published and updated and _moment(published) > _moment(updated):
        found.append("an entry that was updated before it was published")
    return found


def _moment(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text)


def _contents(parent: ElementTree.Element, allowed: dict[str, tuple[int, int]], name: str) -> list[str]:
    found = []
    counts = Counter(child.tag.removeprefix(ATOM) for child in parent)
    for child in counts:
        if child not in allowed:
            found.append(f"<{child}> may not stand in <{name}>")
    for child, (fewest, most) in allowed.items():
        if not fewest <= counts[child] <= most:
            found.append(f"<{name}> has {counts[child]} <{child}>")
    for element in parent:
        found += _element(element)
    return found


def _element(element: ElementTree.Element) -> list[str]:
    name, text = element.tag.removeprefix(ATOM), element.text or ""
    found = []
    if name in {"author", "contributor"}:
        found += _contents(element, PERSON, name)
    elif name in {"updated", "published"}:
        if not DATE.fullmatch(text):
            found.append(f"<{name}> is no moment: {text!r}")
    elif name == "id":
        if not urlsplit(text).scheme:
            found.append(f"<id> is no full address: {text!r}")
    elif name == "link":
        if not urlsplit(element.get("href", "")).scheme:
            found.append(f"<link> leads to {element.get('href')!r}")
    elif name == "category":
        if not element.get("term"):
            found.append("<category> without a term")
    elif name in TEXTS:
        if element.get("type", "text") not in {"text", "html"}:
            found.append(f"<{name}> of type {element.get('type')!r}")
        if len(element):
            found.append(f"<{name}> with elements in it")
        if name == "title" and not text.strip():
            found.append("an empty <title>")
        if element.get("type") == "html" and re.search(r'\s(href|src)="(?![a-z]+:|#)', text):
            found.append(f"<{name}> with an address that only works on the site")
    return found
