"""Where benchmarks run: a PostgreSQL of their own in a temporary folder, with a database for each size of diary."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

from flexclinic import embedded

PROJECT = Path(__file__).resolve().parent.parent
TEMPLATE = "reference_template"


@dataclass
class Place:
    """The server. `tell` is given a line before a step that takes longer than two seconds."""

    server: embedded.Server
    tell: Callable[[str], object]
    _filled: set[str] = field(default_factory=set)

    def url(self, name: str) -> str:
        """A database of the server as a DATABASE_URL."""
        return f"{self.server.url.rpartition('/')[0]}/{name}"

    def connect(self, name: str) -> "psycopg.Connection[tuple[object, ...]]":
        """A plain connection to a database, each statement a transaction of its own."""
        return psycopg.connect(self.url(name), autocommit=True)

    def reference(self, appointments: int, *, therapists: int = 5) -> str:
        """The name of the database with the reference clinic and so many appointments; filled when first asked for."""
        name = f"reference_{appointments}_{therapists}"
        if name not in self._filled:
            if not self._filled:
                self.tell("Making the tables")
                self.create(TEMPLATE)
                self._manage(TEMPLATE, "migrate", "--noinput", "--verbosity=0")
            self.create(name, template=TEMPLATE)
            self.tell(f"Filling the clinic of {therapists} therapists with {appointments:,} appointments")
            self._manage(
                name, "reference_clinic", f"--appointments={appointments}", f"--therapists={therapists}"
            )
            with self.connect(name) as connection:
                connection.execute("VACUUM (ANALYZE)")  # without it no index serves a window by itself
            self._filled.add(name)
        return name

    def copy(self, name: str, *, to: str) -> str:
        """The name of a copy of a database that nobody is connected to."""
        self.create(to, template=name)
        return to

    def create(self, name: str, *, template: str = "template0") -> None:
        """Make a database."""
        with self.connect(embedded.NAME) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')

    def _manage(self, database: str, *command: str) -> None:
        subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=PROJECT,
            env={**os.environ, "DATABASE_URL": self.url(database)},
            stdout=subprocess.DEVNULL,
            check=True,
        )


@contextmanager
def place(tell: Callable[[str], object]) -> Iterator[Place]:
    """A place to run benchmarks in, gone with the block; nothing in var/ is touched."""
    with ExitStack() as stack:
        data = Path(stack.enter_context(TemporaryDirectory(prefix="flexclinic-bench-")))
        os.environ.pop("DATABASE_URL", None)
        os.environ.update(
            FLEXCLINIC_DEMO="1", FLEXCLINIC_DATA=str(data), DJANGO_SETTINGS_MODULE="flexclinic.settings"
        )
        yield Place(server=stack.enter_context(embedded.running(data, tell=tell)), tell=tell)
