"""Two editors on one page: the second to save is refused, is shown what changed, and loses nothing of what they typed.

The form carries the edition of the page that it was opened with. Under the row's lock that edition is compared with
the stored one. Who has seen the difference may save theirs anyway: the page becomes what they have, and what it was
stays in its history.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from blog import revisions
from blog.desk.presence import name_of
from blog.differences import Difference, between
from blog.publishing import PublishedPage
from blog.states import Rows, block_kinds, parts, rows_now
from flexclinic.lib import when

SEEN = "_edition"
MINE = "_mine"


class StaleError(Exception):
    """The page has been saved by somebody since the form was opened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """What a refused save is shown."""

    who: str
    at: str
    edition: int
    since: list[Difference] | None
    mine: list[Difference] | None


def seen_edition(sent: QueryDict) -> str:
    """The edition that the sender knows of: the one they opened, or the one whose difference they were shown."""
    return str(sent.get(MINE) or sent.get(SEEN) or "")


def check(page: PublishedPage, sent: QueryDict) -> None:
    """Under the page's lock: refuse what was typed about another edition. Raises StaleError."""
    if seen_edition(sent) != str(page.edition):
        raise StaleError


def locked(kind: type[PublishedPage], pk: object) -> PublishedPage | None:
    """The page; nobody else saves it before the transaction ends."""
    return kind._base_manager.select_for_update().filter(pk=pk).first()


def describe(page: PublishedPage, *, opened: str, mine: Rows | None) -> Conflict:
    """What has happened to the page since the edition `opened`, and how `mine` differs from it now."""
    now = parts(rows_now(page))
    latest = revisions.versions_of(type(page), page.pk).first()
    base = _base(page, opened)
    return Conflict(
        who=name_of(latest.revision.user) if latest else "Somebody",
        at=when.format_time(page.updated_at),
        edition=page.edition,
        since=between(base, now) if base is not None else None,
        mine=between(now, parts(mine)) if mine is not None else None,
    )


def _base(page: PublishedPage, opened: str) -> Any:
    if not opened.isdecimal():
        return None
    version = revisions.with_edition(type(page), page.pk, int(opened))
    try:
        return parts(revisions.rows_of(version)) if version else None
    except revisions.UnreadableVersionError:
        return None


def rebased(sent: QueryDict, page: PublishedPage) -> QueryDict:
    """What was typed, fitted to the blocks that are there now: blocks that somebody deleted become new ones again."""
    data = sent.copy()
    for kind in block_kinds(type(page)):
        prefix = kind._meta.get_field("parent").remote_field.get_accessor_name(model=kind).replace("+", "")
        if f"{prefix}-TOTAL_FORMS" in data:
            keys = {str(pk) for pk in kind.objects.filter(parent_id=page.pk).values_list("pk", flat=True)}
            _renumber(data, prefix=prefix, lives=lambda key, keys=keys: key in keys)  # type: ignore[misc]
    return data


def _renumber(data: QueryDict, *, prefix: str, lives: Callable[[str], bool]) -> None:
    """Put the forms of blocks that live first, as a formset wants them, and take the key from the others."""
    total = data.get(f"{prefix}-TOTAL_FORMS", "0")
    forms: list[dict[str, list[str]]] = []
    for number in range(int(total) if total.isdecimal() and len(total) < 5 else 0):
        start = f"{prefix}-{number}-"
        names = [name for name in data if name.startswith(start)]
        forms.append({name.removeprefix(start): data.pop(name) for name in names})
    old = [form for form in forms if lives((form.get("id") or [""])[0])]
    new = [form for form in forms if not lives((form.get("id") or [""])[0])]
    for number, form in enumerate([*old, *new]):
        if number >= len(old):
            form["id"] = [""]
        for name, values in form.items():
            data.setlist(f"{prefix}-{number}-{name}", values)
    data[f"{prefix}-TOTAL_FORMS"] = str(len(forms))
    data[f"{prefix}-INITIAL_FORMS"] = str(len(old))


def drop_what_is_not_mine(page: PublishedPage, formsets: list[Any]) -> None:
    """After a save of "mine anyway": blocks that only the other one had go; they stay in the history."""
    kinds = set(block_kinds(type(page)))
    for formset in formsets:
        if formset.model in kinds:
            kept = [form.instance.pk for form in formset.forms if form.instance.pk]
            formset.model.objects.filter(parent_id=page.pk).exclude(pk__in=kept).delete()
