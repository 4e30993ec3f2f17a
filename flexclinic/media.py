"""Pictures that editors uploaded, as the image pipeline made them anew.

Only those: what was uploaded may hold more than a picture (a place, a camera's number), and anything else that lies
among the media is nobody's business. The pipeline puts its own files under `__processed__/`, in folders and with
an ending that are digests.
"""

import re
from email.utils import parsedate_to_datetime

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase, HttpResponseNotModified
from django.utils.http import http_date
from django.views.decorators.http import require_safe

_TYPES = {
    "avif": "image/avif",
    "gif": "image/gif",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
}
_MADE_BY_US = re.compile(rf"__processed__(/[0-9a-f]{{3}})+/[\w.-]+-[0-9a-f]{{12}}\.({'|'.join(_TYPES)})")

#: A browser may keep a picture so long without asking; another picture has another name.
_KEEP_SECONDS = 30 * 24 * 60 * 60


@require_safe
def picture(request: HttpRequest, path: str) -> HttpResponseBase:
    """One picture. 404 for everything that is not a raster picture of the pipeline's."""
    made = _MADE_BY_US.fullmatch(path)
    if made is None or not default_storage.exists(path):
        raise Http404
    changed = default_storage.get_modified_time(path).replace(microsecond=0)
    response: HttpResponseBase
    if _has_it_already(request, changed.timestamp()):
        response = HttpResponseNotModified()
    else:
        response = FileResponse(default_storage.open(path), content_type=_TYPES[made[2]])
    response["Cache-Control"] = f"public, max-age={_KEEP_SECONDS}"
    response["Last-Modified"] = http_date(changed.timestamp())
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _has_it_already(request: HttpRequest, changed: float) -> bool:
    try:
        return parsedate_to_datetime(request.headers["If-Modified-Since"]).timestamp() >= changed
    except (KeyError, ValueError):
        return False
