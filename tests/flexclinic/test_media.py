"""/media/: pictures that the pipeline made, and nothing else."""

from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import FileResponse
from django.test import Client
from PIL import Image
from pytest_django import Settings

from services.models import Therapist
from tests.factories.services import make_therapist

pytestmark = pytest.mark.django_db

PLACE = 0x8825  # the tag of EXIF that says where a picture was taken


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: Path) -> Path:
    """A folder of its own."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


@pytest.fixture
def pictured() -> Therapist:
    """A therapist with a photograph that knows where it was taken."""
    image = Image.new("RGB", (900, 1200), "#a8650a")
    exif = image.getexif()
    exif.get_ifd(PLACE)[1] = "N"
    buffer = BytesIO()
    image.save(buffer, "JPEG", exif=exif)
    return make_therapist(picture=SimpleUploadedFile("ana.jpg", buffer.getvalue(), "image/jpeg"))


def body(response: object) -> bytes:
    assert isinstance(response, FileResponse)
    found = response.getvalue()
    response.close()
    return found


def test_a_page_shows_a_picture_that_is_there(patient: Client, pictured: Therapist) -> None:
    address = pictured.picture.portrait
    assert f'src="{address}"' in patient.get(pictured.get_absolute_url()).content.decode()
    response = patient.get(address)
    assert response.status_code == 200
    assert response["Content-Type"] == "image/jpeg"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "public, max-age=2592000"
    image = Image.open(BytesIO(body(response)))
    assert image.size == (480, 600)
    assert PLACE not in image.getexif()


def test_what_was_uploaded_is_not_shown(patient: Client, pictured: Therapist) -> None:
    assert Path(pictured.picture.path).exists()
    assert patient.get(f"/media/{pictured.picture.name}").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "__processed__/abc/page-0123456789ab.svg",
        "__processed__/abc/page-0123456789ab.html",
        "__processed__/abc/page.jpg",
        "__processed__/abc/../../secret_key",
        "__processed__/abc/..%2f..%2fsecret_key",
        "secret_key",
    ],
)
def test_other_files_are_not_shown(patient: Client, media: Path, path: str) -> None:
    (media / "__processed__" / "abc").mkdir(parents=True)
    (media.parent / "secret_key").write_text("secret")
    (media / "secret_key").write_text("secret")
    for name in ("page-0123456789ab.svg", "page-0123456789ab.html", "page.jpg"):
        (media / "__processed__" / "abc" / name).write_text("<script>")
    (media / "__processed__" / "abc" / "page-0123456789ab.png").write_bytes(b"there")
    assert body(patient.get("/media/__processed__/abc/page-0123456789ab.png")) == b"there"
    assert patient.get(f"/media/{path}").status_code == 404


def test_a_browser_that_has_it_is_not_sent_it_again(patient: Client, pictured: Therapist) -> None:
    first = patient.get(pictured.picture.portrait)
    first.close()
    again = patient.get(pictured.picture.portrait, headers={"If-Modified-Since": first["Last-Modified"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.fixture
def film(media: Path) -> str:
    """The address of a film of 1000 bytes."""
    folder = media / "videos" / ("a" * 32)
    folder.mkdir(parents=True)
    (folder / "film.mp4").write_bytes(bytes(range(250)) * 4)
    (folder / "captions.vtt").write_text("WEBVTT\n")
    return f"/media/videos/{'a' * 32}/film.mp4"


@pytest.mark.parametrize(
    ("asked", "status", "part"),
    [
        ("", 200, slice(0, 1000)),
        ("bytes=0-", 206, slice(0, 1000)),
        ("bytes=10-19", 206, slice(10, 20)),
        ("bytes=990-5000", 206, slice(990, 1000)),
        ("bytes=-100", 206, slice(900, 1000)),
        ("bytes=-5000", 206, slice(0, 1000)),
        ("bytes=1-2,5-6", 200, slice(0, 1000)),
        ("nonsense", 200, slice(0, 1000)),
    ],
)
def test_a_player_gets_the_part_that_it_asks_for(
    patient: Client, film: str, asked: str, status: int, part: slice
) -> None:
    response = patient.get(film, headers={"Range": asked} if asked else {})

    assert response.status_code == status
    assert response["Content-Type"] == "video/mp4"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Accept-Ranges"] == "bytes"
    assert b"".join(response) == (bytes(range(250)) * 4)[part]
    if status == 206:
        assert response["Content-Range"] == f"bytes {part.start}-{part.stop - 1}/1000"
    response.close()


@pytest.mark.parametrize("asked", ["bytes=1000-", "bytes=20-10"])
def test_a_part_that_is_not_there_is_refused(patient: Client, film: str, asked: str) -> None:
    response = patient.get(film, headers={"Range": asked})

    assert response.status_code == 416
    assert response["Content-Range"] == "bytes */1000"


def test_captions_are_text_and_masters_are_nobodys_business(patient: Client, film: str, media: Path) -> None:
    captions = patient.get(film.replace("film.mp4", "captions.vtt"))
    assert captions["Content-Type"] == "text/vtt; charset=utf-8"
    captions.close()

    folder = media / "library" / ("b" * 32)
    folder.mkdir(parents=True)
    (folder / "master.jpg").write_bytes(b"x")
    assert patient.get(f"/media/library/{'b' * 32}/master.jpg").status_code == 404
