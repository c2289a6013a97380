"""Comparing the rows of history with the pages of their seal."""

from collections.abc import Callable, Iterator
from datetime import date
from hashlib import sha256

from django.db import connection

from cpni import row_entries
from cpni.models import PurgedRows, Seal, SealedPage
from cpni.problems import Kind, Problem, Report
from cpni.row_entries import ENTRY, Entry, entries_of
from cpni.sealed_tables import GONE, kept_tables
from cpni.sealing import Part, parts_of

# Asked of each row that is there as it was sealed but for its encrypted columns, of which a seal
# knows only whether there is something in them. Each gets (table, keys) and gives back the keys
# whose encrypted columns do not open, with the reason.
ROW_CHECKS: list[Callable[[str, list[int]], dict[int, str]]] = []


class RowChecker:
    """Compares seal after seal with the tables, and counts in ``report`` what it looked at."""

    def __init__(self, report: Report, progress: Callable[[int], object]) -> None:
        self.report = report
        self.progress = progress
        self.tables = {table.name: table for table in kept_tables()}
        self.told: set[tuple[str, str]] = set()
        with connection.cursor() as cursor:
            there = connection.introspection.table_names(cursor)
            self.columns = {
                name: {
                    column.name
                    for column in connection.introspection.get_table_description(cursor, name)
                }
                for name in there
                if name in self.tables
            }

    def problems(self, seal: Seal) -> Iterator[Problem]:
        """What is not as ``seal`` says, in order. A broken manifest says nothing."""
        try:
            parts = parts_of(seal)
        except (ValueError, KeyError, TypeError):
            return
        if f'"form":"{row_entries.form_name()}"' not in seal.manifest:
            words = f"The seal of {seal.day} was made on another kind of database."
            yield Problem(Kind.NOT_CHECKABLE, seal.day, words)
            return
        for part in parts:
            if part.upto is not None and part.upto != part.after:
                yield from self._part(seal, part)

    def _part(self, seal: Seal, part: Part) -> Iterator[Problem]:
        name = part.form.table
        digest, rows = sha256(), 0
        for _, entries in self._sealed(seal, name):
            digest.update(entries)
            rows += len(entries) // ENTRY.size
        if (digest.hexdigest(), rows) != (part.digest, part.rows):
            words = f"What the seal of {seal.day} keeps of {name} was changed or removed."
            yield Problem(Kind.SEAL_CHANGED, seal.day, words, name)
            return
        gone = self._gone(part)
        yield from self._tell(seal.day, name, gone)
        if name not in self.columns or {part.form.key} & set(gone):
            return
        contents = not gone
        form = part.form._replace(
            record="" if part.form.record in gone else part.form.record,
            columns=part.form.columns if contents else (),
            encrypted=part.form.encrypted if contents else (),
        )
        there = row_entries.pages(form, part.after, part.upto or 0)
        for was, now in _side_by_side(self._sealed(seal, name), there):
            if was != now:
                yield from self._differences(seal.day, name, was, now, contents=contents)
            looked = len(was) // ENTRY.size
            self.report.rows += looked
            self.progress(looked)
            yield from self._closed(seal.day, part, now)

    def _sealed(self, seal: Seal, table: str) -> Iterator[tuple[int, bytes]]:
        pages = SealedPage.objects.filter(seal=seal, table=table).order_by("page")
        for page, entries in pages.values_list("page", "entries").iterator(chunk_size=50):
            yield page, bytes(entries)

    def _gone(self, part: Part) -> list[str]:
        """The columns of ``part`` that are no longer there, or not as they were; "*" for all."""
        name = part.form.table
        if name not in self.columns:
            return ["*"]
        encrypted = set(self.tables[name].encrypted)
        declared = GONE.get(name, {})
        return [
            column
            for column in (*part.form.columns, *part.form.encrypted)
            if column not in self.columns[name]
            or column in declared
            or (column in encrypted and column in part.form.columns)
        ]

    def _tell(self, day: date, table: str, gone: list[str]) -> Iterator[Problem]:
        """Say once of each column that its contents cannot be checked."""
        for column in gone:
            if (table, column) in self.told:
                continue
            self.told.add((table, column))
            what = f"The table {table}" if column == "*" else f"The column {column} of {table}"
            words = f"{what} is no longer as it was when it was sealed with {day}"
            migration = GONE.get(table, {}).get(column) or GONE.get(table, {}).get("*")
            if migration:
                self.report.remarks.append(f"{words}: migration {migration}.")
            else:
                words += ", and no migration is known to have changed it."
                yield Problem(Kind.NOT_CHECKABLE, day, words, table)

    def _differences(
        self, day: date, table: str, was: bytes, now: bytes, *, contents: bool
    ) -> Iterator[Problem]:
        """Which rows of a page are not as they were. Without ``contents``: only which are there."""
        sealed, there = entries_of(was), entries_of(now)
        purged = _purged(table, sealed.keys() - there.keys())
        for key in sorted(sealed.keys() | there.keys()):
            before, after = sealed.get(key), there.get(key)
            if before is None and after is not None:
                yield self._problem(Kind.SLIPPED_IN, day, table, after)
            elif before is not None and after is None:
                if purged.get(key) != before:
                    yield self._problem(Kind.REMOVED, day, table, before)
            elif before is not None and contents and before != after:
                yield self._problem(Kind.ALTERED, day, table, before)

    def _closed(self, day: date, part: Part, now: bytes) -> Iterator[Problem]:
        """Rows of a page whose encrypted columns do not open any more."""
        if not (ROW_CHECKS and part.form.encrypted):
            return
        there = entries_of(now)
        for check in ROW_CHECKS:
            for key, reason in sorted(check(part.form.table, list(there)).items()):
                yield self._problem(Kind.ALTERED, day, part.form.table, there[key], f" ({reason})")

    def _problem(self, kind: Kind, day: date, table: str, entry: Entry, more: str = "") -> Problem:
        words = self.tables[table].words
        record = f"{words} {entry.record}" if entry.record else ""
        of = f", history of {record}," if record else f" ({words})"
        it = "its place" if kind is Kind.SLIPPED_IN else "it"
        return Problem(
            kind,
            day,
            f"Row {entry.key} of {table}{of} was {kind} after {it} was sealed with {day}{more}.",
            table,
            entry.key,
            record,
        )


def _purged(table: str, keys: set[int]) -> dict[int, Entry]:
    """What the records of purges say of these rows of ``table``, where they say anything."""
    if not keys:
        return {}
    found: dict[int, Entry] = {}
    pages = PurgedRows.objects.filter(
        table=table, first_key__lte=max(keys), last_key__gte=min(keys)
    )
    for page in pages:
        entries = bytes(page.entries)
        if sha256(entries).hexdigest() == page.digest:
            found.update(entries_of(entries))
    return found


def _side_by_side(
    sealed: Iterator[tuple[int, bytes]], there: Iterator[tuple[int, bytes]]
) -> Iterator[tuple[bytes, bytes]]:
    """Both sides' pages with the same number together; b"" where a side has none."""
    waiting = {0: next(sealed, None), 1: next(there, None)}
    while waiting[0] or waiting[1]:
        page = min(side[0] for side in waiting.values() if side)
        pair = [b"", b""]
        for place, pages in ((0, sealed), (1, there)):
            side = waiting[place]
            if side and side[0] == page:
                pair[place], waiting[place] = side[1], next(pages, None)
        yield pair[0], pair[1]
