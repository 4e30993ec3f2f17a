"""What every template knows of the clinic."""

import re
from typing import Any

from django.conf import settings
from django.http import HttpRequest


def clinic(request: HttpRequest) -> dict[str, Any]:
    """The clinic's facts, its zone, the site's address, and whether this is the demo."""
    return {
        "clinic": {**settings.CLINIC, "phone_href": re.sub(r"[^0-9+]", "", settings.CLINIC["phone"])},
        "clinic_time_zone": settings.CLINIC_TIME_ZONE,
        "site_url": settings.SITE_URL,
        "canonical_url": settings.SITE_URL + request.path,
        "demo": settings.DEMO,
    }
