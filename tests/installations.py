"""Another installation beside the test's own, to restore backups into."""

import atexit
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from io import StringIO
from pathlib import Path

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from tests.running import database_url

MIGRATED: list[str] = []  # what this process made, once
TABLES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'sqlite_sequence'",
    "postgresql": "SELECT tablename FROM pg_tables WHERE schemaname = 'public'",
}


def backup(folder, *arguments):
    """Make a backup in ``folder``: the file and what was said."""
    out = StringIO()
    call_command("backup", f"--to={folder}", *arguments, stdout=out, stderr=out)
    newest = max(folder.glob("*.age"), key=lambda file: file.stat().st_mtime_ns)
    return newest, out.getvalue()


class Elsewhere:
    """Another installation: a database and a DATA_DIR of its own, with the key to our backups."""

    def __init__(self, folder: Path, ours: Path) -> None:
        self.folder = folder
        folder.mkdir()
        shutil.copy(ours / "backup_identity.txt", folder / "key.txt")
        if connection.vendor == "sqlite":
            self.url = f"sqlite:///{folder}/cpni.sqlite3"
            self.name = "cpni.sqlite3"
        else:
            self.name = f"{connection.settings_dict['NAME']}_elsewhere"
            self.url = database_url().rpartition("/")[0] + "/" + self.name
            self.drop()
            self.on_server(f'CREATE DATABASE "{self.name}"')

    def on_server(self, statement: str) -> None:
        with psycopg.connect(database_url(), autocommit=True) as server:
            server.execute(statement)

    def drop(self) -> None:
        if connection.vendor == "postgresql":
            self.on_server(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')

    def manage(self, *arguments: str, **more: str) -> tuple[int, str]:
        """``manage.py`` there: its exit status and what it said."""
        env = {k: v for k, v in os.environ.items() if k not in ("MODE", "BACKUP_RECIPIENTS")}
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=settings.BASE_DIR,
            env={**env, "DATABASE_URL": self.url, "DATA_DIR": str(self.folder), **more},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    def migrate(self) -> None:
        """Every table and no customer, copied from one that ``manage.py migrate`` made once."""
        if connection.vendor == "sqlite":
            shutil.copy(_migrated(self), self.folder / "cpni.sqlite3")
        else:
            template = _migrated(self)
            self.drop()
            self.on_server(f'CREATE DATABASE "{self.name}" TEMPLATE "{template}"')

    def restore(self, file: Path, *arguments: str) -> tuple[int, str]:
        return self.manage("restore", str(file), f"--identity={self.folder}/key.txt", *arguments)

    def rows(self, table: str) -> list[tuple]:
        return rows(self.query, table)

    def query(self, statement: str) -> list[tuple]:
        if connection.vendor == "sqlite":
            with closing(sqlite3.connect(self.folder / "cpni.sqlite3")) as database:
                return database.execute(statement).fetchall()
        with psycopg.connect(self.url) as database:
            return database.execute(statement).fetchall()

    def empty(self) -> bool:
        """Whether nothing has been put here."""
        left = {p.name for p in self.folder.iterdir()} - {
            "key.txt",
            "field_key",
            "secret_key",
            "static",
        }
        if connection.vendor == "sqlite":
            return not left
        tables = self.query("SELECT 1 FROM pg_tables WHERE schemaname = 'public'")
        return not left and not tables


def _migrated(elsewhere: Elsewhere) -> str:
    """A file, or on PostgreSQL the name of a database, that is migrated; gone when we end."""
    if not MIGRATED:
        status, answer = elsewhere.manage("migrate")
        assert status == 0, answer
        if connection.vendor == "sqlite":
            folder = tempfile.mkdtemp()
            atexit.register(shutil.rmtree, folder)
            MIGRATED.append(shutil.copy(elsewhere.folder / "cpni.sqlite3", folder))
        else:
            name = f"{elsewhere.name}_migrated"
            anywhere = database_url().rpartition("/")[0] + "/postgres"

            def drop() -> None:
                with psycopg.connect(anywhere, autocommit=True) as server:
                    server.execute(f'DROP DATABASE IF EXISTS "{name}"')

            drop()
            elsewhere.on_server(f'CREATE DATABASE "{name}" TEMPLATE "{elsewhere.name}"')
            atexit.register(drop)
            MIGRATED.append(name)
    return MIGRATED[0]


def rows(query, table: str) -> list[tuple]:
    """Every row of ``table``, in an order that both databases agree on."""
    return sorted(query(f'SELECT * FROM "{table}"'), key=repr)  # noqa: S608


def ours(statement: str) -> list[tuple]:
    """An answer of this database, in its own types."""
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(connection.settings_dict["NAME"])) as database:
            return database.execute(statement).fetchall()
    with psycopg.connect(database_url()) as database:
        return database.execute(statement).fetchall()


def files_below(folder: Path) -> dict[str, bytes]:
    return {
        str(f.relative_to(folder)): f.read_bytes() for f in sorted(folder.rglob("*")) if f.is_file()
    }
