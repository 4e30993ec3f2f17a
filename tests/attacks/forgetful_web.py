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


def _count_here(tried: list[tuple[limits.Limit, str]]) -> tuple[limits.Limit, datetime] | None:
    with _one_at_a_time:
        _counts.update((limit.name, who) for limit, who in tried)
        full = [limit for limit, who in tried if _counts[limit.name, who] > limit.tries]
        return (full[0], clock.now() + timedelta(hours=1)) if full else None


limits.count_tries = _count_here
contacts._LOCK_SQL = contacts._LOCK_SQL.replace("pg_advisory_xact_lock(key)", "key")
