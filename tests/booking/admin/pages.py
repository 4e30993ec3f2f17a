"""What the tests of the desk read from a page."""

import re
from html import unescape
from typing import Any


def text_of(response: Any) -> str:
    """A page's words in one line, without its tags."""
    body = re.sub(r"(?s)<(script|style).*?</\1>|<[^>]+>", " ", response.content.decode())
    return " ".join(unescape(body).split())


def messages_of(response: Any) -> list[str]:
    """What the desk was told at the top of the page."""
    return [str(message) for message in response.context["messages"]]


def errors_of(response: Any) -> dict[str, list[str]]:
    """What is wrong, at each box of the page's form."""
    return {name: list(errors) for name, errors in response.context["form"].errors.items()}


def links_of(response: Any) -> dict[str, str]:
    """The addresses of a page's links, by their words."""
    found = re.findall(r'(?s)<a [^>]*href="([^"]*)"[^>]*>(.*?)</a>', response.content.decode())
    return {
        " ".join(unescape(re.sub(r"<[^>]*>", "", words)).split()): unescape(address)
        for address, words in found
    }


def answer_of(response: Any) -> str:
    """What the tick "Yes, save it anyway" of a page would send."""
    found = re.search(r'<input[^>]*name="anyway"[^>]*>', response.content.decode())
    assert found, "the page does not ask"
    assert 'type="checkbox"' in found[0], found[0]
    value = re.search(r'value="([^"]+)"', found[0])
    assert value
    return value[1]
