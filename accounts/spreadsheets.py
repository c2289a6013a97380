"""Tables that leave the desk as CSV: the one writer, which leaves spreadsheets nothing to compute.

Pure. A cell that begins like a formula is text to us and code to a spreadsheet (OWASP, "CSV
injection"), so an apostrophe is put before it. :func:`unguarded` takes exactly that one away again:
``unguarded(guarded(text)) == text`` for every text, an apostrophe of the customer's own included.
"""

import csv
import re
from collections.abc import Iterable
from typing import Any, Protocol

# Also in the wide forms that keyboards for Chinese and Japanese write.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# What a cell begins with that must be looked at: of a million cells all but a few begin otherwise.
_LOOKED_AT = frozenset((*FORMULA, "'"))
_WRITTEN_GUARDED = re.compile(f"'+[{re.escape(''.join(FORMULA))}]")


class Sink(Protocol):
    """What lines are written to."""

    def write(self, text: str, /) -> object:
        """Take one line."""


class _Line:
    """A sink that hands the line back: ``csv`` returns what ``write`` returned."""

    def write(self, text: str, /) -> str:
        return text


class Table:
    """Rows written to ``file`` (text, opened with ``newline=""``), each cell guarded."""

    def __init__(self, file: Sink) -> None:
        self._writer = csv.writer(file)

    def row(self, cells: Iterable[object]) -> None:
        """Write one row; None becomes an empty cell."""
        self._writer.writerow([guarded("" if cell is None else str(cell)) for cell in cells])


def line(cells: Iterable[object]) -> str:
    """One row as a line of CSV with its end, each cell guarded: for a file that is streamed."""
    written: Any = csv.writer(_Line()).writerow([guarded(str(cell)) for cell in cells])
    return str(written)


def guarded(cell: str) -> str:
    """``cell`` so that a spreadsheet shows it as text, whatever a customer put there."""
    if cell[:1] not in _LOOKED_AT:
        return cell
    # One that looks guarded gets another: reading it takes away ours, not the customer's.
    return f"'{cell}" if cell.startswith(FORMULA) or _WRITTEN_GUARDED.match(cell) else cell


def unguarded(cell: str) -> str:
    """What ``guarded`` was given."""
    return cell[1:] if _WRITTEN_GUARDED.match(cell) else cell
