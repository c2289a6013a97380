"""No file leaves the desk in which a spreadsheet could find a formula: there is one writer."""

import ast

from tests.architecture.test_imports_run_one_way import FILES

THE_WRITER = "accounts.spreadsheets"
# Libraries that write tables of their own.
WRITERS = {"tablib", "openpyxl", "xlwt", "xlsxwriter", "odf", "pandas", "pyexcel"}


def writes_tables(tree: ast.AST) -> list[str]:
    """What in the module could write a table past the one writer."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [a.name for a in node.names if a.name.split(".")[0] in WRITERS]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = {a.name for a in node.names}
            if node.module.split(".")[0] in WRITERS:
                found.append(node.module)
            if node.module == "csv" and names & {"writer", "DictWriter"}:
                found.append("csv.writer")
        elif isinstance(node, ast.Attribute) and ast.unparse(node) in (
            "csv.writer",
            "csv.DictWriter",
        ):
            found.append("csv.writer")
    return found


def test_every_table_is_written_by_the_one_writer():
    found = {m: writes_tables(ast.parse(f.read_text())) for m, f in FILES.items()}
    assert {m: what for m, what in found.items() if what} == {THE_WRITER: ["csv.writer"] * 2}


def test_the_admin_offers_only_the_guarded_format(settings):
    from accounts.table_format import GuardedCSV

    assert [GuardedCSV] == settings.IMPORT_EXPORT_FORMATS
