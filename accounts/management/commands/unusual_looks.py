"""``manage.py unusual_looks``: the daily report of unusual looks at customers, by hand."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import unusual_looks
from accounts.fields import visible
from accounts.models import Carrier, UnusualLook


class Command(BaseCommand):
    """Report what was unusual in how staff looked at customers."""

    help = (
        "Report who looked at customers in an unusual way. Without --on: each day that is over and"
        " has not been reported yet, as the schedule does every day."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--on",
            type=date.fromisoformat,
            metavar="DATE",
            help="One civil day of the carrier that is over, such as 2026-11-22.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        today, on = Carrier.today(), options["on"]
        if on and on >= today:
            raise CommandError(f"{on} is not over yet; today is {today}.")
        new = unusual_looks.report(on=on) if on else unusual_looks.report_due(today=today)
        for row in UnusualLook.objects.filter(day=on) if on else ():
            who = row.person.get_username()
            self.stdout.write(visible(f"{who}  {row.get_rule_display()}  {row.says}"))
        self.stdout.write(f"New: {new}. They are reviewed in the admin, under Unusual looks.")
