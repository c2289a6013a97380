"""A snapshot of the database for a backup, and loading one: SQLite's and PostgreSQL's own ways.

Both kinds answer the same questions, so that ``config.backups`` need not know which it has.
"""

import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection
from psycopg import sql

from accounts.errors import Refused
from config.backup_files import PIECE, Part

# pg_dump's output has no size before its end, but a member of a tar archive needs one. So it is
# cut into members of this many bytes; `cat database.dump/*` puts them together.
DUMP_PIECE = 8 * 1024 * 1024
SET_ASIDE = "replaced_"  # schemas that an earlier restore moved out of the way
Query = Callable[[str], list[tuple[Any, ...]]]


@dataclass(frozen=True)
class Snapshot:
    """The database at one instant: its bytes as parts, and a way to ask it questions in SQL."""

    parts: Iterable[Part]
    query: Query
    tables: list[str]

    def counts(self) -> dict[str, int]:
        """The number of rows of each table."""
        return counted(self.query, self.tables)


def counted(query: Query, tables: Iterable[str]) -> dict[str, int]:
    """The number of rows of each of ``tables``, by ``query``."""
    return {t: query(f'SELECT COUNT(*) FROM "{t}"')[0][0] for t in sorted(tables)}  # noqa: S608  (table names of ours)


def this_database() -> "Sqlite | Postgresql":
    """The kind of database that ``DATABASE_URL`` names."""
    return Sqlite() if connection.vendor == "sqlite" else Postgresql()


class Sqlite:
    """A database in one file."""

    vendor = "sqlite"
    prefix = "database.sqlite3"

    def __init__(self) -> None:
        self.path = Path(str(connection.settings_dict["NAME"]))

    @property
    def name(self) -> str:
        """What a person types to agree that it is replaced."""
        return self.path.name

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """SQLite's online backup, into a file that is gone at the end.

        In one step, as a reader: writers go on meanwhile, and nothing of theirs is half in it.
        """
        folder = _working_folder()
        try:
            copy = folder / "database.sqlite3"
            with closing(sqlite3.connect(copy)) as target:
                with closing(sqlite3.connect(f"file:{self.path}?mode=ro", uri=True)) as live:
                    try:
                        live.backup(target)
                    except sqlite3.OperationalError as error:
                        raise Refused(
                            "The copy of the database could not be written. Perhaps no space left"
                            f" in {folder.parent}: make room there."
                        ) from error
                # One file: what is in a write-ahead log beside it would not be in the backup.
                target.execute("PRAGMA journal_mode=DELETE")
                yield Snapshot(
                    [Part(self.prefix, copy.stat().st_size, _read(copy))],
                    lambda question: target.execute(question).fetchall(),
                    [row[0] for row in target.execute(_SQLITE_TABLES)],
                )
        finally:
            shutil.rmtree(folder)

    def occupied(self) -> bool:
        """Whether there are tables in it."""
        if not self.path.exists():
            return False
        with closing(sqlite3.connect(f"file:{self.path}?mode=ro", uri=True)) as database:
            return bool(database.execute(_SQLITE_TABLES).fetchall())

    def load(self, pieces: Iterable[bytes], expected: Mapping[str, int], aside: str) -> None:
        """Put the database in its place; one that is there is kept under the name ``aside``.

        Nothing is in its place before it is checked. Raises Refused when the one that is there is
        in use, and when the new one is damaged or has other counts than ``expected``.
        """
        half = self.path.with_name(f".{self.path.name}.restoring")
        half.unlink(missing_ok=True)
        try:
            with os.fdopen(os.open(half, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as out:
                for piece in pieces:
                    out.write(piece)
                out.flush()
                os.fsync(out.fileno())
            with closing(sqlite3.connect(half)) as database:
                check(lambda question: database.execute(question).fetchall(), expected)
                if database.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
                    raise Refused("SQLite finds the database damaged.", "Use another backup.")
            if self.path.exists():
                self._leave_alone()
                self.path.rename(self.path.with_name(f"{self.path.name}.{aside}"))
            half.rename(self.path)
        finally:
            half.unlink(missing_ok=True)

    def _leave_alone(self) -> None:
        """Merge its write-ahead log, which only succeeds where no other process has it open."""
        connection.close()
        with closing(sqlite3.connect(self.path, timeout=1)) as database:
            try:
                database.execute("PRAGMA journal_mode=DELETE")
            except sqlite3.OperationalError as error:
                raise Refused(
                    f"The database {self.path} is in use.", "Stop the desk's processes first."
                ) from error


_SQLITE_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"


class Postgresql:
    """A database on a server, by pg_dump and pg_restore."""

    vendor = "postgresql"
    prefix = "database.dump/"

    @property
    def name(self) -> str:
        """What a person types to agree that it is replaced."""
        return str(connection.settings_dict["NAME"])

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """pg_dump of one snapshot, which the questions are asked of too."""
        with closing(_connect()) as database:
            database.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            database.read_only = True
            exported = database.execute("SELECT pg_export_snapshot()").fetchone()
            assert exported is not None  # noqa: S101  (the function returns one row)
            yield Snapshot(
                self._dump(str(exported[0])),
                lambda question: database.execute(question.encode()).fetchall(),
                [row[0] for row in database.execute(_POSTGRESQL_TABLES).fetchall()],
            )

    def _dump(self, snapshot: str) -> Iterator[Part]:
        command = (
            *(_program("pg_dump"), "--format=custom", "--no-owner", "--no-privileges"),
            *(f"--exclude-schema={SET_ASIDE}*", f"--snapshot={snapshot}"),
        )
        with tempfile.TemporaryFile() as complaints:
            process = subprocess.Popen(  # noqa: S603 - PostgreSQL's own program
                command, env=_environment(), stdout=subprocess.PIPE, stderr=complaints
            )
            assert process.stdout is not None  # noqa: S101  (a pipe was asked for)
            try:
                number = 0
                while piece := process.stdout.read(DUMP_PIECE):
                    yield Part(f"{self.prefix}{number:06}", len(piece), [piece])
                    number += 1
                if process.wait() != 0:
                    raise Refused(f"pg_dump failed: {_first(complaints)}", _NEWER)
            finally:
                _end(process)

    def occupied(self) -> bool:
        """Whether there are tables in it."""
        with closing(_connect()) as database:
            return bool(database.execute(_POSTGRESQL_TABLES).fetchall())

    def load(self, pieces: Iterable[bytes], expected: Mapping[str, int], aside: str) -> None:
        """Restore into the database in one transaction; what is there becomes the schema ``aside``.

        Raises Refused, with everything as it was, when others use the database or pg_restore fails.
        """
        moved = self._move_aside(aside) if self.occupied() else False
        try:
            self._restore(pieces)
            with closing(_connect()) as database:
                check(lambda question: database.execute(question.encode()).fetchall(), expected)
        except BaseException:
            if moved:
                self._move_back(aside)
            raise

    def _restore(self, pieces: Iterable[bytes]) -> None:
        command = (
            *(_program("pg_restore"), "--no-owner", "--no-privileges", "--single-transaction"),
            *("--exit-on-error", f"--dbname={self.name}"),
        )
        with tempfile.TemporaryFile() as complaints:
            process = subprocess.Popen(  # noqa: S603 - PostgreSQL's own program
                command,
                env=_environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=complaints,
            )
            assert process.stdin is not None  # noqa: S101  (a pipe was asked for)
            try:
                with suppress(BrokenPipeError):  # it has ended, and says why
                    for piece in pieces:
                        process.stdin.write(piece)
                with suppress(BrokenPipeError):
                    process.stdin.close()
                if process.wait() != 0:
                    raise Refused(f"pg_restore failed: {_first(complaints)}", _NEWER)
            finally:
                _end(process)

    def _move_aside(self, aside: str) -> bool:
        connection.close()
        with closing(_connect()) as database:
            others = database.execute(
                "SELECT COUNT(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                " AND backend_type = 'client backend'"
            ).fetchone()
            if others and others[0]:
                raise Refused(
                    f"{others[0]} other connections use the database {self.name}.",
                    "Stop the desk's processes first.",
                )
            try:
                database.execute(
                    sql.SQL("ALTER SCHEMA public RENAME TO {}").format(sql.Identifier(aside))
                )
                database.execute("CREATE SCHEMA public")
                database.commit()
            except psycopg.errors.InsufficientPrivilege as error:
                raise Refused(
                    f"This user may not move the tables of {self.name} aside.",
                    "Create an empty database and restore into that one.",
                ) from error
        return True

    def _move_back(self, aside: str) -> None:
        with closing(_connect()) as database:
            database.execute("DROP SCHEMA public CASCADE")
            database.execute(
                sql.SQL("ALTER SCHEMA {} RENAME TO public").format(sql.Identifier(aside))
            )
            database.commit()


_POSTGRESQL_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
_NEWER = "Its version must be the server's or newer."


def check(query: Query, expected: Mapping[str, int]) -> None:
    """Raise Refused unless each table has the number of rows that the manifest says."""
    found = counted(query, expected)
    wrong = [table for table, count in expected.items() if found[table] != count]
    if wrong:
        table = wrong[0]
        raise Refused(
            f"{len(wrong)} tables do not have the rows that were backed up: {table} has"
            f" {found[table]} instead of {expected[table]}.",
            "Do not use this database; use another backup.",
        )


def _working_folder() -> Path:
    """A folder for the copy, for its owner alone, on the disk where the database is.

    What a backup that was killed left behind is removed: there is only one at a time.
    """
    for left in Path(settings.DATA_DIR).glob(".backup-*"):
        shutil.rmtree(left)
    return Path(tempfile.mkdtemp(prefix=".backup-", dir=settings.DATA_DIR))


def _read(file: Path) -> Iterator[bytes]:
    with file.open("rb") as content:
        while piece := content.read(PIECE):
            yield piece


def _connect() -> "psycopg.Connection[tuple[Any, ...]]":
    """A connection of our own, as Django's has its own ideas of transactions."""
    try:
        return psycopg.connect(**_parameters())
    except psycopg.OperationalError as error:
        raise Refused(
            "The database server does not let us in.", "Check DATABASE_URL, and that it runs."
        ) from error


def _parameters() -> dict[str, Any]:
    known = {option.keyword.decode() for option in psycopg.pq.Conninfo.get_defaults()}
    values = connection.get_connection_params()
    return {name: value for name, value in values.items() if name in known}


def _environment() -> dict[str, str]:
    """Where the database is, and the password: in the environment, which other users cannot see."""
    variables = {
        option.keyword.decode(): option.envvar.decode()
        for option in psycopg.pq.Conninfo.get_defaults()
        if option.envvar
    }
    ours = {variables[k]: str(v) for k, v in _parameters().items() if k in variables}
    return {**os.environ, **ours}


def _program(name: str) -> str:
    found = shutil.which(name)
    if not found:
        raise Refused(
            f"There is no program {name} on this machine.",
            "Install PostgreSQL's client programs (Debian: postgresql-client), or see the README"
            " on PostgreSQL's own tools.",
        )
    return found


def _first(complaints: Any) -> str:
    """The first error, without the lines after it, which may quote a customer's row."""
    complaints.seek(0)
    lines = complaints.read().decode(errors="replace").splitlines()
    errors = [line for line in lines if "error:" in line]
    return (errors or lines or ["it gave no reason"])[0]


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Leave no program running when we stop in the middle."""
    if process.poll() is None:
        process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe:
            with suppress(BrokenPipeError):
                pipe.close()
