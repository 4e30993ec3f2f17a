"""An uploaded video and its captions are looked at, and refused in words. Pure.

A video is told by its own bytes, whatever its name says. It is kept as it came: nothing here makes videos anew, so one
that tells where it was made is refused.
"""

import re
import zipfile
from collections.abc import Iterator
from typing import BinaryIO

MOST_BYTES = 100_000_000
MOST_CAPTION_BYTES = 500_000

#: What may stand at the top of an MP4 file (ISO 14496-12).
_BOXES = set(b"ftyp moov mdat free skip wide moof mfra sidx ssix styp uuid meta pdin emsg prft udta".split())
_PLACE = (b"\xa9xyz", b"location.ISO6709", b"loci")
_CUE = re.compile(
    r"^(?:(\d{2,}):)?([0-5]\d):([0-5]\d)\.(\d{3})[ \t]+-->[ \t]+(?:(\d{2,}):)?([0-5]\d):([0-5]\d)\.(\d{3})(?:[ \t].*)?$"
)


class VideoRefusedError(ValueError):
    """The file cannot be taken; the message says why and what to do."""


def kind_of(file: BinaryIO, *, size: int) -> str:
    """`mp4` or `webm`; VideoRefusedError says why it is neither. The file is read from its beginning, and rewound."""
    if size > MOST_BYTES:
        raise VideoRefusedError(
            f"This video has {size // 1_000_000} MB. Make it shorter or smaller: at most {MOST_BYTES // 1_000_000} MB."
        )
    file.seek(0)
    head = file.read(64)
    try:
        if head[4:8] == b"ftyp":
            _check_mp4(file, brand=head[8:12], size=size)
            return "mp4"
        if head.startswith(b"\x1a\x45\xdf\xa3") and b"webm" in head:
            _check_ending(file)
            return "webm"
    finally:
        file.seek(0)
    raise VideoRefusedError("This is no MP4 or WebM video. Save it as MP4 (H.264), and choose that file.")


def _check_mp4(file: BinaryIO, *, brand: bytes, size: int) -> None:
    if brand in {b"qt  ", b"heic", b"mif1", b"avif"}:
        raise VideoRefusedError("This is a QuickTime or a picture file. Save it as MP4 (H.264).")
    found = set()
    for name, start, length in _boxes(file, size):
        if name not in _BOXES:
            raise VideoRefusedError("This file holds more than a video. Save it again as MP4 (H.264).")
        found.add(name)
        if name in {b"moov", b"udta", b"meta"}:
            file.seek(start)
            told = file.read(min(length, 5_000_000))
            if any(place in told for place in _PLACE):
                raise VideoRefusedError(
                    "This video says where it was made. Save it again without its location, and choose that file."
                )
    if not {b"moov", b"mdat"} <= found:
        raise VideoRefusedError("This video is not complete. Save it again as MP4 (H.264).")
    _check_ending(file)


def _boxes(file: BinaryIO, size: int) -> Iterator[tuple[bytes, int, int]]:
    """The name, the place and the length in bytes of what is at the top of an MP4 file, up to its end."""
    at = 0
    for _ in range(100_000):
        if at == size:
            return
        file.seek(at)
        head = file.read(16)
        length = int.from_bytes(head[:4], "big")
        if length == 1 and len(head) == 16:
            length = int.from_bytes(head[8:16], "big")
        elif length == 0:
            length = size - at
        if len(head) < 8 or length < 8 or at + length > size:
            raise VideoRefusedError("This video is not complete. Save it again as MP4 (H.264).")
        yield head[4:8], at, length
        at += length
    raise VideoRefusedError("This video is cut into too many pieces. Save it again as MP4 (H.264).")


def _check_ending(file: BinaryIO) -> None:
    if zipfile.is_zipfile(file):
        raise VideoRefusedError("This file holds more than a video. Save it again as MP4 (H.264).")


def check_captions(data: bytes) -> str:
    """The text of a WebVTT file with at least one caption; VideoRefusedError says what is wrong, and in which line."""
    if len(data) > MOST_CAPTION_BYTES:
        raise VideoRefusedError(f"The captions are too long: at most {MOST_CAPTION_BYTES // 1000} KB.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise VideoRefusedError("The captions are no text. Save them as a .vtt file in UTF-8.") from error
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if not re.match(r"WEBVTT(?:[ \t]|$)", lines[0]):
        raise VideoRefusedError("The captions do not begin with WEBVTT. Save them as a .vtt file.")
    cues = 0
    for number, line in enumerate(lines, start=1):
        if "-->" not in line:
            continue
        found = _CUE.match(line)
        if not found:
            raise VideoRefusedError(
                f"Line {number} of the captions is no time, as in 00:01.000 --> 00:04.000."
            )
        if _seconds(found.groups()[:4]) >= _seconds(found.groups()[4:]):
            raise VideoRefusedError(f"The caption in line {number} ends before it begins.")
        cues += 1
    if not cues:
        raise VideoRefusedError("There is no caption in this file.")
    return text


def _seconds(parts: tuple[str | None, ...]) -> float:
    hours, minutes, seconds, thousandths = (int(part or 0) for part in parts)
    return hours * 3600 + minutes * 60 + seconds + thousandths / 1000
