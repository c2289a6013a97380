"""``manage.py purge``: what has been kept long enough; shown, and removed only when told to."""

from argparse import ArgumentParser
from datetime import date, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from accounts.civil import civil_day
from accounts.errors import Refused
from accounts.models import Carrier
from cpni import purging
from cpni.purging import Line


class Command(BaseCommand):
    """Show what may be purged; with --do, purge it."""

    help = (
        "Show which records have been kept long enough, and what stays and why. With --do and"
        " --because: remove them. What was removed is recorded and stays recorded."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--as-of",
            type=date.fromisoformat,
            metavar="DATE",
            help="The carrier's civil day, such as 2026-12-27; today if left out.",
        )
        parser.add_argument("--do", action="store_true", help="Remove them.")
        parser.add_argument(
            "--because", default="", metavar="TEXT", help="Who decided it, and why."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        today = Carrier.today()
        as_of = options["as_of"] or today
        lines = purging.plan(as_of=as_of)
        for line in lines:
            self.show(line)
        total = sum(line.removable for line in lines)
        if not options["do"]:
            self.stdout.write(f"To purge: {total:,}. Nothing was changed.")
            return
        with tqdm(total=total, unit=" records", disable=None) as bar:
            try:
                done = purging.purge(
                    as_of=as_of,
                    today=today,
                    by=None,
                    because=options["because"],
                    progress=lambda count: bar.update(count),
                )
            except Refused as refused:
                raise CommandError(str(refused)) from refused
        self.stdout.write(f"Purged: {sum(record.rows for record in done):,}.")
        for record in done:
            self.stdout.write(f"  {record.rows:>9,}  {record.table}  SHA-256 {record.digest}")

    def show(self, line: Line) -> None:
        """One table: what may go, of which days, and what stays."""
        self.stdout.write(f"{line.removable:>9,}  {line.records.label}, from before {line.cut.on}")
        if line.removable:
            self.stdout.write(f"{'':>11}of {day(line.oldest)} to {day(line.newest)}")
        if line.stays != "–":
            self.stdout.write(f"{'':>11}stays: {line.stays}")


def day(value: date | datetime | None) -> str:
    """The carrier's day of an instant; a day as it is."""
    if isinstance(value, datetime):
        return str(civil_day(timezone.localtime(value), Carrier.zone_or_default()))
    return str(value) if value else "no day"
