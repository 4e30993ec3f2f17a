"""The messages that a clinic without a mail server keeps as files, for the desk to read."""

import email
import email.policy
import hashlib
from email.message import EmailMessage
from pathlib import Path

from django.conf import settings

from booking import composing
from booking.models import Notification

_BACKEND = "flexclinic.lib.mail.FolderBackend"


def folder() -> Path | None:
    """Where messages are kept; None where a mail server takes them."""
    return Path(settings.MAIL_FOLDER) if settings.EMAIL_BACKEND == _BACKEND else None


def read(notification: Notification) -> EmailMessage | None:
    """The message as it was kept, or None where no file holds it."""
    kept = folder()
    if kept is None:
        return None
    # As flexclinic.lib.mail names its files.
    digest = hashlib.sha256(composing.message_id(notification).encode()).hexdigest()[:16]
    file = next(kept.glob(f"*-{digest}.eml"), None)
    if file is None:
        return None
    return email.message_from_bytes(file.read_bytes(), policy=email.policy.default)


def text_of(message: EmailMessage) -> str:
    """The text part, or nothing."""
    part = message.get_body(preferencelist=("plain",))
    return str(part.get_content()) if isinstance(part, EmailMessage) else ""
