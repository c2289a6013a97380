"""Tables that leave the desk: a spreadsheet computes nothing, and what comes back is what left."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.import_csv import as_imported
from accounts.import_rows import own_text
from accounts.spreadsheets import FORMULA, Table, guarded, line, unguarded

AWKWARD = st.text(alphabet=" '=+-@\t\r\n＝＋－＠a1;,\"", max_size=8)


@pytest.mark.parametrize("first", FORMULA)
def test_what_a_spreadsheet_would_compute_is_preceded_by_an_apostrophe(first):
    assert guarded(f"{first}1+1") == f"'{first}1+1"
    (cells,) = csv.reader(io.StringIO(line(["A1", f"{first}1+1"]), newline=""))
    assert cells == ["A1", f"'{first}1+1"]


def test_a_table_writes_the_same_lines_and_none_as_nothing():
    file = io.StringIO(newline="")
    Table(file).row(["=1", None, 7])
    assert file.getvalue() == "'=1,,7\r\n"


@given(st.one_of(st.text(max_size=40), AWKWARD))
def test_a_guarded_cell_comes_back_as_it_was(cell):
    assert unguarded(guarded(cell)) == cell
    assert not guarded(cell).startswith(FORMULA)


@pytest.mark.parametrize(
    "cell", ["+1 801 555 0134", "-O'Neil", "'-O'Neil", "O'Neil", "@home", "''=x"]
)
def test_a_telephone_number_or_a_name_survives_our_own_files(cell):
    assert unguarded(guarded(cell)) == cell


@given(st.one_of(st.text(max_size=40), AWKWARD))
def test_a_refused_row_is_read_again_as_it_was_read_the_first_time(cell):
    once = guarded(as_imported(cell))
    assert own_text(once) == own_text(cell)
    assert own_text(guarded(as_imported(once))) == own_text(cell)
