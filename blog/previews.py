"""Links that show a page to somebody without a login: as it is saved, or as it was typed without saving.

A link is signed and ends by itself. What is saved is shown as it is when the link is opened; a new round on the page
voids all links to it. What was typed is a snapshot of its own, and goes with its row.
"""

from datetime import timedelta
from typing import Any

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core import serializers
from django.db import transaction
from django.urls import reverse

from blog.editing import Snapshot
from blog.pages import Shown
from blog.publishing import PublishedPage
from blog.states import Rows, objects_of
from flexclinic.lib import clock, stamps

LASTS = timedelta(days=7)
MOST_BYTES = 2_000_000  # of a snapshot's rows, as text
_PURPOSE = "preview of a page"


def link_to(page: PublishedPage) -> str:
    """The path of a link to the page as it is saved, from now on for `LASTS`."""
    return _link(f"page:{page._meta.label_lower}:{page.pk}:{page.preview_round}")


def link_to_unsaved(*, kind: type[PublishedPage], pk: int | None, rows: Rows) -> str:
    """Keep the rows as a snapshot, and give the path of a link to it.

    Snapshots that have expired go at this occasion.
    """
    now = clock.now()
    Snapshot.objects.filter(expires_at__lte=now).delete()
    kept = Snapshot.objects.create(
        content_type=ContentType.objects.get_for_model(kind),
        object_id=pk,
        rows=rows,
        made_at=now,
        expires_at=now + LASTS,
    )
    return _link(f"snapshot:{kept.pk}")


@transaction.atomic
def end_all(page: PublishedPage) -> None:
    """Void every link to the page, and forget what was typed of it."""
    kind = type(page)
    kind._base_manager.filter(pk=page.pk).update(preview_round=page.preview_round + 1)
    page.preview_round += 1
    content_type = ContentType.objects.get_for_model(kind)
    Snapshot.objects.filter(content_type=content_type, object_id=page.pk).delete()


def opened(token: str) -> Shown | None:
    """What a link shows; None alike for one that is made up, altered, expired or void."""
    stamp = stamps.read(token, purpose=_PURPOSE, longest=LASTS)
    if stamp is None:
        return None
    until = stamp.made_at + LASTS
    match stamp.says.split(":"):
        case ["page", label, pk, round_]:
            page = apps.get_model(label)._base_manager.filter(pk=pk, preview_round=round_).first()
            return Shown(page=page, until=until) if page else None
        case ["snapshot", pk]:
            kept = Snapshot.objects.filter(pk=pk, expires_at__gt=clock.now()).first()
            return _snapshot(kept) if kept else None
    return None


def _snapshot(kept: Snapshot) -> Shown | None:
    try:
        page, blocks = objects_of(kept.rows)
    except serializers.base.DeserializationError:
        return None  # the tables have changed since
    _remember(page, blocks)
    page.object._state.adding = kept.object_id is None
    return Shown(page=page.object, until=kept.expires_at, unsaved_at=kept.made_at)


def _remember(page: Any, blocks: list[Any]) -> None:
    """Have the page answer for its blocks and its many-to-many relations from the snapshot."""
    page.object.unsaved_blocks = [item.object for item in blocks]
    for item in blocks:
        item.object.parent = page.object
    related = {}
    for name, keys in (page.m2m_data or {}).items():
        model = page.object._meta.get_field(name).related_model
        related[name] = model._default_manager.filter(pk__in=list(keys))
    page.object._prefetched_objects_cache = related


def _link(says: str) -> str:
    return reverse("pages:preview", args=[stamps.make(purpose=_PURPOSE, says=says)])
