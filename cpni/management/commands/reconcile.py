"""``manage.py reconcile FILE.csv``: compare a billing export with the records, import nothing."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.errors import Refused
from accounts.fields import visible
from cpni.reconciling import counts, reconcile


class Command(BaseCommand):
    """Compare, and say how many differ in what; the lists are on the page of the record."""

    help = (
        "Compare a CSV file of the billing system with the records and import nothing. Columns:"
        " account_number, and if there status (active or discontinued) and opted_out or may_use"
        " (yes or no)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE.csv")
        parser.add_argument("--because", default="", metavar="TEXT", help="The reason to keep.")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"There is no file {visible(str(path))}.")
        try:
            found = reconcile(
                path,
                name=path.name,
                by=None,
                because=options["because"],
                at=timezone.now(),
                clock=timezone.now,
            )
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write(f"{found.rows:,} rows, {found.agree:,} agree")
        for kind, number in counts(found):
            self.stdout.write(f"{kind.label}: {number:,}")
