"""A page's own pictures: what is hostile or broken is refused in words, and what is taken is made anew."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from PIL import Image

from blog.models import Post
from blog.publishing import PublishedPage
from services.models import Service
from tests.blog.desk.forms import opened
from tests.blog.test_imaging import REFUSED
from tests.factories.blog import make_post
from tests.factories.services import make_service
from tests.factories.uploads import drawn, encoded, jpeg

pytestmark = pytest.mark.django_db

HOSTILE = [
    "jpeg_with_html",
    "jpeg_with_zip",
    "jpeg_that_is_javascript",
    "png_of_4_gigapixels",
    "svg_with_script",
    "svg_called_png",
    "gif",
    "cut_jpeg",
    "tiff_called_jpg",
    "picture_called_html",
    "too_many_bytes",
    "empty",
]
KINDS = ["picture", "social_picture"]


def page_with(field: str) -> tuple[PublishedPage, str]:
    """A page that can have the picture, and the address of its form."""
    page: Service | Post = make_service() if field == "picture" else make_post()
    return page, f"/admin/{page._meta.app_label}/{page._meta.model_name}/{page.pk}/change/"


def sent(client: Client, page: PublishedPage, address: str, **changed: Any) -> HttpResponse:
    """The page's form with some of it changed."""
    data = opened(client, address, f"{page._meta.model_name}_form")
    assert "title" in data
    return client.post(address, {**data, **changed})  # type: ignore[return-value]


def files(folder: Path) -> list[Path]:
    """Every file below it."""
    return sorted(path for path in folder.rglob("*") if path.is_file()) if folder.exists() else []


def name_of(page: PublishedPage, field: str) -> str:
    """Where the stored page says that its picture is."""
    return str(type(page)._base_manager.values_list(field, flat=True).get(pk=page.pk))


@pytest.mark.parametrize("field", KINDS)
@pytest.mark.parametrize("name", HOSTILE)
def test_a_refused_picture_leaves_nothing_behind(
    ana: Client, media_folder: Path, field: str, name: str
) -> None:
    page, address = page_with(field)
    file_name, make, words = REFUSED[name]
    upload = SimpleUploadedFile(file_name, make())
    response: Any = sent(ana, page, address, title="Typed", **{field: upload})

    form = response.context["adminform"].form
    (error,) = form.errors[field]
    assert any(part in error for part in words.split("|"))
    assert form["title"].value() == "Typed"
    assert name_of(page, field) == ""
    assert files(media_folder) == []


@pytest.mark.parametrize("field", KINDS)
def test_nothing_is_left_of_what_cannot_be_seen(ana: Client, media_folder: Path, field: str) -> None:
    page, address = page_with(field)
    camera = Image.Exif()
    camera[0x010F] = "A maker of cameras"
    photo = encoded(drawn((3000, 2000)), "JPEG", exif=camera, comment=b"a secret comment")
    assert b"A maker of cameras" in photo
    upload = SimpleUploadedFile("My kitchen.jpg", photo)
    assert sent(ana, page, address, **{field: upload}).status_code == 302

    kept = media_folder / name_of(page, field)
    assert kept in files(media_folder)
    for path in files(media_folder):
        assert "kitchen" not in path.name
        content = path.read_bytes()
        assert b"A maker" not in content
        assert b"secret" not in content
        with Image.open(io.BytesIO(content)) as found:
            assert max(found.size) <= 2560


def test_a_picture_that_is_taken_is_shown_and_can_be_taken_away(ana: Client, media_folder: Path) -> None:
    page, address = page_with("picture")
    sent(ana, page, address, picture=SimpleUploadedFile("a.jpg", jpeg()))
    first = name_of(page, "picture")
    assert "/media/" in ana.get(page.get_absolute_url()).content.decode()

    sent(ana, page, address, title="Another")
    assert name_of(page, "picture") == first

    sent(ana, page, address, **{"picture-clear": "on"})
    assert name_of(page, "picture") == ""
