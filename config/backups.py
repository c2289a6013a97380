"""Backups: the database and the files in one encrypted file, and the way back.

Not in a backup: the keys that fields are encrypted with, SECRET_KEY, static files, queues, logs. So
whoever opens one sees no more than somebody who reads the database without those keys.
"""

import fcntl
import os
import shutil
import tomllib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from django.apps import apps
from django.conf import settings
from django.core.files.storage import default_storage
from django.core.management import call_command, get_commands
from django.db import connection, models
from django.db.migrations.loader import MigrationLoader

from accounts import encryption
from accounts.errors import Refused
from accounts.models import Run
from accounts.uploads import FOLDER as UPLOADS
from config import backup_files
from config.backup_databases import Query, this_database
from config.backup_files import Manifest, Part

NAME = "cpni-desk-{:%Y%m%dT%H%M%SZ}.tar.age"
PATTERN = "cpni-desk-*.tar.age"
FILES = "files/"
JOB, RESTORED = "backup", "restore"


@dataclass(frozen=True)
class Report:
    """What was backed up, or restored: the file, its manifest, and what to be warned of."""

    path: Path
    manifest: Manifest
    warnings: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """How much there is in it."""
        values = self.manifest
        files = sum(name.startswith(FILES) for name in values.parts)
        rows, tables = sum(values["counts"].values()), len(values["counts"])
        return (
            f"{rows:,} rows of {tables} tables and {files:,} files,"
            f" as of {values['made_at']} (version {values['version']}, {values['database']})"
        )


# --- What others add -----------------------------------------------------------------------------


def needed_key_ids() -> list[str]:
    """Ids of the field keys without which what is in the database now cannot be read."""
    return encryption.key_ids()


def verify_seals(say: Callable[[str], None]) -> None:
    """Verify the history's seals in the restored database. Raises CommandError when one is broken.

    A version without seals says so.
    """
    if "verify_history" in get_commands():
        call_command("verify_history")
    else:
        say("This version has no seals to verify.")


# --- Making --------------------------------------------------------------------------------------


def make(folder: Path, *, keep: int | None, at: datetime, say: Callable[[str], None]) -> Report:
    """Back up into a new file of ``folder``, named for the aware instant ``at``.

    With ``keep``, all but the newest so many backups in that folder are deleted afterwards. The
    desk may run meanwhile. Each backup, made or failed, is a run (``accounts.models.Run``). Raises
    Refused, leaving no file, when it cannot be made.
    """
    started = datetime.now(UTC)
    error = "Refused"
    counts: dict[str, Any] = {}
    try:
        with _one_at_a_time():
            report = _make(folder, at=at, say=say)
            removed = _rotate(folder, keep)
        for name in removed:
            say(f"Deleted the old backup {name}.")
        counts = {
            "file": report.path.name,
            "bytes": report.path.stat().st_size,
            "rows": sum(report.manifest["counts"].values()),
            "warnings": len(report.warnings),
        }
        error = ""
    except BaseException as problem:
        error = type(problem).__name__
        raise
    finally:
        # Written afterwards, or each backup would hold its own run, unfinished for ever.
        Run.objects.create(
            name=JOB, started_at=started, finished_at=datetime.now(UTC), counts=counts, error=error
        )
    return report


def _make(folder: Path, *, at: datetime, say: Callable[[str], None]) -> Report:
    keys = backup_files.recipients(_recipients(say))
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / NAME.format(at.astimezone(UTC))
    missing: list[str] = []
    with this_database().snapshot() as snapshot:
        seen: set[str] = set()

        def parts() -> Iterator[Part]:
            yield from snapshot.parts
            # After the database, so that each file that it names is there already.
            for part in _files():
                seen.add(part.name)
                yield part

        def manifest() -> dict[str, Any]:
            missing.extend(_missing(snapshot.query, seen))
            return {
                "made_at": at.astimezone(UTC).isoformat(timespec="seconds"),
                "version": version(),
                "database": connection.vendor,
                "migrations": _applied(snapshot.query),
                "counts": snapshot.counts(),
                "missing_files": len(missing),
                "field_keys": needed_key_ids(),
            }

        written = backup_files.write(path, parts(), manifest, keys)
    return Report(path, written, tuple(f"The file of {owner} is not there." for owner in missing))


def _recipients(say: Callable[[str], None]) -> list[str]:
    """The public keys to encrypt for; a trial makes a pair of its own."""
    named: list[str] = settings.BACKUP_RECIPIENTS
    if named:
        return named
    if settings.PRODUCTION:
        raise Refused(
            "BACKUP_RECIPIENTS is not set, so there is nobody to encrypt the backup for.",
            "Make a key with `manage.py backup --new-key FILE`, keep that file away from this"
            " machine, and set BACKUP_RECIPIENTS to the public key that it prints.",
        )
    file = Path(settings.DATA_DIR) / "backup_identity.txt"
    if not file.exists():
        backup_files.new_identity(file)
        say(f"Made a key for this trial's backups: {file}. Without it no backup can be opened.")
    return [str(key.to_public()) for key in backup_files.identities(file)]


def _files() -> Iterator[Part]:
    """The files that records name, such as scans; not what waits to be confirmed."""
    root = Path(default_storage.path(""))
    for folder, folders, names in os.walk(root):
        folders.sort()
        if Path(folder) == root and UPLOADS in folders:
            folders.remove(UPLOADS)
        for name in sorted(names):
            file = Path(folder) / name
            content = file.open("rb")
            size = os.fstat(content.fileno()).st_size
            yield Part(FILES + file.relative_to(root).as_posix(), size, _pieces(content))


def _pieces(content: IO[bytes]) -> Iterator[bytes]:
    with content:
        while piece := content.read(backup_files.PIECE):
            yield piece


def _missing(query: Query, seen: set[str]) -> Iterator[str]:
    """Which records of the snapshot name a file that is not among ``seen``: kind and id."""
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, models.FileField):
                table, column = model._meta.db_table, field.column
                for pk, name in query(
                    f'SELECT id, "{column}" FROM "{table}" WHERE "{column}" <> \'\''  # noqa: S608  (names of ours)
                ):
                    if FILES + name not in seen:
                        yield f"{model._meta.verbose_name} {pk}"


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    lock = Path(settings.DATA_DIR) / "backup.lock"
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Refused("Another backup is being made.", "Wait until it is done.") from error
        yield


def _rotate(folder: Path, keep: int | None) -> list[str]:
    """Delete all but the newest ``keep`` backups. Their names sort as their times do."""
    if keep is None:
        return []
    old = sorted(folder.glob(PATTERN))[:-keep]
    for path in old:
        path.unlink()
    return [path.name for path in old]


# --- Checking and restoring ----------------------------------------------------------------------


def verify(path: Path, keys: Any) -> Report:
    """Open the backup and compare each part with its digest; write nothing. Raises Refused."""
    with _open(path) as source:
        return Report(path, backup_files.verified(source, keys))


def restore(
    path: Path,
    keys: Any,
    *,
    replace: str | None,
    at: datetime,
    say: Callable[[str], None],
) -> Report:
    """Restore a backup into this installation, whose database and files must be empty.

    1. Check every part of the backup, and that it was made by these migrations.
    2. Check that nothing is here; or, when ``replace`` is the database's name, go on: what is here
       is set aside, not deleted.
    3. Unpack the files beside their place; load the database and compare the number of rows of
       each table; then put the files in their place.
    4. Verify the history's seals.

    Raises Refused before anything has changed, except that a broken seal (4) is told of what has
    been restored. ``at`` is an aware instant.
    """
    database = this_database()
    aside = f"replaced_{at.astimezone(UTC):%Y%m%dt%H%M%Sz}"
    root = Path(default_storage.path(""))
    with _open(path) as source, ExitStack() as undo:
        say("Checking the backup …")
        manifest = backup_files.verified(source, keys)
        _check_fits(manifest, database.vendor)
        _check_empty(root, database, replace)
        staged = root.with_name(f".{root.name}.restoring")
        shutil.rmtree(staged, ignore_errors=True)
        undo.callback(shutil.rmtree, staged, ignore_errors=True)
        staged.mkdir(mode=0o700, parents=True)
        backup_files.extract(source, keys, FILES, staged)
        say("Loading the database …")
        pieces = backup_files.pieces_of(source, keys, database.prefix)
        database.load(pieces, manifest["counts"], aside)
        if root.exists():
            root.rename(root.with_name(f"{root.name}.{aside}"))
        staged.rename(root)
    _tidy(root.with_name(f"{root.name}.{aside}"))
    Run.objects.create(
        name=RESTORED,
        started_at=at,
        finished_at=datetime.now(UTC),
        counts={"file": path.name, "made_at": manifest["made_at"]},
    )
    verify_seals(say)
    return Report(path, manifest)


def _tidy(aside: Path) -> None:
    """Remove the folder that was set aside if there was nothing in it."""
    if aside.exists() and not any(aside.iterdir()):
        aside.rmdir()


def _check_fits(manifest: Manifest, vendor: str) -> None:
    if manifest["database"] != vendor:
        raise Refused(
            f"The backup was made from {manifest['database']}; this installation's database is"
            f" {vendor}.",
            f"Name a {manifest['database']} database in DATABASE_URL.",
        )
    theirs = {tuple(name) for name in manifest["migrations"]}
    ours = set(MigrationLoader(None).disk_migrations)
    if theirs == ours:
        return
    lacking = ", ".join(".".join(n) for n in sorted(theirs - ours)) or "none"
    added = ", ".join(".".join(n) for n in sorted(ours - theirs)) or "none"
    raise Refused(
        f"The backup was made by version {manifest['version']}; this is {version()}. Migrations"
        f" that only the backup has: {lacking}; that only this version has: {added}.",
        "Restore it with the version that made it, and upgrade after that.",
    )


def _check_empty(root: Path, database: Any, replace: str | None) -> None:
    if replace is not None and replace != database.name:
        raise Refused(
            f"The database is not named “{replace}”.", "Check which installation this is."
        )
    if replace is not None:
        return
    how = f"Restore into an empty one, or set this one aside with --replace {database.name}."
    if database.occupied():
        raise Refused(f"The database {database.name} is not empty.", how)
    if root.exists() and any(root.iterdir()):
        raise Refused(f"There are files in {root}.", how)


@contextmanager
def _open(path: Path) -> Iterator[IO[bytes]]:
    try:
        source = path.open("rb")
    except OSError as error:
        raise Refused(f"The backup {path} cannot be read.", "Name another file.") from error
    with source:
        yield source


def _applied(query: Query) -> list[tuple[str, str]]:
    """The migrations that the snapshot has had, of the apps that are installed."""
    rows = query("SELECT app, name FROM django_migrations ORDER BY app, name")
    installed = {config.label for config in apps.get_app_configs()}
    return [(app, name) for app, name in rows if app in installed]


def version() -> str:
    """The version of CPNI Desk."""
    project = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())
    return str(project["project"]["version"])
