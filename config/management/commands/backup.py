"""``manage.py backup``: the database and the files, encrypted, in one file."""

from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError
from django.utils import timezone

from accounts.errors import Refused
from config import backup_files, backups


def at_least_one(text: str) -> int:
    """A number of backups to keep: none would delete the one just made."""
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError("give a number of at least 1")
    return int(text)


def add_key_arguments(parser: ArgumentParser) -> None:
    """How a backup is opened."""
    parser.add_argument(
        "--identity", type=Path, metavar="FILE", help="The private key that opens the backup."
    )
    parser.add_argument(
        "--passphrase-file",
        type=Path,
        metavar="FILE",
        help="The passphrase, when the private key is itself encrypted with one.",
    )


def keys_of(options: dict[str, Any]) -> Any:
    """The private keys that the options name. Raises Refused."""
    file = options["identity"]
    own = Path(settings.DATA_DIR) / "backup_identity.txt"
    if file is None and own.exists():
        file = own  # a trial's
    if file is None:
        raise Refused("Which key opens the backup?", "Name its file with --identity.")
    passphrase = None
    if options["passphrase_file"]:
        try:
            passphrase = options["passphrase_file"].read_text().rstrip("\r\n")
        except OSError as error:
            raise Refused("The passphrase file cannot be read.", "Name another.") from error
    return backup_files.identities(file, passphrase)


class Command(BaseCommand):
    """Make a backup, check one, or make a key for them."""

    help = (
        "Back up the database and the files into one encrypted file, while the desk runs."
        " --verify opens a backup and checks it, and changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--to",
            type=Path,
            metavar="FOLDER",
            default=Path(settings.DATA_DIR) / "backups",
            help="Where the file goes; DATA_DIR/backups if left out.",
        )
        parser.add_argument(
            "--keep",
            type=at_least_one,
            metavar="N",
            help="Delete all but the newest N backups in that folder.",
        )
        parser.add_argument("--verify", type=Path, metavar="FILE", help="Check this backup.")
        parser.add_argument(
            "--new-key", type=Path, metavar="FILE", help="Make a private key; print the public one."
        )
        add_key_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["new_key"]:
                self.stdout.write(backup_files.new_identity(options["new_key"]))
            elif options["verify"]:
                report = backups.verify(options["verify"], keys_of(options))
                self.stdout.write(f"{report.path} is whole: {report.sentence}.")
            else:
                self.back_up(options["to"], options["keep"])
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        except OperationalError as error:
            # The backup is recorded in the database, whose own disk may be the full one.
            raise CommandError(
                "The database cannot be written. Perhaps no space left on its disk: make room."
            ) from error

    def back_up(self, folder: Path, keep: int | None) -> None:
        """Make one, and say what is in it."""
        report = backups.make(folder, keep=keep, at=timezone.now(), say=self.stdout.write)
        self.stdout.write(f"{report.path}: {report.sentence}.")
        for warning in report.warnings:
            self.stderr.write(self.style.WARNING(warning))
