"""What may be uploaded: each file is looked into before anything is done with it.

The name that a sender gives a file says nothing about it and is never kept. What it is, is told by
its first bytes (puremagic), and it is stored under a name of our own, without an ending.
Every refusal names the file, the limit and the remedy.
"""

import csv
import io
import zipfile
from dataclasses import dataclass
from typing import Any

import puremagic
from django.core.exceptions import ValidationError

MB = 1024 * 1024
LARGEST_SCAN = 10 * MB  # bytes; a letter in grey at 200 dpi is a tenth of it
LARGEST_LIST = 25 * MB  # bytes; a million account numbers with a note each have 12 to 20 MB
LARGEST_TABLE = 2 * MB  # bytes; what is larger belongs to the command, which reads as it goes
MOST_ROWS = 5_000  # of a table, for each becomes a row of the preview's page
MOST_COLUMNS = 100
LONGEST_CELL = 10_000  # characters
BEGINNING = 1024  # bytes that are looked at


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file that is taken as a scan."""

    content_type: str
    ending: str
    begins: tuple[bytes, ...]  # at its very first byte


# What each begins with stands here too, because the library also finds a PDF in a file that begins
# with something else: a web page for whoever opens it as one (a "polyglot").
SCANS = (
    Kind("application/pdf", ".pdf", (b"%PDF-",)),
    Kind("image/png", ".png", (b"\x89PNG\r\n\x1a\n",)),
    Kind("image/jpeg", ".jpg", (b"\xff\xd8\xff",)),
    Kind("image/tiff", ".tif", (b"II*\x00", b"MM\x00*")),
)
SCAN_REMEDY = "Scan the letter as PDF, PNG, JPEG or TIFF."
SCAN_HELP = f"PDF, PNG, JPEG or TIFF, at most {LARGEST_SCAN // MB} MB."
UNKNOWN = Kind("application/octet-stream", "", ())


def kind_of(file: Any) -> Kind:
    """What ``file`` is by its first bytes, however it is called; ``UNKNOWN`` if it is no scan."""
    head, _ = _ends_of(file)
    return next((kind for kind in SCANS if head.startswith(kind.begins)), UNKNOWN)


def validate_scan(file: Any) -> None:
    """Raise ValidationError unless ``file`` (uploaded or stored) is a scan that we take."""
    size = file.size or 0
    if not size:
        raise ValidationError(f"The scan is an empty file. {SCAN_REMEDY}")
    if size > LARGEST_SCAN:
        raise ValidationError(
            f"The scan has {size / MB:.1f} MB; at most {LARGEST_SCAN // MB} MB are taken."
            " Scan it in grey at 200 dpi."
        )
    head, tail = _ends_of(file)
    kind = kind_of(file)
    if kind is UNKNOWN:
        raise ValidationError(f"The scan is {looks_like(head)}. {SCAN_REMEDY}")
    # A second file hidden behind the first: an archive is found from its end.
    if zipfile.is_zipfile(file) or b"<script" in head.lower() or b"<html" in head.lower():
        raise ValidationError(f"The scan is two kinds of file at once. {SCAN_REMEDY}")
    if kind.ending == ".pdf" and b"%%EOF" not in tail:
        raise ValidationError("The scan is a PDF that is cut off. Scan or save it again.")


def validate_table(file: Any) -> None:
    """Raise ValidationError unless ``file`` is CSV text in UTF-8 of a size for the admin's preview.

    Whether its rows are good is no question here (``accounts.import_rows``).
    """
    size = file.size or 0
    if not size:
        raise ValidationError("The file is empty. Export it again, with its header line.")
    if size > LARGEST_TABLE:
        raise ValidationError(
            f"The file has {size / MB:.1f} MB; at most {LARGEST_TABLE // MB} MB are taken here."
            " Split it, or have it imported with manage.py import_customers."
        )
    file.seek(0)
    content: bytes = file.read()
    file.seek(0)
    text = _text(content)
    rows = 0
    try:
        for row in csv.reader(io.StringIO(text, newline="")):
            rows += 1
            _check_row(rows, row)
    except csv.Error as error:
        raise ValidationError(
            f"Row {rows + 1} cannot be read as CSV. Close its quotation marks, and shorten cells"
            f" of more than {LONGEST_CELL:,} characters."
        ) from error


def _text(content: bytes) -> str:
    """``content`` as text. Raises ValidationError when it is something else."""
    save_as = "Save it as “CSV UTF-8”, and choose that file."
    if zipfile.is_zipfile(io.BytesIO(content)) or b"\x00" in content:
        raise ValidationError(f"The file is {looks_like(content[:BEGINNING])}. {save_as}")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ValidationError(f"Line {line} of the file is not text in UTF-8. {save_as}") from error
    if text.lstrip().startswith(("<", "%PDF-")):
        raise ValidationError(f"The file is {looks_like(content[:BEGINNING])}. {save_as}")
    return text


def _check_row(number: int, row: list[str]) -> None:
    if number > MOST_ROWS + 1:  # the header is one
        raise ValidationError(
            f"The file has more than {MOST_ROWS:,} rows. Split it, or have it imported with"
            " manage.py import_customers."
        )
    if len(row) > MOST_COLUMNS:
        raise ValidationError(
            f"Row {number} has {len(row):,} columns; at most {MOST_COLUMNS} are taken. Remove those"
            " that an import does not know."
        )
    if any(len(cell) > LONGEST_CELL for cell in row):
        raise ValidationError(
            f"Row {number} has a cell of more than {LONGEST_CELL:,} characters. Shorten it."
        )


def looks_like(head: bytes) -> str:
    """What a file that begins with ``head`` seems to be, in words."""
    if head.lstrip().startswith((b"<", b"\xef\xbb\xbf<")):
        return "a web page or another kind of markup"
    try:
        found = puremagic.magic_string(head)[0]
    except (puremagic.PureError, ValueError, IndexError):
        return "no file that we know"
    return f"of the kind “{found.name}”" if found.name else "no file that we know"


def _ends_of(file: Any) -> tuple[bytes, bytes]:
    """The first and the last bytes of ``file``, which is left at its beginning."""
    file.seek(0)
    head = file.read(BEGINNING)
    file.seek(max(0, file.size - BEGINNING))
    tail = file.read(BEGINNING)
    file.seek(0)
    return head, tail
