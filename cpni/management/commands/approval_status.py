"""``manage.py approval_status ACCOUNT``: may we, why, since when, and on what evidence?"""

import json
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.fields import visible
from accounts.models import Carrier, Customer
from cpni.decisions import Decision, decide, standing
from notices.models import Use


class Command(BaseCommand):
    """Answer, for one customer, whether CPNI may be used."""

    help = "Say whether a customer's CPNI may be used, why, and on what evidence."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("account", metavar="ACCOUNT", help="The account number.")
        parser.add_argument(
            "--use", metavar="CODE", help="One use; every use that needs approval if left out."
        )
        parser.add_argument(
            "--on",
            type=date.fromisoformat,
            metavar="DATE",
            help="The civil day asked about, such as 2026-12-27; today if left out.",
        )
        parser.add_argument("--json", action="store_true", help="Answer in JSON.")

    def handle(self, *args: Any, **options: Any) -> None:
        customer = Customer.objects.filter(account_number=options["account"]).first()
        if customer is None:
            raise CommandError(f"There is no account {visible(options['account'])}.")
        on = options["on"] or Carrier.today()
        if options["use"]:
            use = Use.objects.filter(code=options["use"]).first()
            if use is None:
                codes = ", ".join(Use.objects.values_list("code", flat=True))
                raise CommandError(
                    f"There is no use {visible(options['use'])}. Use one of: {codes}."
                )
            decisions = [decide(customer, use, on=on)]
        else:
            decisions = standing(customer, on=on)
        if options["json"]:
            self.stdout.write(json.dumps([d.as_json() for d in decisions], indent=2))
            return
        # Not the name: what is asked for is an answer, and a terminal's or cron's output is kept.
        self.stdout.write(visible(f"Account {customer.account_number}, on {on}"))
        for decision in decisions:
            self._print(decision)

    def _print(self, decision: Decision) -> None:
        use = visible(f"{decision.use} ({decision.use.code})")
        self.stdout.write(f"\n{decision.verdict.label}: {use}")
        self.stdout.write(f"  {decision.sentence} [{decision.section}]")
        if decision.since:
            self.stdout.write(f"  Since {decision.since}.")
        if decision.until:
            self.stdout.write(f"  Until {decision.until}.")
        for evidence in decision.evidence:
            self.stdout.write(f"  {evidence.kind} {evidence.id}: {visible(evidence.says)}")
