"""The job queue, for tests to look at, run and empty: no test does the last by itself."""

import json
import time
from typing import Any

from django.db import connection
from procrastinate.contrib.django import app


def jobs(task: str) -> list[dict[str, Any]]:
    """The jobs of a task, oldest first: id, status, attempts, args, and seconds from now to the next try."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT id, status::text, attempts, args,
                   extract(epoch FROM scheduled_at - clock_timestamp())::float
              FROM procrastinate_jobs
             WHERE task_name = %s
             ORDER BY id
            """,
            [task],
        )
        names = ("id", "status", "attempts", "args", "seconds")
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return [{**row, "args": json.loads(row["args"])} for row in rows]  # Django leaves jsonb as text


def forget_jobs() -> None:
    """Empty the queue and forget its workers."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_periodic_defers")
        cursor.execute("DELETE FROM procrastinate_jobs")
        cursor.execute("DELETE FROM procrastinate_workers")


def run_jobs() -> None:
    """Run a worker until no job is due. Needs committed data: `django_db(transaction=True)`."""
    with app.replace_connector(app.connector.get_worker_connector()):  # type: ignore[attr-defined]
        app.run_worker(wait=False, listen_notify=False, install_signal_handlers=False)


def wait_until_no_jobs(task: str, *, timeout: float = 30) -> None:
    """Return once no job of the task is left; another process works on them. Raises AssertionError."""
    deadline = time.monotonic() + timeout
    while left := jobs(task):
        assert time.monotonic() < deadline, f"still there: {left}"
        time.sleep(0.05)
