"""Who acts, for the database to write down beside every change; see docs/decisions/0031-audit.md.

A connection bears the name of its program (`flexclinic web`), which is enough for visitors, for the worker and for
commands. For staff, and for patients who came by their link, the actor and the page are told to the transaction just
before its first statement that writes. Reading costs nothing, and nor does the booking of a visitor.
"""

import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from psycopg.pq import TransactionStatus

#: Tables of the machinery, of which nobody asks who wrote them.
_WRITES = re.compile(
    r"\s*(?:INSERT INTO|UPDATE|DELETE FROM|WITH)\s+(?!\"?(?:django_|flexclinic_|usersessions_))", re.I
)
_TELL = "SELECT set_config('flexclinic.actor', %s, true), set_config('flexclinic.page', %s, true)"


@dataclass(frozen=True, slots=True)
class Acting:
    """Somebody, on a page. Who is nobody in particular has no name: then the connection's program says enough."""

    who: str = ""
    page: str = ""


NOBODY = Acting()
_asked: ContextVar[Callable[[], Acting] | None] = ContextVar("acting", default=None)


def program_name() -> str:
    """What connections of this process are called, as in "flexclinic web" or "flexclinic command seed_demo"."""
    program = os.path.basename(sys.argv[0]) if sys.argv else ""
    if "gunicorn" in sys.modules:
        name = "website"
    elif program == "manage.py" and len(sys.argv) > 1:
        name = "worker" if sys.argv[1] == "procrastinate" else f"command {sys.argv[1]}"
    else:
        name = f"program {program}"
    return f"flexclinic {name}"[:63]


@contextmanager
def acting(ask: Callable[[], Acting]) -> Iterator[None]:
    """While the block runs, `ask` says who acts; it is asked only where something is written."""
    before = _asked.set(ask)
    try:
        yield
    finally:
        _asked.reset(before)


def as_patient(reference: str) -> None:
    """From now on, within the `acting` of this request, it is the patient with this reference; staff stay staff."""
    if (ask := _asked.get()) is not None and not (seen := ask()).who:
        patient = Acting(f"patient {reference}", seen.page)
        _asked.set(lambda: patient)


class Teller:
    """Django's wrapper around each statement of one connection: tells the transaction who acts before it writes."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        #: None: it cannot be known.
        self.told: Acting | None = NOBODY
        self.told_in: list[Any] = []

    def __call__(self, execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        """Run the statement, with its actor told."""
        ask = _asked.get()
        if ask is None and self.told is NOBODY:
            return execute(sql, params, many, context)
        connection = self.connection
        if self.told is not NOBODY:
            self._look_again()
        if not isinstance(sql, str) or not _WRITES.match(sql):
            return execute(sql, params, many, context)
        wanted = ask() if ask else NOBODY
        if not wanted.who:
            wanted = NOBODY
        if wanted == self.told:
            return execute(sql, params, many, context)
        if not connection.in_atomic_block:
            from django.db import transaction

            with transaction.atomic(using=connection.alias):
                self._tell(wanted)
                return execute(sql, params, many, context)
        self._tell(wanted)
        return execute(sql, params, many, context)

    def _look_again(self) -> None:
        """Forget what was told to a transaction that is over, or to a savepoint, which may have been taken back."""
        if self.connection.connection.info.transaction_status == TransactionStatus.IDLE:
            self.told = NOBODY
        elif self.connection.savepoint_ids[: len(self.told_in)] != self.told_in:
            self.told = None

    def _tell(self, wanted: Acting) -> None:
        # Beside Django's own cursor, in which another statement may be waiting for this one.
        self.connection.connection.execute(_TELL, [wanted.who[:200], wanted.page[:300]])
        self.told, self.told_in = wanted, list(self.connection.savepoint_ids)
