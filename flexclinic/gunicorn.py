"""The web server's settings: the same for `make run` and for the container.

HOST, PORT, WEB_CONCURRENCY and WEB_THREADS come from the environment.
"""

import os
from typing import Any

from gunicorn.glogging import Logger  # type: ignore[import-untyped]

from flexclinic.redaction import RedactingFilter

bind = f"{os.environ.get('HOST') or '127.0.0.1'}:{os.environ.get('PORT') or 8000}"
workers = int(os.environ.get("WEB_CONCURRENCY") or 2)
# Threads, since browsers open connections that they may never use: a sync worker would wait for one, and serve nobody.
worker_class = "gthread"
threads = int(
    os.environ.get("WEB_THREADS") or 8
)  # an idle connection holds one for 5 seconds, not the whole worker for 30
keepalive = 5  # seconds: a page's files come over the connection of the page
preload_app = False  # each worker has a pool of database connections of its own
timeout = 30  # seconds that one request may take
graceful_timeout = 20  # seconds that requests under way get when it stops
# The workers' sign of life is a file: on a disk it would wait for the disk.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK | os.X_OK) else None  # noqa: S108
max_requests = 5000
max_requests_jitter = 500
accesslog = "-"
errorlog = "-"
access_log_format = "%(t)s %(m)s %(U)s %(s)s %(B)s bytes %(M)s ms"  # no address of the visitor, no query
control_socket_disable = True


class RedactingLogger(Logger):  # type: ignore[misc]
    """gunicorn's logs, without the tokens of patients' links."""

    def setup(self, cfg: Any) -> None:
        """Set the logs up as gunicorn does, then redact what they are given."""
        super().setup(cfg)
        for log in (self.error_log, self.access_log):
            if not any(isinstance(found, RedactingFilter) for found in log.filters):
                log.addFilter(RedactingFilter())


logger_class = RedactingLogger
