"""Write many rows at the speed of the database: COPY on PostgreSQL, executemany on SQLite.

``bulk_create`` builds an object and a long statement for each batch: about 30 µs a row, of which an
import of a million customers with their addresses and services has five million. ``bulk_update``
builds a CASE for each row and column: a millisecond a customer.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models


def next_ids(model: type[models.Model], count: int) -> Sequence[int]:
    """``count`` unused primary keys of ``model``. Call it in the transaction that inserts them."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                # The name of the sequence is looked up once and not for each number.
                "WITH found AS MATERIALIZED"
                " (SELECT pg_get_serial_sequence(%s, 'id')::regclass AS sequence)"
                " SELECT nextval(sequence) FROM found, generate_series(1, %s)",
                [table, count],
            )
            return [row[0] for row in cursor.fetchall()]
        # Immediate transactions: nobody else writes until this one is over.
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        last = (cursor.fetchone() or (0,))[0]
        return range(last + 1, last + 1 + count)


def among(field: str, ids: Sequence[int]) -> models.Q:
    """That ``field`` is one of ``ids``, in the way that is read fastest; it may find others, too.

    Most of a large set follow each other, and two ends are read faster than thousands of numbers.
    """
    low, high = min(ids), max(ids)
    if high - low < 4 * len(ids):
        return models.Q(**{f"{field}__gte": low, f"{field}__lte": high})
    return models.Q(**{f"{field}__in": list(ids)})


def insert_rows(
    model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Insert ``rows``, whose values are in the order of the field ``names``, "id" the first.

    Where the key is of several columns there is no "id". Texts of encrypted fields are sealed on
    the way. No signal is sent and no history written: call ``accounts.history.record_rows`` next.
    """
    column_of = {f.name: f.column for f in model._meta.concrete_fields}
    columns = [str(column_of[name]) for name in names]
    listed = ", ".join(connection.ops.quote_name(c) for c in columns)
    table = model._meta.db_table
    rows = _sealed(model, names, rows)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            _copy(cursor, f"{table} ({listed})", rows)
        else:
            marks = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {table} ({listed}) VALUES ({marks})", list(rows))


def update_rows(
    model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Give each of ``rows`` (its primary key, then the values of the fields ``names``) its values.

    As with ``insert_rows``, the history is the caller's. Call it in a transaction.
    """
    column_of = {f.name: f.column for f in model._meta.concrete_fields}
    columns = [connection.ops.quote_name(str(column_of[name])) for name in names]
    table, key = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                f"CREATE TEMP TABLE changed_rows AS SELECT {key}, {', '.join(columns)}"
                f" FROM {table} LIMIT 0"
            )
            _copy(cursor, "changed_rows", rows)
            new = ", ".join(f"{c} = n.{c}" for c in columns)
            cursor.execute(
                f"UPDATE {table} t SET {new} FROM changed_rows n WHERE n.{key} = t.{key}"
            )
            cursor.execute("DROP TABLE changed_rows")
        else:
            new = ", ".join(f"{c} = %s" for c in columns)
            cursor.executemany(
                f"UPDATE {table} SET {new} WHERE {key} = %s", [(*row[1:], row[0]) for row in rows]
            )


def _sealed(
    model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]
) -> Iterable[Sequence[Any]]:
    places = [
        (at, field.close)
        for at, name in enumerate(names)
        if (field := model._meta.get_field(name)) and hasattr(field, "close")
    ]
    if not places:
        return rows

    def seal(row: Sequence[Any]) -> Sequence[Any]:
        values = list(row)
        for at, close in places:
            values[at] = close(values[at], values[0])
        return values

    return map(seal, rows)


def _copy(cursor: Any, into: str, rows: Iterable[Sequence[Any]]) -> None:
    # Django does not know of COPY: without this its errors would not be Django's IntegrityError.
    with (
        connection.wrap_database_errors,
        cursor.copy(f"COPY {into} FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(row)
