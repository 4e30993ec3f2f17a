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
    """The server. `tell` is given a line before a step that takes longer than two seconds.

    `pictures`: whether the pictures of docs/ are to be drawn anew.
    """

    server: embedded.Server
    tell: Callable[[str], object]
    pictures: bool = False
    _filled: set[str] = field(default_factory=set)
    _has_static_files: bool = False

    def url(self, name: str) -> str:
        """A database of the server as a DATABASE_URL."""
        return f"{self.server.url.rpartition('/')[0]}/{name}"

    def connect(self, name: str) -> "psycopg.Connection[tuple[object, ...]]":
        """A plain connection to a database, each statement a transaction of its own."""
        return psycopg.connect(self.url(name), autocommit=True)

    def reference(
        self, appointments: int, *, therapists: int = 5, days: int = 30, every_rule: bool = True
    ) -> str:
        """The name of the database with the reference clinic and so many appointments; filled when first asked for.

        `days` is how many days to come are 70% full; `every_rule` sets every rule that a clinic can set.
        """
        name = f"reference_{appointments}_{therapists}_{days}{'_rules' if every_rule else ''}"
        if name not in self._filled:
            if not self._filled:
                self.tell("Making the tables")
                self.create(TEMPLATE)
                self._manage(TEMPLATE, "migrate", "--noinput", "--verbosity=0")
            self.create(name, template=TEMPLATE)
            self.tell(f"Filling the clinic of {therapists} therapists with {appointments:,} appointments")
            size = (f"--appointments={appointments}", f"--therapists={therapists}", f"--days={days}")
            self._manage(name, "reference_clinic", *size, *(["--every-rule"] if every_rule else []))
            with self.connect(name) as connection:
                connection.execute("VACUUM (ANALYZE)")  # without it no index serves a window by itself
            self._filled.add(name)
        return name

    def collect_static_files(self) -> None:
        """Have what the pages link to, as a running website has."""
        if not self._has_static_files:
            self.tell("Collecting static files")
            self._manage(embedded.NAME, "collectstatic", "--noinput", "--verbosity=0")
            self._has_static_files = True

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
def place(tell: Callable[[str], object], *, pictures: bool = False) -> Iterator[Place]:
    """A place to run benchmarks in, gone with the block; nothing in var/ is touched."""
    with ExitStack() as stack:
        data = Path(stack.enter_context(TemporaryDirectory(prefix="flexclinic-bench-")))
        os.environ.pop("DATABASE_URL", None)
        os.environ.update(
            FLEXCLINIC_DEMO="1", FLEXCLINIC_DATA=str(data), DJANGO_SETTINGS_MODULE="flexclinic.settings"
        )
        server = stack.enter_context(embedded.running(data, tell=tell))
        yield Place(server=server, tell=tell, pictures=pictures)
