"""The control: the same with counters that each process keeps to itself, and without the lock on a contact."""

import threading
from collections import Counter
from datetime import datetime, timedelta

from tests.attacks.twenty_web import application

__all__ = ["application"]

from booking import contacts
from flexclinic.lib import clock, limits

_counts: Counter[tuple[str, str]] = Counter()
_one_at_a_time = threading.Lock()


def _count_here(limit: limits.Limit, *, who: str) -> datetime | None:
    with _one_at_a_time:
        _counts[limit.name, who] += 1
        return clock.now() + timedelta(hours=1) if _counts[limit.name, who] > limit.tries else None


limits.count_try = _count_here
contacts._LOCK_SQL = contacts._LOCK_SQL.replace("pg_advisory_xact_lock(key)", "key")
