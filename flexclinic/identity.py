"""Who runs the embedded PostgreSQL, which refuses to run as root.

An ordinary user runs it as themselves. For root these identities (what they are: `unprivileged.py`) are tried
in this order, each for real in a process of its own, and the first that can reach the data and run the
programs is taken:

1. the owner of the existing folder, or else of the folder it lies in, when that is an ordinary account;
2. a user namespace, in which root's own files stay root's and closed folders of root stay open;
3. the owners of the folders above, nearest first, when they are ordinary accounts: the closed home of
   somebody for whom root started this;
4. the accounts `postgres` and `nobody`;
5. the first of those accounts that can reach the data, with the programs copied next to it.

The folder, and nothing else, then belongs to that account; in a namespace it stays root's.
"""

import os
import pwd
import shutil
import subprocess
from pathlib import Path

from flexclinic import unprivileged
from flexclinic.unprivileged import Probe

USER_NAMESPACES = True


class NobodyCanError(Exception):
    """No identity can run the programs on that folder; the message says what to do."""


def choose(folder: Path, *, programs: Path, version: str) -> tuple[str, Path]:
    """The identity for the server whose files are in `folder`, and the folder of programs that it can run.

    `programs` is the wheel's folder of programs, `version` the wheel's. `folder` exists, and belongs to the
    identity afterwards. Raises NobodyCanError.
    """
    if os.geteuid() != 0:
        return "same", programs
    found = []
    for identity in _candidates(folder):
        answer = probe(identity, folder, programs)
        if answer is Probe.WORKS:
            _give(folder, identity)
            return identity, programs
        found.append((identity, answer))
    near = [identity for identity, answer in found if answer is Probe.NO_PROGRAM and identity != "namespace"]
    if near:
        copied = _copy(programs, folder, version)
        _give(folder, near[0])
        if probe(near[0], folder, copied) is Probe.WORKS:
            return near[0], copied
    raise NobodyCanError(
        f"PostgreSQL refuses to run as root, and no other account can use {folder}. Run this as an ordinary "
        "user, or set FLEXCLINIC_DATA to a folder that other users may enter, or set DATABASE_URL to a "
        "PostgreSQL server of your own."
    )


def account_name(uid: int) -> str:
    """What people call that account."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"number {uid}"


def _candidates(folder: Path) -> list[str]:
    owner = folder.stat().st_uid
    if owner != 0:
        return [_account(owner)]
    above = [parent.stat().st_uid for parent in folder.parents]
    named = [entry.pw_uid for entry in pwd.getpwall() if entry.pw_name in ("postgres", "nobody")]
    accounts = list(dict.fromkeys(_account(uid) for uid in [*above, *named] if uid != 0))
    namespace = ["namespace"] if USER_NAMESPACES else []
    if above[0] != 0:
        return [accounts[0], *namespace, *accounts[1:]]
    return [*namespace, *accounts]


def _account(uid: int) -> str:
    try:
        return f"{uid}:{pwd.getpwuid(uid).pw_gid}"
    except KeyError:
        return f"{uid}:{uid}"


def probe(identity: str, folder: Path, programs: Path) -> Probe:
    """Try, in another process, whether that identity can reach `folder` and run what is in `programs`."""
    done = subprocess.run(  # noqa: S603
        unprivileged.launcher("probe", identity, folder, programs / "postgres"),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        env=unprivileged.environment(),
    )
    return Probe(done.returncode) if done.returncode in set(Probe) else Probe.REFUSED


def _give(folder: Path, identity: str) -> None:
    if identity == "namespace" or folder.stat().st_uid != 0:
        return
    uid, gid = (int(part) for part in identity.split(":"))
    for inner, _, files in os.walk(folder, topdown=False):
        for path in [*(Path(inner, name) for name in files), Path(inner)]:
            os.chown(path, uid, gid, follow_symlinks=False)


def _copy(programs: Path, folder: Path, version: str) -> Path:
    """Copy the wheel's programs and libraries into `folder`; the folder of the copied programs."""
    package = programs.parent.parent
    copy = folder / f"programs-{version}"
    if not copy.exists():
        partial = folder / "programs.new"
        shutil.rmtree(partial, ignore_errors=True)
        shutil.copytree(programs.parent, partial / package.name / "pginstall", symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, partial / libraries.name, symlinks=True)
        for inner, _, files in os.walk(partial):
            for path in [Path(inner), *(Path(inner, name) for name in files)]:
                if not path.is_symlink():
                    path.chmod(path.stat().st_mode | 0o055)
        partial.rename(copy)
    return copy / package.name / "pginstall" / "bin"
