"""The files of the media library, in step with its rows.

Files are written before their row is, and taken away again when it cannot be; what is no longer needed goes when the
row's change is committed, not before.
"""

import secrets
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from typing import Any, BinaryIO

from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db import models, transaction
from PIL import Image

from blog import imaging
from blog.library import Picture, Video
from blog.media_blocks import FigureBlock

_PICTURES = "library"
_VIDEOS = "videos"


def save_picture(picture: Picture, *, image: Image.Image | None = None) -> None:
    """Save a row. With an `image` all its files are made anew; with another focus, its crops."""
    before = Picture.objects.filter(pk=picture.pk).first()
    if image is not None:
        picture.folder = secrets.token_hex(16)
        picture.width, picture.height = image.size
        files = [
            imaging.master(image),
            *imaging.whole_files(image),
            *imaging.crop_files(image, picture.focus),
        ]
        _write_and_save(picture, _PICTURES, files)
        if before:
            _remove_later(_PICTURES, before.folder)
    elif before and before.focus != picture.focus:
        old = [name for name in _names(_PICTURES, picture.folder) if "-" in name]
        new = dict(imaging.crop_files(_master(picture), picture.focus))
        _write_and_save(picture, _PICTURES, new.items())
        _remove_later(_PICTURES, picture.folder, [name for name in old if name not in new])
    else:
        picture.save()


def save_video(video: Video, *, film: BinaryIO | None, kind: str, size: int, captions: str | None) -> None:
    """Save a row, with another film or other captions where they are given. A new row needs both."""
    before = Video.objects.filter(pk=video.pk).first()
    if film is None and captions is None:
        video.save()
        return
    video.folder = secrets.token_hex(16)  # another address for another file: browsers keep them for a month
    if film is not None:
        video.kind, video.size = kind, size
    with ExitStack() as opened:
        files: dict[str, File[Any] | BinaryIO | None] = {
            f"film.{video.kind}": film,
            "captions.vtt": None if captions is None else ContentFile(captions.encode()),
        }
        for name, file in files.items():
            if file is None and before:
                kept = default_storage.open(f"{_VIDEOS}/{before.folder}/{name}")
                files[name] = opened.enter_context(kept)
        _write_and_save(video, _VIDEOS, [(name, file) for name, file in files.items() if file is not None])
    if before:
        _remove_later(_VIDEOS, before.folder)


def delete(item: Picture | Video) -> None:
    """Delete a row with its files. ProtectedError when something shows it."""
    folder = item.folder
    item.delete()
    _remove_later(_PICTURES if isinstance(item, Picture) else _VIDEOS, folder)


def used_by(item: models.Model) -> list[models.Model]:
    """Whatever points to the row: the pages that show it, not their blocks."""
    found: dict[tuple[type[models.Model], Any], models.Model] = {}
    if item.pk is None:
        return []
    for name, model in _pointing_at(item):
        rows = model._default_manager.filter(**{name: item})
        if any(field.name == "parent" for field in model._meta.fields):
            rows = rows.select_related("parent")
        for row in rows:
            page = getattr(row, "parent", row)
            found[type(page), page.pk] = page
    return list(found.values())


def _pointing_at(item: models.Model) -> Iterator[tuple[str, Any]]:
    """Every model with a key to the item's, and the key's name."""
    for relation in item._meta.get_fields(include_hidden=True):
        if isinstance(relation, models.ManyToOneRel):
            yield relation.field.name, relation.related_model


def relying_on_words(picture: Picture) -> list[models.Model]:
    """The pages that show the picture with the words that it has of itself."""
    found = []
    for _name, block in _pointing_at(picture):
        if issubclass(block, FigureBlock):
            shown = block._default_manager.filter(upload=picture, decorative=False, alternative_text="")
            found += [figure.parent for figure in shown.select_related("parent")]
    return found


def _master(picture: Picture) -> Image.Image:
    [name] = [name for name in _names(_PICTURES, picture.folder) if name.startswith("master.")]
    with default_storage.open(f"{_PICTURES}/{picture.folder}/{name}") as file, Image.open(file) as kept:
        return kept.copy()


def _write_and_save(
    item: Picture | Video, shelf: str, files: Iterable[tuple[str, bytes | File[Any] | BinaryIO]]
) -> None:
    written = []
    try:
        for name, content in files:
            file = ContentFile(content) if isinstance(content, bytes) else content
            wrapped = file if isinstance(file, File) else File(file)
            written.append(default_storage.save(f"{shelf}/{item.folder}/{name}", wrapped))
        item.save()
    except BaseException:
        for path in written:
            default_storage.delete(path)
        _remove_folder_if_empty(shelf, item.folder)
        raise


def _remove_later(shelf: str, folder: str, names: list[str] | None = None) -> None:
    """Take the files away when the transaction is committed: all of a folder, or those of these names."""

    def remove() -> None:
        for name in _names(shelf, folder) if names is None else names:
            default_storage.delete(f"{shelf}/{folder}/{name}")
        _remove_folder_if_empty(shelf, folder)

    transaction.on_commit(remove, robust=True)


def _names(shelf: str, folder: str) -> list[str]:
    path = f"{shelf}/{folder}"
    return sorted(default_storage.listdir(path)[1]) if default_storage.exists(path) else []


def _remove_folder_if_empty(shelf: str, folder: str) -> None:
    path = f"{shelf}/{folder}"
    if default_storage.exists(path) and not any(default_storage.listdir(path)):
        default_storage.delete(path)
