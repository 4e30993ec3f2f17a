"""What is taken as a video and as captions, and in which words the rest is refused."""

import io

import pytest

from blog import videos
from tests.factories.uploads import CAPTIONS, WEBM, mp4, with_zip_behind

REFUSED = {
    "a_page": (b"<!doctype html><script>window.ran=1</script>", "no MP4 or WebM"),
    "avi": (b"RIFF\x00\x00\x00\x00AVI LIST" + bytes(99), "no MP4 or WebM"),
    "matroska": (WEBM.replace(b"webm", b"matr"), "no MP4 or WebM"),
    "quicktime": (mp4(brand=b"qt  "), "QuickTime"),
    "cut": (mp4()[:-50], "not complete"),
    "without_pictures": (b"\0\0\0\x10ftypisom\0\0\0\0", "not complete"),
    "with_a_page_behind": (
        mp4(extra=b"<html><script>window.ran=1</script>"),
        "not complete|more than a video",
    ),
    "with_an_archive_behind": (with_zip_behind(mp4()), "not complete|more than a video"),
    "webm_with_an_archive_behind": (with_zip_behind(WEBM), "more than a video"),
    "with_another_box": (mp4(extra=b"\0\0\0\x0cevil\0\0\0\0"), "more than a video"),
    "with_its_place": (mp4(moov=b"udta\xa9xyz+40.7128-074.0060/"), "where it was made"),
    "empty": (b"", "no MP4 or WebM"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_video_is_refused_in_words(name: str) -> None:
    data, words = REFUSED[name]

    with pytest.raises(videos.VideoRefusedError, match=words):
        videos.kind_of(io.BytesIO(data), size=len(data))


@pytest.mark.parametrize(("data", "kind"), [(mp4(), "mp4"), (WEBM, "webm")])
def test_a_video_is_known_by_its_bytes_and_rewound(data: bytes, kind: str) -> None:
    file = io.BytesIO(data)

    assert videos.kind_of(file, size=len(data)) == kind
    assert file.tell() == 0


def test_a_video_that_is_too_large_is_refused_unread() -> None:
    with pytest.raises(videos.VideoRefusedError, match="100 MB"):
        videos.kind_of(io.BytesIO(), size=videos.MOST_BYTES + 1)


@pytest.mark.parametrize(
    ("captions", "words"),
    [
        ("1\n00:00:01,000 --> 00:00:02,000\nHello", "do not begin with WEBVTT"),
        ("WEBVTT\n\n", "no caption"),
        ("WEBVTT\n\n00:00:01,000 --> 00:00:02,000\nHello", "Line 3"),
        ("WEBVTT\n\n00:02.000 --> 00:01.000\nHello", "line 3 ends before it begins"),
        ("WEBVTT\n" + "x" * 600_000, "too long"),
    ],
)
def test_captions_are_refused_with_the_line(captions: str, words: str) -> None:
    with pytest.raises(videos.VideoRefusedError, match=words):
        videos.check_captions(captions.encode())


def test_captions_that_are_no_text_are_refused() -> None:
    with pytest.raises(videos.VideoRefusedError, match="no text"):
        videos.check_captions(b"WEBVTT\n\xff\xfe")


@pytest.mark.parametrize("start", ["", "\ufeff"])
def test_captions_with_all_that_the_format_knows_are_taken(start: str) -> None:
    cues = "\r\n\r\nNOTE a note\r\n\r\n1\r\n01:00:01.000 --> 01:00:02.500 align:start\r\nHello\r\n"

    assert videos.check_captions((start + "WEBVTT - Rolling" + cues).encode()).startswith("WEBVTT")
    assert videos.check_captions(CAPTIONS.encode()) == CAPTIONS
