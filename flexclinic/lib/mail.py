"""Mail without a mail server: every message becomes a file that a mail program opens."""

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, cast

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import SafeMIMEMultipart, SafeMIMEText

from flexclinic.lib import clock


class FolderBackend(BaseEmailBackend):
    """Keeps each message as one .eml file in `settings.MAIL_FOLDER`, which only this account may enter.

    The name is the moment (UTC) and a digest of the Message-ID. A message that is sent again, with the same
    Message-ID, takes the place of the first. A file is whole or not there.
    """

    def __init__(self, fail_silently: bool = False, folder: Path | None = None, **kwargs: Any) -> None:
        super().__init__(fail_silently=fail_silently, **kwargs)
        self.folder = Path(folder or settings.MAIL_FOLDER)

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Keep the messages that have a recipient; give how many. Raises OSError unless told to be silent."""
        kept = 0
        for message in email_messages:
            if not message.recipients():
                continue
            try:
                self._keep(message)
            except OSError:
                if not self.fail_silently:
                    raise
            else:
                kept += 1
        return kept

    def _keep(self, message: EmailMessage) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        composed = cast(SafeMIMEText | SafeMIMEMultipart, message.message())
        digest = _digest(str(composed["Message-ID"]))
        earlier = next(self.folder.glob(f"*-{digest}.eml"), None)
        place = earlier or self.folder / f"{clock.now():%Y%m%d-%H%M%S-%f}-{digest}.eml"
        # The temporary name is hidden and ends otherwise, so that nobody takes half a message for one.
        descriptor, written = tempfile.mkstemp(dir=self.folder, prefix=".", suffix=".part")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(composed.as_bytes(linesep="\r\n"))
                file.flush()
                os.fsync(file.fileno())
            os.replace(written, place)
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(written)
            raise


def remove_kept(message_ids: Iterable[str]) -> int:
    """Remove the files of messages by their Message-IDs; gives how many there were."""
    folder = Path(settings.MAIL_FOLDER)
    digests = {_digest(message_id) for message_id in message_ids}
    files = [file for file in folder.glob("*.eml") if file.stem.rpartition("-")[2] in digests]
    for file in files:
        file.unlink(missing_ok=True)
    return len(files)


def _digest(message_id: str) -> str:
    return hashlib.sha256(message_id.encode()).hexdigest()[:16]
