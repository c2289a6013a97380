"""``manage.py import_customers``: nothing is lost, nothing is half done, nothing is done twice."""

import csv
from datetime import date

import pytest
import time_machine
from django.core.management import CommandError, call_command

from accounts import customers, importing
from accounts.import_rows import COLUMNS
from accounts.models import ContactPoint, Customer, ImportBatch, ImportProblem, Service
from tests.factories.accounts import CarrierFactory, CustomerFactory

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def frozen(db):
    CarrierFactory()
    with time_machine.travel("2026-11-23T18:00Z", tick=False):
        yield


def row(n, **changes):
    cells = {
        "account_number": f"A{n:05}",
        "name": f"Customer {n}",
        "active_since": "2021-03-04",
        "line1": f"{n} Main Street",
        "city": "Midvale",
        "state": "UT",
        "postcode": "84047",
        "email": f"c{n}@mail.example",
        "services": f"local:801-555-{n % 10000:04}:2021-03-04",
    }
    return {**cells, **changes}


@pytest.fixture
def write(tmp_path):
    def make(rows, name="export.csv", columns=COLUMNS):
        path = tmp_path / name
        with path.open("w", newline="") as file:
            out = csv.DictWriter(file, columns, restval="", extrasaction="ignore")
            out.writeheader()
            out.writerows(rows)
        return path

    return make


def run(capsys, path, *args):
    call_command("import_customers", str(path), *args)
    return capsys.readouterr().out


def everything():
    return [
        list(m.objects.order_by("pk").values()) for m in (Customer, ContactPoint, Service)
    ], sum(m.history.count() for m in (Customer, ContactPoint, Service))


def test_one_bad_row_in_ten_thousand_is_set_aside_and_can_be_mended(write, capsys, tmp_path):
    rows = [row(n) for n in range(10_000)]
    rows[7]["postcode"] = "8404"
    out = run(capsys, write(rows))
    assert "10000 rows, of which 9999 new, 0 changed, 0 unchanged, 1 refused" in out
    assert Customer.objects.count() == Customer.history.count() == 9_999
    problem = ImportProblem.objects.get()
    assert (problem.row, problem.field) == (9, "postcode")
    assert "Write it like 84047" in problem.message
    errors = tmp_path / "export.errors.csv"
    (bad,) = csv.DictReader(errors.read_text().splitlines())
    assert bad["account_number"] == "A00007"
    errors.write_text(errors.read_text().replace(",8404,", ",84047,"))
    assert "1 rows, of which 1 new" in run(capsys, errors)
    assert Customer.objects.count() == 10_000


def test_importing_the_same_file_again_changes_nothing_and_writes_no_history(write, capsys):
    path = write([row(n) for n in range(20)])
    run(capsys, path)
    before = everything()
    assert "0 new, 0 changed, 20 unchanged, 0 refused" in run(capsys, path)
    assert everything() == before
    assert ImportBatch.objects.count() == 2


def test_a_dry_run_says_what_the_import_then_does(write, capsys):
    run(capsys, write([row(n) for n in range(3)]))
    changed = [row(0, line1="9 Oak Street"), row(1, status="discontinued"), row(3)]
    path = write(changed, "next.csv")
    before = everything()
    promised = run(capsys, path, "--dry-run")
    assert everything() == before
    assert not ImportBatch.objects.filter(file_name="next.csv").exists()
    done = run(capsys, path)
    assert promised.replace("Would be imported", "Imported") == done
    assert "discontinued: 1" in done
    assert "new postal address: 1" in done


def test_a_changed_address_ends_the_old_one_and_is_not_yet_of_record(write, capsys):
    run(capsys, write([row(1, address_since="2021-03-04")]))
    run(capsys, write([row(1, line1="9 Oak Street")]))
    old, new = ContactPoint.objects.filter(kind="post").order_by("since")
    assert (old.line1, old.until) == ("1 Main Street", TODAY)
    assert new.since == TODAY
    assert not new.of_record(TODAY)
    assert new.of_record(date(2026, 12, 23))


def test_a_reconnected_customer_begins_a_new_period_of_service(write, capsys):
    run(capsys, write([row(1, status="discontinued", discontinued_on="2026-01-31")]))
    run(capsys, write([row(1, status="active")]))
    customer = Customer.objects.get()
    assert (customer.status, customer.discontinued_on) == ("active", None)
    assert customer.active_since == TODAY


def test_consent_that_was_withdrawn_is_not_brought_back_by_an_old_file(write, capsys):
    consent = {"email_notices_since": "2024-05-01", "email_notices_proof": "Order 7"}
    path = write([row(1, **consent)])
    run(capsys, path)
    customer = Customer.objects.get()
    assert customer.email_notices_since == date(2024, 5, 1)
    customers.withdraw_email_consent(customer, on=TODAY, by=None, because="Called")
    assert "1 unchanged" in run(capsys, path)
    customer.refresh_from_db()
    assert customer.email_notices_since is None


def test_an_import_that_is_killed_can_be_run_again(write, capsys, monkeypatch):
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
        run(capsys, path)
    assert Customer.objects.count() == 10
    assert ImportBatch.objects.get().finished_at is None
    monkeypatch.setattr(importing, "write_rows", real)
    assert "20 new, 0 changed, 10 unchanged" in run(capsys, path)


def test_a_merged_account_and_a_second_row_of_an_account_are_refused(write, capsys):
    survivor = CustomerFactory()
    CustomerFactory(
        account_number="A00001", status="merged", merged_into=survivor, discontinued_on=TODAY
    )
    run(capsys, write([row(1), row(2), row(2)]))
    messages = list(ImportProblem.objects.values_list("row", "message"))
    assert messages[0][1].startswith("This account was merged")
    assert messages[1] == (4, "It stands in this file twice. Remove one row.")


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"name": "Eve\r\nBcc: all"}, "name"),
        ({"name": "x" * 10_000}, "name"),
        ({"email": "not-an-address"}, "email"),
        ({"contact_number": "911-call"}, "contact_number"),
        ({"active_since": "yesterday"}, "active_since"),
        ({"active_since": "2030-01-01"}, "active_since"),
        ({"email_notices_since": "2024-01-01"}, "email_notices_proof"),
        ({"services": "telegraph:1:2020-01-01"}, "services"),
        ({"discontinued_on": "2026-01-01"}, "discontinued_on"),
        ({"state": "Utah"}, "state"),
    ],
)
def test_a_hostile_or_wrong_cell_names_its_column_and_not_its_value(write, capsys, changes, column):
    run(capsys, write([row(1, **changes)]))
    problem = ImportProblem.objects.get()
    assert problem.field == column
    assert next(iter(changes.values())) not in problem.message
    assert not Customer.objects.exists()


def test_a_byte_order_mark_other_columns_and_upper_case_are_understood(tmp_path, capsys):
    path = tmp_path / "excel.csv"
    path.write_bytes(
        b"\xef\xbb\xbfAccount_Number,NAME,Active_Since,Balance\r\nA1,Jos\xc3\xa9,3/4/2021,12.50\r\n"
    )
    out = run(capsys, path)
    assert "1 new" in out
    assert "Ignored columns: balance." in out
    assert Customer.objects.get().active_since == date(2021, 3, 4)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "no column account_number"),
        (b"account_number,name\nA1,B\n", "no column active_since"),
        (b"account_number,name,active_since\nA1,Jos\xe9,2021-03-04\n", "not CSV text in UTF-8"),
        (b"name,name,account_number,active_since\n", "names a column twice"),
    ],
)
def test_a_file_that_is_no_such_file_is_refused_as_a_whole(tmp_path, content, message):
    path = tmp_path / "bad.csv"
    path.write_bytes(content)
    with pytest.raises(CommandError, match=message):
        call_command("import_customers", str(path))
    assert not Customer.objects.exists()
