"""``manage.py scrub_accounts FILE --use agents``: the file marked with the answer for each line."""

from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.errors import Refused
from accounts.fields import visible
from accounts.models import Carrier
from accounts.spreadsheets import line
from cpni import audience_files
from cpni.models import AudienceFile, Recipient
from cpni.models.offered import OFFERED, wrongly_offered
from cpni.scrubbing import Question
from notices.models import Use


class Command(BaseCommand):
    """Mark lists that are too large for the page; read and written as it goes.

    That it was done, and what for, is kept beside the lists of the page.
    """

    help = "Mark a CSV file of account numbers: may we, and why not. It is good for today only."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="CSV in UTF-8 with a column account_number.")
        parser.add_argument("output", type=Path, help="The marked file; it must not exist yet.")
        parser.add_argument("--use", required=True, metavar="CODE", help="Code of the use.")
        parser.add_argument("--recipient", metavar="NAME", help="Who receives it, as registered.")
        parser.add_argument(
            "--offered",
            default="",
            choices=[code for code, _ in OFFERED],
            help="Of marketing within a category: that of the service which is offered.",
        )
        parser.add_argument(
            "--because", required=True, metavar="TEXT", help="What the list is for; it is kept."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        use = Use.objects.filter(code=options["use"]).first()
        if use is None:
            codes = ", ".join(Use.objects.values_list("code", flat=True))
            raise CommandError(f"There is no use {visible(options['use'])}. Use one of: {codes}.")
        today, recipient = Carrier.today(), None
        if name := options["recipient"]:
            registered = Recipient.objects.filter(name__iexact=name)
            recipient = next((r for r in registered if r.current(today)), registered.first())
            if recipient is None:
                raise CommandError(f"{visible(name)} is not in the register of recipients.")
        counts: Counter[str] = Counter()
        kept = AudienceFile(
            use=use,
            recipient=recipient,
            offered=options["offered"],
            on=today,
            because=options["because"].strip()[:200],
        )
        if wrong := wrongly_offered(use, kept.offered):
            raise CommandError(f"--offered: {wrong}")
        if not kept.because:
            raise CommandError("Say with --because what the list is for.")
        try:
            with (
                options["file"].open(encoding="utf-8-sig", newline="") as numbers,
                options["output"].open("x", encoding="utf-8", newline="") as output,
            ):
                output.write(line(audience_files.COLUMNS))
                read = audience_files.account_numbers(numbers)
                question = Question(use, today, recipient, offered=kept.offered)
                for _, lines in audience_files.marked(read, question, counts):
                    output.write(lines)
                audience_files.keep_record(kept, counts, at=timezone.now())
        except (Refused, OSError) as error:
            raise CommandError(str(error)) from error
        for code, number in counts.most_common():
            self.stdout.write(f"{number:>9,}  {code}")
