"""Files as people upload them, good and bad, made here byte by byte."""

import io
import struct
import zipfile
import zlib
from typing import Any

from PIL import Image, ImageDraw

from blog import shelves
from blog.library import Picture, Video


def drawn(size: tuple[int, int] = (900, 600), mode: str = "RGB") -> Image.Image:
    """Something with edges and slopes, so that a lossy format has to work."""
    image = Image.linear_gradient("L").resize(size).convert(mode)
    pen = ImageDraw.Draw(image)
    white: Any = 255 if mode == "L" else tuple([255] * len(image.getbands()))
    pen.ellipse((size[0] // 8, size[1] // 8, size[0] // 3, size[1] // 2), fill=white)
    return image


def encoded(image: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    """The picture as a file."""
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def jpeg(size: tuple[int, int] = (900, 600), **options: Any) -> bytes:
    """A photograph."""
    return encoded(drawn(size), "JPEG", **options)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_bomb(width: int, height: int) -> bytes:
    """A few bytes that say they are a huge picture; rows that would unpack to gigabytes are there too."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    packed = zlib.compress(bytes(1_000_000), 9)
    parts = [_chunk(b"IHDR", header), _chunk(b"IDAT", packed), _chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def with_zip_behind(data: bytes) -> bytes:
    """A picture that is an archive as well."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("index.html", "<p>hello</p>")
    return data + buffer.getvalue()


def with_comment(data: bytes, comment: bytes) -> bytes:
    """A JPEG with words in a comment right after its first mark."""
    return data[:2] + b"\xff\xfe" + struct.pack(">H", len(comment) + 2) + comment + data[2:]


def javascript_polyglot(data: bytes) -> bytes:
    """A JPEG whose first segment is as long as "/*" reads, so that the rest is a comment of a program."""
    words = b"*/=window.ran=1;/*"
    segment = b"\xff\xe0" + b"/*" + b"JFIF\x00" + words
    return data[:2] + segment.ljust(2 + 0x2F2A, b"\x00") + data[2:]


def moving(kind: str) -> bytes:
    """Three pictures one after the other."""
    frames = [drawn((300, 300)).rotate(turn) for turn in (0, 30, 60)]
    return encoded(frames[0], kind, save_all=True, append_images=frames[1:])


def _box(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data) + 8) + name + data


def mp4(*, brand: bytes = b"isom", moov: bytes = b"mvhd", extra: bytes = b"") -> bytes:
    """What stands at the top of an MP4 file. Nothing that a player could play."""
    return _box(b"ftyp", brand + bytes(4)) + _box(b"moov", moov) + _box(b"mdat", bytes(200)) + extra


WEBM = b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm" + bytes(200)

CAPTIONS = "WEBVTT\n\n00:00.000 --> 00:02.000\nRoll the ball under your foot.\n"


def make_picture(*, size: tuple[int, int] = (400, 300), **fields: Any) -> Picture:
    """A picture in the library, with all its files."""
    picture = Picture(**{"name": "A foot", "alternative_text": "A foot on a ball.", **fields})
    shelves.save_picture(picture, image=drawn(size))
    return picture


def make_video(**fields: Any) -> Video:
    """A video in the library, with its captions."""
    video = Video(**{"name": "Rolling a ball", "transcript": "Roll the ball.\n\nThen rest.", **fields})
    film = mp4()
    shelves.save_video(video, film=io.BytesIO(film), kind="mp4", size=len(film), captions=CAPTIONS)
    return video
