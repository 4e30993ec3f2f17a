"""Whether this process lives, and whether it can work: the answers to /healthz and /readyz."""

import functools

import psycopg
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.http import HttpResponse, JsonResponse

CONNECT_SECONDS = 3
NAMED_AT_MOST = 20
# No page: nothing may be loaded from it, run in it, or kept of it.
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def alive() -> HttpResponse:
    """200 as long as this process answers at all; the database is not asked."""
    return JsonResponse({"status": "alive"}, headers=HEADERS)


def ready() -> HttpResponse:
    """200 when the database answers and every migration is applied, else 503 that names what is missing."""
    problems = _problems()
    if problems:
        return JsonResponse({"status": "not ready", "problems": problems}, status=503, headers=HEADERS)
    return JsonResponse({"status": "ready"}, headers=HEADERS)


def _problems() -> list[str]:
    try:
        waiting = _needed() - _applied()
    except psycopg.Error:
        return ["the database does not answer"]
    return [f"migration {app}.{name} is not applied" for app, name in sorted(waiting)][:NAMED_AT_MOST]


@functools.cache
def _needed() -> frozenset[tuple[str, str]]:
    """The migrations that this code comes with; the files do not change under a running process."""
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).graph.nodes)


def _applied() -> set[tuple[str, str]]:
    """The migrations that the database had, over a connection apart from the pool.

    In the pool a probe would wait behind the visitors, and ten seconds for a server that is gone.
    """
    parameters = {**connection.get_connection_params(), "connect_timeout": CONNECT_SECONDS}
    with psycopg.connect(**parameters, autocommit=True) as own:
        try:
            return set(own.execute("SELECT app, name FROM django_migrations").fetchall())
        except psycopg.errors.UndefinedTable:
            return set()
