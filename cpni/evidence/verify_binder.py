"""Check a binder of evidence that CPNI Desk made. Needs nothing but Python 3.10 or later.

    python3 verify_binder.py                      in the folder in which the binder was unpacked
    python3 verify_binder.py BINDER.zip           without unpacking it
    python3 verify_binder.py … --seals FILE       also: the seals are those that were published

1. Each file has the digest that SHA256SUMS gives it, and no file is missing or was added.
2. Each seal in seals.json is the SHA-256 of the seal before it and of its own manifest; with
   --seals FILE, its line is among those of the file.
3. Of a sample (sample.json): drawn anew from population.csv, it is the same.

It leaves with 0 when all is well, and else with 1 and a line for each thing that is not.
"""

import argparse
import csv
import hashlib
import heapq
import io
import json
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

MANIFEST = "SHA256SUMS"
PIECE = 1024 * 1024


class Folder:
    """The files of a binder that was unpacked."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def close(self) -> None:
        """Nothing is open."""

    def names(self) -> set[str]:
        """Of every file in it."""
        files = (p for p in self.path.rglob("*") if p.is_file() and "__pycache__" not in p.parts)
        return {p.relative_to(self.path).as_posix() for p in files}

    def open(self, name: str) -> Any:
        """One of them, to be read as bytes."""
        return (self.path / name).open("rb")


class Packed:
    """The files of a binder as a ZIP file."""

    def __init__(self, path: Path) -> None:
        self.zip = zipfile.ZipFile(path)

    def close(self) -> None:
        """It is not read any more."""
        self.zip.close()

    def names(self) -> set[str]:
        """Of every file in it."""
        return {name for name in self.zip.namelist() if not name.endswith("/")}

    def open(self, name: str) -> Any:
        """One of them, to be read as bytes."""
        return self.zip.open(name)


Binder = Folder | Packed


def opened(path: Path) -> Binder:
    """The binder at ``path``: a folder or a ZIP file. Raises OSError and zipfile.BadZipFile."""
    return Folder(path) if path.is_dir() else Packed(path)


def problems(binder: Binder, published: str | None = None) -> Iterator[str]:
    """What is wrong with ``binder``, a sentence for each. ``published`` has lines of seals."""
    names = binder.names()
    if MANIFEST not in names:
        yield f"{MANIFEST} is missing: this is no binder, or not the whole of it."
        return
    yield from _files(binder, names)
    if "seals.json" in names:
        yield from _seals(binder, published)
    if "sample.json" in names:
        yield from _sample(binder)


def checked(path: Path, published: str | None = None) -> list[str]:
    """What is wrong with the binder at ``path``. Raises OSError and others when it is none."""
    binder = opened(path)
    try:
        return list(problems(binder, published))
    finally:
        binder.close()


def _files(binder: Binder, names: set[str]) -> Iterator[str]:
    listed: set[str] = set()
    for line in _text(binder, MANIFEST).splitlines():
        digest, _, name = line.partition("  ")
        listed.add(name)
        if name not in names:
            yield f"{name} is missing."
        elif _digest(binder, name) != digest:
            yield f"{name} is not what it was when the binder was made."
    for name in sorted(names - listed - {MANIFEST}):
        yield f"{name} was not in the binder when it was made."


def _text(binder: Binder, name: str) -> str:
    with binder.open(name) as file:
        return str(file.read().decode())


def _digest(binder: Binder, name: str) -> str:
    digest = hashlib.sha256()
    with binder.open(name) as file:
        while piece := file.read(PIECE):
            digest.update(piece)
    return digest.hexdigest()


def _seals(binder: Binder, published: str | None) -> Iterator[str]:
    seals = json.loads(_text(binder, "seals.json"))
    for seal in seals:
        whole = f"{seal['previous']}\n{seal['manifest']}"
        manifest = json.loads(seal["manifest"])
        said = (manifest["number"], manifest["day"], manifest["rows"])
        line = f"CPNI-SEAL {said[1]} number {said[0]} rows {said[2]} {seal['digest']}"
        if hashlib.sha256(whole.encode()).hexdigest() != seal["digest"] or line != seal["line"]:
            yield f"The seal of {seal['day']} does not fit what it says."
        elif published is not None and line not in " ".join(published.replace(">", " ").split()):
            yield f"The seal of {seal['day']} is not among the published lines."
    if published is not None and not seals:
        yield "The binder has no seal that could be compared."


def _sample(binder: Binder) -> Iterator[str]:
    sample = json.loads(_text(binder, "sample.json"))
    with binder.open("population.csv") as file:
        rows = csv.reader(io.TextIOWrapper(file, "utf-8", newline=""))
        next(rows)
        ids = [int(row[0]) for row in rows]
    if len(ids) != sample["population"]:
        yield f"The population has {len(ids)} approvals and not {sample['population']}."
    drawn = heapq.nsmallest(
        sample["size"],
        ids,
        key=lambda pk: (hashlib.sha256(f"{sample['seed']}:{pk}".encode()).hexdigest(), pk),
    )
    if drawn != sample["drawn"]:
        yield "The sample is not what the seed draws from the population."


def main(arguments: list[str] | None = None) -> int:
    """The program. Returns what it leaves with."""
    words = (__doc__ or "").splitlines()[0]
    parser = argparse.ArgumentParser(description=words)
    parser.add_argument("binder", nargs="?", type=Path, default=Path(__file__).parent)
    parser.add_argument("--seals", type=Path, help="A file with the lines that were published.")
    given = parser.parse_args(arguments)
    try:
        published = given.seals.read_text(errors="replace") if given.seals else None
        found = checked(given.binder, published)
    except (OSError, zipfile.BadZipFile, ValueError, KeyError) as error:
        found = [f"It cannot be read: {error}"]
    for problem in found:
        sys.stdout.write(f"{problem}\n")
    if not found:
        sys.stdout.write("The binder is as it was made.\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
