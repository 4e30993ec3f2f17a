"""The Chromium of the machine."""

import os
import shutil

#: Set where a run without a browser would prove too little: CI.
REQUIRED = os.environ.get("FLEXCLINIC_REQUIRE_BROWSER") == "1"

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


def find_chromium() -> str | None:
    """The path of a Chromium: the one that CHROMIUM names, or the first that is found."""
    named = os.environ.get("CHROMIUM")
    found = (shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome"))
    return named or next((path for path in found if path), None)
