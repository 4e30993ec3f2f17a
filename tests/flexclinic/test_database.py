"""Connections of the pool after PostgreSQL has ended them."""

import copy
from collections.abc import Iterator
from unittest import mock

import pytest
from django.db import InterfaceError, OperationalError, connection
from psycopg_pool import ConnectionPool

from flexclinic.database import base

pytestmark = pytest.mark.django_db


@pytest.fixture
def pooled() -> Iterator[base.DatabaseWrapper]:
    """The test's database through a pool of one connection."""
    settings = copy.deepcopy(connection.settings_dict)
    settings["OPTIONS"] |= {"pool": {"min_size": 1, "max_size": 1, "timeout": 10}}
    wrapper = base.DatabaseWrapper(settings)
    try:
        yield wrapper
    finally:
        wrapper.close()
        wrapper.close_pool()


def server_process(database: base.DatabaseWrapper) -> int:
    """The process of the server that a request's connection leads to; the connection goes back to the pool."""
    with database.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        [pid] = cursor.fetchone()
    database.close()
    return int(pid)


def end(pid: int) -> None:
    """End a process of the server, as a crash would, and wait until it is gone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 10000)", [pid])
        assert cursor.fetchone() == (True,)


def test_a_request_after_the_server_ended_the_connection_gets_another(pooled: base.DatabaseWrapper) -> None:
    before = server_process(pooled)
    end(before)
    assert server_process(pooled) != before


def test_without_the_look_the_request_fails(
    pooled: base.DatabaseWrapper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base, "is_alive", lambda connection: True)
    end(server_process(pooled))
    with pytest.raises((OperationalError, InterfaceError)):
        server_process(pooled)


@pytest.mark.parametrize(("rest", "asked"), [(3600, False), (0, True)])
def test_only_a_connection_that_rested_is_asked(
    pooled: base.DatabaseWrapper, monkeypatch: pytest.MonkeyPatch, rest: int, asked: bool
) -> None:
    before = server_process(pooled)
    monkeypatch.setattr(base, "REST", rest)
    with mock.patch.object(ConnectionPool, "check_connection") as check:
        assert server_process(pooled) == before
    assert check.called is asked


def test_a_dead_connection_that_comes_back_late_is_not_handed_out(
    pooled: base.DatabaseWrapper, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As when another request still held it while the pool looked through what lay there.
    looks = iter([False, False])  # as many as the pool holds: what comes after them is new
    monkeypatch.setattr(base, "is_alive", lambda connection: next(looks))
    pooled.settings_dict["OPTIONS"]["pool"] |= {"max_size": 2}
    server_process(pooled)
    assert next(looks, "all used") == "all used"
