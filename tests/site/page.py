"""A page as a robot reads it."""

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass(slots=True)
class Link:
    """Something that leads elsewhere: a link, a picture, a stylesheet, a form."""

    tag: str
    address: str
    rel: str = ""


@dataclass(slots=True)
class Page:
    """What was answered at an address."""

    address: str
    status: int
    content_type: str
    headers: dict[str, str]
    body: bytes
    linked_from: str = ""
    links: list[Link] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    metas: dict[str, str] = field(default_factory=dict)
    json_ld: list[str] = field(default_factory=list)
    headings: list[str] = field(default_factory=list)
    title: str = ""

    @property
    def is_html(self) -> bool:
        """Whether a browser would show it as a page."""
        return self.content_type.startswith("text/html")

    @property
    def text(self) -> str:
        """The answer as text."""
        return self.body.decode()

    @property
    def canonical(self) -> str:
        """The address that it gives as its own, or ""."""
        return next((link.address for link in self.links if link.rel == "canonical"), "")

    @property
    def may_be_found(self) -> bool:
        """Whether search engines may show it."""
        said = f"{self.metas.get('robots', '')} {self.headers.get('x-robots-tag', '')}"
        return self.is_html and self.status == 200 and "noindex" not in said


def read(page: Page) -> Page:
    """Fill in what stands in the page, if it is one."""
    if page.is_html:
        reader = _Reader(page)
        reader.feed(page.text)
        reader.close()
    return page


class _Reader(HTMLParser):
    _LEADS = {"a": "href", "link": "href", "img": "src", "script": "src", "form": "action", "source": "src"}

    def __init__(self, page: Page) -> None:
        super().__init__()
        self._page = page
        self._into = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if "id" in given:
            self._page.ids.append(given["id"])
        if address := given.get(self._LEADS.get(tag, "")):
            self._page.links.append(Link(tag, address, given.get("rel", "")))
        for one in given.get("srcset", "").split(","):
            if one.strip():
                self._page.links.append(Link("img", one.split()[0]))
        if tag == "meta" and "content" in given:
            self._page.metas[given.get("name") or given.get("property") or ""] = given["content"]
        if tag in {"h1", "h2", "h3", "h4", "h5", "h6"}:
            self._page.headings.append(tag)
        self._into = tag if tag == "title" else ""
        if tag == "script" and given.get("type") == "application/ld+json":
            self._into = "json_ld"
            self._page.json_ld.append("")

    def handle_endtag(self, tag: str) -> None:
        self._into = ""

    def handle_data(self, data: str) -> None:
        if self._into == "title" and not self._page.title:
            self._page.title = data
        elif self._into == "json_ld":
            self._page.json_ld[-1] += data
