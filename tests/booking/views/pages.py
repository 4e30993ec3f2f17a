"""Reading a page as a person does."""

import re
from html import unescape
from typing import Any


def text_of(response: Any) -> str:
    """A page's words, on one line."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def hidden(response: Any) -> dict[str, str]:
    """The values that a page's form carries along, without the CSRF token."""
    found = re.findall(r'<input type="hidden" name="([^"]+)"(?: value="([^"]*)")?', response.content.decode())
    return {name: unescape(value) for name, value in found if name != "csrfmiddlewaretoken"}
