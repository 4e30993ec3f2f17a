"""Make `.venv` in the working folder hold what `requirements/<NAME>.txt` pins: `python install.py NAME`.

Standard library only. Does nothing when that is so already; makes `.venv` anew when it was copied or moved
here, because its scripts name the place where they were made.
"""

import fcntl
import hashlib
import os
import subprocess
import sys
from pathlib import Path
from shutil import rmtree

VENV = Path(".venv")
PYTHON = VENV / "bin" / "python"
PLACE = VENV / "made-at"


def main(name: str) -> int:
    """Install; the exit code."""
    requirements = Path("requirements") / f"{name}.txt"
    stamp = VENV / f"installed-{name}"
    with Path(".venv.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two commands may be started at the same time
        if not is_ours():
            if VENV.exists():
                print("Removing .venv: it was not made in this folder", flush=True)
                rmtree(VENV)
            if code := run("Making .venv", [sys.executable, "-m", "venv", str(VENV)]):
                print(
                    "Python cannot make a virtual environment; on Debian, install python3-venv.",
                    file=sys.stderr,
                )
                return code
            PLACE.write_text(place())
        wanted = hashlib.sha256(requirements.read_bytes()).hexdigest()
        if stamp.exists() and stamp.read_text() == wanted:
            return 0
        pip = [
            str(PYTHON),
            "-m",
            "pip",
            "install",
            "-qq",
            "--disable-pip-version-check",
            "--require-hashes",
        ]
        if code := run(f"Installing {requirements} into .venv", [*pip, "-r", str(requirements)]):
            return code
        stamp.write_text(wanted)
    return 0


def place() -> str:
    """Where this `.venv` is."""
    return os.fspath(VENV.resolve())


def is_ours() -> bool:
    """Whether `.venv` was made here, and its Python still runs."""
    if not PLACE.exists() or PLACE.read_text() != place():
        return False
    try:
        return subprocess.run([PYTHON, "-c", ""], check=False).returncode == 0  # noqa: S603
    except OSError:
        return False


def run(title: str, command: list[str]) -> int:
    """Run it with its title in front and a dot every two seconds; its exit code."""
    print(title, end=" ", flush=True)
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL)  # noqa: S603
    while True:
        try:
            code = process.wait(2)
        except subprocess.TimeoutExpired:
            print(".", end="", flush=True)
        else:
            print(" done" if code == 0 else " failed", flush=True)
            return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
