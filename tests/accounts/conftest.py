"""Billing exports for the tests of imports, on a frozen day of the carrier."""

import csv
from datetime import date

import pytest
import time_machine
from django.core.management import call_command

from accounts.import_rows import COLUMNS
from accounts.models import ContactPoint, Customer, Service
from tests.factories.accounts import CarrierFactory

TRACKED = (Customer, ContactPoint, Service)


@pytest.fixture
def today(db):
    """November 23, 2026, for the carrier."""
    CarrierFactory()
    with time_machine.travel("2026-11-23T18:00Z", tick=False):
        yield date(2026, 11, 23)


@pytest.fixture
def row():
    """``row(7, city="Orem")`` is the seventh customer of a billing export."""

    def make(n, **changes):
        cells = {
            "account_number": f"A{n:05}",
            "name": f"Customer {n}",
            "active_since": "2021-03-04",
            "line1": f"{n} Main Street",
            "city": "Midvale",
            "state": "UT",
            "postcode": "84047",
            "email": f"c{n}@mail.example",
            "services": f"local:801-555-{n % 10000:04}:2021-03-04",
        }
        return {**cells, **changes}

    return make


@pytest.fixture
def write(tmp_path):
    """``write(rows)`` makes a CSV file of them and returns its path."""

    def make(rows, name="export.csv", columns=COLUMNS):
        path = tmp_path / name
        with path.open("w", newline="") as file:
            out = csv.DictWriter(file, columns, restval="", extrasaction="ignore")
            out.writeheader()
            out.writerows(rows)
        return path

    return make


@pytest.fixture
def run(capsys, today):
    """``run(path, "--dry-run")`` runs the command and returns what it printed."""

    def import_customers(path, *args):
        call_command("import_customers", str(path), *args)
        return capsys.readouterr().out

    return import_customers


@pytest.fixture
def everything():
    """``everything()`` is every customer, contact point and service, and how much history."""

    def read():
        rows = [list(model.objects.order_by("pk").values()) for model in TRACKED]
        return rows, [model.history.count() for model in TRACKED]

    return read
