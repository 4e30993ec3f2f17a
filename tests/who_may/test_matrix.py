"""docs/who-may-what.md says what really comes of asking each route as each of the people. This test writes it."""

import difflib
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from services.models import ServiceOption
from tests.who_may.clinic import Asker, make_clinic, make_people
from tests.who_may.routes import MODELS, PAGES, USUAL
from tests.who_may.urlconf import every_route, listed_routes, registered_models

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.django_db]

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "who-may-what.md"
AGAIN = "WRITE_WHO_MAY_WHAT=1 .venv/bin/python -m pytest tests/who_may/test_matrix.py"
HEAD = f"""# Who may what

Written by a test, which asks every address as each of the people; do not change it by hand. After a change:

    {AGAIN}

The rules behind it are in [booking/roles.py](../booking/roles.py) and [booking/sight.py](../booking/sight.py), the
reasons in [decisions/0030-roles.md](decisions/0030-roles.md). **No staff** is somebody whose account is not staff.
**Therapist** is asked about their own diary and patients; what is another’s is answered like what does not exist.

| Word | What it means |
|---|---|
| yes | The page opens, and what it is for can be done |
| looks | The page opens; nothing can be changed there |
| signs in | Led to the sign-in, or on from it |
| no | Refused, by a page that says whom to ask |
| nothing there | As for an address that does not exist |
"""


def word(response: Any, address: str) -> str:
    """What an answer means for who asked."""
    to = response.get("Location", "")
    match response.status_code:
        case 403:
            return "no"
        case 404 | 405:
            return "nothing there"
        case 301 | 302 if to.startswith(("/staff/login/", "/admin/login/")):
            return "signs in"
        case 302 if to == "/admin/" and not address.startswith("/staff/"):
            return "nothing there"
        case status if status < 500:
            return "yes"
    raise AssertionError(f"{address} failed with {response.status_code}")


def undone(asker: Asker, method: str, address: str) -> str:
    """The word for an answer; whatever the request did is taken back."""
    with transaction.atomic():
        said = word(asker.ask(method, address), address)
        transaction.set_rollback(True)
    return said


def test_every_route_is_listed() -> None:
    unlisted = sorted(set(every_route()) - listed_routes())
    assert not unlisted, "Add a line to tests/who_may/routes.py for each of:\n" + "\n".join(unlisted)
    gone = {route for group in PAGES.values() for route in group} - set(every_route())
    assert not gone, "Listed in tests/who_may/routes.py, but no route any more:\n" + "\n".join(sorted(gone))
    assert registered_models() == set(MODELS)


def test_an_unlisted_route_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    heading = "The desk’s own pages"
    without = {route: line for route, line in PAGES[heading].items() if route != "admin/board/"}
    monkeypatch.setitem(PAGES, heading, without)
    with pytest.raises(AssertionError, match=r"for each of:\n\s*admin/board/"):
        test_every_route_is_listed()


def test_the_document_says_what_is_so(option: ServiceOption, at: Callable[..., datetime]) -> None:
    people = make_people()
    rows = make_clinic(option=option, start=at(26, 10), user=people["therapist"])
    askers = {title: Asker(user) for title, user in people.items()}
    found = matrix(askers, rows)
    if os.environ.get("WRITE_WHO_MAY_WHAT"):
        DOCUMENT.write_text(found)
    kept = DOCUMENT.read_text() if DOCUMENT.exists() else ""
    differs = "\n".join(
        difflib.unified_diff(kept.splitlines(), found.splitlines(), "docs", "asked", lineterm="")
    )
    assert not differs, f"{differs}\n\nIf this is meant, write the document anew:\n{AGAIN}"


def matrix(askers: dict[str, Asker], rows: dict[str, Any]) -> str:
    """The document."""
    lines = [HEAD]
    head = ["", f"| | {' | '.join(askers)} |", f"|---|{'---|' * len(askers)}"]
    for heading, pages in PAGES.items():
        lines += [f"## {heading}", *head]
        for route, line in pages.items():
            cells = [cell(asker, line.format(**rows)) for asker in askers.values()]
            lines.append(f"| `{shown(route)}` | {' | '.join(cells)} |")
        lines.append("")
    lines += ["## Rows in the admin", *head]
    for model, name in MODELS.items():
        base = f"/admin/{model.replace('.', '/')}/"
        cells = [model_cell(asker, base, rows[name]) for asker in askers.values()]
        lines.append(f"| `{model}` | {' | '.join(cells)} |")
    return "\n".join([*lines, ""])


def cell(asker: Asker, line: str) -> str:
    """What comes of asking one address by all of its methods."""
    methods, _, address = line.partition(" ")
    words = [undone(asker, method, address) for method in methods.split("+")]
    if len(set(words)) == 1:
        return words[0]
    return "looks" if words[0] == "yes" else " / ".join(words)


def model_cell(asker: Asker, base: str, key: object) -> str:
    """Which of the usual pages of a model are open."""
    words = {}
    for page, (route, method) in USUAL.items():
        words[page] = undone(asker, method, base + route.replace("<path:object_id>", str(key)))
        if page == "list" and words[page] == "signs in":
            return "signs in"
    return ", ".join(page for page, said in words.items() if said == "yes") or "no"


def shown(route: str) -> str:
    """A route as people read it."""
    for kind in ("path:", "slug:", "str:", "int:"):
        route = route.replace(f"<{kind}", "<")
    return "/" + route.removesuffix("$").replace("|", "/")
