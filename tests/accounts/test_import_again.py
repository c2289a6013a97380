"""An import can be tried, killed, run again and run twice at once."""

import threading

import pytest
from django.db import connection

from accounts import importing
from accounts.importing import import_file
from accounts.models import Customer, ImportBatch

COUNTS = ("rows", "created", "changed", "unchanged", "refused", "effects")


def test_importing_the_same_file_again_changes_nothing_and_writes_no_history(
    run, row, write, everything
):
    consent = {"email_notices_since": "2024-05-01", "email_notices_proof": "Order 7"}
    rows = [row(n) for n in range(20)]
    rows[3].update(consent, contact_number="801-555-0177", services="local::2020-01-06")
    rows[4].update(status="discontinued")
    path = write(rows)
    run(path)
    before = everything()
    assert "0 new, 0 changed, 20 unchanged, 0 refused" in run(path)
    assert everything() == before
    assert ImportBatch.objects.count() == 2


def test_a_dry_run_says_what_the_import_then_does(run, row, write, everything):
    run(write([row(n) for n in range(4)]))
    changed = [
        row(0, line1="9 Oak Street"),
        row(1, status="discontinued"),
        row(
            2, services="local:801-555-0002:2021-03-04:2026-01-31; wireless:801-555-0190:2026-02-01"
        ),
        row(3, active_since="2026-06-01"),
        row(4),
    ]
    path = write(changed, "next.csv")
    before = everything()
    promised = run(path, "--dry-run")
    assert everything() == before
    assert not ImportBatch.objects.filter(file_name="next.csv").exists()
    done = run(path)
    assert promised.replace("Would be imported", "Imported") == done
    for effect in (
        "discontinued: 1",
        "ended service: 1",
        "new period of service: 1",
        "new postal address: 1",
        "new service: 1",
    ):
        assert f"  {effect}\n" in done


def test_the_same_holds_of_the_numbers_that_the_function_returns(row, write, today):
    path = write([row(n, postcode="8404" if n == 5 else "84047") for n in range(12)])
    kwargs = {"today": today, "by": None, "because": "Monthly"}
    promised = import_file(path, dry_run=True, **kwargs)
    done = import_file(path, **kwargs)
    assert [getattr(promised, c) for c in COUNTS] == [getattr(done, c) for c in COUNTS]
    assert promised.problems == done.problems
    assert promised.errors_file is None


def test_an_import_that_is_killed_can_be_run_again(run, row, write, monkeypatch):
    path = write([row(n) for n in range(30)])
    monkeypatch.setattr(importing, "CHUNK", 10)
    real, calls = importing.write_rows, []

    def dies_in_the_second_chunk(*args, **kwargs):
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(*args, **kwargs)

    monkeypatch.setattr(importing, "write_rows", dies_in_the_second_chunk)
    with pytest.raises(KeyboardInterrupt):
        run(path)
    assert Customer.objects.count() == 10
    killed = ImportBatch.objects.get()
    assert (killed.finished_at, killed.rows, killed.created) == (None, 10, 10)
    monkeypatch.setattr(importing, "write_rows", real)
    assert "20 new, 0 changed, 10 unchanged" in run(path)
    assert Customer.history.count() == 30


@pytest.mark.django_db(transaction=True)
def test_two_imports_of_the_same_file_at_once_write_every_customer_once(row, write, today):
    path, summaries = write([row(n) for n in range(400)]), []
    start = threading.Barrier(2)

    def work():
        start.wait()
        try:
            summaries.append(import_file(path, today=today, by=None, because="Twice"))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted((s.created, s.unchanged) for s in summaries) == [(0, 400), (400, 0)]
    assert Customer.objects.count() == Customer.history.count() == 400
