"""The processes that a running FlexClinic is made of, and how they are started and stopped together.

The commands are the ones of Dockerfile and compose.yaml too; each is what follows `python`.
"""

import os
import queue
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from flexclinic import tied

PROJECT = Path(__file__).resolve().parent.parent
WEB = ("-m", "gunicorn", "--config", "python:flexclinic.gunicorn", "flexclinic.wsgi:application")
WORKER = (
    "manage.py",
    "procrastinate",
    "worker",
    "--concurrency=2",
    "--delete-jobs=successful",
    "--shutdown-graceful-timeout=20",
)
MIGRATE = ("manage.py", "migrate", "--noinput")
WORKER_HEALTH = ("manage.py", "procrastinate", "healthchecks")
WEB_HEALTH = (
    "-c",
    "import os, urllib.request; "
    "urllib.request.urlopen(f\"http://127.0.0.1:{os.environ['PORT']}/healthz\", timeout=3)",
)
STATIC_FILES = ("manage.py", "collectstatic", "--noinput")
STOP_SECONDS = 25  # a little longer than what web and worker give to work under way


@dataclass
class Children:
    """Started processes by name; `ended` gets the name of each one that ends."""

    processes: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)
    ended: "queue.SimpleQueue[str]" = field(default_factory=queue.SimpleQueue)

    def start(self, name: str, command: Sequence[str], *, env: Mapping[str, str] | None = None) -> None:
        """Start Python with those arguments, in a process group of its own: Ctrl-C leaves it to us."""
        process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-I", "-S", tied.__file__, str(os.getpid()), sys.executable, *command],
            cwd=PROJECT,
            stdin=subprocess.DEVNULL,
            process_group=0,
            env=env,
        )
        self.processes[name] = process
        threading.Thread(target=self._watch, args=(name, process), daemon=True).start()

    def watch(self, name: str, pid: int) -> None:
        """Say in `ended` when that other process ends too, where the system can tell."""
        if not hasattr(os, "pidfd_open"):
            return
        process = os.pidfd_open(pid)

        def wait() -> None:
            select.select([process], [], [])
            os.close(process)
            self.ended.put(name)

        threading.Thread(target=wait, daemon=True).start()

    def _watch(self, name: str, process: "subprocess.Popen[bytes]") -> None:
        process.wait()
        self.ended.put(name)

    def first_ended(self, *, seconds: float | None = None) -> str | None:
        """Wait until one has ended, at most that long: its name and how; None when all run."""
        try:
            name = self.ended.get(timeout=seconds)
        except queue.Empty:
            return None
        return f"{name} (exit code {self.processes[name].wait()})" if name in self.processes else name

    def stop(self) -> None:
        """Stop them one after the other in the order in which they were started; kill what does not stop."""
        for process in self.processes.values():
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


@contextmanager
def children() -> Iterator[Children]:
    """Children that are stopped at the end of the block, however it ends."""
    started = Children()
    try:
        yield started
    finally:
        started.stop()
