"""Importing customers from the billing system: upsert by account number, in chunks.

Every chunk is one transaction with its history and its place in the file, so an import that is
killed can be run again: what was written is found unchanged. What a customer objected to lives one
floor up and is not touched by any import.
"""

import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from pathlib import Path
from typing import TypeVar

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.fields import visible
from accounts.import_csv import (
    ErrorsFile,
    FileRow,
    digest,
    ignored,
    lines_of,
    read_header,
    read_rows,
)
from accounts.import_rows import CheckedRow, Problem, check_row, own_text
from accounts.import_writing import Written, write_rows
from accounts.models import (
    AccountChange,
    ContactPoint,
    Customer,
    ImportBatch,
    ImportProblem,
    Service,
    User,
)
from accounts.permissions import require
from accounts.planner import refresh_statistics

T = TypeVar("T")

PERMISSION = "accounts.import_customer"
CHUNK = 5_000  # rows of the file in one transaction
SHOWN = 20  # problems that a summary carries in full


@dataclass
class Summary:
    """What an import did, or with a dry run would do, in rows of the file."""

    rows: int = 0
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    # Consequences that an officer wants to know of before a file is imported.
    effects: Counter[str] = field(default_factory=Counter)
    ignored_columns: list[str] = field(default_factory=list)
    problems: list[tuple[int, Problem]] = field(default_factory=list)  # the first of them, by line
    errors_file: Path | None = None

    def add(self, written: Iterable[Written], refused: dict[int, list[Problem]]) -> None:
        """Count the rows of a chunk: those that were written, and the ``refused`` by line."""
        for one in written:
            if one.problem is None:
                setattr(self, one.what, getattr(self, one.what) + 1)
                self.effects.update(one.effects)
                self.rows += 1
        self.refused += len(refused)
        self.rows += len(refused)
        room = SHOWN - len(self.problems)
        self.problems += [(n, p) for n in sorted(refused) for p in refused[n]][: max(room, 0)]


class Check:
    """The check of the rows of one file, also against each other."""

    def __init__(self, *, today: date) -> None:
        self.today = today
        self.line_of: dict[str, int] = {}  # by account number; 0.2 GB for a million

    def __call__(
        self, cells: dict[str, str], line: int, problem: Problem | None = None
    ) -> CheckedRow | list[Problem]:
        """The checked row, or everything that is wrong with it."""
        if problem:
            return [problem]
        checked = check_row(cells, line=line, today=self.today)
        number = own_text(cells.get("account_number"))
        first = self.line_of.setdefault(number, line)
        if isinstance(checked, CheckedRow) and first != line:
            return [
                Problem(
                    "account_number", f"Row {first} has the same. Keep one of them, with all of it."
                )
            ]
        return checked


def import_file(
    path: Path,
    *,
    today: date,
    by: User | None,
    because: str,
    dry_run: bool = False,
    progress: Callable[[int], object] | None = None,
) -> Summary:
    """Import the CSV file at ``path`` (its columns: ``accounts.import_rows``).

    1. The whole file is refused (Refused), and nothing written, when it is not text in UTF-8 or its
       header lacks a column.
    2. Rows are checked one by one. A bad row is written, with its problems, to an errors file
       beside the input (``NAME.errors.csv``); mended, that file can be imported as it is.
    3. Good rows are written in chunks.

    A dry run does the same in transactions that are rolled back, and writes no file. ``today`` is
    the carrier's civil day; ``progress`` is told the bytes read so far. The file is never in memory
    as a whole. Raises NotAllowed as well.
    """
    require(by, PERMISSION)
    summary, check = Summary(), Check(today=today)
    batch = ImportBatch(
        # A name on a disk is bytes; one that is no text could not be stored.
        file_name=visible(path.name)[:255],
        digest=digest(path),
        started_at=timezone.now(),
        by=by,
        because=because[:200],
    )
    with ExitStack() as stack:
        raw = stack.enter_context(path.open("rb"))
        text = stack.enter_context(io.TextIOWrapper(raw, encoding="utf-8-sig", newline=""))
        rows = read_rows(lines_of(text))
        first = next(rows, None)
        header = read_header(first.cells if first else [])
        summary.ignored_columns = ignored(header)
        if not dry_run:
            batch.save()
        errors = ErrorsFile(stack, path, header)

        def checked_chunks() -> Iterator[tuple[_Chunk, int]]:
            while chunk := list(islice(rows, CHUNK)):
                yield _Chunk(chunk, header, check), raw.tell()

        for chunk, read in _one_ahead(checked_chunks()):
            refused = dict(chunk.refused)
            with transaction.atomic():
                written = _write(chunk.good, on=today, by=by, because=because)
                refused.update({w.row.line: [w.problem] for w in written if w.problem})
                summary.add(written, refused)
                if dry_run:
                    transaction.set_rollback(True)
                else:
                    for row in chunk.rows:
                        if row.line in refused:
                            errors.write(row.cells, refused[row.line])
                    errors.flush()
                    save_batch(batch, summary, refused)
            if progress:
                progress(read)
    if not dry_run:
        refresh_statistics(Customer, ContactPoint, Service)
        batch.finished_at = timezone.now()
        batch.save()
    summary.errors_file = errors.finish()
    return summary


def save_batch(batch: ImportBatch, summary: Summary, refused: dict[int, list[Problem]]) -> None:
    """Record how far an import has come, and the rows that were ``refused`` on the way, by line."""
    for name in ("rows", "created", "changed", "unchanged", "refused"):
        setattr(batch, name, getattr(summary, name))
    batch.save()
    ImportProblem.objects.bulk_create(
        ImportProblem(batch=batch, row=line, field=p.field, message=p.message[:300])
        for line, problems in sorted(refused.items())
        for p in problems
    )


def upsert(
    cells: Mapping[str, str], *, today: date, by: User | None, because: str
) -> Written | list[Problem]:
    """Add or change one customer that another system sends, as a row of a file would.

    ``cells`` by the columns of ``accounts.import_rows``, ``today`` the carrier's civil day. Returns
    what became of it, or everything that is wrong with it; then nothing was written.
    """
    require(by, PERMISSION)
    checked = check_row(cells, line=1, today=today)
    if not isinstance(checked, CheckedRow):
        return checked
    with transaction.atomic():
        route = AccountChange.Route.API
        (written,) = _write([checked], on=today, by=by, because=because, route=route)
    return [written.problem] if written.problem else written


def _write(
    rows: Sequence[CheckedRow],
    *,
    on: date,
    by: User | None,
    because: str,
    route: str = AccountChange.Route.IMPORT,
) -> list[Written]:
    try:
        with transaction.atomic():
            return write_rows(rows, on=on, by=by, because=because, route=route)
    except IntegrityError:
        # Another import has added the same customers at this moment: now they are known.
        return write_rows(rows, on=on, by=by, because=because, route=route)


class _Chunk:
    """Rows of the file, checked: those that are good, and by line what is wrong with the others."""

    def __init__(self, rows: Sequence[FileRow], header: Sequence[str], check: Check) -> None:
        self.rows = rows
        self.good: list[CheckedRow] = []
        self.refused: dict[int, list[Problem]] = {}
        for row in rows:
            checked = check(dict(zip(header, row.cells, strict=False)), row.line, row.problem)
            if isinstance(checked, CheckedRow):
                self.good.append(checked)
            else:
                self.refused[row.line] = checked


def _one_ahead(made: Iterator[T]) -> Iterator[T]:
    """What ``made`` yields, with the next one being made in a thread while one is used.

    Half of an import's time the database works and we wait: the next rows are checked meanwhile.
    Checks touch no database, so the thread has no connection.
    """
    with ThreadPoolExecutor(max_workers=1) as thread:
        coming = thread.submit(next, made, None)
        while (one := coming.result()) is not None:
            coming = thread.submit(next, made, None)
            yield one
