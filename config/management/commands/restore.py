"""``manage.py restore FILE``: a backup into an empty installation."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.errors import Refused
from config import backups
from config.management.commands.backup import add_key_arguments, keys_of


class Command(BaseCommand):
    """Restore a backup."""

    help = (
        "Restore a backup into an empty installation: every part is checked before anything is"
        " touched, the rows are counted, and the history's seals are verified."
    )
    # There is no database yet to be checked.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        add_key_arguments(parser)
        parser.add_argument(
            "--replace",
            metavar="DATABASE",
            help="Set what is here aside. Type the name of the database that is to be replaced.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            report = backups.restore(
                options["file"],
                keys_of(options),
                replace=options["replace"],
                at=timezone.now(),
                say=self.stdout.write,
            )
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write(f"Restored {report.sentence}.")
        if report.manifest["field_keys"]:
            keys = ", ".join(report.manifest["field_keys"])
            self.stdout.write(f"To read its encrypted fields, these keys are needed: {keys}.")
