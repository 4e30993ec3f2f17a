"""What only the local demo has."""

import os
import secrets
from contextlib import suppress

from flexclinic.embedded import data_folder


def staff_password() -> str:
    """The password of the demo's staff login `desk`.

    DEMO_STAFF_PASSWORD if it is set; otherwise made for this machine once, and kept for its user only.
    """
    if given := os.environ.get("DEMO_STAFF_PASSWORD"):
        return given
    kept = data_folder() / "demo_staff_password"
    kept.parent.mkdir(parents=True, exist_ok=True)
    if not kept.exists():
        whole = kept.with_name(f"{kept.name}.{secrets.token_hex(8)}")
        with os.fdopen(os.open(whole, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(15))
        with suppress(FileExistsError):  # another process was first: its password counts
            os.link(whole, kept)
        whole.unlink()
    return kept.read_text()
