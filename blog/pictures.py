"""The pictures that editors may choose from: drawings that ship with the site as static files."""

import re
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "static"
DRAWINGS = "img/figure-*.svg"

_VIEW_BOX = re.compile(r'viewBox="0 0 (\d+) (\d+)"')


def drawings() -> list[tuple[str, str]]:
    """Give each drawing's static path with a name for people, as a form's choices."""
    return [
        (
            file.relative_to(FOLDER).as_posix(),
            file.stem.removeprefix("figure-").replace("-", " ").capitalize(),
        )
        for file in sorted(FOLDER.glob(DRAWINGS))
    ]


@cache
def size(path: str) -> tuple[int, int] | None:
    """Width and height in CSS pixels of the drawing at the static path; None where there is none any more."""
    if path not in dict(drawings()):
        return None
    found = _VIEW_BOX.search((FOLDER / path).read_text(encoding="utf-8"))
    return (int(found[1]), int(found[2])) if found else None
