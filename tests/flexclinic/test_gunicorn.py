"""The web server as configured, against browsers that open connections and say nothing."""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
IDLE = 6  # two browsers' worth of connections that were opened ahead
pytestmark = pytest.mark.alone

PATIENCE = 3.0  # seconds; a server that waits for the idle ones would need 30


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


@contextlib.contextmanager
def gunicorn(tmp_path: Path, *options: str) -> Iterator[int]:
    """One worker with the project's settings; gives its port once it answers. /healthz needs no database."""
    port = free_port()
    environment = {
        **os.environ,
        "FLEXCLINIC_DEMO": "1",
        "FLEXCLINIC_DATA": str(tmp_path),
        "PORT": str(port),
        "HOST": "127.0.0.1",
        "WEB_CONCURRENCY": "1",
        "DJANGO_SETTINGS_MODULE": "flexclinic.settings",
    }
    command = [sys.executable, "-m", "gunicorn", "--config", "python:flexclinic.gunicorn", *options]
    server = subprocess.Popen(
        [*command, "flexclinic.wsgi:application"], cwd=PROJECT, env=environment, stderr=subprocess.DEVNULL
    )
    try:
        deadline = time.monotonic() + 60
        while not answers(port, timeout=30):
            assert time.monotonic() < deadline, "gunicorn did not start"
            assert server.poll() is None, "gunicorn ended"
            time.sleep(0.05)
        yield port
    finally:
        server.send_signal(signal.SIGQUIT)
        server.wait(60)


def answers(port: int, *, timeout: float) -> bool:
    """Whether /healthz answers in time."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("options", "expected"),
    [((), True), (("--worker-class", "sync", "--threads", "1"), False)],
    ids=["as configured", "control: sync"],
)
def test_idle_connections_keep_nobody_waiting(
    tmp_path: Path, options: tuple[str, ...], expected: bool
) -> None:
    with gunicorn(tmp_path, *options) as port, contextlib.ExitStack() as idle:
        for _ in range(IDLE):
            idle.enter_context(socket.create_connection(("127.0.0.1", port)))
        assert answers(port, timeout=PATIENCE) is expected
