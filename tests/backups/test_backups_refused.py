"""A backup that cannot be made or must not be restored: said in clear words, nothing changed."""

import errno
import fcntl
import json
import os
import resource
import sqlite3
import subprocess
import sys
from io import StringIO

import psycopg
import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.errors import Refused
from accounts.models import Customer, Run
from config import backup_files, backups
from config.backup_databases import Snapshot
from tests.installations import backup, files_below, ours, rows
from tests.running import database_url

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def flipped(content, place):
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


def test_a_damaged_file_is_refused(file, elsewhere):
    whole = file.read_bytes()
    for damaged, words in (
        (flipped(whole, len(whole) // 2), "damaged or was cut short"),
        (flipped(whole, len(whole) - 1), "damaged or was cut short"),
        (whole[: len(whole) // 2], "damaged or was cut short"),
        (whole[:-1], "damaged or was cut short"),
        (b"", "it is no backup"),
        (b"SQLite format 3" + bytes(5000), "it is no backup"),
    ):
        bad = file.with_name("bad.age")
        bad.write_bytes(damaged)
        status, answer = elsewhere.restore(bad)
        assert status == 1
        assert words in answer
        assert "Traceback" not in answer
        assert elsewhere.empty()


def test_a_wrong_key_is_refused(file, elsewhere):
    (elsewhere.folder / "key.txt").unlink()
    elsewhere.manage("backup", f"--new-key={elsewhere.folder}/key.txt")
    status, answer = elsewhere.restore(file)
    assert status == 1
    assert "This key does not open the backup" in answer
    assert elsewhere.empty()


def test_a_file_of_other_migrations_is_refused_and_the_versions_are_named(
    file, elsewhere, monkeypatch, tmp_path
):
    applied = backups._applied
    first = ("accounts", "0001_initial")

    def other(query):
        return [*(row for row in applied(query) if tuple(row) != first), ("cpni", "0099_later")]

    monkeypatch.setattr(backups, "_applied", other)
    monkeypatch.setattr(backups, "version", lambda: "9.9")
    made_later, _ = backup(tmp_path / "later")
    status, answer = elsewhere.restore(made_later)
    assert status == 1
    assert "made by version 9.9" in answer
    assert "that only the backup has: cpni.0099_later" in answer
    assert "that only this version has: accounts.0001_initial" in answer
    assert elsewhere.empty()


def test_a_part_that_the_manifest_does_not_know_or_knows_otherwise_is_refused(
    file, elsewhere, tmp_path
):
    """Whoever has the public key can encrypt: the manifest's digests are looked at too."""
    keys = backup_files.identities(elsewhere.folder / "key.txt")
    with file.open("rb") as source:
        manifest = backup_files.verified(source, keys).values
    public = [key.to_public() for key in keys]
    name, size, _ = manifest["parts"][0]

    def archive(*members):
        bad = tmp_path / f"bad-{len(members)}.age"
        bad.unlink(missing_ok=True)
        plain = b"".join(
            backup_files._header(n, len(c)) + c + backup_files._padding(len(c)) for n, c in members
        ) + bytes(1024)
        bad.write_bytes(backup_files.pyrage.encrypt(plain, public))
        return bad

    described = (backup_files.MANIFEST, json.dumps(manifest).encode())
    other_bytes = (name, bytes(size))
    for members, words in (
        ([other_bytes, described], "not what its manifest says"),
        ([described], "not what its manifest says"),
        ([other_bytes], "it has no manifest"),
        ([("../../escaped", b"x"), described], "unsafe part"),
        ([("/etc/escaped", b"x"), described], "unsafe part"),
        ([(backup_files.MANIFEST, b"{}")], "manifest cannot be read"),
        ([(backup_files.MANIFEST, b'{"format": 7}')], "format 7"),
    ):
        status, answer = elsewhere.restore(archive(*members))
        assert status == 1
        assert words in answer
        assert elsewhere.empty()
    assert not (tmp_path / "escaped").exists()


def test_a_database_with_tables_is_not_touched_unless_it_is_named(file, elsewhere):
    elsewhere.migrate()
    before = elsewhere.rows("django_migrations")
    status, answer = elsewhere.restore(file)
    assert status == 1
    assert f"The database {elsewhere.name} is not empty" in answer
    assert f"--replace {elsewhere.name}" in answer
    status, answer = elsewhere.restore(file, "--replace=yes")
    assert status == 1
    assert "not named “yes”" in answer
    assert elsewhere.rows("django_migrations") == before
    assert elsewhere.rows("accounts_customer") == []


def test_a_database_that_is_named_is_set_aside_and_not_lost(file, elsewhere):
    elsewhere.migrate()
    (elsewhere.folder / "files" / "scans").mkdir(parents=True)
    (elsewhere.folder / "files" / "scans" / "old.pdf").write_bytes(b"old")
    status, answer = elsewhere.restore(file, f"--replace={elsewhere.name}")
    assert status == 0, answer
    assert elsewhere.rows("accounts_customer") == rows(ours, "accounts_customer")
    assert list(elsewhere.folder.glob("files.replaced_*/scans/old.pdf"))
    assert not (elsewhere.folder / "files" / "scans" / "old.pdf").exists()
    if connection.vendor == "sqlite":
        (kept,) = elsewhere.folder.glob("cpni.sqlite3.replaced_*")
        old = sqlite3.connect(kept)
        assert old.execute("SELECT COUNT(*) FROM accounts_customer").fetchall() == [(0,)]
        old.close()
    else:
        [(schema,)] = elsewhere.query(
            "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'replaced_%'"
        )
        assert elsewhere.query(f"SELECT COUNT(*) FROM {schema}.accounts_customer") == [(0,)]  # noqa: S608
        assert elsewhere.manage("backup")[0] == 0  # without what was set aside


def test_a_database_that_is_in_use_is_not_replaced(file, elsewhere):
    elsewhere.migrate()
    if connection.vendor == "sqlite":
        other = sqlite3.connect(elsewhere.folder / "cpni.sqlite3")
        other.execute("BEGIN")
        other.execute("SELECT COUNT(*) FROM accounts_customer").fetchall()
    else:
        other = psycopg.connect(elsewhere.url)
    status, answer = elsewhere.restore(file, f"--replace={elsewhere.name}")
    other.close()
    assert status == 1
    assert "Stop the desk's processes first" in answer
    assert elsewhere.rows("accounts_customer") == []


def test_a_load_with_other_counts_is_undone(file, elsewhere, tmp_path, monkeypatch):
    counts = Snapshot.counts
    monkeypatch.setattr(Snapshot, "counts", lambda s: {**counts(s), "accounts_customer": 99})
    wrong, _ = backup(tmp_path / "wrong")
    elsewhere.migrate()
    status, answer = elsewhere.restore(wrong, f"--replace={elsewhere.name}")
    assert status == 1
    assert "accounts_customer has 6 instead of 99" in answer
    assert elsewhere.rows("accounts_customer") == []
    assert elsewhere.manage("migrate", "--check")[0] == 0


def test_files_without_a_database_are_not_overwritten(file, elsewhere):
    (elsewhere.folder / "files").mkdir()
    (elsewhere.folder / "files" / "mine.pdf").write_bytes(b"mine")
    status, answer = elsewhere.restore(file)
    assert status == 1
    assert "There are files in" in answer
    assert files_below(elsewhere.folder / "files") == {"mine.pdf": b"mine"}


def test_the_other_kind_of_database_is_refused(file, tmp_path):
    keys = backup_files.identities(tmp_path / "backup_identity.txt")
    manifest = backups.verify(file, keys).manifest
    manifest.values["database"] = "another kind"
    with pytest.raises(Refused, match="made from another kind; this installation's database is"):
        backups._check_fits(manifest, connection.vendor)


def test_a_full_disk_leaves_no_file_behind(desk, tmp_path, monkeypatch):
    def full(self, data):
        self.error = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        raise self.error

    monkeypatch.setattr(backup_files._Target, "write", full)
    with pytest.raises(CommandError, match="There is no space left"):
        call_command("backup", f"--to={tmp_path / 'backups'}")
    assert list((tmp_path / "backups").iterdir()) == []
    assert Run.objects.get(name="backup").error == "Refused"


def test_a_limit_that_is_met_in_the_very_last_write_is_noticed_too(desk, tmp_path):
    """The library says nothing of an error in its last write, so ours remembers it."""

    def limited(limit):
        return subprocess.run(
            [sys.executable, "manage.py", "backup", f"--to={tmp_path / 'limited'}"],
            cwd=django_settings.BASE_DIR,
            env={**os.environ, "DATABASE_URL": database_url(), "DATA_DIR": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
        )

    # The size moves by some bytes from run to run (compressed times and keys), so each limit
    # must end in one of two ways: a whole file that keeps to it, or none at all.
    assert limited(resource.RLIM_INFINITY).returncode == 0
    [path] = (tmp_path / "limited").iterdir()
    whole = path.stat().st_size
    keys = backup_files.identities(tmp_path / "backup_identity.txt")
    path.unlink()
    refused = 0
    for limit in (whole - 1, whole - 1000, whole - 5000, whole // 2):
        done = limited(limit)
        if done.returncode == 0:
            [path] = (tmp_path / "limited").iterdir()
            assert path.stat().st_size <= limit
            backups.verify(path, keys)
            path.unlink()
        else:
            refused += 1
            assert "no space left" in done.stderr
            assert list((tmp_path / "limited").iterdir()) == []
    assert refused >= 2


def test_only_one_backup_is_made_at_a_time(desk, tmp_path):
    with (tmp_path / "backup.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(CommandError, match="Another backup is being made"):
            call_command("backup", f"--to={tmp_path / 'backups'}")


def test_without_postgresqls_programs_it_says_what_to_install(desk, tmp_path, monkeypatch):
    if connection.vendor == "sqlite":
        pytest.skip("SQLite needs no program")
    monkeypatch.setenv("PATH", "")
    with pytest.raises(CommandError, match="Install PostgreSQL's client programs"):
        call_command("backup", f"--to={tmp_path / 'backups'}")
    assert list((tmp_path / "backups").iterdir()) == []


def test_a_check_finds_damage_and_changes_nothing(file, tmp_path):
    customers = Customer.objects.count()
    bad = tmp_path / "bad.age"
    bad.write_bytes(flipped(file.read_bytes(), 100_000))
    with pytest.raises(CommandError, match="damaged"):
        call_command("backup", f"--verify={bad}")
    out = StringIO()
    call_command("backup", f"--verify={file}", stdout=out)
    assert "is whole" in out.getvalue()
    assert Customer.objects.count() == customers
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("backup", f"--verify={tmp_path / 'nothing.age'}")
    (tmp_path / "backup_identity.txt").unlink()
    with pytest.raises(CommandError, match="Which key opens the backup"):
        call_command("backup", f"--verify={file}")
