"""``manage.py rotate_keys``: after a new key was put first in FIELD_KEYS."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from accounts.encryption import Unreadable, key_ids
from accounts.rotating import left_over, rotate, sealed_columns


class Command(BaseCommand):
    """Seal with the newest key whatever is sealed with an older one."""

    help = (
        "Seal with the newest key of FIELD_KEYS whatever is sealed with an older one: values,"
        " their history, their search indexes, and files. It may be stopped and run again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="Only count what is sealed with which key."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["check"]:
            total = sum(model._default_manager.count() for model in sealed_columns())
            try:
                with tqdm(total=total, unit=" rows", disable=None) as bar:
                    done = rotate(by=None, progress=bar.update)
            except Unreadable as error:
                raise CommandError(f"{error} What was sealed anew until now stays so.") from error
            self.stdout.write(f"Sealed anew: {done.values} values and {done.files} files.")
        newest, *older = key_ids()
        counts = left_over()
        self.stdout.write(f"Key {newest} (newest): {counts.pop(newest, 0)} values and files")
        for name in older:
            left = counts.pop(name, 0)
            advice = "" if left else "; it may be taken out of FIELD_KEYS"
            self.stdout.write(f"Key {name}: {left}{advice}")
        for name, left in counts.items():
            self.stdout.write(self.style.ERROR(f"Key {name} is not in FIELD_KEYS: {left}"))
