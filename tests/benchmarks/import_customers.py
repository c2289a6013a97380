"""Importing 100,000 customers from CSV, history included, against raw SQL that copies the rows.

Each customer has a service, a postal address, an e-mail address and a contact number. The limit is
one INSERT … SELECT for each table and its history, from copies of the tables in the database.
Required: 5,000 rows a second on PostgreSQL.
"""

import csv
import os
import sys
from datetime import date
from pathlib import Path

from tests.benchmarks import scratch

REQUIRED = 5_000
TODAY = date(2026, 11, 23)


def write_file(path: Path, customers: int) -> None:
    """A billing export of made-up customers."""
    from accounts.import_rows import COLUMNS

    with path.open("w", newline="") as file:
        out = csv.DictWriter(file, COLUMNS, restval="")
        out.writeheader()
        for n in range(customers):
            out.writerow(
                {
                    "account_number": f"B{n:07}",
                    "name": f"Customer Number{n}",
                    "active_since": "2021-03-04",
                    "line1": f"{n} Cottonwood Lane",
                    "city": "Midvale",
                    "state": "UT",
                    "postcode": "84047",
                    "email": f"customer{n}@mail.example.com",
                    "contact_number": f"801-{200 + n // 10000 % 700}-{n % 10000:04}",
                    "services": f"local:(385) {200 + n // 10000 % 700}-{n % 10000:04}:2021-03-04",
                }
            )


def main(customers: int = 100_000) -> None:
    """Print the rates of import, of re-import, and their ratio to writing alone."""
    scratch.make("import")
    from django.db import connection, transaction

    from accounts.importing import import_file
    from accounts.models import ContactPoint, Customer, NameWord, Service
    from cpni import protection

    path = Path(os.environ["DATA_DIR"]) / "export.csv"
    write_file(path, customers)
    tracked = (Customer, ContactPoint, Service)

    def empty() -> None:
        protection.unprotect()  # nobody empties history otherwise
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {NameWord._meta.db_table}")  # noqa: S608
            for model in reversed(tracked):
                for table in (model.history.model._meta.db_table, model._meta.db_table):
                    command = "TRUNCATE" if connection.vendor == "postgresql" else "DELETE FROM"
                    cascade = " CASCADE" if connection.vendor == "postgresql" else ""
                    cursor.execute(f"{command} {table}{cascade}")
        protection.protect()

    def imported() -> object:
        return import_file(path, today=TODAY, by=None, because="Benchmark")

    models = [*(m for t in tracked for m in (t, t.history.model)), NameWord]
    tables = {
        m._meta.db_table: ", ".join(
            connection.ops.quote_name(f.column)
            for f in m._meta.concrete_fields
            if f.column and not f.generated
        )
        for m in models
    }

    def copied() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            for table, columns in tables.items():
                cursor.execute(
                    f"INSERT INTO {table} ({columns}) SELECT {columns} FROM kept_{table}"  # noqa: S608
                )

    ours = scratch.seconds(imported)
    assert ContactPoint.history.count() == 3 * Customer.history.count() == 3 * customers
    again = scratch.seconds(imported)
    assert Customer.history.count() == customers
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"CREATE TABLE kept_{table} AS SELECT * FROM {table}")  # noqa: S608
    empty()
    limit = scratch.seconds(copied)
    assert ContactPoint.history.count() == 3 * customers
    scratch.say(f"raw SQL, the same rows: {customers / limit:>8,.0f} customers a second")
    scratch.say(f"import:                 {customers / ours:>8,.0f} customers a second")
    scratch.say(f"import again:           {customers / again:>8,.0f} customers a second")
    scratch.say(f"ratio to raw SQL: {limit / ours:.2f}")
    scratch.say(f"required on PostgreSQL: {REQUIRED:,} customers a second")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
