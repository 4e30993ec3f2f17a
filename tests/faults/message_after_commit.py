"""The control's application: it writes a booking's message only after the booking was committed.

Between the two it says so through a pipe in the data folder, and waits there to be killed.
"""

import signal
from typing import Any

from django.conf import settings
from django.db import transaction

from flexclinic.wsgi import application

__all__ = ["application"]

PIPE = "between"


def _later(**what: Any) -> None:
    def after_the_commit() -> None:
        with (settings.DATA_DIR / PIPE).open("w") as pipe:
            pipe.write("here")
            pipe.flush()
            signal.pause()
        tell(**what)

    transaction.on_commit(after_the_commit)


# After the line above has set Django up.
from booking import notifications  # noqa: E402

tell = notifications.tell
notifications.tell = _later
