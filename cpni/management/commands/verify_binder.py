"""``manage.py verify_binder``: is a binder of evidence what it was when it was made?"""

import sys
import zipfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cpni.evidence import verify_binder


class Command(BaseCommand):
    """Check a binder; leaves with 1 when something in it is not as it was made."""

    help = (
        "Check a binder (a ZIP file, or the folder in which it was unpacked) against its manifest"
        " of SHA-256 digests, its seals, and, of a sample, the drawing. With --seals FILE: also"
        " that its seals are among the lines that were published. Whoever has no CPNI Desk runs"
        " the verify_binder.py that lies in each binder, which does the same."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("binder", help="The ZIP file or the folder.")
        parser.add_argument("--seals", metavar="FILE", help="A file with published lines of seals.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            seals = options["seals"]
            published = Path(seals).read_text(errors="replace") if seals else None
            found = verify_binder.checked(Path(options["binder"]), published)
        except (OSError, zipfile.BadZipFile, ValueError, KeyError) as error:
            raise CommandError(f"{options['binder']} cannot be read: {error}.") from error
        for problem in found:
            self.stdout.write(problem)
        if found:
            sys.exit(1)
        self.stdout.write("The binder is as it was made.")
