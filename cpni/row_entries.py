"""What is in history rows, as 32 bytes each: read from the tables, a page at a time.

An entry is the row's key (8 bytes), its record's key (8 bytes, 0 when there is none) and the first
16 bytes of the SHA-256 of its columns, written out so that no two contents read the same: on
PostgreSQL as ``ROW(…)::text``, on SQLite as Python's ``ascii()`` of the tuple. Measured on two
cores: a million rows in 8 seconds on either.
"""

import struct
from collections.abc import Iterator
from hashlib import sha256
from itertools import groupby
from typing import Any, NamedTuple

from django.db import connection, transaction

ENTRY = struct.Struct(">qq16s")
PAGE_BITS = 13  # a page is 8,192 keys
PAGES_AT_ONCE = 64  # in one statement: 16 MB of entries
# How text forms of values depend on the session, taken out of it.
PLAIN_SESSION = (
    "SET LOCAL timezone = 'UTC'; SET LOCAL datestyle = 'ISO, MDY';"
    " SET LOCAL intervalstyle = 'iso_8601'; SET LOCAL extra_float_digits = 1;"
    " SET LOCAL bytea_output = 'hex'"
)


class Form(NamedTuple):
    """What of which table is read: names as the database has them."""

    table: str
    key: str
    record: str
    columns: tuple[str, ...]
    encrypted: tuple[str, ...]


class Entry(NamedTuple):
    """One row: its key, its record's key (0: none), the digest of what is in it."""

    key: int
    record: int
    digest: bytes


def form_name() -> str:
    """The name of the way in which rows are written out here; it is kept with each seal."""
    return f"{connection.vendor} 1"


def pages(form: Form, after: int | None, upto: int) -> Iterator[tuple[int, bytes]]:
    """Entries of the rows with ``after < key <= upto``, as (page, entries), pages rising.

    ``after`` None: from the lowest key. A page without rows is left out.
    """
    low = after
    while (first := _next_key(form, low, upto)) is not None:
        low = min(upto, (((first >> PAGE_BITS) + PAGES_AT_ONCE) << PAGE_BITS) - 1)
        if connection.vendor == "postgresql":
            yield from _postgresql_pages(form, first, low)
        else:
            yield from _sqlite_pages(form, first, low)
        if low == upto:
            return


def entries_of(page: bytes) -> dict[int, Entry]:
    """The entries of a page by their keys. Raises struct.error when it is no page."""
    return {entry[0]: Entry(*entry) for entry in ENTRY.iter_unpack(page)}


def packed(entries: list[Entry]) -> bytes:
    """The entries as a page has them."""
    return b"".join(ENTRY.pack(*entry) for entry in entries)


def _next_key(form: Form, low: int | None, upto: int) -> int | None:
    key = _quoted(form.key)
    above = "" if low is None else f"{key} > {int(low)} AND "
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT MIN({key}) FROM {_quoted(form.table)} WHERE {above}{key} <= {int(upto)}"
        )
        (first,) = cursor.fetchone()
    return first


def _postgresql_pages(form: Form, low: int, high: int) -> Iterator[tuple[int, bytes]]:
    key = _quoted(form.key)
    record = f"coalesce({_quoted(form.record)}::bigint, 0)" if form.record else "0::bigint"
    content = ", ".join(
        [_quoted(c) for c in form.columns] + [f"{_quoted(c)} IS NULL" for c in form.encrypted]
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(PLAIN_SESSION)
        cursor.execute(
            f"SELECT {key} >> {PAGE_BITS}, string_agg(int8send({key}) || int8send({record})"
            f" || substring(sha256(convert_to(ROW({content})::text, 'UTF8')) FROM 1 FOR 16),"
            f" ''::bytea ORDER BY {key}) FROM {_quoted(form.table)}"
            f" WHERE {key} BETWEEN {int(low)} AND {int(high)} GROUP BY 1 ORDER BY 1"
        )
        found = cursor.fetchall()
    for page, entries in found:
        yield page, bytes(entries)


def _sqlite_pages(form: Form, low: int, high: int) -> Iterator[tuple[int, bytes]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pragma_function_list WHERE name = 'cpni_digest'")
        # Once for each connection: SQLite replaces no function while a query is being read.
        if cursor.fetchone() is None:
            connection.connection.create_function("cpni_digest", -1, _digest, deterministic=True)
    key, record = _quoted(form.key), _quoted(form.record) if form.record else "0"
    content = ", ".join(
        [_quoted(c) for c in form.columns] + [f"{_quoted(c)} IS NULL" for c in form.encrypted]
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {key}, coalesce({record}, 0), cpni_digest({content})"
            f" FROM {_quoted(form.table)}"
            f" WHERE {key} BETWEEN {int(low)} AND {int(high)} ORDER BY {key}"
        )
        for page, rows in groupby(iter(cursor.fetchone, None), lambda row: row[0] >> PAGE_BITS):
            yield page, b"".join(ENTRY.pack(*row) for row in rows)


def _digest(*values: Any) -> bytes:
    return sha256(ascii(values).encode()).digest()[:16]


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
