"""Tables as the migrations left them, again and again: what tests that commit need instead of Django's `flush`.

`flush` empties every table, whether or not anything is in it, with what migrations put there, and then makes all
permissions anew: most of a second a test. Here only what has changed is put back, without triggers, so that neither
the audit nor foreign keys have a say. That takes a superuser of the database.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from unittest import mock

from django.db import connection, transaction
from django.test import TransactionTestCase
from psycopg import sql

KEPT = "kept_by_tests"  # a schema with a copy of each table that was not empty after the migrations


@contextmanager
def instead_of_flush() -> Iterator[None]:
    """Keep the rows that are there now, and have them back after each test that commits."""
    _tables.cache_clear()
    _keep()
    with mock.patch.object(TransactionTestCase, "_fixture_teardown", new=_restore_after):
        yield


def restore() -> None:
    """Put back the rows of all tables that have changed. Sequences go on, as they do after a flush."""
    with connection.cursor() as cursor:
        cursor.execute(_question())
        changed = [name for (name,) in cursor.fetchall()]
        if not changed:
            return
        with transaction.atomic():
            cursor.execute("SET LOCAL session_replication_role = replica")
            for name in changed:
                for statement in _refill(name):
                    cursor.execute(statement)


def _restore_after(case: TransactionTestCase) -> None:
    restore()


def _keep() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA {KEPT}")
        for name in _tables():
            table = sql.Identifier(name)
            cursor.execute(_text(sql.SQL("SELECT EXISTS (SELECT FROM public.{})").format(table)))
            if cursor.fetchone() == (True,):
                copy = sql.SQL("CREATE TABLE {}.{} AS TABLE public.{}")
                cursor.execute(_text(copy.format(sql.Identifier(KEPT), table, table)))
    _tables.cache_clear()


@cache
def _tables() -> dict[str, list[str]]:
    """The columns of each kept table; none for tables that were empty."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT public.relname, coalesce(array_agg(attname::text ORDER BY attnum)
                                            FILTER (WHERE attname IS NOT NULL), '{}')
              FROM pg_class public
              LEFT JOIN pg_class kept
                ON kept.relname = public.relname AND kept.relnamespace = to_regnamespace(%s)
              LEFT JOIN pg_attribute
                ON attrelid = public.oid AND kept.oid IS NOT NULL
               AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
             WHERE public.relkind = 'r' AND public.relnamespace = 'public'::regnamespace
             GROUP BY 1
            """,
            [KEPT],
        )
        return dict(cursor.fetchall())


@cache
def _question() -> str:
    """Which tables do not hold what they held."""
    empty = sql.SQL("SELECT {name} WHERE EXISTS (SELECT FROM public.{table})")
    same = sql.SQL(
        """
        SELECT {name} WHERE EXISTS (
            (SELECT now::text FROM public.{table} now EXCEPT ALL SELECT kept::text FROM {schema}.{table} kept)
            UNION ALL
            (SELECT kept::text FROM {schema}.{table} kept EXCEPT ALL SELECT now::text FROM public.{table} now)
        )
        """
    )
    parts = [
        (same if columns else empty).format(
            name=sql.Literal(name), table=sql.Identifier(name), schema=sql.Identifier(KEPT)
        )
        for name, columns in _tables().items()
    ]
    return _text(sql.SQL(" UNION ALL ").join(parts))


@cache
def _refill(name: str) -> list[str]:
    """The statements that give a table its rows back."""
    table = sql.Identifier(name)
    statements = [sql.SQL("DELETE FROM public.{}").format(table)]
    if names := _tables()[name]:
        insert = sql.SQL("INSERT INTO public.{table} ({columns}) SELECT {columns} FROM {schema}.{table}")
        columns = sql.SQL(", ").join(map(sql.Identifier, names))
        statements.append(insert.format(table=table, columns=columns, schema=sql.Identifier(KEPT)))
    return [_text(statement) for statement in statements]


def _text(composed: sql.Composed) -> str:
    return composed.as_string(connection.connection)
