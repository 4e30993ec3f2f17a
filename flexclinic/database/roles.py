"""The two database roles: the owner, who makes the tables, and the application, which only works with the rows.

The application may neither change nor remove what the audit holds, nor take its triggers away, because it owns none
of it. `grant` says so after every migration; it does nothing where there is only one role. See docs/operations.md.
"""

from django.db import connection
from psycopg import sql

#: What the application may only read: who writes there are the owner's functions, and migrations.
ONLY_READ = ("booking_auditentry", "django_migrations")

_GRANTS = """
GRANT USAGE ON SCHEMA public TO {role};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role};
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role};
REVOKE CREATE ON SCHEMA public FROM PUBLIC, {role}
"""


class RoleMissingError(Exception):
    """The application's role is not there and cannot be made; the message says with what statement to make it."""


def grant(*, role: str, password: str = "") -> None:
    """Let `role` work with the rows, as the owner that Django is connected as; the role is made where it is missing."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT session_user, rolcreaterole OR rolsuper FROM pg_roles WHERE rolname = session_user"
        )
        owner, may_create = cursor.fetchone()
        if owner == role:
            return
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        if cursor.fetchone() is None:
            if not may_create:
                raise RoleMissingError(
                    f"The database has no role {role}, and {owner} may not make one. As a superuser of the "
                    f"database run: CREATE ROLE {role} LOGIN PASSWORD '…';"
                )
            made = sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role))
            if password:
                made += sql.SQL(" PASSWORD {}").format(sql.Literal(password))
            cursor.execute(_text(made))
        name = sql.Identifier(role)
        for statement in _GRANTS.split(";"):
            cursor.execute(_text(sql.SQL(statement).format(role=name)))
        for table in ONLY_READ:
            text = sql.SQL("REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON {} FROM {}")
            cursor.execute(_text(text.format(sql.Identifier(table), name)))


def owns_the_audit() -> bool:
    """Whether the role that Django is connected as could alter the audit: it owns the table, or is a superuser."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_has_role(session_user, relowner, 'MEMBER') FROM pg_class WHERE oid = to_regclass(%s)",
            ["public.booking_auditentry"],
        )
        found = cursor.fetchone()
    return bool(found and found[0])


def _text(composed: sql.Composed) -> str:
    return composed.as_string(connection.connection)
