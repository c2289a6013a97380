"""The home page with a million customers on PostgreSQL (100,000 on SQLite), as the officer sees it.

Every customer was noticed and approves one use; some were never noticed, some notices came back,
some are overdue. Required: at most 300 ms of server time. The job that takes the figures is
measured too; nobody waits for it.
"""

import sys
from datetime import date
from typing import Any

from tests.benchmarks import scratch

REQUIRED = 300  # milliseconds
ON = date(2026, 11, 23)
OVERDUE, OPEN, APPROVED = date(2024, 10, 1), date(2026, 11, 1), date(2026, 2, 2)


def fill(customers: int) -> None:
    """Copies of four customers: overdue, window open, came back, approved. One in 500 has none."""
    from django.db import connection

    from accounts.models import Customer
    from cpni.assuming import assume_due
    from cpni.models import Approval
    from notices.models import Delivery
    from tests.factories.accounts import CustomerFactory
    from tests.factories.notices import CampaignFactory, DeliveryFactory

    campaign = CampaignFactory(running=True, started_at="2026-01-05T12:00Z")
    made = [DeliveryFactory(campaign=campaign, mailed_on=d) for d in (OVERDUE, OPEN, APPROVED)]
    back = DeliveryFactory(
        campaign=campaign, mailed_on=APPROVED, outcome="returned", outcome_on=date(2026, 11, 20)
    )
    assume_due(on=ON)
    template = CustomerFactory()
    overdue, open_, approved = (one.pk for one in made)
    fate = (
        f"CASE WHEN c.id % 100 = 0 THEN {overdue} WHEN c.id % 100 = 1 THEN {open_}"
        f" WHEN c.id % 250 = 3 THEN {back.pk} ELSE {approved} END"
    )
    numbers = (
        f"generate_series(1, {customers}) AS numbers (n)"
        if connection.vendor == "postgresql"
        else "(WITH RECURSIVE k(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM k"
        f" WHERE n < {customers}) SELECT n FROM k) AS numbers"
    )
    statements = (
        copied(Customer, {"account_number": "'B' || n"})
        + f" FROM accounts_customer t, {numbers} WHERE t.id = {template.pk}",
        copied(Delivery, {"customer_id": "c.id"})
        + f" FROM accounts_customer c JOIN notices_delivery t ON t.id = {fate}"
        f" WHERE c.id > {template.pk} AND c.id % 500 <> 7",
        copied(Approval, {"customer_id": "d.customer_id", "delivery_id": "d.id"})
        + " FROM notices_delivery d JOIN cpni_approval t"
        f" ON t.delivery_id = {approved} AND d.customer_id > {template.pk}"
        f" WHERE d.mailed_on = '{APPROVED}' AND d.outcome = ''",
    )
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
            scratch.say(f"{cursor.rowcount:>9,} rows")
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def copied(model: Any, others: dict[str, str]) -> str:
    """An INSERT of rows like those of ``t``, without its key, but with these ``others``."""
    from django.db.models import GeneratedField

    names = [
        f.column
        for f in model._meta.concrete_fields
        if not f.primary_key and not isinstance(f, GeneratedField)
    ]
    cells = ", ".join(others.get(name, f"t.{name}") for name in names)
    return f"INSERT INTO {model._meta.db_table} ({', '.join(names)}) SELECT {cells}"


def main(customers: int = 0) -> None:
    """Print the time of the page, its slowest queries, and the time of the job."""
    scratch.make("home")
    import time_machine
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from accounts.models import User
    from cpni import figures
    from tests.factories.accounts import CarrierFactory

    fill(customers or (1_000_000 if connection.vendor == "postgresql" else 100_000))
    CarrierFactory()
    person = User.objects.create(username="officer", is_staff=True, is_superuser=True)
    with time_machine.travel("2026-11-23T18:00Z", tick=True):
        from django.utils import timezone

        client = Client(headers={"host": "localhost"})
        client.force_login(person)
        with CaptureQueriesContext(connection) as job:
            took = scratch.seconds(lambda: figures.take(on=ON, at=timezone.now()))
        scratch.say(f"taking figures: {took:.1f} s")
        for query in sorted(job, key=lambda q: -float(q["time"]))[:4]:
            scratch.say(f"  {float(query['time']):.1f} s  {query['sql'][:90]}")
        client.get("/admin/")
        page = scratch.median_seconds(lambda: client.get("/admin/"), lambda: None, times=9) * 1000
        with CaptureQueriesContext(connection) as queries:
            client.get("/admin/")
    scratch.say(f"home page: {page:.0f} ms, {len(queries)} queries (required: {REQUIRED} ms)")
    for query in sorted(queries, key=lambda q: -float(q["time"]))[:5]:
        scratch.say(f"  {float(query['time']) * 1000:.0f} ms  {query['sql'][:110]}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
