"""The one-command run, the processes it is made of, and the container that runs the same ones."""

import json
import logging
import os
import queue
import re
import select
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from flexclinic import demo, embedded, processes, serve
from flexclinic.redaction import RedactingFilter, redact

PROJECT = Path(__file__).resolve().parents[2]


# The commands are the same everywhere


def dockerfile() -> list[tuple[str, str]]:
    """The Dockerfile's instructions: name and rest."""
    text = (PROJECT / "Dockerfile").read_text().replace("\\\n", "")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(line.split(maxsplit=1)[0], line.split(maxsplit=1)[1]) for line in lines]


def compose_service(name: str) -> str:
    """The lines of one service in compose.yaml."""
    found = re.search(
        rf"^  {name}:\n((?:    .*\n|\n)+)", (PROJECT / "compose.yaml").read_text(), re.MULTILINE
    )
    assert found, name
    return found[1]


def flow_list(text: str, key: str) -> list[str]:
    """The words of `key: [a, "b"]`."""
    found = re.search(rf"{key}: \[(.*)\]", text)
    assert found, key
    return [word.strip().strip('"') for word in found[1].split(",")]


def test_the_image_serves_with_the_command_of_the_run() -> None:
    instructions = dict(dockerfile())
    assert json.loads(instructions["CMD"]) == ["python", *processes.WEB]
    check = instructions["HEALTHCHECK"].split("CMD", 1)[1]
    assert json.loads(check) == ["python", *processes.WEB_HEALTH]


def test_the_image_collects_static_files_with_the_command_of_the_run() -> None:
    assert any(name == "RUN" and " ".join(processes.STATIC_FILES) in rest for name, rest in dockerfile())


def test_the_image_is_built_in_stages_and_runs_as_an_ordinary_user() -> None:
    instructions = dockerfile()
    assert [name for name, _ in instructions].count("FROM") >= 3
    last_stage = instructions[max(at for at, (name, _) in enumerate(instructions) if name == "FROM") :]
    user = dict(last_stage)["USER"]
    assert user.split(":")[0] not in ("root", "0")
    installs = [rest for name, rest in instructions if name == "RUN" and "pip install" in rest]
    assert len(installs) == 1
    assert "--require-hashes" in installs[0]


@pytest.mark.parametrize(
    ("service", "command"),
    [("web", processes.WEB), ("worker", processes.WORKER), ("migrate", processes.MIGRATE)],
)
def test_compose_runs_the_commands_of_the_run(service: str, command: tuple[str, ...]) -> None:
    assert flow_list(compose_service(service), "command") == ["python", *command]


def test_compose_asks_the_worker_how_it_is() -> None:
    assert flow_list(compose_service("worker"), "test") == ["CMD", "python", *processes.WORKER_HEALTH]


def test_compose_migrates_before_anything_else_starts() -> None:
    for service in ("web", "worker"):
        assert re.search(
            r"migrate:\n\s+condition: service_completed_successfully", compose_service(service)
        ), service
    assert re.search(r"database:\n\s+condition: service_healthy", compose_service("migrate"))


def test_compose_names_what_production_must_have() -> None:
    text = (PROJECT / "compose.yaml").read_text()
    for name in ("SECRET_KEY", "ALLOWED_HOSTS", "SITE_URL", "EMAIL_URL", "POSTGRES_PASSWORD"):
        assert f"${{{name}:?" in text, name


# Logs


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("GET /appointment/s3cr3t-T_ken/ 200", "GET /appointment/…/ 200"),
        ("GET /appointment/s3cr3t/cancel/ 200", "GET /appointment/…/cancel/ 200"),
        ("GET /appointment//s3cr3t", "GET /appointment//…"),
        ("Not Found: /Appointment/s3cr3t", "Not Found: /Appointment/…"),
        ("GET /search/?q=pain+in+neck 200", "GET /search/?… 200"),
        ("GET / 200", "GET / 200"),
        ("GET /services/deep/ 200", "GET /services/deep/ 200"),
    ],
)
def test_logs_hide_tokens_and_queries(line: str, expected: str) -> None:
    assert redact(line) == expected


def test_the_filter_redacts_arguments_too() -> None:
    record = logging.LogRecord("x", logging.INFO, __file__, 1, "%s %d", ("/appointment/s3cr3t/", 404), None)
    assert RedactingFilter().filter(record)
    assert record.getMessage() == "/appointment/…/ 404"


# The environment


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """None of the variables that change a run; data in a folder of the test."""
    for name in (
        "HOST",
        "PORT",
        "SITE_URL",
        "ALLOWED_HOSTS",
        "DATABASE_URL",
        "EMAIL_URL",
        "DEMO_STAFF_PASSWORD",
    ):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    monkeypatch.setenv("FLEXCLINIC_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("FLEXCLINIC_DEMO", "1")
    return monkeypatch


@pytest.fixture
def free_port() -> int:
    """A port that nobody used a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_the_address_follows_host_and_port(environment: pytest.MonkeyPatch, free_port: int) -> None:
    environment.setenv("PORT", str(free_port))
    environment.setenv("HOST", "0.0.0.0")
    assert serve.prepare_environment() == ("127.0.0.1", free_port)
    assert os.environ["SITE_URL"] == f"http://127.0.0.1:{free_port}"
    assert os.environ["HOST"] == "0.0.0.0"


def test_what_is_set_stays(environment: pytest.MonkeyPatch, free_port: int) -> None:
    environment.setenv("PORT", str(free_port))
    environment.setenv("SITE_URL", "http://clinic.example")
    serve.prepare_environment()
    assert os.environ["SITE_URL"] == "http://clinic.example"


@pytest.mark.parametrize("port", ["eighty", "0", "65536", "-1", "80.5"])
def test_a_port_that_is_none_is_named(environment: pytest.MonkeyPatch, port: str) -> None:
    environment.setenv("PORT", port)
    with pytest.raises(serve.CannotServeError, match="PORT"):
        serve.prepare_environment()


def test_a_taken_port_is_named(environment: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        environment.setenv("PORT", str(port))
        with pytest.raises(serve.CannotServeError, match=f"PORT {port} .*PORT={port + 1} make run"):
            serve.prepare_environment()


def test_the_staff_password_is_made_once_and_is_private(
    environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    made = demo.staff_password()
    assert len(made) >= 16
    assert demo.staff_password() == made
    (kept,) = (tmp_path / "data").iterdir()
    assert kept.stat().st_mode & 0o777 == 0o600
    environment.setenv("DEMO_STAFF_PASSWORD", "chosen")
    assert demo.staff_password() == "chosen"


# Processes


def test_children_stop_with_the_block_and_leave_the_terminal_to_us() -> None:
    with processes.children() as started:
        started.start("one", ("-c", "import signal; signal.pause()"))
        child = started.processes["one"]
        assert os.getpgid(child.pid) == child.pid
        assert started.first_ended(seconds=0) is None
    assert child.returncode == -signal.SIGTERM


def test_a_child_that_ends_is_named_with_its_code() -> None:
    with processes.children() as started:
        started.start("lasting", ("-c", "import signal; signal.pause()"))
        started.start("short", ("-c", "raise SystemExit(3)"))
        assert started.first_ended(seconds=20) == "short (exit code 3)"


PARENT = """
from flexclinic import processes
with processes.children() as started:
    started.start("child", ("-c", "import signal; print('up', flush=True); signal.pause()"))
    print(started.processes["child"].pid, flush=True)
    started.first_ended()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can tie a process to its parent")
def test_a_killed_parent_takes_its_children_along() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True, cwd=PROJECT
    ) as parent:
        assert parent.stdout
        said = {parent.stdout.readline().strip(), parent.stdout.readline().strip()}
        child = os.pidfd_open(int((said - {"up"}).pop()))
        parent.kill()
    try:
        assert select.select([child], [], [], 20)[0], "the child still runs"
    finally:
        os.close(child)


# The whole


class Run:
    """`python -m flexclinic.serve`, and what it says."""

    def __init__(self, port: int, data: Path) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self.lines: list[str] = []
        self._new: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        keep = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "flexclinic.serve"],
            cwd=PROJECT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**keep, "PORT": str(port), "FLEXCLINIC_DATA": str(data), "WEB_CONCURRENCY": "1"},
        )
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout
        with self.process.stdout as output:
            for line in output:
                self._new.put(line.rstrip("\n"))
        self._new.put(None)

    def wait_for(self, text: str, seconds: float = 90) -> str:
        """Read until a line holds the text."""
        while True:
            line = self._new.get(timeout=seconds)
            if line is None:
                pytest.fail(f"{text!r} was never said:\n" + "\n".join(self.lines))
            self.lines.append(line)
            if text in line:
                return line

    def get(self, path: str) -> int:
        """The status of a page."""
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(
            self.address + path, timeout=20
        ) as answer:
            status: int = answer.status
            return status

    def stop(self, number: int = signal.SIGINT) -> int:
        """Send the signal, read what it still says, and give the exit code."""
        self.process.send_signal(number)
        return self.end()

    def end(self) -> int:
        """Wait for its end; the exit code."""
        while (line := self._new.get(timeout=60)) is not None:
            self.lines.append(line)
        return self.process.wait(20)

    def pids(self) -> list[int]:
        """Its web and worker processes."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(pid) for pid in children.split()]


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    """FLEXCLINIC_DATA of the run, with a space in it; no server is left in it."""
    folder = tmp_path / "the data"
    yield folder
    if server := embedded.running_server(folder):
        os.kill(server.pid, signal.SIGQUIT)


@pytest.mark.long
def test_the_whole_run_twice(data: Path, free_port: int) -> None:
    run = Run(free_port, data)
    run.wait_for("Ctrl-C stops all of it")
    said = "\n".join(run.lines)
    assert f"http://127.0.0.1:{free_port}/admin/" in said
    assert (data / "demo_staff_password").read_text() in said
    assert str(data / "mail") in said
    for path in ("/healthz", "/readyz", "/"):
        assert run.get(path) == 200
    web, worker = run.pids()
    assert run.stop() == 0
    assert embedded.running_server(data) is None
    for pid in (web, worker):
        assert not Path(f"/proc/{pid}").exists()

    again = Run(free_port, data)
    password_line = again.wait_for("Sign in as")
    assert (data / "demo_staff_password").read_text() in password_line
    again.wait_for("Ctrl-C stops all of it")
    assert "Preparing the static files" not in again.lines, "they have not changed"
    assert again.get("/readyz") == 200
    os.kill(again.pids()[1], signal.SIGKILL)
    assert again.end() == 1
    assert "worker (exit code -9) ended by itself" in "\n".join(again.lines)
    assert embedded.running_server(data) is None


def test_a_traceback_is_redacted_too() -> None:
    try:
        raise RuntimeError("GET /appointment/abcdef123456/?q=knee")
    except RuntimeError:
        record = logging.LogRecord("django.request", logging.ERROR, "", 0, "oops", None, sys.exc_info())
    RedactingFilter().filter(record)
    said = logging.Formatter().format(record)
    assert "RuntimeError: GET /appointment/…/" in said
    assert "abcdef123456" not in said
    assert "knee" not in said
