"""Several workers for messages on the database of the tests, to be killed and replaced quickly."""

import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from flexclinic import processes
from tests.faults.clinic import ended, kill
from tests.races.web import environment


@dataclass
class Workers:
    """Those that live, by their process numbers, and how many were killed."""

    chance: random.Random
    _nursery: "subprocess.Popen[str]"
    living: list[int] = field(default_factory=list)
    killed: int = 0

    def start(self, count: int = 1) -> None:
        """Start so many more."""
        assert self._nursery.stdin
        assert self._nursery.stdout
        for _ in range(count):
            self._nursery.stdin.write("one more\n")
            self._nursery.stdin.flush()
            self.living.append(int(self._nursery.stdout.readline()))

    def kill_one(self) -> None:
        """SIGKILL any one of them."""
        kill([self.living.pop(self.chance.randrange(len(self.living)))])
        self.killed += 1

    def stop(self) -> None:
        """Ask all of them to end what they have in hand and to go."""
        with ended(self.living):
            for worker in self.living:
                os.kill(worker, signal.SIGTERM)
        self.living.clear()


@contextmanager
def workers(data: Path, *, mail_port: int, chance: random.Random, without: str = "") -> Iterator[Workers]:
    """None yet; those that live at the end of the block are killed. What they say is in a file in the folder."""
    with (data / "workers.log").open("w") as log:
        nursery = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.forked_workers", *([without] if without else [])],
            cwd=processes.PROJECT,
            env={**environment(data), "EMAIL_URL": f"smtp://127.0.0.1:{mail_port}"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            process_group=0,
        )
        found = Workers(chance, nursery)
        try:
            with nursery:  # closes its input at the end, with which it ends
                try:
                    yield found
                finally:
                    kill(found.living)
        finally:
            nursery.kill()
