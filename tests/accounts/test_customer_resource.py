"""Customers imported and exported by hand: the command's rules in the library's preview."""

import csv
import io

import pytest
import tablib

from accounts.import_rows import COLUMNS
from accounts.models import Customer, ImportBatch, ImportProblem
from accounts.resources import CustomerResource
from accounts.table_format import GuardedCSV
from tests.factories.accounts import CustomerFactory, UserFactory

pytestmark = pytest.mark.usefixtures("today")


@pytest.fixture
def import_rows():
    """``import_rows([row(1)], dry_run=True)`` is what the admin does with an uploaded file."""

    def run(rows, *, dry_run, columns=COLUMNS, user=None):
        dataset = tablib.Dataset(headers=columns)
        for cells in rows:
            dataset.append([cells.get(name, "") for name in columns])
        return CustomerResource().import_data(
            dataset, dry_run=dry_run, file_name="hand.csv", user=user, raise_errors=False
        )

    return run


def test_the_preview_shows_what_would_change_and_changes_nothing(import_rows, row, everything):
    CustomerFactory(account_number="A00001", name="Ann", post=False)
    before = everything()
    result = import_rows([row(1, name="Ann <b>"), row(2)], dry_run=True)
    assert everything() == before
    assert not ImportBatch.objects.exists()
    assert not result.has_errors()
    assert [r.import_type for r in result.rows] == ["update", "new"]
    name, line1 = (result.rows[0].diff[COLUMNS.index(c)] for c in ("name", "line1"))
    assert name == "<del>Ann</del> <ins>Ann &lt;b&gt;</ins>"
    assert line1 == "<del></del> <ins>1 Main Street</ins>"


def test_confirming_writes_what_was_shown_with_history_and_who_did_it(import_rows, row):
    officer = UserFactory()
    result = import_rows([row(1), row(2)], dry_run=False, user=officer)
    assert result.totals["new"] == 2
    written = Customer.history.get(account_number="A00001")
    assert (written.history_user, written.history_type) == (officer, "+")
    assert written.history_change_reason == "Import of hand.csv"
    batch = ImportBatch.objects.get()
    assert (batch.rows, batch.created, batch.by, batch.file_name) == (2, 2, officer, "hand.csv")
    assert batch.finished_at is not None


def test_the_same_rows_again_are_left_alone(import_rows, row, everything):
    import_rows([row(1), row(2)], dry_run=False)
    before = everything()
    assert import_rows([row(1), row(2)], dry_run=False).totals["skip"] == 2
    assert everything() == before


def test_a_bad_row_names_its_row_its_column_and_the_remedy(import_rows, row):
    result = import_rows([row(1), row(2, postcode="8404", email="x")], dry_run=True)
    assert result.has_validation_errors()
    (invalid,) = result.invalid_rows
    assert invalid.number == 3
    assert invalid.field_specific_errors == {
        "postcode": ["Row 3: It is not a ZIP code. Write it like 84047 or 84047-1234."],
        "email": ["Row 3: It is not an e-mail address. Correct it or leave it empty."],
    }


def test_rows_that_turn_bad_before_they_are_confirmed_are_recorded(import_rows, row):
    import_rows([row(1), row(1)], dry_run=False)
    assert Customer.objects.count() == 1
    problem = ImportProblem.objects.get()
    assert (problem.batch.refused, problem.row, problem.field) == (1, 3, "account_number")


def test_rows_swallowed_by_a_quotation_mark_are_not_lost_without_a_word(import_rows, row):
    columns = (*COLUMNS, "notes")
    result = import_rows([row(1, notes="oops\nA2,Ben,2021-03-04,")], dry_run=True, columns=columns)
    assert "runs over several lines" in str(result.invalid_rows[0].error_dict)


def test_a_header_without_a_required_column_is_refused(import_rows, row):
    result = import_rows([row(1)], dry_run=True, columns=("account_number", "name"))
    assert "no column active_since" in str(result.base_errors[0].error)


def test_what_was_exported_can_be_imported_and_changes_nothing(import_rows, row, everything):
    import_rows(
        [
            row(1, contact_number="+44 20 7946 0018", name="=cmd|' /C calc'!A0"),
            row(2, status="discontinued", services="local:801-555-0100:2020-01-06:2024-01-31"),
            row(3, email_notices_since="2024-05-01", email_notices_proof="Order 7"),
        ],
        dry_run=False,
    )
    before = everything()
    data = GuardedCSV().export_data(CustomerResource().export(Customer.objects.order_by("pk")))
    dataset = GuardedCSV().create_dataset(data)
    result = CustomerResource().import_data(dataset, dry_run=False, file_name="again.csv")
    assert result.totals["skip"] == 3
    assert everything() == before


def test_a_spreadsheet_computes_nothing_in_an_export(row, import_rows):
    import_rows([row(1, name="=1+1"), row(2, name="@SUM(1)"), row(3, name="-1")], dry_run=False)
    dataset = CustomerResource().export(Customer.objects.order_by("pk"))
    file = csv.DictReader(io.StringIO(GuardedCSV().export_data(dataset)))
    assert [line["name"] for line in file] == ["'=1+1", "'@SUM(1)", "'-1"]
    assert dataset["address_since"] == ["2026-11-23"] * 3


def test_an_export_asks_a_fixed_number_of_queries(django_assert_num_queries):
    CustomerFactory.create_batch(12, by_email=True)
    with django_assert_num_queries(4):
        CustomerResource().export(Customer.objects.all(), export_fields=["account_number", "email"])
