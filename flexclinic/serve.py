"""The one-command run behind `make run`: `python -m flexclinic.serve`.

Starts the database unless DATABASE_URL names one, brings it up to date, loads the demo clinic into an empty
one, starts web and worker, says where everything is, and stops all of it on Ctrl-C or when one of them ends.
Exit code: 0 when asked to stop, 1 when a part failed, 2 when the environment is wrong.
"""

import hashlib
import os
import signal
import socket
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from types import FrameType
from typing import NoReturn

from flexclinic import embedded, processes
from flexclinic.embedded import EmbeddedPostgresError, data_folder

READY_SECONDS = 60
EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104


class Stopped(BaseException):
    """Somebody asked for the end."""


class CannotServeError(Exception):
    """The message says why, and what to do; `code` is the exit code."""

    def __init__(self, message: str, *, code: int = 1) -> None:
        super().__init__(message)
        self.code = code


def main() -> int:
    """Serve until told to stop; the exit code."""
    with _stopping_on_signals():
        try:
            host, port = prepare_environment()
            _serve(host, port)
        except Stopped:
            say("Stopped.")
        except (CannotServeError, EmbeddedPostgresError) as error:
            print(f"\nFlexClinic stops: {error}", file=sys.stderr, flush=True)
            return getattr(error, "code", 1)
    return 0


def say(line: str) -> None:
    """One line for the person at the terminal, at once."""
    print(line, flush=True)


def prepare_environment() -> tuple[str, int]:
    """Set what the demo's settings need and the environment does not name; host and port to serve on."""
    os.environ["FLEXCLINIC_DEMO"] = "1"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "flexclinic.settings")
    host = os.environ.get("HOST") or "127.0.0.1"
    named = os.environ.get("PORT") or "8000"
    if not named.isascii() or not named.isdigit() or not 0 < int(named) < 65536:
        raise CannotServeError(f"PORT is {named!r}: use a number from 1 to 65535.", code=2)
    port = int(named)
    os.environ.update(HOST=host, PORT=named)
    reached_at = "127.0.0.1" if host in EVERYWHERE else host
    os.environ.setdefault("SITE_URL", f"http://{_in_url(reached_at)}:{port}")
    os.environ.setdefault(
        "ALLOWED_HOSTS", ",".join(dict.fromkeys([".localhost", "127.0.0.1", "[::1]", _in_url(reached_at)]))
    )
    _refuse_taken_port(host, port)
    return reached_at, port


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _refuse_taken_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError as error:
            raise CannotServeError(
                f"PORT {port} may not be used: set PORT to one above 1023.", code=2
            ) from error
        except OSError as error:
            raise CannotServeError(
                f"PORT {port} on {host} cannot be used ({error.strerror}). Stop the program that uses it, or "
                f"choose another one: PORT={port + 1} make run",
                code=2,
            ) from error


def _serve(host: str, port: int) -> None:
    with _database() as server, processes.children() as started:
        if server:
            started.watch("database", server.pid)
        _set_up()
        say("Starting web and worker")
        started.start("web", processes.WEB)
        started.start("worker", processes.WORKER)
        _wait_until_ready(f"http://{_in_url(host)}:{port}/readyz", started)
        say(_welcome(os.environ["SITE_URL"].rstrip("/")))
        try:
            _fail(started.first_ended())
        finally:
            say("Stopping")


def _database() -> AbstractContextManager[embedded.Server | None]:
    if os.environ.get("DATABASE_URL"):
        return nullcontext()
    return embedded.running(tell=say)


def _set_up() -> None:
    """Bring database and static files up to date, and load the demo into an empty database."""
    import django
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import CommandError, call_command
    from django.db import DatabaseError, connections

    os.environ["FLEXCLINIC_AS_OWNER"] = (
        "1"  # for this process, which makes the tables; web and worker are others
    )
    try:
        django.setup()
        say("Bringing the database up to date")
        call_command("migrate", interactive=False, verbosity=0)
        say("Loading the demo clinic, if the database is empty")
        call_command("seed_demo", if_empty=True, verbosity=0)
        _collect_static_files()
    except (CommandError, DatabaseError, ImproperlyConfigured) as error:
        raise CannotServeError(str(error)) from error
    finally:
        del os.environ["FLEXCLINIC_AS_OWNER"]
        for connection in connections.all(initialized_only=True):
            connection.close()
            getattr(connection, "close_pool", lambda: None)()


def _collect_static_files() -> None:
    """Collect and compress the static files, unless they are the ones that were collected last."""
    from django.conf import settings
    from django.contrib.staticfiles.finders import get_finders
    from django.core.management import call_command

    found = hashlib.sha256(repr(settings.STORAGES["staticfiles"]).encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            state = Path(storage.path(name)).stat()
            found.update(f"{name}\0{state.st_size}\0{state.st_mtime_ns}\0".encode())
    root = Path(settings.STATIC_ROOT)
    stamp = root.parent / "static.stamp"
    if root.is_dir() and stamp.exists() and stamp.read_text() == found.hexdigest():
        return
    say("Preparing the static files")
    stamp.unlink(missing_ok=True)
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(found.hexdigest())


def _wait_until_ready(url: str, started: processes.Children) -> None:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        try:
            with direct.open(url, timeout=5):
                return
        except OSError:  # not listening yet, or not ready
            pass
        if ended := started.first_ended(seconds=0.1):
            _fail(ended)
    raise CannotServeError(f"{url} is not ready after {READY_SECONDS} seconds.")


def _fail(ended: str | None) -> NoReturn:
    raise CannotServeError(f"{ended or 'a part'} ended by itself; the lines above may say why.")


def _welcome(site: str) -> str:
    from flexclinic.demo import staff_password

    lines = [
        "",
        f"  FlexClinic   {site}/",
        f"  Front desk   {site}/admin/",
        f"  Sign in as   desk   (or editor, manager, therapist)   with the password   {staff_password()}",
    ]
    if not os.environ.get("EMAIL_URL"):
        lines.append(f"  Messages     are kept as files in {data_folder() / 'mail'}")
    return "\n".join([*lines, "", "  Ctrl-C stops all of it; the data is kept.", ""])


@contextmanager
def _stopping_on_signals() -> Iterator[None]:
    """Let the first SIGINT, SIGTERM or SIGHUP end the block; while it ends, later ones change nothing."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def stop(number: int, frame: FrameType | None) -> None:
        for later in numbers:
            signal.signal(later, signal.SIG_IGN)
        raise Stopped

    before = {number: signal.signal(number, stop) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


if __name__ == "__main__":
    sys.exit(main())
