"""The few statements that each request of another system asks: prepared, and past Django's cursors.

A long statement takes PostgreSQL longer to plan than to run, and Django's cursor, which writes
parameters into the text, plans it each time. These are prepared once for each connection. Behind a
pooler that does not know of prepared statements set PREPARED_STATEMENTS to no (README).

Elsewhere (SQLite) they are asked as any other.
"""

from collections.abc import Sequence
from typing import Any

from django.db import (
    DEFAULT_DB_ALIAS,
    InterfaceError,
    OperationalError,
    connection,
    connections,
)


def first_row(statement: str, parameters: Sequence[Any]) -> tuple[Any, ...] | None:
    """The first row that ``statement`` answers, or None. Instants are aware datetimes."""
    link = connections[DEFAULT_DB_ALIAS]  # once: each look through ``connection`` costs, too
    if link.vendor != "postgresql":
        instant = link.ops.adapt_datetimefield_value
        values = [instant(p) if hasattr(p, "tzinfo") else p for p in parameters]
        with link.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchone()
    from psycopg import Cursor

    link.ensure_connection()
    if link.queries_logged:  # whoever counts statements counts these
        link.queries_log.append({"sql": statement, "time": ""})
    with link.wrap_database_errors, Cursor(link.connection) as cursor:
        return cursor.execute(statement, parameters, prepare=True).fetchone()


def first_of_request(statement: str, parameters: Sequence[Any]) -> tuple[Any, ...] | None:
    """The same for the first statement of a request, which may find that the connection is gone.

    It is asked again then, of a new one, so that no statement more is needed to find that out; what
    is asked so must change nothing.
    """
    try:
        row = first_row(statement, parameters)
    except (OperationalError, InterfaceError):
        if connection.in_atomic_block:
            raise
        connection.close()
        row = first_row(statement, parameters)
    connection.health_check_done = True  # type: ignore[attr-defined]  # the stubs lack it
    return row
