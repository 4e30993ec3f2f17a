"""The website under gunicorn, as production runs it, and a client that keeps it busy."""

import os
import re
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from tempfile import TemporaryFile
from urllib.request import urlopen

from benchmarks.places import PROJECT, Place
from flexclinic import tied
from flexclinic.processes import WEB

START_SECONDS = 60
CLIENTS = 4  # connections at once: enough that the one worker is never without a request
_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Website:
    """A running gunicorn with one worker."""

    port: int

    def get(self, path: str) -> str:
        """The text of one page."""
        with urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=START_SECONDS) as answer:
            return str(answer.read().decode())

    def keep_busy(self, paths: Iterable[str], *, clients: int = CLIENTS) -> float:
        """Get each path, over so many kept connections at once; gives the seconds that it took.

        Raises RuntimeError for an answer other than 200.
        """
        waiting = iter(paths)
        begun = time.perf_counter()
        with ExitStack() as stack:
            selector = stack.enter_context(selectors.DefaultSelector())
            for _ in range(clients):
                if path := next(waiting, ""):
                    connection = stack.enter_context(socket.create_connection(("127.0.0.1", self.port)))
                    selector.register(connection, selectors.EVENT_READ, _Exchange(connection, path))
            while selector.get_map():
                for key, _ in selector.select():
                    exchange: _Exchange = key.data
                    if not exchange.is_over():
                        continue
                    if path := next(waiting, ""):
                        exchange.begin(path)
                    else:
                        selector.unregister(exchange.connection)
        return time.perf_counter() - begun


class _Exchange:
    """One request after the other on a connection."""

    def __init__(self, connection: socket.socket, path: str) -> None:
        self.connection = connection
        self.begin(path)

    def begin(self, path: str) -> None:
        """Send a request."""
        self.path = path
        self.received = b""
        self.expected = 0
        self.connection.sendall(
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: keep-alive\r\n\r\n".encode("ascii")
        )

    def is_over(self) -> bool:
        """Read what has come; whether it is the whole answer."""
        part = self.connection.recv(1 << 18)
        self.received += part
        if not part:
            raise RuntimeError(f"{self.path}: the server closed the connection")
        if not self.expected:
            head, found, _ = self.received.partition(b"\r\n\r\n")
            if not found:
                return False
            if not head.startswith(b"HTTP/1.1 200"):
                raise RuntimeError(f"{self.path}: {head.splitlines()[0].decode('latin-1')}")
            length = _LENGTH.search(head)
            if length is None:
                raise RuntimeError(f"{self.path}: an answer without a length")
            self.expected = len(head) + 4 + int(length[1])
        return len(self.received) >= self.expected


@contextmanager
def website(place: Place, database: str) -> Iterator[Website]:
    """The website on that database, with one worker that lives as long as the block; its log goes nowhere.

    Raises RuntimeError with the log when it does not start.
    """
    place.collect_static_files()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {
        **os.environ,
        "DATABASE_URL": place.url(database),
        "DJANGO_SETTINGS_MODULE": "benchmarks.site_settings",
        "PORT": str(port),
        "WEB_CONCURRENCY": "1",
        "GUNICORN_CMD_ARGS": "--max-requests=0 --max-requests-jitter=0",
    }
    with TemporaryFile() as log:
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", tied.__file__, str(os.getpid()), sys.executable, *WEB],
            cwd=PROJECT,
            env=environment,
            stdout=log,
            stderr=log,
            process_group=0,
        )
        try:
            started = Website(port)
            deadline = time.monotonic() + START_SECONDS
            while True:
                try:
                    started.get("/healthz")
                    break
                except OSError:
                    if process.poll() is not None or time.monotonic() > deadline:
                        log.seek(0)
                        raise RuntimeError(f"gunicorn did not start: {log.read().decode()}") from None
                    time.sleep(0.05)
            yield started
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)
