"""Pictures that editors uploaded, as they were made anew, and videos with their captions.

Only those: what was uploaded may hold more than a picture (a place, a camera's number), and anything else that lies
among the media is nobody's business. The pipeline puts its own files under `__processed__/`, in folders and with
an ending that are digests; what the media library makes is named in `blog.picture_files`.
"""

import re
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import Any

from django.core.files.storage import default_storage
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotModified,
    StreamingHttpResponse,
)
from django.utils.http import http_date
from django.views.decorators.http import require_safe

_TYPES = {
    "avif": "image/avif",
    "gif": "image/gif",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "mp4": "video/mp4",
    "webm": "video/webm",
    "vtt": "text/vtt; charset=utf-8",
}
_MADE_BY_US = re.compile(
    r"__processed__(?:/[0-9a-f]{3})+/[\w.-]+-[0-9a-f]{12}\.(?:avif|gif|jpeg|jpg|png|webp)"
    r"|library/[0-9a-f]{32}/(?:w\d+|[a-z]+-\d+-\d+-\d+)\.(?:avif|jpg|webp)"
    r"|videos/[0-9a-f]{32}/(?:film\.(?:mp4|webm)|captions\.vtt)"
)
#: What a player asks for when somebody moves to another minute; others get the whole file.
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")

#: A browser may keep a picture so long without asking; another picture has another name.
_KEEP_SECONDS = 30 * 24 * 60 * 60


@require_safe
def picture(request: HttpRequest, path: str) -> HttpResponseBase:
    """One picture, video or caption file, or a part of a video. 404 for everything that was not made here."""
    if _MADE_BY_US.fullmatch(path) is None or not default_storage.exists(path):
        raise Http404
    changed = default_storage.get_modified_time(path).replace(microsecond=0)
    kind = _TYPES[path.rpartition(".")[2]]
    response: HttpResponseBase
    if _has_it_already(request, changed.timestamp()):
        response = HttpResponseNotModified()
    elif kind.startswith("video/"):
        response = _film(request, path, kind)
    else:
        response = FileResponse(default_storage.open(path), content_type=kind)
    response["Cache-Control"] = f"public, max-age={_KEEP_SECONDS}"
    response["Last-Modified"] = http_date(changed.timestamp())
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _film(request: HttpRequest, path: str, kind: str) -> HttpResponseBase:
    """The whole film, or the part of it that a player asks for: some players play nothing without parts."""
    size = default_storage.size(path)
    asked = _RANGE.fullmatch(request.headers.get("Range", ""))
    file = default_storage.open(path)
    if asked is None or not any(asked.groups()):
        response = FileResponse(file, content_type=kind)
        response["Accept-Ranges"] = "bytes"
        return response
    first = int(asked[1]) if asked[1] else max(0, size - int(asked[2]))
    last = min(int(asked[2]), size - 1) if asked[1] and asked[2] else size - 1
    if first > last:
        file.close()
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    file.seek(first)
    part = StreamingHttpResponse(_read(file, last - first + 1), status=206, content_type=kind)
    part["Content-Range"] = f"bytes {first}-{last}/{size}"
    part["Content-Length"] = str(last - first + 1)
    part["Accept-Ranges"] = "bytes"
    return part


def _read(file: Any, length: int) -> Iterator[bytes]:
    """So many bytes from where the file stands; it is closed after the last."""
    with file:
        while length > 0 and (piece := file.read(min(length, 65_536))):
            length -= len(piece)
            yield piece


def _has_it_already(request: HttpRequest, changed: float) -> bool:
    try:
        return parsedate_to_datetime(request.headers["If-Modified-Since"]).timestamp() >= changed
    except (KeyError, ValueError):
        return False
