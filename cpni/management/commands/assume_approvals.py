"""``manage.py assume_approvals``: the daily job, by hand, or as a forecast."""

import json
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from accounts.models import Carrier, Customer
from cpni.assuming import LEFT_ALONE, Report, assume_due, due, forecast


class Command(BaseCommand):
    """Assume approval where the waiting period has passed without objection."""

    help = (
        "Assume approval for customers whose waiting period has passed without objection. With"
        " --dry-run: say for whom that would happen on the day, and write nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--as-of",
            type=date.fromisoformat,
            metavar="DATE",
            help="The carrier's civil day, such as 2026-12-27; today if left out.",
        )
        parser.add_argument("--dry-run", action="store_true", help="Write nothing; list for whom.")
        parser.add_argument("--json", action="store_true", help="Answer in JSON.")

    def handle(self, *args: Any, **options: Any) -> None:
        today = Carrier.today()
        on = options["as_of"] or today
        if options["dry_run"]:
            self._forecast(on, as_json=options["json"])
            return
        if on > today:
            # The record would say that a customer's time was over while it still runs.
            raise CommandError(
                f"{on} has not come yet; only --dry-run can look ahead. Today is {today}."
            )
        with tqdm(total=Customer.objects.count(), unit=" customers", disable=None) as bar:
            report = assume_due(on=on, progress=lambda done: bar.update(done))
        if options["json"]:
            self.stdout.write(json.dumps(report.as_json()))
        else:
            self._print(report, "Assumed")

    def _forecast(self, on: date, *, as_json: bool) -> None:
        report, rows = forecast(on=on), due(on=on)
        if as_json:
            answer = report.as_json()
            answer["due"] = [
                {"account": r.account_number, "use": r.use, "from": r.assume_from.isoformat()}
                for r in rows
            ]
            self.stdout.write(json.dumps(answer))
            return
        for row in rows:
            self.stdout.write(
                f"{row.account_number}  {row.name}  {row.use}  from {row.assume_from}"
            )
        self._print(report, "Would be assumed")

    def _print(self, report: Report, verb: str) -> None:
        self.stdout.write(f"{verb} on {report.on}: {report.assumed}")
        if report.ended or report.suspended:
            self.stdout.write(f"Ended: {report.ended}. Suspended: {report.suspended}.")
        for code, words in LEFT_ALONE.items():
            if report.left_alone[code]:
                self.stdout.write(f"  Left alone: {report.left_alone[code]:>8}  {words}")
