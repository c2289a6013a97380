"""Backups: what is restored is what was there, on either database."""

import sqlite3
import subprocess
from datetime import date
from io import StringIO
from threading import Event, Thread

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from accounts.models import Customer, Run
from config import backup_files
from tests.factories.accounts import CustomerFactory
from tests.installations import TABLES, backup, files_below, ours, rows

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
NOV_4 = date(2026, 11, 4)


def test_a_restored_backup_has_every_row_and_every_file(elsewhere, tmp_path):
    tables = [table for (table,) in ours(TABLES[connection.vendor])]
    before = {table: rows(ours, table) for table in tables}
    file, _ = backup(tmp_path / "backups")
    status, answer = elsewhere.restore(file)
    assert status == 0, answer
    assert "Restored" in answer
    for table, expected in before.items():
        found = elsewhere.rows(table)
        if table == "accounts_run":
            found = [row for row in found if "restore" not in row]
        assert found == expected, table
    assert len(before["cpni_historicalapproval"]) > 10
    expected = files_below(tmp_path / "files")
    del expected["uploads-to-confirm/half.csv"]
    assert files_below(elsewhere.folder / "files") == expected
    assert len(expected) == 2


def test_the_restored_desk_works_and_its_database_still_refuses_to_change_a_notice(file, elsewhere):
    elsewhere.restore(file)
    customer = Customer.objects.order_by("pk").first()
    status, answer = elsewhere.manage("approval_status", customer.account_number)
    assert status == 0
    assert "opted out" in answer
    change = "UPDATE notices_noticetext SET email_body = 'x'"
    with pytest.raises((sqlite3.IntegrityError, psycopg.errors.RaiseException)):
        elsewhere.query(change)
    assert elsewhere.manage("migrate", "--check")[0] == 0


def test_a_backup_is_its_owners_alone_and_shows_nothing_without_the_key(desk, tmp_path):
    for customer in Customer.objects.all():
        customer.name = "Marmaduke Featherstonehaugh"
        customer.save()
    file, said = backup(tmp_path / "backups")
    assert file.stat().st_mode & 0o077 == 0
    assert file.parent.stat().st_mode & 0o077 == 0
    assert (tmp_path / "backup_identity.txt").stat().st_mode & 0o077 == 0
    assert b"Featherstonehaugh" not in file.read_bytes()
    assert file.read_bytes().startswith(b"age-encryption.org/v1")
    assert "Made a key for this trial's backups" in said
    assert sorted(p.name for p in tmp_path.iterdir() if p.name.startswith(".")) == []


def test_the_age_tool_would_open_it_and_find_a_plain_tar_archive(desk, tmp_path):
    file, _ = backup(tmp_path / "backups")
    keys = backup_files.identities(tmp_path / "backup_identity.txt")
    with file.open("rb") as source, (tmp_path / "plain.tar").open("wb") as plain:
        backup_files.pyrage.decrypt_io(source, plain, keys)
    listed = subprocess.run(
        ["/usr/bin/env", "tar", "--list", "--file", str(tmp_path / "plain.tar")],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    assert listed[0].startswith("database.")
    assert listed[-1] == "manifest.json"
    assert "secret_key" not in "".join(listed)


def test_each_backup_is_a_run_with_its_size(desk, tmp_path):
    file, _ = backup(tmp_path / "backups")
    run = Run.objects.get(name="backup")
    assert run.error == ""
    assert run.counts["file"] == file.name
    assert run.counts["bytes"] == file.stat().st_size


def test_only_the_newest_are_kept_and_nothing_else_is_deleted(desk, tmp_path):
    folder = tmp_path / "backups"
    folder.mkdir()
    for day in range(1, 6):
        (folder / f"cpni-desk-2026100{day}T010000Z.tar.age").write_bytes(b"old")
    (folder / "notes.txt").write_text("mine")
    file, said = backup(folder, "--keep=2")
    assert sorted(p.name for p in folder.iterdir()) == [
        "cpni-desk-20261005T010000Z.tar.age",
        file.name,
        "notes.txt",
    ]
    assert "Deleted the old backup cpni-desk-20261001T010000Z.tar.age." in said
    with pytest.raises(CommandError, match="at least 1"):
        call_command("backup", f"--to={folder}", "--keep=0")


def test_a_scan_that_is_gone_is_told_of_and_the_rest_is_backed_up(desk, tmp_path):
    next((tmp_path / "files").glob("scans/*/*/*")).unlink()
    _, said = backup(tmp_path / "backups")
    assert "The file of opt-out request" in said


def test_production_says_how_to_name_a_key_and_makes_none(desk, tmp_path, settings):
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="BACKUP_RECIPIENTS is not set"):
        call_command("backup", f"--to={tmp_path / 'backups'}")
    assert not (tmp_path / "backup_identity.txt").exists()
    assert Run.objects.get(name="backup").error == "Refused"


def test_a_key_of_ones_own_even_with_a_passphrase(desk, tmp_path, settings):
    out = StringIO()
    call_command("backup", f"--new-key={tmp_path / 'key.txt'}", stdout=out)
    settings.BACKUP_RECIPIENTS = [out.getvalue().strip()]
    file, _ = backup(tmp_path / "backups")
    plain = (tmp_path / "key.txt").read_bytes()
    locked = backup_files.pyrage.passphrase.encrypt(plain, "correct horse")
    (tmp_path / "locked.age").write_bytes(locked)
    (tmp_path / "phrase").write_text("correct horse\n")
    out = StringIO()
    call_command(
        "backup",
        f"--verify={file}",
        f"--identity={tmp_path / 'locked.age'}",
        f"--passphrase-file={tmp_path / 'phrase'}",
        stdout=out,
    )
    assert "is whole" in out.getvalue()
    with pytest.raises(CommandError, match=r"key\.txt is there already"):
        call_command("backup", f"--new-key={tmp_path / 'key.txt'}")


def test_a_private_key_among_the_public_ones_is_refused_and_not_shown(desk, tmp_path, settings):
    call_command("backup", f"--new-key={tmp_path / 'key.txt'}", stdout=StringIO())
    private = (tmp_path / "key.txt").read_text().splitlines()[1]
    settings.BACKUP_RECIPIENTS = [private]
    with pytest.raises(CommandError, match="is not a public key") as refused:
        call_command("backup", f"--to={tmp_path / 'backups'}")
    assert private[:20] not in str(refused.value)


def test_a_backup_while_a_writer_writes_is_of_one_instant(elsewhere, tmp_path):
    """Each transaction writes two customers, so an odd number would be half of one."""
    stop = Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            with transaction.atomic():
                for half in "ab":
                    Customer.objects.create(
                        account_number=f"W{number}{half}", name="x", active_since=NOV_4
                    )
            number += 1
        connection.close()

    thread = Thread(target=write)
    thread.start()
    try:
        files = [backup(tmp_path / f"backups{n}")[0] for n in range(2)]
    finally:
        stop.set()
        thread.join()
    status, answer = elsewhere.restore(files[-1])
    assert status == 0, answer
    [(written,)] = elsewhere.query(
        "SELECT COUNT(*) FROM accounts_customer WHERE account_number LIKE 'W%'"
    )
    assert written > 0
    assert written % 2 == 0


def test_a_customer_that_comes_later_is_not_in_it(elsewhere, tmp_path):
    file, _ = backup(tmp_path / "backups")
    CustomerFactory(account_number="LATER")
    elsewhere.restore(file)
    assert not elsewhere.query("SELECT 1 FROM accounts_customer WHERE account_number = 'LATER'")
