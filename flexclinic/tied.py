"""Run a program that ends with its parent: `python tied.py PARENT COMMAND…`, PARENT being a process's number.

Standard library only: it is run by its path in a fresh interpreter, and becomes the command. When the parent
is killed without a chance to stop its children, Linux sends them SIGTERM. Elsewhere the command simply runs.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    """Tie this process to its parent, and become the command."""
    parent, *command = arguments
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != int(parent):  # it ended before we were tied to it
            sys.exit(1)
    os.execv(command[0], command)  # noqa: S606


if __name__ == "__main__":
    main(sys.argv[1:])
