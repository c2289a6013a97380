"""Assuming approval for 100,000 customers, against raw SQL that writes the same rows.

The limit does nothing but write: no classification, no guards, no counting. Required: 0.6 of it.
"""

import sys
from datetime import date

from tests.benchmarks import scratch

REQUIRED = 0.6
MAILED, ON = date(2026, 10, 1), date(2026, 11, 4)

RAW_APPROVALS = """
INSERT INTO cpni_approval
  (customer_id, use_id, state, effective_on, because, delivery_id, run_id, version)
SELECT d.customer_id, nu.use_id, 'assumed', d.assume_from,
  'Waiting period passed without objection', d.id, 1, 1
FROM notices_delivery d JOIN notices_campaign k ON k.id = d.campaign_id
JOIN notices_notice_uses nu ON nu.notice_id = k.notice_id"""
HISTORY_COLUMNS = """id, state, effective_on, because, version, customer_id, delivery_id,
  request_id, run_id, use_id"""
RAW_HISTORY = f"""
INSERT INTO cpni_historicalapproval ({HISTORY_COLUMNS}, history_date, history_change_reason,
  history_type, history_user_id, actor)
SELECT {HISTORY_COLUMNS}, CURRENT_TIMESTAMP, 'Waiting period passed without objection', '+', NULL,
  'CPNI Desk' FROM """  # noqa: S608


def fill(customers: int) -> None:
    """Customers who got a letter on ``MAILED``."""
    from accounts.models import ContactPoint, Customer
    from notices.clock import window
    from notices.models import Delivery
    from tests.factories.accounts import keep_points
    from tests.factories.notices import CampaignFactory

    campaign = CampaignFactory(running=True)
    text, clock = campaign.notice.texts.get(), window(MAILED, 33, by_post=True)
    people = Customer.objects.bulk_create(
        (
            Customer(account_number=f"B{n:07}", name=f"Customer {n}", active_since=date(2020, 1, 6))
            for n in range(customers)
        ),
        batch_size=2_000,
    )
    points = keep_points(
        (
            ContactPoint(
                customer=c,
                kind="post",
                line1="1 Cottonwood Lane",
                city="Midvale",
                state="UT",
                postcode="84047",
                since=date(2020, 1, 6),
            )
            for c in people
        ),
        batch_size=2_000,
    )
    Delivery.objects.bulk_create(
        (
            Delivery(
                campaign=campaign,
                customer=p.customer,
                text=text,
                channel="post",
                contact_point=p,
                recipient_name=p.customer.name,
                state="sent",
                mailed_on=MAILED,
                last_objection_day=clock.last_objection_day,
                assume_from=clock.assume_from,
            )
            for p in points
        ),
        batch_size=2_000,
    )


def main(customers: int = 100_000) -> None:
    """Print the two rates and their ratio."""
    scratch.make("assume")
    from django.db import connection, transaction

    from accounts.models import Run
    from cpni import protection
    from cpni.assuming import assume_due
    from cpni.models import Approval

    fill(customers)
    Run.objects.create(pk=1, name="raw", started_at="2026-11-04T00:00Z")
    postgresql = connection.vendor == "postgresql"
    if postgresql:
        with connection.cursor() as cursor:
            cursor.execute("SELECT setval(pg_get_serial_sequence('accounts_run', 'id'), 1)")
            cursor.execute("VACUUM ANALYZE")

    def empty() -> None:
        protection.unprotect()  # nobody empties history otherwise
        with connection.cursor() as cursor:
            for table in ("cpni_historicalapproval", "cpni_approval"):
                cursor.execute(f"TRUNCATE {table}" if postgresql else f"DELETE FROM {table}")  # noqa: S608
        protection.protect()

    def raw() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            if postgresql:
                cursor.execute(f"WITH made AS ({RAW_APPROVALS} RETURNING *) {RAW_HISTORY} made")
            else:
                cursor.execute(RAW_APPROVALS)
                cursor.execute(f"{RAW_HISTORY} cpni_approval")

    limit = scratch.median_seconds(raw, empty)
    assert Approval.history.count() == customers * 3
    ours = scratch.median_seconds(lambda: assume_due(on=ON), empty)
    assert Approval.objects.count() == Approval.history.count() == customers * 3
    again = scratch.seconds(lambda: assume_due(on=ON))
    approvals = customers * 3
    scratch.say(f"raw SQL:        {approvals / limit:>9,.0f} approvals a second ({limit:.2f} s)")
    scratch.say(f"assume_due:     {approvals / ours:>9,.0f} approvals a second ({ours:.2f} s)")
    scratch.say(f"nothing to do:  {approvals / again:>9,.0f} approvals a second ({again:.2f} s)")
    scratch.say(f"ratio to raw SQL: {limit / ours:.2f} (required {REQUIRED})")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
