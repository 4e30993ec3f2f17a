"""What is taken as a picture, what is refused and in which words, and what is left of it."""

import io
import tracemalloc
from collections.abc import Callable

import pytest
from PIL import Image, ImageCms

from blog import imaging
from blog.picture_files import CROPS, Crop, Focus
from tests.factories.uploads import (
    drawn,
    encoded,
    javascript_polyglot,
    jpeg,
    moving,
    png_bomb,
    with_comment,
    with_zip_behind,
)


def read(data: bytes, name: str = "photo.jpg") -> Image.Image:
    """The picture as it would be kept."""
    return imaging.read(io.BytesIO(data), name=name, size=len(data))


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>window.ran = 1</script></svg>'

REFUSED: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "jpeg_with_html": (
        "photo.jpg",
        lambda: jpeg() + b"<html><script>window.ran=1</script>",
        "more than a picture",
    ),
    "jpeg_with_html_comment": (
        "photo.jpg",
        lambda: with_comment(jpeg(), b"<ScRiPt>ran=1</sCrIpT>"),
        "more than a",
    ),
    "jpeg_with_zip": ("photo.jpg", lambda: with_zip_behind(jpeg()), "more than a picture"),
    "jpeg_that_is_javascript": ("photo.jpg", lambda: javascript_polyglot(jpeg()), "more than a picture"),
    "jpeg_with_php": (
        "photo.jpg",
        lambda: with_comment(jpeg(), b"<?php system($_GET[0]);"),
        "more than a picture",
    ),
    "png_with_zip": ("a.png", lambda: with_zip_behind(encoded(drawn(), "PNG")), "more than a picture"),
    "jpeg_with_pdf": ("photo.jpg", lambda: with_comment(jpeg(), b"%PDF-1.7"), "more than a picture"),
    "png_of_100_megapixels": ("a.png", lambda: png_bomb(10_000, 10_000), "40 million pixels"),
    "png_of_4_gigapixels": ("a.png", lambda: png_bomb(65_000, 65_000), "million pixels"),
    "png_as_long_as_can_be": ("a.png", lambda: png_bomb(2_000_000_000, 2), "pixels"),
    "svg_with_script": ("drawing.svg", lambda: SVG, "An SVG can hold a program"),
    "svg_called_png": ("drawing.png", lambda: SVG, "An SVG can hold a program"),
    "gif": ("a.gif", lambda: moving("GIF"), "A GIF is not taken"),
    "gif_called_jpg": ("a.jpg", lambda: moving("GIF"), "A GIF is not taken"),
    "moving_png": ("a.png", lambda: moving("PNG"), "moves"),
    "moving_webp": ("a.webp", lambda: moving("WEBP"), "moves"),
    "moving_avif": ("a.avif", lambda: moving("AVIF"), "moves"),
    "cut_jpeg": ("photo.jpg", lambda: jpeg()[:4000], "damaged or not complete"),
    "cut_png": ("a.png", lambda: encoded(drawn(), "PNG")[:900], "damaged or not complete"),
    "cut_webp": ("a.webp", lambda: encoded(drawn(), "WEBP")[:900], "damaged or not complete|no picture"),
    "cut_avif": ("a.avif", lambda: encoded(drawn(), "AVIF")[:900], "damaged or not complete|no picture"),
    "only_a_header": ("photo.jpg", lambda: jpeg()[:24], "no picture|damaged"),
    "words": ("photo.jpg", lambda: b"This is no picture." * 50, "no picture"),
    "tiff_called_jpg": ("photo.jpg", lambda: encoded(drawn(), "TIFF"), "no picture"),
    "bmp_called_png": ("a.png", lambda: encoded(drawn(), "BMP"), "no picture"),
    "empty": ("photo.jpg", lambda: b"", "empty"),
    "picture_called_html": ("page.html", jpeg, "does not end like a picture"),
    "picture_called_php": ("photo.jpg.php", jpeg, "does not end like a picture"),
    "picture_without_ending": ("photo", jpeg, "does not end like a picture"),
    "heic": ("IMG_0001.HEIC", lambda: b"\0\0\0\x18ftypheic" + bytes(99), "HEIC"),
    "too_small": ("a.jpg", lambda: jpeg((120, 300)), "120 × 300"),
    "too_many_bytes": ("a.jpg", lambda: jpeg() + bytes(imaging.MOST_BYTES), "15 MB"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_hostile_or_broken_file_is_refused_in_words(name: str) -> None:
    file_name, make, words = REFUSED[name]

    with pytest.raises(imaging.PictureRefusedError, match=words):
        read(make(), file_name)


@pytest.mark.parametrize("side", [10_000, 65_000])
def test_a_bomb_is_refused_before_anything_is_unpacked(side: int) -> None:
    data = png_bomb(side, side)
    tracemalloc.start()
    try:
        with pytest.raises(imaging.PictureRefusedError):
            read(data, "a.png")
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert len(data) < 2_000
    assert peak < 2_000_000


def test_the_limit_is_what_refuses_the_bomb(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imaging, "MOST_PIXELS", 10**12)
    monkeypatch.setattr(imaging, "LONGEST_SIDE", 10**12)

    with pytest.raises(imaging.PictureRefusedError, match="damaged"):  # it came to the decoder
        read(png_bomb(9_000, 9_000), "a.png")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_each_kind_is_taken_by_its_content_whatever_kind_its_name_says(kind: str) -> None:
    assert read(encoded(drawn(), kind), "photo.png").size == (900, 600)


def test_nothing_is_left_of_what_cannot_be_seen() -> None:
    place = Image.Exif()
    place[0x010F] = "A maker of cameras"
    place.get_ifd(0x8825).update({1: "N", 2: (40.0, 42.0, 51.0), 3: "W", 4: (74.0, 0.0, 21.0)})
    data = encoded(
        drawn(),
        "JPEG",
        exif=place,
        comment=b"a secret comment",
        xmp=b"<x:xmpmeta>a secret packet</x:xmpmeta>",
        icc_profile=ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(),
    )
    assert b"A maker of cameras" in data
    assert b"a secret" in data

    image = read(data)
    files = [imaging.master(image), *imaging.whole_files(image), *imaging.crop_files(image, Focus())]
    for name, made in files:
        with Image.open(io.BytesIO(made)) as found:
            assert not found.getexif(), name
            assert not {"exif", "icc_profile", "xmp", "comment", "photoshop"} & found.info.keys(), name
        assert b"secret" not in made
        assert b"A maker" not in made


def test_a_picture_that_lies_on_its_side_is_put_upright() -> None:
    turned = Image.Exif()
    turned[0x0112] = 6
    image = read(jpeg((900, 600), exif=turned))

    assert image.size == (600, 900)


@pytest.mark.parametrize("mode", ["CMYK", "L", "RGB"])
def test_other_colors_become_those_of_browsers(mode: str) -> None:
    assert read(encoded(drawn(mode=mode), "JPEG")).mode == "RGB"


def test_colors_of_a_wide_profile_are_converted() -> None:
    linear = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))  # does not fit: it says nothing
    red = Image.new("RGB", (300, 300), (200, 30, 30))

    pixel = read(encoded(red, "PNG", icc_profile=linear.tobytes()), "a.png").getpixel((5, 5))
    assert pixel == (200, 30, 30)


def test_what_is_transparent_stays_so_and_gets_white_paper_in_a_jpeg() -> None:
    clear = Image.new("RGBA", (300, 300), (255, 0, 0, 0))
    image = read(encoded(clear, "PNG"), "a.png")
    files = dict(imaging.whole_files(image))

    assert imaging.master(image)[0] == "master.png"
    with Image.open(io.BytesIO(files["w300.webp"])) as found:
        assert found.convert("RGBA").getpixel((9, 9))[3] == 0  # type: ignore[index]
    with Image.open(io.BytesIO(files["w300.jpg"])) as found:
        assert found.getpixel((9, 9)) == (255, 255, 255)


def test_sixteen_bits_a_pixel_are_taken() -> None:
    deep = Image.new("I;16", (300, 300), 65_535)

    assert read(encoded(deep, "PNG"), "a.png").getpixel((9, 9)) == (255, 255, 255)


def test_a_large_picture_is_kept_smaller() -> None:
    assert read(jpeg((5000, 2500))).size == (2560, 1280)


def test_every_file_has_the_size_and_the_kind_that_its_name_says() -> None:
    image = read(jpeg((1000, 500)))
    files = dict(imaging.whole_files(image))

    assert sorted(files) == [
        *(f"w{at}.{kind}" for at in (1000,) for kind in ("avif", "jpg", "webp")),
        *(f"w{at}.{kind}" for at in (320, 640, 960) for kind in ("avif", "webp")),
    ]
    for name, data in files.items():
        with Image.open(io.BytesIO(data)) as found:
            assert name == f"w{found.width}.{'jpg' if found.format == 'JPEG' else str(found.format).lower()}"
            assert found.height == found.width // 2


@pytest.mark.parametrize(
    ("focus", "box"),
    [
        (Focus(50, 50), (200, 0, 800, 600)),
        (Focus(0, 0), (0, 0, 600, 600)),
        (Focus(100, 50), (400, 0, 1000, 600)),
        (Focus(40, 50), (100, 0, 700, 600)),
    ],
)
def test_a_crop_keeps_its_focus_in_sight(focus: Focus, box: tuple[int, int, int, int]) -> None:
    assert imaging.crop_box((1000, 600), Crop(1, 1, (300,)), focus) == box


def test_crops_are_made_in_every_shape() -> None:
    made = dict(imaging.crop_files(drawn((800, 800)), Focus(10, 90)))

    assert {name.split("-")[0] for name in made} == set(CROPS)
    with Image.open(io.BytesIO(made["social-1200-10-90.jpg"])) as found:
        assert found.size == (1200, 630)
