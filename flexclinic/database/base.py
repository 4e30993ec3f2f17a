"""Connections of the pool, looked at before they are handed out; Django wants the name of this module.

After a restart or crash of PostgreSQL the pool holds connections that lead nowhere. Django's own answer
(`CONN_HEALTH_CHECKS`) asks the server before every request, and on a busy machine the round trip costs a tenth of a
short answer. A server that is gone has closed its end, and the system knows without asking: there is then something
to read on an idle connection, the end of it. Only a network that lost a connection without a word is asked.
"""

import select
import time
import weakref
from typing import Any

from django.db.backends.postgresql import base
from psycopg import Connection, Error
from psycopg_pool import ConnectionPool

from flexclinic.lib import actors

#: Seconds of rest after which a connection is asked: what stands between may have forgotten it.
REST = 30

_handed_out: "weakref.WeakKeyDictionary[Connection[Any], float]" = weakref.WeakKeyDictionary()


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection of Django's, which is good when it begins, and tells who acts before it writes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.execute_wrappers.append(actors.Teller(self))

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """One from the pool that is alive. Where one is dead, the pool throws out all that lie there and are."""
        connection = super().get_new_connection(conn_params)
        # Others that died may come back while this goes on, each once.
        for _ in range(self.pool.max_size if self.pool else 0):
            if is_alive(connection):
                break
            self.pool.putconn(connection)
            self.pool.check()
            connection = super().get_new_connection(conn_params)
        _handed_out[connection] = time.monotonic()
        return connection


def is_alive(connection: "Connection[Any]") -> bool:
    """Whether the server still has the other end of an idle connection."""
    rested = time.monotonic() - _handed_out.get(connection, 0)
    try:
        waiting = select.poll()
        waiting.register(connection.fileno(), select.POLLIN)
        if not waiting.poll(0) and rested < REST:
            return True
        ConnectionPool.check_connection(connection)  # a notice may wait there too
    except Error:
        return False
    return True
