"""``manage.py verify_history``: is history what it was when it was sealed?"""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from accounts.errors import Refused
from cpni.models import Seal
from cpni.problems import Report
from cpni.protection import faults
from cpni.seal_lines import read_lines
from cpni.verifying import verify


class Command(BaseCommand):
    """Compare history with its seals; leaves with 1 when something is not as it was."""

    help = (
        "Compare every history row with its seal and name the first day, table and row that was"
        " altered, removed or slipped in. With --against FILE: also compare the seals with the"
        " lines that were published (SEAL_FILE, or pasted from the messages)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--against", metavar="FILE", help="A file with published lines; - reads them here."
        )
        parser.add_argument("--all", action="store_true", help="Name them all, up to --limit.")
        parser.add_argument("--limit", type=int, default=1000, help="With --all; 1000 if left out.")
        parser.add_argument("--json", action="store_true", help="Answer in JSON.")

    def handle(self, *args: Any, **options: Any) -> None:
        published = self._published(options["against"]) if options["against"] else None
        with tqdm(unit=" rows", disable=None) as bar:
            report = verify(
                at=timezone.now(),
                published=published,
                limit=max(options["limit"], 1) if options["all"] else 1,
                progress=lambda rows: bar.update(rows),
            )
        unkept = faults()
        if options["json"]:
            answer = {
                "ok": not (report.problems or unkept),
                "seals": report.seals,
                "rows": report.rows,
                "problems": [problem.as_json() for problem in report.problems],
                "triggers": unkept,
                "remarks": report.remarks,
            }
            self.stdout.write(json.dumps(answer))
        else:
            self._print(report, unkept)
        if report.problems or unkept:
            sys.exit(1)

    def _published(self, name: str) -> list[Any]:
        try:
            text = sys.stdin.read() if name == "-" else Path(name).read_text(errors="replace")
            found = read_lines(text)
        except OSError as error:
            raise CommandError(f"{name} cannot be read: {error.strerror}.") from error
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        if not found:
            raise CommandError(f"{name} has no line that begins with CPNI-SEAL.")
        return found

    def _print(self, report: Report, unkept: list[str]) -> None:
        for problem in report.problems:
            self.stdout.write(problem.words)
        for words in (*unkept, *report.remarks):
            self.stdout.write(words)
        if report.problems or unkept:
            return
        if not report.seals:
            self.stdout.write("There is no seal yet: manage.py seal_history makes the first.")
            return
        last = Seal.objects.latest("number")
        self.stdout.write(
            f"History is as it was sealed: {report.rows} rows under {report.seals} seals,"
            f" the last of {last.day}."
        )
