"""A bad row of an import is set aside with what is wrong with it; the others are imported."""

import csv
import stat

import pytest
from django.core.management import CommandError

from accounts.models import Customer, ImportProblem
from tests.factories.accounts import CustomerFactory


def errors_of(path):
    return list(csv.DictReader(path.with_suffix(".errors.csv").read_text().splitlines()))


def test_one_bad_row_in_ten_thousand_is_set_aside_and_can_be_mended(run, row, write, tmp_path):
    rows = [row(n) for n in range(10_000)]
    rows[7]["postcode"] = "8404"
    out = run(write(rows))
    assert "10,000 rows, of which 9999 new, 0 changed, 0 unchanged, 1 refused" in out
    assert Customer.objects.count() == Customer.history.count() == 9_999
    problem = ImportProblem.objects.get()
    assert (problem.row, problem.field) == (9, "postcode")
    assert "Write it like 84047" in problem.message
    errors = tmp_path / "export.errors.csv"
    (bad,) = errors_of(tmp_path / "export.csv")
    assert (bad["account_number"], bad["problem_column"]) == ("A00007", "postcode")
    errors.write_text(errors.read_text().replace(",8404,", ",84047,"))
    assert "1 row, of which 1 new" in run(errors)
    assert Customer.objects.count() == 10_000


def test_a_file_that_is_being_mended_is_never_written_over(run, row, write, tmp_path):
    path = write([row(1, postcode="8404")])
    run(path)
    half_mended = tmp_path / "export.errors.csv"
    half_mended.write_text(half_mended.read_text() + "work of an hour")
    assert "export.errors-2.csv" in run(path)
    assert half_mended.read_text().endswith("work of an hour")


def test_the_same_refusals_each_night_leave_one_file(run, row, write, tmp_path):
    path = write([row(1, postcode="8404"), row(2)])
    for _ in range(3):
        assert "export.errors.csv" in run(path)
    assert len(list(tmp_path.glob("*.errors*"))) == 1


def test_a_row_that_was_not_mended_is_set_aside_again(run, row, write, tmp_path):
    run(write([row(1, postcode="8404"), row(2, state="Utah")]))
    errors = tmp_path / "export.errors.csv"
    errors.write_text(errors.read_text().replace(",8404,", ",84047,"))
    out = run(errors)
    assert "1 new, 0 changed, 0 unchanged, 1 refused" in out
    assert "Ignored columns" not in out
    header, left = csv.reader((tmp_path / "export.errors-2.csv").read_text().splitlines())
    assert header.count("problem") == 1
    assert dict(zip(header, left, strict=True))["account_number"] == "A00002"


def test_the_refused_rows_are_readable_by_their_owner_only(run, row, write, tmp_path):
    run(write([row(1, postcode="8404")]))
    mode = (tmp_path / "export.errors.csv").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


def test_a_spreadsheet_computes_nothing_in_the_errors_file(run, row, write, tmp_path):
    name = '=HYPERLINK("http://evil.example","Pay here")'
    run(write([row(1, name=name, contact_number="+44 20 7946 0018", postcode="8404")]))
    (bad,) = errors_of(tmp_path / "export.csv")
    assert bad["name"] == f"'{name}"
    assert bad["contact_number"] == "'+44 20 7946 0018"
    errors = tmp_path / "export.errors.csv"
    errors.write_text(errors.read_text().replace(",8404,", ",84047,"))
    run(errors)
    assert Customer.objects.get().name == name
    assert Customer.objects.get().contact_points.get(kind="telephone").value == "+442079460018"


def test_a_merged_account_and_a_second_row_of_an_account_are_refused(run, row, write, today):
    survivor = CustomerFactory()
    CustomerFactory(
        account_number="A00001", status="merged", merged_into=survivor, discontinued_on=today
    )
    run(write([row(1), row(2), row(2, city="Orem")]))
    first, second = ImportProblem.objects.all()
    assert (first.row, first.message[:31]) == (2, "This account was merged into an")
    assert (second.row, second.field) == (4, "account_number")
    assert second.message.startswith("Row 3 has the same.")
    assert Customer.objects.get(account_number="A00002").contact_points.filter(city="Midvale")


def test_a_dry_run_names_the_rows_and_writes_no_file(run, row, write, tmp_path):
    out = run(write([row(n, postcode="8404") for n in range(30)]), "--dry-run")
    assert "Row 2, postcode: It is not a ZIP code." in out
    assert out.count("It is not a ZIP code.") == 20
    assert "… and so on." in out
    assert [p.name for p in tmp_path.glob("*.csv")] == ["export.csv"]
    assert not ImportProblem.objects.exists()


def test_a_folder_that_cannot_be_written_to_stops_the_import_with_a_remedy(
    run, row, write, monkeypatch
):
    def refused(*args):
        raise PermissionError

    monkeypatch.setattr("accounts.import_csv.os.open", refused)
    with pytest.raises(CommandError, match="Copy the file to a folder that can be written to"):
        run(write([row(1), row(2, postcode="8404")]))
    assert not Customer.objects.exists()
