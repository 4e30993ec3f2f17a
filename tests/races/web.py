"""The clinic's web server as in production, two processes of it, on the database of the tests."""

import os
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

from flexclinic import processes
from tests.faults.clinic import until

_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def database_url() -> str:
    """The database of the tests, for another program."""
    known = connection.settings_dict
    who = quote(known["USER"]) + (f":{quote(known['PASSWORD'])}" if known["PASSWORD"] else "")
    host, port = quote(known["HOST"], safe=""), known["PORT"] or 5432
    return f"postgres://{who}@{host}:{port}/{known['NAME']}"


def environment(data: Path, *, collected: bool = False) -> dict[str, str]:
    """What the web server runs with: as in production, but for what keeps it on this machine and quick to start."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return {
        **kept,
        "FLEXCLINIC_DEMO": "1",
        "FLEXCLINIC_DATA": str(data),
        "DATABASE_URL": database_url(),
        "SECRET_KEY": settings.SECRET_KEY,  # a sign-in made by the test holds
        "HOST": "127.0.0.1",
        "RATE_LIMITS": "off",
        "WEB_CONCURRENCY": "2",
        **({} if collected else {"DJANGO_SETTINGS_MODULE": "tests.races.web_settings"}),
    }


def collect_static_files(data: Path) -> None:
    """Put the static files where the web server of production looks for them. It takes a while."""
    subprocess.run(
        [sys.executable, *processes.STATIC_FILES, "--verbosity=0"],
        cwd=processes.PROJECT,
        env=environment(data, collected=True),
        check=True,
        timeout=120,
    )


@contextmanager
def serving(
    data: Path, *, application: str = "", collected: bool = False, limits: bool = False
) -> Iterator[int]:
    """Serve while the block runs, by default the application of production and without `limits`; gives the port.

    Unless the static files were collected, they are served from where they are written.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    command = (*processes.WEB[:-1], application) if application else processes.WEB
    address = f"http://127.0.0.1:{port}"
    # Every request has a line in the access log: thousands of them tell nothing here.
    quiet = (*command[:-1], "--access-logfile", str(data / "access.log"), command[-1])
    with processes.children() as started:
        started.start(
            "web",
            quiet,
            env={
                **environment(data, collected=collected),
                "PORT": str(port),
                "SITE_URL": address,
                "RATE_LIMITS": "on" if limits else "off",
            },
        )

        def is_ready() -> bool:
            assert started.processes["web"].poll() is None, "gunicorn has ended"
            try:
                with _DIRECT.open(f"{address}/readyz", timeout=30) as answer:
                    return bool(answer.status == 200)
            except OSError:
                return False

        until(is_ready, seconds=60, what="the web server answers")
        yield port


def signed_in(user: User) -> dict[str, str]:
    """The cookies of a browser in which somebody of the staff is signed in."""
    client = Client()
    client.force_login(user)
    return {name: morsel.value for name, morsel in client.cookies.items()}
