"""Sealing history: one seal for each day, chained to the day before.

Days are UTC days: history is recorded in UTC instants, a UTC day has always 24 hours, and the
carrier's own zone may be changed by an edit of the carrier's record, which must not move a day.

A seal covers, of each table, the rows with keys above those that the seal before covered. Keys and
not hours say where a day ends, because a transaction may be committed long after the hour that its
rows carry. For that, no row may come later below the mark: see :func:`marks_now`.
"""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any

from django.db import OperationalError, connection, transaction

from accounts.errors import Refused
from cpni import row_entries
from cpni.models import Seal, SealedPage
from cpni.row_entries import ENTRY, Form
from cpni.sealed_tables import SealedTable, sealed_tables

BEGINNING = "0" * 64  # what the first seal is chained to
PATIENCE = 30  # attempts, a second each, to find a table nobody is writing to
PAGES_A_STATEMENT = 50

Marks = dict[str, int | None]


@dataclass(frozen=True)
class Part:
    """What a seal says of one table: how it was read, which keys it covers, how many rows, digest.

    ``after`` and ``upto`` are None as long as the table has never had a row.
    """

    form: Form
    after: int | None
    upto: int | None
    rows: int
    digest: str

    def as_json(self) -> dict[str, Any]:
        """For the manifest."""
        form = self.form
        return {
            "key": form.key,
            "record": form.record,
            "columns": list(form.columns),
            "encrypted": list(form.encrypted),
            "after": self.after,
            "upto": self.upto,
            "rows": self.rows,
            "digest": self.digest,
        }


def parts_of(seal: Seal) -> list[Part]:
    """What ``seal`` says of each table, by their names. Raises ValueError, KeyError or TypeError
    when its manifest is none."""
    found = []
    for name, part in sorted(json.loads(seal.manifest)["tables"].items()):
        form = Form(
            name, part["key"], part["record"], tuple(part["columns"]), tuple(part["encrypted"])
        )
        found.append(Part(form, part["after"], part["upto"], part["rows"], part["digest"]))
    return found


def chained(previous: str, manifest: str) -> str:
    """The digest of a seal: SHA-256 of the digest before it and of its own manifest, in hex."""
    return sha256(f"{previous}\n{manifest}".encode()).hexdigest()


def days_due(at: datetime) -> list[date]:
    """The UTC days that have ended by ``at`` and have no seal; the chain begins with the latest."""
    last = Seal.objects.order_by("-number").values_list("day", flat=True).first()
    yesterday = at.astimezone(UTC).date() - timedelta(days=1)
    first = last + timedelta(days=1) if last else yesterday
    return [first + timedelta(days=n) for n in range((yesterday - first).days + 1)]


def seal_due(*, at: datetime) -> list[Seal]:
    """Seal each day that is due at the instant ``at``, oldest first. Returns the new seals.

    1. Take the mark of every table: the highest key below which nothing can come any more.
    2. For each day that was missed: seal what is dated before the day's end. For the latest: seal
       everything up to the marks. A day without rows has a seal too, so that none can be missing.

    It can run twice, late, or at once with another: each day is sealed once. Raises Refused when a
    table is being written to all the time; nothing is lost, the next run seals it.
    """
    due = days_due(at)
    if not due:
        return []
    tables = sealed_tables()
    marks = marks_now(tables)
    made = [_seal(day, tables, _marks_of_day(day, tables, marks), at) for day in due[:-1]]
    made.append(_seal(due[-1], tables, marks, at))
    return [seal for seal in made if seal]


def marks_now(tables: list[SealedTable]) -> Marks:
    """For each table the highest key, below which no row can come any more that is not there.

    On PostgreSQL a writer takes its keys before it commits. SHARE waits until no transaction has
    anything uncommitted in the table and keeps new ones out for the instant of one look; whoever
    waits for that has not taken a key yet, as INSERT locks the table first. One table at a time:
    whoever holds two locks may wait for someone who waits for him. SQLite has one writer at a time,
    so what is committed is all there is below the highest key.
    """
    return {table.name: _mark(table) for table in tables}


def _mark(table: SealedTable) -> int | None:
    name, key = connection.ops.quote_name(table.name), connection.ops.quote_name(table.key)

    def highest(cursor: Any) -> int | None:
        cursor.execute(f"SELECT MAX({key}) FROM {name}")
        return cursor.fetchone()[0]

    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            return highest(cursor)
    for _ in range(PATIENCE):
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                # Others queue behind us while we wait, so do not wait long.
                cursor.execute("SET LOCAL lock_timeout = '1s'")
                cursor.execute(f"LOCK TABLE {name} IN SHARE MODE")
                # What else a caller's transaction locks is waited for as ever.
                cursor.execute("SET LOCAL lock_timeout TO DEFAULT")
                return highest(cursor)
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", "") != "55P03":  # lock_not_available
                raise
            time.sleep(0.2)
    raise Refused(
        f"{table.name} is being written to all the time, so its history cannot be sealed now.",
        "Nothing is lost: it is sealed as soon as there is a pause.",
    )


def _marks_of_day(day: date, tables: list[SealedTable], marks: Marks) -> Marks:
    """The marks at the end of ``day``: below the first row that is dated later.

    What has no date, and what was dated ahead of its time, waits for the latest day.
    """
    midnight = datetime.combine(day + timedelta(days=1), datetime.min.time(), UTC)
    sealed = _sealed_marks(Seal.objects.order_by("-number").first())
    found: Marks = {}
    for table in tables:
        highest = marks[table.name]
        if not table.dated or highest is None:
            continue
        key = connection.ops.quote_name(table.key)
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT MIN({key}) FROM {connection.ops.quote_name(table.name)}"
                f" WHERE {connection.ops.quote_name(table.dated)} >= %s AND {key} > %s",
                [
                    connection.ops.adapt_datetimefield_value(midnight),
                    sealed.get(table.name) or 0,
                ],
            )
            (later,) = cursor.fetchone()
        found[table.name] = highest if later is None else min(highest, later - 1)
    return found


def _sealed_marks(seal: Seal | None) -> Marks:
    """Up to which key each table was sealed when ``seal`` was made."""
    return {part.form.table: part.upto for part in parts_of(seal)} if seal else {}


def _seal(day: date, tables: list[SealedTable], marks: Marks, at: datetime) -> Seal | None:
    """Make the seal of ``day``; None when somebody else has."""
    if connection.vendor == "sqlite":
        # Read first, write then: the only writer's place is not held while a million rows are read.
        before = Seal.objects.order_by("-number").first()
        read = [(part, list(part_pages)) for part, part_pages in _parts(before, tables, marks)]
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("LOCK TABLE cpni_seal IN SHARE ROW EXCLUSIVE MODE")
        last = Seal.objects.order_by("-number").first()
        if last and last.day >= day:
            return None
        if connection.vendor == "sqlite":
            if last != before:
                return None  # another is sealing: what is left is due at the next run
            parts: Any = read
        else:
            parts = _parts(last, tables, marks)
        number = last.number + 1 if last else 1
        written = [_write(number, part, part_pages) for part, part_pages in parts]
        rows = sum(part.rows for part in written)
        manifest = json.dumps(
            {
                "number": number,
                "day": day.isoformat(),
                "sealed_at": at.astimezone(UTC).isoformat(),
                "form": row_entries.form_name(),
                "rows": rows,
                "tables": {part.form.table: part.as_json() for part in written},
            },
            sort_keys=True,
            separators=(",", ":"),
        )
        previous = last.digest if last else BEGINNING
        return Seal.objects.create(
            number=number,
            day=day,
            sealed_at=at,
            rows=rows,
            manifest=manifest,
            previous=previous,
            digest=chained(previous, manifest),
        )


def _parts(
    before: Seal | None, tables: list[SealedTable], marks: Marks
) -> Iterator[tuple[Part, Iterator[tuple[int, bytes]]]]:
    """For each table what is to be sealed, not counted yet, and the pages that have it."""
    sealed = _sealed_marks(before)
    for table in tables:
        after, upto = sealed.get(table.name), marks.get(table.name)
        if upto is None or (after is not None and upto < after):
            upto = after
        form = Form(table.name, table.key, table.record, table.columns, table.encrypted)
        nothing = upto is None or upto == after
        pages = iter(()) if nothing else row_entries.pages(form, after, upto or 0)
        yield Part(form, after, upto, 0, ""), pages


def _write(number: int, part: Part, pages: Any) -> Part:
    """Write the pages of one table. Returns ``part`` with count and digest."""
    rows, digest, waiting = 0, sha256(), []
    for page, entries in pages:
        rows += len(entries) // ENTRY.size
        digest.update(entries)
        waiting.append(
            SealedPage(seal_id=number, table=part.form.table, page=page, entries=entries)
        )
        if len(waiting) == PAGES_A_STATEMENT:
            SealedPage.objects.bulk_create(waiting)
            waiting = []
    SealedPage.objects.bulk_create(waiting)
    return Part(part.form, part.after, part.upto, rows, digest.hexdigest())
