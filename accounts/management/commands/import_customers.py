"""``manage.py import_customers FILE.csv``: customers from the billing system."""

from argparse import RawDescriptionHelpFormatter
from pathlib import Path
from typing import Any

from django.core.management.base import (
    BaseCommand,
    CommandError,
    CommandParser,
    DjangoHelpFormatter,
)
from tqdm import tqdm

from accounts import import_rows
from accounts.counted_words import several
from accounts.errors import Refused
from accounts.fields import visible
from accounts.importing import Summary, import_file
from accounts.models import Carrier


class _HelpFormatter(DjangoHelpFormatter, RawDescriptionHelpFormatter):
    """Keeps the lines of the description of the columns."""


class Command(BaseCommand):
    """Import customers, telling what that changes."""

    help = (
        "Import customers from a CSV file of the billing system: new ones are added, known ones"
        " changed where\nthe file differs, none removed. Bad rows go to FILE.errors.csv, to be"
        " mended and imported.\nEnds with 0 when the file was imported, bad rows or not; with 1"
        " when the file itself was refused."
    )

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """With the columns of the file below the options."""
        columns = (import_rows.__doc__ or "").partition("\n\n")[2].replace("``", "")
        return super().create_parser(
            prog_name, subcommand, formatter_class=_HelpFormatter, epilog=columns, **kwargs
        )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, metavar="FILE.csv")
        parser.add_argument("--dry-run", action="store_true", help="Say what would change.")
        parser.add_argument(
            "--because", default="", metavar="TEXT", help="The reason that history shows."
        )
        parser.add_argument("--template", action="store_true", help="Print an empty file and stop.")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["template"]:
            self.stdout.write(",".join(import_rows.COLUMNS))
            return
        path: Path | None = options["file"]
        if path is None:
            raise CommandError("Name a CSV file to import; --template prints an empty one.")
        if not path.is_file():
            raise CommandError(f"There is no file {visible(str(path))}.")
        with tqdm(total=path.stat().st_size, unit="B", unit_scale=True, disable=None) as bar:
            try:
                summary = import_file(
                    path,
                    today=Carrier.today(),
                    by=None,
                    because=options["because"] or f"Import of {visible(path.name)}",
                    dry_run=options["dry_run"],
                    progress=lambda done: bar.update(done - bar.n),
                )
            except Refused as refused:
                raise CommandError(visible(str(refused))) from refused
        self.report(summary, dry_run=options["dry_run"])

    def report(self, summary: Summary, *, dry_run: bool) -> None:
        """Print what happened, or would."""
        lead = "Would be imported" if dry_run else "Imported"
        self.stdout.write(
            f"{lead}: {several(summary.rows, 'row')}, of which {summary.created} new,"
            f" {summary.changed} changed, {summary.unchanged} unchanged, {summary.refused} refused."
        )
        for effect, count in sorted(summary.effects.items()):
            self.stdout.write(f"  {effect}: {count}")
        if summary.ignored_columns:
            names = visible(", ".join(summary.ignored_columns))
            self.stdout.write(f"Ignored columns: {names}.")
        for line, problem in summary.problems:
            self.stdout.write(f"  Row {line}, {problem.field}: {problem.message}")
        if summary.refused > len({line for line, _ in summary.problems}):
            self.stdout.write("  … and so on.")
        if summary.errors_file:
            self.stdout.write(
                f"The refused rows, with what is wrong, are in"
                f" {visible(str(summary.errors_file))}."
                " Mend them there and import that file."
            )
