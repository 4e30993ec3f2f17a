"""A whole clinic in a folder of its own, whose parts can be killed: database, web server, worker for messages."""

import os
import select
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from flexclinic import embedded, processes

OPTION = "reference-60"
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def until(condition: Callable[[], object], *, seconds: float, what: str) -> None:
    """Return once the condition holds. Raises AssertionError, with `what` was waited for, after so many seconds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"after {seconds} seconds still not: {what}"
        select.select([], [], [], 0.02)


class Clinic:
    """The reference clinic with an empty diary, on PostgreSQL, gunicorn and the worker as they run in production."""

    def __init__(self, data: Path, stack: ExitStack) -> None:
        self.data = data
        self._stack = stack
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.server = stack.enter_context(embedded.running(data))
        self._started = stack.enter_context(processes.children())
        self.mail_port = 9  # nobody listens there

    @property
    def environment(self) -> dict[str, str]:
        """What all of the clinic's programs run with."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        return {
            **kept,
            "FLEXCLINIC_DEMO": "1",
            "FLEXCLINIC_DATA": str(self.data),
            "DATABASE_URL": self.server.url,
            "EMAIL_URL": f"smtp://127.0.0.1:{self.mail_port}",
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "SITE_URL": self.address,
            "RATE_LIMITS": "off",
            "WEB_CONCURRENCY": "2",
        }

    def manage(self, *command: str) -> None:
        """Run a management command to its end."""
        subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=processes.PROJECT,
            env=self.environment,
            check=True,
            stdout=subprocess.DEVNULL,
            timeout=120,
        )

    def start_web(self, *, application: str = "") -> None:
        """Start gunicorn as in production, by default with the application of production, and wait for it."""
        command = (*processes.WEB[:-1], application) if application else processes.WEB
        self._started.start("web", command, env=self.environment)
        until(self._is_ready, seconds=60, what="the web server answers")

    def stop_web(self) -> None:
        """Ask gunicorn to stop, and wait for that."""
        web = self._started.processes["web"]
        web.terminate()
        web.wait(60)

    def kill_web_workers(self) -> None:
        """SIGKILL gunicorn's workers; gunicorn starts others."""
        workers = _children(self._started.processes["web"].pid)
        assert workers
        kill(workers)

    def start_worker(self) -> None:
        """Start the worker for messages as in production."""
        self._started.start("worker", processes.WORKER, env=self.environment)

    def kill_worker(self) -> None:
        """SIGKILL the worker for messages."""
        worker = self._started.processes["worker"]
        worker.kill()
        worker.wait(30)

    def kill_database(self) -> None:
        """SIGKILL PostgreSQL: its first process and all the others."""
        kill([self.server.pid, *_children(self.server.pid)])

    def start_database(self) -> None:
        """Start PostgreSQL again, in the same folder; it recovers by itself."""
        killed = self.server.pid
        self.server = self._stack.enter_context(embedded.running(self.data))
        assert self.server.pid != killed

    def status_of(self, path: str) -> int:
        """The status that a page is answered with."""
        try:
            with _DIRECT.open(self.address + path, timeout=30) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            with error:
                return error.code

    def _is_ready(self) -> bool:
        assert self._started.processes["web"].poll() is None, "gunicorn has ended"
        try:
            return self.status_of("/readyz") == 200
        except OSError:
            return False


@contextmanager
def running_clinic(data: Path) -> Iterator[Clinic]:
    """A clinic with its database and its rows, static files collected; web and worker are not started yet."""
    with ExitStack() as stack:
        clinic = Clinic(data, stack)
        clinic.manage(*processes.MIGRATE[1:], "--verbosity=0")
        clinic.manage("reference_clinic", "--appointments=0")
        clinic.manage(*processes.STATIC_FILES[1:], "--verbosity=0")
        yield clinic


def _children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []


def kill(pids: Iterable[int]) -> None:
    """SIGKILL processes, and wait until they have ended."""
    with ended(pids) as running:
        for pid in running:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


@contextmanager
def ended(pids: Iterable[int]) -> Iterator[list[int]]:
    """Give those of the processes that run, and wait at the end of the block until they have ended."""
    with ExitStack() as stack:
        running: dict[int, int] = {}
        for pid in pids:
            with suppress(ProcessLookupError):
                running[pid] = os.pidfd_open(pid)
                stack.callback(os.close, running[pid])
        yield list(running)
        for process in running.values():
            assert select.select([process], [], [], 30)[0], "a process is still there"
