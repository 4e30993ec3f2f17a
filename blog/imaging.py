"""An uploaded picture is looked at, refused in words, or made anew. Pure: bytes in, bytes out.

Nothing of the upload is kept but what can be seen: no place, no camera's number, no comment, and nothing that was
hidden behind the picture. The header is read before anything is decoded, so that a small file of a huge picture costs
nothing.
"""

import io
import warnings
import zipfile
from collections.abc import Iterator
from typing import BinaryIO

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from blog import picture_files
from blog.picture_files import CROPS, FALLBACK, FORMATS, Crop, Focus

#: Bytes of a file, pixels of a picture, pixels of its longer and its shorter side.
MOST_BYTES = 15_000_000
MOST_PIXELS = 40_000_000
LONGEST_SIDE = 16_000
SHORTEST_SIDE = 200

#: Pixels of the longer side of what is kept.
_KEPT_SIDE = 2560

_READ = {"JPEG": "JPEG", "PNG": "PNG", "WEBP": "WebP", "AVIF": "AVIF"}
_ENDINGS = {"jpg", "jpeg", "jpe", "jfif", "png", "webp", "avif"}
_TAKEN = "JPEG, PNG, WebP or AVIF"

#: What no picture has to say. A chance hit in packed data is one in many millions of files.
_NOT_A_PICTURE = (
    b"<script",
    b"<!doctype",
    b"<html",
    b"<iframe",
    b"<svg",
    b"<?php",
    b"javascript:",
    b"%pdf-1",
)


class PictureRefusedError(ValueError):
    """The picture cannot be taken; the message says why and what to do, to the person who chose it."""


def read(file: BinaryIO, *, name: str, size: int) -> Image.Image:
    """The picture of an uploaded file of `size` bytes, upright, in sRGB, without anything else.

    PictureRefusedError says in words why it is not taken.
    """
    _check_name(name)
    if size > MOST_BYTES:
        raise PictureRefusedError(
            f"This file has {_megabytes(size)}. Choose one of at most {_megabytes(MOST_BYTES)}."
        )
    data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise PictureRefusedError(f"This file is too large. Choose one of at most {_megabytes(MOST_BYTES)}.")
    if not data:
        raise PictureRefusedError("This file is empty. Choose another.")
    _check_content(data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the limit below is lower
            with Image.open(io.BytesIO(data), formats=list(_READ)) as found:
                _check_shape(found)
                return _upright(found)
    except PictureRefusedError:
        raise
    except UnidentifiedImageError as error:
        raise PictureRefusedError(f"This is no picture that can be read. Save it as {_TAKEN}.") from error
    except Image.DecompressionBombError as error:
        raise PictureRefusedError(_too_many_pixels(None)) from error
    except (
        Exception
    ) as error:  # a decoder meets bytes of a stranger's: whatever it makes of them is a refusal
        raise PictureRefusedError(
            "This picture is damaged or not complete. Open it in a picture program and save it again."
        ) from error


def _check_name(name: str) -> None:
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    if ending == "svg":
        raise PictureRefusedError(f"An SVG can hold a program, so it is not taken. Save it as {_TAKEN}.")
    if ending == "gif":
        raise PictureRefusedError("A GIF is not taken. Save it as PNG, or upload a video.")
    if ending in {"heic", "heif"}:
        raise PictureRefusedError("A HEIC picture is not taken. Save or share it as JPEG.")
    if ending not in _ENDINGS:
        raise PictureRefusedError(f"The file’s name does not end like a picture’s. Choose a {_TAKEN} file.")


def _check_content(data: bytes) -> None:
    lower = data.lower()
    if data.startswith((b"GIF87a", b"GIF89a")):
        raise PictureRefusedError("A GIF is not taken. Save it as PNG, or upload a video.")
    if b"<svg" in lower[:4096]:
        raise PictureRefusedError(f"An SVG can hold a program, so it is not taken. Save it as {_TAKEN}.")
    # A JPEG whose first segment is as long as "/*" says is read as a program's comment by browsers of old.
    hides = data[:2] == b"\xff\xd8" and data[4:6] == b"/*"
    if hides or zipfile.is_zipfile(io.BytesIO(data)) or any(sign in lower for sign in _NOT_A_PICTURE):
        raise PictureRefusedError(
            "This file holds more than a picture. Open it in a picture program and save it again as JPEG or PNG."
        )


def _check_shape(found: Image.Image) -> None:
    width, height = found.size
    if width * height > MOST_PIXELS or max(width, height) > LONGEST_SIDE:
        raise PictureRefusedError(_too_many_pixels((width, height)))
    if min(width, height) < SHORTEST_SIDE:
        raise PictureRefusedError(
            f"This picture has {width} × {height} pixels, which looks blurred on a page. Both sides need"
            f" {SHORTEST_SIDE} at least."
        )
    if getattr(found, "n_frames", 1) > 1:
        raise PictureRefusedError("This picture moves. Choose one that stands still, or upload a video.")


def _too_many_pixels(size: tuple[int, int] | None) -> str:
    has = f"This picture has {size[0]} × {size[1]} pixels." if size else "This picture has too many pixels."
    return (
        f"{has} Choose one of at most {MOST_PIXELS // 1_000_000} million pixels in all,"
        f" and {LONGEST_SIDE:,} on a side."
    )


def _upright(found: Image.Image) -> Image.Image:
    found.draft(None, (_KEPT_SIDE, _KEPT_SIDE))  # a JPEG is decoded smaller at once
    found.load()
    turned = ImageOps.exif_transpose(found)
    clean = _in_srgb(turned)
    clean.thumbnail((_KEPT_SIDE, _KEPT_SIDE), Image.Resampling.LANCZOS)
    kept = Image.new(clean.mode, clean.size)
    kept.paste(clean)  # the pixels, and no word of what came with them
    return kept


def _in_srgb(image: Image.Image) -> Image.Image:
    """RGB or RGBA in the colors that browsers expect, whatever came."""
    profile = image.info.get("icc_profile")
    transparent = image.mode in {"RGBA", "LA", "PA", "RGBa", "La"} or "transparency" in image.info
    if profile and image.mode in {"RGB", "CMYK", "L"}:
        try:
            found = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(
                image, found, ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
        except (ImageCms.PyCMSError, OSError, ValueError):
            converted = None  # a profile that does not fit says nothing
        if converted is not None:
            return converted
    if image.mode.startswith("I;16") or image.mode == "I":
        return image.point(lambda value: value / 256).convert("L").convert("RGB")
    return image.convert("RGBA" if transparent else "RGB")


def master(image: Image.Image) -> tuple[str, bytes]:
    """What the other files are made from, with its name."""
    if image.mode == "RGBA":
        return "master.png", _encoded(image, "PNG", optimize=True)
    return "master.jpg", _encoded(image, "JPEG", quality=92)


def whole_files(image: Image.Image) -> Iterator[tuple[str, bytes]]:
    """The whole picture in every size and format, by name."""
    for width in picture_files.widths(image.width):
        smaller = image.resize(
            (width, max(1, round(width * image.height / image.width))), Image.Resampling.LANCZOS
        )
        kinds = (*FORMATS, FALLBACK) if width == picture_files.fallback_width(image.width) else FORMATS
        for kind in kinds:
            yield picture_files.whole(width, kind), _in_format(smaller, kind)


def crop_files(image: Image.Image, focus: Focus) -> Iterator[tuple[str, bytes]]:
    """Every crop around the focus, by name."""
    for shape, crop in CROPS.items():
        cut = image.crop(crop_box(image.size, crop, focus))
        for width in crop.widths:
            scaled = cut.resize((width, crop.height(width)), Image.Resampling.LANCZOS)
            for kind in (*crop.formats, FALLBACK) if width == crop.widths[-1] else crop.formats:
                yield picture_files.cropped(shape, width, focus, kind), _in_format(scaled, kind)


def crop_box(size: tuple[int, int], crop: Crop, focus: Focus) -> tuple[int, int, int, int]:
    """The largest part of the crop's proportions, with the focus as near its middle as the edges allow."""
    width, height = size
    across = min(width, round(height * crop.across / crop.down))
    down = min(height, round(width * crop.down / crop.across))
    left = min(max(0, round(width * focus.x / 100 - across / 2)), width - across)
    top = min(max(0, round(height * focus.y / 100 - down / 2)), height - down)
    return left, top, left + across, top + down


def _in_format(image: Image.Image, kind: str) -> bytes:
    match kind:
        case "avif":
            return _encoded(image, "AVIF", quality=58, speed=9)
        case "webp":
            return _encoded(image, "WEBP", quality=78, method=3)
    return _encoded(_on_white(image), "JPEG", quality=80, progressive=True, optimize=True)


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image
    paper = Image.new("RGB", image.size, "white")
    paper.paste(image, mask=image.getchannel("A"))
    return paper


def _encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:.0f} MB"
