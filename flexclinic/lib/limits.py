"""How often somebody may try something, counted in the database so that every process counts the same.

A window begins with the first try and lasts a fixed time; trying on while it is shut does not make it longer. One
statement counts and answers, so that a hundred tries at the same moment are a hundred different numbers.
"""

import datetime
import ipaddress
from dataclasses import dataclass

from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from flexclinic.lib import clock

UNKNOWN_ADDRESS = "0.0.0.0"  # noqa: S104  # nobody listens here: it stands for a client without an address
SHARED_IPV6_BITS = 64  # what a provider gives to one household: counted as one client
PURGED_AT_ONCE = 100

_COUNT = """
    INSERT INTO flexclinic_tries AS kept (key, count, until)
    SELECT key, 1, until FROM unnest(%(keys)s::text[], %(untils)s::timestamptz[]) AS tried (key, until)
    ON CONFLICT (key) DO UPDATE SET
        count = CASE WHEN kept.until <= %(now)s THEN 1 ELSE LEAST(kept.count + 1, 1000000) END,
        until = CASE WHEN kept.until <= %(now)s THEN excluded.until ELSE kept.until END
    RETURNING key, count, until
"""
_TAKE_BACK = (
    "UPDATE flexclinic_tries SET count = count - 1 WHERE key = %(key)s AND count > 0 AND until > %(now)s"
)
_PURGE = """
    DELETE FROM flexclinic_tries WHERE key IN (
        SELECT key FROM flexclinic_tries WHERE until <= %(now)s LIMIT %(at_once)s FOR UPDATE SKIP LOCKED
    )
"""


@dataclass(frozen=True)
class Limit:
    """At most `tries` of the thing called `name` in a window of the length `per`."""

    name: str
    tries: int
    per: datetime.timedelta


def count_try(limit: Limit, *, who: str) -> datetime.datetime | None:
    """Count one try by `who`: None when it may go on, else the moment from which the next one may.

    Call it outside a transaction that may be rolled back, or the count is rolled back with it. With
    RATE_LIMITS=off nothing is counted.
    """
    refused = count_tries([(limit, who)])
    return refused[1] if refused else None


def count_tries(tried: list[tuple[Limit, str]]) -> tuple[Limit, datetime.datetime] | None:
    """Count one try of each, in one statement: None when all may go on, else the first limit that is reached, and until
    when. Each `who` of a limit is named once. Call it as `count_try`.
    """
    if not settings.RATE_LIMITS:
        return None
    now = clock.now()
    # In one order for everybody, so that two who count the same do not wait for each other.
    keyed = sorted((_key(limit, who), now + limit.per) for limit, who in tried)
    with connection.cursor() as cursor:
        cursor.execute(
            _COUNT, {"keys": [key for key, _ in keyed], "untils": [until for _, until in keyed], "now": now}
        )
        counted = {key: (count, until) for key, count, until in cursor.fetchall()}
        if any(count == 1 for count, _ in counted.values()):
            cursor.execute(_PURGE, {"now": now, "at_once": PURGED_AT_ONCE})
    for limit, who in tried:
        count, until = counted[_key(limit, who)]
        if count > limit.tries:
            return limit, until
    return None


def take_back(limit: Limit, *, who: str) -> None:
    """Uncount one try of `who` that turned out to be right; earlier wrong ones stay counted."""
    if not settings.RATE_LIMITS:
        return
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_BACK, {"key": _key(limit, who), "now": clock.now()})


def client_address(request: HttpRequest) -> str:
    """The address of the client, as text, or 0.0.0.0 where there is none (a server behind a Unix socket).

    X-Forwarded-For is believed only as far as our own proxies wrote it (settings.TRUSTED_PROXY_COUNT from its end).
    """
    hops: int = settings.TRUSTED_PROXY_COUNT
    forwarded = request.headers.get("X-Forwarded-For", "").split(",")
    told = forwarded[-hops] if 0 < hops <= len(forwarded) else request.META.get("REMOTE_ADDR", "")
    try:
        address = ipaddress.ip_address(told.strip())
    except ValueError:
        return UNKNOWN_ADDRESS
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(address)


def client_network(request: HttpRequest) -> str:
    """Whom to count as one client: the address, or the network of an IPv6 address."""
    address = ipaddress.ip_address(client_address(request))
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, SHARED_IPV6_BITS), strict=False))
    return str(address)


def _key(limit: Limit, who: str) -> str:
    """What is stored: neither a name nor an address can be read from it."""
    return salted_hmac("flexclinic.lib.limits", f"{limit.name}:{who}", algorithm="sha256").hexdigest()
