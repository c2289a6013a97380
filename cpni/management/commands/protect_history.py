"""``manage.py protect_history``: put the triggers that keep history in place, after an upgrade."""

from typing import Any

from django.core.management.base import BaseCommand

from cpni import protection


class Command(BaseCommand):
    """Make the database refuse to change or remove history."""

    help = "Put the triggers in place that refuse changes of history."

    def handle(self, *args: Any, **options: Any) -> None:
        missing = protection.faults()
        for fault in missing:
            self.stdout.write(fault)
        tables = protection.protect()
        done = "The triggers were put back on" if missing else "The triggers are in place on"
        self.stdout.write(f"{done} {len(tables)} tables.")
