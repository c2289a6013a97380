"""The check of one row, without a database."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.import_csv import read_rows
from accounts.import_rows import COLUMNS, CheckedRow, check_row

TODAY = date(2026, 11, 23)
GOOD = {"account_number": "A1", "name": "Ann", "active_since": "2021-03-04"}


def check(**cells):
    return check_row({**GOOD, **cells}, line=2, today=TODAY)


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"account_number": ""}, "account_number"),
        ({"name": "Eve\r\nBcc: all"}, "name"),
        ({"name": "Eve\x00"}, "name"),
        ({"name": "x" * 10_000}, "name"),
        ({"email": "not-an-address"}, "email"),
        ({"email": f"{'x' * 300}@mail.example.com"}, "email"),
        ({"contact_number": "911-call"}, "contact_number"),
        ({"active_since": "yesterday"}, "active_since"),
        ({"active_since": "2030-01-01"}, "active_since"),
        ({"active_since": "0021-03-04"}, "active_since"),
        ({"email_notices_since": "2024-01-01"}, "email_notices_proof"),
        ({"email_notices_proof": "Order 7"}, "email_notices_since"),
        ({"services": "telegraph:1:2020-01-01"}, "services"),
        ({"services": "local:801-555-0100:2020-01-01:2019-01-01"}, "services"),
        ({"services": "local:801-555-0100:2020-01-01;local:8015550100:2020-01-01"}, "services"),
        ({"discontinued_on": "2026-01-01"}, "discontinued_on"),
        ({"status": "discontinued", "discontinued_on": "2020-01-01"}, "discontinued_on"),
        ({"status": "merged"}, "status"),
        ({"line1": "1 Main", "city": "Midvale", "state": "Utah", "postcode": "84047"}, "state"),
        ({"line1": "1 Main", "city": "Midvale", "state": "UT", "postcode": "٨٤٠٤٧"}, "postcode"),
        ({"line1": "1 Main", "state": "UT", "postcode": "84047"}, "city"),
    ],
)
def test_a_hostile_or_wrong_cell_names_its_column_and_not_its_value(cells, column):
    (problem,) = check(**cells)
    assert problem.field == column
    assert problem.message.endswith((".", ")"))
    assert cells.get(column, "") == "" or cells[column] not in problem.message


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "=1+1", "@Home Inc", "José Núñez"])
def test_a_name_may_hold_what_only_other_programs_misread(name):
    assert check(name=name).name == name


def test_all_problems_of_a_row_are_named_at_once():
    problems = check(name="", email="x", active_since="soon")
    assert {p.field for p in problems} == {"name", "email", "active_since"}


@pytest.mark.parametrize(
    "number", ["8015550134", "801-555-0134", "(801) 555-0134", "+1 801 555 0134", "1-801-555-0134"]
)
def test_a_telephone_number_has_one_form(number):
    assert check(contact_number=number).contact_number == "+18015550134"


@given(st.dictionaries(st.sampled_from(COLUMNS), st.text(max_size=300)))
def test_any_text_is_either_checked_or_refused_with_a_reason(cells):
    result = check_row(cells, line=2, today=TODAY)
    assert isinstance(result, CheckedRow) or all(p.message for p in result)


@given(st.lists(st.text(alphabet='ab",\n', max_size=30), max_size=30))
def test_no_line_is_lost_without_a_word(lines):
    """Every line is a row, part of a row that is refused, or empty."""
    text = ["a,b\n", *("".join(lines).splitlines(keepends=True))]
    reached = 0
    for row in read_rows(text):
        assert row.line > reached
        skipped = text[reached : row.line - 1]
        assert all(not line.replace(",", "").replace('"', "").strip() for line in skipped)
        reached = row.line + sum(cell.count("\n") for cell in row.cells)
        assert row.problem or not any("\n" in cell for cell in row.cells)
