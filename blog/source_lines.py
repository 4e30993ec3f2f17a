"""Sources as an editor writes them, one a line: a number of the page's list, or words with an address."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

_ADDRESS = re.compile(r"https?://[^\s<>\"']+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Source:
    """One source: words, and where they lead; `number` is set for one of the page's own list."""

    words: str
    url: str = ""
    number: int | None = None


def parse_sources(lines: Iterable[str]) -> list[Source]:
    """Read lines without empty ones. A line of numbers ("1, 3") is several sources."""
    found = []
    for line in lines:
        if re.fullmatch(r"[\d,; ]+", line):
            numbers = [int(number) for number in re.findall(r"\d{1,4}", line)]
            found += [Source(words=str(number), url=f"#source-{number}", number=number) for number in numbers]
            continue
        address = _ADDRESS.search(line)
        if address is None:
            found.append(Source(words=line))
            continue
        url = address[0].rstrip(".,;)")
        words = line.replace(url, "").strip(" .,;()–-") or re.sub(r"^https?://", "", url, flags=re.IGNORECASE)
        found.append(Source(words=words, url=url))
    return found
