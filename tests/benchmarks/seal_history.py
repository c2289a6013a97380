"""Sealing and verifying a million rows of history, against reading them all in plain SQL.

The limit writes each row out as text and adds up the lengths: no digest, no pages. Required: under
a minute each for a million rows.
"""

import sys
from datetime import UTC, datetime

from tests.benchmarks import scratch

REQUIRED = 60.0  # seconds for a million rows
NIGHT = datetime(2026, 11, 21, 0, 20, tzinfo=UTC)
FILL = """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows})
INSERT INTO cpni_historicalapproval (id, state, effective_on, because, version, customer_id,
  delivery_id, request_id, run_id, use_id, history_date, history_change_reason, history_type,
  history_user_id, actor)
SELECT i % 300000, 'assumed', '2026-11-04', 'Waiting period passed without objection', 1,
  i % 100000, i, NULL, 1, 1 + i % 3, CURRENT_TIMESTAMP,
  'Waiting period passed without objection (assume approvals #1)', '+', NULL, 'CPNI Desk' FROM n"""


def main(rows: int = 1_000_000) -> None:
    """Print the times and their ratios."""
    scratch.make("seal")
    from django.db import connection

    from cpni.models import Approval, Seal
    from cpni.sealing import seal_due
    from cpni.verifying import verify

    postgresql = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        fill = FILL.format(rows=rows)
        cursor.execute(fill.replace("'2026-11-04'", "date '2026-11-04'") if postgresql else fill)
        cursor.execute("VACUUM ANALYZE" if postgresql else "ANALYZE")
    columns = [field.column for field in Approval.history.model._meta.concrete_fields]
    text = (
        "length(h::text)"
        if postgresql
        else "length(" + " || ',' || ".join(f"quote({c})" for c in columns) + ")"
    )

    def read() -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*), sum({text}) FROM cpni_historicalapproval h")  # noqa: S608
            assert cursor.fetchone()[0] == rows

    limit = scratch.median_seconds(read, lambda: None)
    sealing = scratch.seconds(lambda: seal_due(at=NIGHT))
    assert Seal.objects.get().rows >= rows
    verifying = scratch.seconds(lambda: check(verify(at=NIGHT)))
    quiet = scratch.seconds(lambda: seal_due(at=NIGHT))
    scratch.say(f"plain SQL:     {limit:6.2f} s for {rows:,} rows")
    for name, taken in (("seal", sealing), ("verify", verifying)):
        million = taken * 1_000_000 / rows
        scratch.say(
            f"{name + ':':<14} {taken:6.2f} s, {taken / limit:.1f} times plain SQL;"
            f" {million:.1f} s a million (required: under {REQUIRED:.0f})"
        )
    scratch.say(f"nothing to do: {quiet:6.3f} s")


def check(report) -> None:  # type: ignore[no-untyped-def]
    """Fail when something did not fit."""
    assert report.problems == [], report.problems


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
