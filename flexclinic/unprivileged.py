"""Run a program that refuses to be root, and keep it for as long as somebody uses it.

Standard library only, because it is also run by its path in a fresh interpreter: changing who a process is,
and forking, are only safe where nothing else runs. Who a program runs as is an *identity*, a string:

`same`       as this process;
`namespace`  as root in the file system, but without root's powers and under another name: a user namespace in
             which the number 1000 stands for root's 0. Needs no account, changes no owner, and root's own
             closed folders stay open to it. Some containers refuse user namespaces;
`UID:GID`    as that account, with no other groups.

Used as `python unprivileged.py ACTION IDENTITY FOLDER …`, with FOLDER as the working folder:

    probe IDENTITY FOLDER PROGRAM         the exit code says whether IDENTITY can use both: see Probe
    run IDENTITY FOLDER COMMAND…          becomes COMMAND
    keep IDENTITY FOLDER LOCK COMMAND…    returns at once, leaves a keeper behind: see keep()
"""

import ctypes
import enum
import fcntl
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import NoReturn

CLONE_NEWUSER = 0x10000000
INSIDE_ID = 1000
STOP_SECONDS = 30


class Probe(enum.IntEnum):
    """Whether an identity can do the work: the exit code of `probe`."""

    WORKS = 0
    REFUSED = 70  # the system does not let this process become it
    NO_FOLDER = 71  # it may not enter a folder above the data
    NO_PROGRAM = 72  # it cannot run the program


def launcher(action: str, identity: str, folder: Path, *arguments: str | Path) -> list[str | Path]:
    """The command that runs this file as a script, in this Python and without its packages."""
    return [sys.executable, "-I", "-S", __file__, action, identity, folder, *arguments]


def environment() -> dict[str, str]:
    """Our environment without PostgreSQL's own variables, which would change what its programs do."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return {**kept, "LC_ALL": "C", "TZ": "UTC"}


def become(identity: str) -> None:
    """Turn this process into `identity`, for good.

    Raises OSError when the system refuses.
    """
    if identity == "same":
        return
    if identity == "namespace":
        _enter_namespace()
        return
    uid, gid = (int(part) for part in identity.split(":"))
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)


def _enter_namespace() -> None:
    uid, gid = os.geteuid(), os.getegid()
    library = ctypes.CDLL(None, use_errno=True)
    if not hasattr(library, "unshare"):
        raise OSError("this system has no user namespaces")
    if library.unshare(CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "user namespaces are refused")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/gid_map").write_text(f"{INSIDE_ID} {gid} 1")
    Path("/proc/self/uid_map").write_text(f"{INSIDE_ID} {uid} 1")


def probe(identity: str, folder: str, program: str) -> Probe:
    """Try, for real and in this very process, to be `identity`, to reach `folder` and to run `program`."""
    try:
        become(identity)
    except (OSError, ValueError):
        return Probe.REFUSED
    try:
        os.stat(folder)
    except OSError:
        return Probe.NO_FOLDER
    try:
        version = subprocess.run(  # noqa: S603
            [program, "--version"], cwd="/", capture_output=True, check=False
        )
    except OSError:
        return Probe.NO_PROGRAM
    return Probe.WORKS if version.returncode == 0 else Probe.NO_PROGRAM


def _execute(identity: str, folder: str, command: list[str]) -> NoReturn:
    become(identity)
    os.chdir(folder)
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    os.execv(command[0], command)  # noqa: S606


def keep(identity: str, folder: str, lock: str, command: list[str]) -> None:
    """Start `command` in the background, and leave a keeper that stops it when nobody uses it any more.

    Whoever uses it holds a shared flock on the file `lock`. The kernel gives such a lock back when its holder
    ends, however it ends, so the keeper simply waits for the exclusive one: nothing is left running when the
    programs that used it were killed. The keeper holds this process's standard output open until the command
    has ended, so the starter sees at once when it fails; the command itself writes to standard error.
    """
    if os.fork():
        return
    os.setsid()
    os.chdir("/")
    users = os.open(lock, os.O_RDWR | os.O_NOFOLLOW)
    signal.signal(signal.SIGCHLD, _leave)
    child = os.fork()
    if child == 0:
        try:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.setsid()
            os.dup2(2, 1)
            _execute(identity, folder, command)
        except OSError as error:
            print(f"cannot start {command[0]}: {error}", file=sys.stderr)
        finally:
            os._exit(1)
    fcntl.flock(users, fcntl.LOCK_EX)
    _stop_child(child)


def _leave(number: int, frame: FrameType | None) -> None:
    if os.waitpid(-1, os.WNOHANG)[0]:  # not only stopped or continued
        os._exit(0)


def _stop_child(child: int) -> None:
    """Ask a PostgreSQL server to end its clients' sessions and stop; insist after a while."""
    os.kill(child, signal.SIGINT)
    signal.signal(signal.SIGALRM, lambda number, frame: os.kill(child, signal.SIGQUIT))
    signal.alarm(STOP_SECONDS)
    while True:
        signal.pause()


def main(arguments: list[str]) -> int:
    """The script: see the top of the file."""
    action, identity, folder, *rest = arguments
    actions: dict[str, Callable[[], int | None]] = {
        "probe": lambda: probe(identity, folder, rest[0]),
        "run": lambda: _execute(identity, folder, rest),
        "keep": lambda: keep(identity, folder, rest[0], rest[1:]),
    }
    return actions[action]() or 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
