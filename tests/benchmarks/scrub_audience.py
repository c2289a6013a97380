"""Scrubbing an audience, against one raw statement that reads everybody's recorded approval.

The limit reads one row for each customer and fetches it: no rules, no policy, no notices, nothing
that waits. Required: 0.1 of it, and 50,000 customers a second on PostgreSQL.
"""

import sys
from datetime import date

from tests.benchmarks import scratch
from tests.benchmarks.assume_approvals import ON, fill

REQUIRED, RATE = 0.1, 50_000

RAW = """
SELECT c.id, a.state FROM accounts_customer c JOIN cpni_approval a ON a.customer_id = c.id
JOIN notices_use u ON u.id = a.use_id
WHERE c.status = 'active' AND u.code = 'agents' ORDER BY c.id"""
# Every twentieth has opted out by a letter.
REQUESTS = """
INSERT INTO cpni_optoutrequest (wish, route, stated, received_on, all_uses, proof, scan, status,
  customer_id, effective_on, decided_because, entered_at)
SELECT 'opt_out', 'letter', %(sealed)s, %(day)s, %(true)s, %(sealed)s, '', 'applied', c.id, %(day)s,
  '', %(at)s FROM accounts_customer c WHERE c.id %% 20 = 0"""


def main(customers: int = 100_000) -> None:
    """Print the two rates and their ratio."""
    scratch.make("scrub")
    from django.db import connection

    from cpni.approvals import as_parameter
    from cpni.assuming import assume_due
    from cpni.scrubbing import Question, counts
    from notices.models import Use

    fill(customers)
    assume_due(on=ON)
    with connection.cursor() as cursor:
        values = {
            "sealed": b"",
            "true": True,
            "day": as_parameter(date(2026, 10, 20)),
            "at": "2026-10-20T16:00Z",
        }
        cursor.execute(REQUESTS, values)
        if connection.vendor == "postgresql":
            cursor.execute("VACUUM ANALYZE")
    question = Question(Use.objects.get(code="agents"), ON)

    def raw() -> None:
        with connection.cursor() as cursor:
            cursor.execute(RAW)
            assert len(cursor.fetchall()) == customers

    expected = {"opted_out": customers // 20, "assumed": customers - customers // 20}
    assert counts(question) == expected
    limit = scratch.median_seconds(raw, lambda: None)
    ours = scratch.median_seconds(lambda: counts(question), lambda: None)
    scratch.say(f"raw SQL:   {customers / limit:>9,.0f} customers a second ({limit:.2f} s)")
    scratch.say(f"scrubbing: {customers / ours:>9,.0f} customers a second ({ours:.2f} s)")
    scratch.say(f"required:  {RATE:>9,} customers a second on PostgreSQL")
    scratch.say(f"ratio to raw SQL: {limit / ours:.2f} (required {REQUIRED})")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
