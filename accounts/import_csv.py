"""The file of an import as rows: read one by one, and the bad ones written to a file to be mended.

A row is one line. A cell that runs over several lines is refused with its row, for a quotation mark
that is not closed makes the next rows part of a cell: read in the usual way they would be lost
without a word. To take every line for a row would be as wrong: a customer could then put a line
break and somebody else's row into a name.
"""

import codecs
import csv
import glob
import hashlib
import os
import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO

from accounts.errors import Refused
from accounts.import_rows import COLUMNS, REQUIRED, Problem
from accounts.spreadsheets import Table, unguarded

PROBLEM_COLUMNS = ("problem_column", "problem")  # of an errors file; left out when it is imported
BLOCK = 1 << 20  # bytes read at once
LOOK_AHEAD = 100  # lines among which a quotation mark may be closed
LONGEST_LINE = 100_000  # characters; a billing system writes some hundred
KEPT_OF_IT = 1_000  # of a longer one, in the errors file
LINE_BREAK = "A cell of it runs over several lines. Put the row on one line."
NOT_CLOSED = "A quotation mark in it is not closed. Close it; within a cell, write it twice."
TOO_LONG = f"Its line has more than {LONGEST_LINE:,} characters. Shorten it."
TOO_MANY = "It has more cells than the header. Put cells that hold a comma in quotation marks."


@dataclass(frozen=True, slots=True)
class FileRow:
    """One row: the number of its line (the header is 1), its cells, what is wrong with the line."""

    line: int
    cells: list[str]
    problem: Problem | None = None


def digest(path: Path) -> str:
    """The SHA-256 of the file at ``path``. Raises Refused, naming the line, if it is not UTF-8."""
    found, decoder, lines = hashlib.sha256(), codecs.getincrementaldecoder("utf-8")(), 0
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            found.update(block)
            try:
                decoder.decode(block)
            except UnicodeDecodeError as error:
                # The decoder counts from what it had left over from the block before.
                before = error.object[: error.start].count(b"\n")
                raise Refused(
                    f"Line {lines + before + 1} is not text in UTF-8, so nothing was imported.",
                    "Save the file as “CSV UTF-8” and import it again.",
                ) from error
            lines += block.count(b"\n")
    return found.hexdigest()


def read_header(names: Sequence[str], *, required: Sequence[str] = REQUIRED) -> list[str]:
    """The names of the columns in their normal form.

    Raises Refused when a required one is missing or one stands there twice.
    """
    header = [name.strip().lower().replace(" ", "_") for name in names]
    missing = [name for name in required if name not in header]
    if missing:
        raise Refused(
            f"The header has no column {', '.join(missing)}.",
            f"The first line must name the columns, with commas between: {', '.join(COLUMNS)}.",
        )
    twice = sorted({name for name in header if name and header.count(name) > 1})
    if twice:
        raise Refused(f"The header names a column twice: {', '.join(twice)}.", "Remove one.")
    return header


def ignored(header: Sequence[str]) -> list[str]:
    """The columns of ``header`` that an import does not know."""
    return [name for name in header if name and name not in (*COLUMNS, *PROBLEM_COLUMNS)]


def lines_of(file: IO[str]) -> Iterator[str]:
    """The lines of ``file``; of one that is too long only its beginning.

    Otherwise a file without line ends would be in memory as a whole.
    """
    while text := file.readline(LONGEST_LINE + 1):
        more = text
        while len(more) > LONGEST_LINE and not more.endswith(("\n", "\r")):
            more = file.readline(LONGEST_LINE + 1)
        yield text


def read_rows(lines: Iterable[str]) -> Iterator[FileRow]:
    """The rows of a file that was opened with ``newline=""``, the header first; none if empty.

    Lines with nothing in them are left out.
    """
    coming, ahead, width = enumerate(lines, start=1), deque[tuple[int, str]](), 0
    while taken := ahead.popleft() if ahead else next(coming, None):
        number, text = taken
        if len(text) > LONGEST_LINE:
            yield FileRow(number, [text[:KEPT_OF_IT]], Problem("row", TOO_LONG))
            continue
        problem = None
        try:
            cells = next(csv.reader((text,), strict=True), [])
        except csv.Error:
            ahead.extend(islice(coming, LOOK_AHEAD - len(ahead)))
            cells, used = _over_lines([text, *(t for _, t in ahead)], width)
            for _ in range(used - 1):
                ahead.popleft()
            problem = Problem("row", LINE_BREAK if used > 1 else NOT_CLOSED)
        if not any(cell.strip() for cell in cells):
            continue
        width = width or len(cells)
        if problem is None and len(cells) > width:
            problem = Problem("row", TOO_MANY)
        yield FileRow(number, cells, problem)


def _over_lines(texts: list[str], width: int) -> tuple[list[str], int]:
    """The cells of a row that is not complete in its first line, and of how many lines it is made.

    One line if the following ones do not complete it: then its quotation marks are wrong.
    """
    reader = csv.reader(texts, strict=True)
    try:
        cells = next(reader)
    except csv.Error:
        cells = []
    if len(cells) != width:
        return texts[0].rstrip("\r\n").split(","), 1
    return cells, reader.line_num


class ErrorsFile:
    """The refused rows beside the input, with what is wrong with each: opened with the first.

    The problems stand before the row's own cells, so that a row with too many keeps them all. Only
    its owner may read the file: it holds what the input holds.
    """

    def __init__(self, stack: ExitStack, source: Path, header: Sequence[str]) -> None:
        self.stack, self.source = stack, source
        self.columns = list(header)
        self.path: Path | None = None
        self.file: IO[str] | None = None
        self.table: Table | None = None

    def write(self, cells: Sequence[str], problems: Sequence[Problem]) -> None:
        """Add a row with its problems. Raises Refused when the file cannot be written."""
        if self.table is None:
            try:
                self.path, self.file = _create(self.source)
            except OSError as error:
                raise Refused(
                    f"Some rows are refused, but no file for them can be written to"
                    f" {self.source.parent}.",
                    "Copy the file to a folder that can be written to, and import it from there.",
                ) from error
            self.stack.enter_context(self.file)
            self.table = Table(self.file)
            self.table.row([*PROBLEM_COLUMNS, *self._own(self.columns)])
        what = [", ".join(p.field for p in problems), " ".join(p.message for p in problems)]
        self.table.row([*what, *map(as_imported, self._own(cells))])

    def finish(self) -> Path | None:
        """Close it. Returns where the refused rows are, None if there are none.

        An earlier file that says just the same stays instead, lest a file that is imported each
        night leave one more copy of the same customers each night.
        """
        if self.path is None or self.file is None:
            return None
        self.file.close()
        says = self.path.read_bytes()
        for earlier in sorted(self.path.parent.glob(f"{glob.escape(_stem(self.source))}.errors*")):
            if earlier != self.path and earlier.read_bytes() == says:
                self.path.unlink()
                return earlier
        return self.path

    def flush(self) -> None:
        """Hand what was written to the system, so that it outlives a kill."""
        if self.file is not None:
            self.file.flush()

    def _own(self, cells: Sequence[str]) -> list[str]:
        """``cells`` without the problems of an earlier errors file."""
        known = zip(cells, self.columns, strict=False)
        own = [cell for cell, name in known if name not in PROBLEM_COLUMNS]
        return own + list(cells[len(self.columns) :])


def as_imported(cell: str) -> str:
    """``cell`` of the input so that, guarded once more, it is read as it was the first time.

    What was guarded already would get a second apostrophe, and that would count as the customer's.
    """
    return unguarded(cell.lstrip("\t\r\n"))


def _create(source: Path) -> tuple[Path, IO[str]]:
    """A new errors file for ``source``; one that is there may be half mended and is kept."""
    number = 1
    while True:
        path = source.with_name(f"{_stem(source)}.errors{'' if number == 1 else f'-{number}'}.csv")
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            number += 1
            continue
        return path, os.fdopen(handle, "w", encoding="utf-8", newline="")


def _stem(source: Path) -> str:
    """The name of the billing system's file, also for a file that was mended."""
    return re.sub(r"\.errors(-\d+)?$", "", source.stem)
