"""The project's own code, run on one of several databases in turn."""

import copy
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections


def use(name: str) -> None:
    """Let Django work on that database from now on, through a connection that stays open."""
    if name not in connections.settings:
        connections.settings[name] = copy.deepcopy(connections.settings["default"])
        connections.settings[name]["NAME"] = name
    connections["default"] = connections[name]


@contextmanager
def closing() -> Iterator[None]:
    """Close every connection and pool at the end of the block."""
    try:
        yield
    finally:
        for connection in connections.all(initialized_only=True):
            connection.close()
            getattr(connection, "close_pool", lambda: None)()
