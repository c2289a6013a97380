"""What counts as a file of customers, and what its lines mean."""

from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.models import ContactPoint, Customer, ImportBatch, ImportProblem, Service

DATA = Path(__file__).parent.parent / "data"
HEADER = "account_number,name,active_since,notes\n"


@pytest.fixture
def run_text(run, tmp_path):
    def import_text(text):
        path = tmp_path / "export.csv"
        path.write_text(text, newline="")
        return run(path)

    return import_text


def test_a_byte_order_mark_crlf_other_columns_and_upper_case_are_understood(run, tmp_path):
    path = tmp_path / "excel.csv"
    path.write_bytes(
        b"\xef\xbb\xbfAccount Number,NAME,Active_Since,Balance\r\n"
        b"A1,Jos\xc3\xa9,3/4/2021,12.50\r\n,,,\r\n\r\n"
    )
    out = run(path)
    assert "1 row, of which 1 new" in out
    assert "Ignored columns: balance." in out
    assert Customer.objects.get().active_since == date(2021, 3, 4)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "no column account_number, name, active_since"),
        (b"account_number,name\nA1,B\n", "no column active_since"),
        (b"account_number;name;active_since\nA1;B;2021-03-04\n", "with commas between"),
        (b"name,name,account_number,active_since\n", "names a column twice: name"),
    ],
)
def test_a_file_without_the_right_header_is_refused_as_a_whole(today, tmp_path, content, message):
    path = tmp_path / "bad.csv"
    path.write_bytes(content)
    with pytest.raises(CommandError, match=message):
        call_command("import_customers", str(path))
    assert not Customer.objects.exists()


def test_a_line_that_is_not_utf_8_is_named_before_anything_is_written(today, tmp_path):
    path = tmp_path / "latin.csv"
    good = b"".join(b"A%d,Ann,2021-03-04\n" % n for n in range(12_000))
    path.write_bytes(b"account_number,name,active_since\n" + good + b"B1,Jos\xe9,2021-03-04\n")
    with pytest.raises(CommandError, match=r"Line 12002 is not text in UTF-8.*CSV UTF-8"):
        call_command("import_customers", str(path))
    assert not Customer.objects.exists()
    assert not ImportBatch.objects.exists()


def test_a_quotation_mark_that_is_not_closed_spoils_its_own_row_only(run_text):
    rows = [f"A{n},Ann,2021-03-04,fine\n" for n in range(300)]
    rows[3] = 'A3,Ann,2021-03-04,"oops\n'
    rows[8] = 'A8,Ann,2021-03-04,"fine, too"\n'
    assert "300 rows, of which 299 new, 0 changed, 0 unchanged, 1 refused" in run_text(
        HEADER + "".join(rows)
    )
    problem = ImportProblem.objects.get()
    assert (problem.row, problem.field) == (5, "row")
    assert not Customer.objects.filter(account_number="A3").exists()


def test_a_row_within_somebody_elses_name_is_never_imported(run_text):
    run_text(HEADER + "A1,Ann,2021-03-04,\n")
    evil = 'B1,"Eve\nA1,Mallory,2021-03-04,\nBob",2021-03-04,\n'
    assert "1 unchanged, 1 refused" in run_text(HEADER + evil + "A1,Ann,2021-03-04,\n")
    assert Customer.objects.get().name == "Ann"
    assert "runs over several lines" in ImportProblem.objects.get().message


def test_a_row_with_too_many_cells_keeps_them_all_to_be_mended(run_text, tmp_path):
    run_text(HEADER + "A1,Smith, Ann,2021-03-04,\n")
    assert "more cells than the header" in ImportProblem.objects.get().message
    errors = (tmp_path / "export.errors.csv").read_text().splitlines()
    assert errors[1].endswith(",A1,Smith, Ann,2021-03-04,")


def test_an_export_with_every_column_is_imported_as_it_says(run, tmp_path):
    path = tmp_path / "customers.csv"
    path.write_bytes((DATA / "customers.csv").read_bytes())
    assert "5 rows, of which 5 new, 0 changed, 0 unchanged, 0 refused" in run(path)
    assert set(Customer.objects.active().values_list("name", flat=True)) == {
        "Ann Whitlock",
        "Núñez, José",
        'Wasatch "Peak" Dental, LLC',
        "Olu Adeyemi",
    }
    assert Service.objects.filter(ended_on=None).count() == 6
    assert Customer.objects.filter(email_notices_since__isnull=False).count() == 2
    assert ContactPoint.objects.found_by("telephone", "+442079460018").count() == 1
    assert "5 unchanged" in run(path)


def test_the_template_is_a_file_that_can_be_filled_in(run, row, tmp_path, capsys, today):
    call_command("import_customers", "--template")
    path = tmp_path / "template.csv"
    path.write_text(capsys.readouterr().out + "A1,Ann,,,2021-03-04" + "," * 14 + "\n")
    assert "1 new" in run(path)
