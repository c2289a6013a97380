"""A binder: files in one ZIP that leaves while it is made, and a manifest that proves each of them.

1. The files, one after another; of a table only some lines are in memory at a time.
2. The seals of the history (``seals.json``), the program that checks the binder
   (``verify_binder.py``) and what a reader must know (``README.txt``).
3. ``SHA256SUMS``: the digest of each file, as ``sha256sum -c`` reads it.
"""

import json
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from accounts.spreadsheets import line
from accounts.zipping import Pipe
from cpni.models import Seal
from cpni.seal_lines import line_of

PRINT = "cpni.print_evidence"
MANIFEST = "SHA256SUMS"
PIECE = 64 * 1024  # bytes of a table that are compressed at once
PROGRAM = Path(__file__).with_name("verify_binder.py")
README = """{title}

Made by {by} on {at} (UTC), by CPNI Desk.
{left_out}
TO CHECK IT
  sha256sum -c SHA256SUMS        every file is what it was when the binder was made
  python3 verify_binder.py       the same, the seals, and, in a sample, the drawing
  python3 verify_binder.py --seals FILE
                                 also: the seals are those that were published (FILE holds the
                                 lines that begin with CPNI-SEAL, as they were mailed)

THE SEALS
Each night the history of all records is sealed: its digest covers what was recorded up to then and
the seal before. seals.json holds the latest seal{of_day}.
What was recorded after the latest seal is covered by the next one. Whoever has the database
compares it with its seals by manage.py verify_history.

TABLES
CSV, UTF-8. A cell that a spreadsheet would take for a formula has an apostrophe before it.
"""


@dataclass(frozen=True)
class File:
    """One file of a binder; its content is read when its turn comes."""

    name: str
    content: Iterable[bytes]


@dataclass(frozen=True)
class Cover:
    """What the README says: of what the binder is, who made it, and what was left out of it.

    ``day`` is the civil day to which it speaks: a seal of that day is added to the latest.
    """

    title: str
    by: str
    at: datetime
    left_out: str = ""
    day: date | None = None


def bound(files: Iterable[File], cover: Cover) -> Iterator[bytes]:
    """The bytes of the binder with ``files``. They must not be named as what is added to each."""
    pipe, sums = Pipe(), []
    with zipfile.ZipFile(pipe, "w") as whole:
        for file in (*_seals(cover), *_with_rest(files, cover)):
            digest = sha256()
            with whole.open(_entry(file.name, cover.at), "w") as entry:
                for piece in file.content:
                    digest.update(piece)
                    entry.write(piece)
                    if pipe.waiting:
                        yield pipe.take()
            sums.append(f"{digest.hexdigest()}  {file.name}\n")
        whole.writestr(_entry(MANIFEST, cover.at), "".join(sums))
    yield pipe.take()


def _entry(name: str, at: datetime) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, at.astimezone(UTC).timetuple()[:6])
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o600 << 16  # otherwise nobody may read what was unpacked
    return entry


def _with_rest(files: Iterable[File], cover: Cover) -> Iterator[File]:
    yield from files
    yield File("verify_binder.py", [PROGRAM.read_bytes()])
    words = README.format(
        title=cover.title,
        by=cover.by,
        at=f"{cover.at.astimezone(UTC):%Y-%m-%d %H:%M}",
        left_out=f"\n{cover.left_out}\n" if cover.left_out else "",
        of_day=f", and that of {cover.day}" if cover.day else "",
    )
    yield File("README.txt", [words.encode()])


def _seals(cover: Cover) -> Iterator[File]:
    """The latest seal, and the first that covers all of the day to which the binder speaks."""
    wanted = [Seal.objects.order_by("-number").first()]
    if cover.day:
        wanted.append(Seal.objects.filter(day__gte=cover.day).order_by("number").first())
    seals = {seal.number: _seal(seal) for seal in wanted if seal}
    yield json_file("seals.json", [seals[number] for number in sorted(seals)])


def _seal(seal: Seal) -> dict[str, Any]:
    return {
        "line": line_of(seal),
        "number": seal.number,
        "day": seal.day.isoformat(),
        "rows": seal.rows,
        "digest": seal.digest,
        "previous": seal.previous,
        "manifest": seal.manifest,
    }


def later(make: Callable[[], bytes]) -> Iterator[bytes]:
    """The content that ``make`` makes, when its turn comes."""
    yield make()


def json_file(name: str, value: Any) -> File:
    """``value`` as a file."""
    return File(name, [json.dumps(value, indent=2, ensure_ascii=False).encode() + b"\n"])


def table(name: str, head: Iterable[object], rows: Iterable[Iterable[object]]) -> File:
    """A table as CSV, of which some lines at a time are in memory."""
    return File(name, _pieces(head, rows))


def _pieces(head: Iterable[object], rows: Iterable[Iterable[object]]) -> Iterator[bytes]:
    waiting, size = [line(head)], 0
    for row in rows:
        made = line("" if cell is None else cell for cell in row)
        waiting.append(made)
        size += len(made)
        if size > PIECE:
            yield "".join(waiting).encode()
            waiting, size = [], 0
    yield "".join(waiting).encode()
