"""Earlier versions of a page: what they held, and how one becomes the page again.

django-reversion keeps them. Restoring is ours: it saves the page and its blocks the way an editor would, so texts are
cleaned, addresses lead on, and what is restored is a new revision itself.
"""

import json
from collections.abc import Iterable
from typing import Any

import reversion
from django.core import serializers
from django.core.exceptions import ValidationError
from django.db import models, transaction
from reversion.models import Version

from blog import search_index
from blog.publishing import PublishedPage, State
from blog.states import Rows, block_kinds, blocks_now, names_in, objects_of
from flexclinic.lib import when


class UnreadableVersionError(Exception):
    """This version was written for tables that have changed since, and cannot be read any more."""


def versions_of(kind: type[models.Model], pk: object) -> models.QuerySet[Version]:
    """A page's versions, the newest first, with who saved them."""
    found: models.QuerySet[Version] = Version.objects.get_for_object_reference(kind, pk)
    return found.select_related("revision__user").order_by("-pk")


def rows_of(version: Version) -> Rows:
    """The page and its blocks as the version holds them. Raises UnreadableVersionError."""
    kind = version.content_type.model_class()
    if kind is None:
        raise UnreadableVersionError
    labels = {block._meta.label_lower for block in block_kinds(kind)}
    rows: Rows = [json.loads(version.serialized_data)[0]]
    for other in version.revision.version_set.exclude(pk=version.pk):
        row = json.loads(other.serialized_data)[0]
        if row["model"] in labels and str(row["fields"].get("parent")) == version.object_id:
            rows.append(row)
    try:
        objects_of(rows)
    except (serializers.base.DeserializationError, ValueError, TypeError) as error:
        raise UnreadableVersionError from error
    return rows


def with_edition(kind: type[models.Model], pk: object, edition: int) -> Version | None:
    """The newest version that was saved as that edition of the page."""
    for version in versions_of(kind, pk).iterator():
        if edition_of(version) == edition:
            return version
    return None


def keep_as_it_is(page: PublishedPage) -> None:
    """Keep the page, where its newest version is of another edition: it came with the demo, or a program changed it."""
    newest = Version.objects.get_for_object(page).order_by("-pk").first()
    if newest is None or edition_of(newest) != page.edition:
        with reversion.create_revision():
            reversion.add_to_revision(page)
            reversion.set_comment("As it was, before a change here.")


def edition_of(version: Version) -> int | None:
    """The edition that the version is of; None where editions were not counted yet."""
    edition: int | None = json.loads(version.serialized_data)[0]["fields"].get("edition")
    return edition


@transaction.atomic
def restore(*, version: Version, user: Any) -> PublishedPage:
    """Make the page what it was, or bring back one that was deleted, and give it.

    Whether it shows on the site stays as it is; a page that is brought back is a draft. Raises ValidationError when
    the page cannot be like that any more, as when another has its address, and UnreadableVersionError.
    """
    kind = version.content_type.model_class()
    assert kind is not None
    assert issubclass(kind, PublishedPage)
    rows = rows_of(version)
    old, old_blocks = objects_of(rows)
    page: Any = kind._base_manager.select_for_update().filter(pk=version.object_id).first()
    with reversion.create_revision():
        if page is None:
            page = _brought_back(old.object)
        else:
            _take_fields(page, old.object, names_in(rows))
        page.full_clean()
        page.save()
        for name, values in (old.m2m_data or {}).items():
            if name not in kind.not_restored:
                getattr(page, name).set(_still_there(kind, name, values))
        _take_blocks(page, [item.object for item in old_blocks])
        search_index.put(page)
        reversion.set_user(user)
        reversion.add_to_revision(page)
        reversion.set_comment(f"Restored from {when.format_date_time(version.revision.date_created)}.")
    restored: PublishedPage = page
    return restored


def _brought_back(old: Any) -> Any:
    old.state = State.DRAFT
    old.edition += 1
    old.preview_round += 1
    old._state.adding = True
    return old


def _take_fields(page: Any, old: Any, names: Iterable[str]) -> None:
    for field in page._meta.concrete_fields:
        taken = field.name in names and field.name not in page.not_restored
        if taken and field.editable and not field.primary_key:
            setattr(page, field.attname, getattr(old, field.attname))


def _still_there(kind: type[models.Model], name: str, keys: Iterable[Any]) -> models.QuerySet[Any]:
    field = kind._meta.get_field(name)
    related: Any = field.related_model
    found: models.QuerySet[Any] = related._base_manager.filter(pk__in=list(keys))
    return found


def _take_blocks(page: Any, old: list[Any]) -> None:
    kept = {(type(block), block.pk) for block in old}
    for block in blocks_now(page):
        if (type(block), block.pk) not in kept:
            block.delete()
    for block in old:
        block.parent = page
        block._state.adding = not type(block)._base_manager.filter(pk=block.pk).exists()
        try:
            block.full_clean(validate_unique=False, exclude=["id"])
        except ValidationError as error:
            name = str(block._meta.verbose_name)
            raise ValidationError(f"A {name} cannot be restored: {' '.join(error.messages)}") from error
        block.save()
