"""A form of the admin as a browser sends it: everything that the page holds, with some of it changed."""

from html.parser import HTMLParser
from typing import Any

from django.test import Client

BUTTONS = {"_save", "_continue", "_addanother", "_preview", "_mine", "_saveasnew"}


class _Form(HTMLParser):
    """What the form named `wanted` would send."""

    def __init__(self, wanted: str) -> None:
        super().__init__()
        self.wanted = wanted
        self.inside = False
        self.data: dict[str, list[str]] = {}
        self.select = ""
        self.textarea = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.inside = found.get("id") == self.wanted
        if not self.inside:
            return
        name = found.get("name", "")
        if tag == "input" and name and name not in BUTTONS:
            if found.get("type") in {"checkbox", "radio"} and "checked" not in found:
                return
            kept = "on" if found.get("type") == "checkbox" else ""
            if found.get("type") not in {"file", "submit"}:
                self.data.setdefault(name, []).append(found.get("value", kept))
        elif tag == "select":
            self.select = name
        elif tag == "option" and self.select and "selected" in found:
            self.data.setdefault(self.select, []).append(found.get("value", ""))
        elif tag == "textarea":
            self.textarea = name
            self.data[name] = [""]

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        elif tag == "select":
            self.select = ""
        elif tag == "textarea" and self.inside:
            # A browser drops the line break behind the tag.
            self.data[self.textarea] = [self.data[self.textarea][0].removeprefix("\n").removeprefix("\r\n")]
            self.textarea = ""

    def handle_data(self, data: str) -> None:
        if self.inside and self.textarea:
            self.data[self.textarea][0] += data


def read(html: str, form: str) -> dict[str, Any]:
    """What a form of a page would send if nothing were changed in it."""
    parser = _Form(form)
    parser.feed(html)
    parser.close()
    return {name: values if len(values) > 1 else values[0] for name, values in parser.data.items()}


def opened(client: Client, path: str, form: str = "post_form") -> dict[str, Any]:
    """Open a page and give what its form would send."""
    return read(client.get(path).content.decode(), form)


def text_added(data: dict[str, Any], text: str, *, prefix: str = "blog_postrichtext_set") -> dict[str, Any]:
    """The same with one more block of text at the end."""
    n = int(data[f"{prefix}-TOTAL_FORMS"])
    return {
        **data,
        f"{prefix}-TOTAL_FORMS": str(n + 1),
        f"{prefix}-{n}-id": "",
        f"{prefix}-{n}-text": text,
        f"{prefix}-{n}-region": "main",
        f"{prefix}-{n}-ordering": str(1000 + n),
    }
