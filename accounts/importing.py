"""Importing customers from the billing system: upsert by account number, in chunks.

Every chunk is one transaction with its history and its place in the file, so an import that is
killed can be run again: what was written is found unchanged. What a customer objected to lives one
floor up and is not touched by any import.
"""

import csv
import hashlib
import io
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from pathlib import Path
from typing import IO

from django.db import transaction
from django.utils import timezone

from accounts.errors import Refused
from accounts.import_rows import COLUMNS, REQUIRED, CheckedRow, Problem, check_row
from accounts.import_writing import Written, write_rows
from accounts.models import ImportBatch, ImportProblem, User

CHUNK = 5_000  # rows of the file in one transaction
PROBLEM_COLUMNS = ("problem_column", "problem")


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
    errors_file: Path | None = None

    def add(self, written: "Written") -> None:
        """Count one row."""
        setattr(self, written.what, getattr(self, written.what) + 1)
        self.effects.update(written.effects)


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

    1. The header is checked; the whole file is refused (Refused) when it is not such a file.
    2. Rows are checked one by one. A bad row is written, with its problems, to an errors file
       beside the input (``NAME.errors.csv``); mended, that file can be imported as it is.
    3. Good rows are written in chunks.

    A dry run does the same in transactions that are rolled back, and writes no file. ``today`` is
    the carrier's civil day; ``progress`` is told the bytes read so far. The file is never in memory
    as a whole.
    """
    summary = Summary()
    at = timezone.now()
    batch = ImportBatch(
        file_name=path.name, digest=_digest(path), started_at=at, by=by, because=because[:200]
    )
    errors_path = path.with_suffix(".errors.csv")
    with ExitStack() as stack:
        raw = stack.enter_context(path.open("rb"))
        reader = csv.DictReader(io.TextIOWrapper(raw, encoding="utf-8-sig", newline=""))
        summary.ignored_columns = _check_header(reader)
        if not dry_run:
            batch.save()
        errors = _Errors(stack, errors_path, reader.fieldnames or (), dry_run=dry_run)
        seen: set[str] = set()
        for chunk in _chunks(reader):
            good: list[CheckedRow] = []
            cells_of: dict[int, Mapping[str, str | None]] = {}
            problems: list[tuple[int, Problem]] = []
            for line, cells in chunk:
                checked = _check(cells, line, seen, today)
                if isinstance(checked, CheckedRow):
                    good.append(checked)
                    cells_of[line] = cells
                else:
                    errors.write(cells, checked)
                    problems += [(line, p) for p in checked]
                    summary.refused += 1
            with transaction.atomic():
                for written in write_rows(good, on=today, by=by, because=because):
                    summary.add(written)
                    if written.problem:
                        errors.write(cells_of[written.row.line], [written.problem])
                        problems.append((written.row.line, written.problem))
                summary.rows += len(chunk)
                if dry_run:
                    transaction.set_rollback(True)
                else:
                    _save_batch(batch, summary, problems)
            if progress:
                progress(raw.tell())
    if not dry_run:
        batch.finished_at = timezone.now()
        batch.save()
    summary.errors_file = errors.path_if_written()
    return summary


def _check(
    cells: Mapping[str, str | None], line: int, seen: set[str], today: date
) -> CheckedRow | list[Problem]:
    """One row, also against the rows before it."""
    if None in cells:
        return [Problem("row", "It has more cells than the header. Quote cells that hold a comma.")]
    checked = check_row(cells, line=line, today=today)
    if isinstance(checked, CheckedRow):
        if checked.account_number in seen:
            return [Problem("account_number", "It stands in this file twice. Remove one row.")]
        seen.add(checked.account_number)
    return checked


def _check_header(reader: "csv.DictReader[str]") -> list[str]:
    """Bring the header to its normal form. Returns the columns that are ignored."""
    try:
        names = [(name or "").strip().lower() for name in reader.fieldnames or ()]
    except (UnicodeDecodeError, csv.Error) as error:
        raise Refused("The file is not CSV text in UTF-8.", "Save it as “CSV UTF-8”.") from error
    missing = [name for name in REQUIRED if name not in names]
    if missing:
        raise Refused(
            f"The header has no column {', '.join(missing)}.",
            f"The first line must name the columns; known ones are: {', '.join(COLUMNS)}.",
        )
    if len(set(names)) < len(names):
        raise Refused("The header names a column twice.", "Remove one of them.")
    reader.fieldnames = names
    return [n for n in names if n not in COLUMNS and n not in PROBLEM_COLUMNS]


def _chunks(
    reader: "csv.DictReader[str]",
) -> Iterator[Sequence[tuple[int, Mapping[str, str | None]]]]:
    """The rows with the numbers of their lines, the header being line 1."""
    numbered = ((reader.line_num, cells) for cells in reader)
    try:
        while chunk := list(islice(numbered, CHUNK)):
            yield chunk
    except (UnicodeDecodeError, csv.Error) as error:
        raise Refused(
            f"After line {reader.line_num} the file is not CSV text in UTF-8. What stood before it"
            " may be imported already.",
            "Save it as “CSV UTF-8” and import it again: rows that are there stay unchanged.",
        ) from error


class _Errors:
    """The errors file: opened with the first bad row."""

    def __init__(
        self, stack: ExitStack, path: Path, columns: Sequence[str], *, dry_run: bool
    ) -> None:
        self.stack, self.path, self.dry_run = stack, path, dry_run
        self.columns = [*(c for c in columns if c not in PROBLEM_COLUMNS), *PROBLEM_COLUMNS]
        self.writer: csv.DictWriter[str] | None = None

    def write(self, cells: Mapping[str, str | None], problems: Sequence[Problem]) -> None:
        """Add a row with its problems."""
        if self.dry_run:
            return
        if self.writer is None:
            file: IO[str] = self.stack.enter_context(
                self.path.open("w", encoding="utf-8", newline="")
            )
            self.writer = csv.DictWriter(file, self.columns, extrasaction="ignore")
            self.writer.writeheader()
        self.writer.writerow(
            {
                **{k: v for k, v in cells.items() if k is not None},
                "problem_column": ", ".join(p.field for p in problems),
                "problem": " ".join(p.message for p in problems),
            }
        )

    def path_if_written(self) -> Path | None:
        """Where it is, or None when every row was good."""
        return self.path if self.writer else None


def _save_batch(
    batch: ImportBatch, summary: Summary, problems: Sequence[tuple[int, Problem]]
) -> None:
    for name in ("rows", "created", "changed", "unchanged", "refused"):
        setattr(batch, name, getattr(summary, name))
    batch.save()
    ImportProblem.objects.bulk_create(
        ImportProblem(batch=batch, row=line, field=p.field, message=p.message[:300])
        for line, p in problems
    )


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
