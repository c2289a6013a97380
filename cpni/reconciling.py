"""Comparing a billing export with the records after a migration, without importing it.

Did every customer arrive, in the same state, and was any opt-out lost? (64.2009(a), domain.md 13,
question 15.) The file goes row by row into a temporary table; the comparison is one statement for
what is in the file and one for who is not, however many there are.
"""

import io
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.db.models import Count

from accounts.errors import Refused
from accounts.fields import CONTROL, visible
from accounts.import_csv import FileRow, digest, lines_of, read_header, read_rows
from accounts.import_rows import STATUSES, own_text
from accounts.models import User
from accounts.permissions import require
from accounts.spreadsheets import line as table_line
from cpni.models import Difference, Reconciliation
from notices.models import Use

ADD, EXPORT = "cpni.add_reconciliation", "cpni.export_reconciliation"
CHUNK = 5_000
ACCOUNT, STATUS, OPTED_OUT, MAY_USE = "account_number", "status", "opted_out", "may_use"
YES, NO = frozenset({"yes", "y", "true", "1"}), frozenset({"no", "n", "false", "0"})
Kind = Difference.Kind

KEEP = (
    "CREATE TEMPORARY TABLE IF NOT EXISTS reconciling (line bigint, account varchar(40),"
    " state varchar(12), opted_out integer, problem varchar(200))",
    "CREATE INDEX IF NOT EXISTS reconciling_account ON reconciling (account)",
    "DELETE FROM reconciling",
)
STAGE = "INSERT INTO reconciling VALUES (%s, %s, %s, %s, %s)"

DENIED = """EXISTS (SELECT 1 FROM cpni_approval a JOIN notices_use u ON u.id = a.use_id
  WHERE a.customer_id = c.id AND a.state = 'denied' AND u.mechanism = %(opt_out)s)"""

COMPARE = f"""
INSERT INTO cpni_difference
  (reconciliation_id, kind, line, account_number, customer_id, ours, theirs)
SELECT %(number)s, kind, line, account, customer_id,
  CASE WHEN customer_id IS NULL THEN ''
    WHEN denied THEN known || ', opted out' ELSE known END,
  CASE WHEN problem <> '' THEN problem ELSE
    CASE WHEN state = '' THEN 'state not told' ELSE state END
    || CASE WHEN opted_out = 1 THEN ', opted out' WHEN opted_out = 0 THEN ', may be used'
      WHEN %(tells_choices)s = 1 THEN ', choice not told' ELSE '' END END
FROM (
  SELECT r.*, c.id AS customer_id, c.status AS known, {DENIED} AS denied, CASE
    WHEN r.problem <> '' THEN 'unread'
    WHEN c.id IS NULL THEN 'missing_here'
    WHEN (r.opted_out = 0 OR r.opted_out IS NULL AND %(tells_choices)s = 1) AND {DENIED}
      THEN 'denial_lost'
    WHEN r.opted_out = 1 AND NOT {DENIED} THEN 'denial_unknown'
    WHEN r.state <> '' AND (r.state = 'active') <> (c.status = 'active') THEN 'state'
    ELSE '' END AS kind
  FROM reconciling r LEFT JOIN accounts_customer c ON c.account_number = r.account
    AND r.problem = ''
) compared WHERE kind <> '' ORDER BY line
"""

MISSING_THERE = f"""
INSERT INTO cpni_difference
  (reconciliation_id, kind, line, account_number, customer_id, ours, theirs)
SELECT %(number)s, 'missing_there', NULL, c.account_number, c.id,
  CASE WHEN {DENIED} THEN 'active, opted out' ELSE 'active' END, ''
FROM accounts_customer c WHERE c.status = 'active' AND NOT EXISTS
  (SELECT 1 FROM reconciling r WHERE r.account = c.account_number)
ORDER BY c.id
"""


def reconcile(
    path: Path,
    *,
    name: str,
    by: User | None,
    because: str,
    at: datetime,
    clock: Callable[[], datetime],
) -> Reconciliation:
    """Compare the CSV file at ``path``, called ``name``, with the records at the instant ``at``.

    Of its columns these are read: ``account_number``, and if they are there ``status`` (active or
    discontinued) and ``opted_out`` or ``may_use`` (yes or no). Where one of the last two is there,
    an empty cell of a customer who opted out is a denial lost: whoever reads that file would not
    know of it. Writes the record and its differences and nothing else. Raises Refused when the file
    is no text in UTF-8 or has no ``account_number``.
    """
    require(by, ADD)
    found = Reconciliation(
        file_name=visible(name)[:255],
        digest=digest(path),
        started_at=at,
        by=by,
        because=because[:200],
    )
    with path.open("rb") as raw, io.TextIOWrapper(raw, "utf-8-sig", newline="") as text:
        rows = read_rows(lines_of(text))
        first = next(rows, None)
        header = read_header(first.cells if first else [], required=(ACCOUNT,))
        found.tells_choices = OPTED_OUT in header or MAY_USE in header
        with transaction.atomic():
            found.save()
            with connection.cursor() as cursor:
                for statement in KEEP:
                    cursor.execute(statement)
                staged = _staged(rows, header)
                while chunk := list(islice(staged, CHUNK)):
                    cursor.executemany(STAGE, chunk)
                    found.rows += len(chunk)
                if connection.vendor == "postgresql":
                    cursor.execute("ANALYZE reconciling")
                values: dict[str, int | str] = {
                    "number": found.pk,
                    "opt_out": Use.Mechanism.OPT_OUT.value,
                    "tells_choices": int(found.tells_choices),
                }
                for statement in (COMPARE, MISSING_THERE):
                    cursor.execute(statement, values)
                cursor.execute("DELETE FROM reconciling")
            in_file = found.differences.exclude(kind=Kind.MISSING_THERE).count()
            found.agree, found.finished_at = found.rows - in_file, clock()
            found.save()
    return found


def _staged(rows: Iterator[FileRow], header: list[str]) -> Iterator[tuple[Any, ...]]:
    """Each row of the file as the temporary table takes it."""
    seen: set[str] = set()
    for row in rows:
        cells = dict(zip(header, row.cells, strict=False))
        account = own_text(cells.get(ACCOUNT))
        state = own_text(cells.get(STATUS)).lower()
        opted_out, problem = _choice(cells)
        if row.problem:
            problem = row.problem.message
        elif not account:
            problem = f"{ACCOUNT}: It is empty. Fill it in."
        elif len(account) > 40 or CONTROL.search(account):
            problem = f"{ACCOUNT}: It is no account number. Correct it."
        elif account in seen:
            problem = f"{ACCOUNT}: An earlier row has the same. Keep one of them."
        elif state and state not in STATUSES:
            problem = f"{STATUS}: It must be one of: {', '.join(STATUSES)}."
        if CONTROL.search(account):
            account = ""
        seen.add(account)
        yield row.line, account[:40], "" if problem else state, opted_out, problem[:200]


def _choice(cells: dict[str, str]) -> tuple[int | None, str]:
    """Whether the customer opted out as the file says, None if it says nothing; and a problem."""
    found: set[int] = set()
    for column, meant in ((OPTED_OUT, 1), (MAY_USE, 0)):
        cell = own_text(cells.get(column)).lower()
        if cell in YES:
            found.add(meant)
        elif cell in NO:
            found.add(1 - meant)
        elif cell:
            return None, f"{column}: It must be yes or no."
    if len(found) > 1:
        return None, f"{OPTED_OUT}: It contradicts {MAY_USE}. Correct one of them."
    return (found.pop() if found else None), ""


def counts(reconciliation: Reconciliation) -> list[tuple[Kind, int]]:
    """How many differences of each kind; with the rows that agree they are all rows of the file."""
    found = dict(
        reconciliation.differences.order_by().values_list("kind").annotate(number=Count("pk"))
    )
    return [(kind, found.get(kind.value, 0)) for kind in Kind]


def export(reconciliation: Reconciliation, kind: str, *, by: User | None) -> Iterator[str]:
    """The differences of ``kind`` as lines of CSV. Raises Refused where there is no such kind."""
    require(by, EXPORT)
    if kind not in Kind.values:
        raise Refused("There is no such difference.", "Choose one of the list.")
    rows = reconciliation.differences.filter(kind=kind)
    columns = ("line", "account_number", "ours", "theirs")
    yield table_line(("line", "account_number", "here", "in_the_file"))
    for row in rows.values_list(*columns).iterator(chunk_size=2_000):
        yield table_line("" if cell is None else cell for cell in row)
