"""Workers for messages by fork: `python -m tests.faults.forked_workers [WITHOUT]`.

Django is loaded once. For each line that comes in, a copy of this process runs the worker's command as production
has it, and its process number goes out. All of them end with this process.

WITHOUT is for the controls: `bringing back` leaves alone what a killed worker had in hand, `the same ID` gives every
send an ID of its own.
"""

import ctypes
import os
import signal
import sys
from email.utils import make_msgid

import django
from django.core.management import call_command
from django.template.loader import get_template
from django.urls import get_resolver

from flexclinic import processes
from flexclinic.tied import PR_SET_PDEATHSIG


def main(without: str) -> None:
    """Load everything that does not speak to the database, and fork when told to."""
    django.setup()
    get_template("emails/confirmed.txt")
    get_template("emails/confirmed.html")
    assert get_resolver().url_patterns
    if without:
        _leave_out(without)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks how they ended
    parent = os.getpid()
    for _ in sys.stdin:
        worker = os.fork()
        if not worker:
            _work(parent)
        print(worker, flush=True)


def _work(parent: int) -> None:
    try:
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.dup2(os.open(os.devnull, os.O_RDWR), sys.stdin.fileno())
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        if os.getppid() == parent:
            call_command(*processes.WORKER[1:])
    finally:
        os._exit(0)


def _leave_out(without: str) -> None:
    from booking import composing, jobs

    async def nothing(job: object) -> None: ...

    if without == "bringing back":
        jobs._bring_back = nothing
    elif without == "the same ID":
        composing.message_id = lambda notification: make_msgid(domain="flexclinic.example")
    else:
        raise ValueError(without)


if __name__ == "__main__":
    main("".join(sys.argv[1:]))
