"""A walk over the site: every address that can be reached from the front door by its links."""

import re
from collections import Counter, deque
from dataclasses import dataclass, field
from urllib.parse import urldefrag, urljoin, urlsplit

from django.conf import settings
from django.test import Client

from tests.site.page import Link, Page, read

#: Of addresses of one shape that stand for hundreds of times to book, so many are looked at.
ENOUGH = 2
_MANY = (
    (re.compile(r"^/book/([^/]+)/[^/]+/[^/]+/"), r"a time of \1"),
    (re.compile(r"^/book/([^/]+)/\?"), r"other days of \1"),
    (re.compile(r"^/book/([^/]+)/(times-that-suit|waiting-list)/\?"), r"\2 of \1"),
)
_ELSEWHERE = ("mailto:", "tel:", "data:", "javascript:")


@dataclass(slots=True)
class Site:
    """What the walk has seen, by path and query, and every link that leads to something of ours."""

    pages: dict[str, Page] = field(default_factory=dict)
    links: list[tuple[str, str, str]] = field(default_factory=list)  # from, to, fragment
    unvisited: set[str] = field(default_factory=set)

    @property
    def html(self) -> list[Page]:
        """The pages that a person reads."""
        return [page for page in self.pages.values() if page.is_html]


def ask(client: Client, address: str, linked_from: str = "", **posted: str) -> Page:
    """One answer, read; by POST where something is given."""
    response = client.post(address, posted, follow=True) if posted else client.get(address)
    body = b"".join(response) if response.streaming else response.content
    return read(
        Page(
            address=address,
            status=response.status_code,
            content_type=response.headers.get("Content-Type", ""),
            headers={name.lower(): value for name, value in response.headers.items()},
            body=body,
            linked_from=linked_from,
        )
    )


def ours(address: str, on: str) -> tuple[str, str] | None:
    """The path with its query, and the fragment, of a link on the page `on`; None where it leads elsewhere."""
    if address.startswith(_ELSEWHERE):
        return None
    whole, fragment = urldefrag(urljoin(f"{settings.SITE_URL}{on}", address))
    if not f"{whole}/".startswith(f"{settings.SITE_URL}/"):
        return None
    parts = urlsplit(whole)
    return f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}", fragment


def walk(client: Client, *, start: str = "/") -> Site:
    """Every page, picture, stylesheet and feed that links lead to, and what robots ask for without a link."""
    site = Site()
    seen = Counter[str]()
    waiting = deque([(start, ""), ("/robots.txt", ""), ("/sitemap.xml", "")])
    known = {address for address, _ in waiting}
    while waiting:
        address, linked_from = waiting.popleft()
        page = site.pages[address] = ask(client, address, linked_from)
        if page.status == 302:  # a step before the page: the safety check before a first visit
            page.links.append(Link("redirect", page.headers["location"]))
        for link in page.links:
            if link.tag == "form" or (found := ours(link.address, address)) is None:
                continue
            to, fragment = found
            site.links.append((address, to, fragment))
            if to in known:
                continue
            known.add(to)
            if (shape := _shape(to)) and seen[shape] >= ENOUGH:
                site.unvisited.add(to)
                continue
            seen[shape] += 1
            waiting.append((to, address))
    return site


def _shape(address: str) -> str:
    for pattern, named in _MANY:
        if found := pattern.match(address):
            return found.expand(named)
    return ""
